/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaces files of directories that other users can write. A path says nothing there: between two
 * calls, a name on it can become a link. So the directory is held open, no name in it is followed,
 * and what is written is a new file that takes a name.
 */
#ifndef KCOMPAT_UTIL_REPLACE_H
#define KCOMPAT_UTIL_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util/descriptor.h"
#include "util/error.h"

/* A name in a directory. Everything is borrowed. */
struct place {
	int directory;
	const char *name; /* without '/' */
	const char *path; /* for messages */
};

/*
 * The place of `path`; links on the way to its directory are followed, because the user named it. The
 * caller closes the place, also after an error.
 */
struct error *place_open(const char *path, struct place *ret);
/* The same of the file top/relative, without any link on the way. */
struct error *place_open_below(int top, const char *relative, const char *path, struct place *ret);
static inline void place_close(const struct place *place)
{
	descriptor_cleanup(&place->directory);
}
#define _cleanup_place_ __attribute__((cleanup(place_close)))
/* What the place has now. A link is not followed. False: nothing. */
struct error *place_look(const struct place *place, bool *exists, struct stat *ret);

/* A complete file with a temporary name beside its place. */
struct staged {
	struct place place;
	char *name; /* NULL: none */
};
/*
 * Writes it. It gets owner and mode (without the bits 07000) of the regular file `old`; NULL: those of
 * a new file. `durable`: waits until it is on the disk. On an error there is no file.
 */
struct error *staged_write(const struct place *place, const struct stat *old, const void *data,
	size_t size_bytes, bool durable, struct staged *ret);
/* The file takes its place. */
struct error *staged_commit(struct staged *staged);
/* Removes the file, unless it has its place. NULL-safe. */
void staged_deinit(struct staged *staged);

/* What file_write_atomic() does (util/file.h). */
struct error *place_write(const struct place *place, const void *data, size_t size_bytes);
/*
 * Replaces the regular file that `old` is about; an ERROR_INPUT if the place has another one by now.
 * Does not wait for the disk: for many files that can be made again.
 */
struct error *place_replace(
	const struct place *place, const struct stat *old, const void *data, size_t size_bytes);

#define _cleanup_staged_ __attribute__((cleanup(staged_deinit)))

#endif
