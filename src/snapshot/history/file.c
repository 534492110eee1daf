/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/file.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/decompress.h"
#include "snapshot/file.h"
#include "snapshot/history/file_lean.h"
#include "util/argument.h"
#include "util/sort.h"

static const struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};

static bool matches_one(const char *const *globs, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!fnmatch(globs[i], name, 0))
			return true;
	}
	return false;
}

static bool history_wants(const struct history_wanted *wanted, const char *name)
{
	if (!wanted || !wanted->names)
		return true;
	if (!wanted->lists)
		return matches_one(wanted->names, wanted->name_cnt, name);
	return wanted->name_cnt &&
		bsearch(&name, wanted->names, wanted->name_cnt, sizeof(*wanted->names), compare_texts);
}

static bool wants_cells_of(const struct history_wanted *wanted, const char *context)
{
	return !wanted || !wanted->context_cnt ||
		matches_one(wanted->contexts, wanted->context_cnt, context);
}

static uint32_t file_count(struct history_reader *reader, const json_t *root, const char *key, uint32_t max)
{
	return (uint32_t)json_number(&reader->json, document, root, key, max);
}

static void file_read_header(struct history_reader *reader, const json_t *root)
{
	struct history_pack *pack = reader->pack;
	const char *schema = json_required_text(&reader->json, document, root, "schema");

	if (strcmp(schema, HISTORY_SCHEMA))
		json_expected(&reader->json, document, "schema", HISTORY_SCHEMA,
			json_object_get(root, "schema"));
	reader->kernel_cnt = file_count(reader, root, "kernels", HISTORY_KERNEL_MAX);
	reader->list_cnt = file_count(reader, root, "context_lists", HISTORY_KERNEL_MAX);
	pack->list = pool_calloc(&pack->pool, reader->kernel_cnt, sizeof(*pack->list));
	reader->lists = pool_calloc(&pack->pool, reader->list_cnt, sizeof(*reader->lists));
	if (!pack->list || !reader->lists)
		json_no_memory(&reader->json);
}

static enum support_state support_of(struct history_reader *reader, const json_t *word)
{
	enum support_state state =
		json_is_string(word) ? support_state_parse(json_string_value(word)) : SUPPORT_STATE_CNT;

	if (state < SUPPORT_STATE_CNT)
		return state;
	json_expected(&reader->json, document, "contexts", "ok, unsupported, blocked or unknown", word);
	return SUPPORT_UNKNOWN;
}

static const char *file_text_at(struct history_reader *reader, const json_t *array, size_t at)
{
	const json_t *value = json_array_get(array, at);

	if (!json_is_string(value))
		return NULL;
	const char *text = pool_intern(
		&reader->pack->pool, json_string_value(value), json_string_length(value));
	if (!text)
		json_no_memory(&reader->json);
	return text;
}

static void file_read_context(
	struct history_reader *reader, const json_t *array, struct snapshot_context *ret)
{
	*ret = (struct snapshot_context) {
		.name = file_text_at(reader, array, 0),
		.program_type = file_text_at(reader, array, 1),
		.attach_type = file_text_at(reader, array, 2),
		.target = file_text_at(reader, array, 3),
		.sleepable = json_is_true(json_array_get(array, 4)),
		.state = support_of(reader, json_array_get(array, 5)),
		.errnum = (int)json_integer_value(json_array_get(array, 6)),
		.reason = file_text_at(reader, array, 7),
		.rule = file_text_at(reader, array, 8),
	};
	if (!ret->name || !ret->program_type)
		json_expected(&reader->json, document, "contexts", "a name and a program type", array);
}

/* Takes the wanted ones of the list, which is the next one. */
static void take_context_list(struct history_reader *reader, const struct context_line *line)
{
	struct history_contexts contexts = {
		.list = line->list,
		.places = pool_calloc(&reader->pack->pool, line->cnt, sizeof(*contexts.places)),
		.file_cnt = line->cnt,
	};

	if (line->at >= reader->list_cnt || line->cnt > SNAPSHOT_CONTEXT_MAX || reader->lists[line->at].list)
		json_expected(&reader->json, document, "context_list", "the next list", NULL);
	if (!contexts.places)
		json_no_memory(&reader->json);
	for (size_t i = 0; i < line->cnt && !reader->json.error; i++) {
		const struct snapshot_context *context = &line->list[i];
		bool wanted = wants_cells_of(reader->wanted, context->name);
		if (!reader->wants_contexts)
			reader->wants_contexts = history_wants(reader->wanted, context->name);
		if (wanted)
			contexts.list[contexts.cnt] = *context;
		contexts.places[i] = wanted ? contexts.cnt++ : HISTORY_NO_PLACE;
	}
	if (!reader->json.error)
		reader->lists[line->at] = contexts;
}

static void read_context_list(struct history_reader *reader, const json_t *root)
{
	const json_t *array = json_member_array(&reader->json, document, root, "contexts");
	struct context_line line = {
		.at = file_count(reader, root, "context_list", HISTORY_KERNEL_MAX),
		.list = pool_calloc(&reader->pack->pool, json_array_size(array), sizeof(*line.list)),
		.cnt = json_array_size(array),
	};

	if (!line.list)
		json_no_memory(&reader->json);
	for (size_t i = 0; i < line.cnt && !reader->json.error; i++)
		file_read_context(reader, json_array_get(array, i), &line.list[i]);
	if (!reader->json.error)
		take_context_list(reader, &line);
}

static void file_read_identity(struct history_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	static const struct json_text_field fields[] = {
		{"release", offsetof(struct kernel_identity, release)},
		{"version", offsetof(struct kernel_identity, version)},
		{"machine", offsetof(struct kernel_identity, machine)},
		{"arch", offsetof(struct kernel_identity, arch)},
		{"distribution", offsetof(struct kernel_identity, distribution)},
		{"flavor", offsetof(struct kernel_identity, flavor)},
		{"btf_sha256", offsetof(struct kernel_identity, btf_sha256)},
	};

	json_fill(&reader->json, document, root, fields, ARRAY_SIZE(fields), &snapshot->kernel);
	snapshot->source_kind = json_required_text(&reader->json, document, root, "source");
	if (strcmp(snapshot->source_kind, "probed") && strcmp(snapshot->source_kind, "scanned"))
		json_expected(&reader->json, document, "source", "probed or scanned",
			json_object_get(root, "source"));
	snapshot->facts =
		json_texts(&reader->json, document, root, "facts", &snapshot->fact_cnt);
}

static void read_kernel(struct history_reader *reader, const json_t *root)
{
	struct history_pack *pack = reader->pack;
	uint32_t at = file_count(reader, root, "kernel", HISTORY_KERNEL_MAX);
	uint32_t list = file_count(reader, root, "context_list", HISTORY_KERNEL_MAX);
	struct history_kernel *kernel;

	if (at != pack->cnt || at >= reader->kernel_cnt || list >= reader->list_cnt ||
		!reader->lists[list].list)
		json_expected(&reader->json, document, "kernel", "the next kernel, of a list of contexts", root);
	if (reader->json.error)
		return;
	kernel = &pack->list[at];
	kernel->name = json_required_text(&reader->json, document, root, "name");
	kernel->file = json_text(&reader->json, document, root, "file");
	kernel->size_bytes = json_number(&reader->json, document, root, "size", UINT32_MAX);
	kernel->tail = json_text(&reader->json, document, root, "tail");
	kernel->snapshot = snapshot_create();
	if (!kernel->snapshot) {
		json_no_memory(&reader->json);
		return;
	}
	pack->cnt++;
	kernel->snapshot->contexts = reader->lists[list].list;
	kernel->snapshot->context_cnt = reader->lists[list].cnt;
	kernel->snapshot->has_layouts = json_flag(&reader->json, document, root, "layouts");
	file_read_identity(reader, root, kernel->snapshot);
}

static void read_end(struct history_reader *reader, const json_t *root)
{
	(void)root;
	reader->ended = true;
}

/*
 * Which lines of a kind are read: all; those with a wanted name; those, or all if all calls are wanted; all
 * if a context is wanted; those that a row refers to.
 */
enum line_choice { CHOOSE_ALL, CHOOSE_NAMED, CHOOSE_CALLED, CHOOSE_OF_CONTEXTS, CHOOSE_REFERRED };

/* X(first key of a line, its reader, how its rows are read, which lines are read) */
#define LINES(X)                                                                                   \
	X("schema", file_read_header, NULL, CHOOSE_ALL)                                            \
	X("context_list", read_context_list, NULL, CHOOSE_ALL)                                     \
	X("kernel", read_kernel, NULL, CHOOSE_ALL)                                                 \
	X("evidence", NULL, NULL, CHOOSE_REFERRED)                                                 \
	X("cells", NULL, NULL, CHOOSE_REFERRED)                                                    \
	X("kfunc", NULL, &history_kfunc_rows, CHOOSE_CALLED)                                       \
	X("helper", NULL, &history_helper_rows, CHOOSE_CALLED)                                     \
	X("function", NULL, &history_function_rows, CHOOSE_NAMED)                                  \
	X("program_types", NULL, &history_program_types_rows, CHOOSE_NAMED)                        \
	X("map_types", NULL, &history_map_types_rows, CHOOSE_NAMED)                                \
	X("attach_types", NULL, &history_attach_types_rows, CHOOSE_NAMED)                          \
	X("link_types", NULL, &history_link_types_rows, CHOOSE_NAMED)                              \
	X("features", NULL, &history_features_rows, CHOOSE_NAMED)                                  \
	X("layout", NULL, &history_layout_rows, CHOOSE_OF_CONTEXTS)                                \
	X("program", NULL, &history_program_rows, CHOOSE_NAMED)                                    \
	X("end", read_end, NULL, CHOOSE_ALL)

static const struct line_kind {
	const char *key;
	void (*read)(struct history_reader *reader, const json_t *root);
	const struct row_kind *rows;
	enum line_choice choice;
} line_kinds[] = {
#define LINE_KIND(key, read, rows, choice) {key, read, rows, choice},
	LINES(LINE_KIND)
};

/* The text between the quotes at `at`; false: the text has escapes or no closing quote. */
static bool file_quoted(const char *at, const char *end, char *text, size_t size_bytes)
{
	const char *stop = at < end && *at == '"' ? memchr(at + 1, '"', (size_t)(end - at - 1)) : NULL;

	if (!stop || (size_t)(stop - at - 1) >= size_bytes || memchr(at, '\\', (size_t)(stop - at)))
		return false;
	memcpy(text, at + 1, (size_t)(stop - at - 1));
	text[stop - at - 1] = '\0';
	return true;
}

/* The kind of a line, from its first key. NULL: unknown key; a newer version may write such lines. */
static const struct line_kind *kind_of(const char *line, const char *end, char *name, size_t size_bytes)
{
	char key[32];

	*name = '\0';
	if (end - line < 2 || *line != '{' || !file_quoted(line + 1, end, key, sizeof(key)))
		return NULL;
	const char *value = line + 1 + strlen(key) + 2;
	for (size_t i = 0; i < ARRAY_SIZE(line_kinds); i++) {
		if (strcmp(line_kinds[i].key, key))
			continue;
		if (line_kinds[i].rows && (value >= end || *value != ':' ||
				!file_quoted(value + 1, end, name, size_bytes)))
			*name = '\0';
		return &line_kinds[i];
	}
	return NULL;
}

static bool file_is_wanted(
	const struct history_reader *reader, const struct line_kind *kind, const char *name)
{
	const struct history_wanted *wanted = reader->wanted;

	switch (kind->choice) {
	case CHOOSE_CALLED:
		return (wanted && (wanted->all_calls || wanted->lists)) || !*name ||
			history_wants(wanted, name);
	case CHOOSE_NAMED:
		return !*name || (wanted && wanted->lists) || history_wants(wanted, name);
	case CHOOSE_OF_CONTEXTS:
		return reader->wants_contexts && !(wanted && (wanted->only_names || wanted->lists));
	default:
		return true;
	}
}

static struct error *bad_line(size_t number, struct error *error)
{
	return error->code == ERROR_INPUT ? error_prefix(error, "line %zu", number) : error;
}

/* Is the line a kfunc or helper that nobody names, of which a question about all calls has the cells? */
static bool is_only_called(
	const struct history_reader *reader, const struct line_kind *kind, const char *name)
{
	return kind->choice == CHOOSE_CALLED && *name && !history_wants(reader->wanted, name);
}

/* Reads a line of a form that needs no parser. */
static bool scan_line(struct history_reader *reader, const struct line_kind *kind, const char *name,
	const char *line, size_t len_bytes)
{
	struct context_line contexts;

	if (is_only_called(reader, kind, name))
		return history_scan_call(reader, kind->rows, line, len_bytes);
	if (kind->read != read_context_list || !history_scan_contexts(reader, line, len_bytes, &contexts))
		return false;
	if (!reader->json.error)
		take_context_list(reader, &contexts);
	return true;
}

static struct error *parse_line(struct history_reader *reader, const struct line_kind *kind,
	const char *line, size_t len_bytes)
{
	json_t *root = NULL;
	struct error *error = json_parse(line, len_bytes, JSON_REJECT_DUPLICATES, &root);

	if (!error && kind->rows)
		history_read_rows(reader, kind->rows, root);
	else if (!error)
		kind->read(reader, root);
	json_decref(root);
	return error;
}

/* A function is a name to suggest only if its row says that the kernel has it. */
static bool reads_name_alone(
	const struct history_reader *reader, const struct line_kind *kind, const char *name)
{
	return reader->wanted && reader->wanted->only_names && *name &&
		kind->rows != &history_function_rows;
}

static struct error *history_file_read_line(
	struct history_reader *reader, const char *line, size_t len_bytes, size_t number)
{
	char name[512];
	const struct line_kind *kind = kind_of(line, line + len_bytes, name, sizeof(name));

	if (number == 1 && (!kind || strcmp(kind->key, "schema")))
		return error_create(ERROR_INPUT, NULL, "line 1: not a history (" HISTORY_SCHEMA ")");
	if (!kind || !file_is_wanted(reader, kind, name))
		return NULL;
	if (number > 1 && !strcmp(kind->key, "schema"))
		return error_create(ERROR_INPUT, NULL, "line %zu: a second header", number);
	if (kind->rows == &history_layout_rows && !history_layout_is_wanted(reader, line, len_bytes))
		return NULL;
	struct error *error = NULL;
	reader->without_cells = *name && reader->wanted && reader->wanted->lists &&
		!history_wants(reader->wanted, name);
	if (reads_name_alone(reader, kind, name))
		history_read_name(reader, kind->rows, name, line, len_bytes);
	else if (kind->choice == CHOOSE_REFERRED)
		history_keep_line(reader, strcmp(kind->key, "cells") ? &reader->evidence : &reader->cells,
			line, len_bytes);
	else if (!scan_line(reader, kind, name, line, len_bytes))
		error = parse_line(reader, kind, line, len_bytes);
	if (!error)
		error = reader->json.error;
	reader->json.error = NULL;
	return error ? bad_line(number, error) : NULL;
}

static struct error *history_file_read_lines(struct history_reader *reader, const char *text, size_t size_bytes)
{
	const char *end = text + size_bytes;
	struct error *error = NULL;
	size_t number = 0;

	while (text < end && !error) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		/* Every line ends with a newline. A last line without one is truncated. */
		if (!newline)
			return error_create(ERROR_INPUT, NULL, "line %zu: truncated", number + 1);
		if (reader->ended)
			return error_create(ERROR_INPUT, NULL, "line %zu: follows the last line", number + 1);
		error = history_file_read_line(reader, text, (size_t)(newline - text), ++number);
		text = newline + 1;
	}
	if (!error && !number)
		error = error_create(ERROR_INPUT, NULL, "empty");
	/* Names in the missing part of a truncated file would look absent. */
	if (!error && !reader->ended)
		error = error_create(ERROR_INPUT, NULL, "the last line is missing");
	if (!error && reader->pack->cnt != reader->kernel_cnt)
		error = error_create(ERROR_INPUT, NULL, "%zu of %u kernels", reader->pack->cnt,
			reader->kernel_cnt);
	return error;
}

static struct error *file_load_text(const char *text, size_t size_bytes,
	const struct history_wanted *wanted, struct history_pack **ret)
{
	struct history_pack *pack = calloc(1, sizeof(*pack));
	struct history_reader reader = {.wanted = wanted, .pack = pack};

	if (!pack)
		return error_no_memory();
	reader.json.pool = &pack->pool;
	struct error *error = history_file_read_lines(&reader, text, size_bytes);
	if (!error)
		error = history_finish(&reader);
	if (error)
		history_pack_destroy(pack);
	else
		*ret = pack;
	return error;
}

struct error *history_load_bytes(const void *data, size_t size_bytes,
	const struct history_wanted *wanted, struct history_pack **ret)
{
	struct decompressed unpacked = {0};

	if (compression_detect(data, size_bytes) != COMPRESSION_GZIP)
		return file_load_text(data, size_bytes, wanted, ret);
	struct error *error = decompress(
		COMPRESSION_GZIP, data, size_bytes, 0, SNAPSHOT_SIZE_MAX_BYTES, &unpacked);
	if (!error && unpacked.consumed_bytes != size_bytes)
		error = error_create(ERROR_INPUT, NULL, "gzip: data after the end of the stream");
	if (!error)
		error = file_load_text(unpacked.data ? (const char *)unpacked.data : "",
			unpacked.size_bytes, wanted, ret);
	free(unpacked.data);
	return error;
}

struct error *history_load(
	const char *path, const struct history_wanted *wanted, struct history_pack **ret)
{
	_cleanup_buf_ struct buf bytes = {0};
	struct error *error = input_read_kernel(path, SNAPSHOT_SIZE_MAX_BYTES, &bytes);

	if (error)
		return error;
	return error_prefix(
		history_load_bytes(buf_text(&bytes), bytes.len, wanted, ret), "%s", input_name(path));
}

void history_pack_destroy(struct history_pack *pack)
{
	if (!pack)
		return;
	for (size_t i = 0; i < pack->cnt; i++)
		snapshot_destroy(pack->list[i].snapshot);
	pool_destroy(&pack->pool);
	free(pack);
}
