/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of names by kernel or by context, and the list of all kfuncs. */
#include <stdio.h>
#include <string.h>

#include "util/escape.h"
#include "docs/docs.h"
#include "docs/page_parts.h"
#include "render/parts.h"

/* Quoted where RFC 4180 requires it. Control characters are escaped as elsewhere. */
static void put_field(struct buf *out, const char *text)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_text(&safe, text);
	text = buf_text(&safe);
	if (!text[strcspn(text, ",\"")]) {
		buf_puts(out, text);
		return;
	}
	buf_putc(out, '"');
	for (; *text; text++)
		buf_puts(out, *text == '"' ? "\"\"" : (char[]) {*text, '\0'});
	buf_putc(out, '"');
}

struct table {
	bool csv;
	struct buf *out;
};

static void begin_line(struct table *table, const char *name, bool heading)
{
	if (table->csv) {
		put_field(table->out, name);
		return;
	}
	buf_puts(table->out, "| ");
	if (heading)
		escape_markdown(table->out, name);
	else
		escape_code_name(table->out, name);
}

static void put_cell(struct table *table, const char *text)
{
	buf_puts(table->out, table->csv ? "," : " | ");
	if (table->csv)
		put_field(table->out, text);
	else
		escape_markdown(table->out, text);
}

static void page_matrix_end_line(struct table *table)
{
	buf_puts(table->out, table->csv ? "\n" : " |\n");
}

/* The line that Markdown requires below the heading of a table. */
static void rule(struct table *table, size_t columns)
{
	if (table->csv)
		return;
	for (size_t i = 0; i < columns; i++)
		buf_puts(table->out, "|---");
	buf_puts(table->out, "|\n");
}

/* "present: Collision, Selective Inline". An unknown fact is named, not left blank. */
static void page_matrix_put_function(struct table *table, const struct finding *finding)
{
	_cleanup_buf_ struct buf text = {0};

	buf_puts(&text, finding->state);
	if (finding_is_present(finding) && finding->function)
		render_function_marks(finding->function, &text, ": ");
	put_cell(table, buf_text(&text));
	table->out->failed |= text.failed;
}

struct error *render_matrix_functions(
	const struct history *history, const struct subjects *subjects, bool csv, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct table table = {csv, out};
	struct error *error = NULL;

	begin_line(&table, csv ? "function" : "Function", true);
	for (size_t i = 0; i < history->row_cnt; i++)
		put_cell(&table, history->rows[i].label);
	page_matrix_end_line(&table);
	rule(&table, history->row_cnt + 1);
	for (size_t i = 0; i < subjects->cnt && !error; i++) {
		struct finding *findings;
		if (subjects->list[i].kind != SUBJECT_FUNCTION)
			continue;
		error = find_all(history, &subjects->list[i], &pool, &findings);
		if (error)
			break;
		begin_line(&table, subjects->list[i].name, false);
		for (size_t k = 0; k < history->row_cnt; k++)
			page_matrix_put_function(&table, &findings[k]);
		page_matrix_end_line(&table);
		pool_destroy(&pool);
	}
	return error || !out->failed ? error : error_no_memory();
}

struct kfunc_matrix {
	const struct history *history;
	size_t row;
	const struct subjects *subjects; /* kfuncs */
	const struct snapshot *snapshot; /* of the row; its contexts are the columns */
	struct finding *findings;        /* [subjects->cnt] */
	struct pool *pool;
	struct table table;
};

static enum cell_state state_in(const struct kfunc_matrix *matrix, size_t at, size_t context)
{
	const struct finding *finding = &matrix->findings[at];
	struct cell cell = finding_cell(finding, &matrix->snapshot->contexts[context]);

	if (!finding_is_present(finding))
		return strcmp(finding->state, "absent") ? CELL_UNKNOWN : CELL_ABSENT;
	return cell.state == CELL_NONE ? CELL_UNSUPPORTED : cell.state;
}

static bool same_column(const struct kfunc_matrix *matrix, size_t a, size_t b)
{
	for (size_t i = 0; i < matrix->subjects->cnt; i++) {
		if (state_in(matrix, i, a) != state_in(matrix, i, b))
			return false;
	}
	return true;
}

/* The column of a context: its own, or the column of the first context with equal answers. */
static size_t *choose_columns(struct kfunc_matrix *matrix)
{
	size_t cnt = matrix->snapshot->context_cnt;
	size_t *columns = pool_calloc(matrix->pool, cnt, sizeof(*columns));

	for (size_t i = 0; columns && i < cnt; i++) {
		columns[i] = i;
		for (size_t k = 0; k < i && !matrix->table.csv && columns[i] == i; k++) {
			if (columns[k] == k && same_column(matrix, k, i))
				columns[i] = k;
		}
	}
	return columns;
}

static void kfunc_lines(struct kfunc_matrix *matrix, const size_t *columns)
{
	size_t cnt = matrix->snapshot->context_cnt, used = 1;

	begin_line(&matrix->table, matrix->table.csv ? "kfunc" : "KFunc", true);
	for (size_t c = 0; c < cnt; c++) {
		char number[24];
		if (columns[c] != c)
			continue;
		snprintf(number, sizeof(number), "%zu", used++);
		put_cell(&matrix->table, matrix->table.csv ? matrix->snapshot->contexts[c].name : number);
	}
	page_matrix_end_line(&matrix->table);
	rule(&matrix->table, used);
	for (size_t i = 0; i < matrix->subjects->cnt; i++) {
		if (!matrix->table.csv && !strcmp(matrix->findings[i].state, "absent"))
			continue;
		begin_line(&matrix->table, matrix->subjects->list[i].name, false);
		for (size_t c = 0; c < cnt; c++) {
			if (columns[c] == c)
				put_cell(&matrix->table, cell_state_word(state_in(matrix, i, c)));
		}
		page_matrix_end_line(&matrix->table);
	}
}

/* The contexts of each number. */
static void columns_legend(struct kfunc_matrix *matrix, const size_t *columns)
{
	size_t cnt = matrix->snapshot->context_cnt, used = 0;
	struct buf *out = matrix->table.out;
	const struct history_row *row = &matrix->history->rows[matrix->row];
	const char **names = pool_calloc(matrix->pool, cnt, sizeof(*names));

	buf_puts(out, "KFuncs of ");
	escape_markdown(out, row->label);
	buf_printf(out, ", %s: contexts by number.\n\n", row_evidence(row));
	for (size_t c = 0; names && c < cnt; c++) {
		if (columns[c] != c)
			continue;
		for (size_t k = 0; k < cnt; k++)
			names[k] = columns[k] == c ? matrix->snapshot->contexts[k].name : NULL;
		buf_printf(out, "%zu. ", ++used);
		put_context_names(out, names, cnt);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
	out->failed |= !names;
}

struct error *render_matrix_kfuncs(const struct history *history, size_t row,
	const struct subjects *subjects, bool csv, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kfunc_matrix matrix = {.history = history, .row = row, .subjects = subjects, .pool = &pool,
		.snapshot = history->rows[row].entries[0]->snapshot,
		.table = {csv, out}};
	struct error *error = NULL;

	matrix.findings = pool_calloc(&pool, subjects->cnt, sizeof(*matrix.findings));
	if (!matrix.findings)
		return error_no_memory();
	for (size_t i = 0; i < subjects->cnt && !error; i++)
		error = history_find(
			history, row, &subjects->list[i], &pool, &matrix.findings[i]);
	const size_t *columns = error ? NULL : choose_columns(&matrix);
	if (!error && !columns)
		error = error_no_memory();
	if (error)
		return error;
	if (!csv)
		columns_legend(&matrix, columns);
	kfunc_lines(&matrix, columns);
	return out->failed ? error_no_memory() : NULL;
}

/* The number of program types that may call it on that kernel. A type's best context counts. */
static size_t count_types(const struct finding *finding)
{
	const struct snapshot *snapshot = finding->snapshot;
	size_t cnt = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const char *type = snapshot->contexts[i].program_type;
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = !strcmp(snapshot->contexts[k].program_type, type);
		cnt += !again && cell_state_usable(finding_best_cell(finding, type).state);
	}
	return cnt;
}

static const char *label_or(const struct history *history, size_t row, const char *otherwise)
{
	return row == SIZE_MAX ? otherwise : history->rows[row].label;
}

static void index_line(const struct history *history, const struct subject *subject,
	const struct finding *findings, struct buf *out)
{
	size_t newest = newest_present(history, findings);
	const struct finding *finding = &findings[newest];
	struct registration registration = history_registration(history, newest, finding);

	buf_puts(out, "| [");
	escape_code_name(out, subject->name);
	buf_puts(out, "](");
	put_link(out, subject->name);
	buf_puts(out, ".md) | ");
	escape_code_name(out, finding->kfunc->module);
	buf_puts(out, " | ");
	escape_markdown(out, label_or(history, first_sighting(history, findings).first, "not in this series"));
	buf_puts(out, " | ");
	escape_markdown(out, history->rows[newest].label);
	buf_puts(out, " |");
	for (size_t i = 0; registration.kfunc && i < registration.kfunc->flag_cnt; i++) {
		buf_putc(out, ' ');
		escape_code_name(out, registration.kfunc->flags[i]);
	}
	if (!registration.kfunc)
		buf_puts(out, " unknown");
	buf_printf(out, " | %zu |\n", count_types(finding));
}

struct error *render_page_index(
	const struct history *history, const struct subjects *subjects, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct error *error = NULL;

	buf_puts(out, "---\ntitle: \"KFuncs\"\ndescription: \"The kfuncs of all kernels below\"\n"
		"---\n# KFuncs\n\n| KFunc | Part of | First seen in ");
	put_regular_series(out, history);
	buf_puts(out, " | Newest that has it | Flags there | Program types there |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < subjects->cnt && !error; i++) {
		struct finding *findings;
		if (subjects->list[i].kind != SUBJECT_KFUNC)
			continue;
		error = find_all(history, &subjects->list[i], &pool, &findings);
		if (!error && newest_present(history, findings) != SIZE_MAX)
			index_line(history, &subjects->list[i], findings, out);
		pool_destroy(&pool);
	}
	return error || !out->failed ? error : error_no_memory();
}
