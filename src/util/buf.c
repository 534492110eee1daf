/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/buf.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_deinit(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	*buf = (struct buf) {0};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

static bool buf_reserve(struct buf *buf, size_t more)
{
	if (buf->failed || more > SIZE_MAX / 4) {
		buf->failed = true;
		return false;
	}
	if (buf->cap - buf->len > more)
		return true;
	size_t cap = buf->cap ? buf->cap : 128;
	while (cap - buf->len <= more)
		cap *= 2;
	char *data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_puts_upper(struct buf *buf, const char *text)
{
	for (; *text; text++)
		buf_putc(buf, (char)toupper((unsigned char)*text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_pad(struct buf *buf, char c, size_t cnt)
{
	while (cnt--)
		buf_putc(buf, c);
}

size_t buf_count_lines(const struct buf *buf)
{
	size_t cnt = 0;

	for (size_t i = 0; i < buf->len; i++)
		cnt += buf->data[i] == '\n';
	return cnt;
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list measured;

	va_copy(measured, args);
	int len = vsnprintf(NULL, 0, format, measured);
	va_end(measured);
	if (len < 0 || !buf_reserve(buf, (size_t)len)) {
		buf->failed = true;
		return;
	}
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	buf->len += (size_t)len;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
