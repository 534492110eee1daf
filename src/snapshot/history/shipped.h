/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are shipped with kcompat. A name of history/names.h names one or several. */
#ifndef KCOMPAT_HISTORY_SHIPPED_H
#define KCOMPAT_HISTORY_SHIPPED_H

#include "snapshot/history/history.h"
#include "snapshot/history/names.h"

struct shipped_kernel {
	const char *name; /* of its files, without suffix: "amd64-6.12-cloud" */
	const struct kernel_entry *predicted, *probed; /* only their identities were read; or NULL */
	struct kernel_name parts;
};

/* A zeroed struct is empty. */
struct shipped {
	struct kernels kernels;
	struct shipped_kernel *list; /* by version, architecture and flavor */
	size_t cnt;
};
void shipped_deinit(struct shipped *shipped); /* NULL-safe */
#define _cleanup_shipped_ __attribute__((cleanup(shipped_deinit)))

/* The snapshot that comes first: the prediction, which has the identity of the package. */
const struct kernel_entry *shipped_first(const struct shipped_kernel *kernel);

/* The directory of the snapshots of probes, beside that of the others. In `pool`; NULL: no memory. */
const char *shipped_probed(struct pool *pool, const char *shipped);

/* The store of their types and functions, beside both. In `pool`; NULL: no memory. */
const char *shipped_store(struct pool *pool, const char *shipped);

/* The directory of what `kcompat check --json` said about published objects, beside them. In `pool`; NULL: no memory. */
const char *shipped_checks(struct pool *pool, const char *shipped);

/* Reads which there are. ERROR_NOT_FOUND: none. */
struct error *shipped_read(struct shipped *ret);
bool shipped_is_called(const struct shipped_kernel *kernel, const char *word);
/* The error that no kernel has the name, with the nearest name. */
struct error *shipped_no_such(const struct shipped *shipped, const char *word);
/* Adds their snapshots, of images and of probes. Their absence is an error only if they are needed. */
struct error *shipped_add(struct kernels *kernels, const struct history_wanted *wanted, bool needed);
/* The same for those that `word` names. ERROR_NOT_FOUND: none. */
struct error *shipped_add_named(
	struct kernels *kernels, const char *word, const struct history_wanted *wanted);
/* Paths of one kernel; NULL: no such file; at least one is set. */
struct shipped_paths {
	const char *predicted, *probed;
};
/* The files of that name, in `pool`. False: there are none, or no memory. */
bool shipped_file(struct pool *pool, const char *word, struct shipped_paths *ret);
/*
 * The files of the one kernel that `word` names. If it names several, the one of this machine's
 * architecture is meant, and of these the one of the ordinary flavor. ERROR_USAGE: that does not
 * settle it. ERROR_NOT_FOUND: none. Paths in `pool`.
 */
struct error *shipped_choose(struct pool *pool, const char *word, struct shipped_paths *ret);

#endif
