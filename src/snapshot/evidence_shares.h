/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which evidence speaks for a whole row or column of a matrix: a part of snapshot/evidence.c. */
#ifndef KCOMPAT_SNAPSHOT_EVIDENCE_SHARES_H
#define KCOMPAT_SNAPSHOT_EVIDENCE_SHARES_H

#include "snapshot/snapshot.h"

/*
 * A cell's evidence is its own; else that of its row and state; else that of its column and state.
 * One that has none where its row or column has one has an empty one of its own.
 */
struct evidence_shares {
	const struct cell **rows; /* [row_cnt], each [context_cnt] */
	size_t row_cnt, context_cnt;
	const struct evidence **of_column; /* [context_cnt][CELL_STATE_CNT]; NULL: of none */
	const struct evidence **of_row;    /* [row_cnt][CELL_STATE_CNT] */
};

/* Orders by errno, line and rule; NULL is an empty one. */
int evidence_compare(const struct evidence *a, const struct evidence *b);

/* Finds what is worth sharing among `rows`, which stay the caller's. All in `pool`. False: no memory. */
bool evidence_shares_find(struct evidence_shares *shares, struct pool *pool,
	const struct cell **rows, size_t row_cnt, size_t context_cnt);
/* What speaks for a cell that has none of its own; NULL: nothing does. */
const struct evidence *evidence_shared(
	const struct evidence_shares *shares, size_t row, size_t context);

#endif
