/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed in a subject between two kernels: `show` lists it for each pair, `diff` for one. */
#ifndef KCOMPAT_HISTORY_DIFF_SUBJECT_H
#define KCOMPAT_HISTORY_DIFF_SUBJECT_H

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

#endif
