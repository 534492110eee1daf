/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internal to the folder: file systems, disks and updates, in which kernels are, and which are not
 * read. */
#ifndef KCOMPAT_INPUT_UNREAD_H
#define KCOMPAT_INPUT_UNREAD_H

#include <stddef.h>

#include "util/error.h"

/*
 * An ERROR_INPUT that names the format and what unpacks it, if the first bytes are of such a file,
 * also of a packed one. `name` is the file's. NULL: another file. INPUT_HEAD_BYTES are enough.
 */
struct error *unread_explain(const char *name, const void *head, size_t size_bytes);

#endif
