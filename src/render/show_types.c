/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A type on many kernels: since when, what changed, and its layout, as text and as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "snapshot/history/types.h"
#include "render/show.h"
#include "render/type_change.h"
#include "render/type_lines.h"
#include "util/escape.h"
#include "util/json_write.h"

struct type_show {
	struct show show; /* history, options, pool and series */
	const struct type_subject *subject;
	const struct type_lines *lines;
};

static const struct history_row *row_of(const struct type_show *show, size_t row)
{
	return &show->show.history->rows[row];
}

/* One part alone. */
static bool is_member(const struct type_show *show)
{
	return show->subject->kind == TYPE_FIELD || show->subject->kind == TYPE_ENUMERATOR;
}

static void say_line(struct type_show *show, enum type_line line, const char *label, const struct buf *text)
{
	show->lines->say(show->lines->listener, line, label, text);
}

static void say(struct type_show *show, const char *label, const struct buf *text)
{
	say_line(show, TYPE_LINE_VERDICT, label, text);
}

static void say_detail(void *listener, const char *label, const struct buf *text)
{
	say_line(listener, TYPE_LINE_DETAIL, label, text);
}

/* The rows of the series whose types are stored, by version. *cnt of them. */
static size_t *known_rows(struct type_show *show, size_t *cnt)
{
	const struct series *series = &show->show.series;
	size_t *rows = pool_calloc(show->show.pool, series->cnt, sizeof(*rows));

	*cnt = 0;
	for (size_t i = 0; rows && i < series->cnt; i++) {
		if (show->subject->known[series->rows[i]])
			rows[(*cnt)++] = series->rows[i];
	}
	return rows;
}

/* "a member" may be proved absent; a type may be in a module. */
static const char *lacks(const struct type_show *show, size_t row)
{
	return show->subject->absent[row] ? "not in" : "not in the kernel itself of";
}

/* One member, or how large the whole is. */
static void put_form(struct type_show *show, const struct type_form *form, struct buf *out)
{
	enum type_kind kind = show->subject->kind;

	/* The prototypes of a function are shown beside the verdict. */
	if (kind == TYPE_FUNCTION) {
		buf_puts(out, form->declaration ? "" : "; its BTF has no prototype");
	} else if (kind == TYPE_SYSCALL) {
		buf_printf(out, ": %s", form->of);
	} else if (kind == TYPE_FIELD || kind == TYPE_ENUMERATOR) {
		if (form->of)
			buf_printf(out, ": %s, ", form->of);
		else if (form->parts[0].type)
			buf_printf(out, ": %s, ", form->parts[0].type);
		else
			buf_puts(out, ": ");
		put_part_place(out, kind, &form->parts[0]);
	} else if (form->declaration) {
		buf_printf(out, ": %s", form->declaration);
	} else if (kind == TYPE_TRACEPOINT) {
		buf_printf(out, ": %zu argument%s", form->part_cnt, form->part_cnt == 1 ? "" : "s");
	} else {
		buf_printf(out, ": %" PRIu32 " bytes, %zu %s%s", form->size_bytes, form->part_cnt,
			type_kind_part(kind), form->part_cnt == 1 ? "" : "s");
	}
}

static void say_since(struct type_show *show, const size_t *rows, size_t cnt)
{
	const struct type_subject *subject = show->subject;
	_cleanup_buf_ struct buf text = {0};
	size_t first = 0;

	while (first < cnt && !subject->forms[rows[first]])
		first++;
	if (first == cnt)
		buf_printf(&text, "no stored kernel of %s %s has it", show->show.series.arch,
			show->show.series.flavor);
	else if (!first)
		buf_printf(&text, "already in %s, the oldest kernel of %s %s that is stored",
			row_of(show, rows[0])->name, show->show.series.arch, show->show.series.flavor);
	else
		buf_printf(&text, "first seen in %s, %s %s", row_of(show, rows[first])->name,
			lacks(show, rows[first - 1]), row_of(show, rows[first - 1])->name);
	say(show, "since", &text);
}

static void say_newest(struct type_show *show, const size_t *rows, size_t cnt)
{
	const struct type_subject *subject = show->subject;
	_cleanup_buf_ struct buf text = {0};
	size_t last = cnt;

	while (last && !subject->forms[rows[last - 1]])
		last--;
	if (!last)
		return;
	if (last < cnt)
		buf_printf(&text, "last seen in %s, %s %s", row_of(show, rows[last - 1])->name,
			lacks(show, rows[last]), row_of(show, rows[last])->name);
	else
		buf_printf(&text, "%s has it", row_of(show, rows[last - 1])->name);
	put_form(show, subject->forms[rows[last - 1]], &text);
	if (subject->more[rows[last - 1]])
		buf_printf(&text, "; %zu more of that name", subject->more[rows[last - 1]]);
	say(show, last < cnt ? "until" : "newest", &text);
}

/* Nothing is known of what has no prototype. */
static bool is_same_function(const struct type_show *show, const struct type_form *a, const struct type_form *b)
{
	return show->subject->kind == TYPE_FUNCTION &&
		(!a->declaration || !b->declaration || type_calls_equal(a, b));
}

static void put_summary(const struct type_show *show, const struct type_form *a, const struct type_form *b,
	const struct type_change *change, struct buf *out)
{
	if (show->subject->kind == TYPE_FUNCTION)
		buf_puts(out, "another prototype");
	else if (is_member(show))
		put_part_change(show->subject->kind, a, b, change, out);
	else
		put_change_summary(a, b, change, out);
}

/* With `details`, below a heading; else a line of the verdict. */
static struct error *compare_rows(
	struct type_show *show, size_t a, size_t b, const char **label, bool details)
{
	const struct type_form *x = show->subject->forms[a], *y = show->subject->forms[b];
	_cleanup_buf_ struct buf summary = {0}, text = {0};
	struct type_change change;

	if (!x || !y || type_forms_equal(x, y) || is_same_function(show, x, y))
		return NULL;
	struct error *error = types_compare(x, y, show->show.pool, &change);
	if (error || (is_member(show) && type_change_is_empty(&change)))
		return error;
	/* Of a declaration, the summary has it all. */
	if (details && !x->part_cnt && !y->part_cnt)
		return NULL;
	if (details) {
		buf_printf(&text, "%s -> %s (%s %s)", row_of(show, a)->version, row_of(show, b)->version,
			show->show.series.arch, show->show.series.flavor);
		say_line(show, TYPE_LINE_STEP, "", &text);
		const struct change_lines lines = {say_detail, show, show->subject->kind, show->show.options->deep};
		put_change_details(&lines, &change);
		return NULL;
	}
	put_summary(show, x, y, &change, &summary);
	buf_printf(&text, "%s: %s", row_of(show, b)->version, buf_text(&summary));
	say(show, *label, &text);
	*label = "";
	return NULL;
}

static struct error *say_changes(struct type_show *show, const size_t *rows, size_t cnt, bool details)
{
	const char *label = "changed";
	struct error *error = NULL;

	for (size_t i = 1; i < cnt && !error; i++)
		error = compare_rows(show, rows[i - 1], rows[i], &label, details);
	if (!error && !details && *label) {
		_cleanup_buf_ struct buf text = {0};
		buf_puts(&text, "nothing");
		say(show, label, &text);
	}
	return error;
}

/* The row of the series of the same version; SIZE_MAX: none. */
static size_t same_version(struct type_show *show, const size_t *rows, size_t cnt, size_t row)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(row_of(show, rows[i])->version, row_of(show, row)->version))
			return rows[i];
	}
	return SIZE_MAX;
}

/* How the row differs from its twin, in `pool`; *ret NULL: it does not. */
static struct error *differs_elsewhere(struct type_show *show, size_t row, size_t twin, const char **ret)
{
	const struct type_subject *subject = show->subject;
	const struct type_form *form = subject->forms[row];
	const struct type_form *other = twin == SIZE_MAX ? NULL : subject->forms[twin];
	_cleanup_buf_ struct buf text = {0};
	struct type_change change = {0};
	struct error *error = form && other ? types_compare(other, form, show->show.pool, &change) : NULL;

	*ret = NULL;
	if (error || type_forms_equal(form, other) || (form && other && is_same_function(show, form, other)) ||
		(form && other && type_change_is_empty(&change)) ||
		(!form && twin != SIZE_MAX && !other))
		return error;
	if (form && other) {
		put_summary(show, other, form, &change, &text);
	} else if (form) {
		buf_puts(&text, "has it");
		put_form(show, form, &text);
	} else {
		buf_puts(&text, subject->absent[row] ? "has it not" : "not in the kernel itself");
	}
	*ret = text.failed ? NULL : pool_strdup(show->show.pool, buf_text(&text));
	return *ret ? NULL : error_no_memory();
}

/* Kernels with one text share a line. */
static void say_differences(struct type_show *show, const char *const *texts, bool *rows, const char **label)
{
	size_t cnt = show->show.history->row_cnt;

	for (size_t i = 0; i < cnt; i++) {
		_cleanup_buf_ struct buf line = {0};
		bool said = !texts[i];
		for (size_t k = 0; k < i && !said; k++)
			said = texts[k] && !strcmp(texts[k], texts[i]);
		if (said)
			continue;
		for (size_t k = 0; k < cnt; k++)
			rows[k] = texts[k] && !strcmp(texts[k], texts[i]);
		put_kernels(&line, show->show.history, rows);
		buf_puts(&line, ": ");
		buf_puts(&line, texts[i]);
		say(show, *label, &line);
		*label = "";
	}
}

/* How other architectures and flavors differ from the series, in the same version. */
static struct error *say_elsewhere(struct type_show *show, const size_t *rows, size_t cnt)
{
	size_t row_cnt = show->show.history->row_cnt, same_cnt = 0;
	const char **texts = pool_calloc(show->show.pool, row_cnt, sizeof(*texts));
	bool *mask = pool_calloc(show->show.pool, row_cnt, sizeof(*mask));
	const char *label = "elsewhere";
	struct error *error = texts && mask ? NULL : error_no_memory();

	for (size_t row = 0; row < row_cnt && !error; row++) {
		if (series_has(&show->show.series, row) || !show->subject->known[row])
			continue;
		error = differs_elsewhere(show, row, same_version(show, rows, cnt, row), &texts[row]);
		same_cnt += !error && !texts[row];
	}
	if (error)
		return error;
	say_differences(show, texts, mask, &label);
	if (same_cnt) {
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%zu other kernel%s: the same as in the same version", same_cnt,
			same_cnt == 1 ? "" : "s");
		say(show, label, &text);
	}
	return NULL;
}

static void put_layout(struct type_show *show, const size_t *rows, size_t cnt)
{
	const struct type_form *form = NULL;
	size_t row = 0;

	for (size_t i = cnt; i-- > 0 && !form;) {
		row = rows[i];
		form = show->subject->forms[row];
	}
	for (size_t i = 0; i < show->show.history->row_cnt && !form; i++) {
		row = i;
		form = show->subject->forms[i];
	}
	if (!form || is_member(show) || !form->part_cnt)
		return;
	_cleanup_buf_ struct buf head = {0};
	buf_printf(&head, "%ss in %s", type_kind_part(show->subject->kind), row_of(show, row)->name);
	say_line(show, TYPE_LINE_LAYOUT, "", &head);
	for (size_t i = 0; i < form->part_cnt; i++) {
		_cleanup_buf_ struct buf place = {0}, text = {0};
		put_part_place(&place, show->subject->kind, &form->parts[i]);
		buf_puts(&text, form->parts[i].text);
		say_line(show, TYPE_LINE_PART, buf_text(&place), &text);
	}
}

/* Besides that it is in no store. */
static const char *why_not_known(enum type_kind kind)
{
	if (kind == TYPE_VARIABLE)
		return ", or without BTF, or without the symbols of data (CONFIG_KALLSYMS_ALL)";
	return kind == TYPE_SYSCALL ? "" : ", or without BTF";
}

/* Kernels that are in no store, for a reader who expects an answer of all. */
static struct error *say_unknown(struct type_show *show)
{
	const struct history *history = show->show.history;
	bool *rows = pool_calloc(show->show.pool, history->row_cnt, sizeof(*rows));
	_cleanup_buf_ struct buf text = {0};
	size_t cnt = 0;

	if (!rows)
		return error_no_memory();
	for (size_t i = 0; i < history->row_cnt; i++) {
		rows[i] = !show->subject->known[i];
		cnt += rows[i];
	}
	if (!cnt)
		return NULL;
	put_kernels(&text, history, rows);
	buf_printf(&text, ": in no store%s", why_not_known(show->subject->kind));
	say(show, "unknown", &text);
	return NULL;
}

const struct series *type_series_choose(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct pool *pool)
{
	struct show show = {.history = history, .options = options, .pool = pool};
	struct series *ret = pool_alloc(pool, sizeof(*ret));

	if (!ret || !series_choose(&show))
		return NULL;
	series_choose_known(&show, subject->known);
	*ret = show.series;
	return ret;
}

struct error *render_type_lines(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, const struct type_lines *lines)
{
	_cleanup_pool_ struct pool pool = {0};
	struct type_show show = {.show = {.history = history, .options = options, .pool = &pool},
		.subject = subject, .lines = lines};
	const struct series *series =
		lines->series ? lines->series : type_series_choose(history, subject, options, &pool);
	size_t cnt, *rows = NULL;

	if (series) {
		show.show.series = *series;
		rows = known_rows(&show, &cnt);
	}
	if (!rows)
		return error_no_memory();
	say_since(&show, rows, cnt);
	say_newest(&show, rows, cnt);
	struct error *error = say_changes(&show, rows, cnt, false);
	if (!error)
		error = say_elsewhere(&show, rows, cnt);
	if (!error)
		error = say_unknown(&show);
	if (!error && !is_member(&show) && subject->kind != TYPE_FUNCTION)
		error = say_changes(&show, rows, cnt, true);
	if (!error && subject->kind != TYPE_FUNCTION)
		put_layout(&show, rows, cnt);
	return error;
}

struct text_lines {
	const struct show_options *options;
	struct buf *out;
};

static void put_line(void *listener, enum type_line line, const char *label, const struct buf *text)
{
	const struct text_lines *lines = listener;

	if (line == TYPE_LINE_STEP || line == TYPE_LINE_LAYOUT) {
		buf_printf(lines->out, "\n  %s\n", buf_text(text));
	} else if (line == TYPE_LINE_PART) {
		buf_printf(lines->out, "    %-22s ", label);
		escape_text(lines->out, buf_text(text));
		buf_putc(lines->out, '\n');
	} else {
		put_labelled(lines->out, label, buf_text(text), lines->options->width);
	}
	lines->out->failed |= text->failed;
}

struct error *render_show_type_text(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct buf *out)
{
	struct text_lines text = {options, out};
	const struct type_lines lines = {put_line, &text, NULL};

	buf_printf(out, "%s ", type_kind_noun(subject->kind));
	escape_text(out, subject->name);
	buf_putc(out, '\n');
	struct error *error = render_type_lines(history, subject, options, &lines);
	return error || !out->failed ? error : error_no_memory();
}

static json_t *json_parts(const struct type_form *form)
{
	json_t *array = json_array();

	for (size_t i = 0; i < form->part_cnt; i++) {
		const struct type_part *part = &form->parts[i];
		json_array_append_new(array,
			json_pack("{s:o,s:o,s:I,s:I}", "name", json_text_or_null(part->name), "type",
				json_text_or_null(part->type), part->type ? "at" : "value", (json_int_t)part->at,
				"bits", (json_int_t)part->bits));
	}
	return array;
}

static json_t *json_form(
	const struct history *history, const struct type_subject *subject, size_t first)
{
	const struct type_form *form = subject->forms[first];
	json_t *rows = json_array();

	for (size_t row = first; row < history->row_cnt; row++) {
		if (type_forms_equal(subject->forms[row], form))
			json_array_append_new(rows, json_integer((json_int_t)row));
	}
	return json_pack("{s:o,s:I,s:o,s:o,s:o}", "kernels", rows, "size", (json_int_t)form->size_bytes,
		"of", json_text_or_null(form->of),
		"declaration", json_text_or_null(form->declaration), "parts", json_parts(form));
}

/* Every kernel without a form: absent, or unknown. */
static json_t *json_rest(const struct history *history, const struct type_subject *subject, bool absent)
{
	json_t *rows = json_array();

	for (size_t row = 0; row < history->row_cnt; row++) {
		if (!subject->forms[row] && subject->absent[row] == absent)
			json_array_append_new(rows, json_integer((json_int_t)row));
	}
	return rows;
}

struct error *render_json_show_type(const struct history *history, const struct type_subject *subject,
	bool first, struct buf *out)
{
	json_t *forms = json_array();

	for (size_t row = 0; row < history->row_cnt; row++) {
		bool again = !subject->forms[row];
		for (size_t k = 0; k < row && !again; k++)
			again = type_forms_equal(subject->forms[k], subject->forms[row]);
		if (!again)
			json_array_append_new(forms, json_form(history, subject, row));
	}
	json_t *object = json_pack("{s:s,s:o,s:o,s:o,s:o}", "kind", type_kind_word(subject->kind), "name",
		json_text_or_null(subject->name), "forms", forms, "absent", json_rest(history, subject, true),
		"unknown", json_rest(history, subject, false));
	buf_puts(out, first ? "],\"types\":[" : ",");
	return json_write(object, JSON_COMPACT | JSON_ENCODE_ANY, out) ? NULL : error_no_memory();
}
