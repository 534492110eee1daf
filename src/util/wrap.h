/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words on lines of a width. */
#ifndef KCOMPAT_UTIL_WRAP_H
#define KCOMPAT_UTIL_WRAP_H

#include "util/buf.h"

/*
 * Appends the words of `text`, which starts at `column`; a line that would pass `width` ends, and
 * the next begins with `indent` spaces. A word longer than a line stays whole. '\n' begins a new
 * line. No newline at the end.
 */
void wrap_text(struct buf *out, const char *text, size_t column, size_t indent, size_t width);
/* The same for text from files, with escape_text() before: a newline in it starts no line. */
void wrap_escaped(struct buf *out, const char *text, size_t column, size_t indent, size_t width);

#endif
