/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the JSON of a snapshot leaves out, for the commands that print one. */
#ifndef KCOMPAT_CLI_SNAPSHOT_FORM_H
#define KCOMPAT_CLI_SNAPSHOT_FORM_H

#include "cli/cli.h"
#include "snapshot/file.h"

/* The rows of the options. */
#define CLI_SNAPSHOT_FORM_OPTIONS                                                                  \
	{0, "brief", NULL,                                                                         \
		"with JSON: print only where each kfunc and helper can be used (schema kcompat/brief/1)"}, \
	{0, "without", "PART,...",                                                                 \
		"with JSON: leave out these parts, separated by commas: config, the build configuration; " \
		"evidence, that of all cells"},                                                            \
	{0, "evidence", "all|interesting|packed",                                                  \
		"with JSON: keep the evidence of all cells (the default), or of those whose state does "   \
		"not say why; packed: of all, but equal evidence once, as \"reasons\""}

/* Is one of the options wrong, or without effect on the output form? */
struct error *cli_check_snapshot_form(const struct cli_args *args);
/*
 * Prints the snapshot as the options say. `several`: one of several, so each is one line of JSON
 * Lines. With --without=config, it forgets its configuration.
 */
struct error *cli_snapshot_json(
	const struct cli_args *args, struct snapshot *snapshot, bool several, struct buf *out);

#endif
