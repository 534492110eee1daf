/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of a line of a history, read piece by piece. Only history/file*.c ask. */
#ifndef KCOMPAT_HISTORY_FILE_SCAN_H
#define KCOMPAT_HISTORY_FILE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan {
	const char *at, *end;
};

bool scan_text(struct scan *scan, const char *text);
/* A number, at most `max`; -1: none, or a larger one. */
int64_t scan_number(struct scan *scan, uint64_t max);
/* A string in quotes, of printable ASCII and without an escape. *ret is borrowed, and has no end of its own. */
bool scan_string(struct scan *scan, const char **ret, size_t *len);

#endif
