/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two kernels as a whole: every subject that changed between them. */
#ifndef KCOMPAT_HISTORY_DIFF_H
#define KCOMPAT_HISTORY_DIFF_H

#include "history/diff_subject.h"
#include "history/subjects.h"

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
