/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/alike.h"
#include "snapshot/history/stored.h"

#include <stdlib.h>
#include <string.h>

#include "util/sort.h"

/* A part, and the one of the same name in the other form. */
struct match {
	const struct type_part *part;
	size_t index, other; /* SIZE_MAX: none */
};

struct comparison {
	const struct type_form *a, *b;
	struct match *of_a, *of_b; /* by index */
	struct pool *pool;
	struct type_change *change;
	bool no_memory;
};

static int compare_names(const void *x, const void *y)
{
	const struct match *a = x, *b = y;
	int order = strcmp(a->part->name, b->part->name);

	return order ? order : (a->index > b->index) - (a->index < b->index);
}

static struct match *list_of(struct pool *pool, const struct type_form *form)
{
	struct match *list = pool_calloc(pool, form->part_cnt, sizeof(*list));

	for (size_t i = 0; list && i < form->part_cnt; i++)
		list[i] = (struct match) {&form->parts[i], i, SIZE_MAX};
	return list;
}

/* Pairs equal names, the first with the first. */
static bool pair_names(struct comparison *comparison)
{
	size_t a_cnt = comparison->a->part_cnt, b_cnt = comparison->b->part_cnt, i = 0, k = 0;
	struct match *a = list_of(comparison->pool, comparison->a);
	struct match *b = list_of(comparison->pool, comparison->b);

	comparison->of_a = list_of(comparison->pool, comparison->a);
	comparison->of_b = list_of(comparison->pool, comparison->b);
	if (!a || !b || !comparison->of_a || !comparison->of_b)
		return false;
	if (a_cnt)
		qsort(a, a_cnt, sizeof(*a), compare_names);
	if (b_cnt)
		qsort(b, b_cnt, sizeof(*b), compare_names);
	while (i < a_cnt && k < b_cnt) {
		int order = strcmp(a[i].part->name, b[k].part->name);
		if (!order) {
			comparison->of_a[a[i].index].other = b[k].index;
			comparison->of_b[b[k].index].other = a[i].index;
		}
		i += order <= 0;
		k += order >= 0;
	}
	return true;
}

static void put(struct comparison *comparison, const struct type_part ***list, size_t *cnt,
	const struct type_part *first, const struct type_part *second)
{
	size_t most = 2 * (comparison->a->part_cnt + comparison->b->part_cnt);

	if (!*list)
		*list = pool_calloc(comparison->pool, most, sizeof(**list));
	if (!*list) {
		comparison->no_memory = true;
		return;
	}
	size_t step = second ? 2 : 1;
	(*list)[*cnt * step] = first;
	if (second)
		(*list)[*cnt * step + 1] = second;
	(*cnt)++;
}

/*
 * Are the parts before both one part, and those behind both? At an end, no part stands there. Of `alone`, one
 * neighbour is enough.
 */
static bool have_equal_neighbours(const struct comparison *comparison, size_t a, size_t b, bool alone)
{
	bool last_a = a + 1 == comparison->a->part_cnt, last_b = b + 1 == comparison->b->part_cnt;
	bool before = !a == !b && (!a || comparison->of_a[a - 1].other == b - 1);
	bool behind = last_a == last_b && (last_a || comparison->of_a[a + 1].other == b + 1);

	return alone ? before || behind : before && behind;
}

/*
 * Bits with other names are mostly other flags, although type and neighbours agree. Of other parts, the names must
 * have most of their words in common: what is reserved gets a use, and one member takes the place of another one.
 */
static bool may_be_renamed(const struct type_part *a, const struct type_part *b)
{
	if (!a->type)
		return !b->type && a->at == b->at && enumerators_are_alike(a->name, b->name);
	return !a->bits && !b->bits &&
		(names_differ_in_underscores(a->name, b->name) ||
			(!order_texts(a->type, b->type) && names_are_alike(a->name, b->name)));
}

/* A part that is gone, and a new one of its type at its place. */
static void pair_renamed(struct comparison *comparison)
{
	const struct type_form *a = comparison->a, *b = comparison->b;

	for (size_t i = 0; i < a->part_cnt; i++) {
		if (comparison->of_a[i].other != SIZE_MAX)
			continue;
		for (size_t k = 0; k < b->part_cnt; k++) {
			if (comparison->of_b[k].other != SIZE_MAX ||
				!may_be_renamed(&a->parts[i], &b->parts[k]) ||
				!have_equal_neighbours(comparison, i, k,
					names_differ_in_underscores(a->parts[i].name, b->parts[k].name)))
				continue;
			comparison->of_a[i].other = k;
			comparison->of_b[k].other = i;
			put(comparison, &comparison->change->renamed, &comparison->change->renamed_cnt,
				&a->parts[i], &b->parts[k]);
			break;
		}
	}
}

static void sort_out(struct comparison *comparison)
{
	const struct type_form *a = comparison->a, *b = comparison->b;
	struct type_change *change = comparison->change;

	for (size_t i = 0; i < a->part_cnt; i++) {
		size_t other = comparison->of_a[i].other;
		const struct type_part *x = &a->parts[i], *y = other == SIZE_MAX ? NULL : &b->parts[other];
		if (!y)
			put(comparison, &change->removed, &change->removed_cnt, x, NULL);
		else if (order_texts(x->type, y->type) || x->bits != y->bits)
			put(comparison, &change->retyped, &change->retyped_cnt, x, y);
		else if (x->at != y->at)
			put(comparison, &change->moved, &change->moved_cnt, x, y);
	}
	for (size_t i = 0; i < b->part_cnt; i++) {
		if (comparison->of_b[i].other == SIZE_MAX)
			put(comparison, &change->added, &change->added_cnt, &b->parts[i], NULL);
	}
}

struct error *types_compare(const struct type_form *a, const struct type_form *b, struct pool *pool,
	struct type_change *ret)
{
	struct comparison comparison = {.a = a, .b = b, .pool = pool, .change = ret};

	*ret = (struct type_change) {
		.declared = order_texts(a->declaration, b->declaration) != 0,
		.resized = a->size_bytes != b->size_bytes,
	};
	if (a == b)
		return NULL;
	if (!pair_names(&comparison))
		return error_no_memory();
	pair_renamed(&comparison);
	sort_out(&comparison);
	return comparison.no_memory ? error_no_memory() : NULL;
}

bool type_forms_equal(const struct type_form *a, const struct type_form *b)
{
	return a && b && (a == b || stored_bodies_equal(a->body, b->body));
}

bool type_calls_equal(const struct type_form *a, const struct type_form *b)
{
	bool same = a->part_cnt == b->part_cnt && !order_texts(a->returns, b->returns);

	for (size_t i = 0; same && i < a->part_cnt; i++)
		same = !order_texts(a->parts[i].type, b->parts[i].type);
	return same;
}

bool type_change_is_empty(const struct type_change *change)
{
	return !change->added_cnt && !change->removed_cnt && !change->retyped_cnt &&
		!change->renamed_cnt && !change->moved_cnt && !change->declared && !change->resized;
}
