/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of `kcompat docs`; each in cli/docs_NAME.c, with a row in the table of cli/docs.c. */
#ifndef KCOMPAT_CLI_DOCS_H
#define KCOMPAT_CLI_DOCS_H

#include "cli/cli.h"
#include "cli/kernels.h"
#include "snapshot/history/history.h"
#include "docs/docs.h"

/* The input of an action; all of it is borrowed. */
struct docs_run {
	const struct cli_args *args;
	struct pool *pool;
	const struct opened *opened;
	const struct history *history; /* all names of all kernels, or the action's names */
};

/* Like `run` of a command: sets *status only on success. */
typedef struct error *docs_action_fn(const struct docs_run *run, int *status);

/* The names that an action reads; texts in `pool`. Also checks the options of this action alone. */
typedef struct error *docs_wanted_fn(
	const struct cli_args *args, struct pool *pool, struct history_wanted *ret);

/* Is it the action of this name? */
bool docs_is(const struct cli_args *args, const char *action);

/* page, table and index: new pages and tables. */
docs_action_fn docs_page;
docs_wanted_fn docs_page_wanted;

/* check and update: sections between markers in pages that exist. */
docs_action_fn docs_tree;

/* --policy and --signature (default: `signature`). The caller destroys ret->since. */
struct error *docs_take_options(
	const struct docs_run *run, const char *signature, struct docs_options *ret);

/* Writes to --output, completely or not at all, or to standard output. No text writes nothing. */
struct error *docs_print(const struct docs_run *run, const struct buf *out);

#endif
