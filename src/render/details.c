/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/details.h"
#include "kernel/kernel.h"
#include "snapshot/snapshot.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <inttypes.h>
#include <string.h>

#define INDENT 15

struct details {
	const struct snapshot *snapshot;
	const struct render_text_options *options;
	struct buf *out;
};

static void details_labelled(struct details *details, const char *label, const char *text)
{
	buf_printf(details->out, "  %-12s ", label);
	wrap_escaped(details->out, text, INDENT, INDENT, details->options->width);
	buf_putc(details->out, '\n');
}

/* The verifier's words, or our reason; NULL: none. */
static const char *words(const struct cell *cell)
{
	return cell->evidence ? cell->evidence->line : NULL;
}

static bool same_group(const struct cell *a, const struct cell *b)
{
	const char *left = words(a), *right = words(b);

	return a->state == b->state && (left && right ? !strcmp(left, right) : left == right);
}

/* The contexts that say the same as the one at `first`, and what they say. */
static void group(struct details *details, const struct cell *cells, size_t first)
{
	const struct snapshot *snapshot = details->snapshot;
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = first; i < snapshot->context_cnt; i++) {
		if (same_group(&cells[first], &cells[i]))
			buf_printf(&text, "%s%s", text.len ? " " : "", snapshot->contexts[i].name);
	}
	if (words(&cells[first]))
		buf_printf(&text, ": %s", words(&cells[first]));
	details_labelled(details, cell_state_word(cells[first].state), buf_text(&text));
}

static void details_cells(struct details *details, const struct cell *cells)
{
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		for (size_t i = 0; i < details->snapshot->context_cnt; i++) {
			bool said = (int)cells[i].state != state;
			for (size_t k = 0; k < i && !said; k++)
				said = same_group(&cells[k], &cells[i]);
			if (!said)
				group(details, cells, i);
		}
	}
}

static void details_kfunc(struct details *details, const struct snapshot_kfunc *kfunc)
{
	_cleanup_buf_ struct buf text = {0};

	escape_printf(details->out, "kfunc %s (%s)", kfunc->name, kfunc->module);
	buf_putc(details->out, '\n');
	details_labelled(details, "prototype", kfunc->prototype ? kfunc->prototype : "unknown");
	for (size_t i = 0; i < kfunc->flag_cnt; i++)
		buf_printf(&text, "%s%s", text.len ? " " : "", kfunc->flags[i]);
	if (text.len)
		details_labelled(details, "flags", buf_text(&text));
	buf_clear(&text);
	for (int i = 0; i < KFUNC_SOURCE_CNT; i++) {
		if (kfunc->found_by & 1u << i)
			buf_printf(&text, "%s%s", text.len ? " " : "", kfunc_source_word(i));
	}
	details_labelled(details, "found by", buf_text(&text));
	details_cells(details, kfunc->cells);
	buf_putc(details->out, '\n');
}

void render_details(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out)
{
	struct details details = {snapshot, options, out};

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		details_kfunc(&details, &snapshot->kfuncs[i]);
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		const struct snapshot_helper *helper = &snapshot->helpers[i];
		escape_printf(out, "helper %s (id %u)", helper->name, helper->id);
		buf_putc(out, '\n');
		details_cells(&details, helper->cells);
		buf_putc(out, '\n');
	}
}

static void symbol_facts(const struct function_symbol *facts, struct buf *text)
{
	enum symbol_effect effect = facts ? symbol_effect(facts->name) : SYMBOL_EFFECT_NONE;

	if (!facts)
		return;
	if (facts->size_bytes)
		buf_printf(text, ", %" PRIu64 " bytes", facts->size_bytes);
	if (facts->section)
		buf_printf(text, " in %s", facts->section);
	if (facts->region)
		buf_printf(text, " (%s)", facts->region);
	if (facts->exported == FUNCTION_EXPORT_YES || facts->exported == FUNCTION_EXPORT_GPL)
		buf_printf(text, ", exported%s",
			facts->exported == FUNCTION_EXPORT_GPL ? " (GPL)" : "");
	if (effect == SYMBOL_EFFECT_SPLIT)
		buf_puts(text, ", a part of it");
	else if (effect != SYMBOL_EFFECT_NONE)
		buf_puts(text, ", changed by the compiler");
}

static void details_symbols(struct details *details, const struct snapshot_function *function)
{
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		const struct snapshot_symbol *symbol = &function->symbols[i];
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s %c (%s)", symbol->name, symbol->type, symbol->module);
		if (details->options->addresses && symbol->address)
			buf_printf(&text, " at 0x%" PRIx64, symbol->address);
		symbol_facts(snapshot_symbol_facts(function, symbol), &text);
		details_labelled(details, "symbol", buf_text(&text));
	}
}

static const char *word(enum tristate value)
{
	return value == TRISTATE_YES ? "yes" : value == TRISTATE_NO ? "no" : "unknown";
}

static void callers(struct details *details, const char *label, const struct function_caller *list,
	size_t cnt)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < cnt; i++) {
		buf_printf(&text, "%s%s%s%s", i ? " " : "", list[i].unit ? list[i].unit : "",
			list[i].unit ? ":" : "", list[i].function);
		if (list[i].cnt > 1)
			buf_printf(&text, " (%" PRIu32 " times)", list[i].cnt);
	}
	if (cnt)
		details_labelled(details, label, buf_text(&text));
}

static void instance(struct details *details, const struct function_instance *instance)
{
	_cleanup_buf_ struct buf text = {0};

	if (instance->unit || instance->file) {
		buf_puts(&text, instance->unit ? instance->unit : "an unknown unit");
		if (instance->file && instance->line)
			buf_printf(&text, ", declared at %s:%" PRIu32, instance->file, instance->line);
		if (instance->inlined != FUNCTION_INLINE_UNKNOWN)
			buf_printf(&text, ", inlined: %s", function_inline_word(instance->inlined));
		if (instance->overridden)
			buf_puts(&text, ", weak and overridden");
		if (instance->renamed)
			buf_printf(&text, ", under the name %s", instance->renamed);
		details_labelled(details, "instance", buf_text(&text));
	}
	callers(details, "called by", instance->direct, instance->direct_cnt);
	callers(details, "inlined in", instance->inline_sites, instance->inline_site_cnt);
}

static const char *const answers[] = {[TRISTATE_UNKNOWN] = "unknown",
	[TRISTATE_YES] = "possible", [TRISTATE_NO] = "impossible"};

static void facts(struct details *details, const struct snapshot_function *function)
{
	const struct kernel_function *facts = function->facts;
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s, collision %s, inlined %s", function_kind_word(facts->kind),
		function_collision_word(function_collision(facts)),
		function_inline_word(function_inline(facts)));
	if (facts->alias_of)
		buf_printf(&text, ", of %s", facts->alias_of);
	details_labelled(details, "kind", buf_text(&text));
	for (size_t i = 0; i < facts->instance_cnt; i++)
		instance(details, &facts->instances[i]);
	for (int i = 0; i < FUNCTION_ATTACH_CNT; i++) {
		struct function_attachability answer = function_attachability(facts,
			details->snapshot->function_sources, function->prototype_cnt,
			(enum function_attach)i);
		buf_clear(&text);
		buf_printf(&text, "%s%s%s", answers[answer.possible], answer.reason ? ": " : "",
			answer.reason ? answer.reason : "");
		details_labelled(details, function_attach_word((enum function_attach)i), buf_text(&text));
	}
}

static void details_attached(struct details *details, const struct snapshot_attachment *tries)
{
	for (int i = 0; i < FUNCTION_ATTACH_CNT; i++) {
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s%s%s",
			tries[i].possible == TRISTATE_YES ? "attached and detached" : answers[tries[i].possible],
			tries[i].reason ? ": " : "", tries[i].reason ? tries[i].reason : "");
		details_labelled(details, function_attach_word((enum function_attach)i), buf_text(&text));
	}
}

static void details_function(struct details *details, const struct snapshot_function *function)
{
	const struct cell *fentry = &function->fentry;
	_cleanup_buf_ struct buf text = {0};

	escape_printf(details->out, "function %s: %s%s%s", function->name, function->state,
		function->reason ? ", " : "", function->reason ? function->reason : "");
	buf_putc(details->out, '\n');
	if (!strcmp(function->state, "absent") && !function->facts)
		return;
	details_symbols(details, function);
	for (size_t i = 0; i < function->prototype_cnt; i++)
		details_labelled(details, "prototype", function->prototypes[i]);
	if (function->facts) {
		facts(details, function);
		return;
	}
	buf_printf(&text, "traceable %s, kprobe blacklist %s%s", word(function->traceable),
		word(function->kprobe_blacklisted), function->collision ? ", COLLISION: several of that name" : "");
	if (fentry->state != CELL_NONE)
		buf_printf(&text, ", fentry %s", cell_state_word(fentry->state));
	details_labelled(details, "attach", buf_text(&text));
	if (function->attached)
		details_attached(details, function->attached);
}

/* Below the matrix one line each is enough. */
static void brief(struct details *details, const struct snapshot_function *function)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s", function->name);
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		if (strcmp(function->symbols[i].name, function->name))
			buf_printf(&text, " +%s", function->symbols[i].name + strlen(function->name));
	}
	if (function->collision)
		buf_puts(&text, " (several of that name)");
	if (function->reason)
		buf_printf(&text, " (%s)", function->reason);
	details_labelled(details, function->state, buf_text(&text));
}

void render_functions(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out)
{
	struct details details = {snapshot, options, out};

	if (snapshot->function_cnt && !options->details) {
		buf_printf(out, "\nKernel functions: %zu\n", snapshot->function_cnt);
		wrap_text(out, "- +.cold and the like: also under such a name, which the compiler made", 0, 2,
			options->width);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		if (options->details || options->functions)
			details_function(&details, &snapshot->functions[i]);
		else
			brief(&details, &snapshot->functions[i]);
	}
}
