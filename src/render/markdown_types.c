/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types, tracepoints, LSM hooks and system calls on many kernels, in the form of published dependency reports. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "render/markdown.h"
#include "render/render.h"
#include "render/type_change.h"
#include "util/escape.h"

struct page {
	const struct history *history;
	const struct type_subject *subject;
	const struct type_subject *event; /* of a tracepoint: the fields of its record; NULL: not known */
	bool deep;
	struct pool *pool;
	struct buf *out;
};

static void put_title(struct page *page)
{
	_cleanup_buf_ struct buf noun = {0};

	buf_puts(&noun, type_kind_noun(page->subject->kind));
	if (noun.len && noun.data[0] >= 'a' && noun.data[0] <= 'z')
		noun.data[0] = (char)(noun.data[0] - 'a' + 'A');
	buf_printf(page->out, "# %s: ", buf_text(&noun));
	markdown_code(page->out, page->subject->name);
	buf_puts(page->out, "\n\n");
}

static bool is_enumerator(const struct type_part *part)
{
	return !part->type;
}

/* A line of a block of code: only its own end is no text of a kernel. */
static void put_line(struct page *page, const char *indent, const struct buf *line)
{
	buf_puts(page->out, indent);
	escape_code(page->out, buf_text(line));
	buf_putc(page->out, '\n');
	page->out->failed |= line->failed;
}

/* "unsigned int __state; (at 24)" */
static void describe_part(const struct type_part *part, struct buf *line)
{
	if (is_enumerator(part)) {
		buf_printf(line, "%s = %" PRId64 ",", part->name, part->at);
		return;
	}
	buf_puts(line, part->text);
	if (part->bits)
		buf_printf(line, " : %" PRIu32, part->bits);
	buf_printf(line, "; /* at %" PRId64 " */", part->at / 8);
}

static void put_members(struct page *page, const char *keyword, const char *name, const struct type_form *form)
{
	_cleanup_buf_ struct buf head = {0};

	buf_printf(&head, "%s %s {", keyword, name);
	put_line(page, "", &head);
	for (size_t i = 0; i < form->part_cnt; i++) {
		_cleanup_buf_ struct buf line = {0};
		describe_part(&form->parts[i], &line);
		put_line(page, "\t", &line);
	}
	buf_puts(page->out, "};\n");
}

static void put_arguments(struct page *page, const struct type_form *form)
{
	_cleanup_buf_ struct buf line = {0};

	buf_printf(&line, "void %s(", page->subject->name);
	for (size_t i = 0; i < form->part_cnt; i++)
		buf_printf(&line, "%s%s", i ? ", " : "", form->parts[i].text);
	buf_puts(&line, form->part_cnt ? ");" : "void);");
	put_line(page, "", &line);
}

static void put_declaration(struct page *page, const struct type_form *form)
{
	escape_code(page->out, form->declaration);
	buf_puts(page->out, ";\n");
}

static void put_field(struct page *page, const struct type_form *form)
{
	_cleanup_buf_ struct buf of = {0}, line = {0};

	if (form->of) {
		buf_printf(&of, "/* %s */", form->of);
		put_line(page, "", &of);
	}
	describe_part(form->parts, &line);
	put_line(page, "", &line);
}

static void put_form(struct page *page, size_t row)
{
	const struct type_form *form = page->subject->forms[row];
	const struct type_form *event = page->event ? page->event->forms[row] : NULL;
	enum type_kind kind = page->subject->kind;

	if (kind == TYPE_SYSCALL) {
		buf_puts(page->out, "**Function:** ");
		markdown_code(page->out, form->of);
		buf_puts(page->out, "\n\n");
		return;
	}
	buf_puts(page->out, kind == TYPE_TRACEPOINT ? "**Arguments:**\n\n```c\n" : "```c\n");
	if (kind == TYPE_TRACEPOINT)
		put_arguments(page, form);
	else if (kind == TYPE_FIELD || kind == TYPE_ENUMERATOR)
		put_field(page, form);
	else if (form->declaration)
		put_declaration(page, form);
	else
		put_members(page, type_kind_word(kind), page->subject->name, form);
	buf_puts(page->out, "```\n\n");
	if (!event)
		return;
	buf_puts(page->out, "**Event:**\n\n```c\n");
	put_members(page, "struct", page->event->name, event);
	buf_puts(page->out, "```\n\n");
}

/* Why the row has no form. */
static const char *put_lack(struct page *page, size_t row)
{
	if (page->subject->absent[row])
		return "Absent ⚠️";
	return page->subject->known[row] ? "Unknown ❔: not in the kernel itself; a module may have it"
					 : "Unknown ❔: the kernel is in no store, or has no BTF";
}

static void status_item(void *context, size_t row)
{
	struct page *page = context;
	bool there = page->subject->forms[row] != NULL;

	buf_printf(page->out, "<li>\n%sIn ", there ? "<details>\n<summary>" : "");
	markdown_code(page->out, markdown_row_name(page->history, row));
	if (!there) {
		buf_printf(page->out, ": %s\n</li>\n", put_lack(page, row));
		return;
	}
	buf_puts(page->out, ": ✅</summary>\n\n");
	put_form(page, row);
	buf_puts(page->out, "</details>\n</li>\n");
}

/* "Field", as the reports call a member, "Param" an argument. */
static const char *part_noun(enum type_kind kind)
{
	switch (kind) {
	case TYPE_TRACEPOINT:
	case TYPE_LSM_HOOK:
		return "Param";
	case TYPE_ENUM:
	case TYPE_ENUMERATOR:
		return "Enumerator";
	default:
		return "Field";
	}
}

static void change_item(struct page *page, const char *noun, const char *what, const char *before, const char *after)
{
	buf_printf(page->out, "<li>\n<b>%s%s%s. </b>\n", noun, *noun ? " " : "", what);
	if (before)
		markdown_code(page->out, before);
	if (before && after)
		buf_puts(page->out, " ➡️ ");
	if (after)
		markdown_code(page->out, after);
	buf_puts(page->out, "\n</li>\n");
}

static void size_item(struct page *page, const struct type_form *a, const struct type_form *b)
{
	char before[24], after[24];

	snprintf(before, sizeof(before), "%" PRIu32, a->size_bytes);
	snprintf(after, sizeof(after), "%" PRIu32, b->size_bytes);
	change_item(page, "", "Size changed", before, after);
}

static void moved_items(struct page *page, const struct type_change *change)
{
	const char *noun = part_noun(page->subject->kind);

	for (size_t i = 0; i < change->moved_cnt && (page->deep || i < 1); i++) {
		const struct type_part *a = change->moved[2 * i], *b = change->moved[2 * i + 1];
		_cleanup_buf_ struct buf before = {0}, after = {0};
		buf_printf(&before, "%s, ", a->name);
		put_part_place(&before, page->subject->kind, a);
		put_part_place(&after, page->subject->kind, b);
		change_item(page, noun, is_enumerator(a) ? "value changed" : "moved", buf_text(&before), buf_text(&after));
		page->out->failed |= before.failed || after.failed;
	}
	if (!page->deep && change->moved_cnt > 1)
		buf_printf(page->out, "<li>\n<b>And %zu more moved. </b>\n</li>\n", change->moved_cnt - 1);
}

static void change_items(
	struct page *page, const struct type_form *a, const struct type_form *b, const struct type_change *change)
{
	const char *noun = part_noun(page->subject->kind);

	for (size_t i = 0; i < change->added_cnt; i++)
		change_item(page, noun, "added", NULL, change->added[i]->text);
	for (size_t i = 0; i < change->removed_cnt; i++)
		change_item(page, noun, "removed", change->removed[i]->text, NULL);
	for (size_t i = 0; i < change->renamed_cnt; i++)
		change_item(page, noun, "probably renamed", change->renamed[2 * i]->name, change->renamed[2 * i + 1]->name);
	for (size_t i = 0; i < change->retyped_cnt; i++)
		change_item(page, noun, "type changed", change->retyped[2 * i]->text, change->retyped[2 * i + 1]->text);
	moved_items(page, change);
	if (change->declared)
		change_item(page, "", "Declaration changed", a->declaration, b->declaration);
	if (change->resized)
		size_item(page, a, b);
	if (type_change_is_empty(change))
		buf_puts(page->out, "<li>\n<b>Only in types without a name that it has inside. </b>\n</li>\n");
}

static void plain_item(struct page *page, const struct history_pair *pair, const char *word, const char *mark)
{
	buf_printf(page->out, "<li>\n%s ", word);
	markdown_between(page->history, pair, page->out);
	buf_printf(page->out, " %s\n</li>\n", mark);
}

static struct error *pair_item(struct page *page, const struct history_pair *pair)
{
	const struct type_subject *subject = page->subject;
	const struct type_form *a = subject->forms[pair->from], *b = subject->forms[pair->to];
	bool member = subject->kind == TYPE_FIELD || subject->kind == TYPE_ENUMERATOR;
	struct type_change change = {0};
	struct error *error = a && b ? types_compare(a, b, page->pool, &change) : NULL;

	if (error)
		return error;
	if (!subject->known[pair->from] || !subject->known[pair->to]) {
		plain_item(page, pair, "Unknown", "❔");
	} else if (type_forms_equal(a, b) || (a && b && member && type_change_is_empty(&change))) {
		plain_item(page, pair, "No changes", "✅");
	} else {
		buf_puts(page->out, "<li>\n<details>\n<summary>Changed ");
		markdown_between(page->history, pair, page->out);
		buf_puts(page->out, " ⚠️</summary>\n<ul>\n");
		if (a && b)
			change_items(page, a, b, &change);
		else
			buf_printf(page->out, "<li>\n<b>%s. </b>\n</li>\n", b ? "Added" : "Removed");
		buf_puts(page->out, "</ul>\n</details>\n</li>\n");
	}
	return NULL;
}

static struct error *difference_group(struct page *page, enum history_group group)
{
	struct error *error = NULL;
	bool begun = false;

	for (size_t i = 0; i < page->history->pair_cnt && !error; i++) {
		const struct history_pair *pair = &page->history->pairs[i];
		if (pair->group != group || (!page->subject->forms[pair->from] && !page->subject->forms[pair->to]))
			continue;
		if (!begun)
			buf_printf(page->out, "<b>%s</b>\n<ul>\n", history_group_word(group));
		begun = true;
		error = pair_item(page, pair);
	}
	if (begun)
		buf_puts(page->out, "</ul>\n");
	return error;
}

/* TRACE_EVENT() makes a struct trace_event_raw_NAME of a record; DEFINE_EVENT() has that of its class. */
static struct error *find_event(struct page *page)
{
	const char *name = pool_printf(page->pool, "trace_event_raw_%s", page->subject->name);
	struct type_subject *list;
	size_t cnt;
	struct error *error = name ? types_find(page->history, name, page->pool, &list, &cnt) : error_no_memory();

	for (size_t i = 0; !error && i < cnt && !page->event; i++) {
		if (list[i].kind == TYPE_STRUCT)
			page->event = &list[i];
	}
	return error;
}

struct error *render_show_type_markdown(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct page page = {
		.history = history, .subject = subject, .deep = options->deep, .pool = &pool, .out = out};
	struct error *error = subject->kind == TYPE_TRACEPOINT ? find_event(&page) : NULL;

	if (error)
		return error;
	put_title(&page);
	markdown_status(page.history, page.out, status_item, &page);
	buf_puts(out, "\n## Differences\n");
	for (enum history_group group = 0; group < HISTORY_GROUP_CNT && !error; group++)
		error = difference_group(&page, group);
	return error || !out->failed ? error : error_no_memory();
}
