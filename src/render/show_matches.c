/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What matches a glob among the types and functions of stored kernels: since when, until when, where it changed. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "render/parts.h"
#include "render/render.h"
#include "render/show.h"
#include "util/escape.h"
#include "util/json_write.h"

#define NAME_COLUMNS 40u

struct match_table {
	struct show show; /* history, options, pool and series */
	struct pool pool;
	const char *glob;
	size_t *rows, cnt; /* the stored kernels of the series */
};

struct error *render_matches_begin(const struct history *history, const struct show_options *options,
	const char *glob, struct match_table **ret)
{
	struct match_table *table = calloc(1, sizeof(*table));

	if (!table)
		return error_no_memory();
	*ret = table;
	table->glob = glob;
	table->show = (struct show) {.history = history, .options = options, .pool = &table->pool};
	bool *known = pool_calloc(&table->pool, history->row_cnt, sizeof(*known));
	table->rows = pool_calloc(&table->pool, history->row_cnt, sizeof(*table->rows));
	if (!known || !table->rows || !series_choose(&table->show))
		return error_no_memory();
	for (size_t i = 0; i < history->row_cnt; i++)
		known[i] = types_are_stored(history, i);
	series_choose_known(&table->show, known);
	for (size_t i = 0; i < table->show.series.cnt; i++) {
		if (known[table->show.series.rows[i]])
			table->rows[table->cnt++] = table->show.series.rows[i];
	}
	return NULL;
}

void render_matches_end(struct match_table *table)
{
	if (!table)
		return;
	pool_destroy(&table->pool);
	free(table);
}

static const char *version_of(const struct match_table *table, size_t i)
{
	return table->show.history->rows[table->rows[i]].version;
}

/* "6.1-7.3"; of what no kernel of the series has, the first that has it. */
static void put_seen(const struct match_table *table, const struct type_match *match, struct buf *out)
{
	const struct history *history = table->show.history;
	size_t first = 0, last = table->cnt, row = 0;

	while (first < table->cnt && !match->forms[table->rows[first]])
		first++;
	while (last && !match->forms[table->rows[last - 1]])
		last--;
	if (last) {
		buf_puts(out, version_of(table, first));
		if (last - 1 > first)
			buf_printf(out, "-%s", version_of(table, last - 1));
		return;
	}
	while (row < history->row_cnt && !match->forms[row])
		row++;
	if (row < history->row_cnt)
		buf_printf(out, "only elsewhere, as %s", history->rows[row].label);
}

static bool is_change(uint64_t before, uint64_t after)
{
	return before && after && before != after && before != TYPE_MATCH_UNTYPED && after != TYPE_MATCH_UNTYPED;
}

static void put_changes(const struct match_table *table, const struct type_match *match, struct buf *out)
{
	const char *before = "";

	for (size_t i = 1; i < table->cnt; i++) {
		if (!is_change(match->forms[table->rows[i - 1]], match->forms[table->rows[i]]))
			continue;
		buf_printf(out, "%s%s", before, version_of(table, i));
		before = " ";
	}
}

static void put_column(struct buf *out, const char *text, size_t columns)
{
	size_t len = strlen(text);

	escape_text(out, text);
	buf_pad(out, ' ', len < columns ? columns - len : 0);
	buf_putc(out, ' ');
}

static void put_row(struct buf *out, const char *kind, const char *name, const char *seen, const char *changes)
{
	buf_puts(out, "  ");
	put_column(out, kind, sizeof("system call") - 1);
	put_column(out, name, NAME_COLUMNS);
	if (*changes)
		put_column(out, seen, sizeof("5.10-6.12") - 1);
	else
		escape_text(out, seen);
	buf_printf(out, "%s\n", changes);
}

void render_match_text(struct match_table *table, const struct type_match *match, bool first, struct buf *out)
{
	_cleanup_buf_ struct buf seen = {0}, changes = {0};

	if (first) {
		buf_puts(out, "types and functions that match ");
		escape_text(out, table->glob);
		buf_printf(out, ", in the stored kernels of %s %s\n", table->show.series.arch, table->show.series.flavor);
		put_row(out, "KIND", "NAME", "SEEN IN", "CHANGED IN");
	}
	put_seen(table, match, &seen);
	put_changes(table, match, &changes);
	put_row(out, type_kind_noun(match->kind), match->name, buf_text(&seen), buf_text(&changes));
	out->failed |= seen.failed || changes.failed;
}

void render_match_markdown(struct match_table *table, const struct type_match *match, bool first, struct buf *out)
{
	if (first)
		buf_puts(out, "| kind | name | seen in | changed in |\n|---|---|---|---|\n");
	buf_printf(out, "| %s | ", type_kind_noun(match->kind));
	escape_markdown(out, match->name);
	buf_puts(out, " | ");
	put_seen(table, match, out);
	buf_puts(out, " | ");
	put_changes(table, match, out);
	buf_puts(out, " |\n");
}

/* The kernel before it of the same architecture and flavor; SIZE_MAX: none. */
static size_t row_before(const struct history *history, size_t row)
{
	for (size_t i = row; i-- > 0;) {
		if (!strcmp(history->rows[i].arch, history->rows[row].arch) &&
			!strcmp(history->rows[i].flavor, history->rows[row].flavor) && types_are_stored(history, i))
			return i;
	}
	return SIZE_MAX;
}

struct error *render_json_match(
	const struct history *history, const struct type_match *match, bool first, struct buf *out)
{
	json_t *kernels = json_array(), *changed = json_array();

	for (size_t row = 0; row < history->row_cnt; row++) {
		size_t before = match->forms[row] ? row_before(history, row) : SIZE_MAX;
		if (match->forms[row])
			json_array_append_new(kernels, json_integer((json_int_t)row));
		if (before != SIZE_MAX && is_change(match->forms[before], match->forms[row]))
			json_array_append_new(changed, json_integer((json_int_t)row));
	}
	json_t *object = json_pack("{s:s,s:o,s:o,s:o}", "kind", type_kind_word(match->kind), "name",
		json_text_or_null(match->name), "kernels", kernels, "changed", changed);
	buf_puts(out, first ? "],\"matches\":[" : ",");
	return json_write(object, JSON_COMPACT, out) ? NULL : error_no_memory();
}
