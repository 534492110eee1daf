/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/file_rows.h"
#include "snapshot/file.h"

#include <stdlib.h>
#include <string.h>

static const struct json_place in_rows = {.list = "rows", .at = JSON_PLACE_ALONE};
static const struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};

/* Appends an element to an array of one snapshot; NULL after an error. */
static void *file_rows_append(
	struct history_reader *reader, void *array, size_t *cnt, size_t size_bytes)
{
	void **list = array;

	/* The array is full if the count is a power of two: a snapshot stores no capacity. */
	if (!*cnt || !(*cnt & (*cnt - 1))) {
		char *grown = pool_calloc(&reader->pack->pool, *cnt ? *cnt * 2 : 1, size_bytes);
		if (!grown) {
			json_no_memory(&reader->json);
			return NULL;
		}
		if (*cnt)
			memcpy(grown, *list, *cnt * size_bytes);
		*list = grown;
	}
	return (char *)*list + (*cnt)++ * size_bytes;
}

/* The kernels of a row; NULL at the end or after an error. */
static struct snapshot *kernel_of(
	struct history_reader *reader, const json_t *kernels, size_t at)
{
	const json_t *number = json_array_get(kernels, at);

	if (!number || reader->json.error)
		return NULL;
	json_int_t value = json_is_integer(number) ? json_integer_value(number) : -1;
	if (value >= 0 && (size_t)value < reader->pack->cnt)
		return reader->pack->list[value].snapshot;
	json_expected(&reader->json, in_rows, "kernels", "the number of a kernel", number);
	return NULL;
}

/* Kernels share cells only if they have the same list of contexts and the same kind of source. */
static bool may_share(const struct snapshot *a, const struct snapshot *b)
{
	return a->contexts == b->contexts && snapshot_is_scanned(a) == snapshot_is_scanned(b);
}

void history_add_element(struct history_reader *reader, const struct row_kind *kind, const struct snapshot *first,
	struct snapshot *snapshot, const void *element)
{
	void *list = (char *)snapshot + kind->list_offset;
	size_t *cnt = (void *)((char *)snapshot + kind->cnt_offset);

	if (kind->has_contexts && !may_share(first, snapshot))
		json_expected_key(&reader->json, in_rows, "kernels", "kernels with the same contexts", snapshot->kernel.release);
	void *place = file_rows_append(reader, list, cnt, kind->size_bytes);
	if (place)
		memcpy(place, element, kind->size_bytes);
}

static void read_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct row_kind *kind)
{
	const json_t *kernels = json_member_array(&reader->json, in_rows, row, "kernels");
	struct snapshot *first = kernel_of(reader, kernels, 0), *snapshot;
	_Alignas(max_align_t) char element[ROW_ELEMENT_MAX_BYTES] = {0};

	if (first) {
		const char **name = (void *)(element + kind->name_offset);
		kind->read(reader, root, row, first, element);
		*name = json_required_text(&reader->json, document, root, kind->key);
	}
	for (size_t k = 0; (snapshot = kernel_of(reader, kernels, k)); k++)
		history_add_element(reader, kind, first, snapshot, element);
}

void history_read_rows(
	struct history_reader *reader, const struct row_kind *kind, const json_t *root)
{
	const json_t *rows = json_member_array(&reader->json, document, root, "rows");

	for (size_t i = 0; i < json_array_size(rows) && !reader->json.error; i++)
		read_row(reader, root, json_array_get(rows, i), kind);
}

/* "0,12]": gives the element to these kernels. What else stands there names no kernel. */
static void name_kernels(struct history_reader *reader, const struct row_kind *kind, const char *at,
	const char *end, const void *element)
{
	const struct history_pack *pack = reader->pack;

	while (at < end && *at >= '0' && *at <= '9' && !reader->json.error) {
		size_t kernel = 0;
		for (; at < end && *at >= '0' && *at <= '9' && kernel < pack->cnt; at++)
			kernel = kernel * 10 + (size_t)(*at - '0');
		if (kernel >= pack->cnt)
			return;
		struct snapshot *snapshot = pack->list[kernel].snapshot;
		history_add_element(reader, kind, snapshot, snapshot, element);
		at += at < end && *at == ',';
	}
}

void history_read_name(struct history_reader *reader, const struct row_kind *kind, const char *name,
	const char *line, size_t len_bytes)
{
	/* A text has no such bytes: its quotes are escaped. */
	static const char key[] = "\"kernels\":[";
	_Alignas(max_align_t) char element[ROW_ELEMENT_MAX_BYTES] = {0};
	const char **place = (void *)(element + kind->name_offset);
	const char *end = line + len_bytes, *at = line;

	*place = pool_strdup(&reader->pack->pool, name);
	if (!*place)
		json_no_memory(&reader->json);
	while (!reader->json.error && (at = memmem(at, (size_t)(end - at), key, strlen(key)))) {
		at += strlen(key);
		name_kernels(reader, kind, at, end, element);
	}
}

#define ROW_KIND(word, type, list)                                                                 \
	.key = word, .size_bytes = sizeof(type), .name_offset = offsetof(type, name),              \
	.list_offset = offsetof(struct snapshot, list##s),                                         \
	.cnt_offset = offsetof(struct snapshot, list##_cnt)

static void read_kfunc_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	struct snapshot_kfunc *kfunc = element;

	*kfunc = (struct snapshot_kfunc) {
		.module = json_required_text(&reader->json, document, root, "module"),
		.prototype = json_text(&reader->json, in_rows, row, "prototype"),
		.found_by = (unsigned int)json_number(&reader->json, in_rows, row, "found_by",
			(1u << KFUNC_SOURCE_CNT) - 1),
		.cells = history_read_cells(reader, row, first),
	};
	kfunc->flags = json_texts(&reader->json, in_rows, row, "flags", &kfunc->flag_cnt);
	kfunc->sets = json_texts(&reader->json, in_rows, row, "sets", &kfunc->set_cnt);
}

const struct row_kind history_kfunc_rows = {
	ROW_KIND("kfunc", struct snapshot_kfunc, kfunc), .has_contexts = true, .read = read_kfunc_row};

static void read_helper_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	*(struct snapshot_helper *)element = (struct snapshot_helper) {
		.id = (uint32_t)json_number(&reader->json, document, root, "id", UINT32_MAX),
		.cells = history_read_cells(reader, row, first),
	};
}

const struct row_kind history_helper_rows = {ROW_KIND("helper", struct snapshot_helper, helper),
	.has_contexts = true, .read = read_helper_row};

static enum tristate file_rows_read_tristate(
	struct history_reader *reader, const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);
	bool flag = json_flag(&reader->json, in_rows, row, key);

	if (!value || json_is_null(value))
		return TRISTATE_UNKNOWN;
	return flag ? TRISTATE_YES : TRISTATE_NO;
}

static void file_rows_read_symbol(struct history_reader *reader, const json_t *item, struct snapshot_symbol *ret)
{
	const json_t *name = json_array_get(item, 0), *module = json_array_get(item, 1);
	const char *type = json_string_value(json_array_get(item, 2));
	struct pool *pool = &reader->pack->pool;

	if (!json_is_string(name) || !json_is_string(module) || !type || strlen(type) > 1) {
		json_expected(&reader->json, in_rows, "symbols", "a name, a module and a letter", item);
		return;
	}
	ret->name = pool_intern(pool, json_string_value(name), json_string_length(name));
	ret->module = pool_intern(pool, json_string_value(module), json_string_length(module));
	ret->type = *type;
	if (!ret->name || !ret->module)
		json_no_memory(&reader->json);
}

static void read_symbols(
	struct history_reader *reader, const json_t *row, struct snapshot_function *function)
{
	const json_t *array = json_member_array(&reader->json, in_rows, row, "symbols");

	function->symbol_cnt = json_array_size(array);
	function->symbols = pool_calloc(
		&reader->pack->pool, function->symbol_cnt, sizeof(*function->symbols));
	if (!function->symbols)
		json_no_memory(&reader->json);
	for (size_t i = 0; function->symbols && i < function->symbol_cnt; i++)
		file_rows_read_symbol(reader, json_array_get(array, i), &function->symbols[i]);
}

static void file_rows_read_fentry(
	struct history_reader *reader, const json_t *row, struct snapshot_function *function)
{
	const json_t *array = json_member_array(&reader->json, in_rows, row, "fentry");
	const char *word = json_string_value(json_array_get(array, 0));
	const char *line = json_string_value(json_array_get(array, 2));
	enum cell_state state = word ? cell_state_parse(word) : CELL_STATE_CNT;

	if (!array)
		return;
	struct evidence *evidence = pool_alloc(&reader->pack->pool, sizeof(*evidence));
	if (!evidence) {
		json_no_memory(&reader->json);
		return;
	}
	if (state == CELL_STATE_CNT)
		json_expected(&reader->json, in_rows, "fentry", "a state, an errno, a line", array);
	evidence->errnum = (int)json_integer_value(json_array_get(array, 1));
	evidence->line = pool_strdup(&reader->pack->pool, line);
	function->fentry = (struct cell) {.state = state, .evidence = evidence};
}

static void read_function_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	struct snapshot_function *function = element;

	(void)root;
	(void)first;
	*function = (struct snapshot_function) {
		.state = json_required_text(&reader->json, in_rows, row, "state"),
		.reason = json_text(&reader->json, in_rows, row, "reason"),
		.collision = json_flag(&reader->json, in_rows, row, "collision"),
		.traceable = file_rows_read_tristate(reader, row, "traceable"),
		.kprobe_blacklisted = file_rows_read_tristate(reader, row, "kprobe_blacklisted"),
	};
	function->prototypes =
		json_texts(&reader->json, in_rows, row, "prototypes", &function->prototype_cnt);
	read_symbols(reader, row, function);
	file_rows_read_fentry(reader, row, function);
	if (strcmp(function->state, "present") && strcmp(function->state, "absent") &&
		strcmp(function->state, "unknown"))
		json_expected(&reader->json, in_rows, "state", "present, absent or unknown",
			json_object_get(row, "state"));
}

const struct row_kind history_function_rows = {
	ROW_KIND("function", struct snapshot_function, function), .read = read_function_row};

static void read_feature_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	const char *word = json_required_text(&reader->json, in_rows, row, "state");
	enum support_state state = support_state_parse(word);

	(void)root;
	(void)first;
	if (state == SUPPORT_STATE_CNT) {
		json_expected(&reader->json, in_rows, "state", "ok, unsupported, blocked or unknown",
			json_object_get(row, "state"));
		return;
	}
	*(struct snapshot_feature *)element = (struct snapshot_feature) {
		.state = state,
		.reason = json_text(&reader->json, in_rows, row, "reason"),
		.errnum = json_errno(&reader->json, in_rows, row, "errno"),
	};
}

#define FEATURE_LISTS(X)                                                                           \
	X(program_types) X(map_types) X(attach_types) X(link_types) X(features)

#define FEATURE_ROWS(list_)                                                                        \
	const struct row_kind history_##list_##_rows = {                                           \
		.key = #list_,                                                                     \
		.size_bytes = sizeof(struct snapshot_feature),                                     \
		.name_offset = offsetof(struct snapshot_feature, name),                            \
		.list_offset = offsetof(struct snapshot, list_.list),                              \
		.cnt_offset = offsetof(struct snapshot, list_.cnt),                                \
		.read = read_feature_row,                                                          \
	};
FEATURE_LISTS(FEATURE_ROWS)

static const struct history_contexts *contexts_of(
	const struct history_reader *reader, const struct snapshot *snapshot)
{
	size_t at = 0;

	while (reader->lists[at].list != snapshot->contexts)
		at++;
	return &reader->lists[at];
}

/* A layout without a wanted context is read too: another one of the struct may take a type from it. */
static void read_layout_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	const struct history_contexts *contexts = contexts_of(reader, first);
	const json_t *array = json_member_array(&reader->json, in_rows, row, "contexts"), *value;
	struct pool *pool = &reader->pack->pool;
	struct snapshot_layout *layout = element;
	json_int_t least = 0;
	size_t i;

	(void)root;
	*layout = (struct snapshot_layout) {
		.contexts = pool_calloc(pool, json_array_size(array), sizeof(*layout->contexts)),
	};
	if (!layout->contexts) {
		json_no_memory(&reader->json);
		return;
	}
	json_array_foreach(array, i, value)
	{
		json_int_t index = json_is_integer(value) ? json_integer_value(value) : -1;
		if (index < least || (size_t)index >= contexts->file_cnt) {
			json_expected(&reader->json, in_rows, "contexts",
				"the number of a later context", value);
			return;
		}
		if (contexts->places[index] != HISTORY_NO_PLACE)
			layout->contexts[layout->context_cnt++] = contexts->places[index];
		least = index + 1;
	}
	if (!json_array_size(array))
		json_expected(&reader->json, in_rows, "contexts", "a context", array);
	load_layout_fields(&reader->json, in_rows, row, layout);
}

const struct row_kind history_layout_rows = {
	.key = "layout",
	.size_bytes = sizeof(struct snapshot_layout),
	.name_offset = offsetof(struct snapshot_layout, type),
	.list_offset = offsetof(struct snapshot, layouts),
	.cnt_offset = offsetof(struct snapshot, layout_cnt),
	.has_contexts = true,
	.read = read_layout_row,
};

static void read_program_row(struct history_reader *reader, const json_t *root, const json_t *row,
	const struct snapshot *first, void *element)
{
	enum cell_state state = cell_state_parse(json_required_text(&reader->json, in_rows, row, "state"));

	(void)root;
	(void)first;
	if (state == CELL_STATE_CNT)
		json_expected(&reader->json, in_rows, "state", "the state of a program",
			json_object_get(row, "state"));
	*(struct snapshot_program *)element = (struct snapshot_program) {
		.context = json_required_text(&reader->json, in_rows, row, "context"),
		.method = json_required_text(&reader->json, in_rows, row, "method"),
		.state = state,
		.reason = json_text(&reader->json, in_rows, row, "reason"),
		.errnum = json_errno(&reader->json, in_rows, row, "errno"),
	};
}

const struct row_kind history_program_rows = {
	ROW_KIND("program", struct snapshot_program, program), .read = read_program_row};

#define HAS_ROOM(type) _Static_assert(sizeof(type) <= ROW_ELEMENT_MAX_BYTES, "an element has room")
HAS_ROOM(struct snapshot_kfunc);
HAS_ROOM(struct snapshot_helper);
HAS_ROOM(struct snapshot_function);
HAS_ROOM(struct snapshot_feature);
HAS_ROOM(struct snapshot_layout);
HAS_ROOM(struct snapshot_program);

static bool file_rows_sort_unique(
	void *list, size_t cnt, size_t size_bytes, int (*compare)(const void *, const void *))
{
	if (cnt)
		qsort(list, cnt, size_bytes, compare);
	for (size_t i = 1; i < cnt; i++) {
		const char *here = (const char *)list + i * size_bytes;
		if (!compare(here - size_bytes, here))
			return false;
	}
	return true;
}

struct error *history_finish(struct history_reader *reader)
{
	/* Of the same kfunc in two modules, only the name is known. */
	if (reader->wanted && reader->wanted->only_names)
		return NULL;
	for (size_t i = 0; i < reader->pack->cnt; i++) {
		struct snapshot *snapshot = reader->pack->list[i].snapshot;
#define FEATURE_CAP(list) snapshot->list.cap = snapshot->list.cnt;
		FEATURE_LISTS(FEATURE_CAP)
		snapshot->has_layouts |= snapshot->layout_cnt > 0;
		if (!file_rows_sort_unique(snapshot->kfuncs, snapshot->kfunc_cnt, sizeof(*snapshot->kfuncs),
			    snapshot_compare_kfuncs) ||
			!file_rows_sort_unique(snapshot->helpers, snapshot->helper_cnt,
				sizeof(*snapshot->helpers), snapshot_compare_helpers) ||
			!file_rows_sort_unique(snapshot->functions, snapshot->function_cnt,
				sizeof(*snapshot->functions), snapshot_compare_functions))
			return error_create(ERROR_INPUT, NULL, "kernel %s has a name twice",
				reader->pack->list[i].name);
		struct error *error = layouts_settle(snapshot);
		if (error)
			return error_prefix(error, "kernel %s", reader->pack->list[i].name);
	}
	return NULL;
}
