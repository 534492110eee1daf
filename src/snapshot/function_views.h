/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of functions, of a NAME.functions.gz (snapshot/functions_file.h) or of a snapshot, as views. */
#ifndef KCOMPAT_SNAPSHOT_FUNCTION_VIEWS_H
#define KCOMPAT_SNAPSHOT_FUNCTION_VIEWS_H

#include "snapshot/function_view.h"
#include "kernel/functions.h"
#include "util/error.h"
#include "util/pool.h"

struct functions_file;

struct error *function_views_open(const char *path, struct functions_file **ret);
void function_views_close(struct functions_file *file); /* NULL-safe */
/* Of the file's header; NULL: not known. They live as long as the file. */
const char *function_views_release(const struct functions_file *file);
const char *function_views_machine(const struct functions_file *file); /* "x86_64" */

/* What facts from these sources (mask of 1u << enum function_source) say; in `pool`, and of `function`. */
struct error *function_view_fill(uint32_t sources, const struct kernel_function *function,
	struct pool *pool, struct function_view *ret);
/* Fills *ret, in `pool`: state "absent" where the file has no function of that name. */
struct error *function_views_find(struct functions_file *file, const char *name, struct pool *pool,
	struct function_view *ret);
/* Calls `each` with the names that match the glob, sorted; false ends it. */
struct error *function_views_names(struct functions_file *file, const char *glob,
	bool (*each)(void *context, const char *name), void *context);

#endif
