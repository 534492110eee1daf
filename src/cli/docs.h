/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of `kcompat docs`; each in its own cmd_docs_NAME.c, and a row of the table in cli/docs.c. */
#ifndef KCOMPAT_CLI_DOCS_H
#define KCOMPAT_CLI_DOCS_H

#include "cli/cli.h"
#include "cli/kernels.h"
#include "history/history.h"
#include "docs/docs.h"

/* What an action is given; all of it is borrowed. */
struct docs_run {
	const struct cli_args *args;
	struct pool *pool;
	const struct opened *opened;
	const struct history *history; /* all names of all kernels, or those that the action wants */
};

/* Like the `run` of a command: *status is set only on success. */
typedef struct error *docs_action_fn(const struct docs_run *run, int *status);

/* Which names an action reads of the kernels; texts in `pool`. Also judges the options it has alone. */
typedef struct error *docs_wanted_fn(
	const struct cli_args *args, struct pool *pool, struct history_wanted *ret);

/* --kfunc, --program-type, --function, --index and --matrix: new pages and tables. */
docs_action_fn docs_page;
docs_wanted_fn docs_page_wanted;

/* --update and --check: sections between markers in pages that exist. */
docs_action_fn docs_tree;

/* --policy and --signature, which is `signature` when it is not given. The caller destroys ret->since. */
struct error *docs_take_options(
	const struct docs_run *run, const char *signature, struct docs_options *ret);

/* To --output, whole or not at all, or to standard output; nothing where there is no text. */
struct error *docs_print(const struct docs_run *run, const struct buf *out);

#endif
