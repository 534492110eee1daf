/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form.h"

#include <stdio.h>
#include <string.h>

#include "util/columns.h"
#include "util/sha256.h"

static size_t longest_name(const struct store *store)
{
	size_t longest = strlen("NAME");

	for (size_t i = 0; i < store_kernel_cnt(store); i++) {
		size_t len = strlen(store_kernel(store, i)->name);
		longest = len > longest ? len : longest;
	}
	return longest;
}

/* The word above the number of lines of a section. */
static const char *const titles[STORE_SECTION_CNT] = {
	[STORE_FUNCTIONS] = "FUNCTIONS",
	[STORE_TYPES] = " TYPES",
	[STORE_SYMBOLS] = "SYMBOLS",
	[STORE_ATTACH] = "ATTACH",
	[STORE_CALLERS] = "CALLERS",
	[STORE_DECLARED] = "DECLARED",
	[STORE_INSTANCES] = "DEFINED",
	[STORE_INLINERS] = "INLINED",
	[STORE_PROTOTYPES] = "PROTOTYPES",
	[STORE_DATA] = "DATA",
};

/* Types come first. */
static const enum store_section order[STORE_SECTION_CNT] = {STORE_TYPES, STORE_FUNCTIONS, STORE_SYMBOLS,
	STORE_DATA, STORE_ATTACH, STORE_INSTANCES, STORE_CALLERS, STORE_DECLARED, STORE_INLINERS, STORE_PROTOTYPES};

/* The name, the sections that the store has, and two digests. */
/* COUNT_CHARS: of the lines of a section. */
enum { MAX_COLUMNS = STORE_SECTION_CNT + 3, NUMBER_CHARS = 21, COUNT_CHARS = 6, DIGEST_CHARS = 16 };

struct description {
	const struct store *store;
	struct column columns[MAX_COLUMNS];
	const char *texts[MAX_COLUMNS];
	char numbers[STORE_SECTION_CNT][NUMBER_CHARS], digests[2][DIGEST_TEXT_BYTES];
	size_t cnt, width;
};

static void add_text(struct description *line, const char *text)
{
	line->texts[line->cnt++] = text;
}

static bool has_column(const struct store *store, enum store_section section)
{
	return store_section_index(store, section)->cnt;
}

static void put_titles(struct description *line, struct buf *out)
{
	line->cnt = 0;
	line->columns[line->cnt].width = longest_name(line->store);
	add_text(line, "NAME");
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (!has_column(line->store, order[i]))
			continue;
		const size_t title = strlen(titles[order[i]]);
		line->columns[line->cnt] = (struct column) {title < COUNT_CHARS ? COUNT_CHARS : title, true};
		add_text(line, titles[order[i]]);
	}
	line->columns[line->cnt].width = line->columns[line->cnt + 1].width = DIGEST_CHARS;
	add_text(line, "RECORDS");
	add_text(line, "BTF");
	columns_put(out, line->columns, line->texts, line->cnt, line->width);
}

static void put_kernel(struct description *line, const struct store_kernel *kernel,
	const struct store_lines *lines, struct buf *out)
{
	line->cnt = 0;
	add_text(line, kernel->name);
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (!has_column(line->store, order[i]))
			continue;
		snprintf(line->numbers[i], NUMBER_CHARS, "%zu", buf_count_lines(&lines->text[order[i]]));
		add_text(line, line->numbers[i]);
	}
	snprintf(line->digests[1], DIGEST_CHARS + 1, "%s", kernel->btf_sha256);
	add_text(line, line->digests[0]);
	add_text(line, *kernel->btf_sha256 ? line->digests[1] : kernel->no_btf ? "none" : "unknown");
	columns_put(out, line->columns, line->texts, line->cnt, line->width);
}

static struct error *describe_kernel(struct description *line, size_t index, struct buf *out)
{
	_cleanup_buf_ struct buf all = {0};
	struct store_lines lines = {0};
	struct error *error = store_kernel_lines(line->store, index, &lines);

	if (error)
		return error;
	for (size_t i = 0; i < STORE_SECTION_CNT; i++)
		buf_add(&all, buf_text(&lines.text[i]), lines.text[i].len);
	digest_bytes(buf_text(&all), all.len, line->digests[0]);
	line->digests[0][DIGEST_CHARS] = '\0';
	put_kernel(line, store_kernel(line->store, index), &lines, out);
	store_lines_deinit(&lines);
	return all.failed || out->failed ? error_no_memory() : NULL;
}

struct error *store_describe(const struct store *store, size_t width, struct buf *out)
{
	struct description line = {.store = store, .width = width};
	struct error *error = NULL;

	put_titles(&line, out);
	for (size_t i = 0; i < store_kernel_cnt(store) && !error; i++)
		error = describe_kernel(&line, i, out);
	return error;
}
