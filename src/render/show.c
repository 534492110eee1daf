/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"
#include "util/escape.h"

#include <inttypes.h>
#include <string.h>

#include "history/example.h"
#include "render/parts.h"
#include "util/wrap.h"

struct renderer {
	const struct history *history;
	const struct subject *subject;
	const struct show_options *options;
	struct pool *pool;
	struct finding *findings; /* [history->row_cnt] */
	struct buf *out;
};

static void show_labelled(struct renderer *renderer, const char *label, const char *text)
{
	put_labelled(renderer->out, label, text, renderer->options->width);
}

static void show_flags(struct renderer *renderer, const struct snapshot_kfunc *kfunc, bool registered)
{
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		const char *meaning = kfunc_flag_meaning(kfunc->flags[i]);
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s%s%s", kfunc->flags[i], meaning ? ": " : "", meaning ? meaning : "");
		show_labelled(renderer, i ? "" : "flags", buf_text(&text));
	}
	if (!registered)
		show_labelled(renderer, kfunc->flag_cnt ? "" : "flags", FLAGS_BY_LOADS);
	else if (!kfunc->flag_cnt)
		show_labelled(renderer, "flags", "none");
}

static void kfunc_head(struct renderer *renderer, size_t newest)
{
	const struct finding *finding = &renderer->findings[newest];
	struct registration registration = history_registration(renderer->history, newest, finding);
	const struct snapshot_kfunc *kfunc = finding->kfunc;
	_cleanup_buf_ struct buf text = {0};

	show_labelled(renderer, "signature", kfunc->prototype ? kfunc->prototype : "unknown");
	show_flags(renderer, registration.kfunc ? registration.kfunc : kfunc, registration.kfunc);
	buf_printf(&text, "%s, set %s", kfunc->module, registration.set ? registration.set : "unknown");
	show_labelled(renderer, "module", buf_text(&text));
}

static void since(struct renderer *renderer)
{
	struct sighting sighting = first_sighting(renderer->history, renderer->findings);
	const struct history_row *rows = renderer->history->rows;
	_cleanup_buf_ struct buf text = {0};

	if (sighting.first == SIZE_MAX)
		return;
	buf_printf(&text, "first seen in %s", rows[sighting.first].label);
	if (sighting.before != SIZE_MAX)
		buf_printf(&text, ", not in %s", rows[sighting.before].label);
	else
		buf_puts(&text, "; no older kernel is known not to have it");
	show_labelled(renderer, "since", buf_text(&text));
}

static void headline(struct renderer *renderer, size_t newest)
{
	const struct finding *finding = &renderer->findings[newest];
	const struct history_row *row = &renderer->history->rows[newest];
	_cleanup_buf_ struct buf text = {0};

	buf_printf(renderer->out, "%s ", subject_kind_noun(renderer->subject->kind));
	escape_text(renderer->out, renderer->subject->name);
	buf_putc(renderer->out, '\n');
	if (finding->kfunc) {
		kfunc_head(renderer, newest);
	} else if (finding->helper) {
		buf_printf(&text, "%" PRIu32, finding->helper->id);
		show_labelled(renderer, "id", buf_text(&text));
	} else if (finding->context) {
		const struct snapshot_context *context = finding->context;
		buf_printf(&text, "program type %s, attach type %s%s", context->program_type,
			context->attach_type ? context->attach_type : "none",
			context->sleepable ? ", sleepable" : "");
		show_labelled(renderer, "context", buf_text(&text));
		render_show_layout_text(renderer->history, context->name, renderer->options->width,
			renderer->out);
	}
	show_labelled(renderer, "as of", row->label);
	since(renderer);
}

static void mark_state(const struct renderer *renderer, size_t like, bool *rows)
{
	const struct finding *a = &renderer->findings[like];

	for (size_t i = 0; i < renderer->history->row_cnt; i++) {
		const struct finding *b = &renderer->findings[i];
		const char *x = a->reason ? a->reason : "", *y = b->reason ? b->reason : "";
		rows[i] = !strcmp(a->state, b->state) && !strcmp(x, y) &&
			!strcmp(row_evidence(&renderer->history->rows[i]),
				row_evidence(&renderer->history->rows[like]));
	}
}

static bool first_of_state(const struct renderer *renderer, size_t row, const bool *rows)
{
	for (size_t i = 0; i < row; i++) {
		if (rows[i])
			return false;
	}
	(void)renderer;
	return true;
}

/* Kernels that say the same about the subject as a whole, with its reason. */
static struct error *show_states(struct renderer *renderer, bool absent_only)
{
	bool *rows = pool_calloc(renderer->pool, renderer->history->row_cnt, sizeof(*rows));

	if (!rows)
		return error_no_memory();
	for (size_t i = 0; i < renderer->history->row_cnt; i++) {
		const struct finding *finding = &renderer->findings[i];
		_cleanup_buf_ struct buf text = {0};
		mark_state(renderer, i, rows);
		if (!first_of_state(renderer, i, rows) ||
			(absent_only && finding_is_present(finding)))
			continue;
		put_kernels(&text, renderer->history, rows);
		if (finding->reason)
			buf_printf(&text, ": %s", finding->reason);
		show_labelled(renderer, finding->state, buf_text(&text));
	}
	return NULL;
}

static char column_letter(size_t at)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return at < sizeof(letters) - 1 ? letters[at] : '#';
}

static struct error *columns(struct renderer *renderer, const struct call_matrix *matrix)
{
	bool *rows = pool_calloc(renderer->pool, renderer->history->row_cnt, sizeof(*rows));

	if (!rows)
		return error_no_memory();
	for (size_t c = 0; c < matrix->column_cnt; c++) {
		_cleanup_buf_ struct buf text = {0};
		for (size_t i = 0; i < renderer->history->row_cnt; i++)
			rows[i] = matrix->column_of[i] == c;
		buf_printf(&text, "%c = ", column_letter(c));
		put_kernels(&text, renderer->history, rows);
		buf_printf(&text, " (%s)",
			row_evidence(&renderer->history->rows[matrix->columns[c]]));
		show_labelled(renderer, c ? "" : "kernels", buf_text(&text));
	}
	return NULL;
}

static bool same_cells(const struct call_matrix *matrix, size_t a, size_t b)
{
	size_t cnt = matrix->column_cnt;

	return !memcmp(matrix->states + a * cnt, matrix->states + b * cnt, cnt * sizeof(*matrix->states));
}

static bool says_nothing(const struct call_matrix *matrix, size_t row)
{
	for (size_t c = 0; c < matrix->column_cnt; c++) {
		enum cell_state state = matrix->states[row * matrix->column_cnt + c];
		if (state != CELL_NONE && state != CELL_UNSUPPORTED)
			return false;
	}
	return true;
}

static void matrix_row(
	struct renderer *renderer, const struct call_matrix *matrix, size_t row, size_t column)
{
	_cleanup_buf_ struct buf names = {0};

	buf_puts(renderer->out, "  ");
	for (size_t c = 0; c < matrix->column_cnt; c++)
		buf_putc(renderer->out,
			cell_state_letter(matrix->states[row * matrix->column_cnt + c]));
	buf_pad(renderer->out, ' ', column - 2 - matrix->column_cnt);
	for (size_t i = row; i < matrix->row_cnt; i++) {
		if (same_cells(matrix, row, i))
			buf_printf(&names, "%s%s", names.len ? " " : "", matrix->rows[i]);
	}
	wrap_escaped(renderer->out, buf_text(&names), column, column, renderer->options->width);
	buf_putc(renderer->out, '\n');
}

static void show_legend(struct renderer *renderer, const struct call_matrix *matrix)
{
	bool used[CELL_STATE_CNT] = {false};
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < matrix->row_cnt * matrix->column_cnt; i++)
		used[matrix->states[i]] |= !says_nothing(matrix, i / matrix->column_cnt);
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (used[state])
			buf_printf(&text, "%s%c %s", text.len ? ", " : "", cell_state_letter(state),
				cell_state_word(state));
	}
	buf_puts(renderer->out, "  ");
	wrap_escaped(renderer->out, buf_text(&text), 2, 2, renderer->options->width);
	buf_putc(renderer->out, '\n');
}

static void matrix_rows(struct renderer *renderer, const struct call_matrix *matrix)
{
	size_t column = matrix->column_cnt + 4;

	buf_puts(renderer->out, "\n  ");
	for (size_t c = 0; c < matrix->column_cnt; c++)
		buf_putc(renderer->out, column_letter(c));
	buf_putc(renderer->out, '\n');
	for (size_t r = 0; r < matrix->row_cnt; r++) {
		bool said = says_nothing(matrix, r);
		for (size_t k = 0; k < r && !said; k++)
			said = same_cells(matrix, k, r);
		if (!said)
			matrix_row(renderer, matrix, r, column);
	}
	show_legend(renderer, matrix);
}

static struct error *calls(struct renderer *renderer)
{
	struct call_matrix matrix;
	struct error *error =
		call_matrix_make(renderer->history, renderer->subject, renderer->pool, &matrix);

	if (!error)
		error = columns(renderer, &matrix);
	if (!error && matrix.row_cnt && matrix.column_cnt)
		matrix_rows(renderer, &matrix);
	return error;
}

static void pair_head(struct renderer *renderer, const struct history_pair *pair)
{
	escape_printf(renderer->out, "  %s -> %s", renderer->history->rows[pair->from].label,
		renderer->history->rows[pair->to].label);
	buf_putc(renderer->out, '\n');
}

static void put_item(struct renderer *renderer, const char *text)
{
	buf_puts(renderer->out, "    ");
	wrap_escaped(renderer->out, text, 4, 6, renderer->options->width);
	buf_putc(renderer->out, '\n');
}

/* The changes from kernel to kernel. Steps without a change are only counted. */
static struct error *changes(struct renderer *renderer)
{
	size_t same = 0, untold = 0, told = 0;

	for (size_t i = 0; i < renderer->history->pair_cnt; i++) {
		struct comparison comparison;
		const struct history_pair *pair = &renderer->history->pairs[i];
		struct error *error = compare_subject(renderer->history, pair, renderer->subject,
			renderer->options->deep, renderer->pool, &comparison);
		if (error)
			return error;
		untold += comparison.unknown != NULL;
		same += !comparison.unknown && !comparison.nowhere && !comparison.cnt;
		if (!comparison.cnt)
			continue;
		if (!told++)
			buf_puts(renderer->out, "\n  Changes\n");
		pair_head(renderer, pair);
		for (size_t k = 0; k < comparison.cnt; k++) {
			_cleanup_buf_ struct buf text = {0};
			put_change(&text, &comparison.list[k]);
			put_item(renderer, buf_text(&text));
		}
	}
	if (!renderer->history->pair_cnt)
		return NULL;
	_cleanup_buf_ struct buf text = {0};
	buf_printf(&text, "%zu unchanged, %zu inconclusive", same, untold);
	buf_puts(renderer->out, told ? "  " : "\n  ");
	wrap_escaped(renderer->out, buf_text(&text), 2, 2, renderer->options->width);
	buf_putc(renderer->out, '\n');
	return NULL;
}

static bool show_same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !memcmp(buf_text(a), buf_text(b), a->len);
}

/* Kernels with the same report share it; `texts` are [history->row_cnt]. */
static struct error *put_reports(struct renderer *renderer, const struct buf *texts)
{
	size_t cnt = renderer->history->row_cnt;
	bool *rows = pool_calloc(renderer->pool, cnt, sizeof(*rows));

	for (size_t i = 0; rows && i < cnt; i++) {
		_cleanup_buf_ struct buf label = {0};
		bool said = !texts[i].len;
		for (size_t k = 0; k < i && !said; k++)
			said = show_same_text(&texts[k], &texts[i]);
		if (said)
			continue;
		for (size_t k = 0; k < cnt; k++)
			rows[k] = show_same_text(&texts[k], &texts[i]);
		put_kernels(&label, renderer->history, rows);
		buf_puts(renderer->out, "\n  ");
		wrap_escaped(renderer->out, buf_text(&label), 2, 2, renderer->options->width);
		buf_printf(renderer->out, "\n%s", buf_text(&texts[i]));
	}
	return rows ? NULL : error_no_memory();
}

static struct error *show_functions(struct renderer *renderer)
{
	size_t cnt = renderer->history->row_cnt;
	struct buf *texts = pool_calloc(renderer->pool, cnt, sizeof(*texts));
	struct error *error = texts ? NULL : error_no_memory();

	for (size_t i = 0; texts && i < cnt; i++) {
		if (!finding_is_present(&renderer->findings[i]))
			continue;
		render_function_text(
			renderer->findings[i].function, renderer->options->width, &texts[i]);
		buf_puts(&texts[i], "  ");
		put_labelled(&texts[i], "evidence", row_evidence(&renderer->history->rows[i]),
			renderer->options->width);
	}
	if (!error)
		error = put_reports(renderer, texts);
	for (size_t i = 0; texts && i < cnt; i++) {
		renderer->out->failed |= texts[i].failed;
		buf_deinit(&texts[i]);
	}
	return error;
}

/* It comes last: it is long, and the answers stand above it. */
static void show_example(struct renderer *renderer)
{
	struct call_example example;

	if (!example_find(renderer->subject->name, &example))
		return;
	buf_printf(renderer->out, "\n  Example: %s, accepted by Linux %s\n\n", example.context, example.kernel);
	/* As it is, so that it can be copied into a file. */
	buf_add(renderer->out, example.source, example.len_bytes);
}

static struct error *body(struct renderer *renderer)
{
	enum subject_kind kind = renderer->subject->kind;
	bool is_call = subject_is_call(kind);
	bool has_calls = kind == SUBJECT_PROGRAM_TYPE || kind == SUBJECT_CONTEXT;
	struct error *error = show_states(renderer, is_call || kind == SUBJECT_FUNCTION);

	if (!error && (is_call || has_calls))
		error = calls(renderer);
	if (!error && kind == SUBJECT_FUNCTION)
		error = show_functions(renderer);
	if (!error)
		error = changes(renderer);
	if (!error && is_call)
		show_example(renderer);
	return error;
}

struct error *render_show_text(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct renderer renderer = {.history = history, .subject = subject, .options = options,
		.pool = &pool, .out = out};
	struct error *error = find_all(history, subject, &pool, &renderer.findings);

	if (error)
		return error;
	size_t newest = newest_present(history, renderer.findings);
	headline(&renderer, newest == SIZE_MAX ? history->row_cnt - 1 : newest);
	error = body(&renderer);
	return error || !out->failed ? error : error_no_memory();
}
