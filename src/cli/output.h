/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command prints, kept back until it is whole, so that a failure prints nothing: in memory, and
 * beyond some megabytes in a file without a name.
 */
#ifndef KCOMPAT_CLI_OUTPUT_H
#define KCOMPAT_CLI_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

#include "util/buf.h"
#include "util/error.h"

struct output {
	struct buf text;          /* append here */
	FILE *spool;              /* NULL: nothing was put aside */
	uint64_t spooled_bytes;
};
void output_deinit(struct output *output); /* NULL-safe */
#define _cleanup_output_ __attribute__((cleanup(output_deinit)))

/* Between two parts: puts aside what there is, if it is much. */
struct error *output_relieve(struct output *output);
/* Has anything been appended? */
bool output_is_empty(const struct output *output);
/* Writes all to `path`, whole or not at all, or to standard output if that is NULL. */
struct error *output_finish(struct output *output, const char *path);

#endif
