/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kernel that requirements are answered about: the running one, a stored one, or an image. */
#ifndef KCOMPAT_CLI_ASKED_H
#define KCOMPAT_CLI_ASKED_H

#include "cli/kernels.h"
#include "cli/require_words.h"
#include "require/require.h"

/* A zeroed struct is none. */
struct asked {
	bool live;
	struct pool pool;
	struct snapshot *snapshot;  /* of the running kernel its own, else one of `opened` */
	struct opened opened;
	const struct kernel *files; /* of an image or a store; else NULL */
	struct opened_types types;  /* of a stored kernel, after asked_find_types() */
	struct kernel kernel;       /* the running one */
	struct require_needs needs;
};
void asked_deinit(struct asked *asked); /* NULL-safe */

/*
 * Reads the kernel of this word as the command line names it. Of the running kernel (NULL, "live"),
 * nothing is read before asked_observe(). `words` are those of all requirements: of a stored
 * kernel, only what they can be about is read. `command` is for messages.
 */
struct error *asked_open(
	struct asked *asked, const char *command, const char *word, const struct words *words);
/* Loads and probes what the list needs of a running kernel; `facts` (enum load_fact) are loaded in
 * any case. */
struct error *asked_observe(struct asked *asked, const struct cli_args *args,
	const struct require_list *list, unsigned int facts, bool attach);
/* The snapshot of the running kernel is the caller's from now on. */
struct snapshot *asked_take_snapshot(struct asked *asked);
/*
 * Takes the types of a snapshot from the shipped store, if that has the same build. It takes a tenth of a second.
 */
struct error *asked_find_types(struct asked *asked, const struct words *words);
/* For require_evaluate(); valid as long as `asked`. */
struct require_scope asked_scope(const struct asked *asked);

#endif
