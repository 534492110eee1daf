/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts about functions of stored kernels, each distinct one once in a file of the site. */
#include <stdlib.h>
#include <string.h>

#include "render/site_parts.h"
#include "render/site_store.h"
#include "snapshot/snapshot.h"
#include "util/escape.h"

#define OWN_NAME '\1' /* stands for the name of the function, so that equal facts have equal texts */

void site_facts_deinit(struct site_facts *facts)
{
	for (size_t i = 0; facts && i < facts->cnt; i++)
		kernel_functions_destroy(facts->rows[i]);
	if (!facts)
		return;
	free(facts->rows);
	pool_destroy(&facts->pool);
}

struct error *site_facts_load(const struct site_part *part, struct site_facts *ret)
{
	const char **names = calloc(part->cnt + 1, sizeof(*names));
	size_t cnt = 0;
	struct error *error = NULL;

	ret->cnt = part->history->row_cnt;
	ret->rows = calloc(ret->cnt + 1, sizeof(struct kernel_functions *));
	if (!names || !ret->rows)
		error = error_no_memory();
	for (size_t i = 0; i < part->cnt && !error; i++) {
		if (part->items[i].kind == TYPE_FUNCTION)
			names[cnt++] = part->items[i].name;
	}
	for (size_t row = 0; row < ret->cnt && cnt && !error; row++)
		error = part->functions->load(part->functions->context, row, names, cnt, &ret->rows[row]);
	free(names);
	return error;
}

static void put_word(struct buf *out, const char *word)
{
	buf_putc(out, ',');
	if (word)
		escape_json(out, word);
	else
		buf_putc(out, '0');
}

static void put_answer(struct buf *out, enum tristate value)
{
	buf_puts(out, value == TRISTATE_YES ? ",1" : value == TRISTATE_NO ? ",0" : ",-1");
}

/* [name, binding, entry that ftrace patches, kprobe refused, exported, section or region] */
static void put_symbol(struct buf *out, const char *own, const struct view_symbol *symbol)
{
	_cleanup_buf_ struct buf name = {0};
	size_t len = strlen(own);

	if (!strncmp(symbol->name, own, len)) {
		buf_putc(&name, OWN_NAME);
		buf_puts(&name, symbol->name + len);
	} else {
		buf_puts(&name, symbol->name);
	}
	buf_putc(out, '[');
	escape_json(out, buf_text(&name));
	put_word(out, symbol->binding);
	put_answer(out, symbol->patchable);
	put_answer(out, symbol->kprobe_refused);
	put_word(out, symbol->exported);
	put_word(out, symbol->region ? symbol->region : symbol->section);
	buf_putc(out, ']');
	out->failed |= name.failed;
}

/* Where it is compiled, each unit once: they are sorted. */
static void put_units(struct buf *out, const struct function_view *view)
{
	size_t cnt = 0;

	buf_putc(out, '[');
	for (size_t i = 0; i < view->instance_cnt; i++) {
		const char *unit = view->instances[i].unit;
		if (!unit || (i && view->instances[i - 1].unit && !strcmp(unit, view->instances[i - 1].unit)))
			continue;
		buf_puts(out, cnt++ ? "," : "");
		escape_json(out, unit);
	}
	buf_putc(out, ']');
}

/* [collision, inline, suffixes, kind, why fentry is refused, why it may be, [symbol, ...]] */
static void put_facts(struct buf *out, const struct kernel_function *function, const struct function_view *view)
{
	_cleanup_buf_ struct buf suffixes = {0};

	buf_putc(out, '[');
	if (view->collision)
		escape_json(out, view->collision);
	else
		buf_putc(out, '0');
	put_word(out, view->inlined);
	for (size_t i = 0; i < view->change_cnt; i++)
		buf_printf(&suffixes, "%s%s", i ? " " : "", view->changes[i]);
	put_word(out, view->changes_known ? buf_text(&suffixes) : NULL);
	put_word(out, view->kind);
	put_word(out, function->fentry_refused);
	put_word(out, function->fentry_doubt);
	buf_puts(out, ",[");
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		buf_puts(out, i ? "," : "");
		put_symbol(out, function->name, &view->symbols[i]);
	}
	buf_puts(out, "]]");
	out->failed |= suffixes.failed;
}

struct fact_numbers {
	size_t facts, units;
};

static struct error *number_facts(const struct kernel_functions *functions, const struct kernel_function *function,
	struct site_fact_texts *texts, struct pool *pool, struct fact_numbers *ret)
{
	_cleanup_buf_ struct buf facts = {0}, units = {0};
	struct function_view view;
	struct error *error = function_view_fill(functions->sources, function, pool, &view);

	if (error)
		return error;
	put_facts(&facts, function, &view);
	put_units(&units, &view);
	ret->facts = texts_number(&texts->facts, buf_text(&facts), facts.len);
	if (view.instances_known)
		ret->units = texts_number(&texts->units, buf_text(&units), units.len);
	return facts.failed || units.failed ? error_no_memory() : NULL;
}

static size_t end_runs(struct site_runs *runs, struct texts *distinct)
{
	site_runs_end(runs);
	distinct->failed |= runs->out->failed;
	return texts_number(distinct, buf_text(runs->out), runs->out->len);
}

struct error *site_facts_put(struct site_facts *facts, const struct site_item *item,
	struct site_fact_texts *texts, struct buf *out)
{
	_cleanup_buf_ struct buf fact_text = {0}, unit_text = {0};
	struct site_runs fact_runs = {.out = &fact_text}, unit_runs = {.out = &unit_text};
	struct error *error = NULL;

	for (size_t row = 0; row < facts->cnt && !error; row++) {
		const struct kernel_functions *functions = facts->rows[row];
		const struct kernel_function *function =
			functions && item->has[row] ? kernel_functions_find(functions, item->name) : NULL;
		struct fact_numbers numbers = {SITE_NONE, SITE_NONE};
		if (function)
			error = number_facts(functions, function, texts, &facts->pool, &numbers);
		site_runs_add(&fact_runs, numbers.facts);
		site_runs_add(&unit_runs, numbers.units);
	}
	buf_printf(out, "%zu,%zu", end_runs(&fact_runs, texts->runs), end_runs(&unit_runs, texts->runs));
	return error;
}
