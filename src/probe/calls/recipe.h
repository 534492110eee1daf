/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recipe: the choices that make a program around a call. Each choice has a path, such as
 * "call/a0/source/release", and a name, such as "bpf_task_release". A choice that a recipe does not
 * have is the first one that is possible, so a recipe fits other contexts and other kernels too.
 */
#ifndef KCOMPAT_PROBE_CALLS_RECIPE_H
#define KCOMPAT_PROBE_CALLS_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/pool.h"

#define RECIPE_CHOICES_MAX 48
#define RECIPE_PATH_MAX 160 /* bytes of a path, with its end */
#define RECIPE_NAME_MAX 160 /* bytes of a choice's name, with its end */
#define RECIPE_LABEL "recipe " /* before it in the evidence of a cell */
#define RECIPE_PLAIN "plain"
#define RECIPE_LOAD "load" /* as a path: how the program is loaded */
#define RECIPE_MORE "+more" /* as a name: the first of the alternatives that cost loads to find */

struct recipe_choice {
	const char *path, *name; /* not owned */
};

struct recipe {
	struct recipe_choice list[RECIPE_CHOICES_MAX];
	size_t cnt;
};

/* NULL: the recipe leaves this choice open. */
const char *recipe_get(const struct recipe *recipe, const char *path);
/* `path` and `name` are kept as they are. False: the recipe is full. */
bool recipe_set(struct recipe *recipe, const char *path, const char *name);
void recipe_drop(struct recipe *recipe, const char *path);
/* Drops all choices below a path, not the one at it. */
void recipe_drop_below(struct recipe *recipe, const char *path);
bool recipe_equal(const struct recipe *a, const struct recipe *b);
/* Is `path` below `above`, or the same? */
bool recipe_path_is_below(const char *path, const char *above);

/* "PATH=NAME PATH=NAME"; "plain" for a recipe without choices. */
void recipe_print(const struct recipe *recipe, struct buf *out);
/* The opposite. Texts are interned in `pool`. False: damaged, too long, or no memory. */
bool recipe_parse(const char *text, size_t len, struct pool *pool, struct recipe *recipe);

#endif
