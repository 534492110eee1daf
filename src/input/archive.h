/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the regular files of a package in one pass: .deb (a tar in an ar), .rpm (cpio), tar, and
 * the cpio of an initramfs, in any compression of libarchive; zip and ISO 9660. Nothing is written to disk. A name in an archive is never used as
 * a path.
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
/* Limit of one member: a vmlinux with its debug information. */
#define ARCHIVE_TAKE_MAX_BYTES (1024u * 1024 * 1024)
#define ARCHIVE_NAME_MAX_BYTES 4096

struct archive_reader;

/*
 * `data` is borrowed until the reader is closed; NULL: the file `path` is read as a stream.
 * ERROR_INPUT: not a package or tar, or damaged.
 */
struct error *archive_reader_open(
	const char *path, const void *data, size_t size_bytes, struct archive_reader **ret);
void archive_reader_close(struct archive_reader *reader); /* NULL-safe */
/* "Debian package", "RPM package", "tar archive", "initramfs", "zip archive", "ISO image" */
const char *archive_reader_format(const struct archive_reader *reader);
/* Can a file with these first bytes be one of them? Unpacks the start of compressed data. */
bool archive_recognised(const void *head, size_t size_bytes);
/* Is it the cpio of an initramfs, packed or not? */
bool archive_is_initramfs(const void *head, size_t size_bytes);
/* archive_recognised() for a file. If its first bytes do not tell, more are read. */
struct error *archive_recognise_file(const char *path, bool *ret);

/*
 * The next regular file: its name without a leading "./" or "/", valid until the next call; NULL
 * at the end of the archive. ERROR_INPUT: a damaged archive, or one that exceeds the limits.
 */
struct error *archive_reader_next(struct archive_reader *reader, const char **name);
/* The same for every entry: also links, devices and directories. */
struct error *archive_reader_next_entry(
	struct archive_reader *reader, const char **name, bool *is_directory);
/*
 * The current member is an archive: its members. `reader` must live longer, and not move on. Its member
 * must not have been taken.
 */
struct error *archive_reader_enter(struct archive_reader *reader, struct archive_reader **ret);
/*
 * The first `want` bytes of the member, fewer if it is shorter. They stay valid until
 * archive_reader_take() or the next member.
 */
struct error *archive_reader_peek(
	struct archive_reader *reader, size_t want, const unsigned char **head, size_t *got_bytes);
/* The whole member, malloc'd and followed by a NUL. At most one call per member. */
struct error *archive_reader_take(
	struct archive_reader *reader, unsigned char **data, size_t *size_bytes);

#endif
