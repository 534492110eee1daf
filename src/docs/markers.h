/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections of a Markdown page that are made from facts: what lies between a comment "[NAME]", for some
 * with an argument "[NAME](argument)", and a comment "[/NAME]".
 */
#ifndef KCOMPAT_DOCS_MARKERS_H
#define KCOMPAT_DOCS_MARKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

#define MARKERS_SIZE_MAX_BYTES (16u * 1024 * 1024) /* of a page */
#define MARKERS_SECTION_MAX 4096u

/* X(enumerator): the sections that are ours; the enumerator is the marker's name. */
#define MARKERS(X)                                                                                 \
	X(FEATURE_TAG)          /* of its argument: since when it exists */                        \
	X(KFUNC_DEF)            /* a signature, and notes; only behind "**Signature**" */          \
	X(KFUNC_PROG_REF)       /* in a kfunc's page: program types */                             \
	X(PROG_KFUNC_REF)       /* in a program type's page: kfuncs */                             \
	X(PROG_HELPER_FUNC_REF) /* in a program type's page: helpers */                            \
	X(HELPER_FUNC_PROG_REF) /* in a helper's page: program types */                            \
	X(MAP_HELPER_FUNC_REF)  /* in a map type's page: helpers */                                \
	X(HELPER_FUNC_MAP_REF)  /* in a helper's page: map types */

enum marker {
#define MARKER_ENUM(name) MARKER_##name,
	MARKERS(MARKER_ENUM)
#undef MARKER_ENUM
	MARKER_CNT
};
const char *marker_name(enum marker marker);

struct marker_section {
	enum marker marker;
	const char *argument; /* "bpf_loop"; NULL where the marker takes none */
	size_t line;          /* of the opening marker; the first line is 1 */
	size_t begin, end;    /* bytes of the body: behind the opening marker, before the closing one */
	bool crlf;            /* the opening marker's line ends so */
};

struct marker_page {
	struct pool pool;
	/* What stands in backticks in the first heading: "bpf_loop"; NULL: nothing does. */
	const char *subject;
	struct marker_section *sections; /* in order; they do not overlap */
	size_t section_cnt, section_cap;
};
void marker_page_deinit(struct marker_page *page); /* NULL-safe */
#define _cleanup_marker_page_ __attribute__((cleanup(marker_page_deinit)))

/*
 * `path` is for messages alone. A page that is not UTF-8, and a marker that is not closed, not opened,
 * inside another, there twice or of a name that nobody uses is an ERROR_INPUT with file and line.
 * Markers in fenced code and in backticks are text; those of other tools are passed over.
 */
struct error *markers_parse(
	const char *path, const char *data, size_t size_bytes, struct marker_page *ret);

#endif
