/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_page_kfunc() */
#include "docs/docs.h"

#include <string.h>

#include "util/escape.h"
#include "docs/page_parts.h"
#include "render/parts.h"

struct page {
	const struct history *history;
	struct subject subject;
	struct pool *pool;
	struct finding *findings;
	struct registration *registrations; /* [history->row_cnt] */
	struct call_matrix matrix;
	size_t newest; /* row; SIZE_MAX: no kernel has it */
	unsigned int used; /* mask of 1u << enum cell_state: the states in the table */
	struct buf *out;
};

/* The row that the flags come from: a probe knows only some flags. */
static const struct snapshot_kfunc *flagged(const struct page *page, size_t row)
{
	const struct snapshot_kfunc *kfunc = page->registrations[row].kfunc;

	return kfunc ? kfunc : page->findings[row].kfunc;
}

static bool is_marked(const struct page *page, size_t row, const char *flag)
{
	const struct snapshot_kfunc *kfunc = flagged(page, row);

	for (size_t i = 0; kfunc && i < kfunc->flag_cnt; i++) {
		if (!strcmp(kfunc->flags[i], flag))
			return true;
	}
	return false;
}

static bool was_said(const struct page *page, size_t row, size_t at)
{
	const char *flag = flagged(page, row)->flags[at];

	for (size_t i = 0; i < row; i++) {
		if (is_marked(page, i, flag))
			return true;
	}
	return false;
}

/* One line for a flag: its meaning, and the kernels where it is set. */
static void put_flag(struct page *page, const char *flag, bool *rows)
{
	const char *meaning = kfunc_flag_meaning(flag);
	_cleanup_buf_ struct buf kernels = {0};
	bool everywhere = true;

	for (size_t i = 0; i < page->history->row_cnt; i++) {
		rows[i] = is_marked(page, i, flag);
		everywhere &= rows[i] || !page->registrations[i].kfunc;
	}
	put_kernels(&kernels, page->history, rows);
	buf_puts(page->out, "| ");
	escape_code_name(page->out, flag);
	buf_printf(page->out, " | %s | ", meaning ? meaning : "unknown to this program");
	escape_markdown(page->out, everywhere ? "all that have it" : buf_text(&kernels));
	buf_puts(page->out, " |\n");
}

/* The kernels whose registrations were not read. */
static void partly_known(struct page *page, bool *rows)
{
	_cleanup_buf_ struct buf kernels = {0};
	bool some = false;

	for (size_t i = 0; i < page->history->row_cnt; i++) {
		rows[i] = page->findings[i].kfunc && !page->registrations[i].kfunc;
		some |= rows[i];
	}
	if (!some)
		return;
	put_kernels(&kernels, page->history, rows);
	buf_puts(page->out, "\nFlags of ");
	escape_markdown(page->out, buf_text(&kernels));
	buf_puts(page->out, ": " FLAGS_BY_LOADS ".\n");
}

static struct error *page_flags(struct page *page)
{
	bool *rows = pool_calloc(page->pool, page->history->row_cnt, sizeof(*rows));
	size_t said = 0;

	for (size_t i = 0; rows && i < page->history->row_cnt; i++) {
		const struct snapshot_kfunc *kfunc = flagged(page, i);
		for (size_t k = 0; kfunc && k < kfunc->flag_cnt; k++) {
			if (was_said(page, i, k))
				continue;
			if (!said++)
				buf_puts(page->out, "\n| Flag | Meaning | Kernels |\n|---|---|---|\n");
			put_flag(page, kfunc->flags[k], rows);
		}
	}
	if (!rows)
		return error_no_memory();
	if (!said)
		buf_puts(page->out, "\nNo kernel shows a flag of it.\n");
	partly_known(page, rows);
	return NULL;
}

static const char *prototype(const struct page *page, size_t row)
{
	const struct finding *finding = &page->findings[row];

	return finding->kfunc && finding->kfunc->prototype ? finding->kfunc->prototype : NULL;
}

static bool is_declared_so(const struct page *page, size_t row, const char *text)
{
	return prototype(page, row) && !strcmp(prototype(page, row), text);
}

/* The declarations, if the kernels differ in them. */
static struct error *signatures(struct page *page)
{
	size_t cnt = page->history->row_cnt, said = 0;
	bool *rows = pool_calloc(page->pool, cnt, sizeof(*rows));
	_cleanup_buf_ struct buf table = {0};

	for (size_t i = 0; rows && i < cnt; i++) {
		_cleanup_buf_ struct buf kernels = {0};
		bool again = !prototype(page, i);
		for (size_t k = 0; k < i && !again; k++)
			again = is_declared_so(page, k, prototype(page, i));
		if (again)
			continue;
		for (size_t k = 0; k < cnt; k++)
			rows[k] = is_declared_so(page, k, prototype(page, i));
		put_kernels(&kernels, page->history, rows);
		buf_puts(&table, "| <code>");
		escape_html(&table, prototype(page, i));
		buf_puts(&table, "</code> | ");
		escape_markdown(&table, buf_text(&kernels));
		buf_puts(&table, " |\n");
		said++;
	}
	if (said > 1)
		buf_printf(page->out, "\n| Declared as | Kernels |\n|---|---|\n%s", buf_text(&table));
	page->out->failed |= table.failed;
	return rows ? NULL : error_no_memory();
}

static bool same_answer(const struct page *page, size_t a, size_t b)
{
	const struct finding *x = &page->findings[a], *y = &page->findings[b];

	return !strcmp(x->state, y->state) &&
		!strcmp(x->reason ? x->reason : "", y->reason ? y->reason : "") &&
		!strcmp(row_evidence(&page->history->rows[a]), row_evidence(&page->history->rows[b]));
}

/* The kernels that lack it, and those where this is unknown, with the reason. */
static struct error *lacking(struct page *page)
{
	size_t cnt = page->history->row_cnt, said = 0;
	bool *rows = pool_calloc(page->pool, cnt, sizeof(*rows));

	for (size_t i = 0; rows && i < cnt; i++) {
		const struct finding *finding = &page->findings[i];
		_cleanup_buf_ struct buf kernels = {0};
		bool again = finding_is_present(finding);
		for (size_t k = 0; k < i && !again; k++)
			again = same_answer(page, k, i);
		if (again)
			continue;
		for (size_t k = 0; k < cnt; k++)
			rows[k] = same_answer(page, i, k);
		put_kernels(&kernels, page->history, rows);
		buf_printf(page->out, "%s- %s (%s): ", said++ ? "" : "\n", finding->state,
			row_evidence(&page->history->rows[i]));
		escape_markdown(page->out, buf_text(&kernels));
		buf_puts(page->out, finding->reason ? "; " : "");
		escape_markdown(page->out, finding->reason ? finding->reason : "");
		buf_putc(page->out, '\n');
	}
	return rows ? NULL : error_no_memory();
}

static void module(struct page *page)
{
	const char *name = NULL, *set = NULL;

	for (size_t i = 0; i < page->history->row_cnt; i++) {
		if (page->findings[i].kfunc)
			name = page->findings[i].kfunc->module;
		if (page->registrations[i].set)
			set = page->registrations[i].set;
	}
	if (!name)
		return;
	buf_puts(page->out, "\nIt is part of ");
	escape_code_name(page->out, name);
	buf_puts(page->out, set ? ", registered in the set " : "; its set is unknown");
	if (set)
		escape_code_name(page->out, set);
	buf_puts(page->out, ".\n");
}

static enum cell_state page_state_of(const struct page *page, size_t row, size_t context)
{
	const struct call_matrix *matrix = &page->matrix;
	size_t column = matrix->column_of[row];
	enum cell_state state;

	if (column == SIZE_MAX)
		return strcmp(page->findings[row].state, "absent") ? CELL_UNKNOWN : CELL_ABSENT;
	state = matrix->states[context * matrix->column_cnt + column];
	return state == CELL_NONE ? CELL_UNSUPPORTED : state;
}

/* The reason of the newest kernel that has it. */
static const char *page_reason_of(const struct page *page, size_t context)
{
	const struct finding *finding =
		page->newest == SIZE_MAX ? NULL : &page->findings[page->newest];
	const struct snapshot_context *own = finding
		? snapshot_find_context(finding->snapshot, page->matrix.rows[context])
		: NULL;
	struct cell cell = own ? finding_cell(finding, own) : (struct cell) {0};

	if (!cell.evidence || !cell.evidence->line || cell_state_usable(cell.state))
		return "";
	return cell.evidence->line;
}

/* The three cells behind the contexts in a line of the table. */
static struct error *page_answers(struct page *page, size_t context, struct buf *ret)
{
	struct timeline timeline;
	struct error *error = timeline_init(&timeline, page->history, page->pool);
	unsigned int used = 0;

	for (size_t i = 0; !error && i < page->history->row_cnt; i++) {
		enum cell_state state = page_state_of(page, i, context);
		int class = cell_state_usable(state) ? CELL_PERMITTED : (int)state;
		/* Says once that a kernel lacks the kfunc, not for each context. */
		if (page->history->rows[i].group != HISTORY_REGULAR &&
			!finding_is_present(&page->findings[i]))
			continue;
		used |= 1u << state;
		if (!timeline_set(&timeline, page->history, i, cell_state_word(state), class, page->pool))
			error = error_no_memory();
	}
	/* No kernel that has the kfunc has the context. */
	if (error || !(used & ~(1u << CELL_UNSUPPORTED | 1u << CELL_ABSENT)))
		return error;
	page->used |= used;
	put_timeline_regular(ret, page->history, &timeline);
	buf_puts(ret, " | ");
	error = put_timeline_others(ret, page->history, &timeline, page->pool);
	buf_puts(ret, " | ");
	escape_markdown(ret, page_reason_of(page, context));
	return error;
}

static bool page_put_contexts(struct page *page, const struct buf *texts, size_t first)
{
	const char **names = pool_calloc(page->pool, page->matrix.row_cnt, sizeof(*names));

	for (size_t i = first; names && i < page->matrix.row_cnt; i++) {
		if (!strcmp(buf_text(&texts[i]), buf_text(&texts[first])))
			names[i] = page->matrix.rows[i];
	}
	if (names)
		put_context_names(page->out, names, page->matrix.row_cnt);
	return names;
}

/* Contexts with equal answers on all kernels share a line. */
static void page_context_lines(struct page *page, const struct buf *texts)
{
	for (size_t i = 0; i < page->matrix.row_cnt; i++) {
		bool said = !texts[i].len;
		for (size_t k = 0; k < i && !said; k++)
			said = !strcmp(buf_text(&texts[k]), buf_text(&texts[i]));
		if (said)
			continue;
		buf_puts(page->out, "| ");
		page->out->failed |= !page_put_contexts(page, texts, i);
		buf_printf(page->out, " | %s |\n", buf_text(&texts[i]));
	}
}

static struct error *page_contexts(struct page *page)
{
	size_t cnt = page->matrix.row_cnt;
	struct buf *texts = pool_calloc(page->pool, cnt, sizeof(*texts));
	struct error *error = texts ? NULL : error_no_memory();

	buf_puts(page->out, "\n### Contexts\n\n| Contexts | ");
	put_regular_series(page->out, page->history);
	buf_puts(page->out, " | Other kernels, where they differ | Why not");
	if (page->newest != SIZE_MAX) {
		buf_puts(page->out, ", in ");
		escape_markdown(page->out, page->history->rows[page->newest].label);
	}
	buf_puts(page->out, " |\n|---|---|---|---|\n");
	for (size_t i = 0; i < cnt && !error; i++)
		error = page_answers(page, i, &texts[i]);
	if (!error)
		page_context_lines(page, texts);
	for (size_t i = 0; texts && i < cnt; i++) {
		page->out->failed |= texts[i].failed;
		buf_deinit(&texts[i]);
	}
	return error;
}

/* The text below the table explains the states that occur. */
static void page_legend(struct page *page)
{
	buf_putc(page->out, '\n');
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (page->used & 1u << state)
			buf_printf(page->out, "- **%s**: %s\n", cell_state_word(state),
				cell_state_meaning(state));
	}
	buf_puts(page->out, "- **predicted**: read from the image; everything else was observed on the running kernel\n");
}

static struct error *gather(struct page *page)
{
	size_t cnt = page->history->row_cnt;
	struct error *error =
		find_all(page->history, &page->subject, page->pool, &page->findings);

	page->registrations = pool_calloc(page->pool, cnt, sizeof(*page->registrations));
	if (!error && !page->registrations)
		error = error_no_memory();
	for (size_t i = 0; !error && i < cnt; i++)
		page->registrations[i] = history_registration(page->history, i, &page->findings[i]);
	if (error)
		return error;
	page->newest = newest_present(page->history, page->findings);
	return call_matrix_make(page->history, &page->subject, page->pool, &page->matrix);
}

static struct error *definition(struct page *page)
{
	put_since(page->out, page->history, page->findings);
	struct error *error = lacking(page);
	buf_puts(page->out, "\n## Definition\n\n**Signature**\n\n");
	put_marker(page->out, "KFUNC_DEF", NULL);
	if (!error)
		error = signatures(page);
	if (!error)
		error = page_flags(page);
	module(page);
	return error;
}

struct error *render_page_kfunc(const struct history *history, const char *name, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct page page = {
		.history = history, .subject = {SUBJECT_KFUNC, name}, .pool = &pool, .out = out};
	struct error *error = gather(&page);

	if (error)
		return error;
	put_page_head(out, "KFunc", name,
		"the kfunc's signature and flags, the program types and contexts that may call it, and the kernels that have it");
	put_marker(out, "FEATURE_TAG", name);
	buf_putc(out, '\n');
	error = definition(&page);
	buf_puts(out, "\n## Usage\n\n### Program types\n\nPrograms of these types may call it:\n\n");
	put_marker(out, "KFUNC_PROG_REF", NULL);
	if (!error)
		error = page_contexts(&page);
	if (!error)
		page_legend(&page);
	put_call_example(out, name);
	return error || !out->failed ? error : error_no_memory();
}
