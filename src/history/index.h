/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every name asks of a history: made once, when its rows are in order. */
#ifndef KCOMPAT_HISTORY_INDEX_H
#define KCOMPAT_HISTORY_INDEX_H

#include "history/history.h"

/* Fills contexts, maps and module_kfuncs. False: no memory. */
bool history_index(struct history *history);
/* Fills calls and call_findings, by the other index. */
struct error *history_index_calls(struct history *history);
/* A module in which some kernel of the history has a kfunc of that name; NULL: none. */
const char *history_module_of(const struct history *history, const char *kfunc);

#endif
