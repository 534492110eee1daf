/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "docs/parts.h"
#include "util/escape.h"

static const char *const stands[] = {
	[STAND_UNKNOWN] = "has no answer",
	[STAND_ABSENT] = "does not have it",
	[STAND_REFUSED] = "refuses it",
	[STAND_PERMITTED] = "permits it",
};

static const char *verb(const struct since_point *point)
{
	if (point->stand != STAND_PERMITTED)
		return stands[point->stand];
	/* The words for a name, which has no cell: whether it exists. */
	if (!point->cell)
		return "has it";
	return point->cell->state == CELL_CONDITIONAL ? "permits it under a condition"
		: point->cell->state == CELL_IMPOSSIBLE ? "registers it"
							: stands[STAND_PERMITTED];
}

static void put_witness(const struct since_point *point, struct buf *out)
{
	const struct evidence *evidence = point->cell ? point->cell->evidence : NULL;

	buf_printf(out, "%s %s", point->row->label, verb(point));
	if (!point->cell)
		return;
	buf_printf(out, " (%s, %s", point->context->name, point->cell->predicted ? "predicted" : "probed");
	const char *name = evidence && evidence->errnum ? strerrorname_np(evidence->errnum) : NULL;
	if (name)
		buf_printf(out, ", %s", name);
	else if (evidence && evidence->errnum)
		buf_printf(out, ", errno %d", evidence->errnum);
	if (evidence && evidence->line && *evidence->line) {
		buf_puts(out, ": ");
		docs_put_evidence(evidence->line, out);
	}
	buf_putc(out, ')');
}

static void report_put_difference(const struct docs_difference *difference, struct buf *out)
{
	_cleanup_buf_ struct buf line = {0};

	buf_printf(&line, "%s:%zu: [%s] %s: ", difference->file, difference->line,
		marker_name(difference->marker), difference->subject);
	if (strcmp(difference->subject, difference->name))
		buf_printf(&line, "%s ", difference->name);
	buf_puts(&line, docs_change_word(difference->change));
	if (difference->change == DOCS_CHANGED)
		buf_printf(&line, " from '%s' to '%s'", difference->old_text, difference->new_text);
	if (difference->reason)
		buf_printf(&line, ": %s", difference->reason);
	for (size_t i = 0; i < difference->witness_cnt; i++) {
		buf_puts(&line, i || difference->reason ? "; " : ": ");
		put_witness(&difference->witnesses[i], &line);
	}
	escape_text(out, buf_text(&line));
	buf_putc(out, '\n');
}

void render_docs_text(const struct docs_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->difference_cnt; i++)
		report_put_difference(&report->differences[i], out);
	for (size_t i = 0; i < report->note_cnt; i++) {
		const struct docs_note *note = &report->notes[i];
		escape_text(out, note->file);
		if (note->line)
			buf_printf(out, ":%zu", note->line);
		buf_puts(out, ": note: ");
		escape_text(out, note->text);
		buf_putc(out, '\n');
	}
	buf_printf(out, "%zu fact%s differ%s in %zu section%s of %zu page%s\n", report->difference_cnt,
		report->difference_cnt == 1 ? "" : "s", report->difference_cnt == 1 ? "s" : "",
		report->section_cnt, report->section_cnt == 1 ? "" : "s", report->page_cnt,
		report->page_cnt == 1 ? "" : "s");
}
