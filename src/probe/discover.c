/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/discover.h"
#include "probe/cells.h"
#include "probe/insn.h"

#include <stdlib.h>
#include <string.h>

struct function {
	const struct kernel_module *module; /* NULL: vmlinux */
	uint32_t btf_id;
	const char *name;
};

struct discovery {
	const struct probe_request *request;
	const struct module_fds *fds;
	struct pool *pool;
	struct kfunc_candidates *candidates;
	struct probe_stats *stats;
	struct function *functions;
	size_t function_cnt, function_cap;
	struct call *calls; /* [function_cnt] */
	struct cell *cells;
};

static struct error *list_functions(struct discovery *discovery, const struct kbtf *btf,
	const struct kernel_module *module, struct pool *pool)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) != BTF_KIND_FUNC)
			continue;
		struct function *functions = pool_grow(pool, discovery->functions,
			discovery->function_cnt, &discovery->function_cap, sizeof(*functions));
		if (!functions)
			return error_no_memory();
		discovery->functions = functions;
		functions[discovery->function_cnt++] =
			(struct function) {module, id, kbtf_name(btf, type)};
	}
	return NULL;
}

static struct error *make_calls(
	struct discovery *discovery, const struct kernel *kernel, struct pool *pool)
{
	discovery->calls = pool_calloc(pool, discovery->function_cnt, sizeof(*discovery->calls));
	discovery->cells = pool_calloc(pool, discovery->function_cnt, sizeof(*discovery->cells));
	if (!discovery->calls || !discovery->cells)
		return error_no_memory();
	for (size_t i = 0; i < discovery->function_cnt; i++) {
		const struct function *function = &discovery->functions[i];
		struct bpf_insn insn = INSN_KFUNC((int32_t)function->btf_id);
		if (function->module)
			insn.off = (int16_t)(function->module - kernel->modules + 1);
		discovery->calls[i] =
			(struct call) {function->name, CALL_KFUNC, insn, &discovery->cells[i], NULL};
	}
	return NULL;
}

/* Did the call pass the allow check? "impossible" counts if only the sleepable form is missing. */
static bool is_kfunc(const struct cell *cell)
{
	return cell_state_usable(cell->state) || cell->state == CELL_CONDITIONAL ||
		(cell->state == CELL_IMPOSSIBLE && cell->evidence &&
			verdict_is_about_sleep(cell->evidence->rule));
}

static struct error *discover_note(struct discovery *discovery, const struct function *function)
{
	struct kfunc_candidates *candidates = discovery->candidates;

	for (size_t i = 0; i < candidates->cnt; i++) {
		struct kfunc_candidate *candidate = &candidates->list[i];
		if (candidate->btf_id == function->btf_id && candidate->module == function->module) {
			candidate->found_by |= 1u << KFUNC_SOURCE_DISCOVERED;
			return NULL;
		}
	}
	return kfuncs_add(discovery->pool, candidates,
		(struct kfunc_candidate) {
			.name = function->name,
			.module = function->module,
			.btf_id = function->btf_id,
			.found_by = 1u << KFUNC_SOURCE_DISCOVERED,
		});
}

static struct error *discover_try_context(
	struct discovery *discovery, const struct probe_context *context, size_t turn, size_t turn_cnt)
{
	_cleanup_pool_ struct pool pool = {0};
	const struct probe_contexts one = {.list = (struct probe_context *)context, .cnt = 1};
	struct cells_job job = {
		.request = discovery->request,
		.contexts = &one,
		.calls = discovery->calls,
		.call_cnt = discovery->function_cnt,
		.fd_array = discovery->fds->fds,
		.drop_refusals = true,
		.pool = &pool,
		.phase = PROBE_PHASE_DISCOVERY,
		.turn = turn,
		.turn_cnt = turn_cnt,
	};
	size_t unrecognised = 0;
	struct error *error = cells_run(&job, discovery->stats, &unrecognised);

	for (size_t i = 0; i < discovery->function_cnt && !error; i++) {
		if (is_kfunc(&discovery->cells[i]))
			error = discover_note(discovery, &discovery->functions[i]);
		discovery->cells[i] = (struct cell) {0};
	}
	return error;
}

static bool discover_answers(const struct probe_context *context)
{
	return context->state == SUPPORT_OK && context->kfuncs.state == CELL_NONE;
}

/* The context to use for its program type: the first sleepable one, else the first. */
static bool is_chosen(const struct probe_contexts *contexts, size_t index)
{
	const struct probe_context *context = &contexts->list[index];
	bool sleeps = context->row->prog_flags & BPF_F_SLEEPABLE;

	for (size_t i = 0; i < contexts->cnt; i++) {
		const struct probe_context *other = &contexts->list[i];
		bool other_sleeps = other->row->prog_flags & BPF_F_SLEEPABLE;
		if (i == index || !discover_answers(other) || other->row->prog_type != context->row->prog_type)
			continue;
		if (other_sleeps > sleeps || (other_sleeps == sleeps && i < index))
			return false;
	}
	return discover_answers(context);
}

struct error *kfuncs_discover(const struct probe_request *request, const struct kernel *kernel,
	const struct probe_contexts *contexts, const struct module_fds *fds, struct pool *pool,
	struct kfunc_candidates *candidates, struct probe_stats *stats)
{
	struct discovery discovery = {request, fds, pool, candidates, stats, NULL, 0, 0, NULL, NULL};
	_cleanup_pool_ struct pool own = {0};

	if (!kernel->btf)
		return NULL;
	struct error *error = list_functions(&discovery, kernel->btf, NULL, &own);
	for (size_t i = 0; i < kernel->module_cnt && !error; i++) {
		if (fds->fds[i + 1] >= 0)
			error = list_functions(
				&discovery, kernel->modules[i].btf, &kernel->modules[i], &own);
	}
	if (!error)
		error = make_calls(&discovery, kernel, &own);
	size_t turn = 0, turn_cnt = 0;
	for (size_t i = 0; i < contexts->cnt; i++)
		turn_cnt += is_chosen(contexts, i);
	for (size_t i = 0; i < contexts->cnt && !error; i++) {
		if (is_chosen(contexts, i))
			error = discover_try_context(&discovery, &contexts->list[i], turn++, turn_cnt);
	}
	kfuncs_sort(candidates);
	return error;
}
