/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe/program/arena.h"
#include "probe/program/attempt.h"
#include "probe/program/catalog.h"
#include "probe/program/checks.h"
#include "probe/program/object.h"
#include "probe/program/perf.h"
#include "probe/program/prove.h"
#include "probe/program/run.h"
#include "util/array.h"

#define TRY_CNT 20
#define TRY_PAUSE_NS 1000000

/* The largest number of contexts of a set. More is an error in the catalog. */
#define CONTEXT_MAX 32

struct recorded {
	struct snapshot_program program;
	size_t order; /* of the program in the catalog */
	size_t serial;
};

struct run {
	struct kit kit;
	const struct probe_request *request;
	const struct kernel *kernel;
	struct snapshot *snapshot;
	bool proves_only; /* only sets that call a kfunc or helper of the snapshot; nothing is
			     listed */
	struct attempt_context contexts[CONTEXT_MAX];
	size_t context_cnt;
	struct recorded *list; /* in the snapshot's pool */
	size_t cnt, cap;
	size_t done, total, order;
	/* The current set. */
	const struct program_set *set;
	struct program_object *object; /* NULL: `failure` says why */
	struct error *failure;
	struct arena arena;
};

static uint64_t possible_cpus(const struct program_object *object)
{
	int cnt = libbpf_num_possible_cpus();

	(void)object;
	return cnt > 0 ? (uint64_t)cnt : 1;
}

static uint64_t cpu_sum(const struct program_object *object)
{
	uint64_t cnt = possible_cpus(object);

	return cnt * (cnt + 1) / 2;
}

static uint64_t page_size(const struct program_object *object)
{
	(void)object;
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t counted_map_id(const struct program_object *object)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program_object_map(object, "counted_map"), &info, &size))
		return 0;
	return info.id;
}

/* The programs get these globals as inputs. */
static const struct {
	const char *name;
	uint64_t value;
	uint64_t (*compute)(const struct program_object *object);
} inputs[] = {
	{"cpu_cnt", 0, possible_cpus},
	{"cpu_sum", 0, cpu_sum},
	{"page_size", 0, page_size},
	{"wanted_id", 0, counted_map_id},
	{"round_cnt", PROGRAM_ROUND_CNT, NULL},
	{"element_cnt", PROGRAM_ELEMENT_CNT, NULL},
	{"armed", 1, NULL},
};

static void set_globals(struct program_object *object)
{
	program_object_clear(object);
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		volatile uint64_t *global = program_object_global(object, inputs[i].name);

		if (global)
			*global = inputs[i].compute ? inputs[i].compute(object) : inputs[i].value;
	}
}

static bool matches_globs(const struct probe_request *request, const char *context)
{
	for (size_t i = 0; i < request->context_cnt; i++) {
		if (!fnmatch(request->contexts[i], context, 0))
			return true;
	}
	return !request->context_cnt;
}

static bool is_tried_in(const struct program_entry *entry, const char *context)
{
	for (const char *const *at = entry->contexts; *at; at++) {
		if (!strcmp(*at, context))
			return true;
	}
	return false;
}

static bool lacks_kfunc(const struct kernel *kernel, const char *name)
{
	return kernel->btf && !kbtf_find(kernel->btf, name, BTF_KIND_FUNC);
}

static bool lacks_helper(const struct kernel *kernel, const char *name)
{
	char enumerator[64];
	int64_t value;

	snprintf(enumerator, sizeof(enumerator), "BPF_FUNC_%s", name + strlen("bpf_"));
	return kit_enum(kernel, "bpf_func_id", enumerator, &value) == TRISTATE_NO;
}

struct missing {
	const char *what, *name; /* name NULL: nothing is missing */
};

/* A function that the program needs and that is absent, as the kernel's BTF proves. */
static struct missing find_missing(const struct kernel *kernel, const struct program_entry *entry)
{
	const struct {
		const char *what;
		bool (*lacks)(const struct kernel *kernel, const char *name);
		const char *const *names;
	} needs[] = {
		{"kfunc", lacks_kfunc, entry->kfuncs},
		{"kfunc", lacks_kfunc, entry->kfuncs_aside},
		{"kfunc", lacks_kfunc, entry->kfuncs_before},
		{"helper", lacks_helper, entry->helpers},
	};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		for (const char *const *name = needs[i].names; name && *name; name++) {
			if (needs[i].lacks(kernel, *name))
				return (struct missing) {needs[i].what, *name};
		}
	}
	return (struct missing) {0};
}

static struct attempt_context *find_context(struct run *run, const char *name)
{
	for (size_t i = 0; i < run->context_cnt; i++) {
		if (!strcmp(run->contexts[i].name, name))
			return &run->contexts[i];
	}
	if (run->context_cnt == CONTEXT_MAX)
		return NULL;
	struct attempt_context *context = &run->contexts[run->context_cnt];
	if (!attempt_context_init(context, name, run->kernel))
		return NULL;
	run->context_cnt++;
	return context;
}

static struct error *programs_record(struct run *run, const struct program_entry *entry,
	const char *context, const char *method, const struct attempt *attempt)
{
	struct pool *pool = &run->snapshot->pool;
	struct recorded *list = pool_grow(pool, run->list, run->cnt, &run->cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	run->list = list;
	struct recorded *recorded = &list[run->cnt];
	*recorded = (struct recorded) {
		.program =
			{
				.name = entry->name,
				.context = pool_strdup(pool, context),
				.method = pool_strdup(pool, method),
				.state = attempt->state,
				.reason = *attempt->reason ? pool_strdup(pool, attempt->reason)
							   : NULL,
				.errnum = attempt->errnum,
			},
		.order = (size_t)(entry - run->set->programs) + run->order,
		.serial = run->cnt,
	};
	if (!recorded->program.context || (method && !recorded->program.method) ||
		(*attempt->reason && !recorded->program.reason))
		return error_no_memory();
	run->cnt++;
	return NULL;
}

static bool expectation_holds(const struct program_object *object,
	const struct program_expectation *expect, const struct run_result *result,
	struct attempt *attempt)
{
	const volatile uint64_t *global = program_object_global(object, expect->name);
	const volatile uint64_t *plus =
		expect->plus ? program_object_global(object, expect->plus) : NULL;
	uint64_t expected = expect->value + (plus ? *plus : 0), value;

	if (!strcmp(expect->name, PROGRAM_RETVAL)) {
		if (!result->has_retval)
			return true;
		value = result->retval;
	} else if (global && (plus || !expect->plus)) {
		value = *global;
	} else {
		attempt_say(
			attempt, CELL_UNKNOWN, 0, "the object has no variable %s", expect->name);
		return false;
	}
	if (value == expected)
		return true;
	attempt_say(attempt, CELL_UNKNOWN, 0, "it ran, and %s is %llu where %llu was expected",
		expect->name, (unsigned long long)value, (unsigned long long)expected);
	return false;
}

static void judge_run(const struct run *run, const struct program_entry *entry,
	const struct run_result *result, struct attempt *attempt)
{
	struct program_finding finding = {.as_expected = true};

	for (const struct program_expectation *expect = entry->expect; expect->name; expect++) {
		if (!expectation_holds(run->object, expect, result, attempt))
			return;
	}
	program_check_fn *check = program_check_of(entry->check);
	if (check)
		check(run->object, &run->arena, &finding);
	attempt_say(attempt, finding.as_expected ? CELL_RAN : CELL_UNKNOWN, 0, "%s", finding.text);
}

static void run_once(struct run *run, const struct program_entry *entry,
	const struct run_method *method, struct attempt *attempt)
{
	char text[KIT_ERRNO_BYTES];

	set_globals(run->object);
	struct run_result result = method->run(&run->kit, attempt->fd);
	if (result.step)
		attempt_say(attempt, CELL_LOADABLE, result.errnum, "loaded, but %s: %s",
			result.step, kit_errno_name(result.errnum, text));
	else
		judge_run(run, entry, &result, attempt);
}

/* Tries again after a pause: an empty allocator refills in the background. */
static void run_patiently(struct run *run, const struct program_entry *entry,
	const struct run_method *method, struct attempt *attempt)
{
	const struct timespec pause = {.tv_nsec = TRY_PAUSE_NS};
	int left = entry->may_lack_memory ? TRY_CNT : 1;

	for (; left > 0; left--) {
		run_once(run, entry, method, attempt);
		if (attempt->state != CELL_UNKNOWN)
			return;
		if (left > 1)
			nanosleep(&pause, NULL);
	}
}

static struct error *run_perf_cases(struct run *run, const struct program_entry *entry,
	struct attempt_context *context, int prog_fd)
{
	struct error *error = NULL;
	struct attempt attempt;
	char method[64];

	for (size_t i = 0; !error && i < perf_case_cnt(); i++) {
		set_globals(run->object);
		perf_run_case(run->object, program_check_of(entry->check), prog_fd, i,
			&attempt);
		perf_case_name(i, method, sizeof(method));
		error = programs_record(run, entry, context->name, method, &attempt);
		if (!error)
			error = prove_cells(
				run->snapshot, run->set->name, entry, context->name, attempt.state);
		if (!error)
			error = kit_interrupted(&run->kit);
	}
	return error;
}

static struct error *use_loaded(struct run *run, const struct program_entry *entry,
	struct attempt_context *context, struct attempt *attempt)
{
	const struct run_method *method = run->request->run ? run_method_for(context) : NULL;
	struct error *error =
		prove_cells(run->snapshot, run->set->name, entry, context->name, CELL_LOADABLE);

	if (error)
		return error;
	if (run->request->run && entry->perf)
		return run_perf_cases(run, entry, context, attempt->fd);
	if (method && !entry->perf)
		run_patiently(run, entry, method, attempt);
	error = programs_record(run, entry, context->name, method ? method->name : NULL, attempt);
	return error
		? error
		: prove_cells(run->snapshot, run->set->name, entry, context->name, attempt->state);
}

/* Is there a reason not to try the program? False: no reason. */
static bool settle_untried(
	const struct run *run, const struct program_entry *entry, struct attempt *attempt)
{
	struct missing missing = find_missing(run->kernel, entry);
	const struct error *failure = run->failure;

	if (missing.name)
		attempt_say(attempt, CELL_ABSENT, 0, "this kernel has no %s %s", missing.what,
			missing.name);
	else if (!run->kernel->btf && entry->kfuncs)
		attempt_say(attempt, CELL_UNKNOWN, 0,
			"the kernel's BTF is not there to find kfuncs in");
	else if (failure)
		attempt_say(attempt, failure->code == ERROR_DENIED ? CELL_BLOCKED : CELL_UNKNOWN,
			failure->errnum, "%s", failure->what);
	else if (!program_object_find(run->object, entry->function))
		attempt_say(
			attempt, CELL_UNKNOWN, 0, "the object has no program %s", entry->function);
	else if (program_object_unresolved(run->object, entry->function))
		attempt_say(attempt, CELL_UNKNOWN, 0,
			"libbpf left a call unresolved: a kfunc's prototype is not the expected one");
	else
		return false;
	return true;
}

static struct error *try_program(
	struct run *run, const struct program_entry *entry, struct attempt_context *context)
{
	struct attempt attempt = {.fd = -1};

	if (settle_untried(run, entry, &attempt))
		return programs_record(run, entry, context->name, NULL, &attempt);
	struct error *error = attempt_load(
		&run->kit, context, program_object_find(run->object, entry->function), &attempt);
	_cleanup_fd_ int fd = attempt.fd;
	if (error)
		return error;
	if (fd < 0)
		return programs_record(run, entry, context->name, NULL, &attempt);
	return use_loaded(run, entry, context, &attempt);
}

static struct error *programs_try_context(struct run *run, const char *name)
{
	struct attempt_context *context = find_context(run, name);
	struct error *error = NULL;

	if (!context)
		return error_create(ERROR_NOT_FOUND, NULL, "programs: no context %s", name);
	for (size_t i = 0; !error && i < run->set->program_cnt; i++) {
		const struct program_entry *entry = &run->set->programs[i];

		if (!is_tried_in(entry, name))
			continue;
		error = kit_interrupted(&run->kit);
		if (!error)
			error = try_program(run, entry, context);
		run->done++;
		if (run->request->progress)
			run->request->progress(
				run->request->progress_context, PROBE_PHASE_PROGRAMS, run->done, run->total);
	}
	return error;
}

static bool programs_is_wanted(void *context, const char *function)
{
	const struct run *run = context;

	for (size_t i = 0; i < run->set->program_cnt; i++) {
		const struct program_entry *entry = &run->set->programs[i];

		if (!strcmp(entry->function, function))
			return !find_missing(run->kernel, entry).name;
	}
	return false;
}

static bool any_wanted(struct run *run)
{
	for (size_t i = 0; i < run->set->program_cnt; i++) {
		if (programs_is_wanted(run, run->set->programs[i].function))
			return true;
	}
	return false;
}

static struct error *open_resources(struct run *run)
{
	const struct program_set *set = run->set;
	struct program_object_source source = {
		.name = set->name,
		.data = set->data,
		.size_bytes = (size_t)(set->data_end - set->data),
		.wanted = programs_is_wanted,
		.context = run,
		.arena_fd = -1,
	};

	/* libbpf follows references in BTF without checking them. */
	if (run->kernel->btf && !kbtf_references_hold(run->kernel->btf))
		return error_create(ERROR_INPUT, NULL,
			"the kernel's BTF is damaged: a type it refers to does not exist");
	int err = kit_prog_control(&run->kit, BPF_PROG_TYPE_SOCKET_FILTER);
	if (err)
		return error_errno(-err, NULL, "a trivial program");
	err = set->arena ? arena_open(&run->kit, &run->arena) : 0;
	if (err)
		return error_errno(-err, NULL, "an arena map");
	source.arena_fd = run->arena.fd;
	struct error *error = program_object_open(&source, &run->object);
	if (error || !set->fill_map)
		return error;
	err = program_fill_map(run->object);
	return err ? error_errno(-err, NULL, "%s: its maps", set->name) : NULL;
}

static void close_resources(struct run *run)
{
	program_object_close(run->object);
	run->object = NULL;
	arena_close(&run->arena);
	error_free(run->failure);
	run->failure = NULL;
}

/* Is it the first program of the set with this context? Then all of them are tried there, in order.
 */
static bool is_first_mention(const struct program_set *set, size_t program, const char *context)
{
	for (size_t i = 0; i < program; i++) {
		if (is_tried_in(&set->programs[i], context))
			return false;
	}
	return true;
}

static struct error *try_set(struct run *run)
{
	const struct program_set *set = run->set;
	struct error *error = NULL;

	for (size_t i = 0; !error && i < set->program_cnt; i++) {
		const char *const *context = set->programs[i].contexts;

		for (; !error && *context; context++) {
			if (is_first_mention(set, i, *context) &&
				matches_globs(run->request, *context))
				error = programs_try_context(run, *context);
		}
	}
	return error;
}

/* Is the program itself asked for, or can it prove a cell that is? */
static bool is_asked(const struct run *run, const struct program_entry *entry, const char *context)
{
	const enum cell_state best = run->request->run ? CELL_RAN : CELL_LOADABLE;

	return !run->proves_only || prove_changes(run->snapshot, entry, context, best);
}

/* A set with one program that is asked for is tried as a whole: a run uses what an earlier one has
 * made. */
static size_t count_attempts(const struct run *run, const struct program_set *set)
{
	bool asked = false;
	size_t cnt = 0;

	for (size_t i = 0; i < set->program_cnt; i++) {
		for (const char *const *context = set->programs[i].contexts; *context; context++) {
			if (!matches_globs(run->request, *context))
				continue;
			asked = asked || is_asked(run, &set->programs[i], *context);
			cnt++;
		}
	}
	return asked ? cnt : 0;
}

static struct error *run_set(struct run *run, const struct program_set *set)
{
	if (!count_attempts(run, set))
		return NULL;
	run->set = set;
	run->arena.fd = -1;
	if (any_wanted(run))
		run->failure = open_resources(run);
	/* ENOMEM from the kernel is a result of these programs. If kcompat itself has no memory, it
	 * stops. */
	bool no_memory = run->failure == error_no_memory();
	struct error *error = no_memory ? error_no_memory() : try_set(run);
	close_resources(run);
	run->order += set->program_cnt;
	return error;
}

static int compare_recorded(const void *a, const void *b)
{
	const struct recorded *left = a, *right = b;

	if (left->order != right->order)
		return left->order < right->order ? -1 : 1;
	return left->serial < right->serial ? -1 : 1;
}

/* Programs are tried context by context, but listed program by program. */
static struct error *programs_publish(struct run *run)
{
	struct snapshot_program *programs =
		pool_calloc(&run->snapshot->pool, run->cnt + 1, sizeof(*programs));

	if (!programs)
		return error_no_memory();
	if (run->cnt)
		qsort(run->list, run->cnt, sizeof(*run->list), compare_recorded);
	for (size_t i = 0; i < run->cnt; i++)
		programs[i] = run->list[i].program;
	run->snapshot->programs = programs;
	run->snapshot->program_cnt = run->cnt;
	return NULL;
}

static struct error *programs_try(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot, bool proves_only)
{
	struct run run = {.request = request,
		.kernel = kernel,
		.snapshot = snapshot,
		.proves_only = proves_only,
		.arena.fd = -1};
	struct error *error = kit_open(&run.kit, request, kernel);

	if (error)
		return error;
	for (size_t i = 0; i < program_set_cnt; i++)
		run.total += count_attempts(&run, &program_sets[i]);
	if (kernel->btf && run.total)
		error = kbtf_index(kernel->btf);
	for (size_t i = 0; !error && i < program_set_cnt; i++)
		error = run_set(&run, &program_sets[i]);
	if (!error && !proves_only)
		error = programs_publish(&run);
	kit_close(&run.kit);
	return error;
}

struct error *probe_programs(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	return programs_try(request, kernel, snapshot, false);
}

struct error *programs_prove(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	return programs_try(request, kernel, snapshot, true);
}
