/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `kcompat check --json` said about BPF objects, as data of a site. The documents are those of others. */
#include <jansson.h>
#include <string.h>

#include "render/render.h"
#include "render/site_parts.h"
#include "util/array.h"
#include "util/escape.h"
#include "util/json.h"

#define CHECK_SCHEMA "kcompat/check/1"

struct checked {
	struct json_reader reader;
	struct pool pool;
	struct texts needs, cells;
	size_t kernel_cnt, object_cnt, program_cnt;
	struct buf *out;
};

static void checked_deinit(struct checked *checked)
{
	texts_deinit(&checked->needs);
	texts_deinit(&checked->cells);
	error_free(checked->reader.error);
	pool_destroy(&checked->pool);
}

static const char *const states[] = {"met", "conditional", "blocked", "unknown", "unmet"};

/* The letter of a site's cells is chosen by it. */
static const char *required_state(
	struct checked *checked, struct json_place place, const json_t *object, const char *key)
{
	const char *text = json_required_text(&checked->reader, place, object, key);

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (!strcmp(states[i], text))
			return text;
	}
	json_expected_key(&checked->reader, place, key, "a state", text);
	return "unknown";
}

/* With a list that is left out, a table would lack what it is about. */
static const json_t *required_array(
	struct checked *checked, struct json_place place, const json_t *object, const char *key)
{
	const json_t *array = json_member_array(&checked->reader, place, object, key);

	if (!array)
		json_expected(&checked->reader, place, key, "an array", json_object_get(object, key));
	return array;
}

static void put_text(struct buf *out, const char *before, const char *text)
{
	buf_puts(out, before);
	if (text)
		escape_json(out, text);
	else
		buf_putc(out, '0');
}

/* [kind, name, state, reason, scope, guard, hint, file, line, text] */
static void put_need(struct checked *checked, struct json_place place, const json_t *need, struct buf *out)
{
	struct json_reader *reader = &checked->reader;
	const json_t *source = json_member_object(reader, place, need, "source");

	put_text(out, "[", json_required_text(reader, place, need, "kind"));
	put_text(out, ",", json_required_text(reader, place, need, "name"));
	put_text(out, ",", required_state(checked, place, need, "state"));
	put_text(out, ",", json_required_text(reader, place, need, "reason"));
	put_text(out, ",", json_required_text(reader, place, need, "scope"));
	put_text(out, ",", json_text(reader, place, need, "guard"));
	put_text(out, ",", json_text(reader, place, need, "hint"));
	put_text(out, ",", source ? json_text(reader, place, source, "file") : NULL);
	buf_printf(out, ",%llu", source ? (unsigned long long)json_number(reader, place, source, "line", UINT32_MAX) : 0);
	put_text(out, ",", source ? json_text(reader, place, source, "text") : NULL);
	buf_putc(out, ']');
}

/* Numbers of those that are not met. */
static void put_needs(struct checked *checked, struct json_place place, const json_t *cell, struct buf *out)
{
	const json_t *needs = required_array(checked, place, cell, "needs");
	size_t cnt = 0, at;
	const json_t *need;

	buf_puts(out, ",[");
	json_array_foreach(needs, at, need)
	{
		_cleanup_buf_ struct buf text = {0};
		put_need(checked, place, need, &text);
		if (!strcmp(required_state(checked, place, need, "state"), "met"))
			continue;
		buf_printf(out, "%s%zu", cnt++ ? "," : "", texts_number(&checked->needs, buf_text(&text), text.len));
		out->failed |= text.failed;
	}
	buf_putc(out, ']');
}

/* The number of [load, attach, [need, ...]]. */
static size_t number_cell(struct checked *checked, struct json_place place, const json_t *cell)
{
	_cleanup_buf_ struct buf text = {0};

	put_text(&text, "[", required_state(checked, place, cell, "load"));
	put_text(&text, ",", required_state(checked, place, cell, "attach"));
	put_needs(checked, place, cell, &text);
	buf_putc(&text, ']');
	checked->out->failed |= text.failed;
	return texts_number(&checked->cells, buf_text(&text), text.len);
}

/* [name, section, context, optional, RUNS] */
static void put_program(struct checked *checked, struct json_place place, const json_t *program)
{
	struct json_reader *reader = &checked->reader;
	const json_t *cells = required_array(checked, place, program, "kernels"), *cell;
	_cleanup_buf_ struct buf runs_text = {0};
	struct site_runs runs = {.out = &runs_text};
	size_t at;

	put_text(checked->out, checked->program_cnt++ ? ",[" : "[", json_required_text(reader, place, program, "name"));
	put_text(checked->out, ",", json_required_text(reader, place, program, "section"));
	put_text(checked->out, ",", json_text(reader, place, program, "context"));
	buf_printf(checked->out, ",%d,", json_flag(reader, place, program, "optional"));
	if (json_array_size(cells) != checked->kernel_cnt)
		json_expected(reader, place, "programs.kernels", "one for each kernel", cells);
	json_array_foreach(cells, at, cell)
		site_runs_add(&runs, number_cell(checked, place, cell));
	site_runs_end(&runs);
	put_text(checked->out, "", buf_text(&runs_text));
	buf_putc(checked->out, ']');
	checked->out->failed |= runs_text.failed;
}

/* [name, license, [program, ...]] */
static void put_objects(struct checked *checked, const json_t *root)
{
	const struct json_place top = {"", JSON_PLACE_ALONE};
	const json_t *objects = required_array(checked, top, root, "objects"), *object, *program;
	size_t programs = 0, at;

	buf_puts(checked->out, ",\"objects\":[");
	json_array_foreach(objects, checked->object_cnt, object)
	{
		const struct json_place place = {"objects", checked->object_cnt};
		put_text(checked->out, checked->object_cnt ? ",\n[" : "\n[",
			json_required_text(&checked->reader, place, object, "name"));
		put_text(checked->out, ",", json_required_text(&checked->reader, place, object, "license"));
		buf_puts(checked->out, ",[");
		checked->program_cnt = 0;
		const json_t *list = required_array(checked, place, object, "programs");
		json_array_foreach(list, at, program)
			put_program(checked, place, program);
		programs += checked->program_cnt;
		buf_puts(checked->out, "]]");
	}
	checked->program_cnt = programs;
	buf_putc(checked->out, ']');
}

/* [name, release, source] */
static void put_check_kernels(struct checked *checked, const json_t *root)
{
	const struct json_place top = {"", JSON_PLACE_ALONE};
	const json_t *kernels = required_array(checked, top, root, "kernels"), *kernel;

	buf_puts(checked->out, "\"kernels\":[");
	json_array_foreach(kernels, checked->kernel_cnt, kernel)
	{
		const struct json_place place = {"kernels", checked->kernel_cnt};
		put_text(checked->out, checked->kernel_cnt ? ",[" : "[",
			json_required_text(&checked->reader, place, kernel, "name"));
		put_text(checked->out, ",", json_text(&checked->reader, place, kernel, "release"));
		put_text(checked->out, ",", json_required_text(&checked->reader, place, kernel, "source"));
		buf_putc(checked->out, ']');
	}
	buf_putc(checked->out, ']');
}

static void put_distinct(struct buf *out, const char *key, const struct texts *texts)
{
	buf_printf(out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < texts->cnt; i++)
		buf_printf(out, "%s\n%s", i ? "," : "", texts->list[i]);
	buf_putc(out, ']');
	out->failed |= texts->failed;
}

static struct error *put_check(struct checked *checked, const char *title, size_t number, const json_t *root,
	struct buf *summary)
{
	const struct json_place top = {"", JSON_PLACE_ALONE};
	const char *schema = json_required_text(&checked->reader, top, root, "schema");
	struct buf *out = checked->out;

	if (!checked->reader.error && strcmp(schema, CHECK_SCHEMA))
		return error_create(ERROR_INPUT, "name a file from kcompat check --json",
			"its schema is %s, not " CHECK_SCHEMA, schema);
	buf_printf(out, "kcompat.check(%zu,{", number);
	put_check_kernels(checked, root);
	put_objects(checked, root);
	put_distinct(out, "cells", &checked->cells);
	put_distinct(out, "needs", &checked->needs);
	buf_puts(out, "});\n");
	put_text(summary, number ? ",\n[" : "\n[", title);
	buf_printf(summary, ",%zu,%zu,%zu]", checked->object_cnt, checked->program_cnt, checked->kernel_cnt);
	struct error *error = checked->reader.error;
	checked->reader.error = NULL;
	return error || !(out->failed || summary->failed) ? error : error_no_memory();
}

struct error *render_site_check(const char *title, size_t number, const char *text, size_t len_bytes,
	struct buf *out, struct buf *summary)
{
	struct checked checked = {.out = out};
	json_t *root = NULL;
	struct error *error = json_parse(text, len_bytes, 0, &root);

	checked.reader.pool = &checked.pool;
	if (!error)
		error = put_check(&checked, title, number, root, summary);
	checked_deinit(&checked);
	json_decref(root);
	return error;
}
