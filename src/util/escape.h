/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of files inside Markdown or JSON: it shows as it is, whatever it holds. Control characters are \xNN. */
#ifndef KCOMPAT_UTIL_ESCAPE_H
#define KCOMPAT_UTIL_ESCAPE_H

#include "util/buf.h"

/* In running text: what Markdown or HTML would take for markup is escaped. */
void put_markdown(struct buf *out, const char *text);
/* Inside <code>: HTML's own characters. */
void put_html(struct buf *out, const char *text);
/* Letters, digits and what else names hold, so that Markdown takes nothing in it for markup. */
bool is_plain_name(const char *name);
/* A name as code: in backticks, or as escaped HTML where it holds more than names do. */
void put_code_name(struct buf *out, const char *name);
/* A JSON string in quotes, also safe in a script; what is not UTF-8 becomes U+FFFD, byte by byte. */
void put_json(struct buf *out, const char *text);
/* In a block fenced with ```: a run of three cannot end it. */
void put_code(struct buf *out, const char *text);

#endif
