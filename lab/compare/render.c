/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/compare/render.h"
#include "util/escape.h"

#include <stdio.h>
#include <string.h>

/* Columns after the name. All but the first count cells of kfuncs and helpers. */
#define COLUMNS(X)                                                                                 \
	X("contexts", result->contexts.probed)                                                     \
	X("probed", result->kfunc_cells.probed + result->helper_cells.probed)                      \
	X("predicted", result->kfunc_cells.predicted + result->helper_cells.predicted)             \
	X("agree", outcomes[COMPARE_AGREE])                                                        \
	X("explained", outcomes[COMPARE_EXPLAINED])                                                \
	X("unexplained", unexplained(result))                                                      \
	X("image unknown", outcomes[COMPARE_UNKNOWN_PREDICTED] + outcomes[COMPARE_UNKNOWN_BOTH])   \
	X("kernel unknown", outcomes[COMPARE_UNKNOWN_PROBED] + outcomes[COMPARE_UNKNOWN_BOTH])

enum {
#define COLUMN_ENUM(title, value) +1
	COLUMN_CNT = 0 COLUMNS(COLUMN_ENUM)
#undef COLUMN_ENUM
};

static const char *const titles[COLUMN_CNT] = {
#define COLUMN_TITLE(title, value) title,
	COLUMNS(COLUMN_TITLE)
#undef COLUMN_TITLE
};

/* A difference of a flag, or of a context without kfuncs, has no cells. It still counts. */
static size_t unexplained(const struct compare_result *result)
{
	size_t cnt = 0;

	for (size_t i = 0; i < result->difference_cnt; i++) {
		const struct compare_difference *one = &result->differences[i];
		if (one->outcome == COMPARE_UNEXPLAINED)
			cnt += one->cell_cnt ? one->cell_cnt : 1;
	}
	return cnt;
}

static void fill_values(const struct compare_result *result, size_t values[COLUMN_CNT])
{
	size_t outcomes[COMPARE_OUTCOME_CNT];

	for (size_t i = 0; i < COMPARE_OUTCOME_CNT; i++)
		outcomes[i] = result->kfunc_cells.outcomes[i] + result->helper_cells.outcomes[i];
	const size_t all[COLUMN_CNT] = {
#define COLUMN_VALUE(title, value) value,
		COLUMNS(COLUMN_VALUE)
#undef COLUMN_VALUE
	};

	memcpy(values, all, sizeof(all));
}

static size_t name_width(const struct compare_row *rows, size_t row_cnt)
{
	size_t width = strlen("kernel");

	for (size_t i = 0; i < row_cnt; i++) {
		size_t len = strlen(rows[i].name);
		if (len > width)
			width = len;
	}
	return width;
}

static size_t render_digits(size_t value)
{
	return (size_t)snprintf(NULL, 0, "%zu", value);
}

static void fill_widths(const struct compare_row *rows, size_t row_cnt, size_t widths[COLUMN_CNT])
{
	size_t values[COLUMN_CNT];

	for (size_t i = 0; i < COLUMN_CNT; i++)
		widths[i] = strlen(titles[i]);
	for (size_t i = 0; i < row_cnt; i++) {
		if (!rows[i].result)
			continue;
		fill_values(rows[i].result, values);
		for (size_t k = 0; k < COLUMN_CNT; k++) {
			if (render_digits(values[k]) > widths[k])
				widths[k] = render_digits(values[k]);
		}
	}
}

static void put_row(const struct compare_row *row, const size_t widths[COLUMN_CNT], size_t first,
	struct buf *out)
{
	size_t values[COLUMN_CNT];

	buf_printf(out, "%-*s", (int)first, row->name);
	if (!row->result) {
		buf_printf(out, "  %s\n", row->failure ? row->failure : "not compared");
		return;
	}
	fill_values(row->result, values);
	for (size_t i = 0; i < COLUMN_CNT; i++)
		buf_printf(out, "  %*zu", (int)widths[i], values[i]);
	buf_putc(out, '\n');
}

void render_compare_table(const struct compare_row *rows, size_t row_cnt, struct buf *out)
{
	size_t widths[COLUMN_CNT], first = name_width(rows, row_cnt);

	fill_widths(rows, row_cnt, widths);
	buf_printf(out, "%-*s", (int)first, "kernel");
	for (size_t i = 0; i < COLUMN_CNT; i++)
		buf_printf(out, "  %*s", (int)widths[i], titles[i]);
	buf_putc(out, '\n');
	for (size_t i = 0; i < row_cnt; i++)
		put_row(&rows[i], widths, first, out);
}

static void put_side(const char *side, const struct compare_answer *answer, struct buf *out)
{
	buf_printf(out, "    %-9s  %s", side, answer->state);
	if (answer->line) {
		buf_puts(out, ": ");
		escape_text(out, answer->line);
	}
	if (answer->errnum)
		buf_printf(out, " (errno %d)", answer->errnum);
	buf_putc(out, '\n');
}

static void render_put_difference(const struct compare_difference *one, struct buf *out)
{
	buf_printf(out, "  %s ", compare_subject_word(one->subject));
	if (one->name)
		escape_text(out, one->name);
	if (one->name && one->module && strcmp(one->module, "vmlinux")) {
		buf_puts(out, " [");
		escape_text(out, one->module);
		buf_putc(out, ']');
	}
	if (one->context) {
		buf_puts(out, one->name ? " @ " : "");
		escape_text(out, one->context);
	}
	if (one->flag) {
		buf_putc(out, ' ');
		escape_text(out, one->flag);
	}
	if (one->subject != COMPARE_SUBJECT_CELL && one->cell_cnt)
		buf_printf(out, " (%zu cells)", one->cell_cnt);
	buf_printf(out, ": %s\n", one->rule ? one->rule->id : "unexplained");
	put_side("predicted", &one->predicted, out);
	put_side("probed", &one->probed, out);
}

static void put_rules(const struct compare_result *result, struct buf *out)
{
	for (size_t i = 0; i < compare_rule_cnt; i++) {
		size_t cnt = result->explained[i] + result->unknown_explained[i];
		if (cnt)
			buf_printf(out, "  %7zu cells  %s: %s\n", cnt, compare_rules[i].id,
				compare_rules[i].sentence);
	}
}

static void put_unknowns(const struct compare_result *result, struct buf *out)
{
	for (size_t i = 0; i < result->unknown_cnt; i++) {
		const struct compare_unknown *one = &result->unknowns[i];
		buf_printf(out, "  %7zu %s%s  unknown %s: ", one->cnt,
			compare_subject_word(one->subject), one->cnt == 1 ? "" : "s",
			one->probed ? "to the running kernel" : "from the image");
		escape_text(out, one->reason);
		buf_printf(out, " (%s%s%s)", one->name ? one->name : "", one->name ? " @ " : "",
			one->context);
		if (one->rule)
			buf_printf(out, " [%s]", one->rule->id);
		buf_putc(out, '\n');
	}
}

void render_compare_details(
	const char *name, const struct compare_result *result, bool all, struct buf *out)
{
	escape_text(out, name);
	buf_puts(out, ":\n");
	put_rules(result, out);
	put_unknowns(result, out);
	for (size_t i = 0; i < result->difference_cnt; i++) {
		const struct compare_difference *one = &result->differences[i];
		if (all || one->outcome == COMPARE_UNEXPLAINED)
			render_put_difference(one, out);
	}
}
