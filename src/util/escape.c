/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/array.h"
#include "util/colour.h"
#include "util/escape.h"

#include <ctype.h>
#include <string.h>

/* Lead bytes of UTF-8 and their valid second bytes (Unicode standard, table 3-7). */
static const struct utf8_row {
	unsigned char first, last, second_min, second_max, len;
} utf8_rows[] = {
	{0x00, 0x7f, 0, 0, 1},
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* Characters that are not shown as they are; sorted. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, /* C0, DEL, C1 */
	{0x061c, 0x061c}, {0x200e, 0x200f}, /* marks of direction */
	{0x2028, 0x202e},                   /* separators; embeddings and overrides */
	{0x2066, 0x2069},                   /* isolates */
	{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, /* byte order mark; annotations */
	{0xe0000, 0xe007f},                 /* tags */
};

size_t escape_next(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *c = (const unsigned char *)text;
	const struct utf8_row *row = utf8_rows;

	if (!len)
		return 0;
	while (row < utf8_rows + ARRAY_SIZE(utf8_rows) - 1 && c[0] > row->last)
		row++;
	*code = ESCAPE_INVALID;
	if (c[0] < row->first || c[0] > row->last || row->len > len)
		return 1;
	if (row->len == 1) {
		*code = c[0];
		return 1;
	}
	if (c[1] < row->second_min || c[1] > row->second_max)
		return 1;
	uint32_t value = c[0] & (0xffu >> (row->len + 1));
	for (size_t i = 1; i < row->len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | (c[i] & 0x3fu);
	}
	*code = value;
	return row->len;
}

bool escape_is_printable(uint32_t code)
{
	if (code == ESCAPE_INVALID)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hidden) && code >= hidden[i].first; i++) {
		if (code <= hidden[i].last)
			return false;
	}
	return true;
}

/* Of one character, where it is not printable; false: it is. */
static bool put_hidden(struct buf *out, const char *text, uint32_t code)
{
	if (escape_is_printable(code))
		return false;
	if (code == ESCAPE_INVALID || code < 0x80)
		buf_printf(out, "\\x%02x", (unsigned char)*text);
	else
		buf_printf(out, "\\u%04x", code);
	return true;
}

/* Copies runs: almost all of a long output is plain. */
static void put_kept(struct buf *out, const char *text, size_t len, const char *kept)
{
	uint32_t code;
	size_t start = 0, at = 0;

	while (at < len) {
		unsigned char c = (unsigned char)text[at];
		if ((c >= ' ' && c < 0x7f) || (c && strchr(kept, c))) {
			at++;
			continue;
		}
		size_t step = escape_next(text + at, len - at, &code);
		if (!escape_is_printable(code)) {
			buf_add(out, text + start, at - start);
			put_hidden(out, text + at, code);
			start = at + step;
		}
		at += step;
	}
	buf_add(out, text + start, len - start);
}

void escape_text_len(struct buf *out, const char *text, size_t len)
{
	put_kept(out, text, len, "");
}

void escape_text(struct buf *out, const char *text)
{
	escape_text_len(out, text, strlen(text));
}

void escape_printf(struct buf *out, const char *format, ...)
{
	_cleanup_buf_ struct buf text = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	escape_text(out, buf_text(&text));
	out->failed |= text.failed;
}

void escape_lines(struct buf *out, const char *text, size_t len)
{
	put_kept(out, text, len, "\n\t");
}

/* The length of the colour that the text begins with; 0: none. */
static size_t colour_length(const char *text, size_t len)
{
	static const char *const colours[] = {COLOUR_GOOD, COLOUR_BAD, COLOUR_DOUBT, COLOUR_END};

	for (size_t i = 0; i < ARRAY_SIZE(colours); i++) {
		size_t length = strlen(colours[i]);
		if (length <= len && !memcmp(text, colours[i], length))
			return length;
	}
	return 0;
}

void escape_coloured_lines(struct buf *out, const char *text, size_t len)
{
	size_t start = 0;

	for (size_t at = 0; at < len; at++) {
		size_t length = text[at] == '\033' ? colour_length(text + at, len - at) : 0;
		if (!length)
			continue;
		escape_lines(out, text + start, at - start);
		buf_add(out, text + at, length);
		start = at + length;
		at = start - 1;
	}
	escape_lines(out, text + start, len - start);
}

/* The HTML entity; NULL: none. */
static const char *entity(uint32_t code)
{
	return code == '<' ? "&lt;" : code == '>' ? "&gt;" : code == '&' ? "&amp;" : NULL;
}

/* Writes one character that markup is not to see; false: it stays as it is. */
typedef bool put_special(struct buf *out, uint32_t code);

static void put_marked_up(struct buf *out, const char *text, put_special *special)
{
	uint32_t code;

	for (size_t step, len = strlen(text); (step = escape_next(text, len, &code)); text += step, len -= step) {
		if (!put_hidden(out, text, code) && !special(out, code))
			buf_add(out, text, step);
	}
}

static bool put_markdown_special(struct buf *out, uint32_t code)
{
	if (entity(code))
		buf_puts(out, entity(code));
	else if (code < 0x80 && strchr("\\`*_[]|#", (int)code))
		buf_printf(out, "\\%c", (int)code);
	else
		return false;
	return true;
}

void escape_markdown(struct buf *out, const char *text)
{
	put_marked_up(out, text, put_markdown_special);
}

static bool put_html_special(struct buf *out, uint32_t code)
{
	if (entity(code))
		buf_puts(out, entity(code));
	else if (code < 0x80 && strchr("`*[]|", (int)code)) /* Markdown looks into inline HTML. */
		buf_printf(out, "&#%u;", code);
	else
		return false;
	return true;
}

void escape_html(struct buf *out, const char *text)
{
	put_marked_up(out, text, put_html_special);
}

bool escape_is_plain_name(const char *name)
{
	for (const char *at = name; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("_.$/{,}", *at))
			return false;
	}
	return *name;
}

void escape_code_name(struct buf *out, const char *name)
{
	if (escape_is_plain_name(name)) {
		buf_printf(out, "`%s`", name);
		return;
	}
	buf_puts(out, "<code>");
	escape_html(out, name);
	buf_puts(out, "</code>");
}

static bool put_fence_special(struct buf *out, uint32_t code)
{
	if (code == '`' && out->len && out->data[out->len - 1] == '`')
		buf_putc(out, ' ');
	return false;
}

void escape_code(struct buf *out, const char *text)
{
	put_marked_up(out, text, put_fence_special);
}

static bool put_quoted_special(struct buf *out, uint32_t code)
{
	if (code != '"' && code != '\\')
		return false;
	buf_printf(out, "\\%c", (int)code);
	return true;
}

void escape_yaml(struct buf *out, const char *text)
{
	put_marked_up(out, text, put_quoted_special);
}

/* "\u202e"; a pair of surrogates beyond the first plane (RFC 8259, section 7). */
static void put_json_escape(struct buf *out, uint32_t code)
{
	if (code == ESCAPE_INVALID)
		buf_puts(out, "\\ufffd");
	else if (code < 0x10000)
		buf_printf(out, "\\u%04x", code);
	else
		buf_printf(out, "\\u%04x\\u%04x", 0xd800 | (code - 0x10000) >> 10,
			0xdc00 | ((code - 0x10000) & 0x3ff));
}

void escape_json(struct buf *out, const char *text)
{
	uint32_t code;

	buf_putc(out, '"');
	for (size_t step, len = strlen(text); (step = escape_next(text, len, &code)); text += step, len -= step) {
		if (!escape_is_printable(code) || code == '<')
			put_json_escape(out, code);
		else if (!put_quoted_special(out, code))
			buf_add(out, text, step);
	}
	buf_putc(out, '"');
}

void escape_json_dump(struct buf *out, const char *json, size_t len)
{
	uint32_t code;
	size_t start = 0, at = 0;

	while (at < len) {
		/* A library writes no control characters below 0x7f but those of its layout. */
		if ((unsigned char)json[at] < 0x7f) {
			at++;
			continue;
		}
		size_t step = escape_next(json + at, len - at, &code);
		if (!escape_is_printable(code)) {
			buf_add(out, json + start, at - start);
			put_json_escape(out, code);
			start = at + step;
		}
		at += step;
	}
	buf_add(out, json + start, at - start);
}
