/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of kfuncs and helpers. Most rows of one kernel are also rows of other kernels. */
#include "render/site_parts.h"

#include <string.h>

#include "util/escape.h"

/* The index of the context with that name; contexts->cnt: none. The search tries `near` first. */
static size_t site_cells_place_of(const struct site_contexts *contexts, const char *name, size_t near)
{
	for (size_t i = near; i < contexts->cnt; i++) {
		if (!strcmp(contexts->list[i]->name, name))
			return i;
	}
	for (size_t i = 0; i < near; i++) {
		if (!strcmp(contexts->list[i]->name, name))
			return i;
	}
	return contexts->cnt;
}

static bool site_cells_insert(struct site_contexts *contexts, struct pool *pool, size_t at,
	const struct snapshot_context *context)
{
	const struct snapshot_context **list = pool_grow(
		pool, contexts->list, contexts->cnt, &contexts->cap, sizeof(*list));

	if (!list)
		return false;
	memmove(list + at + 1, list + at, (contexts->cnt - at) * sizeof(*list));
	list[at] = context;
	contexts->list = list;
	contexts->cnt++;
	return true;
}

/* A new context is inserted behind its predecessor on its own kernel. */
static bool site_cells_merge(struct site_contexts *contexts, struct pool *pool, const struct snapshot *snapshot)
{
	size_t next = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		size_t at = site_cells_place_of(contexts, context->name, next);
		if (at == contexts->cnt) {
			at = next;
			if (!site_cells_insert(contexts, pool, at, context))
				return false;
		}
		next = at + 1;
	}
	return true;
}

static bool locate(struct site_contexts *contexts, struct pool *pool, const struct snapshot *snapshot)
{
	struct site_places *of = &contexts->of[contexts->of_cnt++];
	size_t near = 0;

	of->snapshot = snapshot;
	of->places = pool_calloc(pool, snapshot->context_cnt + 1, sizeof(*of->places));
	for (size_t i = 0; of->places && i < snapshot->context_cnt; i++) {
		of->places[i] = site_cells_place_of(contexts, snapshot->contexts[i].name, near);
		near = of->places[i];
	}
	return of->places != NULL;
}

bool site_contexts_make(
	struct site_contexts *contexts, const struct history *history, struct pool *pool)
{
	size_t cnt = 0;
	bool ok = true;

	for (size_t i = history->row_cnt; ok && i-- > 0;) {
		for (size_t k = 0; ok && k < history->rows[i].entry_cnt; k++, cnt++)
			ok = site_cells_merge(contexts, pool, history->rows[i].entries[k]->snapshot);
	}
	contexts->of = ok ? pool_calloc(pool, cnt + 1, sizeof(*contexts->of)) : NULL;
	ok = contexts->of != NULL;
	for (size_t i = 0; ok && i < history->row_cnt; i++) {
		for (size_t k = 0; ok && k < history->rows[i].entry_cnt; k++)
			ok = locate(contexts, pool, history->rows[i].entries[k]->snapshot);
	}
	return ok;
}

static void site_cells_put_number(struct buf *out, size_t number)
{
	char digits[16];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
		number /= 36;
	} while (number && at);
	buf_add(out, digits + at, sizeof(digits) - at);
}

void site_runs_end(struct site_runs *runs)
{
	if (!runs->cnt)
		return;
	if (runs->out->len)
		buf_putc(runs->out, ' ');
	if (runs->cnt > 1) {
		site_cells_put_number(runs->out, runs->cnt);
		buf_putc(runs->out, '*');
	}
	if (runs->number == SITE_NONE)
		buf_putc(runs->out, '_');
	else if (runs->number == SITE_SAME)
		buf_putc(runs->out, '=');
	else
		site_cells_put_number(runs->out, runs->number);
	runs->cnt = 0;
}

void site_runs_add(struct site_runs *runs, size_t number)
{
	if (runs->cnt && runs->number != number)
		site_runs_end(runs);
	runs->number = number;
	runs->cnt++;
}

/* Replaces each occurrence of the name by the mark. A line with the mark stays as it is. */
static void site_cells_put_line(struct buf *out, const char *line, const char *name)
{
	_cleanup_buf_ struct buf text = {0};
	size_t len = strlen(name);
	bool plain = !len || strchr(line, '\x01');

	for (const char *found; !plain && (found = strstr(line, name)); line = found + len) {
		buf_add(&text, line, (size_t)(found - line));
		buf_putc(&text, '\x01');
	}
	buf_puts(&text, line);
	escape_json(out, buf_text(&text));
	out->failed |= text.failed;
}

static void site_cells_put_text(struct buf *out, const char *text)
{
	if (text)
		escape_json(out, text);
	else
		buf_puts(out, "null");
}

static size_t outcome_number(struct site_cells *cells, const struct cell *cell, const char *name)
{
	const struct evidence *evidence = cell->evidence;
	struct buf *text = &cells->text;

	buf_clear(text);
	buf_printf(text, "%c[%d,", cell_state_letter(cell->state), evidence ? evidence->errnum : 0);
	if (evidence && evidence->line)
		site_cells_put_line(text, evidence->line, name);
	else
		buf_puts(text, "null");
	buf_putc(text, ',');
	site_cells_put_text(text, evidence ? evidence->rule : NULL);
	buf_printf(text, ",%d]", cell->predicted);
	return texts_number(&cells->outcomes, buf_text(text), text->len);
}

static const size_t *places_in(const struct site_contexts *contexts, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < contexts->of_cnt; i++) {
		if (contexts->of[i].snapshot == snapshot)
			return contexts->of[i].places;
	}
	return NULL;
}

static void fill_row(struct site_cells *cells, const struct subject *subject,
	const struct finding *finding, const size_t *places)
{
	struct cell before = {0};
	size_t number = SITE_NONE;

	for (size_t i = 0; i < finding->snapshot->context_cnt; i++) {
		struct cell cell = finding_cell(finding, &finding->snapshot->contexts[i]);
		if (cell.state == CELL_NONE)
			continue;
		if (cell.state != before.state || cell.evidence != before.evidence ||
			cell.predicted != before.predicted)
			number = outcome_number(cells, &cell, subject->name);
		cells->row[places[i]] = number;
		before = cell;
	}
}

size_t site_cells_row(
	struct site_cells *cells, const struct subject *subject, const struct finding *finding)
{
	struct site_runs runs = {.out = &cells->runs};
	const size_t *places =
		finding->snapshot ? places_in(&cells->contexts, finding->snapshot) : NULL;

	if (!places || !(finding->kfunc || finding->helper))
		return SITE_NONE;
	for (size_t i = 0; i < cells->contexts.cnt; i++)
		cells->row[i] = SITE_NONE;
	fill_row(cells, subject, finding, places);
	buf_clear(&cells->runs);
	for (size_t i = 0; i < cells->contexts.cnt; i++)
		site_runs_add(&runs, cells->row[i]);
	site_runs_end(&runs);
	return texts_number(&cells->rows, buf_text(&cells->runs), cells->runs.len);
}

void site_cells_deinit(struct site_cells *cells)
{
	if (!cells)
		return;
	texts_deinit(&cells->rows);
	texts_deinit(&cells->outcomes);
	buf_deinit(&cells->text);
	buf_deinit(&cells->runs);
}
