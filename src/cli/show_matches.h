/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globs of show among the types and functions of stored kernels. */
#ifndef KCOMPAT_CLI_SHOW_MATCHES_H
#define KCOMPAT_CLI_SHOW_MATCHES_H

#include "cli/cli.h"
#include "cli/output.h"
#include "render/render.h"

/* In text, so many are listed without --deep. */
#define SHOW_MATCHES_MAX 1000u

struct show_matches {
	const struct history *history;
	const struct show_options *options;
	const struct subjects *shown; /* functions of these names have a report already */
	const struct cli_args *args;
	struct output *out;
	bool json_begun; /* has the document begun? */
	bool json_first; /* does no match stand in it? */
};

/* Prints what matches, one after another; *cnt of them. */
struct error *show_matches_print(struct show_matches *matches, const char *glob, size_t *cnt);

#endif
