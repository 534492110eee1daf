/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/columns.h"

#include <string.h>

#include "util/escape.h"

#define GAP 2u
#define INDENT 4u

static void put_text(struct buf *out, const struct column *column, const char *text, size_t *blanks)
{
	size_t len = strlen(text), rest = len < column->width ? column->width - len : 0;

	buf_pad(out, ' ', *blanks + (column->is_number ? rest : 0));
	escape_text(out, text);
	*blanks = column->is_number ? 0 : rest;
}

void columns_put(struct buf *out, const struct column *columns, const char *const *texts, size_t cnt, size_t width)
{
	size_t at = 0, blanks = 0;

	for (size_t i = 0; i < cnt; i++) {
		bool fits = width > columns[i].width + GAP && at <= width - columns[i].width - GAP;
		if (i && !fits)
			buf_putc(out, '\n');
		if (i) {
			at = fits ? at + GAP : INDENT;
			blanks = fits ? blanks + GAP : INDENT;
		}
		put_text(out, &columns[i], texts[i], &blanks);
		at += columns[i].width;
	}
	buf_putc(out, '\n');
}
