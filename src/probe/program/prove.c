/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/prove.h"

#include <string.h>

#define RULE "bpf-program"

static struct cell *kfunc_cells(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, name);

	return kfunc ? kfunc->cells : NULL;
}

static struct cell *helper_cells(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_helper *helper = snapshot_find_helper(snapshot, name);

	return helper ? helper->cells : NULL;
}

static const struct evidence *make_evidence(struct pool *pool, const char *set,
	const struct program_entry *entry, enum cell_state state)
{
	struct evidence *evidence = pool_alloc(pool, sizeof(*evidence));
	char *line = pool_printf(
		pool, "bpf/%s: %s %s", set, entry->function, state == CELL_RAN ? "ran" : "loaded");

	if (!evidence || !line)
		return NULL;
	*evidence = (struct evidence) {.line = line, .rule = RULE};
	return evidence;
}

/* A load or a run is stronger than the result of a bare call. A run is stronger than a load. */
static bool outdoes(enum cell_state state, enum cell_state present)
{
	if (present == CELL_NONE || present == CELL_RAN)
		return false;
	return state == CELL_RAN || present != CELL_LOADABLE;
}

struct proof {
	const struct snapshot *snapshot;
	size_t context;
	enum cell_state state;
	const struct evidence *evidence;
};

typedef struct cell *(*cells_fn)(const struct snapshot *snapshot, const char *name);

static bool changes_list(const struct proof *proof, const char *const *names, cells_fn find)
{
	for (; names && *names; names++) {
		const struct cell *cells = find(proof->snapshot, *names);

		if (cells && outdoes(proof->state, cells[proof->context].state))
			return true;
	}
	return false;
}

bool prove_changes(const struct snapshot *snapshot, const struct program_entry *entry,
	const char *context, enum cell_state state)
{
	const struct snapshot_context *found = snapshot_find_context(snapshot, context);
	struct proof proof = {.snapshot = snapshot, .state = state};

	if (!found)
		return false;
	proof.context = (size_t)(found - snapshot->contexts);
	/* A program that runs was loaded before: it proves all its calls. */
	return changes_list(&proof, entry->kfuncs, kfunc_cells) ||
		changes_list(&proof, entry->helpers, helper_cells) ||
		changes_list(&(struct proof) {snapshot, proof.context, CELL_LOADABLE, NULL},
			entry->kfuncs_aside, kfunc_cells);
}

static void prove_list(const struct proof *proof, const char *const *names, cells_fn find)
{
	for (; names && *names; names++) {
		struct cell *cells = find(proof->snapshot, *names);

		if (cells && outdoes(proof->state, cells[proof->context].state))
			cells[proof->context] =
				(struct cell) {.state = proof->state, .evidence = proof->evidence};
	}
}

struct error *prove_cells(struct snapshot *snapshot, const char *set,
	const struct program_entry *entry, const char *context, enum cell_state state)
{
	const struct snapshot_context *found = snapshot_find_context(snapshot, context);

	if (!found || (state != CELL_RAN && state != CELL_LOADABLE))
		return NULL;
	struct proof proof = {
		.snapshot = snapshot,
		.context = (size_t)(found - snapshot->contexts),
		.state = state,
		.evidence = make_evidence(&snapshot->pool, set, entry, state),
	};
	if (!proof.evidence)
		return error_no_memory();
	prove_list(&proof, entry->kfuncs, kfunc_cells);
	prove_list(&proof, entry->helpers, helper_cells);
	if (state == CELL_LOADABLE)
		prove_list(&proof, entry->kfuncs_aside, kfunc_cells);
	return NULL;
}
