/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_context, probe_context, probe_target: the table, its names, and what a BTF makes of it. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/array.h"
#include "util/glob.h"

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "input/system/system.h"
#include "inventory/contexts.h"
#include "inventory/inventory.h"
#include "util/file.h"

#define HEADER "/usr/include/linux/bpf.h"

static const struct context_row *row_named(const char *name)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strcmp(context_rows[i].name, name))
			return &context_rows[i];
	}
	return NULL;
}

static void test_names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < context_row_cnt; i++)
		assert_ptr_equal(row_named(context_rows[i].name), &context_rows[i]);
}

/* Two rows that load in exactly the same way would be one context under two names. */
static bool same_load(const struct context_row *a, const struct context_row *b)
{
	return a->prog_type == b->prog_type && a->attach_type == b->attach_type &&
		a->prog_flags == b->prog_flags && a->target == b->target;
}

static void test_rows_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < context_row_cnt; i++) {
		for (size_t k = 0; k < i; k++) {
			/* The kernel learns only when it attaches whether it is a kprobe or a
			 * uprobe. */
			bool probes = !strcmp(context_rows[k].name, "kprobe") &&
				!strcmp(context_rows[i].name, "uprobe");
			if (same_load(&context_rows[i], &context_rows[k]) && !probes)
				fail_msg("%s is %s", context_rows[i].name, context_rows[k].name);
		}
	}
}

static void test_rows_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		size_t len = strlen(row->name);
		bool dot_s = len > 2 && !strcmp(row->name + len - 2, ".s");
		bool sleeps = row->prog_flags & BPF_F_SLEEPABLE;

		assert_non_null(prog_type_word(row->prog_type));
		assert_int_equal(dot_s, sleeps && strcmp(row->name, "syscall"));
		assert_true(row->attach_type == ATTACH_NONE || attach_type_word(row->attach_type));
		/* BTF targets need an attach type, except where the type alone says it. */
		if (row->target != TARGET_NONE && row->prog_type == PROG_TYPE_TRACING)
			assert_true(row->attach_type != ATTACH_NONE);
	}
}

static void test_sleepable_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		if (!row->sleepable_form)
			continue;
		const struct context_row *form = row_named(row->sleepable_form);
		assert_non_null(form);
		assert_true(form->prog_flags & BPF_F_SLEEPABLE);
		assert_false(row->prog_flags & BPF_F_SLEEPABLE);
		assert_int_equal(form->prog_type, row->prog_type);
	}
	/* And the other way: no row that can sleep is nobody's form, but those that always do. */
	for (size_t i = 0; i < context_row_cnt; i++) {
		bool is_form = !(context_rows[i].prog_flags & BPF_F_SLEEPABLE) ||
			!strcmp(context_rows[i].name, "syscall");
		for (size_t k = 0; k < context_row_cnt && !is_form; k++)
			is_form = context_rows[k].sleepable_form &&
				!strcmp(context_rows[k].sleepable_form, context_rows[i].name);
		assert_true(is_form);
	}
}

static void test_every_program_type_has_a_context(void **state)
{
	(void)state;
	for (uint32_t type = 1; type < PROG_TYPE_CNT; type++) {
		bool found = false;
		for (size_t i = 0; i < context_row_cnt && !found; i++)
			found = (uint32_t)context_rows[i].prog_type == type;
		if (!found)
			fail_msg("no context of program type %s", prog_type_word(type));
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_null(prog_type_word(0));
	assert_null(prog_type_word(PROG_TYPE_CNT));
	assert_null(prog_type_word(UINT32_MAX));
	assert_null(attach_type_word(ATTACH_TYPE_CNT));
	assert_null(attach_type_word(UINT32_MAX));
	assert_null(attach_type_enumerator(ATTACH_NONE));
	assert_null(attach_type_enumerator(ATTACH_TYPE_CNT));
	assert_string_equal(attach_type_enumerator(ATTACH_XDP_DEVMAP), "BPF_XDP_DEVMAP");
	for (uint32_t a = 0; a < ATTACH_TYPE_CNT; a++) {
		assert_non_null(attach_type_word(a));
		for (uint32_t b = 0; b < a; b++)
			assert_string_not_equal(attach_type_word(a), attach_type_word(b));
	}
}

/* "BPF_" PREFIX and the word in capitals: the kernel's enumerator. */
static void enumerator_of(const char *prefix, const char *word, char *name, size_t size)
{
	int len = snprintf(name, size, "%s%s", prefix, word);

	for (int i = 0; i < len; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
}

/* The number of `enumerator` in the text of "enum NAME {": its place, since none is given there. */
static int number_in_header(const char *text, const char *enum_head, const char *enumerator)
{
	const char *at = strstr(text, enum_head), *end = at ? strchr(at, '}') : NULL;
	int number = 0;

	for (at = at ? strchr(at, '{') + 1 : NULL; at && at < end; number++) {
		at += strspn(at, " \t\n");
		while (!strncmp(at, "/*", 2)) {
			at = strstr(at, "*/") + 2;
			at += strspn(at, " \t\n");
		}
		size_t len = strcspn(at, ",\n =}");
		const char *comma = strpbrk(at, ",}");
		if (len == strlen(enumerator) && !strncmp(at, enumerator, len))
			return number;
		/* "A = B": an alias, which does not count on. */
		if (memchr(at, '=', (size_t)(comma - at)))
			number--;
		at = comma + 1;
	}
	return -1;
}

static void test_numbers_of_the_header(void **state)
{
	char name[96], *text = NULL;
	int seen = 0;

	(void)state;
	_cleanup_error_ struct error *error = file_read_line("", HEADER, &text);
	if (error) {
		print_message("skip: %s\n", error->what);
		skip();
	}
	for (uint32_t type = 1; type < PROG_TYPE_CNT; type++) {
		enumerator_of("BPF_PROG_TYPE_", prog_type_word(type), name, sizeof(name));
		int number = number_in_header(text, "enum bpf_prog_type {", name);
		assert_true(number == -1 || number == (int)type);
		seen += number != -1;
	}
	assert_true(seen >= 30);
	for (uint32_t type = 0; type < ATTACH_TYPE_CNT; type++) {
		int number = number_in_header(text, "enum bpf_attach_type {",
			attach_type_enumerator((enum attach_type)type));
		assert_true(number == -1 || number == (int)type);
		seen += number != -1;
	}
	assert_true(seen >= 30 + 40);
	free(text);
}

static void check_enumerator(
	const struct kbtf *btf, uint32_t enum_id, const char *name, uint32_t number)
{
	int64_t value;

	/* A kernel older than the table lacks some, and must not number one otherwise. */
	if (kbtf_enum_value(btf, enum_id, name, &value) && value != number)
		fail_msg("%s is %lld in this kernel", name, (long long)value);
}

static void test_numbers_of_this_kernel(void **state)
{
	struct kernel kernel = {0};
	char name[96];

	(void)state;
	assert_null(load_kernel(&kernel, "", LOAD_BTF));
	if (!kernel.btf) {
		print_message("skip: no BTF: %s\n", kernel.btf_missing);
		kernel_deinit(&kernel);
		skip();
	}
	uint32_t prog_types = kbtf_find(kernel.btf, "bpf_prog_type", BTF_KIND_ENUM);
	uint32_t attach_types = kbtf_find(kernel.btf, "bpf_attach_type", BTF_KIND_ENUM);
	assert_true(prog_types && attach_types);
	for (uint32_t type = 1; type < PROG_TYPE_CNT; type++) {
		enumerator_of("BPF_PROG_TYPE_", prog_type_word(type), name, sizeof(name));
		check_enumerator(kernel.btf, prog_types, name, type);
	}
	for (uint32_t type = 0; type < ATTACH_TYPE_CNT; type++)
		check_enumerator(kernel.btf, attach_types,
			attach_type_enumerator((enum attach_type)type), type);
	kernel_deinit(&kernel);
}

/* The state of an attach type, on a kernel whose enum has BPF_PERF_EVENT or lacks it. */
static enum support_state state_of_link_type(bool listed, const enum support_state *link)
{
	struct btf_builder builder;
	struct kernel kernel = {0};
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	builder_init(&builder);
	builder_type(&builder, "bpf_attach_type", BTF_KIND_ENUM, 1, false, 4);
	builder_pair(&builder, listed ? "BPF_PERF_EVENT" : "BPF_XDP", listed ? 41 : 37);
	assert_null(builder_create(&builder, NULL, &kernel.btf));
	if (link)
		assert_true(snapshot_add_feature(
			snapshot, &snapshot->link_types, "perf_event", *link, 0, NULL));
	assert_null(attach_types_conclude(&kernel, snapshot));
	const struct snapshot_feature *type =
		snapshot_find_feature(&snapshot->attach_types, "perf_event");
	assert_non_null(type);
	enum support_state state = type->state;
	builder_deinit(&builder);
	snapshot_destroy(snapshot);
	kernel_deinit(&kernel);
	return state;
}

/* No program is loaded with the attach type of a link. */
static void test_attach_types_of_links(void **state)
{
	static const enum support_state links[] = {SUPPORT_OK, SUPPORT_UNSUPPORTED, SUPPORT_BLOCKED};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		assert_int_equal(state_of_link_type(true, &links[i]), links[i]);
	assert_int_equal(state_of_link_type(true, NULL), SUPPORT_UNKNOWN);
	assert_int_equal(state_of_link_type(false, NULL), SUPPORT_UNSUPPORTED);
	assert_int_equal(attach_type_of_link("struct_ops"), ATTACH_STRUCT_OPS);
	assert_int_equal(attach_type_of_link("xdp"), ATTACH_NONE);
}

static void test_canonical_names(void **state)
{
	static const struct {
		const char *section, *name; /* NULL: none we know */
	} cases[] = {
		{"xdp", "xdp"},
		{"xdp.frags", "xdp.frags"},
		{"xdp/devmap", "xdp/devmap"},
		{"?xdp", "xdp"},
		{"kprobe", "kprobe"},
		{"kprobe/do_exit", "kprobe/do_exit"},
		{"kretprobe/do_exit", "kretprobe/do_exit"},
		{"ksyscall/openat", "ksyscall/openat"},
		{"kprobe.multi/tcp_*", "kprobe.multi/tcp_*"},
		{"kretprobe.multi/tcp_*", "kretprobe.multi/tcp_*"},
		{"kprobe.session/x", "kprobe.session/x"},
		{"uprobe//bin/sh:main", "uprobe//bin/sh:main"},
		{"uretprobe.s//bin/sh:main", "uretprobe.s//bin/sh:main"},
		{"usdt//bin/sh:a:b", "usdt//bin/sh:a:b"},
		{"fentry/vfs_read", "fentry/vfs_read"},
		{"fentry.s/vfs_read", "fentry.s/vfs_read"},
		{"?fexit/vfs_read", "fexit/vfs_read"},
		{"fmod_ret/x", "fmod_ret/x"},
		{"tp_btf/sched_switch", "tp_btf/sched_switch"},
		{"tp/sched/sched_switch", "tp/sched/sched_switch"},
		{"tracepoint/sched/sched_switch", "tracepoint/sched/sched_switch"},
		{"raw_tp/sys_enter", "raw_tp/sys_enter"},
		{"raw_tp.w/x", "raw_tp.w/x"},
		{"iter/task", "iter/task"},
		{"iter.s/task", "iter.s/task"},
		{"iter", "iter"},
		{"struct_ops/init", "struct_ops/init"},
		{"struct_ops.s/init", "struct_ops.s/init"},
		{"lsm/file_open", "lsm/file_open"},
		{"lsm.s/file_open", "lsm.s/file_open"},
		{"lsm_cgroup/socket_bind", "lsm_cgroup/socket_bind"},
		{"tc", "tc"},
		{"classifier", "tc"},
		{"tc/ingress", "tcx/ingress"},
		{"tcx/egress", "tcx/egress"},
		{"cgroup/connect4", "cgroup/connect4"},
		{"cgroup_skb/ingress", "cgroup_skb/ingress"},
		{"cgroup/sock", "cgroup/sock_create"},
		{"freplace/main", "freplace/main"},
		{"syscall", "syscall"},
		{"perf_event", "perf_event"},
		{"sk_skb/stream_parser", "sk_skb/stream_parser"},
		{"", NULL},
		{"?", NULL},
		{"/", NULL},
		{"xdp/", NULL},
		{"kprobe/", NULL},
		{"iter/", NULL},
		{"kretprobe", "kprobe"},
		{"usdt", "uprobe"},
		{"xdp/nothing", NULL},
		{"xdpx", NULL},
		{"XDP", NULL},
		{"cgroup", NULL},
		{"cgroup/nothing", NULL},
		{"fentry.x/y", NULL},
		{"xdp ", NULL},
		{".text", NULL},
		{"perf_event/x", NULL},
		{"syscall/x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[64] = "untouched";
		bool known = context_canonical(cases[i].section, name, sizeof(name));
		if (known != (cases[i].name != NULL) || (known && strcmp(name, cases[i].name)))
			fail_msg("\"%s\" is %s", cases[i].section, known ? name : "unknown");
	}
	for (size_t i = 0; i < context_row_cnt; i++) {
		char name[64];
		assert_true(context_canonical(context_rows[i].name, name, sizeof(name)));
		assert_string_equal(name, context_rows[i].name);
	}
}

static void test_sections(void **state)
{
	static const struct {
		const char *name, *row, *target;
		enum section_kind kind;
		bool returns;
	} cases[] = {
		{"kprobe/do_exit", "kprobe", "do_exit", SECTION_KPROBE, false},
		{"kretprobe/do_exit", "kprobe", "do_exit", SECTION_KRETPROBE, true},
		{"kretprobe.multi/tcp_*", "kprobe.multi", "tcp_*", SECTION_KPROBE_MULTI, true},
		{"kprobe.session/x", "kprobe.session", "x", SECTION_KPROBE_MULTI, false},
		{"ksyscall/openat", "kprobe", "openat", SECTION_SYSCALL, false},
		{"kretsyscall/openat", "kprobe", "openat", SECTION_SYSCALL, true},
		{"uretprobe//bin/sh:main", "uprobe", "/bin/sh:main", SECTION_UPROBE, true},
		{"uprobe.multi.s//bin/sh:a*", "uprobe.multi.s", "/bin/sh:a*", SECTION_UPROBE_MULTI, false},
		{"usdt//bin/sh:a:b", "uprobe", "/bin/sh:a:b", SECTION_USDT, false},
		{"tp/sched/sched_switch", "tracepoint", "sched/sched_switch", SECTION_TRACEPOINT, false},
		{"raw_tp.w/x", "raw_tracepoint.w", "x", SECTION_RAW_TRACEPOINT, false},
		{"tp_btf/x", "tp_btf", "x", SECTION_RAW_TRACEPOINT, false},
		{"fexit.s/x", "fexit.s", "x", SECTION_FUNCTION, false},
		{"fmod_ret/x", "fmod_ret", "x", SECTION_FUNCTION, false},
		{"fentry.multi/x*", "fentry.multi", "x*", SECTION_FUNCTION_MULTI, false},
		{"lsm.s/x", "lsm.s", "x", SECTION_LSM, false},
		{"lsm_cgroup/x", "lsm_cgroup", "x", SECTION_LSM, false},
		{"freplace/x", "freplace", "x", SECTION_PROGRAM, false},
		/* These are parts of the context's own name. */
		{"iter/task", "iter", NULL, SECTION_ITER, false},
		{"struct_ops/T/m", "struct_ops", NULL, SECTION_STRUCT_OPS, false},
		{"cgroup/dev", "cgroup/dev", NULL, SECTION_NONE, false},
		{"kprobe", "kprobe", NULL, SECTION_KPROBE, false},
	};
	struct section section;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!section_parse(cases[i].name, &section))
			fail_msg("%s: no section", cases[i].name);
		assert_string_equal(section.row->name, cases[i].row);
		assert_int_equal(section.kind, cases[i].kind);
		assert_int_equal(section.returns, cases[i].returns);
		assert_int_equal(section.target != NULL, cases[i].target != NULL);
		if (cases[i].target)
			assert_string_equal(section.target, cases[i].target);
	}
}

static void test_canonical_name_that_does_not_fit(void **state)
{
	char name[8];

	(void)state;
	memset(name, 'x', sizeof(name));
	assert_false(context_canonical("struct_ops/tcp_congestion_ops", name, 4));
	assert_int_equal(name[4], 'x');
	assert_false(context_canonical("xdp", name, 3));
	assert_true(context_canonical("xdp", name, 4));
}

struct world {
	struct btf_builder builder;
	struct kernel kernel;
	struct pool pool;
	uint32_t ops, entry_func, raw_tp;
};

/* Two iterators, a struct_ops type of three members, and near misses of both. */
static void add_types(struct world *world)
{
	struct btf_builder *b = &world->builder;
	uint32_t i = builder_int(b, "int", 4);
	uint32_t meta =
		builder_ptr(b, builder_type(b, "bpf_iter_meta", BTF_KIND_STRUCT, 0, false, 0));
	const struct builder_param takes_meta[] = {{"meta", meta}}, takes_int[] = {{"n", i}};
	uint32_t iter = builder_proto(b, i, takes_meta, 1);
	uint32_t other = builder_proto(b, i, takes_int, 1);
	uint32_t void_iter = builder_proto(b, 0, takes_meta, 1);

	builder_func(b, "bpf_iter_task", iter);
	builder_func(b, "bpf_iter_map", iter);
	builder_func(b, "bpf_iter_num_new", other);
	builder_func(b, "bpf_iter_void", void_iter);
	uint32_t callback = builder_ptr(b, other);
	world->ops = builder_type(b, "tcp_ops", BTF_KIND_STRUCT, 4, false, 32);
	builder_member(b, "init", callback, 0);
	builder_member(b, "name", i, 64);
	builder_member(b, "owner", meta, 128);
	builder_member(b, "release", callback, 192);
	builder_type(b, "bpf_struct_ops_tcp_ops", BTF_KIND_STRUCT, 1, false, 32);
	builder_member(b, "data", world->ops, 0);
	builder_type(b, "bpf_struct_ops_nothing", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(b, "data", i, 0);
	/* A forward declaration that claims a hundred members behind it. */
	uint32_t fwd = builder_type(b, "hostile", BTF_KIND_FWD, 100, false, 0);
	builder_type(b, "bpf_struct_ops_hostile", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(b, "data", fwd, 0);
	world->entry_func = builder_func(b, "vfs_read", other);
	world->raw_tp = builder_ref(b, BTF_KIND_TYPEDEF, "btf_trace_unheard_of", callback);
}

static int world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	builder_init(&world->builder);
	add_types(world);
	*state = world;
	return builder_create(&world->builder, NULL, &world->kernel.btf) != NULL;
}

static int world_close(void **state)
{
	struct world *world = *state;

	kernel_deinit(&world->kernel);
	pool_destroy(&world->pool);
	builder_deinit(&world->builder);
	free(world);
	return 0;
}

static struct probe_context *find_context(struct probe_contexts *contexts, const char *name)
{
	struct probe_context *found = NULL;

	for (size_t i = 0; i < contexts->cnt; i++) {
		if (!strcmp(contexts->list[i].name, name)) {
			assert_null(found);
			found = &contexts->list[i];
		}
	}
	return found;
}

static void test_expansion(void **state)
{
	static const char *const expected[] = {"iter/task", "iter/map", "iter.s/task", "iter.s/map",
		"struct_ops/tcp_ops", "struct_ops/tcp_ops/init", "struct_ops/tcp_ops/release",
		"struct_ops.s/tcp_ops"};
	static const char *const wrong[] = {"iter", "iter.s", "struct_ops", "iter/num_new",
		"iter/void", "struct_ops/nothing", "struct_ops/hostile", "struct_ops/tcp_ops/name",
		"struct_ops/tcp_ops/owner", "struct_ops.s/tcp_ops/init"};
	struct world *world = *state;
	struct probe_contexts contexts;

	assert_null(contexts_expand(&world->kernel, NULL, 0, &world->pool, &contexts));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_non_null(find_context(&contexts, expected[i]));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_null(find_context(&contexts, wrong[i]));
	/* Every row that does not expand is there once; four do, over two iterators and one type.
	 */
	assert_int_equal(contexts.cnt, context_row_cnt - 4 + ARRAY_SIZE(expected));
}

static void test_expansion_without_btf(void **state)
{
	struct world *world = *state;
	struct kernel none = {0};
	struct probe_contexts contexts;

	assert_null(contexts_expand(&none, NULL, 0, &world->pool, &contexts));
	assert_int_equal(contexts.cnt, context_row_cnt);
	assert_non_null(find_context(&contexts, "iter"));
	assert_int_equal(find_context(&contexts, "struct_ops")->type_id, 0);
	struct target target;
	for (size_t i = 0; i < contexts.cnt; i++)
		assert_int_equal(
			targets_find(&none, &contexts.list[i], &world->pool, &target, 1), 0);
}

static void test_globs(void **state)
{
	static const struct {
		const char *globs[2];
		size_t cnt;
	} cases[] = {
		{{"xdp", NULL}, 1},
		{{"iter*", NULL}, 4},
		{{"iter/*", NULL}, 2},
		{{"iter", NULL}, 0},
		{{"*/tcp_ops*", NULL}, 4},
		{{"struct_ops/tcp_ops", "xdp"}, 2},
		{{"nothing", NULL}, 0},
		{{"fentry", "fentry"}, 1},
		{{"[x]dp", NULL}, 1},
		{{"it?r/task", NULL}, 1},
		{{"\\xdp", NULL}, 1},
		{{"struct_ops.s/*", NULL}, 1},
		{{"struct_ops.s/tcp_ops/init", NULL}, 1},
		{{"struct_ops.s/tcp_ops/init", "struct_ops.s/tcp_ops"}, 2},
		{{"struct_ops.s/tcp_ops/name", NULL}, 0},
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe_contexts contexts;
		size_t glob_cnt = cases[i].globs[1] ? 2 : 1;
		assert_null(contexts_expand(
			&world->kernel, cases[i].globs, glob_cnt, &world->pool, &contexts));
		if (contexts.cnt != cases[i].cnt)
			fail_msg("%s: %zu contexts", cases[i].globs[0], contexts.cnt);
	}
	assert_true(glob_any(NULL, 0, "anything"));
}

static void test_place_of_a_row(void **state)
{
	struct world *world = *state;
	struct probe_contexts contexts;

	assert_null(contexts_expand(&world->kernel, NULL, 0, &world->pool, &contexts));
	for (size_t i = 0; i < contexts.cnt; i++) {
		const struct probe_context *context = &contexts.list[i];
		const struct context_row *row = context->row;
		assert_int_equal(context->place.prog_type, row->prog_type);
		assert_int_equal(context->place.prog_flags, row->prog_flags);
		assert_int_equal(context->place.expected_attach_type,
			row->attach_type == ATTACH_NONE ? 0 : row->attach_type);
		assert_int_equal(context->place.ret, row->ret);
		assert_int_equal(context->state, SUPPORT_UNKNOWN);
	}
}

static size_t targets_of(struct world *world, struct probe_contexts *contexts, const char *name,
	struct target *targets, size_t max)
{
	return targets_find(
		&world->kernel, find_context(contexts, name), &world->pool, targets, max);
}

static void test_targets(void **state)
{
	struct world *world = *state;
	struct probe_contexts contexts;
	struct target targets[TARGET_CANDIDATES_MAX];

	assert_null(contexts_expand(&world->kernel, NULL, 0, &world->pool, &contexts));
	assert_int_equal(targets_of(world, &contexts, "xdp", targets, 8), 0);
	assert_int_equal(targets_of(world, &contexts, "lsm", targets, 8), 0);
	assert_int_equal(targets_of(world, &contexts, "fentry", targets, 8), 1);
	assert_int_equal(targets[0].btf_id, world->entry_func);
	assert_string_equal(targets[0].name, "vfs_read");
	/* None of the tracepoints that are known by name: whatever there is. */
	assert_int_equal(targets_of(world, &contexts, "tp_btf", targets, 8), 1);
	assert_int_equal(targets[0].btf_id, world->raw_tp);
	assert_int_equal(targets_of(world, &contexts, "iter/map", targets, 8), 1);
	assert_string_equal(targets[0].name, "bpf_iter_map");
	assert_int_equal(targets_of(world, &contexts, "struct_ops/tcp_ops/release", targets, 8), 1);
	assert_int_equal(targets[0].btf_id, world->ops);
	assert_true(targets[0].has_attach_type);
	assert_int_equal(targets[0].attach_type, 3);
	size_t any =
		targets_of(world, &contexts, "struct_ops/tcp_ops", targets, ARRAY_SIZE(targets));
	assert_true(any >= 2 && any <= 4);
	assert_int_equal(targets_of(world, &contexts, "struct_ops/tcp_ops", targets, 1), 1);
}

static void test_undivided_types(void **state)
{
	static const char *const undivided[] = {"xdp", "sk_reuseport", "sk_skb", "tc"};
	static const char *const others[] = {
		"xdp.frags", "xdp/devmap", "sk_reuseport/migrate", "tcx/ingress", "fentry"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(undivided); i++)
		assert_true(context_row_is_undivided(row_named(undivided[i])));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(context_row_is_undivided(row_named(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_unique),
		cmocka_unit_test(test_rows_differ),
		cmocka_unit_test(test_rows_are_sound),
		cmocka_unit_test(test_sleepable_forms),
		cmocka_unit_test(test_every_program_type_has_a_context),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_undivided_types),
		cmocka_unit_test(test_numbers_of_the_header),
		cmocka_unit_test(test_numbers_of_this_kernel),
		cmocka_unit_test(test_attach_types_of_links),
		cmocka_unit_test(test_canonical_names),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_canonical_name_that_does_not_fit),
		cmocka_unit_test_setup_teardown(test_expansion, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			test_expansion_without_btf, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_globs, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_place_of_a_row, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_targets, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
