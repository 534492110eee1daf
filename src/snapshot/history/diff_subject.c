/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/diff.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/history/diff_prototype.h"
#include "util/buf.h"
#include "util/sort.h"

struct comparer {
	const struct history *history;
	const struct history_pair *pair;
	struct pool *pool;
	struct comparison *ret;
	bool failed; /* no memory */
};

static void diff_subject_add(struct comparer *comparer, struct change change)
{
	struct comparison *ret = comparer->ret;
	struct change *list = pool_grow(comparer->pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));

	if (!list) {
		comparer->failed = true;
		return;
	}
	ret->list = list;
	list[ret->cnt++] = change;
}

static bool add_prototype_change(void *context, const char *what, const char *before, const char *after)
{
	struct comparer *comparer = context;

	diff_subject_add(comparer, (struct change) {.what = what, .before = before, .after = after});
	return !comparer->failed;
}

static void compare_declarations(struct comparer *comparer, const char *before, const char *after)
{
	if (before && after &&
		!compare_prototypes(before, after, comparer->pool, add_prototype_change, comparer))
		comparer->failed = true;
}

/* Compares a word; NULL on either side is unknown, not a change. */
static void compare_words(
	struct comparer *comparer, const char *what, const char *before, const char *after)
{
	if (before && after && strcmp(before, after))
		diff_subject_add(comparer, (struct change) {.what = what, .before = before, .after = after});
}

struct texts {
	const char *const *list;
	size_t cnt;
};

/* A text, and where it stands in its list. */
struct text_place {
	const char *text;
	size_t at;
};

static int compare_text_places(const void *a, const void *b)
{
	const struct text_place *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	return order ? order : order_numbers(left->at, right->at);
}

/* Sorted by text, then by place. free() it; NULL: no memory. */
static struct text_place *sort_texts(struct texts texts)
{
	struct text_place *sorted = calloc(texts.cnt + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < texts.cnt; i++)
		sorted[i] = (struct text_place) {texts.list[i], i};
	if (sorted)
		qsort(sorted, texts.cnt, sizeof(*sorted), compare_text_places);
	return sorted;
}

/* Where the text stands first; `cnt`: nowhere. */
static size_t find_text(const struct text_place *sorted, size_t cnt, const char *text)
{
	size_t low = 0, high = cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(sorted[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cnt && !strcmp(sorted[low].text, text) ? sorted[low].at : cnt;
}

static bool are_same(struct texts a, struct texts b)
{
	size_t i = 0;

	while (i < a.cnt && a.cnt == b.cnt && !strcmp(a.list[i], b.list[i]))
		i++;
	return a.cnt == b.cnt && i == a.cnt;
}

/* In the order of the lists, each once. */
static void compare_sorted_lists(struct comparer *comparer, const struct texts sides[2],
	struct text_place *const sorted[2], const char *const words[2])
{
	for (size_t side = 0; side < 2; side++) {
		const struct texts own = sides[side], other = sides[!side];
		for (size_t i = 0; i < own.cnt; i++) {
			const char *text = own.list[i];
			if (find_text(sorted[!side], other.cnt, text) < other.cnt ||
				find_text(sorted[side], own.cnt, text) != i)
				continue;
			diff_subject_add(comparer,
				side ? (struct change) {.what = words[side], .after = text}
				     : (struct change) {.what = words[side], .before = text});
		}
	}
}

static void compare_text_lists(struct comparer *comparer, struct texts before, struct texts after,
	const char *removed, const char *added)
{
	if (are_same(before, after))
		return;
	struct text_place *const sorted[2] = {sort_texts(before), sort_texts(after)};
	if (sorted[0] && sorted[1])
		compare_sorted_lists(comparer, (const struct texts[2]) {before, after}, sorted,
			(const char *const[2]) {removed, added});
	else
		comparer->failed = true;
	free(sorted[0]);
	free(sorted[1]);
}

/* ran, loadable and permitted are the same answer: a load proves more than an image can. */
static enum cell_state diff_subject_answer(enum cell_state state)
{
	return cell_state_usable(state) ? CELL_PERMITTED : state;
}

/* What became of the call in one context. */
struct transition {
	const char *context;
	enum cell_state from, to;
};

/* A missing context, here a NULL, counts as an unsupported one. */
static struct transition transition_in(const struct finding *before, const struct finding *after,
	const struct snapshot_context *context, const struct snapshot_context *there)
{
	struct cell from = finding_cell(before, context),
		    to = there ? finding_cell(after, there) : (struct cell) {0};

	return (struct transition) {
		.context = context->name,
		.from = diff_subject_answer(from.state == CELL_NONE ? CELL_UNSUPPORTED : from.state),
		.to = diff_subject_answer(to.state == CELL_NONE ? CELL_UNSUPPORTED : to.state),
	};
}

/* Only contexts that both kernels list. */
static struct transition *transitions(struct comparer *comparer, const struct finding *before,
	const struct finding *after, size_t *cnt)
{
	const struct snapshot *old = before->snapshot, *new = after->snapshot;
	const struct context_map *here = history_context_map(comparer->history, old),
				 *there = history_context_map(comparer->history, new);
	struct transition *list = pool_calloc(comparer->pool, old->context_cnt, sizeof(*list));

	comparer->failed |= !list;
	for (size_t i = 0; list && here && there && i < old->context_cnt; i++) {
		size_t at = there->places[here->rows[i]];
		list[(*cnt)++] = transition_in(before, after, &old->contexts[i],
			at == SIZE_MAX ? NULL : &new->contexts[at]);
	}
	return list;
}

/* Contexts with the same two states are one change, listed at the first of them. */
static void add_transition(
	struct comparer *comparer, const struct transition *list, size_t cnt, size_t first)
{
	_cleanup_buf_ struct buf contexts = {0};
	const struct transition *one = &list[first];

	for (size_t i = 0; i < cnt; i++) {
		if (list[i].from != one->from || list[i].to != one->to)
			continue;
		if (i < first)
			return;
		buf_printf(&contexts, "%s%s", contexts.len ? " " : "", list[i].context);
	}
	diff_subject_add(comparer, (struct change) {.what = "call", .before = cell_state_word(one->from),
		.after = cell_state_word(one->to),
		.contexts = pool_strdup(comparer->pool, buf_text(&contexts))});
}

static void compare_cells(
	struct comparer *comparer, const struct finding *before, const struct finding *after)
{
	size_t cnt = 0;
	const struct transition *list = transitions(comparer, before, after, &cnt);

	for (size_t i = 0; list && i < cnt; i++) {
		/* An added or removed context is a change of the context, not of every call in it. */
		if (list[i].from != list[i].to && list[i].from != CELL_UNSUPPORTED &&
			list[i].to != CELL_UNSUPPORTED && cell_state_definite(list[i].from) &&
			cell_state_definite(list[i].to))
			add_transition(comparer, list, cnt, i);
	}
}

/*
 * Compares registrations with registrations, or loads with loads: a probe sees few flags. The image of a kernel
 * without BTF has no registrations.
 */
static void diff_subject_compare_flags(struct comparer *comparer, const struct snapshot_kfunc *old,
	const struct snapshot_kfunc *new)
{
	compare_text_lists(comparer, (struct texts) {old->flags, old->flag_cnt},
		(struct texts) {new->flags, new->flag_cnt}, "flag removed", "flag added");
}

static void diff_subject_compare_kfuncs(
	struct comparer *comparer, const struct finding *before, const struct finding *after)
{
	const struct snapshot_kfunc *old = before->kfunc, *new = after->kfunc;
	const struct history_pair *pair = comparer->pair;
	struct registration from = history_registration(comparer->history, pair->from, before);
	struct registration to = history_registration(comparer->history, pair->to, after);

	compare_words(comparer, "module", old->module, new->module);
	compare_declarations(comparer, old->prototype, new->prototype);
	if (from.kfunc && to.kfunc)
		diff_subject_compare_flags(comparer, from.kfunc, to.kfunc);
	else if (!snapshot_is_scanned(before->snapshot) && !snapshot_is_scanned(after->snapshot))
		diff_subject_compare_flags(comparer, old, new);
	compare_cells(comparer, before, after);
}

static const char *yes_no(enum tristate value)
{
	return value == TRISTATE_YES ? "yes" : value == TRISTATE_NO ? "no" : NULL;
}

/* Can a tracer attach to the symbol without a suffix? NULL: not known. */
static const char *patchable(const struct function_view *view)
{
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		if (!strcmp(view->symbols[i].name, view->name))
			return yes_no(view->symbols[i].patchable);
	}
	return yes_no(view->traceable);
}

static const char *region(const struct function_view *view)
{
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		if (!strcmp(view->symbols[i].name, view->name) && view->symbols[i].section)
			return view->symbols[i].region ? view->symbols[i].region
						       : view->symbols[i].section;
	}
	return NULL;
}

/* The callers of the instances, each "UNIT:NAME". NULL and 0: no memory. */
static struct texts callers_of(struct comparer *comparer, const struct function_view *view, bool inlined)
{
	size_t cnt = 0, done = 0;

	for (size_t i = 0; i < view->instance_cnt; i++)
		cnt += inlined ? view->instances[i].inline_cnt : view->instances[i].direct_cnt;
	const char **list = pool_calloc(comparer->pool, cnt, sizeof(*list));
	comparer->failed |= !list;
	for (size_t i = 0; list && i < view->instance_cnt; i++) {
		const struct view_instance *instance = &view->instances[i];
		size_t here = inlined ? instance->inline_cnt : instance->direct_cnt;
		if (here)
			memcpy(list + done, inlined ? instance->inlines : instance->direct,
				here * sizeof(*list));
		done += here;
	}
	return (struct texts) {list, done};
}

static void diff_subject_compare_symbols(
	struct comparer *comparer, const struct function_view *old, const struct function_view *new)
{
	compare_words(comparer, "collision", old->collision, new->collision);
	if (old->changes_known && new->changes_known)
		compare_text_lists(comparer, (struct texts) {old->changes, old->change_cnt},
			(struct texts) {new->changes, new->change_cnt}, "compiler's suffix gone",
			"compiler's suffix added");
	compare_words(comparer, "entry that ftrace patches", patchable(old), patchable(new));
	compare_words(comparer, "section", region(old), region(new));
}

static void compare_functions(struct comparer *comparer, const struct finding *before,
	const struct finding *after, bool deep)
{
	const struct function_view *old = before->function, *new = after->function;

	/* Several prototypes belong to several functions, and a prototype does not identify its function. */
	if (old->prototype_cnt == 1 && new->prototype_cnt == 1)
		compare_declarations(comparer, old->prototypes[0], new->prototypes[0]);
	else if (old->prototype_cnt && new->prototype_cnt)
		compare_text_lists(comparer, (struct texts) {old->prototypes, old->prototype_cnt},
			(struct texts) {new->prototypes, new->prototype_cnt}, "prototype removed",
			"prototype added");
	compare_words(comparer, "inline", old->inlined, new->inlined);
	diff_subject_compare_symbols(comparer, old, new);
	if (deep && old->callers_known && new->callers_known)
		compare_text_lists(comparer, callers_of(comparer, old, false),
			callers_of(comparer, new, false), "caller removed", "caller added");
	if (deep && old->inlines_known && new->inlines_known)
		compare_text_lists(comparer, callers_of(comparer, old, true),
			callers_of(comparer, new, true), "no longer inlined in", "inlined in");
}

static void compare_present(struct comparer *comparer, const struct subject *subject,
	const struct finding *before, const struct finding *after, bool deep)
{
	if (subject->kind == SUBJECT_KFUNC)
		diff_subject_compare_kfuncs(comparer, before, after);
	else if (subject->kind == SUBJECT_HELPER)
		compare_cells(comparer, before, after);
	else if (subject->kind == SUBJECT_FUNCTION)
		compare_functions(comparer, before, after, deep);
}

static const char *diff_subject_doubt(struct comparer *comparer, const struct history *history, size_t row,
	const struct finding *finding)
{
	return pool_printf(comparer->pool, "unknown for %s%s%s", history->rows[row].label,
		finding->reason ? ": " : "", finding->reason ? finding->reason : "");
}

struct error *compare_subject(const struct history *history, const struct history_pair *pair,
	const struct subject *subject, bool deep, struct pool *pool, struct comparison *ret)
{
	struct comparer comparer = {
		.history = history, .pair = pair, .pool = pool, .ret = ret};
	struct finding before, after;
	struct error *error = history_find(history, pair->from, subject, pool, &before);

	*ret = (struct comparison) {0};
	if (!error)
		error = history_find(history, pair->to, subject, pool, &after);
	if (error)
		return error;
	ret->nowhere = !finding_is_present(&before) && !finding_is_present(&after);
	if (!finding_is_known(&before))
		ret->unknown = diff_subject_doubt(&comparer, history, pair->from, &before);
	else if (!finding_is_known(&after))
		ret->unknown = diff_subject_doubt(&comparer, history, pair->to, &after);
	else if (finding_is_present(&before) && finding_is_present(&after))
		compare_present(&comparer, subject, &before, &after, deep);
	else if (finding_is_present(&before) || finding_is_present(&after))
		diff_subject_add(&comparer, (struct change) {.what = finding_is_present(&after) ? "added" : "removed"});
	return comparer.failed ? error_no_memory() : NULL;
}
