/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/bound.h"
#include "probe/cells.h"
#include "util/array.h"
#include "util/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_CELLS 32 /* a worker takes at least this many at once */
#define THREADS_MAX 64

struct shared {
	const struct cells_job *job;
	size_t calls_per_block, block_cnt;
	atomic_size_t next_block;
	atomic_bool failed;
};

/* Evidence repeats. The same message for a call in a hundred contexts is stored once. */
struct evidence_table {
	struct evidence **slots;
	size_t cnt, cap;
};

struct worker {
	struct shared *shared;
	struct loader loader;
	struct pool pool;
	struct evidence_table table;
	size_t cell_cnt, unrecognised;
	struct error *error;
	pthread_t thread;
	bool started;
};

static struct evidence **evidence_slot(struct evidence **slots, size_t cap,
	const struct evidence *wanted)
{
	size_t at = (((uintptr_t)wanted->line >> 3) * 31 + (size_t)wanted->errnum) & (cap - 1);

	while (slots[at] && (slots[at]->line != wanted->line || slots[at]->errnum != wanted->errnum ||
				    slots[at]->rule != wanted->rule))
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

static bool table_grow(struct evidence_table *table)
{
	size_t cap = table->cap ? table->cap * 2 : 1024;
	struct evidence **slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < table->cap; i++) {
		if (table->slots[i])
			*evidence_slot(slots, cap, table->slots[i]) = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->cap = cap;
	return true;
}

static const struct evidence *keep_evidence(
	struct worker *worker, int errnum, const struct verdict *verdict)
{
	struct evidence_table *table = &worker->table;
	struct evidence wanted = {.errnum = errnum, .rule = verdict->rule};

	if (verdict->line) {
		wanted.line = pool_intern(&worker->pool, verdict->line, verdict->line_len);
		if (!wanted.line)
			return NULL;
	}
	if (table->cnt * 2 >= table->cap && !table_grow(table))
		return NULL;
	struct evidence **slot = evidence_slot(table->slots, table->cap, &wanted);
	if (!*slot) {
		*slot = pool_alloc(&worker->pool, sizeof(**slot));
		if (!*slot)
			return NULL;
		**slot = wanted;
		table->cnt++;
	}
	return *slot;
}

/* Can programs of the context attach to other functions than this target? */
static bool cells_has_other_targets(const struct probe_context *context)
{
	enum target_kind kind = context->section.target ? TARGET_NONE : context->row->target;

	return kind == TARGET_FUNC || kind == TARGET_FUNC_SLEEPABLE || kind == TARGET_FUNC_MODIFY ||
		kind == TARGET_LSM || kind == TARGET_LSM_SLEEPABLE;
}

/*
 * Changes the state with facts about the context. A condition that no program of the context can meet
 * makes the call impossible. A refusal because of the target becomes conditional if the context has
 * other targets (bpf_d_path in fentry).
 */
static enum cell_state cells_weigh(const struct probe_context *context, const struct verdict *verdict)
{
	if (verdict_is_about_sleep(verdict->rule) && context->sleepable_form == TRISTATE_NO)
		return CELL_IMPOSSIBLE;
	if (!strcmp(verdict->rule, RULE_TARGET) && cells_has_other_targets(context))
		return CELL_CONDITIONAL;
	if (!strcmp(verdict->rule, RULE_POINTEE) && context->pointees_first != TRISTATE_UNKNOWN)
		return context->pointees_first == TRISTATE_YES ? CELL_IMPOSSIBLE : CELL_PERMITTED;
	return verdict->state;
}

/* Reaches the allow check after "device-bound". The first message stays unless the check refuses. */
static bool ask_bound(struct worker *worker, const struct probe_context *context,
	const struct call *call, int *errnum, struct verdict *verdict)
{
	const char *line = pool_intern(&worker->pool, verdict->line, verdict->line_len);
	struct verdict bound;
	int bound_errnum;

	if (!line)
		return false;
	verdict->line = line;
	verdict->state =
		bound_ask(&worker->loader, &context->bound, call->insn, &bound_errnum, &bound);
	if (verdict->state == CELL_REFUSED) {
		*errnum = bound_errnum;
		*verdict = bound;
	}
	return true;
}

/*
 * For these, check_kfunc_call() asks the JIT after the check of the arguments. A bare call does not
 * get there. Each takes one number.
 */
static bool jit_is_asked_last(const struct call *call)
{
	static const char *const names[] = {"bpf_throw"};

	for (size_t i = 0; call->kind == CALL_KFUNC && i < ARRAY_SIZE(names); i++) {
		if (!call->insn.off && !strcmp(call->name, names[i]))
			return true;
	}
	return false;
}

/*
 * Repeats the call with its argument. An unrecognised message does not change the first answer.
 * Without a message, the JIT was not asked, and the answer is unknown.
 */
static bool ask_jit(struct worker *worker, const struct probe_context *context,
	const struct call *call, int *errnum, struct verdict *verdict)
{
	const char *line = pool_intern(&worker->pool, verdict->line, verdict->line_len);

	if (!line)
		return false;
	verdict->line = line;
	int with_errnum =
		loader_try_call_with_number(&worker->loader, &context->place, call->insn);
	struct verdict with = verdict_read(call->kind, with_errnum, worker->loader.log);
	if (with.state == CELL_IMPOSSIBLE || with.state == CELL_LOADABLE || !with.line) {
		*errnum = with_errnum;
		*verdict = with;
	}
	return true;
}

static bool fill_cell(
	struct worker *worker, const struct probe_context *context, const struct call *call, struct cell *cell)
{
	int errnum = loader_try_call(&worker->loader, &context->place, call->insn);
	struct verdict verdict = verdict_read(call->kind, errnum, worker->loader.log);

	if (context->arena_fd && !strcmp(verdict.rule, RULE_ARENA)) {
		struct load_place place = context->place;
		place.map_fd = context->arena_fd;
		errnum = loader_try_call(&worker->loader, &place, call->insn);
		verdict = verdict_read(call->kind, errnum, worker->loader.log);
	}
	if (verdict.state == CELL_PERMITTED && jit_is_asked_last(call) &&
		!ask_jit(worker, context, call, &errnum, &verdict))
		return false;
	worker->cell_cnt++;
	if (context->can_ask_bound && !strcmp(verdict.rule, RULE_DEVICE_BOUND) &&
		!ask_bound(worker, context, call, &errnum, &verdict))
		return false;
	if (!strcmp(verdict.rule, RULE_UNRECOGNISED))
		worker->unrecognised++;
	if (!verdict.line && (verdict.state == CELL_UNKNOWN || verdict.state == CELL_BLOCKED)) {
		const char *reason = verdict_resource_reason(errnum);
		verdict.line = reason ? reason : "the kernel gave no message";
		verdict.line_len = strlen(verdict.line);
	}
	*cell = (struct cell) {.state = cells_weigh(context, &verdict)};
	if (cell->state == CELL_REFUSED && worker->shared->job->drop_refusals)
		return true;
	cell->evidence = keep_evidence(worker, errnum, &verdict);
	return cell->evidence != NULL;
}

static bool interrupted(const struct shared *shared)
{
	const atomic_bool *stop = shared->job->request->stop;

	return atomic_load_explicit(&shared->failed, memory_order_relaxed) ||
		(stop && atomic_load_explicit(stop, memory_order_relaxed));
}

/* The control failed, so the cell takes its result. Counts it if an unrecognised message is the cause. */
static void take_control(
	struct worker *worker, const struct call_control *control, struct cell *cell)
{
	*cell = (struct cell) {control->state, false, control->evidence};
	if (control->evidence && !strcmp(control->evidence->rule, RULE_UNRECOGNISED))
		worker->unrecognised++;
}

static bool cells_answer(struct worker *worker, const struct call *call, size_t context_index)
{
	const struct probe_context *context = &worker->shared->job->contexts->list[context_index];
	struct cell *cell = &call->cells[context_index];
	const struct call_control *control =
		call->kind == CALL_KFUNC ? &context->kfuncs : &context->helpers;

	if (control->state != CELL_NONE)
		take_control(worker, control, cell);
	else if (call->withheld)
		*cell = (struct cell) {CELL_UNKNOWN, false, call->withheld};
	else
		return fill_cell(worker, context, call, cell);
	return true;
}

/* One call in all contexts, then the next: the kernel's look-ups for its name are still cached. */
static bool run_block(struct worker *worker, size_t block)
{
	const struct cells_job *job = worker->shared->job;
	size_t first = block * worker->shared->calls_per_block;
	size_t last = first + worker->shared->calls_per_block;

	for (size_t i = first; i < last && i < job->call_cnt; i++) {
		for (size_t k = 0; k < job->contexts->cnt; k++) {
			if (!cells_answer(worker, &job->calls[i], k))
				return false;
		}
	}
	return true;
}

static void cells_show_progress(const struct shared *shared, size_t done)
{
	const struct cells_job *job = shared->job;
	const struct probe_request *request = job->request;

	if (request->progress)
		request->progress(request->progress_context, job->phase, job->turn * shared->block_cnt + done,
			(job->turn_cnt ? job->turn_cnt : 1) * shared->block_cnt);
}

static void cells_work(struct worker *worker, bool reports)
{
	struct shared *shared = worker->shared;
	size_t block;

	while (!interrupted(shared) &&
		(block = atomic_fetch_add(&shared->next_block, 1)) < shared->block_cnt) {
		if (!run_block(worker, block)) {
			worker->error = error_no_memory();
			atomic_store(&shared->failed, true);
		}
		if (reports && block % 16 == 0)
			cells_show_progress(shared, block);
	}
}

static void *worker_main(void *argument)
{
	cells_work(argument, false);
	return NULL;
}

static struct error *worker_init(struct worker *worker, struct shared *shared)
{
	worker->shared = shared;
	struct error *error = loader_init(&worker->loader, &shared->job->request->sys);
	worker->loader.fd_array = shared->job->fd_array;
	return error;
}

/* Copies the worker's results into the job's pool. */
static struct error *worker_finish(
	struct worker *worker, struct probe_stats *stats, size_t *unrecognised)
{
	if (stats) {
		stats->cell_cnt += worker->cell_cnt;
		stats->call_cnt += worker->loader.sys.call_cnt;
		stats->inside_ns += worker->loader.sys.inside_ns;
	}
	*unrecognised += worker->unrecognised;
	pool_adopt(worker->shared->job->pool, &worker->pool);
	free(worker->table.slots);
	loader_deinit(&worker->loader);
	return worker->error;
}

static size_t cells_thread_cnt(const struct cells_job *job, size_t block_cnt)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cnt = job->request->threads ? job->request->threads
		: online > 0               ? (size_t)online
					   : 1;

	/* A thread for a few loads costs more than it saves. */
	if (cnt > block_cnt)
		cnt = block_cnt ? block_cnt : 1;
	return cnt < THREADS_MAX ? cnt : THREADS_MAX;
}

static struct error *run_workers(struct worker *workers, size_t cnt)
{
	for (size_t i = 1; i < cnt; i++)
		workers[i].started = !pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
	cells_work(&workers[0], true);
	for (size_t i = 1; i < cnt; i++) {
		if (workers[i].started)
			pthread_join(workers[i].thread, NULL);
	}
	const struct shared *shared = workers[0].shared;
	if (interrupted(shared) && !atomic_load(&shared->failed))
		return error_create(ERROR_INTERRUPTED, NULL, "interrupted before all calls were tried");
	return NULL;
}

struct error *cells_run(const struct cells_job *job, struct probe_stats *stats, size_t *unrecognised)
{
	struct shared shared = {.job = job};
	struct worker *workers;
	struct error *error = NULL;
	uint64_t wall_ns = clock_ns(CLOCK_MONOTONIC), cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	shared.calls_per_block = 1 + BLOCK_CELLS / (job->contexts->cnt + 1);
	shared.block_cnt =
		(job->call_cnt + shared.calls_per_block - 1) / shared.calls_per_block;
	size_t cnt = cells_thread_cnt(job, shared.block_cnt);
	workers = calloc(cnt, sizeof(*workers));
	if (!workers)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++)
		error = worker_init(&workers[i], &shared);
	if (!error)
		error = run_workers(workers, cnt);
	for (size_t i = 0; i < cnt; i++) {
		if (!workers[i].shared)
			continue;
		struct error *own = worker_finish(&workers[i], stats, unrecognised);
		if (!error)
			error = own;
	}
	free(workers);
	if (stats) {
		stats->threads = (unsigned int)cnt;
		stats->cells_wall_ns += clock_ns(CLOCK_MONOTONIC) - wall_ns;
		stats->cells_cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
	}
	return error;
}
