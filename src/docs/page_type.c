/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_page_program_type() */
#include <string.h>

#include "kernel/context.h"
#include "render/parts.h"
#include "docs/docs.h"
#include "docs/page_parts.h"
#include "util/escape.h"

struct type_page {
	const struct history *history;
	const char *word;
	struct pool *pool;
	const struct snapshot_context **contexts; /* unique names, from the newest kernel */
	size_t context_cnt, context_cap;
	struct buf *out;
};

static bool page_type_is_listed(const struct type_page *page, const char *name)
{
	for (size_t i = 0; i < page->context_cnt; i++) {
		if (!strcmp(page->contexts[i]->name, name))
			return true;
	}
	return false;
}

/* A plain "iter" in a kernel's list stands for targets that this kernel lacks. */
static bool is_stem(const char *name)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		enum target_kind target = context_rows[i].target;
		if ((target == TARGET_ITER || target == TARGET_STRUCT_OPS) &&
			!strcmp(context_rows[i].name, name))
			return true;
	}
	return false;
}

static struct error *page_type_add_contexts(struct type_page *page, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		if (strcmp(context->program_type, page->word) || is_stem(context->name) ||
			page_type_is_listed(page, context->name))
			continue;
		const struct snapshot_context **list = pool_grow(page->pool, page->contexts,
			page->context_cnt, &page->context_cap, sizeof(*list));
		if (!list)
			return error_no_memory();
		page->contexts = list;
		list[page->context_cnt++] = context;
	}
	return NULL;
}

static struct error *collect(struct type_page *page)
{
	const struct history *history = page->history;
	struct error *error = NULL;

	for (size_t i = history->row_cnt; i-- > 0 && !error;) {
		for (size_t k = 0; k < history->rows[i].entry_cnt && !error; k++)
			error = page_type_add_contexts(page, history->rows[i].entries[k]->snapshot);
	}
	return error;
}

static struct error *context_text(
	struct type_page *page, const struct snapshot_context *context, struct buf *ret)
{
	const struct subject subject = {SUBJECT_CONTEXT, context->name};

	if (context->attach_type)
		escape_code_name(ret, context->attach_type);
	else
		buf_puts(ret, "none");
	buf_printf(ret, " | %s | ", context->sleepable ? "yes" : "no");
	return put_support(ret, page->history, &subject, page->pool);
}

/* Contexts that differ only in their names share a line. */
static struct error *page_type_context_lines(struct type_page *page, const struct buf *texts)
{
	size_t cnt = page->context_cnt;
	const char **names = pool_calloc(page->pool, cnt, sizeof(*names));

	for (size_t i = 0; names && i < cnt; i++) {
		bool said = false;
		for (size_t k = 0; k < i && !said; k++)
			said = !strcmp(buf_text(&texts[k]), buf_text(&texts[i]));
		if (said)
			continue;
		for (size_t k = 0; k < cnt; k++)
			names[k] = strcmp(buf_text(&texts[k]), buf_text(&texts[i])) ? NULL : page->contexts[k]->name;
		buf_puts(page->out, "| ");
		put_context_names(page->out, names, cnt);
		buf_printf(page->out, " | %s |\n", buf_text(&texts[i]));
	}
	return names ? NULL : error_no_memory();
}

static struct error *page_type_contexts(struct type_page *page)
{
	struct buf *texts = pool_calloc(page->pool, page->context_cnt, sizeof(*texts));
	struct error *error = texts ? NULL : error_no_memory();

	buf_puts(page->out, "## Sections and attach types\n\n| Section | Attach type | Sleepable | ");
	put_regular_series(page->out, page->history);
	buf_puts(page->out, " | Other kernels, where they differ |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < page->context_cnt && !error; i++)
		error = context_text(page, page->contexts[i], &texts[i]);
	if (!error)
		error = page_type_context_lines(page, texts);
	for (size_t i = 0; texts && i < page->context_cnt; i++) {
		page->out->failed |= texts[i].failed;
		buf_deinit(&texts[i]);
	}
	return error;
}

static struct error *page_type_layouts(struct type_page *page)
{
	const char **names = pool_calloc(page->pool, page->context_cnt, sizeof(*names));

	if (!names)
		return error_no_memory();
	for (size_t i = 0; i < page->context_cnt; i++)
		names[i] = page->contexts[i]->name;
	render_show_layout_markdown(page->history, names, page->context_cnt, page->out);
	return NULL;
}

struct error *render_page_program_type(
	const struct history *history, const char *word, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf name = {0};
	struct type_page page = {.history = history, .word = word, .pool = &pool, .out = out};
	const struct subject subject = {SUBJECT_PROGRAM_TYPE, word};
	struct finding *findings;
	struct error *error = find_all(history, &subject, &pool, &findings);

	if (error)
		return error;
	put_enumerator(&name, word);
	put_page_head(out, "Program type", buf_text(&name),
		"the program type's contexts, attach types, helpers and kfuncs, and the kernels that have it");
	put_marker(out, "FEATURE_TAG", buf_text(&name));
	buf_putc(out, '\n');
	put_since(out, history, findings);
	error = put_support_table(out, history, &subject, &pool);
	if (!error)
		error = collect(&page);
	if (!error)
		error = page_type_contexts(&page);
	if (!error)
		error = put_attachments(out, history, word, &pool);
	if (error)
		return error;
	error = page_type_layouts(&page);
	put_program_example(out, word);
	buf_puts(out, "\n## Helper functions\n\n");
	put_marker(out, "PROG_HELPER_FUNC_REF", NULL);
	buf_puts(out, "\n## KFuncs\n\n");
	put_marker(out, "PROG_KFUNC_REF", NULL);
	return error || !(out->failed || name.failed) ? error : error_no_memory();
}
