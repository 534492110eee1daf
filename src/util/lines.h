/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splits pieces of any size into lines, so that a large file of /proc is never in memory as a
 * whole. A last line without a newline is reported as `cut`: its end may be missing, and a
 * shortened name would be a wrong name.
 */
#ifndef KCOMPAT_UTIL_LINES_H
#define KCOMPAT_UTIL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

/* The rest of a longer line is dropped, and the line is reported as `cut`. */
#define LINE_LEN_MAX_BYTES (64u * 1024)

/*
 * `line` has len_bytes bytes. No newline or NUL follows it. It is valid only during the call.
 * False: no memory; reading stops.
 */
typedef bool line_fn(void *context, const char *line, size_t len_bytes, bool cut);

struct line_splitter {
	line_fn *each;
	void *context;
	struct buf rest; /* the unfinished line so far */
	bool overlong;   /* the end of that line is being dropped */
};

/* A splitter with `each` and `context` set and the rest zero is ready. Both: false, no memory. */
bool line_splitter_feed(struct line_splitter *splitter, const char *data, size_t len_bytes);
bool line_splitter_finish(struct line_splitter *splitter);
void line_splitter_deinit(struct line_splitter *splitter); /* NULL-safe */

#define _cleanup_line_splitter_ __attribute__((cleanup(line_splitter_deinit)))

/*
 * The next line of a list in memory (see util/embed.h) that is neither empty nor a comment: *line
 * has *len_bytes bytes without the newline. *at begins as the list, which ends with a NUL byte, and
 * moves behind that line. False at the end.
 */
bool list_next_line(const char **at, const char **line, size_t *len_bytes);

/* Reads root/path (see util/file.h) to its end. Lines before a read error are reported. */
struct error *file_read_lines(const char *root, const char *path, line_fn *each, void *context);

#endif
