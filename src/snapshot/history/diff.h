/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed in a subject between two kernels: `show` lists it for each pair, `diff` for one. */
#ifndef KCOMPAT_HISTORY_DIFF_H
#define KCOMPAT_HISTORY_DIFF_H

#include "snapshot/history/history.h"

struct change {
	const char *what; /* "added", "removed", "flag added", "parameter removed", "permitted in" ... */
	const char *before, *after; /* NULL: that side has nothing */
	const char *contexts;       /* of changed cells, separated by blanks; else NULL */
};

struct comparison {
	const char *unknown; /* why the comparison is inconclusive; NULL: it is not */
	bool nowhere;        /* neither kernel has it: there is nothing to compare */
	struct change *list;
	size_t cnt, cap;
};

/*
 * A cell that one side does not know is not a change. A context that was added or removed is a change
 * of the context, not of its cells. Addresses, lines and sizes are not compared, because
 * they differ in every build. `deep` compares the inlining and callers of functions as well.
 */
struct error *compare_subject(const struct history *history, const struct history_pair *pair,
	const struct subject *subject, bool deep, struct pool *pool, struct comparison *ret);

/* Two kernels as a whole: every subject that changed between them. */

struct difference {
	struct subject subject;
	struct comparison comparison;
};

struct differences {
	struct pool pool;
	struct difference *list; /* by kind, then name: subjects that changed or are inconclusive */
	size_t cnt, cap;
	size_t changed, untold; /* subjects that changed; inconclusive: unknown on one side */
	size_t per_kind[SUBJECT_KIND_CNT]; /* that changed */
};

/*
 * `history` has one pair. `kinds` is a mask of 1u << enum subject_kind. `deep` is that of
 * compare_subject(). *ret starts zeroed. The caller deinits it, also after an error.
 */
struct error *compare_history(const struct history *history, const struct subjects *subjects,
	unsigned int kinds, bool deep, struct differences *ret);
void differences_deinit(struct differences *differences); /* NULL-safe */

#endif
