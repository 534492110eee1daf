/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/parts.h"

#include <inttypes.h>
#include <string.h>

#include "util/array.h"
#include "util/escape.h"

#define NOT_KNOWN "unknown (no debug information)"


static void show_function_labelled(struct buf *out, size_t width, const char *label, const char *text)
{
	buf_puts(out, "  ");
	put_labelled(out, label, text, width > 2 ? width - 2 : width);
}

/* False: it is only called: the build made it, or it is declared and not defined. */
static bool has_place(const struct view_instance *instance)
{
	return instance->unit || instance->file;
}

static const char *unit_of(const struct view_instance *instance)
{
	return instance->unit ? instance->unit : "an unknown unit";
}

static void show_function_put_changes(struct buf *out, const struct function_view *view)
{
	if (!view->changes_known) {
		buf_puts(out, "unknown (no symbols)");
		return;
	}
	for (size_t i = 0; i < view->change_cnt; i++)
		buf_printf(out, "%s%s", i ? " " : "", view->changes[i]);
	if (!view->change_cnt)
		buf_puts(out, "none");
	else
		buf_puts(out, view->changed ? " (changes what is hooked)" : " (harmless: the entry is the plain symbol)");
}

static const char *show_function_tristate(enum tristate value)
{
	return value == TRISTATE_YES ? "yes" : value == TRISTATE_NO ? "no" : "unknown";
}

static bool tells_attach(const struct view_symbol *symbol)
{
	return symbol->section || symbol->region || symbol->exported ||
		symbol->patchable != TRISTATE_UNKNOWN || symbol->kprobe_refused != TRISTATE_UNKNOWN;
}

static void put_attach(struct buf *out, const struct view_symbol *symbol)
{
	buf_printf(out, "%s%s%s, entry that ftrace patches: %s, kprobe %s, exported %s",
		symbol->section ? symbol->section : "section unknown", symbol->region ? ", " : "",
		symbol->region ? symbol->region : "", show_function_tristate(symbol->patchable),
		symbol->kprobe_refused == TRISTATE_YES ? "refused"
			: symbol->kprobe_refused == TRISTATE_NO ? "not refused" : "unknown",
		symbol->exported ? symbol->exported : "unknown");
}

/* The word of ELF, as in published reports. */
static const char *elf_binding(const struct view_symbol *symbol)
{
	static const char *const words[][2] = {
		{"local", "STB_LOCAL"}, {"global", "STB_GLOBAL"}, {"weak", "STB_WEAK"}};

	for (size_t i = 0; symbol->binding && i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i][0], symbol->binding))
			return words[i][1];
	}
	return symbol->binding;
}

static void show_function_put_symbol(struct buf *out, const struct view_symbol *symbol, const char *binding)
{
	if (symbol->address)
		buf_printf(out, "%016" PRIx64, symbol->address);
	if (symbol->address && symbol->size_bytes)
		buf_printf(out, "-%016" PRIx64, symbol->address + symbol->size_bytes);
	buf_printf(out, "%s%s (%s%s%s)", symbol->address ? ": " : "", symbol->name,
		binding ? binding : "binding unknown",
		symbol->module && strcmp(symbol->module, "vmlinux") ? ", module " : "",
		symbol->module && strcmp(symbol->module, "vmlinux") ? symbol->module : "");
}

static void text_symbols(const struct function_view *view, size_t width, struct buf *out)
{
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		show_function_put_symbol(&text, &view->symbols[i], view->symbols[i].binding);
		if (tells_attach(&view->symbols[i])) {
			buf_puts(&text, ", ");
			put_attach(&text, &view->symbols[i]);
		}
		show_function_labelled(out, width, i ? "" : "symbols", buf_text(&text));
	}
	_cleanup_buf_ struct buf text = {0};
	if (view->traceable || view->kprobe_blacklisted || view->fentry) {
		buf_printf(&text, "traceable %s, kprobe blacklist %s, fentry load %s",
			show_function_tristate(view->traceable), show_function_tristate(view->kprobe_blacklisted),
			view->fentry ? view->fentry : "not asked");
		show_function_labelled(out, width, "attach", buf_text(&text));
	}
}

static void text_callers(const char *label, const char *const *list, size_t cnt, size_t width, struct buf *out)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < cnt; i++)
		buf_printf(&text, "%s%s", i ? " " : "", list[i]);
	if (cnt)
		show_function_labelled(out, width, label, buf_text(&text));
}

/* Why callers are unknown: the file beside a store may not be installed. */
static const char *callers_unknown(const struct function_view *view)
{
	return view->callers_left_out ? "unknown (the file of callers is not beside the store)" : NOT_KNOWN;
}

static void text_instances(const struct function_view *view, size_t width, struct buf *out)
{
	for (size_t i = 0; i < view->instance_cnt; i++) {
		const struct view_instance *instance = &view->instances[i];
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s", unit_of(instance));
		if (instance->has_address)
			buf_printf(&text, " (%016" PRIx64 ")", instance->address);
		if (instance->file)
			buf_printf(&text, ", declared at %s:%" PRIu32, instance->file, instance->line);
		buf_printf(&text, ", inline %s", instance->inlined ? instance->inlined : "unknown");
		if (instance->language && strncmp(instance->language, "C", 1))
			buf_printf(&text, ", %s", instance->language);
		if (has_place(instance))
			show_function_labelled(out, width, "instance", buf_text(&text));
		text_callers("called by", instance->direct, instance->direct_cnt, width, out);
		text_callers("inlined in", instance->inlines, instance->inline_cnt, width, out);
	}
	if (!view->instances_known)
		show_function_labelled(out, width, "instances", NOT_KNOWN);
	if (!view->callers_known)
		show_function_labelled(out, width, "callers", callers_unknown(view));
}

void render_function_text(const struct function_view *view, size_t width, struct buf *out)
{
	_cleanup_buf_ struct buf changes = {0};

	for (size_t i = 0; i < view->prototype_cnt; i++)
		show_function_labelled(out, width, i ? "" : "prototype", view->prototypes[i]);
	if (!view->prototype_cnt)
		show_function_labelled(out, width, "prototype", "unknown");
	if (view->kind)
		show_function_labelled(out, width, "kind", view->kind);
	if (view->alias_of)
		show_function_labelled(out, width, "alias of", view->alias_of);
	show_function_labelled(out, width, "collision", view->collision ? view->collision : NOT_KNOWN);
	show_function_labelled(out, width, "inline", view->inlined ? view->inlined : NOT_KNOWN);
	show_function_put_changes(&changes, view);
	show_function_labelled(out, width, "suffixes", buf_text(&changes));
	text_instances(view, width, out);
	text_symbols(view, width, out);
	show_function_labelled(out, width, "from", view->sources ? view->sources : "unknown");
}

static void add_mark(struct buf *marks, const char *mark)
{
	buf_printf(marks, "%s%s", marks->len ? ", " : "", mark);
}

static bool show_function_is(const char *text, const char *word)
{
	return text && !strcmp(text, word);
}

void render_function_marks(const struct function_view *view, struct buf *out, const char *before)
{
	_cleanup_buf_ struct buf marks = {0};

	if (show_function_is(view->collision, "static duplication"))
		add_mark(&marks, "Duplicate");
	else if (show_function_is(view->collision, "static-static") || show_function_is(view->collision, "static-global") ||
		show_function_is(view->collision, "several"))
		add_mark(&marks, "Collision");
	if (show_function_is(view->inlined, "selective"))
		add_mark(&marks, "Selective Inline");
	if (show_function_is(view->inlined, "full"))
		add_mark(&marks, "Full Inline");
	if (show_function_is(view->inlined, "gone"))
		add_mark(&marks, "Optimized Out");
	if (view->changed)
		add_mark(&marks, "Transformation");
	if (marks.len)
		buf_printf(out, "%s%s", before, buf_text(&marks));
	out->failed |= marks.failed;
}

void render_function_status(const struct function_view *view, struct buf *out)
{
	_cleanup_buf_ struct buf marks = {0};

	render_function_marks(view, &marks, "");
	buf_printf(out, "%s", marks.len ? buf_text(&marks) : "✅");
	if (marks.len)
		buf_puts(out, " ⚠️");
	if (!view->inlined)
		buf_puts(out, " (inlining unknown)");
}

static void field(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "**%s:** ", name);
	escape_markdown(out, text);
	buf_puts(out, "\n\n");
}

/* "static-global" is "Static-Global Collision" in the published reports. */
static const char *collision_title(const struct function_view *view)
{
	static const char *const titles[][2] = {
		{"unique global", "Unique Global"},
		{"unique static", "Unique Static"},
		{"static duplication", "Static Duplication"},
		{"static-static", "Static-Static Collision"},
		{"static-global", "Static-Global Collision"},
		{"several", "Several symbols of this name"},
	};

	for (size_t i = 0; view->collision && i < ARRAY_SIZE(titles); i++) {
		if (!strcmp(titles[i][0], view->collision))
			return titles[i][1];
	}
	return "Unknown (no debug information)";
}

static const char *inline_title(const char *inlined)
{
	return show_function_is(inlined, "no") ? "No"
		: show_function_is(inlined, "selective") ? "Selective"
		: show_function_is(inlined, "full") ? "Full"
		: show_function_is(inlined, "gone") ? "Optimized out"
				      : "Unknown (no debug information)";
}

static void markdown_callers(
	struct buf *out, const char *title, const char *const *list, size_t cnt)
{
	if (cnt)
		buf_printf(out, "%s:\n", title);
	for (size_t i = 0; i < cnt; i++) {
		buf_puts(out, "  - ");
		escape_code(out, list[i]);
		buf_putc(out, '\n');
	}
}

static const char *inline_answer(const char *inlined)
{
	return show_function_is(inlined, "no") ? "False" : inlined ? "True" : "Unknown";
}

static void markdown_instance(struct buf *out, const struct view_instance *instance)
{
	if (!has_place(instance) && !instance->direct_cnt && !instance->inline_cnt)
		return;
	buf_puts(out, "```\n");
	if (has_place(instance)) {
		buf_puts(out, "In ");
		escape_code(out, unit_of(instance));
		if (instance->has_address)
			buf_printf(out, " (%016" PRIx64 ")", instance->address);
	}
	if (instance->file) {
		buf_puts(out, "\nLocation: ");
		escape_code(out, instance->file);
		buf_printf(out, ":%" PRIu32, instance->line);
	}
	if (has_place(instance))
		buf_printf(out, "\nInline: %s\n", inline_answer(instance->inlined));
	markdown_callers(out, "Direct callers", instance->direct, instance->direct_cnt);
	markdown_callers(out, "Inline callers", instance->inlines, instance->inline_cnt);
	buf_puts(out, "```\n");
}

static void markdown_symbols(struct buf *out, const struct function_view *view)
{
	buf_puts(out, "**Symbols:**\n\n```\n");
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		const struct view_symbol *symbol = &view->symbols[i];
		_cleanup_buf_ struct buf text = {0};
		show_function_put_symbol(&text, symbol, elf_binding(symbol));
		escape_code(out, buf_text(&text));
		if (tells_attach(symbol)) {
			_cleanup_buf_ struct buf attach = {0};
			put_attach(&attach, symbol);
			buf_puts(out, ", ");
			escape_code(out, buf_text(&attach));
		}
		buf_putc(out, '\n');
	}
	buf_puts(out, view->symbol_cnt ? "```\n" : "none\n```\n");
}

void render_function_markdown(const struct function_view *view, struct buf *out)
{
	_cleanup_buf_ struct buf changes = {0};

	buf_puts(out, view->prototype_cnt ? "```c\n" : "Prototype unknown.\n");
	for (size_t i = 0; i < view->prototype_cnt; i++) {
		escape_code(out, view->prototypes[i]);
		buf_puts(out, ";\n");
	}
	buf_puts(out, view->prototype_cnt ? "```\n\n" : "\n");
	if (view->kind)
		field(out, "Kind", view->kind);
	field(out, "Collision", collision_title(view));
	field(out, "Inline", inline_title(view->inlined));
	show_function_put_changes(&changes, view);
	buf_printf(out, "**Transformation:** %s", !view->changes_known ? "" : view->changed ? "True" : "False");
	if (view->change_cnt || !view->changes_known) {
		buf_puts(out, view->changes_known ? ", " : "");
		escape_markdown(out, buf_text(&changes));
	}
	buf_puts(out, "\n\n");
	buf_printf(out, "**Instances:**%s\n\n", view->instances_known ? "" : " Unknown (no debug information)");
	for (size_t i = 0; i < view->instance_cnt; i++)
		markdown_instance(out, &view->instances[i]);
	if (!view->callers_known)
		buf_printf(out, "**Callers:** Unknown (%s)\n\n",
			view->callers_left_out ? "the file of callers is not beside the store" : "no debug information");
	markdown_symbols(out, view);
}
