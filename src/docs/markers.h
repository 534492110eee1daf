/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections of a Markdown page that are made from facts. A section lies between a comment "[NAME]"
 * and a comment "[/NAME]". Some have an argument: "[NAME](argument)".
 */
#ifndef KCOMPAT_DOCS_MARKERS_H
#define KCOMPAT_DOCS_MARKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

#define MARKERS_SIZE_MAX_BYTES (16u * 1024 * 1024) /* of a page */
#define MARKERS_SECTION_MAX 4096u

/* X(enumerator): the sections that kcompat writes; the enumerator is the marker's name. */
#define MARKERS(X)                                                                                 \
	X(FEATURE_TAG)          /* the first version with its argument */                          \
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
	const char *argument; /* "bpf_loop"; NULL if the marker takes none */
	size_t line;          /* of the opening marker; the first line is 1 */
	size_t begin, end;    /* bytes of the body: behind the opening marker, before the closing one */
	bool crlf;            /* how the opening marker's line ends */
};

struct marker_page {
	struct pool pool;
	/* The text in backticks in the first heading: "bpf_loop"; NULL: none. */
	const char *subject;
	struct marker_section *sections; /* in order; they do not overlap */
	size_t section_cnt, section_cap;
};
void marker_page_deinit(struct marker_page *page); /* NULL-safe */
#define _cleanup_marker_page_ __attribute__((cleanup(marker_page_deinit)))

/*
 * `path` is only for messages. A page that is not UTF-8 is an ERROR_INPUT with file and line. So is
 * a marker that is not closed, not opened, nested, repeated or unknown. Markers in fenced code and
 * in backticks are text. Markers of other tools are skipped.
 */
struct error *markers_parse(
	const char *path, const char *data, size_t size_bytes, struct marker_page *ret);

#endif
