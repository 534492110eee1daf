/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internal to the folder: the files in a package, a boot image, an initramfs, or an image of containers. A boot image that is
 * in a package is read too: its parts take its place, "boot.img/kernel".
 */
#ifndef KCOMPAT_INPUT_MEMBERS_H
#define KCOMPAT_INPUT_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/file.h"

struct members;

/* Can members_open() read the file? Looks at its start. */
struct error *members_recognise_file(const char *path, bool *ret);
/* ERROR_INPUT: none of them, or damaged. */
struct error *members_open(const char *path, struct members **ret);
/* The same for a file in memory. The bytes are borrowed. */
struct error *members_open_memory(const void *data, size_t size_bytes, struct members **ret);
/* The same; takes the bytes if there is no error. */
struct error *members_open_bytes(struct file_bytes *bytes, struct members **ret);
/* What do the first bytes of a file say? A packed initramfs is one, too. */
bool members_is_boot_image(const void *head, size_t size_bytes);
bool members_is_initramfs(const void *head, size_t size_bytes);
void members_close(struct members *members); /* NULL-safe */
/* "Debian package", "Android boot image" */
const char *members_format(const struct members *members);

/*
 * These three are those of archive_reader. If what is inside a member is damaged, the error says so, and
 * the next member can still be asked for, unless the members are lost: the package itself is damaged.
 */
struct error *members_next(struct members *members, const char **name);
struct error *members_peek(
	struct members *members, size_t want, const unsigned char **head, size_t *got_bytes);
struct error *members_take(struct members *members, unsigned char **data, size_t *size_bytes);
bool members_are_lost(const struct members *members);
/* Does the header of a boot image say that the current member is a kernel? */
bool members_at_kernel(const struct members *members);

#endif
