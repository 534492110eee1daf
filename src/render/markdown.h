/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports in Markdown share; private to the folder. */
#ifndef KCOMPAT_RENDER_MARKDOWN_H
#define KCOMPAT_RENDER_MARKDOWN_H

#include "snapshot/history/history.h"
#include "util/buf.h"

/* "<code>TEXT</code>", escaped */
void markdown_code(struct buf *out, const char *text);
/* A kernel is named by its version if that is unique in its part, else by its whole label. */
const char *markdown_row_name(const struct history *history, size_t row);
/* "between <code>6.2</code> and <code>6.5</code>" */
void markdown_between(const struct history *history, const struct history_pair *pair, struct buf *out);
/* The kernels of each part; `item` writes the one of a row. */
typedef void markdown_item_fn(void *page, size_t row);
void markdown_status(const struct history *history, struct buf *out, markdown_item_fn *item, void *page);
bool markdown_is_empty_group(const struct history *history, enum history_group group);

#endif
