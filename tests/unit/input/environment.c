/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "input/system/live.h"
#include "input/system/system.h"
#include "util/file.h"
#include "input/system/container.h"
#include "util/array.h"

static void test_status_numbers(void **state)
{
	static const struct {
		const char *text, *key;
		int base;
		bool found;
		uint64_t number;
	} rows[] = {
		{"Name:\tx\nCapEff:\t000001ffffffffff\n", "CapEff", 16, true, 0x1ffffffffff},
		{"CapEff:\tffffffffffffffff\n", "CapEff", 16, true, UINT64_MAX},
		{"CapEff:\t0\n", "CapEff", 16, true, 0},
		{"CapEff:\t1ffffffffffffffff\n", "CapEff", 16, false, 0},
		{"CapEff:\t\n", "CapEff", 16, false, 0},
		{"CapEff:\tzz\n", "CapEff", 16, false, 0},
		{"CapEff:\t1x\n", "CapEff", 16, false, 0},
		{"CapEff:\t000001ff", "CapEff", 16, false, 0},
		{"CapEff", "CapEff", 16, false, 0},
		{"Name:\tCapEff:\t1\n", "CapEff", 16, false, 0},
		{"CapEffective:\t1\n", "CapEff", 16, false, 0},
		{"", "CapEff", 16, false, 0},
		{"Seccomp:\t2\nSeccomp_filters:\t1\n", "Seccomp", 10, true, 2},
		{"Seccomp:\tb\n", "Seccomp", 10, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t number = 0;
		bool found = environment_status_number(
			rows[i].text, strlen(rows[i].text), rows[i].key, rows[i].base, &number);
		if (found != rows[i].found || number != rows[i].number)
			fail_msg("row %zu: %d, %#llx", i, found, (unsigned long long)number);
	}
}

/* The size ends the text, not the bytes after it. */
static void test_status_size(void **state)
{
	static const char text[] = "CapEff:\t1ff\n";
	uint64_t number = 77;

	(void)state;
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		assert_false(environment_status_number(text, size, "CapEff", 16, &number));
	assert_int_equal(number, 77);
	assert_true(environment_status_number(text, sizeof(text) - 1, "CapEff", 16, &number));
	assert_int_equal(number, 0x1ff);
}

static void test_capabilities(void **state)
{
	static const uint64_t set = 1 | 1ull << 12 | 1ull << 21 | 1ull << 24 | 1ull << 34 |
		1ull << 38 | 1ull << 39 | 1ull << 40 | 1ull << 41 | 1ull << 63;
	static const char *const expected[] = {"CAP_CHOWN", "CAP_NET_ADMIN", "CAP_SYS_ADMIN",
		"CAP_SYS_RESOURCE", "CAP_SYSLOG", "CAP_PERFMON", "CAP_BPF",
		"CAP_CHECKPOINT_RESTORE", "CAP_41", "CAP_63"};
	_cleanup_pool_ struct pool pool = {0};
	size_t cnt;
	const char **names = environment_capabilities(&pool, set, &cnt);

	(void)state;
	assert_non_null(names);
	assert_int_equal(cnt, ARRAY_SIZE(expected));
	for (size_t i = 0; i < cnt; i++)
		assert_string_equal(names[i], expected[i]);
	assert_non_null(environment_capabilities(&pool, UINT64_MAX, &cnt));
	assert_int_equal(cnt, 64);
	assert_non_null(environment_capabilities(&pool, 0, &cnt));
	assert_int_equal(cnt, 0);
}

static void test_lockdown(void **state)
{
	static const struct {
		const char *text, *mode;
	} rows[] = {
		{"[none] integrity confidentiality", "none"},
		{"none [integrity] confidentiality", "integrity"},
		{"none integrity [confidentiality]", "confidentiality"},
		{"none integrity confidentiality", NULL},
		{"none ]integrity[ confidentiality", NULL},
		{"[]", NULL},
		{"[", NULL},
		{"", NULL},
	};
	_cleanup_pool_ struct pool pool = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *mode = "left over";
		assert_null(environment_lockdown(&pool, rows[i].text, &mode));
		if (rows[i].mode)
			assert_string_equal(mode, rows[i].mode);
		else
			assert_null(mode);
	}
}

static void test_list(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	const char **list;
	size_t cnt;

	(void)state;
	assert_null(environment_list(&pool, ",lockdown,capability,,bpf,", &list, &cnt));
	assert_int_equal(cnt, 3);
	assert_string_equal(list[0], "lockdown");
	assert_string_equal(list[1], "capability");
	assert_string_equal(list[2], "bpf");
	assert_null(environment_list(&pool, ",,,", &list, &cnt));
	assert_null(list);
	assert_int_equal(cnt, 0);
}

static void test_mounts(void **state)
{
	static const char mounts[] = "sysfs /sys sysfs rw 0 0\n"
				     "tracefs /sys/kernel/tracing/deeper tracefs rw 0 0\n"
				     "x /sys/kernel/tracing tmpfs rw 0 0\n"
				     "x /sys/kernel/tracingxtracefs rw 0 0\n"
				     "none /sys/kernel/debug debugfs rw 0 0\n"
				     "securityfs /sys/kernel/security securityfs";

	(void)state;
	assert_true(mounts_have(mounts, "sysfs", "/sys"));
	assert_true(mounts_have(mounts, "debugfs", "/sys/kernel/debug"));
	assert_false(mounts_have(mounts, "tracefs", "/sys/kernel/tracing"));
	assert_false(mounts_have(mounts, "securityfs", "/sys/kernel/security"));
	assert_false(mounts_have("", "sysfs", "/sys"));
	assert_false(mounts_have("\n\n /sys\n", "sysfs", "/sys"));
}

static void test_cgroups(void **state)
{
	static const struct {
		const char *text, *manager;
	} rows[] = {
		{"0::/\n", NULL},
		{"0::/system.slice/docker.service\n", NULL},
		{"0::/user.slice/docker-desktop.service\n", NULL},
		{"1:cpu:/docker/0123\n", NULL},
		{"1:cpu:/docker/0123456789abcdef\n", "docker"},
		{"0::/system.slice/docker-0123456789abcdef.scope\n", "docker"},
		{"0::/machine.slice/libpod-0123456789abcdef.scope\n", "podman"},
		{"0::/lxc.payload.web/init.scope\n", "lxc"},
		{"1:cpu:/\n2:pids:/kubepods/burstable/pod1/0123456789abcdef\n", "kubernetes"},
		{"0::/kubepods.slice/kubepods-pod1.slice/docker-0123456789abcdef.scope\n",
			"kubernetes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *manager = container_of_cgroup(rows[i].text);
		if (rows[i].manager ? !manager || strcmp(manager, rows[i].manager)
				    : manager != NULL)
			fail_msg("%s: %s", rows[i].text, manager);
	}
}

static bool has_limit(const struct kernel *kernel, const char *words)
{
	for (size_t i = 0; i < kernel->environment.limit_cnt; i++) {
		if (strstr(kernel->environment.limits[i].what, words))
			return true;
	}
	return false;
}

static void load(struct kernel *kernel, const char *root)
{
	*kernel = (struct kernel) {0};
	assert_null(load_identity(kernel, root));
	assert_null(load_config(kernel, root));
	assert_null(load_environment(kernel, root));
}

static void test_locked_down_host(void **state)
{
	struct kernel kernel;
	const struct kernel_environment *environment = &kernel.environment;

	(void)state;
	load(&kernel, "tests/fixtures/roots/debian-6.1-cloud");
	assert_int_equal(environment->capability_cnt, 41);
	assert_true(kernel_has_capability(&kernel, "CAP_BPF"));
	assert_string_equal(environment->lockdown, "integrity");
	assert_int_equal(environment->lsm_cnt, 7);
	assert_string_equal(environment->lsm[0], "lockdown");
	assert_string_equal(environment->lsm[6], "bpf");
	assert_string_equal(environment->jit, "1");
	assert_string_equal(environment->unprivileged_bpf_disabled, "2");
	assert_string_equal(environment->kptr_restrict, "2");
	assert_null(environment->container);
	assert_true(has_limit(&kernel, "lockdown is in integrity mode"));
	assert_true(has_limit(&kernel, "kptr_restrict"));
	assert_true(has_limit(&kernel, "/sys/kernel/btf/vmlinux is missing"));
	/* No other limit: the rest of this tree is valid. */
	assert_int_equal(environment->limit_cnt, 3);
	kernel_deinit(&kernel);
}

static void test_unprivileged_container(void **state)
{
	struct kernel kernel;
	const struct kernel_environment *environment = &kernel.environment;

	(void)state;
	load(&kernel, "tests/fixtures/roots/debian-5.10-container");
	assert_int_equal(environment->capability_cnt, 14);
	assert_false(kernel_has_capability(&kernel, "CAP_BPF"));
	/* Its capabilities do not count in a user namespace. */
	assert_true(environment->in_user_namespace);
	assert_false(kernel_has_capability(&kernel, environment->capabilities[0]));
	assert_string_equal(environment->container, "docker");
	assert_string_equal(environment->lockdown, "none");
	assert_null(environment->jit);
	assert_true(has_limit(&kernel, "no CAP_BPF and no CAP_SYS_ADMIN: programs cannot"));
	assert_true(has_limit(&kernel, "no CAP_PERFMON"));
	assert_true(has_limit(&kernel, "no CAP_NET_ADMIN"));
	assert_true(has_limit(&kernel, "user namespace"));
	assert_true(has_limit(&kernel, "seccomp"));
	assert_true(has_limit(&kernel, "BPF LSM is not active"));
	assert_true(has_limit(&kernel, "addresses are hidden"));
	assert_true(has_limit(&kernel, "tracefs is not mounted"));
	assert_true(has_limit(&kernel, "debugfs is not mounted"));
	/* The LSM list was read, so the mounts do not matter. */
	assert_false(has_limit(&kernel, "securityfs"));
	kernel_deinit(&kernel);
}

static void test_virtual_machine(void **state)
{
	struct kernel kernel;
	const struct kernel_environment *environment = &kernel.environment;

	(void)state;
	load(&kernel, "tests/fixtures/roots/vm-6.18");
	/* All but CAP_SYS_RESOURCE, and that is no limit. */
	assert_int_equal(environment->capability_cnt, 40);
	assert_false(kernel_has_capability(&kernel, "CAP_SYS_RESOURCE"));
	assert_null(environment->lsm);
	assert_int_equal(environment->lsm_cnt, 0);
	/* Lockdown is built in, so its mode is unknown without securityfs. */
	assert_null(environment->lockdown);
	assert_string_equal(environment->jit, "1");
	assert_true(has_limit(&kernel, "securityfs is not mounted: lockdown mode and LSM list"));
	assert_true(has_limit(&kernel, "without kprobes"));
	assert_false(has_limit(&kernel, "no CAP_"));
	assert_false(has_limit(&kernel, "BPF LSM is not active"));
	kernel_deinit(&kernel);
}

static void test_hostile_tree(void **state)
{
	struct kernel kernel;
	const struct kernel_environment *environment = &kernel.environment;

	(void)state;
	load(&kernel, "tests/fixtures/roots/hostile");
	assert_null(environment->capabilities);
	assert_null(environment->lockdown);
	assert_null(environment->lsm);
	assert_null(environment->jit);
	assert_null(environment->unprivileged_bpf_disabled);
	assert_null(environment->kptr_restrict);
	assert_null(environment->container);
	/* An unknown capability is not a missing one. */
	assert_false(has_limit(&kernel, "no CAP_"));
	assert_false(has_limit(&kernel, "seccomp"));
	assert_false(has_limit(&kernel, "user namespace"));
	assert_false(has_limit(&kernel, "lockdown is in"));
	kernel_deinit(&kernel);
}

static void test_no_tree(void **state)
{
	struct kernel kernel;

	(void)state;
	load(&kernel, "tests/fixtures/roots/none");
	assert_null(kernel.environment.capabilities);
	assert_null(kernel.environment.jit);
	assert_true(has_limit(&kernel, "whether the BPF JIT is on is unknown"));
	assert_null(kernel.environment.lsm);
	assert_true(has_limit(&kernel, "kernel configuration not readable"));
	assert_true(has_limit(&kernel, "LSM list is unknown"));
	kernel_deinit(&kernel);
}

/* Values from the configuration if a file is missing. */
static void test_configuration_decides(void **state)
{
	static struct kernel_config_option always[] = {{"CONFIG_BPF_JIT_ALWAYS_ON", "y"}};
	static struct kernel_config_option jit[] = {{"CONFIG_BPF_JIT", "y"}};
	static struct kernel_config_option bpf[] = {{"CONFIG_BPF_SYSCALL", "y"}};
	static struct kernel_config_option lockdown[] = {{"CONFIG_SECURITY_LOCKDOWN_LSM", "y"}};
	static struct kernel_config_option old_lockdown[] = {{"CONFIG_LOCK_DOWN_KERNEL", "y"}};
	static const struct {
		struct kernel_config_option *config;
		const char *jit, *lockdown, *limit;
	} rows[] = {
		{always, "always", "none", NULL},
		{jit, NULL, "none", NULL}, /* no bpf(2), so no other limit */
		{bpf, "none", "none", "without a BPF JIT"},
		{lockdown, "none", NULL, "without a BPF JIT"},
		{old_lockdown, "none", NULL, "without a BPF JIT"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel kernel = {.config = rows[i].config,
			.config_cnt = 1,
			.environment.config_source = "/boot/config"};
		assert_null(load_environment(&kernel, "tests/fixtures/roots/none"));
		assert_true((kernel.environment.jit != NULL) == (rows[i].jit != NULL));
		if (rows[i].jit)
			assert_string_equal(kernel.environment.jit, rows[i].jit);
		assert_true((kernel.environment.lockdown != NULL) == (rows[i].lockdown != NULL));
		if (rows[i].lockdown)
			assert_string_equal(kernel.environment.lockdown, rows[i].lockdown);
		assert_true(has_limit(&kernel, "BPF JIT") == (rows[i].limit != NULL));
		assert_true(!rows[i].limit || has_limit(&kernel, rows[i].limit));
		kernel_deinit(&kernel);
	}
}

/* An unreadable file does not prove that nothing is locked down. */
static void test_unreadable_lockdown(void **state)
{
	char root[] = P_tmpdir "/kcompat-test-XXXXXX", path[128];
	static const char *const directories[] = {
		"/sys", "/sys/kernel", "/sys/kernel/security", "/sys/kernel/security/lockdown"};
	struct kernel kernel = {.environment.config_source = "/boot/config"};

	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", root, directories[i]);
		assert_return_code(mkdir(path, 0755), 0);
	}
	assert_null(load_environment(&kernel, root));
	assert_null(kernel.environment.lockdown);
	kernel_deinit(&kernel);
	for (size_t i = 4; i--;) {
		snprintf(path, sizeof(path), "%s%s", root, directories[i]);
		assert_return_code(rmdir(path), 0);
	}
	assert_return_code(rmdir(root), 0);
}

static void test_address_rule(void **state)
{
	static const char *syslog[] = {"CAP_SYSLOG"};
	static const struct {
		const char *restriction, *paranoid;
		bool known, capable, hidden;
	} rows[] = {
		{"0", "1", true, false, false},
		{"0", "2", true, false, true},
		{"0", "-1", true, false, false},
		{"0", "2", true, true, false},
		{"0", NULL, true, false, false},
		{"1", "1", true, false, true},
		{"1", "4", true, true, false},
		{"1", "4", false, false, false},
		{"2", "0", true, true, true},
		{"2", NULL, false, false, true},
		{NULL, "4", true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel kernel = {0};
		struct environment_facts facts = {.capabilities_known = rows[i].known,
			.perf_event_paranoid = rows[i].paranoid};
		kernel.environment.kptr_restrict = rows[i].restriction;
		kernel.environment.capabilities = syslog;
		kernel.environment.capability_cnt = rows[i].capable;
		add_environment_limits(&kernel, &facts);
		bool by_perf = rows[i].restriction && !strcmp(rows[i].restriction, "0");
		if (has_limit(&kernel, "addresses are hidden (kptr_restrict)") !=
				(rows[i].hidden && !by_perf) ||
			has_limit(&kernel, "addresses are hidden (kernel.perf_event_paranoid") !=
				(rows[i].hidden && by_perf))
			fail_msg("row %zu", i);
		kernel_deinit(&kernel);
	}
}

/* Levels above 2 are of patched kernels: what an event says counts more than the number. */
static void test_perf_rule(void **state)
{
	static const char *admin[] = {"CAP_SYS_ADMIN"}, *perfmon[] = {"CAP_BPF", "CAP_PERFMON"};
	static const struct {
		const char *paranoid;
		const char **capability;
		enum tristate opens, initial_namespace;
		const char *limit;
	} rows[] = {
		{"3", perfmon, TRISTATE_NO, TRISTATE_YES, "kernel.perf_event_paranoid is above 2"},
		{"3", perfmon, TRISTATE_UNKNOWN, TRISTATE_YES, "kernel.perf_event_paranoid is above 2"},
		{"3", perfmon, TRISTATE_YES, TRISTATE_YES, NULL},
		{"3", admin, TRISTATE_YES, TRISTATE_YES, NULL},
		{"3", admin, TRISTATE_UNKNOWN, TRISTATE_YES, NULL},
		{"4", admin, TRISTATE_UNKNOWN, TRISTATE_NO, "kernel.perf_event_paranoid is above 2"},
		{"2", perfmon, TRISTATE_UNKNOWN, TRISTATE_YES, NULL},
		{"2", perfmon, TRISTATE_NO, TRISTATE_YES, "perf_event_open(2) is refused"},
		{NULL, admin, TRISTATE_NO, TRISTATE_YES, "perf_event_open(2) is refused"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel kernel = {.environment.perf_events = rows[i].opens,
			.environment.capabilities = rows[i].capability,
			.environment.capability_cnt = rows[i].capability == admin ? 1 : 2};
		struct environment_facts facts = {.capabilities_known = true,
			.initial_user_namespace = rows[i].initial_namespace,
			.perf_event_paranoid = rows[i].paranoid};
		add_environment_limits(&kernel, &facts);
		if (has_limit(&kernel, "perf_event programs load") != (rows[i].limit != NULL) ||
			(rows[i].limit && !has_limit(&kernel, rows[i].limit)))
			fail_msg("row %zu", i);
		kernel_deinit(&kernel);
	}
}

/* Under lockdown, root is not told to be root. */
static void test_tracefs_under_lockdown(void **state)
{
	static const char *const modes[] = {"none", "integrity", "confidentiality"};
	struct environment_facts facts = {.mounts = "t /sys/kernel/tracing tracefs rw 0 0\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct kernel kernel = {.environment.lockdown = modes[i]};
		add_environment_limits(&kernel, &facts);
		assert_true(has_limit(&kernel, "tracefs is not readable") == (i < 2));
		assert_true(has_limit(&kernel, "tracefs are refused") == (i == 2));
		kernel_deinit(&kernel);
	}
}

static void test_without_proc(void **state)
{
	const struct environment_facts facts[] = {
		{0}, {.status_read = true}, {.mounts = ""}, {.status_read = true, .mounts = ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		struct kernel kernel = {0};
		add_environment_limits(&kernel, &facts[i]);
		assert_true(has_limit(&kernel, "/proc is not mounted") == (i == 0));
		kernel_deinit(&kernel);
	}
}

/* include/uapi/linux/lsm.h; a number that no header has yet still counts as a module. */
static void test_lsm_ids(void **state)
{
	static const uint64_t ids[] = {108, 100, 110, 105, 104, 103, 109, 113, 101, 114, 99, 1ull << 40};
	static const char *const expected[] = {"lockdown", "capability", "landlock", "yama", "apparmor",
		"tomoyo", "bpf", "ipe", "selinux", "lsm-114", "lsm-99", "lsm-1099511627776"};
	_cleanup_pool_ struct pool pool = {0};
	const char **names;

	(void)state;
	assert_null(live_lsm_names(&pool, ids, ARRAY_SIZE(ids), &names));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_string_equal(names[i], expected[i]);
}

/* The file and the system call, where this machine has both. */
static void test_lsm_list_agrees(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	const char **from_file = NULL, **from_call = NULL;
	size_t file_cnt = 0, call_cnt = 0;
	char *line = NULL;
	struct error *error = file_read_line("", "/sys/kernel/security/lsm", &line);

	(void)state;
	assert_null(live_lsm_list(&pool, &from_call, &call_cnt));
	if (error || !from_call) {
		error_free(error);
		free(line);
		/* skip() leaves the function without its cleanups. */
		pool_destroy(&pool);
		print_message("skip: no list of security modules, or no system call for it\n");
		skip();
	}
	assert_null(environment_list(&pool, line, &from_file, &file_cnt));
	assert_int_equal(file_cnt, call_cnt);
	for (size_t i = 0; i < call_cnt; i++)
		assert_string_equal(from_file[i], from_call[i]);
	free(line);
}

static void test_live_capabilities(void **state)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	uint64_t set, from_file;

	(void)state;
	assert_true(live_capabilities(&set));
	assert_null(file_read("", "/proc/self/status", &bytes));
	assert_true(environment_status_number(
		(const char *)bytes.data, bytes.size, "CapEff", 16, &from_file));
	assert_int_equal(set, from_file);
}

static void test_privilege_rules(void **state)
{
	static const char *admin[] = {"CAP_SYS_ADMIN"};
	struct environment_facts facts = {.capabilities_known = true};
	struct kernel kernel = {0};

	(void)state;
	kernel.environment.unprivileged_bpf_disabled = "0";
	add_environment_limits(&kernel, &facts);
	assert_true(has_limit(&kernel, "only socket_filter and cgroup_skb"));
	assert_false(has_limit(&kernel, "CAP_SYS_ADMIN: programs cannot be loaded"));
	kernel_deinit(&kernel);

	/* CAP_SYS_ADMIN includes the three capabilities that were split from it. */
	kernel.environment.capabilities = admin;
	kernel.environment.capability_cnt = 1;
	add_environment_limits(&kernel, &facts);
	assert_false(has_limit(&kernel, "no CAP_"));
	kernel_deinit(&kernel);
}

static void test_each_limit_has_a_remedy(void **state)
{
	static const char *const roots[] = {"tests/fixtures/roots/debian-6.1-cloud",
		"tests/fixtures/roots/debian-5.10-container", "tests/fixtures/roots/vm-6.18",
		"tests/fixtures/roots/none", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		struct kernel kernel;
		load(&kernel, roots[i]);
		for (size_t j = 0; j < kernel.environment.limit_cnt; j++) {
			const struct kernel_limit *limit = &kernel.environment.limits[j];
			assert_non_null(limit->remedy);
			assert_null(strpbrk(limit->what, "\n"));
			assert_null(strpbrk(limit->remedy, "\n"));
		}
		kernel_deinit(&kernel);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_numbers),
		cmocka_unit_test(test_status_size),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_locked_down_host),
		cmocka_unit_test(test_unprivileged_container),
		cmocka_unit_test(test_virtual_machine),
		cmocka_unit_test(test_hostile_tree),
		cmocka_unit_test(test_no_tree),
		cmocka_unit_test(test_configuration_decides),
		cmocka_unit_test(test_unreadable_lockdown),
		cmocka_unit_test(test_address_rule),
		cmocka_unit_test(test_perf_rule),
		cmocka_unit_test(test_tracefs_under_lockdown),
		cmocka_unit_test(test_without_proc),
		cmocka_unit_test(test_lsm_ids),
		cmocka_unit_test(test_lsm_list_agrees),
		cmocka_unit_test(test_live_capabilities),
		cmocka_unit_test(test_privilege_rules),
		cmocka_unit_test(test_each_limit_has_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
