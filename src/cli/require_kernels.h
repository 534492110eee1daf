/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that `require` asks: read only as far as its requirements need. */
#ifndef KCOMPAT_CLI_REQUIRE_KERNELS_H
#define KCOMPAT_CLI_REQUIRE_KERNELS_H

#include "cli/kernels.h"
#include "cli/require_words.h"
#include "require/matrix.h"

/*
 * Adds the kernels that `word` names, which is not "live". `alone`: no other word is given, so a
 * version names the one kernel of this machine's architecture, if there is one. `words` are those
 * of all requirements, sorted.
 */
struct error *require_open(
	struct opened *opened, const char *word, bool alone, const struct words *words);

/*
 * The kernels by version, architecture and flavor, with their scopes. A probe and a scan of one
 * kernel with one name are one row, and the probe answers. `live`: the files of the running kernel,
 * or NULL. ERROR_INPUT: a file of a directory cannot be read. In `pool`.
 */
struct error *require_list_kernels(const struct opened *opened, const struct kernel *live,
	const struct words *words, struct pool *pool, struct require_kernel **ret, size_t *cnt);
/*
 * Fills all answers of the matrix. If the list asks about types, those of a snapshot come from the shipped store,
 * if it has the same build. They are kept for one kernel at a time: they take 40 MiB.
 */
struct error *require_ask_kernels(struct opened *opened, const struct words *words,
	enum require_unknown on_unknown, struct require_matrix *matrix);

#endif
