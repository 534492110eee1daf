/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Map types, link types and features on simulated kernels, which show a wrong verdict at once, and
 * on the running kernel, with only the checks that hold on every kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "input/system/system.h"
#include "probe/probe.h"
#include "probe/links.h"
#include "probe/maps.h"
#include "util/array.h"

#define TYPE_INVENTED 9999

/* A simulated kernel: its answer to each command. */
struct fake {
	int errnum;             /* to everything; 0: as below */
	uint32_t types_below;   /* map types from here on are EINVAL; 0: none is */
	uint32_t refused_flags; /* map flags that are EACCES */
	pid_t parent;           /* not 0: any other process is killed at its first call */
	int call_cnt;
};

static int open_something(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int play(void *context, int command, void *attr, size_t size)
{
	struct fake *fake = context;
	const struct kit_map_attr *map = attr;

	(void)size;
	fake->call_cnt++;
	if (fake->parent && getpid() != fake->parent)
		kill(getpid(), SIGKILL);
	if (fake->errnum)
		return -fake->errnum;
	if (command == BPF_MAP_CREATE && fake->types_below && map->type >= fake->types_below)
		return -EINVAL;
	if (command == BPF_MAP_CREATE && map->flags & fake->refused_flags)
		return -EACCES;
	switch (command) {
	case BPF_MAP_CREATE:
	case BPF_PROG_LOAD:
	case BPF_BTF_LOAD:
	case BPF_LINK_CREATE:
	case BPF_RAW_TRACEPOINT_OPEN:
		return open_something();
	default:
		return 0;
	}
}

static struct probe_request fake_request(struct fake *fake)
{
	return (struct probe_request) {.sys = {.call = play, .context = fake}};
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int cnt = 0;

	assert_non_null(dir);
	while (readdir(dir))
		cnt++;
	closedir(dir);
	return cnt;
}

static struct snapshot *probe_all(const struct probe_request *request, const struct kernel *kernel)
{
	struct snapshot *snapshot = snapshot_create();
	int before = count_descriptors();

	assert_non_null(snapshot);
	assert_null(probe_map_types(request, kernel, snapshot));
	assert_null(probe_link_types(request, kernel, snapshot));
	assert_null(probe_features(request, kernel, snapshot));
	assert_int_equal(count_descriptors(), before);
	return snapshot;
}

static const struct snapshot_feature *find(
	const struct snapshot_features *features, const char *name)
{
	const struct snapshot_feature *feature = snapshot_find_feature(features, name);

	if (!feature)
		fail_msg("%s was not tested", name);
	return feature;
}

static void expect_state(const struct snapshot_feature *feature, enum support_state state)
{
	if (feature->state != state)
		fail_msg("%s is %s (%s), not %s", feature->name, support_state_word(feature->state),
			feature->reason ? feature->reason : "no reason", support_state_word(state));
}

static void expect_reasons(const struct snapshot_features *features)
{
	for (size_t i = 0; i < features->cnt; i++) {
		if (features->list[i].state != SUPPORT_OK && !features->list[i].reason)
			fail_msg("%s is %s without a reason", features->list[i].name,
				support_state_word(features->list[i].state));
	}
}

/* The facts from files, whatever bpf(2) answers. */
static bool is_from_files(const char *name)
{
	static const char *const names[] = {
		"jit_kallsyms", "module_btf", "vmlinux_btf", "bpf_lsm", "run_stats"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return !strncmp(name, "tag:", 4) && strncmp(name, "tag:kptr", 8) &&
		strcmp(name, "tag:percpu_kptr") && strcmp(name, "tag:uptr");
}

/* Not asked of bpf(2) when there is no BTF, no cgroup hierarchy, or no right to a network
 * namespace. */
static bool is_not_asked(const struct snapshot_feature *feature)
{
	static const char *const phrases[] = {
		"no BTF", "without BTF", "no cgroup v2", "no network namespace"};

	for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
		if (feature->reason && strstr(feature->reason, phrases[i]))
			return true;
	}
	return false;
}

static void expect_all(const struct snapshot_features *features, enum support_state state)
{
	size_t asked = 0;

	for (size_t i = 0; i < features->cnt; i++) {
		const struct snapshot_feature *feature = &features->list[i];
		if (is_from_files(feature->name))
			continue;
		if (is_not_asked(feature)) {
			assert_int_not_equal(feature->state, SUPPORT_OK);
			assert_int_not_equal(feature->state, SUPPORT_UNSUPPORTED);
			continue;
		}
		expect_state(feature, state);
		asked++;
	}
	assert_true(asked > 0);
	expect_reasons(features);
}

static const struct {
	int errnum;
	enum support_state state;
} answers[] = {
	{EPERM, SUPPORT_BLOCKED}, {EACCES, SUPPORT_BLOCKED},
	{EINVAL, SUPPORT_UNKNOWN}, /* the controls fail as well */
	{EOPNOTSUPP, SUPPORT_UNKNOWN}, {ENOTSUPP, SUPPORT_UNKNOWN}, {ENOSPC, SUPPORT_UNKNOWN},
	{E2BIG, SUPPORT_UNKNOWN}, {EAGAIN, SUPPORT_UNKNOWN}, {ENOMEM, SUPPORT_UNKNOWN},
	{EMFILE, SUPPORT_UNKNOWN}, {ENOSYS, SUPPORT_UNKNOWN}, {EBUSY, SUPPORT_UNKNOWN},
	{EILSEQ, SUPPORT_UNKNOWN}, /* never an answer to anything here */
};

static void test_one_answer_to_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct fake fake = {.errnum = answers[i].errnum};
		struct kernel kernel = {0};
		struct probe_request request = fake_request(&fake);
		struct snapshot *snapshot = probe_all(&request, &kernel);

		expect_all(&snapshot->map_types, answers[i].state);
		expect_all(&snapshot->link_types, answers[i].state);
		expect_all(&snapshot->features, answers[i].state);
		expect_state(find(&snapshot->map_types, "array"), answers[i].state);
		expect_state(find(&snapshot->link_types, "raw_tracepoint"), answers[i].state);
		expect_state(find(&snapshot->features, "bounded_loops"), answers[i].state);
		expect_state(find(&snapshot->features, "btf_float"), answers[i].state);
		expect_state(find(&snapshot->features, "tag:percpu_kptr"), answers[i].state);
		assert_int_equal(find(&snapshot->map_types, "array")->errnum, answers[i].errnum);
		assert_true(fake.call_cnt > 0);
		snapshot_destroy(snapshot);
	}
}

/* With the running kernel's BTF at hand, a refusal of everything is still no answer. */
static void test_refusal_with_btf(void **state)
{
	struct fake fake = {.errnum = EINVAL};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);

	(void)state;
	assert_null(load_btf(&kernel, ""));
	if (!kernel.btf) {
		print_message("skipped: this kernel has no BTF\n");
		skip();
	}
	struct snapshot *snapshot = probe_all(&request, &kernel);
	expect_state(find(&snapshot->map_types, "hash"), SUPPORT_UNKNOWN);
	expect_state(find(&snapshot->map_types, "ringbuf"), SUPPORT_UNKNOWN);
	expect_state(find(&snapshot->link_types, "raw_tracepoint"), SUPPORT_UNKNOWN);
	expect_state(find(&snapshot->features, "sleepable"), SUPPORT_UNKNOWN);
	expect_state(find(&snapshot->features, "trampoline"), SUPPORT_UNKNOWN);
	snapshot_destroy(snapshot);
	kernel_deinit(&kernel);
}

/* A kernel that accepts everything gets no "yes" if a real success has a certain form. */
static void test_yes_to_everything(void **state)
{
	struct fake fake = {0};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);
	struct snapshot *snapshot = probe_all(&request, &kernel);

	(void)state;
	expect_state(find(&snapshot->map_types, "array"), SUPPORT_OK);
	expect_state(
		find(&snapshot->link_types, "raw_tracepoint"), SUPPORT_UNKNOWN); /* of type 0 */
	expect_state(find(&snapshot->link_types, "kprobe_multi"), SUPPORT_UNKNOWN);
	expect_state(
		find(&snapshot->features, "token"), SUPPORT_UNKNOWN); /* takes a wrong descriptor */
	expect_state(find(&snapshot->features, "signed_programs"), SUPPORT_UNKNOWN);
	expect_state(find(&snapshot->features, "prog_test_run"), SUPPORT_UNKNOWN); /* returns 0 */
	snapshot_destroy(snapshot);
}

/* EACCES for every map that programs may only read is a policy. It does not prove a tag. */
static void test_invented_tag_refused(void **state)
{
	static const char *const names[] = {"tag:*", "timer", "spin_lock"};
	struct fake fake = {.refused_flags = BPF_F_RDONLY_PROG};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);

	(void)state;
	request.features = names;
	request.feature_cnt = ARRAY_SIZE(names);
	struct snapshot *snapshot = probe_all(&request, &kernel);
	expect_state(find(&snapshot->features, "tag:kptr"), SUPPORT_BLOCKED);
	expect_state(find(&snapshot->features, "tag:percpu_kptr"), SUPPORT_BLOCKED);
	expect_state(find(&snapshot->features, "timer"), SUPPORT_BLOCKED);
	assert_int_equal(snapshot->map_types.cnt, 0);
	snapshot_destroy(snapshot);
}

/* BTF with nothing but enum bpf_map_type { HASH = 1, ARRAY = 2, WONDER = 40, __MAX_BPF_MAP_TYPE =
 * 41 }. */
static struct kbtf *enum_btf(void)
{
	static const char strings[] =
		"\0bpf_map_type\0BPF_MAP_TYPE_HASH\0BPF_MAP_TYPE_ARRAY\0BPF_MAP_TYPE_WONDER\0"
		"__MAX_BPF_MAP_TYPE";
	static const uint32_t types[] = {
		1, BTF_KIND_ENUM << 24 | 4, 4, 14, 1, 32, 2, 51, 40, 71, 41};
	static unsigned char data[sizeof(struct btf_header) + sizeof(types) + sizeof(strings)];
	struct btf_header header = {.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = sizeof(types),
		.str_off = sizeof(types),
		.str_len = sizeof(strings)};
	struct kbtf *btf = NULL;

	memcpy(data, &header, sizeof(header));
	memcpy(data + sizeof(header), types, sizeof(types));
	memcpy(data + sizeof(header) + sizeof(types), strings, sizeof(strings));
	assert_null(kbtf_create(data, sizeof(data), KBTF_BORROWED, NULL, &btf));
	return btf;
}

/* EINVAL alone is not "unsupported": it needs BTF, or the configuration, as a second witness. */
static void test_second_fact(void **state)
{
	struct fake fake = {.types_below = BPF_MAP_TYPE_PROG_ARRAY};
	struct probe_request request = fake_request(&fake);
	struct kernel none = {0}, btf = {.btf = enum_btf()}, config = {0};
	struct snapshot *snapshot = snapshot_create();

	(void)state;
	config.environment.config_source = "/boot/config-6.1.0";
	struct kit kit;
	struct kit_verdict verdict = {0};
	const struct {
		const struct kernel *kernel;
		uint32_t type;
		enum support_state state;
		const char *word;
	} cases[] = {
		{&none, BPF_MAP_TYPE_ARRAY, SUPPORT_OK, ""},
		{&none, BPF_MAP_TYPE_XSKMAP, SUPPORT_UNKNOWN, "EINVAL"},
		{&none, TYPE_INVENTED, SUPPORT_UNKNOWN, "no recipe"},
		{&btf, BPF_MAP_TYPE_XSKMAP, SUPPORT_UNKNOWN, "EINVAL"}, /* the enum goes on to 41 */
		{&btf, TYPE_INVENTED, SUPPORT_UNSUPPORTED, "bpf_map_type"},
		{&btf, 40, SUPPORT_UNKNOWN, "no recipe"},
		{&config, BPF_MAP_TYPE_XSKMAP, SUPPORT_UNSUPPORTED, "CONFIG_XDP_SOCKETS"},
		{&config, BPF_MAP_TYPE_QUEUE, SUPPORT_UNKNOWN,
			"EINVAL"}, /* no option turns it off */
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_null(kit_open(&kit, &request, cases[i].kernel));
		probe_map_type(&kit, cases[i].type, &verdict);
		kit_close(&kit);
		assert_int_equal(verdict.state, cases[i].state);
		assert_non_null(strstr(verdict.reason, cases[i].word));
	}
	/* The enum's newer type is in the list, by its name. */
	assert_null(probe_map_types(&request, &btf, snapshot));
	expect_state(find(&snapshot->map_types, "wonder"), SUPPORT_UNKNOWN);
	snapshot_destroy(snapshot);
	kernel_deinit(&btf);
}

static void test_names_filter(void **state)
{
	static const char *const names[] = {"array", "isa_v?", "nothing"};
	struct fake fake = {0};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);

	(void)state;
	request.features = names;
	request.feature_cnt = ARRAY_SIZE(names);
	struct snapshot *snapshot = probe_all(&request, &kernel);
	assert_int_equal(snapshot->map_types.cnt, 1);
	assert_string_equal(snapshot->map_types.list[0].name, "array");
	assert_int_equal(snapshot->link_types.cnt, 0);
	assert_int_equal(snapshot->features.cnt, 3);
	assert_int_equal(fake.call_cnt, 4);
	snapshot_destroy(snapshot);
}

static void test_stop(void **state)
{
	atomic_bool stop = true;
	struct fake fake = {0};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);
	struct snapshot *snapshot = snapshot_create();
	struct error *(*const probes[])(const struct probe_request *, const struct kernel *,
		struct snapshot *) = {probe_map_types, probe_link_types, probe_features};

	(void)state;
	request.stop = &stop;
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		struct error *error = probes[i](&request, &kernel, snapshot);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INTERRUPTED);
		error_free(error);
	}
	snapshot_destroy(snapshot);
}

/* The child that tries links in a private network namespace dies at its first call. */
static void test_child_dies(void **state)
{
	static const char *const names[] = {"xdp", "tcx", "netns"};
	struct fake fake = {.parent = getpid()};
	struct kernel kernel = {0};
	struct probe_request request = fake_request(&fake);

	(void)state;
	request.features = names;
	request.feature_cnt = ARRAY_SIZE(names);
	struct snapshot *snapshot = probe_all(&request, &kernel);
	assert_int_equal(snapshot->link_types.cnt, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct snapshot_feature *link = find(&snapshot->link_types, names[i]);
		/* Without the right to unshare, no call is made. */
		if (link->state != SUPPORT_BLOCKED)
			expect_state(link, SUPPORT_UNKNOWN);
		assert_non_null(link->reason);
	}
	snapshot_destroy(snapshot);
}

static void test_feature_infos(void **state)
{
	const struct feature_info *info, *other;

	(void)state;
	for (size_t i = 0; (info = probe_feature_info(i)); i++) {
		assert_true(info->name && info->name[0]);
		assert_true(info->meaning && info->meaning[0]);
		for (size_t j = 0; j < i; j++) {
			other = probe_feature_info(j);
			assert_string_not_equal(info->name, other->name);
		}
	}
}

static bool bpf_is_permitted(void)
{
	struct bpf_sys sys = {0};
	struct kit_map_attr attr = {
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	int map = bpf_call(&sys, BPF_MAP_CREATE, &attr, offsetof(struct kit_map_attr, extra));

	if (map >= 0)
		close(map);
	return map >= 0;
}

static void test_live(void **state)
{
	struct probe_request request = {0};
	struct kernel kernel = {0};
	struct kit kit;
	struct kit_verdict verdict = {0};

	(void)state;
	if (!bpf_is_permitted()) {
		print_message("skipped: bpf(2) does not let this process create a map\n");
		skip();
	}
	assert_null(load_btf(&kernel, ""));
	struct snapshot *snapshot = probe_all(&request, &kernel);
	expect_state(find(&snapshot->map_types, "array"), SUPPORT_OK);
	expect_state(find(&snapshot->map_types, "hash"), SUPPORT_OK);
	expect_state(find(&snapshot->features, "btf"), SUPPORT_OK);
	expect_reasons(&snapshot->map_types);
	expect_reasons(&snapshot->link_types);
	expect_reasons(&snapshot->features);
	/* No kernel can have both names of the counted pointer. */
	if (find(&snapshot->features, "tag:kptr_untrusted")->state == SUPPORT_OK)
		expect_state(find(&snapshot->features, "tag:kptr_ref"), SUPPORT_UNSUPPORTED);

	assert_null(kit_open(&kit, &request, &kernel));
	probe_map_type(&kit, TYPE_INVENTED, &verdict);
	kit_close(&kit);
	assert_int_equal(verdict.state, kernel.btf ? SUPPORT_UNSUPPORTED : SUPPORT_UNKNOWN);
	snapshot_destroy(snapshot);
	kernel_deinit(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_answer_to_everything),
		cmocka_unit_test(test_refusal_with_btf),
		cmocka_unit_test(test_yes_to_everything),
		cmocka_unit_test(test_invented_tag_refused),
		cmocka_unit_test(test_second_fact),
		cmocka_unit_test(test_names_filter),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_child_dies),
		cmocka_unit_test(test_feature_infos),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
