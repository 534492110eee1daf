/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of `show` as text: the verdict in words, and the table below it. */
#ifndef KCOMPAT_RENDER_SHOW_H
#define KCOMPAT_RENDER_SHOW_H

#include "snapshot/history/features.h"
#include "render/parts.h"

/* The kernels that the verdict and the table are about: the versions of one architecture and
 * flavor. */
struct series {
	const char *arch, *flavor;
	size_t *rows; /* of the history, by version, without the running kernel */
	size_t cnt;
	size_t live; /* the running kernel; SIZE_MAX: none */
};

struct show {
	const struct history *history;
	const struct subject *subject;
	const struct show_options *options;
	struct pool *pool;
	struct finding *findings; /* [history->row_cnt] */
	struct series series;
	struct call_matrix matrix; /* of kfuncs, helpers, program types and contexts */
	bool has_matrix;
	struct buf *out;
	/* Takes each line of the verdict and of the facts. An empty label continues the one before.
	 */
	void (*say)(struct show *show, const char *label, const char *text);
	void *listener; /* of `say` */
};

static inline void show_labelled(struct show *show, const char *label, const char *text)
{
	show->say(show, label, text);
}

/* Finds what the rest needs: findings and series; the matrix takes longer, above all of contexts.
 */
struct error *show_prepare(struct show *show);
struct error *show_prepare_matrix(struct show *show);

/*
 * The series of options->arch. If no kernel has this architecture, the one of the baseline. Of its
 * flavors, the one with most versions. False: no memory.
 */
bool series_choose(struct show *show);
/* Also true for the running kernel. */
/* If none of the series is known: the architecture and flavor with most kernels that are. */
void series_choose_known(struct show *show, const bool *known);
bool series_has(const struct series *series, size_t row);

/* The answer of a row of the matrix on a row of the history. All usable states are PERMITTED. */
enum cell_state show_answer(const struct show *show, size_t row, size_t kernel);

/* The first kernel of the series that has it, and the last one before that is known to lack it. */
struct sighting show_sighting(const struct show *show);
/* The version of Linux that added it, as listed in history/features.h. False: not listed. */
bool show_origin(const struct subject *subject, struct feature_origin *ret);
/* Since when, where it can be used now, what changed, where it is missing, what differs elsewhere.
 */
struct error *show_verdict(struct show *show);
/* Contexts or calls by version of the series. */
struct error *show_table(struct show *show);

#endif
