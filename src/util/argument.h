/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file named on the command line, or "-" for the standard input. */
#ifndef KCOMPAT_UTIL_ARGUMENT_H
#define KCOMPAT_UTIL_ARGUMENT_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/error.h"

/* For messages: "standard input" for "-". */
const char *input_name(const char *path);

/* Appends the whole content to `out`. ERROR_INPUT: more than max_bytes, or a FIFO. */
struct error *input_read(const char *path, size_t max_bytes, struct buf *out);
/* The same for a file about a kernel, or an object: its size adds to the budget of the run (util/budget.h). */
struct error *input_read_kernel(const char *path, size_t max_bytes, struct buf *out);

/*
 * Opens such a file, or gives standard input. Its size adds to the budget, except if *is_stream: then the reader adds
 * what it reads.
 */
struct error *input_open_kernel(const char *path, int *ret, bool *is_stream);

#endif
