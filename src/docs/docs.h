/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates the sections between the markers of a page (docs/markers.h) from the answers of kernels.
 * Text that no kernel contradicts stays as it is, to the byte.
 */
#ifndef KCOMPAT_DOCS_DOCS_H
#define KCOMPAT_DOCS_DOCS_H

#include "docs/markers.h"
#include "docs/since.h"
#include "snapshot/history/history.h"
#include "util/buf.h"
#include "util/error.h"

struct docs_options {
	struct since *since; /* its policy decides which calls the tables list */
	bool c_signatures;   /* C, instead of the form in existing trees */
	/* Does a page exist at this path, relative to the current page? NULL: every page exists. */
	bool (*has_page)(void *context, const char *page, const char *relative);
	void *context;
};

/* X(enumerator, word) */
#define DOCS_CHANGES(X) X(ADDED, "added") X(REMOVED, "removed") X(CHANGED, "changed")

enum docs_change {
#define DOCS_CHANGE_ENUM(name, word) DOCS_##name,
	DOCS_CHANGES(DOCS_CHANGE_ENUM)
#undef DOCS_CHANGE_ENUM
	DOCS_CHANGE_CNT
};
const char *docs_change_word(enum docs_change change);

#define DOCS_WITNESS_MAX 3

/* A fact where the page and the kernels differ. */
struct docs_difference {
	const char *file;
	size_t line;          /* of the old text, or of the section's marker */
	enum marker marker;
	const char *subject;  /* the subject of the section: "bpf_loop" */
	const char *name;     /* the object of the fact: "BPF_PROG_TYPE_XDP"; or the subject */
	enum docs_change change;
	const char *old_text, *new_text; /* one line each; NULL: there is none */
	const char *reason;   /* in words; NULL if the witnesses are the reason */
	struct since_point witnesses[DOCS_WITNESS_MAX]; /* by version */
	size_t witness_cnt;
};

/* A remark for the reader that is not a difference. */
struct docs_note {
	const char *file;
	size_t line;    /* 0: the whole file */
	const char *text;
};

/* A zeroed struct is an empty one. */
struct docs_report {
	struct pool pool;
	struct docs_difference *differences; /* in the order of the pages */
	size_t difference_cnt, difference_cap;
	struct docs_note *notes;
	size_t note_cnt, note_cap;
	size_t page_cnt, section_cnt; /* pages that were read; sections that kcompat writes */
};
void docs_report_deinit(struct docs_report *report); /* NULL-safe */
#define _cleanup_docs_report_ __attribute__((cleanup(docs_report_deinit)))

/*
 * Appends to `out` the page with updated sections. Empty sections are filled. `path` names the page
 * in messages. Without a heading in the page, `path` also gives its subject. A page that cannot be
 * read is an ERROR_INPUT with file and line.
 */
struct error *docs_fill(const struct docs_options *options, const char *path, const char *data,
	size_t size_bytes, struct docs_report *report, struct buf *out);

/* The report for a reader: one line per difference, then the notes. */
void render_docs_text(const struct docs_report *report, struct buf *out);
/* As docs/schema/docs.json describes it. */
struct error *render_json_docs(const struct docs_report *report, const struct docs_options *options,
	bool updated, struct buf *out);

/*
 * New Markdown pages, and tables as Markdown or CSV. A page has its marker sections (FEATURE_TAG,
 * KFUNC_DEF, KFUNC_PROG_REF, PROG_HELPER_FUNC_REF, PROG_KFUNC_REF) empty. The update of a page
 * fills them. All append to `out`. Names and reasons come from files and are escaped.
 */

/* Some kernel must have the subject. */
struct error *render_page_kfunc(const struct history *history, const char *name, struct buf *out);
/* `word` is libbpf's: "xdp". */
struct error *render_page_program_type(
	const struct history *history, const char *word, struct buf *out);
/* The tag of a pointer's type that programs declare: the feature "tag:percpu_kptr" is `__percpu_kptr`. */
#define TYPE_TAG_FEATURE "tag:"
struct error *render_page_type_tag(const struct history *history, const char *feature, struct buf *out);
/* One line for each kfunc of any kernel. */
struct error *render_page_index(
	const struct history *history, const struct subjects *subjects, struct buf *out);

/* A table of the subjects' functions by kernel. */
struct error *render_matrix_functions(
	const struct history *history, const struct subjects *subjects, bool csv, struct buf *out);
/*
 * A table of the subjects' kfuncs by context, for the kernel of one row. In Markdown, contexts with
 * equal answers share a column, and kfuncs that this kernel lacks are left out. CSV has one column
 * per context, and every kfunc.
 */
struct error *render_matrix_kfuncs(const struct history *history, size_t row,
	const struct subjects *subjects, bool csv, struct buf *out);

/* Two versions of a text as a unified diff, which patch(1) applies. */

/*
 * Appends nothing if they are equal. `path` follows "a/" and "b/", without its leading slashes. If
 * too many lines in the middle of the texts differ, the whole middle is one change.
 */
struct error *render_udiff(const char *path, const char *old, size_t old_len_bytes, const char *new,
	size_t new_len_bytes, struct buf *out);

#endif
