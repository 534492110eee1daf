/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which evidence speaks for several cells at once: most of a matrix rests on few words, which a
 * snapshot's JSON therefore has once. A cell's evidence is
 *   1. its own: kfunc/NAME@CONTEXT; else
 *   2. that of its row and state: kfunc/NAME@*:STATE; else
 *   3. that of its column and state: kfunc/ *@CONTEXT:STATE (without the blank); else
 *   4. the reason why the context is not ok, where the cell is in that state for it.
 * A cell without evidence that 2 to 4 would speak for has one of its own that says nothing.
 */
#ifndef KCOMPAT_SNAPSHOT_EVIDENCE_H
#define KCOMPAT_SNAPSHOT_EVIDENCE_H

#include "snapshot.h"

/* NULL, or neither an errno nor a word. */
bool evidence_is_empty(const struct evidence *evidence);
/* The same errno, line and rule; all empty ones are the same. Either may be NULL. */
bool evidence_same(const struct evidence *a, const struct evidence *b);

/* Is a cell of that state what becomes of a call where the context is in its own state? */
bool context_explains(const struct snapshot_context *context, enum cell_state state);
/* The context's reason as the evidence of such cells: empty when it is ok or gives none. */
struct evidence context_evidence(
	const struct snapshot *snapshot, const struct snapshot_context *context);

/* Of the rows of one matrix, the kfuncs' or the helpers'. A zeroed struct is an empty one. */
struct evidence_shares {
	const struct snapshot *snapshot;
	const struct cell **rows; /* [row_cnt], each [snapshot->context_cnt] */
	size_t row_cnt;
	struct evidence *of_context;       /* [context_cnt] */
	const struct evidence **of_column; /* [context_cnt][CELL_STATE_CNT]; NULL: of none */
	const struct evidence **of_row;    /* [row_cnt][CELL_STATE_CNT] */
};

/* Finds what is worth sharing. `rows` is taken over. False: no memory. */
bool evidence_shares_init(struct evidence_shares *shares, const struct snapshot *snapshot,
	const struct cell **rows, size_t row_cnt);
void evidence_shares_deinit(struct evidence_shares *shares); /* NULL-safe */
/* What speaks for a cell that has none of its own; NULL: nothing does. */
const struct evidence *evidence_shared(
	const struct evidence_shares *shares, size_t row, size_t context);

#endif
