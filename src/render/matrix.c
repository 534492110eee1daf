/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/matrix.h"
#include "render/tone.h"
#include "snapshot/snapshot.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH_MAX 44

struct matrix {
	const struct snapshot *snapshot;
	struct buf *out;
	size_t width, name_width;
	size_t *columns;    /* the index of the context that represents each column */
	size_t *column_of;  /* [context_cnt]: the column of each context; SIZE_MAX: none */
	size_t column_cnt;
};

static bool same_answers(const struct snapshot *snapshot, size_t a, size_t b)
{
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (snapshot->kfuncs[i].cells[a].state != snapshot->kfuncs[i].cells[b].state)
			return false;
	}
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		if (snapshot->helpers[i].cells[a].state != snapshot->helpers[i].cells[b].state)
			return false;
	}
	return true;
}

static void place_context(struct matrix *matrix, size_t context)
{
	matrix->column_of[context] = SIZE_MAX;
	/* The other contexts are listed with their reason. All their cells are equal. */
	if (matrix->snapshot->contexts[context].state != SUPPORT_OK)
		return;
	for (size_t i = 0; i < matrix->column_cnt; i++) {
		if (same_answers(matrix->snapshot, matrix->columns[i], context)) {
			matrix->column_of[context] = i;
			return;
		}
	}
	matrix->column_of[context] = matrix->column_cnt;
	matrix->columns[matrix->column_cnt++] = context;
}

/* a..z, A..Z, then aa, ab, ...: many columns need a heading of two rows. */
static void column_name(size_t column, char name[3])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const size_t cnt = sizeof(letters) - 1;

	name[0] = column < cnt ? ' ' : letters[(column / cnt - 1) % cnt];
	name[1] = letters[column % cnt];
	name[2] = '\0';
}

static void column_contexts(const struct matrix *matrix, size_t column, struct buf *names)
{
	for (size_t i = 0; i < matrix->snapshot->context_cnt; i++) {
		if (matrix->column_of[i] == column)
			buf_printf(names, "%s%s", names->len ? " " : "", matrix->snapshot->contexts[i].name);
	}
}

static void matrix_legend(struct matrix *matrix, size_t first, size_t last)
{
	buf_puts(matrix->out, "\nColumns (contexts that answer alike share one):\n");
	for (size_t column = first; column < last; column++) {
		_cleanup_buf_ struct buf names = {0};
		char name[3];
		column_name(column, name);
		column_contexts(matrix, column, &names);
		buf_printf(matrix->out, "  %s  ", name);
		wrap_escaped(matrix->out, buf_text(&names), 6, 6, matrix->width);
		buf_putc(matrix->out, '\n');
	}
}

/* The rows of one table: all kfuncs, or all helpers. */
struct rows {
	size_t cnt;
	const char *noun;
	bool helpers;
};

static struct rows rows_of(const struct matrix *matrix, bool helpers)
{
	const struct snapshot *snapshot = matrix->snapshot;

	return (struct rows) {helpers ? snapshot->helper_cnt : snapshot->kfunc_cnt,
		helpers ? "helpers" : "kfuncs", helpers};
}

static const char *row_name(const struct matrix *matrix, const struct rows *rows, size_t i)
{
	return rows->helpers ? matrix->snapshot->helpers[i].name : matrix->snapshot->kfuncs[i].name;
}

static const struct cell *row_cells(const struct matrix *matrix, const struct rows *rows, size_t i)
{
	return rows->helpers ? matrix->snapshot->helpers[i].cells : matrix->snapshot->kfuncs[i].cells;
}

static bool occurs(const struct matrix *matrix, const struct rows *rows, size_t first, size_t last,
	enum cell_state state)
{
	for (size_t i = 0; i < rows->cnt; i++) {
		const struct cell *cells = row_cells(matrix, rows, i);
		for (size_t k = first; k < last; k++) {
			if (cells[matrix->columns[k]].state == state)
				return true;
		}
	}
	return false;
}

static void matrix_states(struct matrix *matrix, const struct rows *rows, size_t first, size_t last)
{
	buf_puts(matrix->out, snapshot_is_scanned(matrix->snapshot)
			? "\nStates (predicted: what a load would show):\n"
			: "\nStates:\n");
	for (int i = CELL_NONE + 1; i < CELL_STATE_CNT; i++) {
		if (!occurs(matrix, rows, first, last, i))
			continue;
		buf_printf(matrix->out, "  %c  %-12s ", cell_state_letter(i), cell_state_word(i));
		wrap_escaped(matrix->out, cell_state_meaning(i), 18, 18, matrix->width);
		buf_putc(matrix->out, '\n');
	}
}

static void row(struct matrix *matrix, const char *name, const struct cell *cells, size_t first, size_t last)
{
	size_t start = matrix->out->len;

	escape_text_len(matrix->out, name, strnlen(name, matrix->name_width));
	size_t used = matrix->out->len - start;
	buf_pad(matrix->out, ' ', used < matrix->name_width ? matrix->name_width + 1 - used : 1);
	for (size_t i = first; i < last; i++)
		buf_putc(matrix->out, cell_state_letter(cells[matrix->columns[i]].state));
	buf_putc(matrix->out, '\n');
}

static void heading(struct matrix *matrix, const char *title, size_t first, size_t last)
{
	char name[3];

	buf_putc(matrix->out, '\n');
	for (int digit = last > 52 ? 0 : 1; digit < 2; digit++) {
		buf_printf(matrix->out, "%-*s ", (int)matrix->name_width, digit ? title : "");
		for (size_t i = first; i < last; i++) {
			column_name(i, name);
			buf_putc(matrix->out, name[digit]);
		}
		buf_putc(matrix->out, '\n');
	}
}

/* Its keys stand right above it: the table before may be longer than a screen. */
static void matrix_table(struct matrix *matrix, bool helpers, size_t first, size_t last)
{
	const struct rows rows = rows_of(matrix, helpers);
	char title[32];

	if (!rows.cnt)
		return;
	matrix_legend(matrix, first, last);
	matrix_states(matrix, &rows, first, last);
	snprintf(title, sizeof(title), "%zu %s", rows.cnt, rows.noun);
	heading(matrix, title, first, last);
	for (size_t i = 0; i < rows.cnt; i++)
		row(matrix, row_name(matrix, &rows, i), row_cells(matrix, &rows, i), first, last);
}

/* The reason if all cells of all helpers are unknown, as in some images; NULL: some are known. */
static const char *helpers_unknown(const struct matrix *matrix)
{
	const struct snapshot *snapshot = matrix->snapshot;
	const struct evidence *why = NULL;

	for (size_t i = 0; i < snapshot->helper_cnt * matrix->column_cnt; i++) {
		const struct cell *cell = &snapshot->helpers[i / matrix->column_cnt]
						   .cells[matrix->columns[i % matrix->column_cnt]];
		if (cell->state != CELL_UNKNOWN || !cell->evidence || (why && !evidence_same(why, cell->evidence)))
			return NULL;
		why = cell->evidence;
	}
	return why ? why->line : NULL;
}

static void helper_names(struct matrix *matrix, const char *why)
{
	const struct snapshot *snapshot = matrix->snapshot;
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%zu helpers; unknown in all contexts: %s", snapshot->helper_cnt, why);
	buf_putc(matrix->out, '\n');
	wrap_escaped(matrix->out, buf_text(&text), 0, 2, matrix->width);
	buf_puts(matrix->out, "\n  ");
	buf_clear(&text);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		buf_printf(&text, "%s%s", i ? " " : "", snapshot->helpers[i].name);
	wrap_escaped(matrix->out, buf_text(&text), 2, 2, matrix->width);
	buf_putc(matrix->out, '\n');
}

static size_t longest_name(const struct snapshot *snapshot)
{
	size_t longest = 12;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		size_t len = strlen(snapshot->kfuncs[i].name);
		longest = len > longest ? len : longest;
	}
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		size_t len = strlen(snapshot->helpers[i].name);
		longest = len > longest ? len : longest;
	}
	return longest < NAME_WIDTH_MAX ? longest : NAME_WIDTH_MAX;
}

static void matrix_names(struct matrix *matrix)
{
	const struct snapshot *snapshot = matrix->snapshot;
	_cleanup_buf_ struct buf text = {0};

	buf_printf(matrix->out, "\n%zu kfuncs and %zu helpers; no context says who may call them\n",
		snapshot->kfunc_cnt, snapshot->helper_cnt);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		buf_printf(&text, "%s%s", i ? " " : "", snapshot->kfuncs[i].name);
	if (!text.len)
		return;
	buf_puts(matrix->out, "  kfuncs      ");
	wrap_escaped(matrix->out, buf_text(&text), 14, 14, matrix->width);
	buf_putc(matrix->out, '\n');
}

static void draw(struct matrix *matrix)
{
	size_t room = matrix->width > matrix->name_width + 9 ? matrix->width - matrix->name_width - 1 : 8;

	const char *helpers_why = helpers_unknown(matrix);

	for (size_t first = 0; first < matrix->column_cnt; first += room) {
		size_t last = first + room < matrix->column_cnt ? first + room : matrix->column_cnt;
		matrix_table(matrix, false, first, last);
		if (!helpers_why)
			matrix_table(matrix, true, first, last);
	}
	if (helpers_why)
		helper_names(matrix, helpers_why);
}

/* Groups of contexts, each with the names by state. */

enum { GROUPS_MAX = 3 };

static bool is_no(enum cell_state state)
{
	return state == CELL_REFUSED || state == CELL_ABSENT;
}

/* "  loadable     37 kfuncs: bpf_a bpf_b" */
static void group_line(
	struct matrix *matrix, const struct rows *rows, size_t column, enum cell_state state, bool colour)
{
	_cleanup_buf_ struct buf names = {0}, text = {0};
	size_t cnt = 0;

	for (size_t i = 0; i < rows->cnt; i++) {
		if (row_cells(matrix, rows, i)[matrix->columns[column]].state != state)
			continue;
		cnt++;
		buf_printf(&names, " %s", row_name(matrix, rows, i));
	}
	if (!cnt)
		return;
	buf_printf(&text, "%zu %s%s", cnt, rows->noun, is_no(state) ? " (--all names them)" : ":");
	if (!is_no(state))
		buf_puts(&text, buf_text(&names));
	buf_puts(matrix->out, "  ");
	put_cell_word(matrix->out, state, 13, colour);
	wrap_escaped(matrix->out, buf_text(&text), 15, 17, matrix->width);
	buf_putc(matrix->out, '\n');
	matrix->out->failed |= names.failed || text.failed;
}

static void group_states(struct matrix *matrix, size_t column)
{
	const struct rows kfuncs = rows_of(matrix, false), helpers = rows_of(matrix, true);

	for (int i = CELL_NONE + 1; i < CELL_STATE_CNT; i++) {
		_cleanup_buf_ struct buf text = {0};
		if (!occurs(matrix, &kfuncs, column, column + 1, i) &&
			!occurs(matrix, &helpers, column, column + 1, i))
			continue;
		buf_printf(&text, "%s: %s", cell_state_word(i), cell_state_meaning(i));
		buf_puts(matrix->out, "  - ");
		wrap_escaped(matrix->out, buf_text(&text), 4, 4, matrix->width);
		buf_putc(matrix->out, '\n');
	}
}

static void group(struct matrix *matrix, size_t column, bool colour)
{
	const struct rows kfuncs = rows_of(matrix, false), helpers = rows_of(matrix, true);
	_cleanup_buf_ struct buf names = {0};

	column_contexts(matrix, column, &names);
	buf_putc(matrix->out, '\n');
	wrap_escaped(matrix->out, buf_text(&names), 0, 0, matrix->width);
	buf_putc(matrix->out, '\n');
	group_states(matrix, column);
	for (int i = CELL_NONE + 1; i < CELL_STATE_CNT; i++) {
		group_line(matrix, &kfuncs, column, i, colour);
		group_line(matrix, &helpers, column, i, colour);
	}
}

static bool matrix_init(struct matrix *matrix, const struct snapshot *snapshot, size_t width, struct buf *out)
{
	*matrix = (struct matrix) {
		.snapshot = snapshot,
		.out = out,
		.width = width,
		.name_width = longest_name(snapshot),
		.columns = calloc(snapshot->context_cnt + 1, sizeof(size_t)),
		.column_of = calloc(snapshot->context_cnt + 1, sizeof(size_t)),
	};
	if (!matrix->columns || !matrix->column_of) {
		out->failed = true;
		return false;
	}
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		place_context(matrix, i);
	return snapshot->kfunc_cnt || snapshot->helper_cnt;
}

static void matrix_deinit(struct matrix *matrix)
{
	free(matrix->columns);
	free(matrix->column_of);
}

void render_matrix(const struct snapshot *snapshot, size_t width, struct buf *out)
{
	__attribute__((cleanup(matrix_deinit))) struct matrix matrix;

	if (!matrix_init(&matrix, snapshot, width, out))
		return;
	if (matrix.column_cnt)
		draw(&matrix);
	else
		matrix_names(&matrix);
}

bool render_groups(const struct snapshot *snapshot, size_t width, bool colour, struct buf *out)
{
	__attribute__((cleanup(matrix_deinit))) struct matrix matrix;

	if (!matrix_init(&matrix, snapshot, width, out))
		return true;
	if (matrix.column_cnt > GROUPS_MAX)
		return false;
	for (size_t i = 0; i < matrix.column_cnt; i++)
		group(&matrix, i, colour);
	return true;
}
