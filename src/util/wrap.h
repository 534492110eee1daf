/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wraps text to a line width. */
#ifndef KCOMPAT_UTIL_WRAP_H
#define KCOMPAT_UTIL_WRAP_H

#include "util/buf.h"

/*
 * Appends the words of `text`, starting at `column`. No line passes `width`, except for a word
 * that is longer than a line. Each new line starts with `indent` spaces. '\n' starts a new line.
 * No newline at the end.
 */
void wrap_text(struct buf *out, const char *text, size_t column, size_t indent, size_t width);
/* The same for text from files, with escape_text() before: a newline in it starts no line. */
void wrap_escaped(struct buf *out, const char *text, size_t column, size_t indent, size_t width);

#endif
