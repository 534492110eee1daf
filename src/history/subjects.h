/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which subjects of a history have a name, and calls against kernels as one matrix. */
#ifndef KCOMPAT_HISTORY_SUBJECTS_H
#define KCOMPAT_HISTORY_SUBJECTS_H

#include "history/history.h"

struct subjects {
	struct pool pool;
	struct subject *list; /* by kind, then name; each once */
	size_t cnt, cap;
};
void subjects_deinit(struct subjects *subjects); /* NULL-safe */

/*
 * Every subject whose name matches one of the globs, and which some kernel has, as far as functions
 * go; NULL: every one but of files of functions.
 * A program type is also found by its enumerator ("BPF_PROG_TYPE_XDP").
 */
struct error *subjects_find(const struct history *history, const char *const *globs, size_t glob_cnt,
	struct subjects *ret);
/* The name nearest to one that was not found, among all that the history holds; NULL: none is near. */
const char *subjects_suggest(const struct history *history, const char *name);

/* States of calls, a letter each (snapshot.h). */
struct call_matrix {
	const char **rows;  /* names of contexts, or of kfuncs and helpers; those that answer alike together */
	size_t row_cnt;
	size_t *columns;    /* a row of the history for each: the first of those that answer alike */
	size_t column_cnt;
	size_t *column_of;  /* [history->row_cnt]: index into columns; SIZE_MAX: it says nothing */
	enum cell_state *states; /* [row_cnt][column_cnt] */
};

/* Of a kfunc or helper: its contexts. Of a program type or context: what its programs may call. */
struct error *call_matrix_make(const struct history *history, const struct subject *subject,
	struct pool *pool, struct call_matrix *ret);

#endif
