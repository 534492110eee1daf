/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix as tables: Markdown, and CSV. */
#include "require/matrix.h"
#include "util/escape.h"

static const char *markdown_word(enum tristate value)
{
	static const char *const words[] = {
		[TRISTATE_YES] = "yes", [TRISTATE_NO] = "**no**", [TRISTATE_UNKNOWN] = "?"};

	return words[value];
}

static void put_head(const struct require_matrix *matrix, struct buf *out)
{
	buf_puts(out, "| kernel |");
	for (size_t i = 0; i < matrix->list->cnt; i++) {
		const struct requirement *requirement = &matrix->list->list[i];
		buf_puts(out, requirement->optional ? " ?" : " ");
		escape_markdown(out, requirement->root->text);
		buf_puts(out, " |");
	}
	buf_puts(out, " verdict |\n|---|");
	for (size_t i = 0; i < matrix->list->cnt; i++)
		buf_puts(out, "---|");
	buf_puts(out, "---|\n");
}

static void put_row(const struct require_matrix *matrix, size_t at, struct buf *out)
{
	const struct require_kernel *kernel = &matrix->kernels[at];

	buf_puts(out, "| ");
	escape_markdown(out, kernel->name);
	buf_puts(out, " |");
	for (size_t i = 0; i < matrix->list->cnt; i++) {
		const struct require_verdict *verdict = require_matrix_verdict(matrix, at, i);
		buf_printf(out, " %s%s |", markdown_word(verdict->value),
			verdict->predicted ? " (predicted)" : "");
	}
	buf_printf(out, " %s%s |\n", require_settled_word(kernel->settled),
		kernel->excepted ? ", accepted" : "");
}

static struct error *put_remarks(
	const struct require_matrix *matrix, size_t requirement, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct require_reasons reasons = {0};
	struct error *error = require_matrix_reasons(matrix, requirement, &pool, &reasons);

	for (size_t i = 0; i < reasons.cnt && !error; i++) {
		const struct require_shared *shared = &reasons.list[i];
		_cleanup_buf_ struct buf names = {0};
		buf_printf(out, "- %s: ", markdown_word(shared->value));
		escape_markdown(out, matrix->list->list[requirement].root->text);
		buf_puts(out, " on ");
		put_require_names(matrix, shared, 0, &names);
		escape_markdown(out, buf_text(&names));
		buf_puts(out, ": ");
		escape_markdown(out, shared->reason);
		buf_putc(out, '\n');
		out->failed |= names.failed;
	}
	return error;
}

struct error *render_matrix_markdown(const struct require_matrix *matrix, struct buf *out)
{
	_cleanup_buf_ struct buf remarks = {0};
	struct error *error = NULL;

	put_head(matrix, out);
	for (size_t i = 0; i < matrix->cnt; i++)
		put_row(matrix, i, out);
	for (size_t i = 0; i < matrix->list->cnt && !error; i++)
		error = put_remarks(matrix, i, &remarks);
	if (remarks.len)
		buf_printf(out, "\n%s", buf_text(&remarks));
	out->failed |= remarks.failed;
	return error;
}

/* A field in quotes; "" for NULL. A field that starts like a formula of a spreadsheet becomes text.
 */
static void put_field(struct buf *out, const char *text, char before)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_text(&safe, text ? text : "");
	if (before)
		buf_putc(out, before);
	buf_putc(out, '"');
	const char *c = buf_text(&safe);
	if (*c == '=' || *c == '+' || *c == '-' || *c == '@')
		buf_putc(out, '\'');
	for (; *c; c++) {
		if (*c == '"')
			buf_putc(out, '"');
		buf_putc(out, *c);
	}
	buf_putc(out, '"');
	out->failed |= safe.failed;
}

static const char *flag_word(bool flag)
{
	return flag ? "true" : "false";
}

static void put_line(
	const struct require_matrix *matrix, size_t at, size_t requirement, struct buf *out)
{
	const struct require_kernel *kernel = &matrix->kernels[at];
	const struct snapshot *snapshot = kernel->scope.snapshot;
	const struct require_verdict *verdict = require_matrix_verdict(matrix, at, requirement);

	put_field(out, kernel->name, '\0');
	put_field(out, snapshot->kernel.release, ',');
	put_field(out, kernel->arch, ',');
	put_field(out, kernel->scope.kernel ? "running" : snapshot->source_kind, ',');
	put_field(out, flag_word(kernel->excepted), ',');
	put_field(out, matrix->list->list[requirement].root->text, ',');
	put_field(out, flag_word(matrix->list->list[requirement].optional), ',');
	put_field(out, require_value_word(verdict->value), ',');
	put_field(out, flag_word(verdict->predicted), ',');
	put_field(out, verdict->state, ',');
	buf_printf(out, ",%d", verdict->errnum);
	put_field(out, verdict->reason, ',');
	buf_putc(out, '\n');
}

void render_matrix_csv(const struct require_matrix *matrix, struct buf *out)
{
	buf_puts(out,
		"kernel,release,arch,source,accepted,requirement,optional,result,predicted,state,errno,"
		"reason\n");
	for (size_t i = 0; i < matrix->cnt; i++) {
		for (size_t k = 0; k < matrix->list->cnt; k++)
			put_line(matrix, i, k, out);
	}
}
