/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All functions of a kernel in a file of some megabytes, of which one is found in a millisecond
 * without reading the others: NAME.functions.gz. It is text: zcat prints lines of JSON
 * (snapshot/functions_json.h), the header, then functions sorted by name, at last the index.
 *
 * The file is several gzip members one after another (RFC 1952), each with whole lines:
 *   - the header;
 *   - blocks of functions, some 128 KiB of text each;
 *   - the index: {"index":[["FIRST NAME",OFFSET],...]}, a pair for each block, and where the last
 *     block ends: {"index":[...],"end":OFFSET};
 *   - an empty member of FUNCTIONS_TAIL_BYTES whose extra field "KC" holds the offset of the index
 *     and its length, 8 bytes each, the lowest first.
 * Paddings (FUNCTION_KIND_PADDING) are not written. Equal models make equal files, with one
 * version of zlib.
 */
#ifndef KCOMPAT_SNAPSHOT_FUNCTIONS_FILE_H
#define KCOMPAT_SNAPSHOT_FUNCTIONS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/functions.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

#define FUNCTIONS_SUFFIX ".functions.gz"
#define FUNCTIONS_BLOCK_BYTES (128u * 1024)
#define FUNCTIONS_TAIL_BYTES 42u
/* What a member may unpack to: one function of a kernel has some 500 KiB. */
#define FUNCTIONS_MEMBER_MAX_BYTES (64u * 1024 * 1024)
#define FUNCTIONS_FILE_MAX_BYTES (512u * 1024 * 1024)

/* The bytes of a file. Errors: no memory. */
struct error *functions_file_build(const struct kernel_functions *functions, struct buf *ret);
struct error *functions_file_write(const struct kernel_functions *functions, const char *path);

/*
 * An open file. Reads its end and header only; a file that is truncated or damaged is refused, now
 * or where the damage is met. Not for several threads at once.
 */
struct functions_file;
struct error *functions_file_open(const char *path, struct functions_file **ret);
void functions_file_close(struct functions_file *file); /* NULL-safe */

/* All but the list, which is empty. */
const struct kernel_functions *functions_file_header(const struct functions_file *file);
/* One function, in `pool`; *ret is NULL when the file has none of that name. */
struct error *functions_file_find(struct functions_file *file, const char *name, struct pool *pool,
	const struct kernel_function **ret);

/* Returning false ends it. `function` is valid during the call only. */
typedef bool functions_file_fn(void *context, const struct kernel_function *function);
/* Those whose name matches the glob, by name; NULL: all. One block is in memory at a time. */
struct error *functions_file_each(struct functions_file *file, const char *pattern,
	functions_file_fn *each, void *context);

#endif
