/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/calls.h"
#include "probe/calls/arguments.h"
#include "probe/calls/execute.h"
#include "probe/calls/helper_args.h"
#include "probe/calls/known.h"
#include "probe/calls/program.h"
#include "probe/calls/search.h"
#include "probe/calls/survey.h"
#include "probe/calls/types.h"
#include "util/clock.h"
#include "util/embed.h"

#include <stdlib.h>
#include <string.h>

struct proving {
	struct planner planner;
	const struct calls_job *job;
	const struct call *call; /* the function that is asked about */
	const struct callee *callee;
	struct known known;      /* its recipes */
};

static const struct evidence *evidence_new(
	struct proving *proving, int errnum, const char *rule, const char *line)
{
	struct evidence *evidence = pool_alloc(proving->job->pool, sizeof(*evidence));

	if (!evidence || !line) {
		proving->planner.no_memory = true;
		return NULL;
	}
	*evidence = (struct evidence) {.errnum = errnum, .rule = rule, .line = line};
	return evidence;
}

static void set_cell(struct cell *cell, enum cell_state state, const struct evidence *evidence)
{
	if (evidence)
		*cell = (struct cell) {.state = state, .evidence = evidence};
}

static const struct evidence *recipe_evidence(struct proving *proving, const struct recipe *recipe)
{
	struct buf text = {0};

	buf_puts(&text, RECIPE_LABEL);
	recipe_print(recipe, &text);
	const char *kept = pool_strdup(proving->job->pool, buf_text(&text));
	buf_deinit(&text);
	return evidence_new(proving, 0, RULE_REAL_CALL, kept);
}

static void set_loadable(struct proving *proving, struct cell *cell, struct known_recipe *known)
{
	if (!known->evidence)
		known->evidence = recipe_evidence(proving, known->recipe);
	set_cell(cell, CELL_LOADABLE, known->evidence);
}

/* The recipes that are known to work somewhere. */
static bool replay(struct proving *proving, struct cell *cell)
{
	struct search_result result;

	for (size_t i = 0; i < proving->known.cnt; i++) {
		if (!search_replay(&proving->planner, proving->callee,
			    proving->known.list[i].recipe,
			    proving->known.list[i].evidence, &result))
			continue;
		set_loadable(proving, cell, &proving->known.list[i]);
		known_prefer(&proving->known, i);
		return true;
	}
	return false;
}

/*
 * May a global function have a trusted pointer to any struct of the kernel as its argument, which may be
 * NULL (enum btf_arg_tag, 6.9)? The verifier accepts such a function for every argument of its type, and its
 * caller passes NULL. So there is a way to come by every struct.
 */
static bool has_typed_arguments(const struct kbtf *btf)
{
	uint32_t tags = kbtf_find(btf, "btf_arg_tag", BTF_KIND_ENUM);
	int64_t value;

	return tags && kbtf_enum_value(btf, tags, "ARG_TAG_TRUSTED", &value) &&
		kbtf_enum_value(btf, tags, "ARG_TAG_NULLABLE", &value);
}

/* Does the function take the context of another program type, and nothing else gives it? */
static bool takes_other_context(struct proving *proving)
{
	const struct callee *callee = proving->callee;
	const struct kbtf *btf = proving->planner.kernel->btf;
	uint32_t cnt = 0, id, own = walk_kernel_context(&proving->planner);
	const struct btf_param *params = callee->btf && own && !has_typed_arguments(btf)
		? type_params(callee->btf, callee->func_id, &cnt, NULL)
		: NULL;

	for (uint32_t i = 0; params && i < cnt; i++) {
		const char *type = type_struct_pointee(callee->btf, params[i].type, &id);
		if (type && is_context_type(type) &&
			strcmp(kernel_type(type), kbtf_name(btf, kbtf_type(btf, own))) != 0)
			return true;
	}
	return false;
}

static void set_refused(struct proving *proving, struct cell *cell, const struct search_words *words)
{
	const struct probe_context *context = proving->planner.context;
	enum cell_state state = words->rule->state;
	const char *line = pool_strdup(proving->job->pool, words->line);

	if (verdict_is_about_sleep(words->rule->name) && context->sleepable_form == TRISTATE_NO)
		state = CELL_IMPOSSIBLE;
	set_cell(cell, state, evidence_new(proving, words->errnum, words->rule->name, line));
}

/*
 * The search has ended without a program, and not for want of loads. Words about maps are no answer for a call
 * that takes no map: a map was only one source of an argument.
 */
static void conclude(struct proving *proving, struct cell *cell, const struct search_result *result)
{
	const struct search_words *words = &result->words;
	struct pool *pool = proving->job->pool;
	bool whole = words->rule &&
		(words->decides || (!strcmp(words->rule->name, RULE_SLEEPABLE_MAP) && !words->other &&
					   helper_needs_map(proving->callee->name)));

	if (whole)
		set_refused(proving, cell, words);
	else if (result->line && takes_other_context(proving))
		set_cell(cell, CELL_IMPOSSIBLE,
			evidence_new(proving, result->errnum, RULE_OTHER_CONTEXT,
				pool_strdup(pool, result->line)));
	else if (result->missing && cell->state == CELL_PERMITTED && cell->evidence)
		set_cell(cell, CELL_PERMITTED,
			evidence_new(proving, cell->evidence->errnum, RULE_NO_WAY,
				pool_printf(pool, "no way was found to come by %s in this context",
					result->missing)));
}

/*
 * May no program of the context start an iterator over the tasks of a control group? No argument of the
 * start changes that, and the other calls take what it made.
 */
static bool never_starts(struct proving *proving, struct cell *cell)
{
	struct planner *planner = &proving->planner;
	const struct callee *start = call_rule_is_about(CALL_RULE_CSS_TASK_ITER, proving->call->name)
		? planner_callee(planner, "bpf_iter_css_task_new")
		: NULL;

	if (!start)
		return false;
	int errnum = loader_try_call(&planner->loader, &planner->context->place, start->insn);
	struct verdict said = verdict_read(REAL_CALL, errnum, planner->loader.log);
	if (strcmp(said.rule, RULE_CSS_TASK_ITER) != 0)
		return false;
	set_refused(proving, cell,
		&(struct search_words) {
			.rule = verdict_rule_find(REAL_CALL, errnum, said.line, said.line_len),
			.line = pool_strndup(&planner->pool, said.line, said.line_len),
			.errnum = errnum,
		});
	return true;
}

/*
 * What is tried for a cell does not depend on the other cells, so an answer does not either. Only a long
 * search learns from one context for the next.
 */
static void search(struct proving *proving, struct cell *cell)
{
	bool quick = proving->job->request->calls != PROBE_CALLS_SEARCH;
	struct search_result result;

	search_call(&proving->planner, proving->callee, quick, &result);
	if (result.end == SEARCH_FOUND) {
		set_cell(cell, CELL_LOADABLE, recipe_evidence(proving, &result.recipe));
		if (!quick && !known_add(&proving->known, &result.recipe, &proving->planner.pool))
			proving->planner.no_memory = true;
	} else if (result.end != SEARCH_BUDGET) {
		conclude(proving, cell, &result);
	}
}

/* Is the state of the cell less than what a real call can prove? */
static bool is_open(const struct cell *cell, const struct probe_context *context)
{
	return cell->state == CELL_PERMITTED ||
		(cell->state == CELL_CONDITIONAL && context->bound_loads && cell->evidence &&
			!strcmp(cell->evidence->rule, RULE_DEVICE_BOUND));
}

/* A result that is not the expected one proves no more than the load. */
static void set_run(struct proving *proving, struct cell *cell, const struct safe_run *run,
	const struct run_outcome *outcome)
{
	struct buf text = {0};

	run_describe(&run->expectation, outcome, &text);
	buf_puts(&text, ": " RECIPE_LABEL);
	recipe_print(&run->recipe, &text);
	const char *kept = pool_strdup(proving->job->pool, buf_text(&text));
	buf_deinit(&text);
	set_cell(cell, run_fits(&run->expectation, outcome) ? CELL_RAN : CELL_LOADABLE,
		evidence_new(proving, 0, RULE_REAL_RUN, kept));
}

/* Executes the function's program in the planner's context, if it is safe there. */
static void execute(struct proving *proving, struct cell *cell)
{
	struct planner *planner = &proving->planner;
	const char *at = embed_runs;
	struct run_outcome outcome;
	struct safe_run run;

	if (cell->state != CELL_LOADABLE || !execute_can(planner))
		return;
	while (cell->state != CELL_RAN && runs_next(&at, proving->call->name, &planner->pool, &run)) {
		if (execute_call(planner, proving->callee, &run, &outcome))
			set_run(proving, cell, &run, &outcome);
	}
}

static bool may_run(const struct calls_job *job, const struct call *call)
{
	return job->request->run && runs_has(embed_runs, call->name);
}

static struct error *prove_function(struct proving *proving, const struct call *call)
{
	struct planner *planner = &proving->planner;
	bool runs = may_run(proving->job, call);

	proving->call = call;
	proving->callee = planner_asked(planner, call->name, call->kind, call->insn.off);
	proving->known.cnt = 0;
	if (!proving->callee || !known_load(&proving->known, call->name, &planner->pool))
		return proving->callee ? error_no_memory() : NULL;
	for (size_t i = 0; i < proving->job->contexts->cnt; i++) {
		struct cell *cell = &call->cells[i];
		bool open = is_open(cell, &proving->job->contexts->list[i]);
		if (!open && !runs)
			continue;
		planner_enter(planner, i);
		if (open && !never_starts(proving, cell) && !replay(proving, cell))
			search(proving, cell);
		if (runs)
			execute(proving, cell);
		struct error *error =
			planner->no_memory ? error_no_memory() : kit_interrupted(planner->kit);
		if (error)
			return error;
	}
	return NULL;
}

static bool has_open(const struct calls_job *job, const struct call *call)
{
	for (size_t i = 0; i < job->contexts->cnt; i++) {
		if (is_open(&call->cells[i], &job->contexts->list[i]))
			return true;
	}
	return false;
}

static void report(const struct calls_job *job, size_t done)
{
	const struct probe_request *request = job->request;

	if (request->progress)
		request->progress(request->progress_context, PROBE_PHASE_REAL_CALLS, done, job->call_cnt);
}

static struct error *prove_all(struct proving *proving)
{
	const struct calls_job *job = proving->job;
	struct error *error = NULL;

	for (size_t i = 0; i < job->call_cnt && !error; i++) {
		if (!has_open(job, &job->calls[i]) && !may_run(job, &job->calls[i]))
			continue;
		report(job, i);
		error = prove_function(proving, &job->calls[i]);
	}
	return error;
}

struct error *calls_prove(struct kit *kit, const struct calls_job *job, struct probe_stats *stats)
{
	struct proving *proving = calloc(1, sizeof(*proving));
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	if (!proving)
		return error_no_memory();
	proving->job = job;
	struct error *error = planner_create(&proving->planner, kit, job, &program_ways);
	if (!error)
		error = prove_all(proving);
	if (stats) {
		const struct bpf_sys *sys = &proving->planner.loader.sys;
		stats->real_call_cnt += sys->call_cnt;
		stats->calls_wall_ns += clock_ns(CLOCK_MONOTONIC) - start_ns;
		stats->call_cnt += sys->call_cnt;
		stats->inside_ns += sys->inside_ns;
	}
	planner_destroy(&proving->planner);
	free(proving);
	return error;
}
