/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that reads files of others runs in a child process that confines itself
 * (util/confine.h). The parent reads nothing: it waits, says what ended the child and which input
 * that was, and writes the files that the child has made.
 */
#ifndef KCOMPAT_CLI_SUPERVISE_H
#define KCOMPAT_CLI_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/buf.h"
#include "util/confine.h"
#include "util/error.h"
#include "util/pool.h"

#define CLI_VERBOSE_OPTION                                                                         \
	{                                                                                          \
		0, "verbose", NULL, "say on standard error how the process that reads is confined" \
	}

struct paths {
	const char **list;
	size_t cnt, cap;
};

/* The files of one run. A zeroed struct is empty. */
struct foreign {
	struct pool pool;
	struct paths inputs;   /* of others; named as the user named them. None: nothing is confined. */
	struct paths readable; /* read as well: shipped data, targets of links */
	struct paths writable; /* directories, see struct confinement */
	struct paths outputs;  /* files for supervise_write() */
	bool writes_links;     /* to set before inputs are added: the targets of links are written */
	bool spools;           /* calls supervise_spool() */
	bool later;            /* the command calls supervise_confine() itself */
	bool restarts;         /* begins again without an input that ended it */
	bool in_place;         /* writes no file and is to be fast: supervise_here() is enough */
};
void foreign_deinit(struct foreign *foreign);

/* Copies the text. NULL is no file. The input "-" is standard input. */
struct error *foreign_add(struct foreign *foreign, struct paths *paths, const char *path);
/* Adds an input. If it is a directory, the links in it are followed, too. */
struct error *foreign_add_input(struct foreign *foreign, const char *path);
/* The directory itself, or else the one that `path` is in. */
struct error *foreign_add_parent(struct foreign *foreign, struct paths *paths, const char *path);

/*
 * Returns in the child, with *is_child set, for each start. Returns in the parent after the last
 * child: with its exit status, or with the error that ended it. `complain` reports the errors
 * before that. `foreign` stays until the process ends.
 */
struct error *supervise(struct foreign *foreign, void (*complain)(const struct error *error),
	bool *is_child, int *status);

/* Instead of that: this process reads, and no other one is there to report how it ends. */
void supervise_here(struct foreign *foreign);

/* In the process that reads: confines it, once. False: that was before, or this is no such process. */
bool supervise_confine(struct confined *ret);
/*
 * For a process that must not be confined yet, and may not read what others made: `make` runs in another one that is.
 * Copies its text, or its error. What ends that process ends this one.
 */
struct error *supervise_text(
	struct error *(*make)(void *argument, struct buf *out), void *argument, struct buf *ret);
/* Is this process confined? */
bool supervise_is_confined(void);
/* Did this input end an earlier child? */
bool supervise_is_left_out(const char *path);
/* In the child: a budget (util/budget.h) is exhausted. The parent says so. False: this is no such child. */
bool supervise_out_of_memory(uint64_t limit_bytes);
/* The same, for a handler of SIGXCPU, which must then end the process. */
bool supervise_out_of_time(unsigned int limit_seconds);

/* A file without a name, or NULL and errno. The caller closes it. A child has only one. */
FILE *supervise_spool(void);

/* Writes an output like file_write_atomic(). The parent does it when the child has ended well. */
struct error *supervise_write(const char *path, const void *data, size_t size_bytes);

#endif
