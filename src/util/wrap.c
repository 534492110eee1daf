/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wrap.h"

#include "util/escape.h"

#include <stdbool.h>
#include <string.h>

static void break_line(struct buf *out, size_t indent)
{
	buf_putc(out, '\n');
	buf_pad(out, ' ', indent);
}

void wrap_text(struct buf *out, const char *text, size_t column, size_t indent, size_t width)
{
	bool fresh = true;

	while (*text) {
		size_t len = strcspn(text, " \n");
		if (!fresh && column + 1 + len > width) {
			break_line(out, indent);
			column = indent;
		} else if (!fresh) {
			buf_putc(out, ' ');
			column++;
		}
		buf_add(out, text, len);
		column += len;
		fresh = false;
		text += len;
		if (*text == '\n') {
			break_line(out, text[1] && text[1] != '\n' ? indent : 0);
			column = indent;
			fresh = true;
		}
		text += *text != '\0';
	}
}

void wrap_escaped(struct buf *out, const char *text, size_t column, size_t indent, size_t width)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_text(&safe, text);
	wrap_text(out, buf_text(&safe), column, indent, width);
	out->failed |= safe.failed;
}
