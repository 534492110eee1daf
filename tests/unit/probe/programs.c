/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of bpf/ on the kernel of the test machine. So the test checks no feature of a
 * kernel. It checks that the table, the answers and the cells agree, on any kernel.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "probe/program/arena.h"
#include "probe/program/attempt.h"
#include "probe/program/catalog.h"
#include "probe/insn.h"
#include "probe/program/object.h"
#include "probe/program/programs.h"
#include "util/array.h"
#include "util/file.h"

#define WAIT_MS 5000

static struct kernel kernel;

static int load_kernel_btf(void **state)
{
	struct file_bytes bytes = {0};
	struct error *error = file_read("", "/sys/kernel/btf/vmlinux", &bytes);

	(void)state;
	if (!error)
		error = kbtf_create(bytes.data, bytes.size, KBTF_MALLOC, NULL, &kernel.btf);
	if (error)
		print_message("without BTF: %s\n", error->what);
	error_free(error);
	return 0;
}

static int free_kernel(void **state)
{
	(void)state;
	kernel_deinit(&kernel);
	return 0;
}

static void skip_unless_permitted(void)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(BPF_PROG_TYPE_XDP, insns, 2);
	struct bpf_sys sys = {0};
	int fd = bpf_load(&sys, &attr);

	if (fd >= 0) {
		close(fd);
		return;
	}
	print_message("SKIP: bpf(2) does not let this process load a program: %s\n", strerror(-fd));
	skip();
}

static struct snapshot *probe(const struct probe_request *request)
{
	struct snapshot *snapshot = snapshot_create();
	struct error *error;

	assert_non_null(snapshot);
	error = probe_programs(request, &kernel, snapshot);
	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

static const struct snapshot_program *find_entry(
	const struct snapshot *snapshot, const char *name, const char *context)
{
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *program = &snapshot->programs[i];

		if (!strcmp(program->name, name) && !strcmp(program->context, context))
			return program;
	}
	return NULL;
}

static void assert_explained(const struct snapshot_program *program)
{
	assert_in_range(program->state, CELL_NONE + 1, CELL_STATE_CNT - 1);
	if (program->state != CELL_RAN && program->state != CELL_LOADABLE)
		assert_non_null(program->reason);
	/* Accepted, and still something went wrong: that needs words. */
	if (program->errnum)
		assert_non_null(program->reason);
	if (program->state == CELL_RAN)
		assert_non_null(program->method);
}

/* Every row of the table has an entry for each of its contexts, in the table's order. */
static void assert_complete(const struct snapshot *snapshot)
{
	size_t at = 0;

	for (size_t i = 0; i < program_set_cnt; i++) {
		for (size_t j = 0; j < program_sets[i].program_cnt; j++) {
			const struct program_entry *entry = &program_sets[i].programs[j];

			for (const char *const *context = entry->contexts; *context; context++)
				assert_non_null(find_entry(snapshot, entry->name, *context));
			for (; at < snapshot->program_cnt &&
				!strcmp(snapshot->programs[at].name, entry->name);
				at++)
				assert_explained(&snapshot->programs[at]);
		}
	}
	assert_int_equal(at, snapshot->program_cnt);
}

static void test_loaded_only(void **state)
{
	struct probe_request request = {0};

	(void)state;
	skip_unless_permitted();
	struct snapshot *snapshot = probe(&request);
	assert_complete(snapshot);
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		assert_int_not_equal(snapshot->programs[i].state, CELL_RAN);
		assert_null(snapshot->programs[i].method);
	}
	snapshot_destroy(snapshot);
}

static void test_run(void **state)
{
	struct probe_request request = {.run = true};

	(void)state;
	skip_unless_permitted();
	struct snapshot *snapshot = probe(&request);
	assert_complete(snapshot);
	/* Every kernel with BPF_PROG_TEST_RUN and loops can run a plain loop. */
	const struct snapshot_program *bounded = find_entry(snapshot, "loop.bounded", "tc");
	assert_non_null(bounded);
	if (bounded->state != CELL_RAN)
		fail_msg("%s: %s", cell_state_word(bounded->state), bounded->reason);
	/* What ran was accepted: the same program, only loaded, cannot have been refused. */
	request.run = false;
	struct snapshot *loaded = probe(&request);
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *ran = &snapshot->programs[i];

		if (ran->state == CELL_RAN)
			assert_int_equal(
				find_entry(loaded, ran->name, ran->context)->state, CELL_LOADABLE);
	}
	snapshot_destroy(loaded);
	snapshot_destroy(snapshot);
}

/* Sleepable kfuncs where nothing can sleep: a kernel either lets them or says that word. */
static void test_arena_without_sleeping(void **state)
{
	const char *const names[] = {"arena.alloc_write", "arena.free", "arena.free_misaligned"};
	const char *const contexts[] = {"xdp", "tc"};
	struct probe_request request = {.run = true, .contexts = contexts, .context_cnt = 2};

	(void)state;
	skip_unless_permitted();
	struct snapshot *snapshot = probe(&request);
	for (size_t i = 0; i < 3 * 2; i++) {
		const struct snapshot_program *program =
			find_entry(snapshot, names[i / 2], contexts[i % 2]);

		assert_non_null(program);
		if (program->state == CELL_REFUSED)
			assert_non_null(strstr(program->reason, "sleepable"));
		else
			assert_true(cell_state_usable(program->state) || program->reason);
	}
	for (size_t i = 0; i < snapshot->program_cnt; i++)
		assert_true(!strcmp(snapshot->programs[i].context, "xdp") ||
			!strcmp(snapshot->programs[i].context, "tc"));
	snapshot_destroy(snapshot);
}

/* A snapshot with cells for all functions the table names, in two contexts. */
enum { CELLS_TC, CELLS_XDP, CELLS_CONTEXT_CNT };

static void add_kfunc(struct snapshot *snapshot, const char *name, enum cell_state state)
{
	if (snapshot_find_kfunc(snapshot, name))
		return;
	struct snapshot_kfunc *kfunc = &snapshot->kfuncs[snapshot->kfunc_cnt++];
	kfunc->name = name;
	kfunc->cells = pool_calloc(&snapshot->pool, CELLS_CONTEXT_CNT, sizeof(*kfunc->cells));
	assert_non_null(kfunc->cells);
	kfunc->cells[CELLS_TC].state = kfunc->cells[CELLS_XDP].state = state;
}

static void add_all_kfuncs(struct snapshot *snapshot, enum cell_state state)
{
	snapshot->kfuncs = pool_calloc(&snapshot->pool, 256, sizeof(*snapshot->kfuncs));
	assert_non_null(snapshot->kfuncs);
	for (size_t i = 0; i < program_set_cnt; i++) {
		for (size_t j = 0; j < program_sets[i].program_cnt; j++) {
			const char *const *name = program_sets[i].programs[j].kfuncs;

			for (; name && *name; name++)
				add_kfunc(snapshot, *name, state);
		}
	}
}

static bool ran_with(const struct snapshot *snapshot, const char *kfunc, const char *context)
{
	for (size_t i = 0; i < program_set_cnt; i++) {
		for (size_t j = 0; j < program_sets[i].program_cnt; j++) {
			const struct program_entry *entry = &program_sets[i].programs[j];
			const struct snapshot_program *program =
				find_entry(snapshot, entry->name, context);

			for (const char *const *name = entry->kfuncs; name && *name; name++) {
				if (!strcmp(*name, kfunc) && program && program->state == CELL_RAN)
					return true;
			}
		}
	}
	return false;
}

static struct snapshot *probe_with_cells(enum cell_state state)
{
	static struct snapshot_context contexts[CELLS_CONTEXT_CNT] = {
		[CELLS_TC] = {.name = "tc"}, [CELLS_XDP] = {.name = "xdp"}};
	struct probe_request request = {.run = true};
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	snapshot->contexts = contexts;
	snapshot->context_cnt = CELLS_CONTEXT_CNT;
	add_all_kfuncs(snapshot, state);
	struct error *error = probe_programs(&request, &kernel, snapshot);
	assert_null(error);
	return snapshot;
}

static void test_cells_upgraded(void **state)
{
	(void)state;
	skip_unless_permitted();
	struct snapshot *snapshot = probe_with_cells(CELL_UNKNOWN);
	assert_true(snapshot->kfunc_cnt > 0);
	for (size_t i = 0; i < snapshot->kfunc_cnt * CELLS_CONTEXT_CNT; i++) {
		const struct snapshot_kfunc *kfunc = &snapshot->kfuncs[i / CELLS_CONTEXT_CNT];
		const struct cell *cell = &kfunc->cells[i % CELLS_CONTEXT_CNT];
		bool ran = ran_with(
			snapshot, kfunc->name, snapshot->contexts[i % CELLS_CONTEXT_CNT].name);

		assert_int_equal(cell->state == CELL_RAN, ran);
		assert_true(cell->state == CELL_RAN || cell->state == CELL_LOADABLE ||
			cell->state == CELL_UNKNOWN);
		if (cell->state != CELL_UNKNOWN) {
			assert_non_null(cell->evidence);
			assert_non_null(strstr(cell->evidence->line, "bpf/"));
		}
	}
	snapshot_destroy(snapshot);
}

/* Neither a cell that was not asked for nor one that already has the best proof is touched. */
static void test_cells_left_alone(void **state)
{
	const enum cell_state states[] = {CELL_NONE, CELL_RAN};

	(void)state;
	skip_unless_permitted();
	for (size_t i = 0; i < 2; i++) {
		struct snapshot *snapshot = probe_with_cells(states[i]);

		for (size_t j = 0; j < snapshot->kfunc_cnt * CELLS_CONTEXT_CNT; j++) {
			const struct cell *cell = &snapshot->kfuncs[j / CELLS_CONTEXT_CNT]
							   .cells[j % CELLS_CONTEXT_CNT];

			assert_int_equal(cell->state, states[i]);
			assert_null(cell->evidence);
		}
		snapshot_destroy(snapshot);
	}
}

/* Does the table agree with the instructions of each program? */
struct truth {
	const struct program_set *set;
	size_t checked;
};

static bool lacks(const char *const *names)
{
	for (; names && *names; names++) {
		if (!kbtf_find(kernel.btf, *names, BTF_KIND_FUNC))
			return true;
	}
	return false;
}

static bool is_complete(void *context, const char *function)
{
	const struct truth *truth = context;

	for (size_t i = 0; i < truth->set->program_cnt; i++) {
		const struct program_entry *entry = &truth->set->programs[i];

		if (!strcmp(entry->function, function))
			return !lacks(entry->kfuncs) && !lacks(entry->kfuncs_aside);
	}
	fail_msg("bpf/%s: %s is not in the table", truth->set->name, function);
	return false;
}

static bool has_name(const char *const *names, const char *wanted)
{
	for (; names && *names; names++) {
		if (!strcmp(*names, wanted))
			return true;
	}
	return false;
}

static void assert_called(const struct program_object *object, const struct program_entry *entry,
	const char *const *names)
{
	for (; names && *names; names++) {
		if (!program_object_calls(object, entry->function, true,
			    kbtf_find(kernel.btf, *names, BTF_KIND_FUNC)))
			fail_msg("%s does not call %s", entry->name, *names);
	}
}

static void assert_helpers_called(
	const struct program_object *object, const struct program_entry *entry)
{
	for (const char *const *name = entry->helpers; name && *name; name++) {
		char enumerator[64];
		int64_t id;

		snprintf(enumerator, sizeof(enumerator), "BPF_FUNC_%s", *name + 4);
		if (kit_enum(&kernel, "bpf_func_id", enumerator, &id) == TRISTATE_YES &&
			!program_object_calls(object, entry->function, false, (uint32_t)id))
			fail_msg("%s does not call %s", entry->name, *name);
	}
}

/* No kfunc that the table knows is called without being listed. */
static void assert_nothing_else(
	const struct program_object *object, const struct program_entry *entry)
{
	for (size_t i = 0; i < program_set_cnt; i++) {
		for (size_t j = 0; j < program_sets[i].program_cnt; j++) {
			for (const char *const *name = program_sets[i].programs[j].kfuncs;
				name && *name; name++) {
				uint32_t id = kbtf_find(kernel.btf, *name, BTF_KIND_FUNC);

				if (id && program_object_calls(object, entry->function, true, id) &&
					!has_name(entry->kfuncs, *name) &&
					!has_name(entry->kfuncs_aside, *name))
					fail_msg("%s calls %s, and the table does not say so",
						entry->name, *name);
			}
		}
	}
}

static void check_set(struct truth *truth)
{
	struct probe_request request = {0};
	struct program_object_source source = {.name = truth->set->name,
		.data = truth->set->data,
		.size_bytes = (size_t)(truth->set->data_end - truth->set->data),
		.wanted = is_complete,
		.context = truth,
		.arena_fd = -1};
	struct program_object *object;
	struct arena arena = {.fd = -1};
	struct kit kit;

	assert_null(kit_open(&kit, &request, &kernel));
	if (!truth->set->arena || !arena_open(&kit, &arena)) {
		source.arena_fd = arena.fd;
		struct error *error = program_object_open(&source, &object);
		if (error)
			fail_msg("%s", error->what);
		for (size_t i = 0; i < truth->set->program_cnt; i++) {
			const struct program_entry *entry = &truth->set->programs[i];

			if (!program_object_find(object, entry->function))
				continue;
			assert_false(program_object_unresolved(object, entry->function));
			assert_called(object, entry, entry->kfuncs);
			assert_called(object, entry, entry->kfuncs_aside);
			assert_helpers_called(object, entry);
			assert_nothing_else(object, entry);
			truth->checked++;
		}
		program_object_close(object);
	}
	arena_close(&arena);
	kit_close(&kit);
}

static void test_table_is_true(void **state)
{
	struct truth truth = {0};

	(void)state;
	skip_unless_permitted();
	if (!kernel.btf) {
		print_message("SKIP: no kernel BTF to look the calls up in\n");
		skip();
	}
	assert_null(kbtf_index(kernel.btf));
	for (size_t i = 0; i < program_set_cnt; i++) {
		truth.set = &program_sets[i];
		check_set(&truth);
	}
	assert_true(truth.checked > 0);
}

static size_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t cnt = 0;

	assert_non_null(dir);
	while (readdir(dir))
		cnt++;
	closedir(dir);
	return cnt;
}

/* Counts the test's programs in the kernel with an id up to *last; *last 0: finds the last. */
static size_t count_programs(uint32_t *last)
{
	struct bpf_sys sys = {0};
	union bpf_attr attr = {0};
	uint32_t highest = *last;
	size_t cnt = 0;

	while (!bpf_call(&sys, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr))) {
		union bpf_attr open = {.prog_id = attr.next_id};
		struct bpf_prog_info info = {0};
		int fd = bpf_call(&sys, BPF_PROG_GET_FD_BY_ID, &open, sizeof(open));
		union bpf_attr ask = {.info = {(uint32_t)fd, sizeof(info), (uintptr_t)&info}};

		if (fd >= 0 && !bpf_call(&sys, BPF_OBJ_GET_INFO_BY_FD, &ask, sizeof(ask)))
			cnt += !strcmp(info.name, PROGRAM_NAME) && (!*last || info.id <= *last);
		if (fd >= 0)
			close(fd);
		highest = attr.next_id > highest ? attr.next_id : highest;
		attr.start_id = attr.next_id;
	}
	*last = highest;
	return cnt;
}

static void test_nothing_survives(void **state)
{
	struct probe_request request = {.run = true};
	const struct timespec pause = {.tv_nsec = 10000000};
	uint32_t last = 0;

	(void)state;
	skip_unless_permitted();
	size_t before = count_descriptors();
	snapshot_destroy(probe(&request));
	assert_int_equal(count_descriptors(), before);
	/* The kernel frees a program some time after the close. */
	size_t left = count_programs(&last);
	for (int ms = 0; left && ms < WAIT_MS; ms += 10) {
		nanosleep(&pause, NULL);
		left = count_programs(&last);
	}
	assert_int_equal(left, 0);
}

static void test_interrupted(void **state)
{
	const atomic_bool stop = true;
	struct probe_request request = {.run = true, .stop = &stop};
	struct snapshot *snapshot = snapshot_create();
	size_t before = count_descriptors();

	(void)state;
	assert_non_null(snapshot);
	struct error *error = probe_programs(&request, &kernel, snapshot);
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_INTERRUPTED);
	error_free(error);
	assert_int_equal(count_descriptors(), before);
	snapshot_destroy(snapshot);
}

/* This kernel, but it has no memory for arenas, like 7.2 on powerpc however much there is. */
static int call_without_arenas(void *context, int command, void *attr, size_t size)
{
	(void)context;
	if (command == BPF_MAP_CREATE &&
		((struct kit_map_attr *)attr)->type == UAPI_BPF_MAP_TYPE_ARENA)
		return -ENOMEM;
	long ret = syscall(SYS_bpf, command, attr, size);
	return ret < 0 ? -errno : (int)ret;
}

static void test_no_memory_for_arenas(void **state)
{
	struct probe_request request = {.run = true, .sys.call = call_without_arenas};
	size_t asked = 0;

	(void)state;
	skip_unless_permitted();
	struct snapshot *snapshot = probe(&request);
	assert_complete(snapshot);
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *program = &snapshot->programs[i];

		if (strncmp(program->name, "arena.", strlen("arena.")) ||
			program->state == CELL_ABSENT)
			continue;
		asked++;
		assert_int_equal(program->state, CELL_UNKNOWN);
		if (kernel.btf) {
			assert_int_equal(program->errnum, ENOMEM);
			assert_non_null(strstr(program->reason, "an arena map"));
		}
	}
	const struct snapshot_program *bounded = find_entry(snapshot, "loop.bounded", "tc");
	assert_int_equal(bounded->state, CELL_RAN);
	snapshot_destroy(snapshot);
	if (!asked) {
		print_message("SKIP: this kernel has no arenas\n");
		skip();
	}
}

/* A kernel of our own making: trivial programs load or do not, others get an errno and a log. */
struct fake {
	int trivial, errnum;
	const char *log;
};

static int fake_call(void *context, int command, void *attr, size_t size)
{
	const struct fake *fake = context;
	const struct bpf_load_attr *load = attr;

	(void)size;
	if (command != BPF_PROG_LOAD)
		return -EINVAL;
	if (load->insn_cnt == 2)
		return fake->trivial ? -fake->trivial : dup(STDERR_FILENO);
	if (load->log_level)
		snprintf((char *)(uintptr_t)load->log_buf, load->log_size, "%s", fake->log);
	return -fake->errnum;
}

#define STATISTICS                                                                                 \
	"processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n"

static void test_verdicts(void **state)
{
	static const struct {
		struct fake fake;
		enum cell_state state;
		const char *reason;
	} cases[] = {
		{{0, EACCES,
			 "0: R1=ctx() R10=fp0\ncalling kernel function bpf_x is not allowed\n" STATISTICS},
			CELL_REFUSED, "calling kernel function bpf_x is not allowed"},
		{{0, EACCES,
			 "calling kernel function bpf_x is not allowed\n\nVerification failed: Policy\n\nSuggestion:\n"
			 "  Use another kfunc.\n" STATISTICS},
			CELL_REFUSED, "calling kernel function bpf_x is not allowed"},
		{{0, EACCES, "program must be sleepable to call sleepable kfunc bpf_x\n"},
			CELL_REFUSED, "sleepable"},
		{{0, EINVAL, "invalid func unknown#999\n"}, CELL_ABSENT, "unknown#999"},
		{{0, EINVAL, "tracing progs cannot use bpf_{list_head,rb_root} yet\n"},
			CELL_REFUSED, "tracing progs"},
		{{0, EINVAL, "JIT does not support calling kernel function\n"}, CELL_UNKNOWN,
			"JIT"},
		{{0, ENOTSUPP, "JIT does not support calling kernel function\n"}, CELL_IMPOSSIBLE,
			"JIT"},
		{{0, EOPNOTSUPP, "JIT doesn't support arena\n"}, CELL_IMPOSSIBLE, "arena"},
		{{0, EINVAL, "callbacks are not allowed in non-JITed programs\n"}, CELL_UNKNOWN,
			"non-JITed"},
		/* An argument's type is what a bare call fails with; a whole program must not. */
		{{0, EACCES, "R1 type=scalar expected=fp\n"}, CELL_UNKNOWN, "R1 type=scalar"},
		{{0, EINVAL, "words no kernel has used yet\n" STATISTICS}, CELL_UNKNOWN,
			"words no kernel has used yet"},
		{{0, E2BIG, ""}, CELL_UNKNOWN, "E2BIG"},
		{{0, ENOMEM, STATISTICS}, CELL_UNKNOWN, "ENOMEM"},
		{{0, ENOSPC, "cut off"}, CELL_UNKNOWN, "did not fit"},
		{{0, EAGAIN, ""}, CELL_UNKNOWN, "EAGAIN"},
		{{0, EPERM, ""}, CELL_UNKNOWN, "though a trivial program loads"},
		{{EPERM, EPERM, ""}, CELL_BLOCKED, "a policy"},
		{{EINVAL, EINVAL, ""}, CELL_UNKNOWN, "a trivial program does not load"},
	};
	struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr program = kit_load_attr(0, insns, 3);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake fake = cases[i].fake;
		struct probe_request request = {.sys = {.call = fake_call, .context = &fake}};
		struct attempt_context context;
		struct attempt attempt;
		struct kit kit;

		assert_null(kit_open(&kit, &request, &kernel));
		assert_true(attempt_context_init(&context, "xdp", &kernel));
		assert_null(attempt_load(&kit, &context, &program, &attempt));
		if (attempt.state != cases[i].state)
			fail_msg("case %zu: %s: %s", i, cell_state_word(attempt.state),
				attempt.reason);
		if (!strstr(attempt.reason, cases[i].reason))
			fail_msg("case %zu: %s", i, attempt.reason);
		assert_int_equal(attempt.fd, -1);
		assert_int_equal(attempt.errnum, cases[i].fake.errnum);
		kit_close(&kit);
	}
}

/* When not even a trivial program loads, everything the kernel has is blocked, for that reason. */
static void test_policy(void **state)
{
	struct fake fake = {EPERM, EPERM, ""};
	struct probe_request request = {.run = true, .sys = {.call = fake_call, .context = &fake}};

	(void)state;
	struct snapshot *snapshot = probe(&request);
	assert_complete(snapshot);
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *program = &snapshot->programs[i];

		if (kernel.btf)
			assert_true(
				program->state == CELL_BLOCKED || program->state == CELL_ABSENT);
		else
			assert_true(
				program->state == CELL_BLOCKED || program->state == CELL_UNKNOWN);
	}
	snapshot_destroy(snapshot);
}

static void test_contexts(void **state)
{
	struct attempt_context context;

	(void)state;
	assert_false(attempt_context_init(&context, "no such context", &kernel));
	assert_true(attempt_context_init(&context, "iter.s/task", &kernel));
	assert_string_equal(context.row->name, "iter.s");
	assert_string_equal(context.target, "bpf_iter_task");
	for (size_t i = 0; i < program_set_cnt; i++) {
		for (size_t j = 0; j < program_sets[i].program_cnt; j++) {
			const char *const *name = program_sets[i].programs[j].contexts;

			for (; *name; name++)
				assert_true(attempt_context_init(&context, *name, &kernel));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_loaded_only),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_arena_without_sleeping),
		cmocka_unit_test(test_no_memory_for_arenas),
		cmocka_unit_test(test_cells_upgraded),
		cmocka_unit_test(test_cells_left_alone),
		cmocka_unit_test(test_table_is_true),
		cmocka_unit_test(test_nothing_survives),
	};

	return cmocka_run_group_tests(tests, load_kernel_btf, free_kernel);
}
