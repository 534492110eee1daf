/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which evidence a whole row or column of a matrix shares. Only snapshot/evidence.c uses it. */
#ifndef KCOMPAT_SNAPSHOT_EVIDENCE_SHARES_H
#define KCOMPAT_SNAPSHOT_EVIDENCE_SHARES_H

#include "snapshot/snapshot.h"

/*
 * A cell uses its own evidence, else that of its row and state, else that of its column and state.
 * If a cell without evidence is in a row or column with evidence, it has an empty one of its own.
 */
struct evidence_shares {
	const struct cell **rows; /* [row_cnt], each [context_cnt] */
	size_t row_cnt, context_cnt;
	const struct evidence **of_column; /* [context_cnt][CELL_STATE_CNT]; NULL: none */
	const struct evidence **of_row;    /* [row_cnt][CELL_STATE_CNT] */
};

/* Orders by errno, line and rule. NULL counts as empty. */
int evidence_compare(const struct evidence *a, const struct evidence *b);

/* Finds the evidence to share among `rows`. The caller keeps the rows. All in `pool`. False: no memory. */
bool evidence_shares_find(struct evidence_shares *shares, struct pool *pool,
	const struct cell **rows, size_t row_cnt, size_t context_cnt);
/* The shared evidence for a cell that has none of its own; NULL: none. */
const struct evidence *evidence_shared(
	const struct evidence_shares *shares, size_t row, size_t context);

#endif
