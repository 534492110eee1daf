/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/escape.h"

#include <ctype.h>
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

bool is_plain_name(const char *name)
{
	for (const char *at = name; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("_.$/{,}", *at))
			return false;
	}
	return *name;
}

void put_code_name(struct buf *out, const char *name)
{
	if (is_plain_name(name)) {
		buf_printf(out, "`%s`", name);
		return;
	}
	buf_puts(out, "<code>");
	put_html(out, name);
	buf_puts(out, "</code>");
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

/* Bytes of the UTF-8 character that begins there; 0: none does. Overlong forms and surrogates are none. */
static size_t utf8_length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t len = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
		(c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

void put_json(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (size_t len; *text; text += len) {
		unsigned char c = (unsigned char)*text;
		len = utf8_length(text);
		if (!len) {
			buf_puts(out, "\\ufffd");
			len = 1;
		} else if (c == '"' || c == '\\') {
			buf_printf(out, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f || c == '<') {
			buf_printf(out, "\\u%04x", c);
		} else {
			buf_add(out, text, len);
		}
	}
	buf_putc(out, '"');
}
