/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cells have the same evidence. Most cells of a matrix share a few texts. JSON Lines therefore
 * contain each text once, with its cells.
 */
#ifndef KCOMPAT_SNAPSHOT_EVIDENCE_H
#define KCOMPAT_SNAPSHOT_EVIDENCE_H

#include "snapshot/snapshot.h"

/* NULL, or no errno, no line and no rule. */
bool evidence_is_empty(const struct evidence *evidence);
/* The same errno, line and rule. All empty evidence is the same. Either may be NULL. */
bool evidence_same(const struct evidence *a, const struct evidence *b);

/* X(enumerator, list of the JSON with the names of its rows, prefix of a cell's key) */
#define EVIDENCE_MATRICES(X)                                                                       \
	X(KFUNCS, "kfuncs", "kfunc/")                                                              \
	X(HELPERS, "helpers", "helper/")

enum evidence_matrix {
#define EVIDENCE_MATRIX_ENUM(name, word, key) EVIDENCE_OF_##name,
	EVIDENCE_MATRICES(EVIDENCE_MATRIX_ENUM)
#undef EVIDENCE_MATRIX_ENUM
	EVIDENCE_MATRIX_CNT
};
const char *evidence_matrix_word(enum evidence_matrix matrix);
const char *evidence_matrix_key(enum evidence_matrix matrix);
/* How the JSON names all rows or all contexts. */
#define EVIDENCE_OF_ALL "*"

/* The cells of `rows` in `contexts`. Indices are the snapshot's and ascend. */
struct evidence_group {
	const struct evidence *evidence; /* empty: these cells have none */
	enum evidence_matrix matrix;
	enum cell_state state;           /* only cells in this state; CELL_STATE_CNT: in any state */
	const uint32_t *rows;            /* [row_cnt]; NULL: all */
	const uint32_t *contexts;        /* [context_cnt]; NULL: all */
	size_t row_cnt, context_cnt;
	unsigned int scope;              /* ascends: from single cells to whole columns */
};

/*
 * All evidence of a snapshot's cells. The first group that contains a cell gives its evidence. A cell
 * in no group has none. Groups of one scope have no cell in common. Groups of one scope and evidence
 * stand together. A zeroed struct is an empty one.
 */
struct evidence_groups {
	struct pool pool;
	struct evidence_group *list;
	size_t cnt, cap;
};

/* False: no memory. The snapshot still owns the evidence. */
bool evidence_groups_init(struct evidence_groups *groups, const struct snapshot *snapshot);
void evidence_groups_deinit(struct evidence_groups *groups); /* NULL-safe */

#endif
