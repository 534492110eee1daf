/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/snapshot.h"
#include "util/glob.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *meaning;
	char letter;
} cell_states[CELL_STATE_CNT] = {
#define CELL_STATE_ROW(name, word, letter, meaning) [CELL_##name] = {word, meaning, letter},
	CELL_STATES(CELL_STATE_ROW)
};

static const struct {
	const char *word, *meaning;
} support_states[SUPPORT_STATE_CNT] = {
#define SUPPORT_STATE_ROW(name, word, meaning) [SUPPORT_##name] = {word, meaning},
	SUPPORT_STATES(SUPPORT_STATE_ROW)
};

static const char *const kfunc_sources[KFUNC_SOURCE_CNT] = {
#define KFUNC_SOURCE_ROW(name, word) [KFUNC_SOURCE_##name] = word,
	KFUNC_SOURCES(KFUNC_SOURCE_ROW)
};

const char *cell_state_word(enum cell_state state)
{
	return cell_states[state].word;
}

char cell_state_letter(enum cell_state state)
{
	return cell_states[state].letter;
}

const char *cell_state_meaning(enum cell_state state)
{
	return cell_states[state].meaning;
}

const char *support_state_word(enum support_state state)
{
	return support_states[state].word;
}

const char *support_state_meaning(enum support_state state)
{
	return support_states[state].meaning;
}

enum cell_state cell_state_parse(const char *word)
{
	enum cell_state state = 0;

	while (state < CELL_STATE_CNT && strcmp(cell_states[state].word, word))
		state++;
	return state;
}

enum support_state support_state_parse(const char *word)
{
	enum support_state state = 0;

	while (state < SUPPORT_STATE_CNT && strcmp(support_states[state].word, word))
		state++;
	return state;
}

bool cell_state_usable(enum cell_state state)
{
	return state == CELL_RAN || state == CELL_LOADABLE || state == CELL_PERMITTED;
}

bool cell_state_definite(enum cell_state state)
{
	return state != CELL_NONE && state != CELL_BLOCKED && state != CELL_UNKNOWN;
}

const char *kfunc_source_word(enum kfunc_source source)
{
	return kfunc_sources[source];
}

struct snapshot *snapshot_create(void)
{
	return calloc(1, sizeof(struct snapshot));
}

void snapshot_destroy(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	pool_destroy(&snapshot->pool);
	free(snapshot);
}

int snapshot_compare_kfuncs(const void *a, const void *b)
{
	const struct snapshot_kfunc *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : order_texts(left->module, right->module);
}

int snapshot_compare_helpers(const void *a, const void *b)
{
	const struct snapshot_helper *left = a, *right = b;

	return order_numbers(left->id, right->id);
}

int snapshot_compare_functions(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_function *)a)->name,
		((const struct snapshot_function *)b)->name);
}

const struct snapshot_context *snapshot_find_context(
	const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (!strcmp(snapshot->contexts[i].name, name))
			return &snapshot->contexts[i];
	}
	return NULL;
}

typedef int compare_fn(const void *a, const void *b);

/* A part of a snapshot in which a name is looked for. */
struct list {
	const void *list;
	size_t cnt, size_bytes;
	bool is_sorted;
};

static const void *element_of(const struct list *list, size_t at)
{
	return (const char *)list->list + at * list->size_bytes;
}

/* The first element that is equal to the key; NULL: none is. */
static const void *find_element(const struct list *list, const void *key, compare_fn *compare)
{
	size_t low = 0, high = list->cnt;

	while (list->is_sorted && low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(element_of(list, middle), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (list->is_sorted)
		return low < list->cnt && !compare(element_of(list, low), key) ? element_of(list, low) : NULL;
	while (low < list->cnt && compare(element_of(list, low), key))
		low++;
	return low < list->cnt ? element_of(list, low) : NULL;
}

static size_t count_sorted(const struct list *list, compare_fn *compare)
{
	size_t cnt = list->cnt ? 1 : 0;

	while (cnt < list->cnt && compare(element_of(list, cnt - 1), element_of(list, cnt)) <= 0)
		cnt++;
	return cnt;
}

static struct list kfuncs_of(const struct snapshot *snapshot)
{
	return (struct list) {snapshot->kfuncs, snapshot->kfunc_cnt, sizeof(*snapshot->kfuncs),
		snapshot->sorted_kfunc_cnt == snapshot->kfunc_cnt};
}

static struct list functions_of(const struct snapshot *snapshot)
{
	return (struct list) {snapshot->functions, snapshot->function_cnt, sizeof(*snapshot->functions),
		snapshot->sorted_function_cnt == snapshot->function_cnt};
}

void snapshot_note_order(struct snapshot *snapshot)
{
	const struct list kfuncs = kfuncs_of(snapshot), functions = functions_of(snapshot);

	snapshot->sorted_kfunc_cnt = count_sorted(&kfuncs, snapshot_compare_kfuncs);
	snapshot->sorted_function_cnt = count_sorted(&functions, snapshot_compare_functions);
}

static int compare_kfunc_names(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_kfunc *)a)->name, ((const struct snapshot_kfunc *)b)->name);
}

const struct snapshot_kfunc *snapshot_find_kfunc(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_kfunc key = {.name = name};
	const struct list list = kfuncs_of(snapshot);

	return find_element(&list, &key, compare_kfunc_names);
}

const struct snapshot_kfunc *snapshot_find_same_kfunc(
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc)
{
	const struct list list = kfuncs_of(snapshot);

	return find_element(&list, kfunc, snapshot_compare_kfuncs);
}

const struct snapshot_helper *snapshot_find_helper(
	const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		if (!strcmp(snapshot->helpers[i].name, name))
			return &snapshot->helpers[i];
	}
	return NULL;
}

const struct snapshot_function *snapshot_find_function(
	const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_function key = {.name = name};
	const struct list list = functions_of(snapshot);

	return find_element(&list, &key, snapshot_compare_functions);
}

const struct snapshot_function_glob *snapshot_find_function_glob(
	const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->function_glob_cnt; i++) {
		if (glob_any(&snapshot->function_globs[i].glob, 1, name))
			return &snapshot->function_globs[i];
	}
	return NULL;
}

const struct snapshot_feature *snapshot_find_feature(
	const struct snapshot_features *features, const char *name)
{
	for (size_t i = 0; i < features->cnt; i++) {
		if (!strcmp(features->list[i].name, name))
			return &features->list[i];
	}
	return NULL;
}

bool snapshot_add_feature(struct snapshot *snapshot, struct snapshot_features *features,
	const char *name, enum support_state state, int errnum, const char *reason)
{
	struct snapshot_feature *list = pool_grow(
		&snapshot->pool, features->list, features->cnt, &features->cap, sizeof(*list));
	struct snapshot_feature feature = {
		.name = pool_strdup(&snapshot->pool, name),
		.state = state,
		.reason = pool_strdup(&snapshot->pool, reason),
		.errnum = errnum,
	};

	if (!list || !feature.name || (reason && !feature.reason))
		return false;
	list[features->cnt++] = feature;
	features->list = list;
	return true;
}

bool snapshot_add_fact(struct snapshot *snapshot, const char *fact)
{
	size_t cnt = snapshot->fact_cnt;
	const char **facts = pool_calloc(&snapshot->pool, cnt + 1, sizeof(*facts));

	fact = pool_strdup(&snapshot->pool, fact);
	if (!facts || !fact)
		return false;
	if (cnt)
		memcpy(facts, snapshot->facts, cnt * sizeof(*facts));
	facts[snapshot->fact_cnt++] = fact;
	snapshot->facts = facts;
	return true;
}

bool snapshot_has_fact(const struct snapshot *snapshot, const char *fact)
{
	for (size_t i = 0; i < snapshot->fact_cnt; i++) {
		if (!strcmp(snapshot->facts[i], fact))
			return true;
	}
	return false;
}

static void drop_fact(struct snapshot *snapshot, const char *fact)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->fact_cnt; i++) {
		if (strcmp(snapshot->facts[i], fact))
			snapshot->facts[kept++] = snapshot->facts[i];
	}
	snapshot->fact_cnt = kept;
}

bool snapshot_forget_config(struct snapshot *snapshot)
{
	struct kernel_environment *environment = &snapshot->environment;
	struct kernel_limit *limits =
		pool_calloc(&snapshot->pool, environment->limit_cnt + 1, sizeof(*limits));

	if (!limits)
		return false;
	if (environment->limit_cnt)
		memcpy(limits, environment->limits, environment->limit_cnt * sizeof(*limits));
	limits[environment->limit_cnt++] = (struct kernel_limit) {
		.what = "the build configuration was left out: its options are unknown",
		.remedy = "do not give --without=config"};
	environment->limits = limits;
	environment->limit_cap = environment->limit_cnt;
	environment->config_source = NULL;
	snapshot->config_cnt = 0;
	drop_fact(snapshot, "config");
	return true;
}

bool snapshot_is_scanned(const struct snapshot *snapshot)
{
	return snapshot->source_kind && !strcmp(snapshot->source_kind, "scanned");
}

bool snapshot_take_kernel(
	struct snapshot *snapshot, const struct kernel *kernel, const char *source_kind)
{
	bool ok = true;

	snapshot->kernel = kernel->identity;
	snapshot->environment = kernel->environment;
	snapshot->config = kernel->config;
	snapshot->config_cnt = kernel->config_cnt;
	snapshot->source_kind = source_kind;
	if (kernel->btf)
		ok &= snapshot_add_fact(snapshot, "btf");
	if (kernel->symbols && kernel_symbols_are_whole(kernel->symbols))
		ok &= snapshot_add_fact(snapshot, "kallsyms");
	if (kernel->environment.config_source)
		ok &= snapshot_add_fact(snapshot, "config");
	return ok;
}
