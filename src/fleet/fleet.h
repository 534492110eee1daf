/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store of snapshots: what many hosts and packages answer, in one file of SQLite that people ask
 * by SQL (docs/fleet.md). It is made from snapshots and can be made again, so it is replaced as a
 * whole. Its bytes are not trusted: it is read into memory, its schema must be exactly this one, no
 * view or trigger of it is used, and every row is checked. Files beside it, such as a journal, are
 * not read.
 */
#ifndef KCOMPAT_FLEET_FLEET_H
#define KCOMPAT_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"

#define FLEET_SCHEMA "kcompat/db/1"
/* A store of 5,000 hosts has 30 MB. */
#define FLEET_SIZE_MAX_BYTES (512u << 20)
/* A snapshot with all functions has some megabytes, and no text of more than some hundred bytes. */
#define FLEET_DOCUMENT_MAX_BYTES (32u << 20)
#define FLEET_STRING_MAX_BYTES 4096u
#define FLEET_HOST_MAX_BYTES 255u

struct fleet;

/* Does the file begin as a file of SQLite? False also for what is no regular file. */
bool fleet_recognise(const char *path);

/* Opens a store for reading. ERROR_INPUT: it is damaged, or no such store. */
struct error *fleet_open(const char *path, struct fleet **ret);
/* The same for bytes, which stay as long as the store; `name` is for messages. */
struct error *fleet_open_bytes(
	const void *data, size_t size_bytes, const char *name, struct fleet **ret);
/* A store to add to: a copy of the file, or an empty one if there is no such file. */
struct error *fleet_open_to_add(const char *path, struct fleet **ret);
/* Snapshots from fleet_load() must not be used any more. NULL-safe. */
void fleet_close(struct fleet *fleet);

/* Where a snapshot comes from: what its channel says, never the snapshot. */
struct fleet_origin {
	bool host;        /* else a file without a host, such as a scanned package */
	const char *name; /* of the host, or of the file without its suffix */
	int64_t at;       /* seconds since 1970: when it was observed */
};

enum fleet_added {
	FLEET_ADDED, /* something was new, if only that the origin has it now */
	FLEET_KNOWN, /* the origin had it at that time already */
};

/*
 * Adds one document (snapshot/file.h). The newest of a host is what holds now. ERROR_INPUT: it is
 * no snapshot, or larger than the limits above. After an error, the store must be closed and not be
 * written.
 */
struct error *fleet_add(struct fleet *fleet, const struct fleet_origin *origin, const char *text,
	size_t len_bytes, enum fleet_added *ret);
/*
 * The same of a file that was added before, by its SHA-256 (util/sha256.h): it is not read again. *known
 * false: there is no such file.
 */
struct error *fleet_add_file(struct fleet *fleet, const struct fleet_origin *origin,
	const char *digest, bool *known, enum fleet_added *ret);
/* The file with this SHA-256 has the document that was added last, and nothing else. */
struct error *fleet_note_file(struct fleet *fleet, const char *digest);
/* Appends the bytes of the file. */
struct error *fleet_write(struct fleet *fleet, struct buf *out);

/* The newest snapshot of an origin. */
struct fleet_entry {
	bool host;
	const char *name;
	int64_t answers; /* equal: the same snapshot */
	const char *fingerprint, *core;
	struct kernel_identity
		kernel; /* release, version, machine, arch, distribution, flavor, btf_sha256 */
};
/* Sorted by name, hosts first; in `pool`. `name` NULL: of all origins; else of the host of this
 * name. */
struct error *fleet_list(struct fleet *fleet, const char *host, struct pool *pool,
	struct fleet_entry **ret, size_t *cnt);

/* Kfuncs and helpers of other names are there, without cells. */
struct fleet_wanted {
	const char *const *names; /* sorted (compare_texts()); NULL: all */
	size_t name_cnt;
	bool globs; /* the names are globs (fnmatch(3)), in any order */
};

/* The snapshot as load_snapshot() would read it. Its evidence and configuration live in the store.
 */
struct error *fleet_load(struct fleet *fleet, int64_t answers, const struct fleet_wanted *wanted,
	struct snapshot **ret);

/* How many hosts, files, distinct snapshots and kernels are in it. */
struct fleet_counts {
	int64_t hosts, files, answers, kernels;
};
struct error *fleet_count(struct fleet *fleet, struct fleet_counts *ret);

#endif
