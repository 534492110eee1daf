/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of render/render.h. Only site*.c include it. */
#ifndef KCOMPAT_RENDER_SITE_PARTS_H
#define KCOMPAT_RENDER_SITE_PARTS_H

#include "snapshot/history/history.h"
#include "render/show.h"
#include "util/buf.h"
#include "util/strtab.h"

/* Every context of every kernel in one order. It keeps each kernel's order where these agree. */
struct site_contexts {
	const struct snapshot_context **list; /* each of some kernel */
	size_t cnt, cap;
	/* For each snapshot: the indices of its contexts in `list`. */
	struct site_places {
		const struct snapshot *snapshot;
		size_t *places;
	} * of;
	size_t of_cnt;
};
/* In `pool`. False: no memory. */
bool site_contexts_make(
	struct site_contexts *contexts, const struct history *history, struct pool *pool);

/* A sequence of numbers as RUNS. A zeroed struct with `out` set is an empty sequence. */
struct site_runs {
	struct buf *out;
	size_t number, cnt;
};
#define SITE_NONE SIZE_MAX
#define SITE_SAME (SIZE_MAX - 1) /* the same as in the sequence before */
void site_runs_add(struct site_runs *runs, size_t number);
void site_runs_end(struct site_runs *runs);

struct site_cells {
	struct site_contexts contexts;
	struct texts rows, outcomes;
	size_t *row;           /* [contexts.cnt]: outcomes of the current row */
	struct buf text, runs; /* of the outcome, of the current row */
};
/* The number of the row that a kfunc or helper has on a kernel; SITE_NONE: it has none there. */
size_t site_cells_row(
	struct site_cells *cells, const struct subject *subject, const struct finding *finding);
void site_cells_deinit(struct site_cells *cells); /* NULL-safe; the contexts are the pool's */

/* "rows": each as RUNS, relative to the one before it where that is shorter. Their lengths are
 * equal. */
void put_site_rows(struct buf *out, const struct texts *rows);

/* What is said about each subject. A zeroed struct is empty. */
struct site_texts {
	struct texts lines;
	struct buf verdicts, commits; /* elements of JSON arrays */
};
/* Takes one that show_prepare() prepared. */
struct error *site_texts_add(struct site_texts *texts, struct show *show);
void site_texts_put(
	struct buf *out, const struct site_texts *texts, const struct subjects *subjects);
void site_texts_deinit(struct site_texts *texts); /* NULL-safe */

/* Does only a test of the kernel itself use this kfunc? */
bool site_is_for_tests(const struct subject *subject, const struct finding *findings, size_t cnt);

/* The facts of a kernel about a subject, without its cells, as a JSON object. */
void put_site_fact(
	struct buf *out, const struct history *history, size_t row, const struct finding *finding);

#endif
