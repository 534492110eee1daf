/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"
#include "util/escape.h"

#include <inttypes.h>
#include <string.h>

#include "snapshot/history/example.h"
#include "render/show.h"
#include "util/wrap.h"

static void show_flags(struct show *show, const struct snapshot_kfunc *kfunc, bool registered)
{
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		const char *meaning = kfunc_flag_meaning(kfunc->flags[i]);
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s%s%s", kfunc->flags[i], meaning ? ": " : "", meaning ? meaning : "");
		show_labelled(show, i ? "" : "flags", buf_text(&text));
	}
	if (!registered)
		show_labelled(show, kfunc->flag_cnt ? "" : "flags", FLAGS_BY_LOADS);
	else if (!kfunc->flag_cnt)
		show_labelled(show, "flags", "none");
}

static void kfunc_head(struct show *show, size_t newest)
{
	const struct finding *finding = &show->findings[newest];
	struct registration registration = history_registration(show->history, newest, finding);
	const struct snapshot_kfunc *kfunc = finding->kfunc;
	_cleanup_buf_ struct buf text = {0};

	show_labelled(show, "signature", kfunc->prototype ? kfunc->prototype : "unknown");
	show_flags(show, registration.kfunc ? registration.kfunc : kfunc, registration.kfunc);
	buf_printf(&text, "%s, set %s", kfunc->module, registration.set ? registration.set : "unknown");
	show_labelled(show, "module", buf_text(&text));
}

/* What does not change with the context, as of one kernel. */
static void show_facts(struct show *show, size_t newest)
{
	const struct finding *finding = &show->findings[newest];
	_cleanup_buf_ struct buf text = {0};

	if (!finding->kfunc && !finding->helper && !finding->context)
		return;
	buf_putc(show->out, '\n');
	if (finding->kfunc) {
		kfunc_head(show, newest);
	} else if (finding->helper) {
		buf_printf(&text, "%" PRIu32, finding->helper->id);
		show_labelled(show, "id", buf_text(&text));
	} else {
		const struct snapshot_context *context = finding->context;
		buf_printf(&text, "program type %s, attach type %s%s", context->program_type,
			context->attach_type ? context->attach_type : "none",
			context->sleepable ? ", sleepable" : "");
		show_labelled(show, "context", buf_text(&text));
		render_show_layout_text(show->history, context->name, show->options->width,
			show->out);
	}
	show_labelled(show, "as of", show->history->rows[newest].name);
}

static bool show_same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !memcmp(buf_text(a), buf_text(b), a->len);
}

/* Kernels with the same report share it; `texts` are [history->row_cnt]. */
static struct error *put_reports(struct show *show, const struct buf *texts)
{
	size_t cnt = show->history->row_cnt;
	bool *rows = pool_calloc(show->pool, cnt, sizeof(*rows));

	for (size_t i = 0; rows && i < cnt; i++) {
		_cleanup_buf_ struct buf label = {0};
		bool said = !texts[i].len;
		for (size_t k = 0; k < i && !said; k++)
			said = show_same_text(&texts[k], &texts[i]);
		if (said)
			continue;
		for (size_t k = 0; k < cnt; k++)
			rows[k] = show_same_text(&texts[k], &texts[i]);
		put_kernels(&label, show->history, rows);
		buf_puts(show->out, "\n  ");
		wrap_escaped(show->out, buf_text(&label), 2, 2, show->options->width);
		buf_printf(show->out, "\n%s", buf_text(&texts[i]));
	}
	return rows ? NULL : error_no_memory();
}

static struct error *show_functions(struct show *show)
{
	size_t cnt = show->history->row_cnt;
	struct buf *texts = pool_calloc(show->pool, cnt, sizeof(*texts));
	struct error *error = texts ? NULL : error_no_memory();

	for (size_t i = 0; texts && i < cnt; i++) {
		if (!finding_is_present(&show->findings[i]))
			continue;
		render_function_text(
			show->findings[i].function, show->options->width, &texts[i]);
		buf_puts(&texts[i], "  ");
		put_labelled(&texts[i], "evidence", row_evidence(&show->history->rows[i]),
			show->options->width);
	}
	if (!error)
		error = put_reports(show, texts);
	for (size_t i = 0; texts && i < cnt; i++) {
		show->out->failed |= texts[i].failed;
		buf_deinit(&texts[i]);
	}
	return error;
}

/* It comes last: it is long, and the answers stand above it. */
static void show_example(struct show *show)
{
	struct call_example example;

	if (!example_find(show->subject->name, &example))
		return;
	buf_printf(show->out, "\n  Example: %s, accepted by Linux %s\n\n", example.context, example.kernel);
	/* As it is, so that it can be copied into a file. */
	buf_add(show->out, example.source, example.len_bytes);
}

/* The running kernel, else the newest one of the table, else of any, that has it; SIZE_MAX: none. */
static size_t choose_newest(const struct show *show)
{
	const struct series *series = &show->series;

	if (series->live != SIZE_MAX && finding_is_present(&show->findings[series->live]))
		return series->live;
	for (size_t i = series->cnt; i-- > 0;) {
		if (finding_is_present(&show->findings[series->rows[i]]))
			return series->rows[i];
	}
	return newest_present(show->history, show->findings);
}

static struct error *body(struct show *show)
{
	enum subject_kind kind = show->subject->kind;
	size_t newest = choose_newest(show);

	if (newest != SIZE_MAX)
		show_facts(show, newest);
	struct error *error = show->has_matrix ? show_table(show) : NULL;
	if (!error && kind == SUBJECT_FUNCTION)
		error = show_functions(show);
	if (!error && subject_is_call(kind))
		show_example(show);
	return error;
}

struct error *show_prepare(struct show *show)
{
	struct error *error = find_all(show->history, show->subject, show->pool, &show->findings);

	if (!error && !series_choose(show))
		error = error_no_memory();
	return error;
}

struct error *show_prepare_matrix(struct show *show)
{
	show->has_matrix = true;
	return call_matrix_make(show->history, show->subject, show->pool, &show->matrix);
}

static bool shows_matrix(enum subject_kind kind)
{
	return subject_is_call(kind) || kind == SUBJECT_PROGRAM_TYPE || kind == SUBJECT_CONTEXT;
}

/* "LABEL  text" in the width of the reader. */
static void say_text(struct show *show, const char *label, const char *text)
{
	put_labelled(show->out, label, text, show->options->width);
}

struct error *render_show_text(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct show show = {.history = history, .subject = subject, .options = options,
		.pool = &pool, .out = out, .say = say_text};
	struct error *error = show_prepare(&show);

	if (!error && shows_matrix(subject->kind))
		error = show_prepare_matrix(&show);
	if (error)
		return error;
	buf_printf(out, "%s ", subject_kind_noun(subject->kind));
	escape_text(out, subject->name);
	buf_putc(out, '\n');
	error = show_verdict(&show);
	if (!error)
		error = body(&show);
	return error || !out->failed ? error : error_no_memory();
}
