/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte string. Lack of memory is sticky: append first, check `failed` once at the end. */
#ifndef KCOMPAT_UTIL_BUF_H
#define KCOMPAT_UTIL_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL-terminated when not NULL; owned */
	size_t len, cap;
	bool failed;
};

void buf_deinit(struct buf *buf); /* NULL-safe; leaves an empty buf */
void buf_clear(struct buf *buf);  /* keeps the memory */
void buf_add(struct buf *buf, const void *data, size_t len_bytes);
void buf_puts(struct buf *buf, const char *text);
/* In capitals, as the kernel writes enumerators and options. */
void buf_puts_upper(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_pad(struct buf *buf, char c, size_t cnt);
size_t buf_count_lines(const struct buf *buf); /* those that a newline ends */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args);
/* The text so far, "" when empty. Valid until the next change. */
const char *buf_text(const struct buf *buf);

#define _cleanup_buf_ __attribute__((cleanup(buf_deinit)))

#endif
