/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that the sections of a page share. */
#ifndef KCOMPAT_DOCS_PARTS_H
#define KCOMPAT_DOCS_PARTS_H

#include "docs/docs.h"
#include "snapshot/history/features.h"

#define COMMIT_URL "https://github.com/torvalds/linux/commit/"

struct docs_section {
	const struct docs_options *options;
	struct docs_report *report;
	const char *path;
	const char *subject; /* of the page */
	const struct marker_section *section;
	const char *body;    /* the old body; its lines end in '\n' alone; NUL-terminated */
	struct buf *out;     /* the new body, in the same form */
};

/* Appends the new body; NULL in the table of makers: the section is left alone. */
typedef struct error *docs_maker_fn(struct docs_section *section);
docs_maker_fn docs_make_tag, docs_make_signature, docs_make_list;

/* Both copy their texts. `line` counts from 0 in the body; that of the marker itself is 0. */
struct error *docs_differ(
	struct docs_section *section, size_t line, const struct docs_difference *difference);
/* A note of the report about a file. docs_note() adds one about the section. */
struct error *docs_add_note(struct docs_report *report, const char *file, size_t line, const char *text);
struct error *docs_note(struct docs_section *section, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends a point if it is not NULL and not in the list yet. */
void docs_witness(struct docs_difference *difference, const struct since_point *point);

/* An existing "[:octicons-tag-24: v6.7](...)" or ":octicons-tag-24: v6.7". */
struct docs_tag {
	const char *text; /* not terminated; NULL: there is none */
	size_t len;
	unsigned int version; /* 0: not a version, or a range */
};
/* Reads a tag at the start of `text`; false: no tag. */
bool docs_read_tag(const char *text, struct docs_tag *ret);
/* Appends a tag of the versions from `first` to `last`, both included. */
void put_range_tag(struct buf *out, unsigned int first, unsigned int last);
/* Appends a tag with a link to the commit. */
void put_origin_tag(struct buf *out, const struct feature_origin *origin);

/* The first version that can have a call. */
struct call_bound {
	unsigned int version;         /* 0: unknown */
	bool exact;                   /* the table has this call */
	struct feature_origin origin; /* of that version; its texts are NULL if kernels give the bound */
};
/* `known` has a first version with the call, among the points of `function` and `type`. */
struct call_bound call_bound_find(const struct since *since, const struct since_function *function,
	enum prog_type type, const struct since_known *known);
/* Appends a tag of the versions from the bound, which is known, to the first that was seen with the call. */
void put_bound_tag(struct buf *out, const struct call_bound *bound, unsigned int first);

/* "xdp" of BPF_PROG_TYPE_XDP; false: unknown type. */
bool docs_program_type(const char *enumerator, enum prog_type *ret);

/* The evidence of a cell for a person: "a program with the call was accepted: the first argument is the current task" */
void docs_put_evidence(const char *line, struct buf *out);

#endif
