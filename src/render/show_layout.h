/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fields of its context a program can read and write, where some snapshot has proved it. */
#ifndef KCOMPAT_RENDER_SHOW_LAYOUT_H
#define KCOMPAT_RENDER_SHOW_LAYOUT_H

#include "history/history.h"
#include "util/buf.h"

/* Of the newest kernel that was asked; NULL: none was. *row is that kernel's then. */
const struct snapshot_layout *find_layout(
	const struct history *history, const char *context, size_t *row);

/* For a terminal: lines below a context's head. */
void render_show_layout_text(
	const struct history *history, const char *context, size_t width, struct buf *out);
/* A section of a page: a table for each layout that these contexts have. */
void render_show_layout_markdown(const struct history *history, const char *const *contexts,
	size_t context_cnt, struct buf *out);

#endif
