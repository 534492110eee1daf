/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"
#include "inventory/contexts.h"
#include "inventory/inventory.h"
#include "probe/attach.h"
#include "probe/attach_point.h"
#include "probe/calls/calls.h"
#include "probe/calls/example.h"
#include "probe/cells.h"
#include "probe/control.h"
#include "probe/discover.h"
#include "probe/fentry.h"
#include "probe/fields.h"
#include "probe/helpers.h"
#include "probe/insn.h"
#include "probe/kfuncs.h"
#include "probe/layout.h"
#include "probe/links.h"
#include "probe/maps.h"
#include "probe/module_fds.h"
#include "probe/program/programs.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

struct run {
	const struct probe_request *request;
	struct kernel *kernel;
	struct snapshot *snapshot;
	struct probe_stats *stats;
	struct kit kit;
	struct controls controls;
	struct probe_contexts contexts;
	struct kfunc_candidates candidates;
	struct module_fds fds;
};

const char *probe_part_word(enum probe_part part)
{
	static const char *const words[PROBE_PART_CNT] = {
#define PROBE_PART_ROW(name, word) [PROBE_##name] = word,
		PROBE_PARTS(PROBE_PART_ROW)
	};

	return words[part];
}

const char *probe_phase_word(enum probe_phase phase)
{
	static const char *const words[PROBE_PHASE_CNT] = {
#define PROBE_PHASE_ROW(name, word) [PROBE_PHASE_##name] = word,
		PROBE_PHASES(PROBE_PHASE_ROW)
	};

	return words[phase];
}

static bool probe_wants(const struct run *run, enum probe_part part)
{
	return run->request->parts & 1u << part;
}

/* Is it a request for a part? Then a name that the snapshot lacks is not absent: it was not requested. */
static bool is_filtered(const struct probe_request *request)
{
	return request->context_cnt || request->name_cnt || request->feature_cnt ||
		request->parts != (1u << PROBE_PART_CNT) - 1;
}

static struct error *copy_identity(struct run *run, const char *kind)
{
	bool ok = snapshot_take_kernel(run->snapshot, run->kernel, kind);

	if (is_filtered(run->request))
		ok &= snapshot_add_fact(run->snapshot, "filtered");
	return ok ? NULL : error_no_memory();
}

static struct error *probe_describe_contexts(struct run *run)
{
	struct snapshot *snapshot = run->snapshot;

	snapshot->contexts =
		pool_calloc(&snapshot->pool, run->contexts.cnt, sizeof(*snapshot->contexts));
	if (!snapshot->contexts)
		return error_no_memory();
	snapshot->context_cnt = run->contexts.cnt;
	for (size_t i = 0; i < run->contexts.cnt; i++) {
		const struct probe_context *context = &run->contexts.list[i];
		const struct context_row *row = context->row;
		snapshot->contexts[i] = (struct snapshot_context) {
			.name = context->name,
			.program_type = prog_type_word(row->prog_type),
			.attach_type = row->attach_type == ATTACH_NONE ? NULL : attach_type_word(row->attach_type),
			.target = context->target,
			.sleepable = row->prog_flags & BPF_F_SLEEPABLE,
			.state = context->state,
			.reason = context->reason,
			.rule = context->rule,
			.errnum = context->errnum,
		};
	}
	return NULL;
}

static struct error *find_contexts(struct run *run)
{
	const struct probe_request *request = run->request;
	/* Targets, controls and names need many look-ups, except in a request for few of them. */
	struct error *error = run->kernel->btf && !request->name_cnt && !request->context_cnt
		? kbtf_index(run->kernel->btf)
		: NULL;

	if (!error)
		error = contexts_expand(run->kernel, request->contexts, request->context_cnt,
			&run->snapshot->pool, &run->contexts);
	if (!error)
		error = controls_run(&run->controls, &run->contexts);
	if (!error)
		error = probe_describe_contexts(run);
	if (!error && request->context_cnt && probe_wants(run, PROBE_ATTACH_TYPES))
		error = attach_points_find(request, &run->controls, &run->contexts, run->snapshot);
	if (!error && run->kernel->btf && !modules_have_targets(run->kernel) &&
		!snapshot_add_fact(run->snapshot, "targets"))
		error = error_no_memory();
	if (!error && request->layout)
		error = layouts_find(&run->controls, &run->contexts, run->snapshot);
	return error;
}

static struct error *find_kfuncs(struct run *run)
{
	const struct probe_request *request = run->request;
	struct pool *pool = &run->snapshot->pool;
	struct error *error = kfuncs_find(
		run->kernel, request->names, request->name_cnt, pool, &run->candidates);

	if (!error)
		error = module_fds_open(&run->kit.sys, run->kernel, &run->fds);
	if (!error && request->discover)
		error = kfuncs_discover(request, run->kernel, &run->contexts, &run->fds, pool,
			&run->candidates, run->stats);
	if (!error && run->candidates.tagged && !snapshot_add_fact(run->snapshot, "kfunc_tags"))
		error = error_no_memory();
	if (!error && request->discover && !snapshot_add_fact(run->snapshot, "discovered"))
		error = error_no_memory();
	return error ? error : kfuncs_describe(run->kernel, &run->candidates, run->snapshot);
}

static struct bpf_insn kfunc_insn(const struct run *run, const struct kfunc_candidate *candidate)
{
	struct bpf_insn insn = INSN_KFUNC((int32_t)candidate->btf_id);

	if (candidate->module)
		insn.off = (int16_t)(candidate->module - run->kernel->modules + 1);
	return insn;
}

static struct call helper_call(const struct run *run, const struct snapshot_helper *helper)
{
	return (struct call) {
		.name = helper->name,
		.kind = CALL_HELPER,
		.insn = INSN_HELPER((int32_t)helper->id),
		.cells = helper->cells,
		.withheld = helper_withheld(run->request, helper),
	};
}

static struct error *fill_cells(struct run *run)
{
	struct snapshot *snapshot = run->snapshot;
	size_t cnt = snapshot->kfunc_cnt + snapshot->helper_cnt;
	struct call *calls = pool_calloc(&snapshot->pool, cnt, sizeof(*calls));
	struct cells_job job = {
		.request = run->request,
		.contexts = &run->contexts,
		.calls = calls,
		.call_cnt = cnt,
		.fd_array = run->kernel->module_cnt ? run->fds.fds : NULL,
		.pool = &snapshot->pool,
		.phase = PROBE_PHASE_CELLS,
	};

	if (!calls)
		return error_no_memory();
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		calls[i] = (struct call) {snapshot->kfuncs[i].name, CALL_KFUNC,
			kfunc_insn(run, &run->candidates.list[i]), snapshot->kfuncs[i].cells, NULL};
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		calls[snapshot->kfunc_cnt + i] = helper_call(run, &snapshot->helpers[i]);
	struct error *error = cells_run(&job, run->stats, &snapshot->unrecognised);
	if (!error)
		error = fields_conclude(&run->controls, &run->contexts, run->snapshot);
	const struct calls_job proof = {.request = run->request,
		.contexts = &run->contexts,
		.calls = calls,
		.call_cnt = cnt,
		.fd_array = job.fd_array,
		.pool = &snapshot->pool};
	return error || run->request->calls == PROBE_CALLS_BARE ? error : calls_prove(&run->kit, &proof, run->stats);
}

static struct error *find_calls(struct run *run)
{
	const struct probe_request *request = run->request;
	struct error *error = NULL;

	if (probe_wants(run, PROBE_KFUNCS))
		error = find_kfuncs(run);
	if (!error && probe_wants(run, PROBE_HELPERS))
		error = helpers_find(run->kernel, request->names, request->name_cnt, run->snapshot);
	if (!error)
		error = fill_cells(run);
	if (!error)
		error = kfuncs_conclude(&run->candidates, run->snapshot);
	return error ? error : helpers_conclude(run->kernel, &run->kit.sys, run->snapshot);
}

static struct error *probe_find_functions(struct run *run)
{
	static const char *const glob = "fentry";
	struct probe_contexts fentry;
	struct error *error =
		contexts_expand(run->kernel, &glob, 1, &run->snapshot->pool, &fentry);

	if (!error)
		error = controls_run(&run->controls, &fentry);
	if (!error)
		error = functions_find(run->kernel, run->request->names, run->request->name_cnt, run->snapshot);
	if (!error && fentry.cnt)
		error = fentry_try(&run->request->sys, run->kernel, fentry.list, run->snapshot);
	return error || !run->request->attach
		? error
		: attachments_try(run->request, run->kernel, run->snapshot);
}

static struct error *find_types(struct run *run)
{
	struct error *error = NULL;

	if (probe_wants(run, PROBE_PROGRAM_TYPES))
		error = program_types_conclude(run->kernel, run->snapshot);
	if (!error && probe_wants(run, PROBE_ATTACH_TYPES))
		error = attach_types_conclude(run->kernel, run->snapshot);
	return error;
}

static bool has_cells(const struct run *run)
{
	return run->snapshot->context_cnt && (run->snapshot->kfunc_cnt || run->snapshot->helper_cnt);
}

static struct error *find_rest(struct run *run)
{
	static const struct {
		enum probe_part part;
		enum probe_phase phase;
		struct error *(*find)(const struct probe_request *request,
			const struct kernel *kernel, struct snapshot *snapshot);
	} parts[] = {
		{PROBE_MAP_TYPES, PROBE_PHASE_MAP_TYPES, probe_map_types},
		{PROBE_LINK_TYPES, PROBE_PHASE_LINK_TYPES, probe_link_types},
		{PROBE_FEATURES, PROBE_PHASE_FEATURES, probe_features},
		{PROBE_PROGRAMS, PROBE_PHASE_PROGRAMS, probe_programs},
	};
	struct error *error = probe_wants(run, PROBE_FUNCTIONS) ? probe_find_functions(run) : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(parts) && !error; i++) {
		if (run->request->progress)
			run->request->progress(run->request->progress_context,
				parts[i].phase, 0, 1);
		if (probe_wants(run, parts[i].part))
			error = parts[i].find(run->request, run->kernel, run->snapshot);
	}
	/* Some attach types are of links only. */
	if (!error)
		error = find_types(run);
	if (!error && run->request->prove && !probe_wants(run, PROBE_PROGRAMS) && has_cells(run))
		error = programs_prove(run->request, run->kernel, run->snapshot);
	return error;
}

static struct error *src_probe_probe_observe(struct run *run)
{
	const unsigned int of_contexts = 1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS |
		1u << PROBE_HELPERS | 1u << PROBE_PROGRAM_TYPES | 1u << PROBE_ATTACH_TYPES |
		1u << PROBE_PROGRAMS;
	struct error *error = copy_identity(run, "probed");

	if (!error && !snapshot_add_fact(run->snapshot, "probe"))
		error = error_no_memory();
	if (!error && run->request->parts & of_contexts)
		error = find_contexts(run);
	if (!error && (probe_wants(run, PROBE_KFUNCS) || probe_wants(run, PROBE_HELPERS)))
		error = find_calls(run);
	return error ? error : find_rest(run);
}

static struct error *run_open(struct run *run)
{
	run->snapshot = snapshot_create();
	if (!run->snapshot)
		return error_no_memory();
	struct error *error = kit_open(&run->kit, run->request, run->kernel);
	return error ? error : controls_init(&run->controls, &run->kit, &run->snapshot->pool);
}

static void run_close(struct run *run)
{
	module_fds_close(&run->fds);
	controls_deinit(&run->controls);
	kit_close(&run->kit);
}

struct error *probe_run(const struct probe_request *request, struct kernel *kernel,
	struct snapshot **ret, struct probe_stats *stats)
{
	struct run run = {.request = request, .kernel = kernel, .stats = stats};
	struct error *error = run_open(&run);

	if (stats)
		*stats = (struct probe_stats) {0};
	if (!error)
		error = src_probe_probe_observe(&run);
	run_close(&run);
	if (error)
		snapshot_destroy(run.snapshot);
	else
		*ret = run.snapshot;
	return error;
}

static struct error *read_files(struct run *run)
{
	const struct probe_request *request = run->request;
	struct error *error = copy_identity(run, "scanned");

	if (!error && probe_wants(run, PROBE_KFUNCS))
		error = kfuncs_find(run->kernel, request->names, request->name_cnt,
			&run->snapshot->pool, &run->candidates);
	if (!error)
		error = kfuncs_describe(run->kernel, &run->candidates, run->snapshot);
	if (!error && probe_wants(run, PROBE_HELPERS))
		error = helpers_find(run->kernel, request->names, request->name_cnt, run->snapshot);
	if (!error && probe_wants(run, PROBE_FUNCTIONS))
		error = functions_find(run->kernel, request->names, request->name_cnt, run->snapshot);
	if (!error && probe_wants(run, PROBE_FEATURES))
		error = probe_file_features(request, run->kernel, run->snapshot);
	return error;
}

struct error *probe_files(
	const struct probe_request *request, struct kernel *kernel, struct snapshot **ret)
{
	struct run run = {.request = request, .kernel = kernel, .snapshot = snapshot_create()};
	struct error *error = run.snapshot ? read_files(&run) : error_no_memory();

	if (error)
		snapshot_destroy(run.snapshot);
	else
		*ret = run.snapshot;
	return error;
}

static struct error *no_such_context(struct run *run, const char *name)
{
	const char *todo;
	struct error *error = inventory_context_todo(run->kernel, name, &run->snapshot->pool, &todo);

	return error ? error
		     : error_create(ERROR_USAGE, todo, "%s: this kernel has no such context", name);
}

static struct error *no_such_call(struct run *run, const char *name)
{
	_cleanup_buf_ struct buf todo = {0};
	const char *near;
	struct error *error = inventory_near_name(run->kernel, name, &run->snapshot->pool, &near);

	if (error)
		return error;
	if (near)
		buf_printf(&todo, "did you mean '%s'?", near);
	return error_create(ERROR_NOT_FOUND, near ? buf_text(&todo) : NULL,
		"%s: no helper and no BTF function of this kernel", name);
}

/*
 * Opens a run that is only about one cell, with its call and its context as in a full run. `one` is the
 * run's request. run_close() it and destroy its snapshot also after an error.
 */
static struct error *open_cell(struct run *run, struct probe_request *one, const char *what,
	const char *const *context, struct bpf_insn *insn)
{
	one->contexts = context;
	one->context_cnt = 1;
	struct error *error = run_open(run);
	if (!error)
		error = find_contexts(run);

	if (!error && !run->contexts.cnt)
		return no_such_context(run, *context);
	if (!error)
		error = helpers_find(run->kernel, &what, 1, run->snapshot);
	if (!error && run->snapshot->helper_cnt) {
		*insn = (struct bpf_insn)INSN_HELPER((int32_t)run->snapshot->helpers[0].id);
		return NULL;
	}
	if (!error)
		error = kfuncs_find(run->kernel, &what, 1, &run->snapshot->pool, &run->candidates);
	if (!error)
		error = module_fds_open(&run->kit.sys, run->kernel, &run->fds);
	if (!error && !run->candidates.cnt)
		return no_such_call(run, what);
	if (!error)
		*insn = kfunc_insn(run, &run->candidates.list[0]);
	return error;
}

struct error *probe_verifier_log(const struct probe_request *request, struct kernel *kernel,
	const char *what, const char *context, char **log, int *errnum)
{
	struct probe_request one = *request;
	struct run run = {.request = &one, .kernel = kernel};
	struct bpf_insn insn;
	struct error *error = open_cell(&run, &one, what, &context, &insn);

	if (!error) {
		struct loader *loader = &run.controls.loader;
		loader->log_level = LOG_LEVEL_ALL;
		loader->fd_array = kernel->module_cnt ? run.fds.fds : NULL;
		*errnum = loader_try_call(loader, &run.contexts.list[0].place, insn);
		*log = strdup(loader->log);
		if (!*log)
			error = error_no_memory();
	}
	run_close(&run);
	snapshot_destroy(run.snapshot);
	return error;
}

struct error *probe_example(const struct probe_request *request, struct kernel *kernel,
	const char *what, const char *context, struct buf *out, bool *found)
{
	struct probe_request one = *request;
	struct run run = {.request = &one, .kernel = kernel};
	struct call call = {.name = what};
	struct error *error = open_cell(&run, &one, what, &context, &call.insn);

	if (!error && run.contexts.list[0].state != SUPPORT_OK)
		error = error_create(ERROR_INPUT, NULL, "%s: the context is %s: %s", context,
			support_state_word(run.contexts.list[0].state), run.contexts.list[0].reason);
	if (!error) {
		call.kind = call.insn.src_reg == BPF_PSEUDO_KFUNC_CALL ? CALL_KFUNC : CALL_HELPER;
		const struct calls_job job = {.request = &one,
			.contexts = &run.contexts,
			.calls = &call,
			.call_cnt = 1,
			.fd_array = kernel->module_cnt ? run.fds.fds : NULL,
			.pool = &run.snapshot->pool};
		error = calls_example(&run.kit, &job, out, found);
	}
	run_close(&run);
	snapshot_destroy(run.snapshot);
	return error;
}
