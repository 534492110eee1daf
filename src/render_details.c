/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render_details.h"
#include "util_wrap.h"

#include <inttypes.h>
#include <string.h>

#define INDENT 15

struct details {
	const struct snapshot *snapshot;
	const struct render_text_options *options;
	struct buf *out;
};

static void labelled(struct details *details, const char *label, const char *text)
{
	buf_printf(details->out, "  %-12s ", label);
	wrap_text(details->out, text, INDENT, INDENT, details->options->width);
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
	labelled(details, cell_state_word(cells[first].state), buf_text(&text));
}

static void cells(struct details *details, const struct cell *cells)
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

static void kfunc(struct details *details, const struct snapshot_kfunc *kfunc)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(details->out, "kfunc %s (%s)\n", kfunc->name, kfunc->module);
	labelled(details, "prototype", kfunc->prototype ? kfunc->prototype : "unknown");
	for (size_t i = 0; i < kfunc->flag_cnt; i++)
		buf_printf(&text, "%s%s", text.len ? " " : "", kfunc->flags[i]);
	if (text.len)
		labelled(details, "flags", buf_text(&text));
	buf_clear(&text);
	for (int i = 0; i < KFUNC_SOURCE_CNT; i++) {
		if (kfunc->found_by & 1u << i)
			buf_printf(&text, "%s%s", text.len ? " " : "", kfunc_source_word(i));
	}
	labelled(details, "found by", buf_text(&text));
	cells(details, kfunc->cells);
	buf_putc(details->out, '\n');
}

void render_details(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out)
{
	struct details details = {snapshot, options, out};

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		kfunc(&details, &snapshot->kfuncs[i]);
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		const struct snapshot_helper *helper = &snapshot->helpers[i];
		buf_printf(out, "helper %s (id %u)\n", helper->name, helper->id);
		cells(&details, helper->cells);
		buf_putc(out, '\n');
	}
}

static void symbols(struct details *details, const struct snapshot_function *function)
{
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		const struct function_symbol *symbol = &function->symbols[i];
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s %c (%s)", symbol->name, symbol->type, symbol->module);
		if (details->options->addresses && symbol->address)
			buf_printf(&text, " at 0x%" PRIx64, symbol->address);
		labelled(details, "symbol", buf_text(&text));
	}
}

static const char *word(enum tristate value)
{
	return value == TRISTATE_YES ? "yes" : value == TRISTATE_NO ? "no" : "unknown";
}

static void function(struct details *details, const struct snapshot_function *function)
{
	const struct cell *fentry = &function->fentry;
	_cleanup_buf_ struct buf text = {0};

	buf_printf(details->out, "function %s: %s%s%s\n", function->name, function->state,
		function->reason ? ", " : "", function->reason ? function->reason : "");
	if (!strcmp(function->state, "absent"))
		return;
	symbols(details, function);
	for (size_t i = 0; i < function->prototype_cnt; i++)
		labelled(details, "prototype", function->prototypes[i]);
	buf_printf(&text, "traceable %s, kprobe blacklist %s%s", word(function->traceable),
		word(function->kprobe_blacklisted), function->collision ? ", COLLISION: several of that name" : "");
	if (fentry->state != CELL_NONE)
		buf_printf(&text, ", fentry %s", cell_state_word(fentry->state));
	labelled(details, "attach", buf_text(&text));
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
	labelled(details, function->state, buf_text(&text));
}

void render_functions(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out)
{
	struct details details = {snapshot, options, out};

	if (snapshot->function_cnt && !options->details)
		buf_printf(out, "\nKernel functions: %zu\n", snapshot->function_cnt);
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		if (options->details)
			function(&details, &snapshot->functions[i]);
		else
			brief(&details, &snapshot->functions[i]);
	}
}
