/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections between markers of a page (docs/markers.h) made again from what kernels were seen to do.
 * What no kernel contradicts stays as it is, to the byte.
 */
#ifndef KCOMPAT_DOCS_DOCS_H
#define KCOMPAT_DOCS_DOCS_H

#include "docs/markers.h"
#include "docs/since.h"
#include "history/history.h"
#include "util/buf.h"
#include "util/error.h"

struct docs_options {
	struct since *since; /* its policy decides what tables list */
	bool c_signatures;   /* C, instead of what existing trees have */
	/* Is there a page at this path, relative to the page that is made? NULL: there are all. */
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

/* A fact that a page has otherwise than kernels do. */
struct docs_difference {
	const char *file;
	size_t line;          /* of the old text, or of the section's marker */
	enum marker marker;
	const char *subject;  /* what the section is of: "bpf_loop" */
	const char *name;     /* what the fact is of: "BPF_PROG_TYPE_XDP"; the same where there is one */
	enum docs_change change;
	const char *old_text, *new_text; /* one line each; NULL: there is none */
	const char *reason;   /* in words; NULL where the witnesses say it */
	struct since_point witnesses[DOCS_WITNESS_MAX]; /* by version */
	size_t witness_cnt;
};

/* What a reader should know, and no difference. */
struct docs_note {
	const char *file;
	size_t line;    /* 0: of the whole file */
	const char *text;
};

/* A zeroed struct is an empty one. */
struct docs_report {
	struct pool pool;
	struct docs_difference *differences; /* in the order of the pages */
	size_t difference_cnt, difference_cap;
	struct docs_note *notes;
	size_t note_cnt, note_cap;
	size_t page_cnt, section_cnt; /* that were looked at; sections of ours */
};
void docs_report_deinit(struct docs_report *report); /* NULL-safe */
#define _cleanup_docs_report_ __attribute__((cleanup(docs_report_deinit)))

/*
 * Appends to `out` the page with its sections made again; empty ones are filled. `path` names it in
 * messages, and says what it is of where it has no heading. A page that cannot be read is an
 * ERROR_INPUT with file and line.
 */
struct error *docs_fill(const struct docs_options *options, const char *path, const char *data,
	size_t size_bytes, struct docs_report *report, struct buf *out);

/* The report for a reader: a line a difference, then the notes. */
void render_docs_text(const struct docs_report *report, struct buf *out);
/* As docs/schema/docs.json describes it. */
struct error *render_json_docs(const struct docs_report *report, const struct docs_options *options,
	bool updated, struct buf *out);

/*
 * New Markdown pages, and tables as Markdown or CSV. A page has its marker sections (FEATURE_TAG,
 * KFUNC_DEF, KFUNC_PROG_REF, PROG_HELPER_FUNC_REF, PROG_KFUNC_REF) empty: what updates an existing
 * page fills them. All append to `out`; names and reasons come from files and are escaped.
 */

/* The subject is one that some kernel has. */
struct error *render_page_kfunc(const struct history *history, const char *name, struct buf *out);
/* `word` is libbpf's: "xdp". */
struct error *render_page_program_type(
	const struct history *history, const char *word, struct buf *out);
/* One line for each kfunc of any kernel. */
struct error *render_page_index(
	const struct history *history, const struct subjects *subjects, struct buf *out);

/* The subjects' functions against kernels. */
struct error *render_matrix_functions(
	const struct history *history, const struct subjects *subjects, bool csv, struct buf *out);
/*
 * The subjects' kfuncs against the contexts of the kernel of a row. In Markdown contexts that answer
 * alike share a column, and kfuncs that this kernel does not have are left out; CSV has a column for
 * each context, and every kfunc.
 */
struct error *render_matrix_kfuncs(const struct history *history, size_t row,
	const struct subjects *subjects, bool csv, struct buf *out);

/* Two versions of a text as a unified diff, which patch(1) applies. */

/*
 * Appends nothing where they are equal. `path` stands behind "a/" and "b/", without slashes before it. Where the middle of the
 * texts differs in more lines than can be compared, all of it is one change.
 */
struct error *render_udiff(const char *path, const char *old, size_t old_len_bytes, const char *new,
	size_t new_len_bytes, struct buf *out);

#endif
