/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that pages share. */
#ifndef KCOMPAT_DOCS_PAGE_PARTS_H
#define KCOMPAT_DOCS_PAGE_PARTS_H

#include "history/history.h"
#include "util/buf.h"

/* "BPF_PROG_TYPE_XDP" of "xdp". */
void put_enumerator(struct buf *out, const char *word);
/* The name as part of a link's target: what is no letter of names is %XX. */
void put_link(struct buf *out, const char *name);
/*
 * Names of contexts, those of one family together: `cgroup/{bind4,bind6,connect4}`; [cnt] with NULL
 * for what is left out.
 */
void put_context_names(struct buf *out, const char *const *names, size_t cnt);
/* The front matter and the heading: `kind` is "KFunc", `about` what the page holds. */
void put_page_head(struct buf *out, const char *kind, const char *name, const char *about);
/* An empty section with its opening and closing marker. A name that a marker cannot hold has none. */
void put_marker(struct buf *out, const char *marker, const char *name);

/* What each row of a history answers: [history->row_cnt]; NULL: nothing. */
struct timeline {
	const char **words;
	int *classes; /* answers that are alike to the author of a program have one class */
};
struct error *timeline_init(
	struct timeline *timeline, const struct history *history, struct pool *pool);
/* Marks a word as predicted where its row was not probed; false: no memory. */
bool timeline_set(struct timeline *timeline, const struct history *history, size_t row,
	const char *word, int class, struct pool *pool);
/*
 * Cells of a table: the versions of the regular series with what they answer, "5.10: absent<br>6.1 -
 * 7.3: permitted"; then the other kernels that answer otherwise than the regular one of their
 * version, or that have none.
 */
void put_timeline_regular(
	struct buf *out, const struct history *history, const struct timeline *timeline);
struct error *put_timeline_others(struct buf *out, const struct history *history,
	const struct timeline *timeline, struct pool *pool);
/* "amd64 cloud": how the regular series is called, as a table's heading. */
void put_regular_series(struct buf *out, const struct history *history);

/* "First seen in ...": a sentence, and its newline; nothing where no kernel has it. */
void put_since(struct buf *out, const struct history *history, const struct finding *findings);

/*
 * A section "Example" with a part of the program of bpf/ that calls a kfunc or helper, or runs as a
 * program type; nothing where there is none.
 */
void put_call_example(struct buf *out, const char *name);
void put_program_example(struct buf *out, const char *program_type);

#endif
