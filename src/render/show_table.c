/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of `show`: contexts, or calls, by version. A version has a column only where something
 * differs from the version before.
 */
#include "render/show.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"
#include "util/wrap.h"

struct table {
	struct show *show;
	size_t *columns; /* rows of the history: the first kernel of each column */
	size_t *widths;
	size_t cnt;
	size_t *groups; /* [matrix.row_cnt]: the first row with the same answers */
};

enum cell_state show_answer(const struct show *show, size_t row, size_t kernel)
{
	const struct call_matrix *matrix = &show->matrix;
	const struct finding *finding = &show->findings[kernel];
	size_t column = matrix->column_of[kernel];

	if (column == SIZE_MAX)
		return finding_is_known(finding) ? CELL_ABSENT : CELL_UNKNOWN;
	enum cell_state state = matrix->states[row * matrix->column_cnt + column];
	return cell_state_usable(state) ? CELL_PERMITTED : state;
}

static bool answers_alike(const struct show *show, size_t a, size_t b)
{
	for (size_t r = 0; r < show->matrix.row_cnt; r++) {
		if (show_answer(show, r, a) != show_answer(show, r, b))
			return false;
	}
	return show->history->rows[a].live == show->history->rows[b].live;
}

static const char *column_title(const struct table *table, size_t column)
{
	const struct history_row *row = &table->show->history->rows[table->columns[column]];

	return row->live ? "live" : history_row_has_release(row) ? row->version : row->label;
}

static bool make_columns(struct table *table)
{
	const struct show *show = table->show;
	const struct series *series = &show->series;

	table->columns = pool_calloc(show->pool, series->cnt + 1, sizeof(*table->columns));
	table->widths = pool_calloc(show->pool, series->cnt + 1, sizeof(*table->widths));
	if (!table->columns || !table->widths)
		return false;
	for (size_t i = 0; i < series->cnt; i++) {
		if (!table->cnt || !answers_alike(show, series->rows[i - 1], series->rows[i]))
			table->columns[table->cnt++] = series->rows[i];
	}
	if (series->live != SIZE_MAX)
		table->columns[table->cnt++] = series->live;
	for (size_t c = 0; c < table->cnt; c++)
		table->widths[c] = strlen(column_title(table, c)) + 1;
	return true;
}

/* As a text to sort and compare by. */
static void put_answers(const struct table *table, size_t row, char *ret)
{
	for (size_t c = 0; c < table->cnt; c++)
		ret[c] = cell_state_letter(show_answer(table->show, row, table->columns[c]));
	ret[table->cnt] = '\0';
}

static bool group_rows(struct table *table)
{
	const struct show *show = table->show;
	size_t cnt = show->matrix.row_cnt, width = table->cnt + 1;
	char *texts = pool_calloc(show->pool, cnt + 1, width);

	table->groups = pool_calloc(show->pool, cnt + 1, sizeof(*table->groups));
	if (!texts || !table->groups)
		return false;
	for (size_t r = 0; r < cnt; r++) {
		put_answers(table, r, texts + r * width);
		table->groups[r] = 0;
		while (strcmp(texts + table->groups[r] * width, texts + r * width))
			table->groups[r]++;
	}
	return true;
}

/* Can a program use it on one of the kernels, perhaps under a condition, or is that unknown? */
static bool is_of_use(const struct table *table, size_t row)
{
	for (size_t c = 0; c < table->cnt; c++) {
		enum cell_state state = show_answer(table->show, row, table->columns[c]);
		if (state == CELL_PERMITTED || state == CELL_CONDITIONAL || state == CELL_BLOCKED)
			return true;
		if (state == CELL_UNKNOWN &&
			table->show->matrix.column_of[table->columns[c]] != SIZE_MAX)
			return true;
	}
	return false;
}

/* Of a call, the contexts that refuse it are few. Of a context, most calls are refused. */
static bool is_shown(const struct table *table, size_t row)
{
	if (is_of_use(table, row))
		return true;
	if (!subject_is_call(table->show->subject->kind))
		return false;
	for (size_t c = 0; c < table->cnt; c++) {
		enum cell_state state = show_answer(table->show, row, table->columns[c]);
		if (state == CELL_REFUSED || state == CELL_IMPOSSIBLE)
			return true;
	}
	return false;
}

static void put_trimmed(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == ' ')
		len--;
	buf_add(out, text, len);
}

/* Returns the column of the names. */
static size_t table_head(struct table *table)
{
	_cleanup_buf_ struct buf text = {0}, safe = {0};

	for (size_t c = 0; c < table->cnt; c++) {
		const char *title = column_title(table, c);
		buf_puts(&text, title);
		buf_pad(&text, ' ', table->widths[c] - strlen(title));
	}
	size_t column = text.len + 3;
	escape_text(&safe, buf_text(&text));
	buf_puts(table->show->out, "\n  ");
	put_trimmed(table->show->out, buf_text(&safe));
	buf_putc(table->show->out, '\n');
	return column;
}

static void table_row(struct table *table, size_t row, size_t column)
{
	struct show *show = table->show;
	_cleanup_buf_ struct buf names = {0}, text = {0};
	size_t used = 0;

	for (size_t c = 0; c < table->cnt; c++) {
		buf_putc(&text, cell_state_letter(show_answer(show, row, table->columns[c])));
		buf_pad(&text, ' ', table->widths[c] - 1);
	}
	for (size_t i = row; i < show->matrix.row_cnt; i++) {
		if (table->groups[i] == row)
			buf_printf(&names, "%s%s", used++ ? " " : "", show->matrix.rows[i]);
	}
	buf_puts(show->out, "  ");
	size_t start = show->out->len;
	put_trimmed(show->out, buf_text(&text));
	size_t end = show->out->len;
	buf_clear(&text);
	put_families(&text, buf_text(&names), SIZE_MAX);
	/* In a wide table the names get a line of their own. */
	if (column * 2 > show->options->width) {
		column = 6;
		buf_printf(show->out, "\n%*s", (int)column, "");
	} else {
		buf_pad(show->out, ' ', column - 2 - (end - start));
	}
	wrap_escaped(show->out, buf_text(&text), column, column, show->options->width);
	buf_putc(show->out, '\n');
}

static void table_legend(struct table *table)
{
	const struct show *show = table->show;
	bool used[CELL_STATE_CNT] = {false};
	_cleanup_buf_ struct buf text = {0};

	for (size_t r = 0; r < show->matrix.row_cnt; r++) {
		for (size_t c = 0; c < table->cnt; c++)
			used[show_answer(show, r, table->columns[c])] |= is_shown(table, r);
	}
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (used[state])
			buf_printf(&text, "%s%c %s", text.len ? ", " : "", cell_state_letter(state),
				state == CELL_PERMITTED             ? "usable"
					: state == CELL_UNSUPPORTED ? "no such context"
								    : cell_state_word(state));
	}
	buf_puts(show->out, "  ");
	wrap_escaped(show->out, buf_text(&text), 2, 2, show->options->width);
	buf_putc(show->out, '\n');
}

/* Which kernels the columns are: a column holds until the next one. */
static void table_kernels(struct table *table)
{
	struct show *show = table->show;
	const struct history *history = show->history;
	bool *rows = pool_calloc(show->pool, history->row_cnt, sizeof(*rows));
	_cleanup_buf_ struct buf text = {0};

	if (!rows) {
		show->out->failed = true;
		return;
	}
	for (size_t i = 0; i < show->series.cnt; i++)
		rows[show->series.rows[i]] = true;
	if (show->series.live != SIZE_MAX)
		rows[show->series.live] = true;
	buf_puts(&text, "Each column is from its version on, of ");
	put_kernels(&text, history, rows);
	buf_puts(show->out, "  ");
	wrap_escaped(show->out, buf_text(&text), 2, 2, show->options->width);
	buf_putc(show->out, '\n');
}

static void table_hidden(struct show *show, size_t cnt)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "  %zu kfuncs and helpers are refused or missing on all of them.", cnt);
	wrap_escaped(show->out, buf_text(&text), 0, 2, show->options->width);
	buf_putc(show->out, '\n');
	show->out->failed |= text.failed;
}

struct error *show_table(struct show *show)
{
	struct table table = {.show = show};
	size_t hidden = 0, shown = 0, column = 0;

	if (!make_columns(&table) || !group_rows(&table))
		return error_no_memory();
	for (size_t r = 0; r < show->matrix.row_cnt; r++) {
		bool is = is_shown(&table, r);
		hidden += !is;
		if (!is || table.groups[r] != r)
			continue;
		if (!shown++)
			column = table_head(&table);
		table_row(&table, r, column);
	}
	if (!shown)
		return NULL;
	table_legend(&table);
	if (hidden && !subject_is_call(show->subject->kind))
		table_hidden(show, hidden);
	table_kernels(&table);
	return NULL;
}
