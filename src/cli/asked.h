/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel that requirements are answered about. */
#ifndef KCOMPAT_CLI_ASKED_H
#define KCOMPAT_CLI_ASKED_H

#include "require/require.h"

struct cli_args;

/* A zeroed struct is none. */
struct asked {
	struct snapshot *snapshot;
	struct kernel kernel;
	struct require_needs needs;
};
void asked_deinit(struct asked *asked); /* NULL-safe */

/* Loads and probes what the list needs; `facts` (enum load_fact) are loaded in any case. */
struct error *asked_observe(struct asked *asked, const struct cli_args *args,
	const struct require_list *list, unsigned int facts, bool attach);
/* The snapshot is the caller's from now on. */
struct snapshot *asked_take_snapshot(struct asked *asked);

#endif
