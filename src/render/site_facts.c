/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/site_parts.h"

#include <string.h>

#include "util/escape.h"

/* Members without a value are left out. The state comes first, so each other member has a comma. */
static void site_facts_put_member(struct buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	buf_printf(out, ",\"%s\":", key);
	escape_json(out, text);
}

static void site_facts_put_number(struct buf *out, const char *key, size_t number)
{
	if (number)
		buf_printf(out, ",\"%s\":%zu", key, number);
}

static void site_facts_put_tristate(struct buf *out, const char *key, enum tristate value)
{
	if (value != TRISTATE_UNKNOWN)
		buf_printf(out, ",\"%s\":%s", key, value == TRISTATE_YES ? "true" : "false");
}

static void site_facts_put_list(struct buf *out, const char *key, const char *const *list, size_t cnt)
{
	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < cnt; i++) {
		buf_puts(out, i ? "," : "");
		escape_json(out, list[i]);
	}
	buf_putc(out, ']');
}

/* The flags of `registration` if an image has them; else the flags that the loads showed. */
static void put_kfunc(
	struct buf *out, const struct finding *finding, const struct registration *registration)
{
	const struct snapshot_kfunc *kfunc = finding->kfunc;
	const struct snapshot_kfunc *flagged = registration->kfunc ? registration->kfunc : kfunc;
	const char *sources[sizeof(kfunc->found_by) * 8];
	size_t cnt = 0;

	site_facts_put_member(out, "prototype", kfunc->prototype);
	site_facts_put_member(out, "module", kfunc->module);
	site_facts_put_number(out, "modules", finding->kfunc_cnt > 1 ? finding->kfunc_cnt : 0);
	site_facts_put_member(out, "set", registration->set);
	if (snapshot_flags_known(flagged))
		site_facts_put_list(out, "flags", flagged->flags, flagged->flag_cnt);
	for (int i = 0; i < KFUNC_SOURCE_CNT; i++) {
		if (kfunc->found_by & 1u << i)
			sources[cnt++] = kfunc_source_word(i);
	}
	site_facts_put_list(out, "found_by", sources, cnt);
}

static void put_symbols(struct buf *out, const struct function_view *view)
{
	buf_puts(out, ",\"symbols\":[");
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		const struct view_symbol *symbol = &view->symbols[i];
		buf_puts(out, i ? ",{\"name\":" : "{\"name\":");
		escape_json(out, symbol->name);
		site_facts_put_member(out, "module", symbol->module ? symbol->module : "vmlinux");
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

/* Where it is declared. */
static void site_facts_put_instances(struct buf *out, const struct function_view *view)
{
	size_t cnt = 0;

	buf_puts(out, ",\"instances\":[");
	for (size_t i = 0; i < view->instance_cnt; i++) {
		const struct view_instance *instance = &view->instances[i];
		if (!instance->file || !instance->line)
			continue;
		buf_printf(out, "%s{\"line\":%u", cnt++ ? "," : "", instance->line);
		site_facts_put_member(out, "file", instance->file);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void site_facts_put_function(struct buf *out, const struct function_view *view)
{
	site_facts_put_list(out, "prototypes", view->prototypes, view->prototype_cnt);
	site_facts_put_member(out, "kind", view->kind);
	site_facts_put_member(out, "collision", view->collision);
	site_facts_put_member(out, "inline", view->inlined);
	if (view->changes_known)
		site_facts_put_list(out, "suffixes", view->changes, view->change_cnt);
	put_symbols(out, view);
	if (view->instances_known)
		site_facts_put_instances(out, view);
	site_facts_put_tristate(out, "traceable", view->traceable);
	site_facts_put_tristate(out, "kprobe_blacklisted", view->kprobe_blacklisted);
	site_facts_put_member(out, "fentry", view->fentry);
}

/* The source of the row that states it. The first source is not named. */
static void put_source(struct buf *out, const struct history_row *row, const struct snapshot *snapshot)
{
	for (size_t i = 1; i < row->entry_cnt; i++) {
		if (row->entries[i]->snapshot == snapshot)
			site_facts_put_number(out, "source", i);
	}
}

void put_site_fact(
	struct buf *out, const struct history *history, size_t row, const struct finding *finding)
{
	struct registration registration = history_registration(history, row, finding);

	buf_puts(out, "{\"state\":");
	escape_json(out, finding->state);
	site_facts_put_member(out, "reason", finding->reason);
	put_source(out, &history->rows[row], finding->snapshot);
	if (finding->kfunc)
		put_kfunc(out, finding, &registration);
	if (finding->helper)
		site_facts_put_number(out, "id", finding->helper->id);
	if (finding->context) {
		site_facts_put_member(out, "target", finding->context->target);
		site_facts_put_number(out, "errno", (size_t)finding->context->errnum);
	}
	if (finding->feature)
		site_facts_put_number(out, "errno", (size_t)finding->feature->errnum);
	if (finding->function)
		site_facts_put_function(out, finding->function);
	buf_putc(out, '}');
}
