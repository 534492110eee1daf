/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix for a person: kernels with equal answers are one column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "require/matrix.h"
#include "util/escape.h"
#include "util/label.h"
#include "util/wrap.h"

#define NAMED_MAX 3 /* kernels in a status line */
#define REASON_COLUMN 11

/* Kernels with the same answers. */
struct column {
	char label[LABEL_MAX]; /* "A" */
	size_t first, cnt;     /* kernels */
};

struct columns {
	struct column *list;
	size_t cnt, label_len;
	size_t *of; /* [matrix->cnt]: the column of a kernel */
};

static bool same_answers(const struct require_matrix *matrix, size_t a, size_t b)
{
	if (matrix->kernels[a].excepted != matrix->kernels[b].excepted)
		return false;
	for (size_t i = 0; i < matrix->list->cnt; i++) {
		if (require_matrix_verdict(matrix, a, i)->value !=
			require_matrix_verdict(matrix, b, i)->value)
			return false;
	}
	return true;
}

static void label_columns(struct columns *columns)
{
	columns->label_len = label_length(columns->cnt);
	for (size_t i = 0; i < columns->cnt; i++)
		label_write(i, columns->label_len, columns->list[i].label);
}

static struct error *find_columns(
	const struct require_matrix *matrix, struct pool *pool, struct columns *ret)
{
	struct columns columns = {
		.list = pool_calloc(pool, matrix->cnt, sizeof(*columns.list)),
		.of = pool_calloc(pool, matrix->cnt, sizeof(*columns.of)),
	};

	if (!columns.list || !columns.of)
		return error_no_memory();
	for (size_t i = 0; i < matrix->cnt; i++) {
		size_t at = 0;
		while (at < columns.cnt && !same_answers(matrix, columns.list[at].first, i))
			at++;
		if (at == columns.cnt)
			columns.list[columns.cnt++].first = i;
		columns.list[at].cnt++;
		columns.of[i] = at;
	}
	label_columns(&columns);
	*ret = columns;
	return NULL;
}

/* The columns from `first` on, as many as half of the width has room for. Returns how many. */
static size_t put_block(const struct require_matrix *matrix, const struct columns *columns,
	size_t first, size_t width, struct buf *out)
{
	static const char letters[] = {
		[TRISTATE_YES] = 'y', [TRISTATE_NO] = 'n', [TRISTATE_UNKNOWN] = '?'};
	int cell = (int)columns->label_len;
	size_t room = width / 2 / (columns->label_len + 1);
	size_t cnt = columns->cnt - first;

	if (cnt > room)
		cnt = room ? room : 1;
	for (size_t k = first; k < first + cnt; k++)
		buf_printf(out, "%s%s", k > first ? " " : "", columns->list[k].label);
	buf_putc(out, '\n');
	for (size_t i = 0; i < matrix->list->cnt; i++) {
		const struct requirement *requirement = &matrix->list->list[i];
		for (size_t k = first; k < first + cnt; k++) {
			enum tristate value =
				require_matrix_verdict(matrix, columns->list[k].first, i)->value;
			buf_printf(out, "%-*c ", cell, letters[value]);
		}
		buf_puts(out, requirement->optional ? " ?" : " ");
		escape_text(out, requirement->root->text);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
	return cnt;
}

/* The names of the kernels of a column, predicted ones behind the others. */
static void put_kernels_of(const struct require_matrix *matrix, const struct columns *columns,
	size_t column, bool predicted, struct buf *names)
{
	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_kernel *kernel = &matrix->kernels[i];
		if (columns->of[i] == column &&
			snapshot_is_scanned(kernel->scope.snapshot) == predicted)
			buf_printf(names, "%s%s", names->len ? " " : "", kernel->name);
	}
}

static void put_column(const struct require_matrix *matrix, const struct columns *columns,
	size_t column, size_t width, struct buf *out)
{
	const struct column *here = &columns->list[column];
	const struct require_kernel *kernel = &matrix->kernels[here->first];
	size_t indent = columns->label_len + 12;

	for (int predicted = 0; predicted < 2; predicted++) {
		_cleanup_buf_ struct buf names = {0};
		put_kernels_of(matrix, columns, column, predicted, &names);
		if (!names.len)
			continue;
		if (predicted)
			buf_puts(&names, " (predicted)");
		if (kernel->excepted)
			buf_puts(&names, " (accepted)");
		buf_printf(out, "%s  %-9s ", here->label, require_settled_word(kernel->settled));
		wrap_escaped(out, buf_text(&names), indent, indent, width);
		buf_putc(out, '\n');
		out->failed |= names.failed;
	}
}

/* "A B" if these are all kernels of whole columns, else their names. */
static void put_where(const struct require_matrix *matrix, const struct columns *columns,
	const struct require_shared *shared, size_t width, struct buf *out)
{
	_cleanup_buf_ struct buf where = {0};

	buf_puts(&where, "on");
	for (size_t k = 0; k < columns->cnt; k++) {
		size_t cnt = 0;
		for (size_t i = 0; i < shared->cnt; i++)
			cnt += columns->of[shared->kernels[i]] == k;
		if (cnt && cnt == columns->list[k].cnt)
			buf_printf(&where, " %s", columns->list[k].label);
		for (size_t i = 0; i < shared->cnt && cnt < columns->list[k].cnt; i++) {
			if (columns->of[shared->kernels[i]] == k)
				buf_printf(&where, " %s", matrix->kernels[shared->kernels[i]].name);
		}
	}
	buf_pad(out, ' ', REASON_COLUMN);
	wrap_escaped(out, buf_text(&where), REASON_COLUMN, REASON_COLUMN + 3, width);
	buf_putc(out, '\n');
	out->failed |= where.failed;
}

static struct error *put_reasons(const struct require_matrix *matrix, const struct columns *columns,
	size_t requirement, size_t width, struct buf *out)
{
	const struct requirement *here = &matrix->list->list[requirement];
	_cleanup_pool_ struct pool pool = {0};
	struct require_reasons reasons = {0};
	struct error *error = require_matrix_reasons(matrix, requirement, &pool, &reasons);

	if (reasons.cnt) {
		buf_puts(out, here->optional ? "?" : "");
		escape_text(out, here->root->text);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < reasons.cnt && !error; i++) {
		const struct require_shared *shared = &reasons.list[i];
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s%s", shared->reason, shared->predicted ? " [predicted]" : "");
		buf_printf(out, "  %-8s ", require_value_word(shared->value));
		wrap_escaped(out, buf_text(&text), REASON_COLUMN, REASON_COLUMN, width);
		buf_putc(out, '\n');
		put_where(matrix, columns, shared, width, out);
		out->failed |= text.failed;
	}
	return error;
}

static size_t count_settled(const struct require_matrix *matrix, enum tristate settled)
{
	size_t cnt = 0;

	for (size_t i = 0; i < matrix->cnt; i++)
		cnt += !matrix->kernels[i].excepted && matrix->kernels[i].settled == settled;
	return cnt;
}

static size_t count_excepted(const struct require_matrix *matrix)
{
	size_t cnt = 0;

	for (size_t i = 0; i < matrix->cnt; i++)
		cnt += matrix->kernels[i].excepted;
	return cnt;
}

/* "10 of 14 kernels satisfied, 1 missing, 3 unknown" */
static void put_counts(const struct require_matrix *matrix, struct buf *out)
{
	size_t excepted = count_excepted(matrix), no = count_settled(matrix, TRISTATE_NO),
	       unknown = count_settled(matrix, TRISTATE_UNKNOWN);

	buf_printf(out, "%zu of %zu kernels satisfied", count_settled(matrix, TRISTATE_YES),
		matrix->cnt - excepted);
	if (no)
		buf_printf(out, ", %zu missing", no);
	if (unknown)
		buf_printf(out, ", %zu unknown", unknown);
	if (excepted)
		buf_printf(out, "; %zu accepted", excepted);
}

struct error *render_matrix_text(const struct require_matrix *matrix, size_t width, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct columns columns = {0};
	size_t start = out->len;
	struct error *error = find_columns(matrix, &pool, &columns);

	for (size_t at = 0; at < columns.cnt && !error;)
		at += put_block(matrix, &columns, at, width, out);
	for (size_t i = 0; i < columns.cnt && !error; i++)
		put_column(matrix, &columns, i, width, out);
	if (!error)
		buf_putc(out, '\n');
	start = out->len;
	for (size_t i = 0; i < matrix->list->cnt && !error; i++)
		error = put_reasons(matrix, &columns, i, width, out);
	if (error)
		return error;
	if (out->len > start)
		buf_putc(out, '\n');
	put_counts(matrix, out);
	buf_printf(out, ": %s", require_settled_word(matrix->value));
	if (matrix->need != REQUIRE_NEED_ALL)
		buf_printf(out, " (--need=%s)", require_need_word(matrix->need));
	buf_putc(out, '\n');
	return NULL;
}

/* A monitoring system reads the text after a '|' as performance data. */
static void put_names_of(
	const struct require_matrix *matrix, enum tristate settled, struct buf *out)
{
	_cleanup_buf_ struct buf names = {0};
	size_t cnt = 0;

	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_kernel *kernel = &matrix->kernels[i];
		if (kernel->excepted || kernel->settled != settled)
			continue;
		if (cnt++ < NAMED_MAX)
			buf_printf(&names, "%s%s", cnt > 1 ? ", " : ": ", kernel->name);
	}
	if (cnt > NAMED_MAX)
		buf_printf(&names, " and %zu more", cnt - NAMED_MAX);
	for (char *c = names.data; c && *c; c++)
		*c = *c == '|' ? '/' : *c;
	escape_text(out, buf_text(&names));
	out->failed |= names.failed;
}

void render_matrix_nagios(const struct require_matrix *matrix, struct buf *out)
{
	static const char *const words[] = {
		[TRISTATE_YES] = "OK", [TRISTATE_NO] = "CRITICAL", [TRISTATE_UNKNOWN] = "UNKNOWN"};

	buf_printf(out, "KCOMPAT %s - ", words[matrix->value]);
	put_counts(matrix, out);
	put_names_of(matrix, TRISTATE_NO, out);
	if (!count_settled(matrix, TRISTATE_NO))
		put_names_of(matrix, TRISTATE_UNKNOWN, out);
	buf_putc(out, '\n');
}
