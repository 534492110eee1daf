/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a history exactly as kcompat writes them, read without the parser of JSON. They are most of the
 * file, and the parser takes four times as long. A line in another form, such as with a blank, is left to it.
 * Only history/file.c asks.
 */
#ifndef KCOMPAT_HISTORY_FILE_LEAN_H
#define KCOMPAT_HISTORY_FILE_LEAN_H

#include "snapshot/history/file_rows.h"

/* The line of a list of contexts: its number, and all of it. */
struct context_line {
	uint32_t at;
	struct snapshot_context *list;
	size_t cnt;
};

/* Both return false if the line has another form; nothing was read then. An error is in the reader. */
bool history_scan_contexts(struct history_reader *reader, const char *line, size_t len_bytes, struct context_line *ret);
/* A kfunc or helper of which only the cells are wanted: it gets no prototype, flags and sets. */
bool history_scan_call(struct history_reader *reader, const struct row_kind *kind, const char *line, size_t len_bytes);
/*
 * Has a row of the struct's line a wanted context? True if that cannot be said. A field takes its type from the
 * same struct in other kernels, so the rows of a line are read together.
 */
bool history_layout_is_wanted(const struct history_reader *reader, const char *line, size_t len_bytes);

#endif
