/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>
#include <stdlib.h>

#include "docs/docs.h"
#include "util/json_write.h"

#define DOCS_SCHEMA "kcompat/docs/1"

static const char *stand_word(enum since_stand stand)
{
	static const char *const words[] = {[STAND_UNKNOWN] = "unknown", [STAND_ABSENT] = "absent",
		[STAND_REFUSED] = "refused", [STAND_PERMITTED] = "permitted"};

	return words[stand];
}

static json_t *witness(const struct since_point *point)
{
	const struct evidence *evidence = point->cell ? point->cell->evidence : NULL;
	const char *stand = point->stand == STAND_PERMITTED && !point->cell ? "present"
									    : stand_word(point->stand);

	return json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o}", "kernel",
		json_text_or_null(point->row->label), "says", stand,
		"context", json_text_or_null(point->context ? point->context->name : NULL), "state",
		json_text_or_null(point->cell ? cell_state_word(point->cell->state) : NULL), "predicted",
		point->cell ? json_boolean(point->cell->predicted) : json_null(), "errno",
		evidence ? json_integer(evidence->errnum) : json_null(), "line",
		json_text_or_null(evidence ? evidence->line : NULL));
}

static json_t *difference(const struct docs_difference *one)
{
	json_t *witnesses = json_array();

	for (size_t i = 0; i < one->witness_cnt; i++)
		json_array_append_new(witnesses, witness(&one->witnesses[i]));
	return json_pack("{s:o,s:i,s:s,s:o,s:o,s:s,s:o,s:o,s:o,s:o}", "file", json_text_or_null(one->file),
		"line", (int)one->line, "marker", marker_name(one->marker), "subject",
		json_text_or_null(one->subject), "name", json_text_or_null(one->name), "change", docs_change_word(one->change), "old", json_text_or_null(one->old_text), "new",
		json_text_or_null(one->new_text), "reason", json_text_or_null(one->reason), "evidence", witnesses);
}

static json_t *json_note(const struct docs_note *one)
{
	return json_pack("{s:o,s:o,s:o}", "file", json_text_or_null(one->file), "line",
		one->line ? json_integer((json_int_t)one->line) : json_null(), "text",
		json_text_or_null(one->text));
}

static json_t *json_kernels(const struct history *history)
{
	json_t *array = json_array();

	for (size_t i = 0; i < history->row_cnt; i++)
		json_array_append_new(array, json_text_or_null(history->rows[i].label));
	return array;
}

struct error *render_json_docs(const struct docs_report *report, const struct docs_options *options,
	bool updated, struct buf *out)
{
	json_t *differences = json_array(), *notes = json_array();

	for (size_t i = 0; i < report->difference_cnt; i++)
		json_array_append_new(differences, difference(&report->differences[i]));
	for (size_t i = 0; i < report->note_cnt; i++)
		json_array_append_new(notes, json_note(&report->notes[i]));
	json_t *root = json_pack("{s:s,s:s,s:s,s:b,s:o,s:i,s:i,s:o,s:o}", "schema", DOCS_SCHEMA, "policy",
		since_policy_word(options->since->policy), "signature",
		options->c_signatures ? "c" : "compat", "updated", updated, "kernels",
		json_kernels(options->since->history), "pages", (int)report->page_cnt, "sections",
		(int)report->section_cnt, "differences", differences, "notes", notes);
	bool ok = json_write(root, JSON_COMPACT, out);

	buf_putc(out, '\n');
	return ok ? NULL : error_no_memory();
}
