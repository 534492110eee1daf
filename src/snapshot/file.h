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
/* Limit for the file and for its unpacked text. */
#define SNAPSHOT_SIZE_MAX_BYTES (256u * 1024 * 1024)

/*
 * `path` is a file, or "-" for standard input. The first bytes show whether it is plain or one gzip
 * stream (RFC 1952). The bytes are not trusted. Damage and more than SNAPSHOT_SIZE_MAX_BYTES are an
 * ERROR_INPUT. So is every deviation from the schema, with its place. Unknown keys are ignored,
 * because newer versions may add some. Another schema is refused. The caller destroys *ret.
 */
struct error *load_snapshot(const char *path, struct snapshot **ret);
/*
 * The same, for questions about these names, which are sorted (compare_texts()). Kfuncs and helpers of
 * other names have no cells, and the text of their cells is not checked.
 */
struct error *load_snapshot_of(
	const char *path, const char *const *names, size_t name_cnt, struct snapshot **ret);
/* The same as load_snapshot(), of a document that was parsed. */
struct error *load_snapshot_document(const json_t *root, struct snapshot **ret);
/* The same as load_snapshot(), from bytes in memory. */
struct error *load_snapshot_bytes(const void *data, size_t size_bytes, struct snapshot **ret);
/* The same as load_snapshot_of(), from bytes in memory. */
struct error *load_snapshot_bytes_of(const void *data, size_t size_bytes, const char *const *names,
	size_t name_cnt, struct snapshot **ret);
/*
 * Identity, source, environment, and the options of the configuration with these names, which are sorted
 * (NULL: all). More may be there. What is not is not checked.
 */
struct error *load_snapshot_head(
	const char *path, const char *const *names, size_t name_cnt, struct snapshot **ret);

/* A snapshot as JSON (docs/schema/snapshot.json). */

/*
 * How much of the evidence of cells a document keeps. X(enumerator, word)
 * Interesting is that of cells whose state does not say why: not of plain answers (ran, loadable, refused,
 * absent, unsupported), and not the reason of a context for all of its cells.
 */
#define EVIDENCE_KEPT(X)                                                                           \
	X(ALL, "all")                                                                              \
	X(INTERESTING, "interesting")                                                              \
	X(NONE, "none")                                                                            \
	X(PACKED, "packed") /* all, each once ("reasons") instead of once a cell ("evidence") */

enum evidence_kept {
#define EVIDENCE_KEPT_ENUM(name, word) EVIDENCE_KEPT_##name,
	EVIDENCE_KEPT(EVIDENCE_KEPT_ENUM)
#undef EVIDENCE_KEPT_ENUM
	EVIDENCE_KEPT_CNT
};
/* EVIDENCE_KEPT_CNT: no such word. */
enum evidence_kept evidence_kept_parse(const char *word);

struct render_json_options {
	bool one_line;     /* no indentation: JSON Lines */
	bool addresses;    /* write the addresses of functions' symbols */
	enum evidence_kept evidence;
	bool without_cells; /* of kfuncs and helpers, for a reader that has them otherwise */
};

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out);

#define BRIEF_SCHEMA "kcompat/brief/1"

/* Where each kfunc and helper can be used (docs/schema/brief.json); only `one_line` of the options counts. */
struct error *render_brief(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out);

/* The layouts of a snapshot's contexts from its JSON. */

/*
 * Reads root's "layouts", which may be missing. `contexts` maps the name of a context to its index.
 * An unknown context is an error.
 */
void load_layouts(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

/* The member "fields" of a layout. */
void load_layout_fields(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_layout *layout);
/* Sorts layouts by their first contexts. ERROR_INPUT: a context is in two layouts. */
struct error *layouts_settle(struct snapshot *snapshot);

/* The fields of a layout as JSON, for a snapshot (docs/schema/snapshot.json) and a history. */

/* An array of objects. The caller owns it. NULL: no memory. */
json_t *render_json_layout_fields(const struct snapshot_layout *layout);

/*
 * NAME.functions.gz: all functions of a kernel in a file of some megabytes. A look-up of one function
 * takes a millisecond and does not read the others. The file is text: zcat prints lines of JSON
 * (snapshot/functions_json.h). The header comes first, then functions sorted by name, then the index.
 *
 * The file is several gzip members one after another (RFC 1952), each with whole lines:
 *   - the header;
 *   - blocks of functions, some 128 KiB of text each;
 *   - the index: {"index":[["FIRST NAME",OFFSET],...],"end":OFFSET}: a pair for each block, and the
 *     end of the last block;
 *   - an empty member of FUNCTIONS_TAIL_BYTES whose extra field "KC" holds the offset of the index
 *     and its length, 8 bytes each, the lowest first.
 * Paddings (FUNCTION_KIND_PADDING) are not written. With the same version of zlib, equal models give
 * equal files.
 */

#define FUNCTIONS_SUFFIX ".functions.gz"
#define FUNCTIONS_BLOCK_BYTES (128u * 1024)
#define FUNCTIONS_TAIL_BYTES 42u
/* Limit of the unpacked size of a member. The largest function of a kernel has some 500 KiB. */
#define FUNCTIONS_MEMBER_MAX_BYTES (64u * 1024 * 1024)
#define FUNCTIONS_FILE_MAX_BYTES (512u * 1024 * 1024)

/* Makes the bytes of a file. Errors: no memory. */
struct error *functions_file_build(const struct kernel_functions *functions, struct buf *ret);

/*
 * An open file. Opening it reads only its end and header. A truncated or damaged file is refused, at
 * the latest when the damaged part is read. Not thread-safe.
 */
struct functions_file;
struct error *functions_file_open(const char *path, struct functions_file **ret);
void functions_file_close(struct functions_file *file); /* NULL-safe */

/* Everything but the functions: the list is empty. */
const struct kernel_functions *functions_file_header(const struct functions_file *file);
/* One function, in `pool`. *ret is NULL if the file has no function of that name. */
struct error *functions_file_find(struct functions_file *file, const char *name, struct pool *pool,
	const struct kernel_function **ret);

/* Return false to stop. `function` is valid only during the call. */
typedef bool functions_file_fn(void *context, const struct kernel_function *function);
/* Calls `each` for functions whose name matches the glob, by name. NULL: all. One block is in memory at a time. */
struct error *functions_file_each(struct functions_file *file, const char *pattern,
	functions_file_fn *each, void *context);

#endif
