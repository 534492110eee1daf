/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The regular files in a package, one after another and in one pass: .deb (ar holding a tar),
 * .rpm (cpio) and tar, each packed by anything that libarchive unpacks. Nothing is written to
 * disk, and a name in an archive is only ever text.
 */
#ifndef KCOMPAT_INPUT_ARCHIVE_H
#define KCOMPAT_INPUT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/* Debian's largest (a -dbg package) has 5,000 members and 7 GB. */
#define ARCHIVE_MEMBER_MAX 200000
#define ARCHIVE_TOTAL_MAX_BYTES (16ull * 1024 * 1024 * 1024)
/* One member that is taken whole: a vmlinux with its debug information. */
#define ARCHIVE_TAKE_MAX_BYTES (1024u * 1024 * 1024)
#define ARCHIVE_NAME_MAX_BYTES 4096

struct archive_reader;

/*
 * `data` is borrowed until the reader is closed; NULL: the file `path` is read (as a stream).
 * ERROR_INPUT for what is no package or tar, or a damaged one.
 */
struct error *archive_reader_open(
	const char *path, const void *data, size_t size_bytes, struct archive_reader **ret);
void archive_reader_close(struct archive_reader *reader); /* NULL-safe */
/* "Debian package", "RPM package", "tar archive" */
const char *archive_reader_format(const struct archive_reader *reader);
/* Could these first bytes of a file be one of them? Compressed ones are looked into. */
bool archive_recognised(const void *head, size_t size_bytes);

/*
 * The next regular file: its name without a leading "./" or "/", valid until the next call; NULL
 * at the end of the archive. ERROR_INPUT for a damaged archive and for one beyond the limits.
 */
struct error *archive_reader_next(struct archive_reader *reader, const char **name);
/*
 * Up to `want` first bytes of the member, fewer when it is shorter. They stay valid until
 * archive_reader_take() or the next member.
 */
struct error *archive_reader_peek(
	struct archive_reader *reader, size_t want, const unsigned char **head, size_t *got_bytes);
/* The whole member with what was peeked, malloc'd and followed by a NUL. Once a member. */
struct error *archive_reader_take(
	struct archive_reader *reader, unsigned char **data, size_t *size_bytes);

#endif
