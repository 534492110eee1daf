/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of the types and functions of a site (render_site_store() of render/render.h). Only site_*.c include it. */
#ifndef KCOMPAT_RENDER_SITE_STORE_H
#define KCOMPAT_RENDER_SITE_STORE_H

#include "render/render.h"
#include "util/strtab.h"

/* A name of one kind. */
struct site_item {
	const char *name;
	enum type_kind kind;
	const bool *has;  /* [row_cnt] of the history, for a function */
	size_t pattern;   /* number of its RUNS among all patterns */
};

/* A part of all items, which becomes a file. */
struct site_part {
	const struct history *history;
	const struct site_functions *functions;
	struct site_item *items;
	size_t cnt;
	struct texts *patterns; /* of all parts */
};

/* Appends the script with everything about the items. Gives functions their patterns. */
struct error *site_put_about(const struct site_part *part, size_t number, struct buf *out);

/* The facts of the functions among the items, by row. */
struct site_facts {
	struct kernel_functions **rows; /* [row_cnt], NULL: none are known; malloc'd */
	size_t cnt;
	struct pool pool; /* of views */
};
struct error *site_facts_load(const struct site_part *part, struct site_facts *ret);
void site_facts_deinit(struct site_facts *facts); /* NULL-safe */
/* What is distinct among the facts of a file: without units, units, RUNS of either. */
struct site_fact_texts {
	struct texts facts, units, *runs;
};
/* Appends the numbers of two RUNS: the facts and the units of each row that has the function. */
struct error *site_facts_put(struct site_facts *facts, const struct site_item *item,
	struct site_fact_texts *texts, struct buf *out);

#endif
