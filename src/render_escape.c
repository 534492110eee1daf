/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render_escape.h"

#include <string.h>

static bool put_control(struct buf *out, char c)
{
	if ((unsigned char)c >= 0x20 && c != 0x7f)
		return false;
	buf_printf(out, "\\x%02x", (unsigned char)c);
	return true;
}

static bool put_entity(struct buf *out, char c)
{
	const char *entity = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;

	if (entity)
		buf_puts(out, entity);
	return entity != NULL;
}

void put_markdown(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (put_control(out, *text) || put_entity(out, *text))
			continue;
		if (strchr("\\`*_[]|#", *text))
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

void put_html(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (put_control(out, *text) || put_entity(out, *text))
			continue;
		/* Markdown looks into inline HTML. */
		if (strchr("`*[]|", *text))
			buf_printf(out, "&#%d;", *text);
		else
			buf_putc(out, *text);
	}
}

void put_code(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (put_control(out, *text))
			continue;
		if (*text == '`' && out->len && out->data[out->len - 1] == '`')
			buf_puts(out, " ");
		buf_putc(out, *text);
	}
}
