/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/matrix.h"
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

static void matrix_legend(struct matrix *matrix)
{
	buf_puts(matrix->out, "\nColumns (contexts that answer alike share one):\n");
	for (size_t column = 0; column < matrix->column_cnt; column++) {
		_cleanup_buf_ struct buf names = {0};
		char name[3];
		column_name(column, name);
		for (size_t i = 0; i < matrix->snapshot->context_cnt; i++) {
			if (matrix->column_of[i] == column)
				buf_printf(&names, "%s%s", names.len ? " " : "",
					matrix->snapshot->contexts[i].name);
		}
		buf_printf(matrix->out, "  %s  ", name);
		wrap_escaped(matrix->out, buf_text(&names), 6, 6, matrix->width);
		buf_putc(matrix->out, '\n');
	}
}

static bool row_has(const struct matrix *matrix, const struct cell *cells, enum cell_state state)
{
	for (size_t i = 0; i < matrix->column_cnt; i++) {
		if (cells[matrix->columns[i]].state == state)
			return true;
	}
	return false;
}

static bool occurs(const struct matrix *matrix, enum cell_state state)
{
	const struct snapshot *snapshot = matrix->snapshot;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (row_has(matrix, snapshot->kfuncs[i].cells, state))
			return true;
	}
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		if (row_has(matrix, snapshot->helpers[i].cells, state))
			return true;
	}
	return false;
}

static void matrix_states(struct matrix *matrix)
{
	buf_puts(matrix->out, snapshot_is_scanned(matrix->snapshot)
			? "\nStates (predicted: what a load would show):\n"
			: "\nStates:\n");
	for (int i = CELL_NONE + 1; i < CELL_STATE_CNT; i++) {
		if (!occurs(matrix, i))
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

static void matrix_kfunc_rows(struct matrix *matrix, size_t first, size_t last)
{
	const struct snapshot *snapshot = matrix->snapshot;
	char title[32];

	if (!snapshot->kfunc_cnt)
		return;
	snprintf(title, sizeof(title), "%zu kfuncs", snapshot->kfunc_cnt);
	heading(matrix, title, first, last);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		row(matrix, snapshot->kfuncs[i].name, snapshot->kfuncs[i].cells, first, last);
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

static void matrix_helper_rows(struct matrix *matrix, size_t first, size_t last)
{
	const struct snapshot *snapshot = matrix->snapshot;
	char title[32];

	if (!snapshot->helper_cnt)
		return;
	snprintf(title, sizeof(title), "%zu helpers", snapshot->helper_cnt);
	heading(matrix, title, first, last);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		row(matrix, snapshot->helpers[i].name, snapshot->helpers[i].cells, first, last);
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

	matrix_legend(matrix);
	matrix_states(matrix);
	for (size_t first = 0; first < matrix->column_cnt; first += room) {
		size_t last = first + room < matrix->column_cnt ? first + room : matrix->column_cnt;
		matrix_kfunc_rows(matrix, first, last);
		if (!helpers_why)
			matrix_helper_rows(matrix, first, last);
	}
	if (helpers_why)
		helper_names(matrix, helpers_why);
}

void render_matrix(const struct snapshot *snapshot, size_t width, struct buf *out)
{
	struct matrix matrix = {
		.snapshot = snapshot,
		.out = out,
		.width = width,
		.name_width = longest_name(snapshot),
		.columns = calloc(snapshot->context_cnt + 1, sizeof(size_t)),
		.column_of = calloc(snapshot->context_cnt + 1, sizeof(size_t)),
	};

	if (!matrix.columns || !matrix.column_of) {
		out->failed = true;
	} else if (snapshot->kfunc_cnt || snapshot->helper_cnt) {
		for (size_t i = 0; i < snapshot->context_cnt; i++)
			place_context(&matrix, i);
		if (matrix.column_cnt)
			draw(&matrix);
		else
			matrix_names(&matrix);
	}
	free(matrix.columns);
	free(matrix.column_of);
}
