/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cells rest on the same evidence. Most of a matrix rests on few words, which JSON Lines
 * therefore have once, with the cells that they speak for.
 */
#ifndef KCOMPAT_SNAPSHOT_EVIDENCE_H
#define KCOMPAT_SNAPSHOT_EVIDENCE_H

#include "snapshot/snapshot.h"

/* NULL, or neither an errno nor a word. */
bool evidence_is_empty(const struct evidence *evidence);
/* The same errno, line and rule; all empty ones are the same. Either may be NULL. */
bool evidence_same(const struct evidence *a, const struct evidence *b);

/* X(enumerator, the list of the JSON that its rows are named in, how the key of a cell begins) */
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
	const struct evidence *evidence; /* an empty one: these have none */
	enum evidence_matrix matrix;
	enum cell_state state;           /* only cells in it; CELL_STATE_CNT: in any */
	const uint32_t *rows;            /* [row_cnt]; NULL: all */
	const uint32_t *contexts;        /* [context_cnt]; NULL: all */
	size_t row_cnt, context_cnt;
	unsigned int scope;              /* ascends: how generally the group speaks */
};

/*
 * All evidence of a snapshot's cells: that of a cell is that of the first group with the cell in it;
 * one in no group has none. Groups of one scope have no cell in common, and those of one scope and
 * evidence stand together. A zeroed struct is an empty one.
 */
struct evidence_groups {
	struct pool pool;
	struct evidence_group *list;
	size_t cnt, cap;
};

/* False: no memory. The evidence stays the snapshot's. */
bool evidence_groups_init(struct evidence_groups *groups, const struct snapshot *snapshot);
void evidence_groups_deinit(struct evidence_groups *groups); /* NULL-safe */

#endif
