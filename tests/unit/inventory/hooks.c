/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hook_exists() and hook_attaches() on a kernel that is made of lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/btf_builder.h"
#include "inventory/inventory.h"
#include "util/array.h"

struct world {
	struct btf_builder builder;
	struct kernel kernel;
	struct kernel_symbols symbols;
	struct pool pool;
	struct hooks *hooks;
};

#define FUNCTION(address, name) {address, name, NULL, 'T'}
static struct kernel_symbol symbols[] = {
	FUNCTION(0x1000, "_stext"), FUNCTION(0x2000, "vfs_read"), FUNCTION(0x2100, "s_next"),
	FUNCTION(0x2200, "s_next"), FUNCTION(0x2300, "noisy"), FUNCTION(0x2400, "noisy"),
	FUNCTION(0x2500, "register_kprobe"), FUNCTION(0x2600, "create_local_trace_kprobe"),
	FUNCTION(0x2700, "count_mod_symbols"), FUNCTION(0x2800, "__within_notrace_func"),
	FUNCTION(0x2900, "register_ftrace_direct"), FUNCTION(0x2a00, "register_fprobe_ips"),
	FUNCTION(0x2b00, "perf_trace_init"), FUNCTION(0x2c00, "quiet"), FUNCTION(0x2d00, "do_int3"),
	FUNCTION(0x2e00, "split.isra.0"), FUNCTION(0x2f00, "bpf_lsm_file_open"),
	FUNCTION(0x3000, "__x64_sys_read"), {0x3100, "__x64_sys_uselib", NULL, 'W'},
	FUNCTION(0x3200, "many"),
	FUNCTION(0x3300, "__x64_sys_getppid"), FUNCTION(0x3300, "__ia32_sys_getppid"), FUNCTION(0x9000, "_sinittext"), FUNCTION(0x9100, "start_kernel"),
	FUNCTION(0x9f00, "_einittext"), {0xa000, "jiffies", NULL, 'D'},
};
static const char *traceable[] = {"__ia32_sys_getppid", "__x64_sys_read", "bpf_lsm_file_open", "many", "noisy", "s_next",
	"s_next", "vfs_read"};
static const char *blacklist[] = {"do_int3"};
static const char *events[] = {"sched:sched_switch", "syscalls:sys_enter_read"};
static const char *lsm[] = {"capability", "bpf"};

static int world_open(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct btf_builder *b = &world->builder;
	struct builder_param params[7];

	builder_init(b);
	uint32_t i = builder_int(b, "int", 4);
	for (size_t n = 0; n < ARRAY_SIZE(params); n++)
		params[n] = (struct builder_param) {"n", i};
	uint32_t proto = builder_proto(b, i, params, 1);
	uint32_t long_proto = builder_proto(b, i, params, ARRAY_SIZE(params));
	static const char *const functions[] = {
		"vfs_read", "s_next", "noisy", "quiet", "bpf_lsm_file_open", "start_kernel", "inlined"};
	for (size_t n = 0; n < ARRAY_SIZE(functions); n++)
		builder_func(b, functions[n], proto);
	builder_func(b, "many", long_proto);
	builder_ref(b, BTF_KIND_TYPEDEF, "btf_trace_sched_switch", builder_ptr(b, proto));
	*state = world;
	if (builder_create(b, NULL, &world->kernel.btf))
		return 1;
	world->symbols = (struct kernel_symbols) {.list = symbols, .cnt = ARRAY_SIZE(symbols)};
	world->kernel.symbols = &world->symbols;
	world->kernel.identity.machine = "x86_64";
	world->kernel.traceable = traceable;
	world->kernel.traceable_cnt = ARRAY_SIZE(traceable);
	world->kernel.kprobe_blacklist = blacklist;
	world->kernel.kprobe_blacklist_cnt = ARRAY_SIZE(blacklist);
	world->kernel.events = events;
	world->kernel.event_cnt = ARRAY_SIZE(events);
	world->kernel.environment.lsm = lsm;
	world->kernel.environment.lsm_cnt = ARRAY_SIZE(lsm);
	world->kernel.environment.cgroup2 = TRISTATE_YES;
	return hooks_open(&world->kernel, &world->pool, &world->hooks) != NULL;
}

static int world_close(void **state)
{
	struct world *world = *state;

	hooks_close(world->hooks);
	kernel_deinit(&world->kernel);
	pool_destroy(&world->pool);
	builder_deinit(&world->builder);
	free(world);
	return 0;
}

struct question {
	const char *section;
	enum tristate value;
	enum hook_need missing;
};

static void check(struct world *world, const struct question *question,
	struct error *(*ask)(
		struct hooks *hooks, const struct section *section, struct hook_answer *ret))
{
	struct section section;
	struct hook_answer answer;

	assert_true(section_parse(question->section, &section));
	assert_null(ask(world->hooks, &section, &answer));
	if (answer.value != question->value || answer.missing != question->missing)
		fail_msg("%s: %d, %s: %s", question->section, (int)answer.value,
			hook_need_id(answer.missing), answer.reason ? answer.reason : "");
	if (answer.value != TRISTATE_YES)
		assert_non_null(answer.reason);
}

#define YES TRISTATE_YES, HOOK_NEED_NONE
#define NO(need) TRISTATE_NO, HOOK_NEED_##need
#define UNKNOWN(need) TRISTATE_UNKNOWN, HOOK_NEED_##need

static void exists(void **state)
{
	static const struct question questions[] = {
		{"kprobe/vfs_read", YES},
		{"kretprobe/vfs_read", YES},
		{"kprobe/vfs_raed", NO(TARGET)},
		{"kprobe/jiffies", NO(TARGET)},
		{"kprobe/split", NO(TARGET)},
		{"kprobe/split.isra.0", YES},
		{"kprobe.multi/vfs_*", YES},
		{"kprobe.multi/nfs_*", NO(TARGET)},
		{"ksyscall/read", YES},
		{"ksyscall/uselib", YES},
		{"ksyscall/raed", NO(TARGET)},
		{"tracepoint/sched/sched_switch", YES},
		{"tp/syscalls/sys_enter_read", YES},
		{"tp/syscalls/sched_switch", NO(TARGET)},
		{"tp/sched_switch", NO(TARGET)},
		{"raw_tp/sched_switch", YES},
		{"raw_tp/sys_enter_read", NO(TARGET)},
		{"tp_btf/sched_swich", NO(TARGET)},
		{"fentry/vfs_read", YES},
		{"fentry/jiffies", NO(TARGET)},
		{"fentry/split", NO(TARGET)},
		{"fentry/inlined", YES},
		{"fentry/vmlinux:vfs_read", YES},
		{"fentry/vmlinux:vfs_raed", NO(TARGET)},
		{"fentry/no_such_module:vfs_read", NO(TARGET)},
		{"fentry/vfs_read+4", NO(TARGET)},
		{"lsm/file_open", YES},
		{"lsm/file_opem", NO(TARGET)},
		{"freplace/main", UNKNOWN(TARGET)},
		{"uprobe/main", UNKNOWN(TARGET)},
		{"uprobe//no/such/file:main", NO(TARGET)},
		{"uprobe//proc/self/status:main", NO(TARGET)},
		{"uprobe//proc/self/exe:main", YES},
		{"uprobe//proc/self/exe:no_such_function", NO(TARGET)},
		{"usdt//proc/self/exe:a:b", NO(TARGET)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		check(*state, &questions[i], hook_exists);
}

static void attaches(void **state)
{
	static const struct question questions[] = {
		{"kprobe/vfs_read", YES},
		{"kprobe/s_next", NO(ONE_OF_NAME)},
		{"kprobe/quiet", NO(TRACE_ENTRY)},
		{"kprobe/do_int3", NO(KPROBE_ALLOWED)},
		{"kprobe/start_kernel", NO(CODE)},
		{"kprobe/vfs_read+4", UNKNOWN(ATTACH)},
		{"kretprobe/vfs_read", YES},
		{"ksyscall/read", YES},
		/* The list of ftrace has one name for an address. */
		{"ksyscall/getppid", YES},
		{"kprobe/__x64_sys_getppid", YES},
		{"kprobe.multi/vfs_read", YES},
		{"kprobe.multi/quiet", NO(TRACE_ENTRY)},
		{"kprobe.multi/s_*", YES},
		{"fentry/vfs_read", YES},
		{"fexit/quiet", NO(TRACE_ENTRY)},
		{"fentry/s_next", YES},
		{"fentry/noisy", UNKNOWN(ONE_OF_NAME)},
		{"fentry/many", UNKNOWN(ARGUMENTS)},
		/* In BTF only. */
		{"fentry/inlined", NO(TARGET)},
		{"kprobe.multi/__x64_sys_getppid", YES},
		{"lsm/file_open", YES},
		{"tp/sched/sched_switch", YES},
		{"cgroup/dev", YES},
	};

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		check(*state, &questions[i], hook_attaches);
}

/* Each thing that is missing is named; what cannot be read is unknown. */
static void names_what_is_missing(void **state)
{
	struct world *world = *state;
	struct kernel *kernel = &world->kernel;
	static const char *inactive[] = {"capability"};

	kernel->environment.lsm = inactive;
	kernel->environment.lsm_cnt = 1;
	check(world, &(struct question) {"lsm/file_open", NO(ACTIVE_LSM)}, hook_attaches);
	kernel->environment.lsm = NULL;
	check(world, &(struct question) {"lsm/file_open", UNKNOWN(ACTIVE_LSM)}, hook_attaches);
	kernel->environment.cgroup2 = TRISTATE_NO;
	check(world, &(struct question) {"cgroup/dev", NO(CGROUP2)}, hook_attaches);
	kernel->environment.lockdown = "confidentiality";
	check(world, &(struct question) {"kprobe/vfs_read", UNKNOWN(LOCKDOWN)}, hook_attaches);
	check(world, &(struct question) {"kprobe/do_int3", NO(KPROBE_ALLOWED)}, hook_attaches);
	kernel->environment.lockdown = NULL;
	kernel->kprobe_blacklist = NULL;
	check(world, &(struct question) {"kprobe/vfs_read", UNKNOWN(KPROBE_ALLOWED)}, hook_attaches);
	kernel->traceable = NULL;
	kernel->traceable_cnt = 0;
	check(world, &(struct question) {"fentry/vfs_read", UNKNOWN(TRACE_ENTRY)}, hook_attaches);
	kernel->events = NULL;
	check(world, &(struct question) {"tp/sched/sched_switch", UNKNOWN(TARGET)}, hook_exists);
	check(world, &(struct question) {"tp/syscalls/sys_enter_read", UNKNOWN(TARGET)}, hook_exists);
	check(world, &(struct question) {"tp/sched/sched_swich", NO(TARGET)}, hook_exists);
	world->symbols.cut = true;
	check(world, &(struct question) {"kprobe/vfs_raed", UNKNOWN(TARGET)}, hook_exists);
	check(world, &(struct question) {"kprobe/vfs_read", YES}, hook_exists);
}

/* What a load does not ask for, and an attachment does. */
static void lacks_permission(void **state)
{
	static const char *net_admin[] = {"CAP_NET_ADMIN"};
	static const struct question refused[] = {
		{"kprobe/vfs_read", UNKNOWN(PERMISSION)},
		{"kretprobe/vfs_read", UNKNOWN(PERMISSION)},
		{"ksyscall/read", UNKNOWN(PERMISSION)},
		{"kprobe/do_int3", NO(KPROBE_ALLOWED)},
		{"tp/sched/sched_switch", UNKNOWN(PERMISSION)},
		{"perf_event", UNKNOWN(PERMISSION)},
		{"kprobe.multi/vfs_read", YES},
		{"fentry/vfs_read", YES},
		{"raw_tp/sched_switch", YES},
	};
	struct world *world = *state;
	struct kernel_environment *environment = &world->kernel.environment;

	check(world, &(struct question) {"perf_event", YES}, hook_attaches);
	environment->perf_events = TRISTATE_NO;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		check(world, &refused[i], hook_attaches);
	environment->perf_events = TRISTATE_YES;
	check(world, &(struct question) {"kprobe/vfs_read", YES}, hook_attaches);
	check(world, &(struct question) {"cgroup_skb/egress", UNKNOWN(PERMISSION)}, hook_attaches);
	environment->capabilities = net_admin;
	environment->capability_cnt = 1;
	check(world, &(struct question) {"cgroup_skb/egress", YES}, hook_attaches);
	/* With a token the programs load. */
	environment->in_user_namespace = environment->has_token = true;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		check(world, &refused[i], hook_attaches);
	check(world, &(struct question) {"cgroup_skb/egress", YES}, hook_attaches);
}

/* Without addresses, another name of the function may be on the list. */
static void hidden_addresses(void **state)
{
	struct world *world = *state;
	struct kernel_symbol hidden[ARRAY_SIZE(symbols)];
	static const struct question questions[] = {
		{"kprobe.multi/vfs_read", YES},
		{"kprobe.multi/quiet", UNKNOWN(TRACE_ENTRY)},
		{"kprobe.multi/__x64_sys_getppid", UNKNOWN(TRACE_ENTRY)},
		{"kprobe.multi/no_*", NO(TRACE_ENTRY)},
		{"kprobe/__x64_sys_getppid", UNKNOWN(KPROBE_ALLOWED)},
		{"kprobe/do_int3", NO(KPROBE_ALLOWED)},
		{"fentry/quiet", UNKNOWN(TRACE_ENTRY)},
		{"fentry/vfs_read", YES},
	};

	hooks_close(world->hooks);
	memcpy(hidden, symbols, sizeof(hidden));
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		hidden[i].address = 0;
	world->symbols.list = hidden;
	assert_null(hooks_open(&world->kernel, &world->pool, &world->hooks));
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		check(world, &questions[i], hook_attaches);
}

/* A kernel that lacks one of the ways: its name is in the answer, whatever the target. */
static void ways_that_are_missing(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *function;
		struct question question;
	} rows[] = {
		{"register_kprobe", {"kprobe/vfs_read", NO(KPROBES)}},
		{"create_local_trace_kprobe", {"kretprobe/vfs_read", NO(KPROBES)}},
		{"register_fprobe_ips", {"kprobe.multi/vfs_*", NO(FPROBE)}},
		{"register_fprobe_ips", {"kprobe.session/vfs_read", NO(FPROBE)}},
		{"register_ftrace_direct", {"fentry/vfs_read", NO(TRAMPOLINE)}},
		{"register_ftrace_direct", {"lsm/file_open", NO(TRAMPOLINE)}},
		{"perf_trace_init", {"tp/sched/sched_switch", NO(PERF_EVENTS)}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel_symbol fewer[ARRAY_SIZE(symbols)];
		size_t cnt = 0;
		for (size_t n = 0; n < ARRAY_SIZE(symbols); n++) {
			if (strcmp(symbols[n].name, rows[i].function))
				fewer[cnt++] = symbols[n];
		}
		assert_int_equal(cnt, ARRAY_SIZE(symbols) - 1);
		hooks_close(world->hooks);
		world->symbols.list = fewer;
		world->symbols.cnt = cnt;
		assert_null(hooks_open(&world->kernel, &world->pool, &world->hooks));
		check(world, &rows[i].question, hook_attaches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(exists, world_open, world_close),
		cmocka_unit_test_setup_teardown(attaches, world_open, world_close),
		cmocka_unit_test_setup_teardown(names_what_is_missing, world_open, world_close),
		cmocka_unit_test_setup_teardown(lacks_permission, world_open, world_close),
		cmocka_unit_test_setup_teardown(hidden_addresses, world_open, world_close),
		cmocka_unit_test_setup_teardown(ways_that_are_missing, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
