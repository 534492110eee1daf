/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading back what `--json` of probe and scan wrote. Schema: docs/schema/snapshot.json. */
#ifndef KCOMPAT_SNAPSHOT_READ_H
#define KCOMPAT_SNAPSHOT_READ_H

#include <stddef.h>

#include "snapshot/snapshot.h"
#include "util/error.h"

/* A real kernel has some 50,000 cells; a document that claims more than this is refused. */
#define SNAPSHOT_CELL_MAX (4u * 1024 * 1024)
#define SNAPSHOT_CONTEXT_MAX 4096u
/* Of the file, and of what it unpacks to. */
#define SNAPSHOT_SIZE_MAX_BYTES (256u * 1024 * 1024)

/*
 * `path` is a file, or "-" for the standard input; plain or, which its first bytes tell, one gzip
 * stream (RFC 1952). The bytes are not trusted: damage, more than SNAPSHOT_SIZE_MAX_BYTES and
 * whatever is not as the schema says are an ERROR_INPUT, the last one with its place. Keys that are
 * not known are left out as newer versions may add some; another schema is refused. Caller destroys
 * *ret.
 */
struct error *load_snapshot(const char *path, struct snapshot **ret);
/* The same of bytes in memory. */
struct error *load_snapshot_bytes(const void *data, size_t size_bytes, struct snapshot **ret);

#endif
