/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"

#include <string.h>

#include "snapshot/history/example.h"
#include "snapshot/history/history.h"
#include "util/escape.h"
#include "render/parts.h"
#include "render/site_parts.h"

struct site {
	const struct history *history;
	struct subjects subjects;
	struct site_cells cells;
	struct texts facts;
	struct site_texts texts;
	struct buf tests; /* names of kfuncs, as elements of a JSON array */
	struct pool pool;
	struct buf *core;
};

/* The baseline's architecture, and the width is not used. */
static const struct show_options site_options = {.width = 80};

static void site_deinit(struct site *site)
{
	subjects_deinit(&site->subjects);
	site_cells_deinit(&site->cells);
	texts_deinit(&site->facts);
	site_texts_deinit(&site->texts);
	buf_deinit(&site->tests);
	pool_destroy(&site->pool);
}

static void put_states(struct buf *out)
{
	buf_puts(out, "\"states\":[");
	for (int i = CELL_NONE; i < CELL_STATE_CNT; i++)
		buf_printf(out, "%s[\"%s\",\"%c\",\"%s\"]", i ? "," : "", cell_state_word(i),
			cell_state_letter(i), cell_state_meaning(i));
	buf_puts(out, "],\n\"supports\":[");
	for (int i = 0; i < SUPPORT_STATE_CNT; i++)
		buf_printf(out, "%s[\"%s\",\"%s\"]", i ? "," : "", support_state_word(i),
			support_state_meaning(i));
	buf_puts(out, "],\n\"kinds\":{");
	for (int i = 0; i < SUBJECT_KIND_CNT; i++)
		buf_printf(out, "%s\"%s\":\"%s\"", i ? "," : "", subject_kind_word(i),
			subject_kind_noun(i));
	buf_puts(out, "},\n");
}

static void site_put_member(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\":", key);
	escape_json(out, text ? text : "");
	buf_putc(out, ',');
}

static void put_sources(struct buf *out, const struct history_row *row)
{
	buf_puts(out, "\"sources\":[");
	for (size_t i = 0; i < row->entry_cnt; i++) {
		const struct snapshot *snapshot = row->entries[i]->snapshot;
		buf_puts(out, i ? ",[" : "[");
		escape_json(out, row->entries[i]->name);
		buf_printf(
			out, ",\"%s\",[", snapshot_is_scanned(snapshot) ? "predicted" : "probed");
		for (size_t k = 0; k < snapshot->fact_cnt; k++) {
			buf_puts(out, k ? "," : "");
			escape_json(out, snapshot->facts[k]);
		}
		buf_puts(out, "]]");
	}
	buf_putc(out, ']');
}

static void put_site_kernels(struct buf *out, const struct history *history)
{
	buf_printf(out, "\"baseline\":%zu,\n\"kernels\":[", history->baseline);
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		const struct kernel_identity *identity = &row->entries[0]->snapshot->kernel;
		buf_puts(out, i ? ",\n{" : "\n{");
		site_put_member(out, "label", row->label);
		site_put_member(out, "version", row->version);
		site_put_member(out, "arch", row->arch);
		site_put_member(out, "flavor", row->flavor);
		site_put_member(out, "group", history_group_word(row->group));
		site_put_member(out, "release", identity->release);
		site_put_member(out, "build", identity->version);
		put_sources(out, row);
		buf_putc(out, '}');
	}
	buf_puts(out, "],\n");
}

static void site_put_contexts(struct buf *out, const struct site_contexts *contexts)
{
	buf_puts(out, "\"contexts\":[");
	for (size_t i = 0; i < contexts->cnt; i++) {
		const struct snapshot_context *context = contexts->list[i];
		buf_puts(out, i ? ",\n[" : "\n[");
		escape_json(out, context->name);
		buf_putc(out, ',');
		escape_json(out, context->program_type);
		buf_putc(out, ',');
		if (context->attach_type)
			escape_json(out, context->attach_type);
		else
			buf_puts(out, "null");
		buf_printf(out, ",%d]", context->sleepable);
	}
	buf_puts(out, "],\n");
}

/* The number of the facts that a kernel states about the subject. */
static size_t fact_number(struct site *site, size_t row, const struct finding *finding)
{
	_cleanup_buf_ struct buf text = {0};

	put_site_fact(&text, site->history, row, finding);
	site->core->failed |= text.failed;
	return texts_number(&site->facts, buf_text(&text), text.len);
}

static long row_or_none(size_t row)
{
	return row == SIZE_MAX ? -1 : (long)row;
}

static void site_put_since(struct buf *out, const struct show *show)
{
	struct sighting sighting = show_sighting(show);
	struct feature_origin origin = {.version = "v", .version_len = 1};

	show_origin(show->subject, &origin);
	buf_printf(out, ",%ld,%ld,\"%.*s\"", row_or_none(sighting.first),
		row_or_none(sighting.before), (int)origin.version_len - 1, origin.version + 1);
}

static void put_answers(struct site *site, const struct show *show)
{
	_cleanup_buf_ struct buf facts = {0}, rows = {0};
	struct site_runs fact_runs = {.out = &facts}, row_runs = {.out = &rows};

	for (size_t i = 0; i < site->history->row_cnt; i++) {
		site_runs_add(&fact_runs, fact_number(site, i, &show->findings[i]));
		site_runs_add(
			&row_runs, site_cells_row(&site->cells, show->subject, &show->findings[i]));
	}
	site_runs_end(&fact_runs);
	site_runs_end(&row_runs);
	buf_printf(site->core, ",\"%s\",\"%s\"", buf_text(&facts), buf_text(&rows));
	site->core->failed |= facts.failed || rows.failed;
}

static struct error *put_subject(struct site *site, const struct subject *subject)
{
	_cleanup_pool_ struct pool pool = {0};
	struct show show = {.history = site->history,
		.subject = subject,
		.options = &site_options,
		.pool = &pool,
		.out = site->core};
	struct error *error = show_prepare(&show);

	if (!error && subject_is_call(subject->kind))
		error = show_prepare_matrix(&show);
	if (error)
		return error;
	buf_printf(site->core, "\n[\"%s\",", subject_kind_word(subject->kind));
	escape_json(site->core, subject->name);
	put_answers(site, &show);
	site_put_since(site->core, &show);
	buf_putc(site->core, ']');
	if (site_is_for_tests(subject, show.findings, site->history->row_cnt)) {
		buf_puts(&site->tests, site->tests.len ? "," : "");
		escape_json(&site->tests, subject->name);
	}
	return site_texts_add(&site->texts, &show);
}

static struct error *site_put_series(struct site *site)
{
	struct show show = {
		.history = site->history, .options = &site_options, .pool = &site->pool};

	if (!series_choose(&show))
		return error_no_memory();
	buf_puts(site->core, "\"series\":[");
	for (size_t i = 0; i < show.series.cnt; i++)
		buf_printf(site->core, "%s%zu", i ? "," : "", show.series.rows[i]);
	buf_puts(site->core, "],\n");
	return NULL;
}

static struct error *put_subjects(struct site *site)
{
	struct error *error = subjects_find(site->history, NULL, 0, &site->subjects);

	buf_puts(site->core, "\"subjects\":[");
	for (size_t i = 0; !error && i < site->subjects.cnt; i++) {
		buf_puts(site->core, i ? "," : "");
		error = put_subject(site, &site->subjects.list[i]);
	}
	buf_printf(site->core, "],\n\"tests\":[%s],\n", buf_text(&site->tests));
	site->core->failed |= site->tests.failed;
	return error;
}

/* Each element is JSON already. */
static void put_texts(struct buf *out, const char *key, const struct texts *texts)
{
	buf_printf(out, "\"%s\":[", key);
	for (size_t i = 0; i < texts->cnt; i++)
		buf_printf(out, "%s\n%s", i ? "," : "", texts->list[i]);
	buf_puts(out, "],\n");
}

/* The first letter of an outcome is its state. */
static void put_outcomes(struct buf *core, struct buf *evidence, const struct texts *outcomes)
{
	buf_puts(core, "\"outcomes\":\"");
	buf_puts(evidence, "kcompat.evidence([");
	for (size_t i = 0; i < outcomes->cnt; i++) {
		buf_putc(core, outcomes->list[i][0]);
		buf_printf(evidence, "%s\n%s", i ? "," : "", outcomes->list[i] + 1);
	}
	buf_puts(core, "\"});\n");
	buf_puts(evidence, "]);\n");
}

/* The flags that some kfunc of some kernel has, with their meaning if it is known. */
static void put_flags(struct site *site)
{
	struct texts flags = {0};
	const struct history *history = site->history;

	for (size_t i = 0; i < history->row_cnt; i++) {
		for (size_t e = 0; e < history->rows[i].entry_cnt; e++) {
			const struct snapshot *snapshot = history->rows[i].entries[e]->snapshot;
			for (size_t k = 0; k < snapshot->kfunc_cnt; k++) {
				const struct snapshot_kfunc *kfunc = &snapshot->kfuncs[k];
				for (size_t f = 0; f < kfunc->flag_cnt; f++)
					texts_number(
						&flags, kfunc->flags[f], strlen(kfunc->flags[f]));
			}
		}
	}
	buf_puts(site->core, "\"flags\":{");
	for (size_t i = 0; i < flags.cnt; i++) {
		const char *meaning = kfunc_flag_meaning(flags.list[i]);
		buf_puts(site->core, i ? "," : "");
		escape_json(site->core, flags.list[i]);
		buf_putc(site->core, ':');
		escape_json(site->core, meaning ? meaning : "");
	}
	buf_puts(site->core, "},\n");
	site->core->failed |= flags.failed;
	texts_deinit(&flags);
}

/* "NAME": [context, kernel, source] */
static void site_put_examples(const struct site *site, struct buf *out)
{
	size_t cnt = 0;

	buf_puts(out, "kcompat.examples({");
	for (size_t i = 0; i < site->subjects.cnt; i++) {
		const struct subject *subject = &site->subjects.list[i];
		_cleanup_buf_ struct buf source = {0};
		struct call_example example;
		if (!subject_is_call(subject->kind) || !example_find(subject->name, &example))
			continue;
		buf_add(&source, example.source, example.len_bytes);
		buf_puts(out, cnt++ ? ",\n" : "\n");
		escape_json(out, subject->name);
		buf_puts(out, ":[");
		escape_json(out, example.context);
		buf_putc(out, ',');
		escape_json(out, example.kernel);
		buf_putc(out, ',');
		escape_json(out, buf_text(&source));
		buf_putc(out, ']');
		out->failed |= source.failed;
	}
	buf_puts(out, "});\n");
}

struct error *render_site(
	const struct history *history, struct buf *core, struct buf *evidence, struct buf *texts)
{
	__attribute__((cleanup(site_deinit))) struct site site = {.history = history, .core = core};
	struct site_cells *cells = &site.cells;

	if (!site_contexts_make(&cells->contexts, history, &site.pool))
		return error_no_memory();
	cells->row = pool_calloc(&site.pool, cells->contexts.cnt + 1, sizeof(*cells->row));
	if (!cells->row)
		return error_no_memory();
	buf_puts(core, "kcompat.core({");
	put_states(core);
	put_flags(&site);
	put_site_kernels(core, history);
	site_put_contexts(core, &cells->contexts);
	struct error *error = site_put_series(&site);
	if (!error)
		error = put_subjects(&site);
	if (error)
		return error;
	put_texts(core, "facts", &site.facts);
	put_site_rows(core, &cells->rows);
	put_outcomes(core, evidence, &cells->outcomes);
	site_texts_put(texts, &site.texts, &site.subjects);
	site_put_examples(&site, texts);
	if (core->failed || evidence->failed || texts->failed || site.facts.failed ||
		cells->rows.failed || cells->outcomes.failed || cells->text.failed ||
		cells->runs.failed)
		return error_no_memory();
	return NULL;
}
