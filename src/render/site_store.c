/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types and functions of stored kernels in a site: files of names, which are searched, and files about them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "render/site_parts.h"
#include "render/site_store.h"
#include "util/escape.h"
#include "util/sort.h"

/* So many names are in one file: a reader waits for 0.2 MB about names, and for 0.1 MB of names. */
#define ABOUT_CNT 1000u
#define NAMES_CNT 5000u
/* A name has so many characters in common with the one before, at most: one digit of prefix_digits. */
static const char prefix_digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct store_site {
	const struct history *history;
	const struct site_functions *functions;
	struct pool pool;
	struct site_item *items;
	size_t cnt, cap;
	size_t counts[TYPE_KIND_CNT];
	struct texts patterns;
	site_take *take;
	void *context;
	uint64_t bytes; /* of the files of names */
};

/* The forms of a row as numbers from 0, in the order of the rows. */
static size_t number_forms(struct store_site *site, const struct type_match *match)
{
	const size_t cnt = site->history->row_cnt;
	_cleanup_buf_ struct buf text = {0};
	struct site_runs runs = {.out = &text};
	size_t distinct = 0, *numbers = calloc(cnt + 1, sizeof(*numbers));

	for (size_t row = 0; numbers && row < cnt; row++) {
		size_t first = 0;
		while (first < row && match->forms[first] != match->forms[row])
			first++;
		if (match->forms[row])
			numbers[row] = first < row ? numbers[first] : distinct++;
		site_runs_add(&runs, match->forms[row] ? numbers[row] : SITE_NONE);
	}
	site_runs_end(&runs);
	site->patterns.failed |= !numbers || text.failed;
	free(numbers);
	return texts_number(&site->patterns, buf_text(&text), text.len);
}

static const bool *rows_with(struct store_site *site, const struct type_match *match)
{
	const size_t cnt = site->history->row_cnt;
	bool *has = pool_calloc(&site->pool, cnt, sizeof(*has));

	for (size_t row = 0; has && row < cnt; row++)
		has[row] = match->forms[row] != 0;
	return has;
}

static struct error *take_match(void *context, const struct type_match *match, bool *stop)
{
	struct store_site *site = context;
	struct site_item *items =
		pool_grow(&site->pool, site->items, site->cnt, &site->cap, sizeof(*items));
	struct site_item item = {.name = pool_strdup(&site->pool, match->name), .kind = match->kind};

	(void)stop;
	if (match->kind == TYPE_FUNCTION)
		item.has = rows_with(site, match);
	else
		item.pattern = number_forms(site, match);
	if (!items || !item.name || (match->kind == TYPE_FUNCTION && !item.has))
		return error_no_memory();
	site->items = items;
	items[site->cnt++] = item;
	site->counts[match->kind]++;
	return NULL;
}

/* Whoever searches does not know which letters are large. */
static int compare_items(const void *a, const void *b)
{
	const struct site_item *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);

	if (!order)
		order = strcmp(x->name, y->name);
	return order ? order : (int)x->kind - (int)y->kind;
}

/* The end of a part of about `want` items. Names that differ in large letters alone stay together. */
static size_t part_end(const struct store_site *site, size_t from, size_t want)
{
	size_t end = from + want < site->cnt ? from + want : site->cnt;

	while (end < site->cnt && !strcasecmp(site->items[end - 1].name, site->items[end].name))
		end++;
	return end;
}

static struct error *give_file(struct store_site *site, const char *stem, size_t number, const struct buf *data)
{
	_cleanup_buf_ struct buf name = {0};

	buf_printf(&name, "data/%s-%zu.js", stem, number);
	return data->failed || name.failed ? error_no_memory() : site->take(site->context, buf_text(&name), data);
}

static void put_first(const struct store_site *site, size_t from, size_t number, struct buf *core)
{
	buf_puts(core, number ? "," : "");
	escape_json(core, site->items[from].name);
}

static struct error *put_abouts(struct store_site *site, struct buf *core)
{
	struct error *error = NULL;
	size_t number = 0;

	buf_puts(core, ",\n\"about\":[");
	for (size_t from = 0, end; from < site->cnt && !error; from = end) {
		_cleanup_buf_ struct buf data = {0};
		end = part_end(site, from, ABOUT_CNT);
		const struct site_part part = {
			site->history, site->functions, &site->items[from], end - from, &site->patterns};
		put_first(site, from, number, core);
		error = site_put_about(&part, number, &data);
		if (!error)
			error = give_file(site, "about", number++, &data);
	}
	buf_putc(core, ']');
	return error;
}

/* Each name, without what it has in common with the one before. */
static void put_name(const struct site_item *items, size_t at, struct buf *out)
{
	const char *name = items[at].name;
	size_t common = 0;

	/* A character of several bytes is not cut. */
	while (at && common < sizeof(prefix_digits) - 2 && name[common] > 0 &&
		name[common] == items[at - 1].name[common])
		common++;
	buf_puts(out, at ? "\n" : "");
	buf_putc(out, prefix_digits[common]);
	buf_puts(out, name + common);
}

/* kcompat.names(number, names, a digit for each kind, number of each pattern, patterns) */
static void put_names(const struct store_site *site, size_t from, size_t end, size_t number, struct buf *out)
{
	const struct site_item *items = &site->items[from];
	struct texts patterns = {0};
	_cleanup_buf_ struct buf numbers = {0}, names = {0};
	struct site_runs runs = {.out = &numbers};

	for (size_t i = 0; i < end - from; i++)
		put_name(items, i, &names);
	buf_printf(out, "kcompat.names(%zu,", number);
	escape_json(out, buf_text(&names));
	buf_puts(out, ",\n\"");
	for (size_t i = 0; i < end - from; i++) {
		const char *pattern = site->patterns.list[items[i].pattern];
		bool other = items[i].kind == TYPE_FUNCTION && type_function_is_other(items[i].name);
		buf_putc(out, prefix_digits[other ? TYPE_KIND_CNT : items[i].kind]);
		site_runs_add(&runs, texts_number(&patterns, pattern, strlen(pattern)));
	}
	site_runs_end(&runs);
	buf_printf(out, "\",\n\"%s\",[", buf_text(&numbers));
	for (size_t i = 0; i < patterns.cnt; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", patterns.list[i]);
	buf_puts(out, "]);\n");
	out->failed |= patterns.failed || numbers.failed || names.failed;
	texts_deinit(&patterns);
}

static struct error *put_all_names(struct store_site *site, struct buf *core)
{
	struct error *error = NULL;
	size_t number = 0;

	buf_puts(core, ",\n\"names\":[");
	for (size_t from = 0, end; from < site->cnt && !error; from = end) {
		_cleanup_buf_ struct buf data = {0};
		end = part_end(site, from, NAMES_CNT);
		put_first(site, from, number, core);
		put_names(site, from, end, number, &data);
		site->bytes += data.len;
		error = give_file(site, "names", number++, &data);
	}
	buf_printf(core, "],\n\"bytes\":%llu", (unsigned long long)site->bytes);
	return error;
}

/* "struct":[noun, how many names, [kernel with all of them, ...]] */
static void put_kinds(const struct store_site *site, struct buf *core)
{
	size_t cnt = 0;

	buf_printf(core, "\"other\":%d,\"kinds\":{", (int)TYPE_KIND_CNT);
	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT; kind++) {
		size_t rows = 0;
		if (kind == TYPE_ENUMERATOR || kind == TYPE_FIELD)
			continue;
		buf_printf(core, "%s\n\"%s\":[\"%s\",%d,%zu,[", cnt++ ? "," : "", type_kind_word(kind),
			type_kind_noun(kind), (int)kind, site->counts[kind]);
		for (size_t row = 0; row < site->history->row_cnt; row++) {
			if (types_are_known(site->history, row, kind))
				buf_printf(core, "%s%zu", rows++ ? "," : "", row);
		}
		buf_puts(core, "]]");
	}
	buf_putc(core, '}');
}

static bool has_store(const struct history *history)
{
	for (size_t row = 0; row < history->row_cnt; row++) {
		if (types_are_stored(history, row))
			return true;
	}
	return false;
}

static struct error *put_store(struct store_site *site, struct buf *core)
{
	struct error *error = matches_find(site->history, "*", ~0u, take_match, site);

	if (error)
		return error;
	if (site->cnt)
		qsort(site->items, site->cnt, sizeof(*site->items), compare_items);
	buf_puts(core, "kcompat.store({");
	put_kinds(site, core);
	error = put_abouts(site, core);
	if (!error)
		error = put_all_names(site, core);
	buf_puts(core, "});\n");
	return error || !(site->patterns.failed || core->failed) ? error : error_no_memory();
}

struct error *render_site_store(const struct history *history, const struct site_functions *functions,
	site_take *take, void *context, struct buf *core)
{
	struct store_site site = {.history = history, .functions = functions, .take = take, .context = context};
	struct error *error = has_store(history) ? put_store(&site, core) : NULL;

	texts_deinit(&site.patterns);
	pool_destroy(&site.pool);
	return error;
}
