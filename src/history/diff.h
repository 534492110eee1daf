/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed in a subject between two kernels: `show` lists it for each pair, `diff` for one. */
#ifndef KCOMPAT_HISTORY_DIFF_H
#define KCOMPAT_HISTORY_DIFF_H

#include "history/history.h"

struct change {
	const char *what; /* "added", "removed", "flag added", "parameter removed", "permitted in" ... */
	const char *before, *after; /* NULL: nothing was, or is, there */
	const char *contexts;       /* of changed cells, separated by blanks; else NULL */
};

struct comparison {
	const char *unknown; /* why it cannot be told whether it changed; NULL: it can */
	bool nowhere;        /* neither kernel has it: there is nothing to compare */
	struct change *list;
	size_t cnt, cap;
};

/*
 * Cells that one side does not know are no change, nor is that a context came or went, which is the
 * context's own. Addresses, lines and sizes are none either:
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
	struct difference *list; /* by kind, then name: those that changed, or that cannot be told */
	size_t cnt, cap;
	size_t changed, untold; /* subjects that changed; of which one kernel does not know */
	size_t per_kind[SUBJECT_KIND_CNT]; /* that changed */
};

/*
 * `history` has one pair. `kinds` is a mask of 1u << enum subject_kind; `deep` as of
 * compare_subject(). Zeroed *ret is filled; the caller deinits it in any case.
 */
struct error *compare_history(const struct history *history, const struct subjects *subjects,
	unsigned int kinds, bool deep, struct differences *ret);
void differences_deinit(struct differences *differences); /* NULL-safe */

#endif
