/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>

#include "lab/compare/render.h"
#include "util/json_write.h"

/* NULL is null. Bytes that are not UTF-8 become '?', so that the text is kept. */
static json_t *text_json(const char *text)
{
	json_t *json = text ? json_string(text) : json_null();

	if (json)
		return json;
	_cleanup_buf_ struct buf ascii = {0};
	for (const char *c = text; *c; c++)
		buf_putc(&ascii, (unsigned char)*c < 0x80 ? *c : '?');
	return json_string(buf_text(&ascii));
}

static json_t *number(size_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *counts_json(const struct compare_counts *counts)
{
	json_t *object = json_pack("{s:o, s:o}", "probed", number(counts->probed), "predicted",
		number(counts->predicted));

	for (size_t i = 0; i < COMPARE_OUTCOME_CNT; i++)
		json_object_set_new(object, compare_outcome_word((enum compare_outcome)i),
			number(counts->outcomes[i]));
	return object;
}

static json_t *rules_json(const struct compare_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < compare_rule_cnt; i++) {
		if (!result->explained[i] && !result->unknown_explained[i])
			continue;
		json_array_append_new(array,
			json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", compare_rules[i].id,
				"sentence", compare_rules[i].sentence, "source",
				compare_rules[i].source, "differences",
				number(result->explained[i]), "unknowns",
				number(result->unknown_explained[i])));
	}
	return array;
}

static json_t *answer_json(const struct compare_answer *answer)
{
	return json_pack("{s:s, s:i, s:o, s:o}", "state", answer->state, "errno", answer->errnum,
		"line", text_json(answer->line), "rule", text_json(answer->rule));
}

static json_t *difference_json(const struct compare_difference *one)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "subject",
		compare_subject_word(one->subject), "name", text_json(one->name), "module",
		text_json(one->module), "context", text_json(one->context), "flag",
		text_json(one->flag), "predicted", answer_json(&one->predicted), "probed",
		answer_json(&one->probed), "explained_by",
		text_json(one->rule ? one->rule->id : NULL), "cells", number(one->cell_cnt));
}

static json_t *unknown_json(const struct compare_unknown *one)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "subject",
		compare_subject_word(one->subject), "side", one->probed ? "probed" : "predicted",
		"reason", text_json(one->reason), "explained_by",
		text_json(one->rule ? one->rule->id : NULL), "count", number(one->cnt), "name",
		text_json(one->name), "context", text_json(one->context));
}

static json_t *json_kernel_json(const struct kernel_identity *kernel)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "release", text_json(kernel->release), "version",
		text_json(kernel->version), "arch", text_json(kernel->arch), "btf_sha256",
		text_json(kernel->btf_sha256));
}

void render_compare_json(
	const char *name, const struct compare_result *result, struct buf *out)
{
	json_t *differences = json_array(), *unknowns = json_array();

	for (size_t i = 0; i < result->difference_cnt; i++)
		json_array_append_new(differences, difference_json(&result->differences[i]));
	for (size_t i = 0; i < result->unknown_cnt; i++)
		json_array_append_new(unknowns, unknown_json(&result->unknowns[i]));
	json_t *root = json_pack("{s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
		COMPARE_SCHEMA, "name", text_json(name), "kernel", json_kernel_json(result->kernel),
		"holds", compare_result_holds(result), "contexts", counts_json(&result->contexts),
		"cells", counts_json(&result->kfunc_cells), "helper_cells",
		counts_json(&result->helper_cells), "rules", rules_json(result),
		"differences", differences, "unknowns", unknowns);
	if (!json_write(root, JSON_INDENT(2), out))
		out->failed = true;
	buf_putc(out, '\n');
}
