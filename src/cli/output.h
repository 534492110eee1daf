/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output of a command. It is held back until it is complete, so that a failure prints nothing.
 * It stays in memory. Beyond some megabytes, it goes into a file without a name.
 */
#ifndef KCOMPAT_CLI_OUTPUT_H
#define KCOMPAT_CLI_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

#include "util/buf.h"
#include "util/error.h"

struct output {
	struct buf text;          /* append here */
	FILE *spool;              /* NULL: everything is in memory */
	uint64_t spooled_bytes;
};
void output_deinit(struct output *output); /* NULL-safe */
#define _cleanup_output_ __attribute__((cleanup(output_deinit)))

/*
 * Writes a file completely or not at all (supervise_write()). A name that ends in .gz gets a gzip stream. All text
 * that goes to a file of --output goes through here.
 */
struct error *output_write(const char *path, const void *data, size_t size_bytes);

/* Call it between two parts: moves a long text to the file. */
struct error *output_relieve(struct output *output);
/* Has anything been appended? */
bool output_is_empty(const struct output *output);
/* Writes everything to `path`, completely or not at all. NULL: standard output. */
struct error *output_finish(struct output *output, const char *path);

#endif
