/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of all kernels. Most differ little from the row before, which is of the kernel before.
 */
#include "render/site_parts.h"

#include <stdlib.h>
#include <string.h>

struct run_reader {
	const char *at;
	size_t left, number; /* how often the number is still to come */
};

static size_t read_run_number(struct run_reader *reader)
{
	char *end;
	size_t number = strtoul(reader->at, &end, 36);

	if (*reader->at == '_') {
		end++;
		number = SITE_NONE;
	}
	reader->at = end;
	return number;
}

/* False at the end. */
static bool next_number(struct run_reader *reader, size_t *ret)
{
	if (!reader->left && !*reader->at)
		return false;
	if (!reader->left) {
		reader->at += *reader->at == ' ';
		reader->left = 1;
		reader->number = read_run_number(reader);
		if (*reader->at == '*') {
			reader->at++;
			reader->left = reader->number;
			reader->number = read_run_number(reader);
		}
	}
	reader->left--;
	*ret = reader->number;
	return true;
}

static void put_difference_of_rows(struct buf *out, const char *before, const char *row)
{
	struct run_reader old = {.at = before}, new = {.at = row};
	struct site_runs runs = {.out = out};
	size_t was, is;

	while (next_number(&old, &was) && next_number(&new, &is))
		site_runs_add(&runs, was == is ? SITE_SAME : is);
	site_runs_end(&runs);
}

void put_site_rows(struct buf *out, const struct texts *rows)
{
	buf_puts(out, "\"rows\":[");
	for (size_t i = 0; i < rows->cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		if (i)
			put_difference_of_rows(&text, rows->list[i - 1], rows->list[i]);
		bool shorter = i && text.len < strlen(rows->list[i]);
		buf_printf(
			out, "%s\n\"%s\"", i ? "," : "", shorter ? buf_text(&text) : rows->list[i]);
		out->failed |= text.failed;
	}
	buf_puts(out, "],\n");
}
