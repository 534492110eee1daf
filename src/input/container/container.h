/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internal to the folder: files of boot loaders, which hold a kernel beside other parts. A header has
 * the offset and the size of each part, so nothing is unpacked here. A format is one file.
 */
#ifndef KCOMPAT_INPUT_CONTAINER_CONTAINER_H
#define KCOMPAT_INPUT_CONTAINER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/pool.h"

/* A FIT image of a distribution has some 300 device trees. */
#define CONTAINER_PART_MAX 4096
/* container_recognised() needs no more than this. */
#define CONTAINER_HEAD_BYTES 4096u

struct container_part {
	const char *name; /* of the header, or of the role: "kernel", "ramdisk" */
	size_t offset, size_bytes;
	bool is_kernel; /* according to the header */
};

struct container {
	struct pool pool;
	const char *format; /* "Android boot image"; static */
	bool of_archives;   /* each part is an archive: a segment of an initramfs */
	struct container_part *parts;
	size_t part_cnt, part_cap;
	size_t part_bytes; /* of all: parts do not overlap, so no file is read many times */
};

/* Do the first bytes of a file look like a container of boot loaders? */
bool container_recognised(const void *head, size_t size_bytes);
/*
 * Lists the parts, which lie inside the data. ERROR_INPUT, which names the format: a damaged header,
 * or a part outside. The caller calls container_deinit(), also after an error.
 */
struct error *container_read(struct container *container, const void *data, size_t size_bytes);
void container_deinit(struct container *container);

/* An initramfs that starts with a cpio archive. Others may follow it, packed or not. */
bool initramfs_recognised(const void *head, size_t size_bytes);
struct error *initramfs_read(struct container *container, const void *data, size_t size_bytes);

/* For the formats. */

/* The file has `size_bytes` bytes. An empty part is left out. The name is copied. */
struct error *container_add(
	struct container *container, size_t size_bytes, const struct container_part *part);
/* ERROR_INPUT: the header itself is damaged. */
struct error *container_damaged(const char *why);

bool android_recognise(const unsigned char *head, size_t size_bytes);
struct error *android_read(struct container *container, const unsigned char *data, size_t size_bytes);
bool vendor_boot_recognise(const unsigned char *head, size_t size_bytes);
struct error *vendor_boot_read(
	struct container *container, const unsigned char *data, size_t size_bytes);
bool uimage_recognise(const unsigned char *head, size_t size_bytes);
struct error *uimage_read(struct container *container, const unsigned char *data, size_t size_bytes);
bool fit_recognise(const unsigned char *head, size_t size_bytes);
struct error *fit_read(struct container *container, const unsigned char *data, size_t size_bytes);

/* Numbers of headers, whatever their alignment. */
static inline uint32_t container_le32(const unsigned char *data)
{
	return (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
}

static inline uint32_t container_be32(const unsigned char *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

#endif
