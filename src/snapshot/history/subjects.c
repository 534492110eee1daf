/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/history.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/context.h"
#include "snapshot/snapshot.h"
#include "util/glob.h"
#include "util/suggest.h"

struct search {
	struct subjects *ret;
	const char *const *globs;
	size_t glob_cnt;
	bool failed; /* no memory */
	/* For a suggestion: receives every name instead. */
	struct suggestion *near;
	const char *text;
	unsigned int kinds;
};

void subjects_deinit(struct subjects *subjects)
{
	if (subjects)
		pool_destroy(&subjects->pool);
}

static bool subjects_wants(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->glob_cnt; i++) {
		if (!fnmatch(search->globs[i], name, 0))
			return true;
	}
	return !search->globs;
}

static void add_subject(struct search *search, enum subject_kind kind, const char *name)
{
	struct subjects *ret = search->ret;
	struct subject *list = pool_grow(&ret->pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));

	if (!list) {
		search->failed = true;
		return;
	}
	ret->list = list;
	list[ret->cnt++] = (struct subject) {kind, name};
}

static void subjects_consider(struct search *search, enum subject_kind kind, const char *name)
{
	if (search->near && search->kinds & 1u << kind)
		suggest_consider(search->near, search->text, name);
	else if (!search->near && subjects_wants(search, name))
		add_subject(search, kind, name);
}

static void search_program_type(struct search *search, const char *name)
{
	for (size_t i = 0; i < search->glob_cnt && !search->near; i++) {
		if (prog_type_has_enumerator(name, search->globs[i])) {
			add_subject(search, SUBJECT_PROGRAM_TYPE, name);
			return;
		}
	}
	subjects_consider(search, SUBJECT_PROGRAM_TYPE, name);
}

static void search_features(
	struct search *search, enum subject_kind kind, const struct snapshot_features *features)
{
	for (size_t i = 0; i < features->cnt; i++) {
		if (kind == SUBJECT_PROGRAM_TYPE)
			search_program_type(search, features->list[i].name);
		else
			subjects_consider(search, kind, features->list[i].name);
	}
}

/* A function that is inlined everywhere has no symbol, but it is present. */
static bool is_there(const struct snapshot_function *function)
{
	return !strcmp(function->state, "present") ||
		(function->facts && function->facts->kind != FUNCTION_KIND_DECLARATION);
}

static void search_snapshot(struct search *search, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		subjects_consider(search, SUBJECT_KFUNC, snapshot->kfuncs[i].name);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		subjects_consider(search, SUBJECT_HELPER, snapshot->helpers[i].name);
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		subjects_consider(search, SUBJECT_CONTEXT, snapshot->contexts[i].name);
	/* A snapshot also lists requested functions that are absent. */
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		if (is_there(&snapshot->functions[i]))
			subjects_consider(search, SUBJECT_FUNCTION, snapshot->functions[i].name);
	}
	search_features(search, SUBJECT_PROGRAM_TYPE, &snapshot->program_types);
	search_features(search, SUBJECT_MAP_TYPE, &snapshot->map_types);
	search_features(search, SUBJECT_ATTACH_TYPE, &snapshot->attach_types);
	search_features(search, SUBJECT_LINK_TYPE, &snapshot->link_types);
	search_features(search, SUBJECT_FEATURE, &snapshot->features);
}

static bool subjects_take_name(void *context, const char *name)
{
	struct search *search = context;
	char *copy = pool_strdup(&search->ret->pool, name);

	if (copy)
		subjects_consider(search, SUBJECT_FUNCTION, copy);
	search->failed |= !copy;
	return !search->failed;
}

/* A name without wildcards is one look-up. A glob reads the whole file. */
static struct error *search_functions(struct search *search, struct functions_file *file)
{
	struct error *error = NULL;

	for (size_t i = 0; i < search->glob_cnt && !error; i++) {
		struct function_view view;
		if (glob_recognise(search->globs[i])) {
			error = function_views_names(file, search->globs[i], subjects_take_name, search);
			continue;
		}
		error = function_views_find(file, search->globs[i], &search->ret->pool, &view);
		if (!error && strcmp(view.state, "absent"))
			subjects_consider(search, SUBJECT_FUNCTION, search->globs[i]);
	}
	return error;
}

static int subjects_compare_subjects(const void *a, const void *b)
{
	const struct subject *left = a, *right = b;

	return left->kind != right->kind ? (int)left->kind - (int)right->kind
					 : strcmp(left->name, right->name);
}

static void subjects_sort_unique(struct subjects *subjects)
{
	size_t cnt = 0;

	if (subjects->cnt)
		qsort(subjects->list, subjects->cnt, sizeof(*subjects->list), subjects_compare_subjects);
	for (size_t i = 0; i < subjects->cnt; i++) {
		if (!cnt || subjects_compare_subjects(&subjects->list[cnt - 1], &subjects->list[i]))
			subjects->list[cnt++] = subjects->list[i];
	}
	subjects->cnt = cnt;
}

struct error *subjects_find(const struct history *history, const char *const *globs, size_t glob_cnt,
	struct subjects *ret)
{
	struct search search = {.ret = ret, .globs = globs, .glob_cnt = globs ? glob_cnt : 0};
	struct error *error = NULL;

	for (size_t i = 0; i < history->row_cnt && !error; i++) {
		for (size_t k = 0; k < history->rows[i].entry_cnt && !error; k++) {
			const struct kernel_entry *entry = history->rows[i].entries[k];
			search_snapshot(&search, entry->snapshot);
			if (entry->functions)
				error = search_functions(&search, entry->functions);
		}
	}
	if (!error && search.failed)
		error = error_no_memory();
	if (!error)
		subjects_sort_unique(ret);
	return error;
}

const char *subjects_suggest(const struct kernels *kernels, const char *name, unsigned int kinds)
{
	struct suggestion near = {0};
	struct search search = {.near = &near, .text = name, .kinds = kinds};

	for (size_t i = 0; i < kernels->cnt; i++)
		search_snapshot(&search, kernels->list[i].snapshot);
	return near.best;
}

bool subject_is_call(enum subject_kind kind)
{
	return kind == SUBJECT_KFUNC || kind == SUBJECT_HELPER;
}
