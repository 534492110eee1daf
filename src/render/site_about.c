/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known about types and functions of stored kernels: one file of the site for some hundred names. */
#include <string.h>

#include "render/site_parts.h"
#include "render/site_store.h"
#include "render/type_lines.h"
#include "util/escape.h"

/* The baseline's architecture, as the rest of the site. */
static const struct show_options about_options = {.width = 80};

struct about {
	const struct site_part *part;
	struct site_facts facts;
	struct texts lines, forms, runs; /* of the file: lines, prototypes of functions, RUNS */
	struct site_fact_texts distinct;
	struct pool pool; /* of the types of one name */
	struct pool kept;
	const struct series *series[TYPE_KIND_CNT]; /* NULL: not chosen yet */
	const char *name; /* whose types these are */
	struct type_subject *types;
	size_t type_cnt;
	struct buf *out;
};

static void about_deinit(struct about *about)
{
	site_facts_deinit(&about->facts);
	texts_deinit(&about->lines);
	texts_deinit(&about->forms);
	texts_deinit(&about->runs);
	texts_deinit(&about->distinct.facts);
	texts_deinit(&about->distinct.units);
	pool_destroy(&about->pool);
	pool_destroy(&about->kept);
}

struct line_runs {
	struct texts *lines;
	struct site_runs runs;
	bool failed;
};

static void number_line(void *listener, enum type_line line, const char *label, const struct buf *text)
{
	struct line_runs *said = listener;
	_cleanup_buf_ struct buf entry = {0};

	buf_printf(&entry, "[%d,", (int)line);
	escape_json(&entry, label);
	buf_putc(&entry, ',');
	escape_json(&entry, buf_text(text));
	buf_putc(&entry, ']');
	site_runs_add(&said->runs, texts_number(said->lines, buf_text(&entry), entry.len));
	said->failed |= entry.failed || text->failed;
}

static struct error *put_lines(struct about *about, const struct type_subject *subject)
{
	_cleanup_buf_ struct buf numbers = {0};
	struct line_runs said = {.lines = &about->lines, .runs.out = &numbers};
	const struct series **series = &about->series[subject->kind];
	if (!*series)
		*series = type_series_choose(about->part->history, subject, &about_options, &about->kept);
	const struct type_lines lines = {number_line, &said, *series};
	struct error *error = render_type_lines(about->part->history, subject, &about_options, &lines);

	site_runs_end(&said.runs);
	buf_puts(about->out, buf_text(&numbers));
	return error || !(said.failed || numbers.failed) ? error : error_no_memory();
}

static struct error *find_type(struct about *about, const struct site_item *item, const struct type_subject **ret)
{
	struct error *error = NULL;

	*ret = NULL;
	if (!about->name || strcmp(about->name, item->name)) {
		pool_destroy(&about->pool);
		about->pool = (struct pool) {0};
		about->name = item->name;
		error = types_find(
			about->part->history, item->name, &about->pool, &about->types, &about->type_cnt);
	}
	for (size_t i = 0; i < about->type_cnt && !error; i++) {
		if (about->types[i].kind == item->kind)
			*ret = &about->types[i];
	}
	return error;
}

/* The number of the first prototype that a caller sees no difference to. */
static size_t call_class(const struct type_prototype *prototypes, size_t at)
{
	size_t first = 0;

	while (first < at && !type_calls_equal(prototypes[first].form, prototypes[at].form))
		first++;
	return first;
}

/* The prototypes of a row: as they are written, and as numbers that are equal if callers see no difference. */
static void put_row_forms(
	const struct type_prototype *prototypes, size_t cnt, size_t row, struct buf *texts, struct buf *classes)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!prototypes[i].rows[row])
			continue;
		buf_printf(texts, "%s%s", texts->len ? ";\n" : "", prototypes[i].form->declaration);
		buf_printf(classes, "%s%zu", classes->len ? "." : "", call_class(prototypes, i));
	}
}

/*
 * The pattern of a function: RUNS of numbers of what a row's classes are, 0 without a prototype, then "|" and the
 * classes of 1, 2, ... Appends the prototypes of the same numbers as RUNS.
 */
static struct error *put_prototypes(struct about *about, struct site_item *item,
	const struct type_prototype *prototypes, size_t cnt, struct buf *out)
{
	const size_t row_cnt = about->part->history->row_cnt;
	_cleanup_buf_ struct buf pattern = {0}, sets = {0};
	struct texts distinct = {0};
	struct site_runs rows = {.out = &pattern}, forms = {.out = out};

	for (size_t row = 0; row < row_cnt; row++) {
		_cleanup_buf_ struct buf text = {0}, classes = {0}, entry = {0};
		size_t number = 0, before = distinct.cnt;
		put_row_forms(prototypes, cnt, row, &text, &classes);
		if (classes.len)
			number = 1 + texts_number(&distinct, buf_text(&classes), classes.len);
		site_runs_add(&rows, item->has[row] ? number : SITE_NONE);
		if (distinct.cnt == before)
			continue;
		buf_printf(&sets, "%s%s", before ? "," : "|", buf_text(&classes));
		escape_json(&entry, buf_text(&text));
		site_runs_add(&forms, texts_number(&about->forms, buf_text(&entry), entry.len));
		out->failed |= text.failed || classes.failed || entry.failed;
	}
	site_runs_end(&rows);
	site_runs_end(&forms);
	buf_puts(&pattern, buf_text(&sets));
	item->pattern = texts_number(about->part->patterns, buf_text(&pattern), pattern.len);
	bool failed = pattern.failed || sets.failed || distinct.failed;
	texts_deinit(&distinct);
	return failed ? error_no_memory() : NULL;
}

static size_t pattern_number(struct about *about, const struct site_item *item)
{
	const char *pattern = about->part->patterns->list[item->pattern];

	return texts_number(&about->runs, pattern, strlen(pattern));
}

/* ["lines", pattern, facts, units, "prototypes"] */
static struct error *put_function(struct about *about, struct site_item *item)
{
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf forms = {0};
	struct type_subject subject;
	struct type_prototype *prototypes;
	size_t cnt;
	struct error *error = types_find_functions(
		about->part->history, item->name, item->has, &pool, &subject, &prototypes, &cnt);

	if (!error)
		error = put_lines(about, &subject);
	if (!error)
		error = put_prototypes(about, item, prototypes, cnt, &forms);
	if (error)
		return error;
	buf_printf(about->out, "\",%zu,", pattern_number(about, item));
	error = site_facts_put(&about->facts, item, &about->distinct, about->out);
	buf_printf(about->out, ",\"%s\"", buf_text(&forms));
	about->out->failed |= forms.failed;
	return error;
}

/* Another name of an argument makes no other hook. Data without a type is the variable, too. */
static bool is_same_form(const struct type_subject *subject, const struct type_form *a, const struct type_form *b)
{
	return subject->kind == TYPE_LSM_HOOK ? type_calls_equal(a, b) : type_forms_equal(a, b);
}

static size_t number_form(const struct type_subject *subject, size_t row, const size_t *numbers, size_t *cnt)
{
	const struct type_form *form = subject->forms[row];

	if (!form)
		return SITE_NONE;
	if (subject->kind == TYPE_VARIABLE && !*form->body)
		return 0;
	for (size_t i = 0; i < row; i++) {
		if (numbers[i] && numbers[i] != SITE_NONE && is_same_form(subject, subject->forms[i], form))
			return numbers[i];
	}
	return ++*cnt;
}

/* A pattern as that of functions: 0 has no type. */
static struct error *number_forms(struct about *about, struct site_item *item, const struct type_subject *subject)
{
	const size_t row_cnt = about->part->history->row_cnt;
	_cleanup_buf_ struct buf pattern = {0};
	struct site_runs runs = {.out = &pattern};
	size_t cnt = 0, *numbers = pool_calloc(&about->pool, row_cnt, sizeof(*numbers));

	for (size_t row = 0; numbers && row < row_cnt; row++) {
		numbers[row] = number_form(subject, row, numbers, &cnt);
		site_runs_add(&runs, numbers[row]);
	}
	site_runs_end(&runs);
	for (size_t i = 0; i < cnt; i++)
		buf_printf(&pattern, "%s%zu", i ? "," : "|", i);
	if (!cnt)
		buf_putc(&pattern, '|');
	item->pattern = texts_number(about->part->patterns, buf_text(&pattern), pattern.len);
	return numbers && !pattern.failed ? NULL : error_no_memory();
}

/* ["lines", pattern] */
static struct error *put_type(struct about *about, struct site_item *item)
{
	const struct type_subject *subject;
	struct error *error = find_type(about, item, &subject);

	if (!error && subject && (item->kind == TYPE_LSM_HOOK || item->kind == TYPE_VARIABLE))
		error = number_forms(about, item, subject);
	if (!error && subject)
		error = put_lines(about, subject);
	buf_printf(about->out, "\",%zu", pattern_number(about, item));
	return error;
}

static struct error *put_item(struct about *about, struct site_item *item)
{
	buf_printf(about->out, "[%d,\"", (int)item->kind);
	struct error *error = item->kind == TYPE_FUNCTION ? put_function(about, item) : put_type(about, item);
	buf_putc(about->out, ']');
	return error;
}

/* All kinds of a name stand together. */
static struct error *put_items(struct about *about)
{
	struct site_item *items = about->part->items;
	struct error *error = NULL;

	buf_puts(about->out, "{");
	for (size_t i = 0; i < about->part->cnt && !error; i++) {
		bool again = i && !strcmp(items[i - 1].name, items[i].name);
		if (!again) {
			buf_puts(about->out, i ? "],\n" : "\n");
			escape_json(about->out, items[i].name);
			buf_puts(about->out, ":[");
		} else {
			buf_putc(about->out, ',');
		}
		error = put_item(about, &items[i]);
	}
	buf_puts(about->out, about->part->cnt ? "]}" : "}");
	return error;
}

static void put_list(struct buf *out, const char *key, const struct texts *texts)
{
	buf_printf(out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < texts->cnt; i++)
		buf_printf(out, "%s\n%s", i ? "," : "", texts->list[i]);
	buf_putc(out, ']');
	out->failed |= texts->failed;
}

static void put_runs(struct buf *out, const struct texts *runs)
{
	buf_puts(out, ",\n\"runs\":[");
	for (size_t i = 0; i < runs->cnt; i++)
		buf_printf(out, "%s\n\"%s\"", i ? "," : "", runs->list[i]);
	buf_putc(out, ']');
	out->failed |= runs->failed;
}

static struct error *put_about(struct about *about, size_t number)
{
	struct error *error = site_facts_load(about->part, &about->facts);

	about->distinct.runs = &about->runs;
	if (error)
		return error;
	buf_printf(about->out, "kcompat.about(%zu,{\"items\":", number);
	error = put_items(about);
	put_list(about->out, "lines", &about->lines);
	put_list(about->out, "facts", &about->distinct.facts);
	put_list(about->out, "units", &about->distinct.units);
	put_runs(about->out, &about->runs);
	put_list(about->out, "prototypes", &about->forms);
	buf_puts(about->out, "});\n");
	return error || !about->out->failed ? error : error_no_memory();
}

struct error *site_put_about(const struct site_part *part, size_t number, struct buf *out)
{
	struct about about = {.part = part, .out = out};
	struct error *error = put_about(&about, number);

	about_deinit(&about);
	return error;
}
