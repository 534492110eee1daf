/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every name asks of a history: made once, when its rows are in order. */
#ifndef KCOMPAT_HISTORY_INDEX_H
#define KCOMPAT_HISTORY_INDEX_H

#include "snapshot/history/history.h"

/* What every kernel says about every call. */
struct call_index {
	struct pool pool;
	struct subject *calls; /* all kfuncs, then all helpers, by name */
	size_t call_cnt;
	struct finding *findings; /* [row_cnt][call_cnt]; NULL: nobody asked yet */
};

/* Fills contexts, maps and module_kfuncs, and makes an empty call_index. False: no memory. */
bool history_index(struct history *history);
/* Found at the first call: only the matrix of a program type or a context needs it. */
struct error *history_calls(const struct history *history, const struct call_index **ret);
/* A module in which some kernel of the history has a kfunc of that name; NULL: none. */
const char *history_module_of(const struct history *history, const char *kfunc);

#endif
