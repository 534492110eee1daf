/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *docs_change_word(enum docs_change change)
{
	static const char *const words[] = {
#define DOCS_CHANGE_WORD(name, word) word,
		DOCS_CHANGES(DOCS_CHANGE_WORD)
	};

	return words[change];
}

void docs_report_deinit(struct docs_report *report)
{
	if (report)
		pool_destroy(&report->pool);
}

struct error *docs_differ(
	struct docs_section *section, size_t line, const struct docs_difference *difference)
{
	struct docs_report *report = section->report;
	struct docs_difference *list = pool_grow(&report->pool, report->differences,
		report->difference_cnt, &report->difference_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	report->differences = list;
	struct docs_difference *copy = &list[report->difference_cnt];
	*copy = *difference;
	copy->file = pool_strdup(&report->pool, section->path);
	copy->line = section->section->line + line;
	copy->marker = section->section->marker;
	copy->subject = pool_strdup(&report->pool, difference->subject);
	copy->name = pool_strdup(&report->pool, difference->name);
	copy->old_text = pool_strdup(&report->pool, difference->old_text);
	copy->new_text = pool_strdup(&report->pool, difference->new_text);
	copy->reason = pool_strdup(&report->pool, difference->reason);
	if (!copy->file || !copy->subject || !copy->name || (difference->old_text && !copy->old_text) ||
		(difference->new_text && !copy->new_text) || (difference->reason && !copy->reason))
		return error_no_memory();
	report->difference_cnt++;
	return NULL;
}

struct error *docs_add_note(struct docs_report *report, const char *file, size_t line, const char *text)
{
	struct docs_note *list = pool_grow(
		&report->pool, report->notes, report->note_cnt, &report->note_cap, sizeof(*list));
	const char *copy = pool_strdup(&report->pool, file);

	if (!list || !copy || !text)
		return error_no_memory();
	report->notes = list;
	list[report->note_cnt++] = (struct docs_note) {copy, line, text};
	return NULL;
}

struct error *docs_note(struct docs_section *section, size_t line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = pool_vprintf(&section->report->pool, format, args);
	va_end(args);
	return docs_add_note(section->report, section->path, section->section->line + line, text);
}

void docs_witness(struct docs_difference *difference, const struct since_point *point)
{
	if (!point || difference->witness_cnt == DOCS_WITNESS_MAX)
		return;
	for (size_t i = 0; i < difference->witness_cnt; i++) {
		if (difference->witnesses[i].version == point->version)
			return;
	}
	size_t at = difference->witness_cnt++;
	for (; at && difference->witnesses[at - 1].version > point->version; at--)
		difference->witnesses[at] = difference->witnesses[at - 1];
	difference->witnesses[at] = *point;
}

bool docs_program_type(const char *enumerator, enum prog_type *ret)
{
	for (uint32_t i = 0; i < PROG_TYPE_CNT; i++) {
		const char *word = prog_type_word(i);
		if (word && prog_type_has_enumerator(word, enumerator)) {
			*ret = (enum prog_type)i;
			return true;
		}
	}
	return false;
}
