/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_show_markdown(): every subject, in the form of published function reports. */
#include <string.h>

#include "util/escape.h"
#include "snapshot/history/example.h"
#include "render/markdown.h"
#include "render/parts.h"

struct page {
	const struct history *history;
	const struct subject *subject;
	const struct show_options *options;
	struct pool *pool;
	struct finding *findings;
	struct call_matrix matrix; /* of calls */
	struct buf *out;
};

void markdown_code(struct buf *out, const char *text)
{
	buf_puts(out, "<code>");
	escape_html(out, text);
	buf_puts(out, "</code>");
}

static const char *title(enum subject_kind kind)
{
	static const char *const titles[SUBJECT_KIND_CNT] = {
		[SUBJECT_KFUNC] = "KFunc", [SUBJECT_HELPER] = "Helper",
		[SUBJECT_PROGRAM_TYPE] = "Program type", [SUBJECT_CONTEXT] = "Context",
		[SUBJECT_MAP_TYPE] = "Map type", [SUBJECT_ATTACH_TYPE] = "Attach type",
		[SUBJECT_LINK_TYPE] = "Link type", [SUBJECT_FEATURE] = "Feature",
		[SUBJECT_FUNCTION] = "Function",
	};

	return titles[kind];
}

const char *markdown_row_name(const struct history *history, size_t row)
{
	const struct history_row *own = &history->rows[row];

	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *other = &history->rows[i];
		if (i != row && other->group == own->group && !strcmp(other->version, own->version))
			return own->label;
	}
	return own->group == HISTORY_REGULAR && history_row_has_release(own) ? own->version : own->label;
}

static void put_reason(struct page *page, const char *reason)
{
	if (!reason)
		return;
	buf_puts(page->out, ": ");
	escape_markdown(page->out, reason);
}

static void call_summary(struct page *page, size_t row, enum cell_state state)
{
	const struct call_matrix *matrix = &page->matrix;
	size_t column = matrix->column_of[row], cnt = 0;

	for (size_t i = 0; i < matrix->row_cnt && column != SIZE_MAX; i++) {
		if (matrix->states[i * matrix->column_cnt + column] != state)
			continue;
		buf_printf(page->out, "%s", cnt++ ? " " : "");
		markdown_code(page->out, matrix->rows[i]);
	}
}

static bool column_has(const struct page *page, size_t row, enum cell_state state)
{
	const struct call_matrix *matrix = &page->matrix;
	size_t column = matrix->column_of ? matrix->column_of[row] : SIZE_MAX;

	for (size_t i = 0; i < matrix->row_cnt && column != SIZE_MAX; i++) {
		if (matrix->states[i * matrix->column_cnt + column] == state)
			return true;
	}
	return false;
}

static void kfunc_body(struct page *page, size_t row)
{
	const struct finding *finding = &page->findings[row];
	struct registration registration = history_registration(page->history, row, finding);
	const struct snapshot_kfunc *kfunc = registration.kfunc ? registration.kfunc : finding->kfunc;

	buf_puts(page->out, "```c\n");
	escape_code(page->out, finding->kfunc->prototype ? finding->kfunc->prototype : "/* unknown */");
	buf_puts(page->out, ";\n```\n\n");
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		const char *meaning = kfunc_flag_meaning(kfunc->flags[i]);
		buf_puts(page->out, "- ");
		markdown_code(page->out, kfunc->flags[i]);
		buf_printf(page->out, "%s%s\n", meaning ? ": " : "", meaning ? meaning : "");
	}
	if (!registration.kfunc)
		buf_puts(page->out, "- Flags: " FLAGS_BY_LOADS "\n");
	buf_puts(page->out, "- Module ");
	markdown_code(page->out, finding->kfunc->module);
	buf_puts(page->out, ", set ");
	markdown_code(page->out, registration.set ? registration.set : "unknown");
	buf_puts(page->out, "\n\n");
}

static void calls_body(struct page *page, size_t row)
{
	const struct finding *finding = &page->findings[row];

	if (finding->kfunc)
		kfunc_body(page, row);
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (state == CELL_UNSUPPORTED || !column_has(page, row, state))
			continue;
		buf_printf(page->out, "**%s** (%s): ", cell_state_word(state), cell_state_meaning(state));
		call_summary(page, row, state);
		buf_puts(page->out, "\n\n");
	}
}

static bool has_details(const struct page *page, size_t row)
{
	enum subject_kind kind = page->subject->kind;

	return finding_is_present(&page->findings[row]) &&
		(kind == SUBJECT_FUNCTION || subject_is_call(kind) || kind == SUBJECT_PROGRAM_TYPE ||
			kind == SUBJECT_CONTEXT);
}

static void put_state(struct page *page, size_t row)
{
	const struct finding *finding = &page->findings[row];

	buf_puts(page->out, ": ");
	if (finding_is_present(finding) && finding->function)
		render_function_status(finding->function, page->out);
	else if (finding_is_present(finding))
		buf_puts(page->out, "✅");
	else if (!strcmp(finding->state, "absent"))
		buf_puts(page->out, "Absent ⚠️");
	else if (!strcmp(finding->state, "unknown"))
		buf_puts(page->out, "Unknown ❔");
	else
		buf_printf(page->out, "%s ⚠️", finding->state);
}

static void status_item(void *context, size_t row)
{
	struct page *page = context;
	const struct finding *finding = &page->findings[row];
	bool details = has_details(page, row);

	buf_printf(page->out, "<li>\n%sIn ", details ? "<details>\n<summary>" : "");
	markdown_code(page->out, markdown_row_name(page->history, row));
	put_state(page, row);
	if (!details) {
		put_reason(page, finding->reason);
		buf_puts(page->out, "\n</li>\n");
		return;
	}
	buf_puts(page->out, "</summary>\n\n");
	if (finding->function)
		render_function_markdown(finding->function, page->out);
	else
		calls_body(page, row);
	buf_puts(page->out, "</details>\n</li>\n");
}

bool markdown_is_empty_group(const struct history *history, enum history_group group)
{
	for (size_t i = 0; i < history->row_cnt; i++) {
		if (history->rows[i].group == group)
			return false;
	}
	return true;
}

void markdown_status(const struct history *history, struct buf *out, markdown_item_fn *item, void *page)
{
	buf_puts(out, "## Status\n");
	for (enum history_group group = 0; group < HISTORY_GROUP_CNT; group++) {
		if (markdown_is_empty_group(history, group))
			continue;
		buf_printf(out, "<b>%s</b>\n<ul>\n", history_group_word(group));
		for (size_t i = 0; i < history->row_cnt; i++) {
			if (history->rows[i].group == group)
				item(page, i);
		}
		buf_puts(out, "</ul>\n");
	}
}

static void put_what(struct buf *out, const struct change *change)
{
	_cleanup_buf_ struct buf word = {0};

	buf_puts(&word, change->what);
	if (word.len && word.data[0] >= 'a' && word.data[0] <= 'z')
		word.data[0] = (char)(word.data[0] - 'a' + 'A');
	buf_printf(out, "<b>%s. </b>", buf_text(&word));
}

static void change_item(struct page *page, const struct change *change)
{
	buf_puts(page->out, "<li>\n");
	put_what(page->out, change);
	buf_putc(page->out, '\n');
	if (change->before)
		markdown_code(page->out, change->before);
	if (change->before && change->after)
		buf_puts(page->out, " ➡️ ");
	if (change->after)
		markdown_code(page->out, change->after);
	if (change->before || change->after)
		buf_putc(page->out, '\n');
	if (change->contexts) {
		buf_puts(page->out, "in ");
		markdown_code(page->out, change->contexts);
		buf_putc(page->out, '\n');
	}
	buf_puts(page->out, "</li>\n");
}

void markdown_between(const struct history *history, const struct history_pair *pair, struct buf *out)
{
	buf_puts(out, "between ");
	markdown_code(out, markdown_row_name(history, pair->from));
	buf_puts(out, " and ");
	markdown_code(out, markdown_row_name(history, pair->to));
}

static void pair_item(
	struct page *page, const struct history_pair *pair, const struct comparison *comparison)
{
	buf_puts(page->out, "<li>\n");
	if (comparison->cnt) {
		buf_puts(page->out, "<details>\n<summary>Changed ");
		markdown_between(page->history, pair, page->out);
		buf_puts(page->out, " ⚠️</summary>\n<ul>\n");
		for (size_t i = 0; i < comparison->cnt; i++)
			change_item(page, &comparison->list[i]);
		buf_puts(page->out, "</ul>\n</details>\n</li>\n");
		return;
	}
	buf_puts(page->out, comparison->unknown ? "Unknown " : "No changes ");
	markdown_between(page->history, pair, page->out);
	buf_puts(page->out, comparison->unknown ? " ❔" : " ✅");
	put_reason(page, comparison->unknown);
	buf_puts(page->out, "\n</li>\n");
}

static struct error *difference_group(struct page *page, enum history_group group)
{
	bool begun = false;

	for (size_t i = 0; i < page->history->pair_cnt; i++) {
		const struct history_pair *pair = &page->history->pairs[i];
		struct comparison comparison;
		if (pair->group != group)
			continue;
		struct error *error = compare_subject(page->history, pair, page->subject,
			page->options->deep, page->pool, &comparison);
		if (error)
			return error;
		if (comparison.nowhere && !comparison.unknown)
			continue;
		if (!begun)
			buf_printf(page->out, "<b>%s</b>\n<ul>\n", history_group_word(group));
		begun = true;
		pair_item(page, pair, &comparison);
	}
	if (begun)
		buf_puts(page->out, "</ul>\n");
	return NULL;
}

static struct error *make_matrix(struct page *page)
{
	enum subject_kind kind = page->subject->kind;

	if (!subject_is_call(kind) && kind != SUBJECT_PROGRAM_TYPE && kind != SUBJECT_CONTEXT)
		return NULL;
	return call_matrix_make(page->history, page->subject, page->pool, &page->matrix);
}

static void markdown_example(const struct page *page)
{
	struct call_example example;

	if (!example_find(page->subject->name, &example))
		return;
	buf_printf(page->out, "\n## Example\n\nA program for `%s` that Linux %s accepted:\n\n```c\n",
		example.context, example.kernel);
	buf_add(page->out, example.source, example.len_bytes);
	buf_puts(page->out, "```\n");
}

struct error *render_show_markdown(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct page page = {
		.history = history, .subject = subject, .options = options, .pool = &pool, .out = out};
	struct error *error = find_all(history, subject, &pool, &page.findings);

	if (!error)
		error = make_matrix(&page);
	if (error)
		return error;
	buf_printf(out, "# %s: ", title(subject->kind));
	markdown_code(out, subject->name);
	buf_puts(out, "\n\n");
	markdown_status(page.history, page.out, status_item, &page);
	buf_puts(out, "\n## Differences\n");
	for (int group = 0; group < HISTORY_GROUP_CNT && !error; group++)
		error = difference_group(&page, group);
	if (!error && subject_is_call(subject->kind))
		markdown_example(&page);
	return error || !out->failed ? error : error_no_memory();
}
