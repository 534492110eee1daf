/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading back what `--json` of probe and scan wrote. Schema: docs/schema/snapshot.json. */
#ifndef KCOMPAT_SNAPSHOT_FILE_H
#define KCOMPAT_SNAPSHOT_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"
#include "util/pool.h"

/* A real kernel has some 50,000 cells; a document that claims more than this is refused. */
#define SNAPSHOT_CELL_MAX (4u * 1024 * 1024)
#define SNAPSHOT_CONTEXT_MAX 4096u
/* Of the file, and of what it unpacks to. */
#define SNAPSHOT_SIZE_MAX_BYTES (256u * 1024 * 1024)

/*
 * `path` is a file, or "-" for the standard input; plain or, which its first bytes tell, one gzip
 * stream (RFC 1952). The bytes are not trusted: damage, more than SNAPSHOT_SIZE_MAX_BYTES and
 * whatever is not as the schema says are an ERROR_INPUT, the last one with its place. Keys that are
 * not known are left out as newer versions may add some; another schema is refused. Caller destroys
 * *ret.
 */
struct error *load_snapshot(const char *path, struct snapshot **ret);
/* The same of bytes in memory. */
struct error *load_snapshot_bytes(const void *data, size_t size_bytes, struct snapshot **ret);

/* A snapshot as JSON (docs/schema/snapshot.json). */

struct render_json_options {
	/* JSON Lines: no indentation, and what cells rest on once ("reasons") instead of by cell ("evidence"). */
	bool one_line;
	bool addresses;    /* of functions' symbols */
};

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out);

/* The layouts of a snapshot's contexts from its JSON. */

/*
 * Reads root's "layouts", which may be missing. `contexts` maps the name of a context to its index;
 * one that is not there is an error.
 */
void load_layouts(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

/* The member "fields" of a layout. */
void load_layout_fields(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_layout *layout);
/* Puts layouts in the order of their first contexts; ERROR_INPUT where a context is in two. */
struct error *layouts_settle(struct snapshot *snapshot);

/* The fields of a layout as JSON: of a snapshot (docs/schema/snapshot.json) and of a history. */

/* An array of objects, the caller's; NULL: no memory. */
json_t *render_json_layout_fields(const struct snapshot_layout *layout);

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
