/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How kernels are called: what a person types to name one, and what kcompat prints. */
#ifndef KCOMPAT_HISTORY_NAMES_H
#define KCOMPAT_HISTORY_NAMES_H

#include <stdbool.h>

#include "kernel/kernel.h"
#include "util/pool.h"

#define FLAVOR_GENERIC "generic" /* the ordinary flavor */

/* Texts in `pool`, or borrowed from the identity. */
struct kernel_name {
	const char *version; /* "6.12"; "?" when the release is not known */
	const char *arch;    /* as Debian names it: "amd64" */
	const char *flavor;  /* "cloud", "rt", "16k"; FLAVOR_GENERIC */
};

/* False: no memory. */
bool kernel_name_read(
	struct pool *pool, const struct kernel_identity *identity, struct kernel_name *ret);
/* "amd64-6.12-cloud", and "amd64-6.12" for the ordinary flavor. In `pool`; NULL: no memory. */
const char *kernel_name_word(struct pool *pool, const struct kernel_name *name);
/* "6.12 amd64 cloud". In `pool`; NULL: no memory. */
const char *kernel_name_label(struct pool *pool, const struct kernel_name *name);

/*
 * Does the word name this kernel? It is the name of its file, its release, one of the two forms
 * above, or its version, or a glob of one of these. So one word may name several kernels. False also without memory.
 */
bool kernel_is_called(const char *file, const struct kernel_identity *identity, const char *word);

#endif
