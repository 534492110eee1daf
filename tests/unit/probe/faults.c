/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running kernel with failing bpf(2) calls: each errno, at each call of each question, once, twice
 * in a row, for ever, and for ever for one command. An answer then equals the answer without the
 * fault, or is unknown or blocked.
 *
 * An ordinary run takes a sample. With KCOMPAT_FAULTS=N, all questions are asked, with every Nth fault
 * of each: 1 takes everything. An argument selects the test, such as test_contexts.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "probe/kit.h"
#include "probe/load.h"
#include "input/system/system.h"
#include "util/array.h"

#define FOREVER SIZE_MAX
#define ANY_COMMAND (-1)

/* Which calls fail. */
struct plan {
	int errnum;
	int command;   /* ANY_COMMAND, or only calls of this command count */
	size_t from, cnt;
};

/* Shared with the child that tests links. */
struct injector {
	struct plan plan;
	size_t call_cnt;
	bool old; /* refuses what is newer than linux 5.10 */
};

static struct kernel kernel;
static struct injector *injector;
static size_t chosen_step; /* 0: a sample */

/*
 * A kernel of some years ago: an errno in place of its refusal must not become a yes. Its BTF is still
 * that of this kernel, so its own answers are often unknown.
 */
static bool is_newer(int command, const void *attr, size_t size)
{
	uint32_t words[64] = {0};

	memcpy(words, attr, size < sizeof(words) ? size : sizeof(words));
	switch (command) {
	case BPF_MAP_CREATE: /* type and flags */
		return words[0] > BPF_MAP_TYPE_INODE_STORAGE || words[4] >= UAPI_BPF_F_LINK;
	case BPF_LINK_CREATE: /* attach type */
		return words[2] > BPF_SK_LOOKUP;
	case BPF_PROG_LOAD: /* flags */
		return words[11] > BPF_F_SLEEPABLE;
	default:
		return command > BPF_PROG_BIND_MAP;
	}
}

static int inject(void *context, int command, void *attr, size_t size)
{
	struct injector *state = context;
	const struct plan *plan = &state->plan;

	if (plan->command == ANY_COMMAND || plan->command == command) {
		size_t at = state->call_cnt++;
		if (plan->cnt && at >= plan->from && (plan->cnt == FOREVER || at < plan->from + plan->cnt))
			return -plan->errnum;
	}
	if (state->old && is_newer(command, attr, size))
		return -EINVAL;
	long ret = syscall(__NR_bpf, command, attr, size);
	return ret < 0 ? -errno : (int)ret;
}

static bool is_refused(void)
{
	const struct load_place place = {.prog_type = PROG_TYPE_SOCKET_FILTER};
	const struct bpf_sys sys = {0};
	struct loader loader;

	assert_null(loader_init(&loader, &sys));
	int errnum = loader_try_trivial(&loader, &place);
	loader_deinit(&loader);
	return errnum != 0;
}

/* Errnos that the code compares with, and those of a kernel or policy in trouble. */
static const int errnums[] = {EPERM, EACCES, EINVAL, EOPNOTSUPP, ENOTSUPP, ENOSYS, ENOMEM, EAGAIN,
	EINTR, EBUSY, ENOSPC, E2BIG, EFAULT, EBADF, ENOENT, ESRCH, EMFILE, ENFILE, EIO, ENXIO, EEXIST,
	ENODEV, EBADMSG, ENOKEY, EKEYREJECTED, ELIBBAD, EPROTO, ERANGE, EDQUOT, ENOBUFS, ETIMEDOUT,
	EADDRNOTAVAIL, EBADFD};

/* One question: a part and the names in it. */
struct question {
	unsigned int parts;
	const char *const *features, *const *contexts, *const *names;
	size_t feature_cnt, context_cnt, name_cnt;
	const char *label;
};

/* yes, no, or not known, by name. */
struct answer {
	char name[128];
	enum tristate value;
};

struct answers {
	struct answer list[2048];
	size_t cnt;
};

static void add(struct answers *answers, enum tristate value, const char *format, ...)
{
	struct answer *answer = &answers->list[answers->cnt];
	va_list args;

	assert_true(answers->cnt < ARRAY_SIZE(answers->list));
	va_start(args, format);
	vsnprintf(answer->name, sizeof(answer->name), format, args);
	va_end(args);
	answer->value = value;
	answers->cnt++;
}

static enum tristate support_value(enum support_state state)
{
	return state == SUPPORT_OK ? TRISTATE_YES
		: state == SUPPORT_UNSUPPORTED ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static enum tristate cell_value(enum cell_state state)
{
	if (cell_state_usable(state))
		return TRISTATE_YES;
	return cell_state_definite(state) ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static void add_features(struct answers *answers, const char *kind, const struct snapshot_features *list)
{
	for (size_t i = 0; i < list->cnt; i++)
		add(answers, support_value(list->list[i].state), "%s:%s", kind, list->list[i].name);
}

static void add_cells(struct answers *answers, const struct snapshot *snapshot, const char *kind,
	const char *name, const struct cell *cells)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		add(answers, cell_value(cells[i].state), "%s:%s@%s", kind, name,
			snapshot->contexts[i].name);
}

static void collect(const struct snapshot *snapshot, struct answers *answers)
{
	answers->cnt = 0;
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		add(answers, support_value(snapshot->contexts[i].state), "context:%s",
			snapshot->contexts[i].name);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		add_cells(answers, snapshot, "kfunc", snapshot->kfuncs[i].name,
			snapshot->kfuncs[i].cells);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		add_cells(answers, snapshot, "helper", snapshot->helpers[i].name,
			snapshot->helpers[i].cells);
	add_features(answers, "prog", &snapshot->program_types);
	add_features(answers, "attach", &snapshot->attach_types);
	add_features(answers, "map", &snapshot->map_types);
	add_features(answers, "link", &snapshot->link_types);
	add_features(answers, "feature", &snapshot->features);
}

static void ask(const struct question *question, const struct plan *plan, struct answers *answers)
{
	const struct probe_request request = {
		.parts = question->parts,
		.features = question->features,
		.feature_cnt = question->feature_cnt,
		.contexts = question->contexts,
		.context_cnt = question->context_cnt,
		.names = question->names,
		.name_cnt = question->name_cnt,
		.threads = 1,
		.sys = {.call = inject, .context = injector},
	};
	struct snapshot *snapshot = NULL;

	*injector = (struct injector) {.plan = *plan, .old = injector->old};
	assert_null(probe_run(&request, &kernel, &snapshot, NULL));
	collect(snapshot, answers);
	snapshot_destroy(snapshot);
}

static const struct answer *find(const struct answers *answers, const char *name)
{
	for (size_t i = 0; i < answers->cnt; i++) {
		if (!strcmp(answers->list[i].name, name))
			return &answers->list[i];
	}
	return NULL;
}

struct tally {
	size_t run_cnt, answer_cnt, unknown_cnt, wrong_yes, wrong_no;
};

static void compare(const struct question *question, const struct answers *clean,
	const struct answers *faulty, const struct plan *plan, struct tally *tally)
{
	static const char *const words[] = {"unknown", "no", "yes"};
	char text[KIT_ERRNO_BYTES];

	tally->run_cnt++;
	for (size_t i = 0; i < clean->cnt; i++) {
		const struct answer *expected = &clean->list[i], *got = find(faulty, expected->name);
		/* A list without the name says that the kernel lacks it. */
		enum tristate value = got ? got->value : TRISTATE_NO;
		tally->answer_cnt++;
		tally->unknown_cnt += value == TRISTATE_UNKNOWN;
		if (value == expected->value || value == TRISTATE_UNKNOWN)
			continue;
		*(value == TRISTATE_YES ? &tally->wrong_yes : &tally->wrong_no) += 1;
		print_message("%s: %s is %s%s, without faults %s: %s, command %d, call %zu, %s\n",
			question->label, expected->name, words[value], got ? "" : " (not listed)",
			words[expected->value], kit_errno_name(plan->errnum, text), plan->command,
			plan->from,
			plan->cnt == FOREVER     ? "for ever"
				: plan->cnt == 1 ? "once"
						 : "twice");
	}
}

static void try_plan(const struct question *question, const struct answers *clean,
	const struct plan *plan, struct tally *tally)
{
	static struct answers faulty;

	ask(question, plan, &faulty);
	compare(question, clean, &faulty, plan, tally);
}

/* All plans of a question. `step` leaves out calls and errnos of long questions. */
static void inject_all(const struct question *question, size_t step, struct tally *tally)
{
	static const size_t cnts[] = {1, 2, FOREVER};
	static struct answers clean;
	const struct plan none = {.command = ANY_COMMAND};
	size_t turn = 0;

	ask(question, &none, &clean);
	size_t call_cnt = injector->call_cnt;
	for (size_t e = 0; e < ARRAY_SIZE(errnums); e++) {
		for (int command = 0; command <= UAPI_BPF_PROG_ASSOC_STRUCT_OPS; command++) {
			if (turn++ % step)
				continue;
			struct plan plan = {errnums[e], command, 0, FOREVER};
			try_plan(question, &clean, &plan, tally);
		}
		for (size_t from = 0; from < call_cnt; from++) {
			for (size_t c = 0; c < ARRAY_SIZE(cnts); c++) {
				if (turn++ % step)
					continue;
				struct plan plan = {errnums[e], ANY_COMMAND, from, cnts[c]};
				try_plan(question, &clean, &plan, tally);
			}
		}
	}
}

/* Of how many faults of a question is one taken? */
static size_t step_or(size_t of_sample)
{
	return chosen_step ? chosen_step : of_sample;
}

static void expect_none(const char *what, const struct tally *tally)
{
	print_message("%s: %zu runs, %zu answers, %zu unknown, %zu wrong yes, %zu wrong no\n", what,
		tally->run_cnt, tally->answer_cnt, tally->unknown_cnt, tally->wrong_yes,
		tally->wrong_no);
	assert_int_equal(tally->wrong_yes, 0);
	assert_int_equal(tally->wrong_no, 0);
	assert_true(tally->run_cnt > 0 && tally->answer_cnt > tally->unknown_cnt);
}

/* One question for each name that a part answers. */
static void inject_part(unsigned int part, const char *what, size_t step)
{
	static struct answers all;
	const struct question every = {.parts = 1u << part};
	const struct plan none = {.command = ANY_COMMAND};
	struct tally tally = {0};

	if (is_refused())
		skip();
	ask(&every, &none, &all);
	struct answers *names = malloc(sizeof(*names));
	assert_non_null(names);
	*names = all;
	for (size_t i = 0; i < names->cnt; i++) {
		const char *name = strchr(names->list[i].name, ':') + 1;
		const struct question one = {.parts = 1u << part, .features = &name, .feature_cnt = 1,
			.label = what};
		inject_all(&one, step, &tally);
	}
	free(names);
	expect_none(what, &tally);
}

static void test_map_types(void **state)
{
	(void)state;
	inject_part(PROBE_MAP_TYPES, "map types", step_or(61));
}

static void test_link_types(void **state)
{
	(void)state;
	inject_part(PROBE_LINK_TYPES, "link types", step_or(127));
}

static void test_features(void **state)
{
	(void)state;
	inject_part(PROBE_FEATURES, "features", step_or(137));
}

static void test_older_kernel(void **state)
{
	(void)state;
	injector->old = true;
	inject_part(PROBE_MAP_TYPES, "map types of an older kernel", step_or(251));
	inject_part(PROBE_LINK_TYPES, "link types of an older kernel", step_or(251));
	inject_part(PROBE_FEATURES, "features of an older kernel", step_or(307));
	injector->old = false;
}

/* Calls that the rules about sleeping, devices, arenas, capabilities and the JIT answer. */
static const char *const calls[] = {"bpf_map_lookup_elem", "bpf_copy_from_user", "bpf_d_path",
	"bpf_get_func_ip", "bpf_rcu_read_lock", "bpf_iter_css_task_new", "bpf_throw",
	"bpf_arena_alloc_pages", "bpf_xdp_metadata_rx_hash", "bpf_task_acquire"};

static void test_contexts(void **state)
{
	static struct answers all;
	const struct question every = {.parts = 1u << PROBE_CONTEXTS};
	const struct plan none = {.command = ANY_COMMAND};
	struct tally tally = {0};

	(void)state;
	if (is_refused())
		skip();
	ask(&every, &none, &all);
	for (size_t i = 0; i < all.cnt; i++) {
		const char *name = strchr(all.list[i].name, ':') + 1;
		const struct question one = {
			.parts = 1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS |
				1u << PROBE_PROGRAM_TYPES | 1u << PROBE_ATTACH_TYPES,
			.contexts = &name,
			.context_cnt = 1,
			.names = calls,
			.name_cnt = ARRAY_SIZE(calls),
			.label = name,
		};
		if (!chosen_step && i % 19)
			continue;
		inject_all(&one, step_or(197), &tally);
	}
	expect_none("contexts", &tally);
}

static int open_all(void **state)
{
	const char *every = getenv("KCOMPAT_FAULTS");

	(void)state;
	chosen_step = every ? strtoul(every, NULL, 10) : 0;
	if (every && !chosen_step) {
		print_error("KCOMPAT_FAULTS=%s: not a number from 1 on\n", every);
		return -1;
	}
	injector = mmap(NULL, sizeof(*injector), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return injector == MAP_FAILED || load_kernel(&kernel, "", LOAD_ALL) != NULL;
}

static int close_all(void **state)
{
	(void)state;
	kernel_deinit(&kernel);
	munmap(injector, sizeof(*injector));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_types),
		cmocka_unit_test(test_link_types),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_older_kernel),
		cmocka_unit_test(test_contexts),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, open_all, close_all);
}
