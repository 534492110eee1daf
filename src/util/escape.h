/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place that escapes text from files. All forms share one rule: printable UTF-8 stays. A
 * character that could move a cursor, reorder a line or forge one is shown as an escape: C0, DEL and
 * C1 controls, bidirectional marks (Unicode TR 9), line and paragraph separators, and bytes that are
 * not UTF-8.
 */
#ifndef KCOMPAT_UTIL_ESCAPE_H
#define KCOMPAT_UTIL_ESCAPE_H

#include <stdint.h>

#include "util/buf.h"

#define ESCAPE_INVALID UINT32_MAX

/*
 * Reads the first character of a text of `len` bytes: returns its length and sets its code point. A byte
 * that starts no UTF-8 character is a character of length 1 with the code ESCAPE_INVALID. Overlong
 * forms and surrogates are not UTF-8. Returns 0 at the end.
 */
size_t escape_next(const char *text, size_t len, uint32_t *code);
/* Does a person see this character as it is? */
bool escape_is_printable(uint32_t code);

/* For a person, inside of a line: "\x1b" for a byte, "\u202e" for other characters. */
void escape_text(struct buf *out, const char *text);
void escape_text_len(struct buf *out, const char *text, size_t len);
/* Escapes the complete formatted text, so the format must not contain a newline. */
void escape_printf(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For a person, a text of several lines: the same, but newlines and tabs stay. */
void escape_lines(struct buf *out, const char *text, size_t len);
/* The same, and the sequences of util/colour.h stay. Any other escape sequence does not. */
void escape_coloured_lines(struct buf *out, const char *text, size_t len);
/* For running text in Markdown: also escapes Markdown and HTML markup. */
void escape_markdown(struct buf *out, const char *text);
/* Inside <code>: HTML's own characters. */
void escape_html(struct buf *out, const char *text);
/* Does it contain only letters, digits and other characters of names, so no Markdown markup? */
bool escape_is_plain_name(const char *name);
/* A name as code: in backticks, or as escaped HTML where it holds more than names do. */
void escape_code_name(struct buf *out, const char *name);
/* In a block fenced with ```: a run of three cannot end it. */
void escape_code(struct buf *out, const char *text);
/* Inside of a string of YAML in double quotes. */
void escape_yaml(struct buf *out, const char *text);

/* A JSON string in quotes, also safe in a script; a byte that is not UTF-8 becomes U+FFFD. */
void escape_json(struct buf *out, const char *text);
/* JSON that a library wrote: characters that are not printable become escapes. */
void escape_json_dump(struct buf *out, const char *json, size_t len);

#endif
