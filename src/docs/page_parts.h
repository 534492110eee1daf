/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that pages share. */
#ifndef KCOMPAT_DOCS_PAGE_PARTS_H
#define KCOMPAT_DOCS_PAGE_PARTS_H

#include "snapshot/history/history.h"
#include "util/buf.h"

/* "BPF_PROG_TYPE_XDP" of "xdp". */
void put_enumerator(struct buf *out, const char *word);
/* The name as part of a link's target. A character that names do not have becomes %XX. */
void put_link(struct buf *out, const char *name);
/*
 * Names of contexts, grouped by family: `cgroup/{bind4,bind6,connect4}`. [cnt]; NULL elements are
 * left out.
 */
void put_context_names(struct buf *out, const char *const *names, size_t cnt);
/* The front matter and the heading. `kind` is "KFunc", and `about` describes the page. */
void put_page_head(struct buf *out, const char *kind, const char *name, const char *about);
/* An empty section with its two markers; nothing if a marker cannot hold the name. */
void put_marker(struct buf *out, const char *marker, const char *name);

/* The answer of each row of a history: [history->row_cnt]; NULL: none. */
struct timeline {
	const char **words;
	int *classes; /* answers that mean the same to a program's author have one class */
};
struct error *timeline_init(
	struct timeline *timeline, const struct history *history, struct pool *pool);
/* Marks a word as predicted if its row was not probed; false: no memory. */
bool timeline_set(struct timeline *timeline, const struct history *history, size_t row,
	const char *word, int class, struct pool *pool);
/*
 * Cells of a table. First the versions of the regular series with their answers: "5.10: absent<br>
 * 6.1 - 7.3: permitted". Then the other kernels that differ from the regular one of their version,
 * or whose version has no regular one.
 */
void put_timeline_regular(
	struct buf *out, const struct history *history, const struct timeline *timeline);
struct error *put_timeline_others(struct buf *out, const struct history *history,
	const struct timeline *timeline, struct pool *pool);
/* "amd64 cloud": the name of the regular series, for a table's heading. */
void put_regular_series(struct buf *out, const struct history *history);

/* Which kernels have a subject: these two cells, and a table of them alone. */
struct error *put_support(struct buf *out, const struct history *history,
	const struct subject *subject, struct pool *pool);
struct error *put_support_table(struct buf *out, const struct history *history,
	const struct subject *subject, struct pool *pool);

/* "First seen in ...": a sentence with its newline; nothing if no kernel has it. */
void put_since(struct buf *out, const struct history *history, const struct finding *findings);

/*
 * A section "Example" with a part of the program of bpf/ that calls a kfunc or helper, or runs as a
 * program type, or the program with most uses of a macro; nothing if bpf/ has no such program.
 */
void put_call_example(struct buf *out, const char *name);
void put_program_example(struct buf *out, const char *program_type);
void put_macro_example(struct buf *out, const char *macro);
/* The user space of the programs of perf events, which a probe uses. */
void put_user_example(struct buf *out);

/*
 * A section "Attachment": the events that programs of the type were attached to, how, and with what
 * result. Nothing if no kernel of the history ran such programs. In a kernel's row, the best result counts.
 */
struct error *put_attachments(struct buf *out, const struct history *history,
	const char *program_type, struct pool *pool);

#endif
