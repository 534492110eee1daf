/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The legacy image of U-Boot: include/image.h, struct legacy_img_hdr. All numbers are big-endian. */
#include "input/container/container.h"

#define MAGIC 0x27051956u
#define DATA_SIZE 12
#define TYPE 30
#define HEADER_BYTES 64u

#define TYPE_KERNEL 2
#define TYPE_RAMDISK 3
#define TYPE_MULTI 4
#define TYPE_KERNEL_NOLOAD 14

bool uimage_recognise(const unsigned char *head, size_t size)
{
	return size >= HEADER_BYTES && container_be32(head) == MAGIC;
}

/*
 * A list of sizes that ends with 0 stands before the files, and each file starts at a multiple of four.
 * The first is the kernel, and the second the ramdisk.
 */
static struct error *read_multi(struct container *container, const unsigned char *data, size_t size)
{
	size_t list = HEADER_BYTES, at = list;
	struct error *error = NULL;

	while (at + 4 <= size && container_be32(data + at))
		at += 4;
	if (at + 4 > size)
		return container_damaged("its list of sizes has no end");
	size_t end = at;
	at += 4;
	for (size_t i = list; i < end && !error; i += 4) {
		struct container_part part = {i == list ? "kernel" : "ramdisk", at,
			container_be32(data + i), i == list};
		error = container_add(container, size, &part);
		at += (part.size_bytes + 3) & ~(size_t)3;
	}
	return error;
}

struct error *uimage_read(struct container *container, const unsigned char *data, size_t size)
{
	unsigned int type = data[TYPE];
	bool kernel = type == TYPE_KERNEL || type == TYPE_KERNEL_NOLOAD;
	struct container_part part = {kernel ? "kernel" : "ramdisk", HEADER_BYTES,
		container_be32(data + DATA_SIZE), kernel};

	if (type == TYPE_MULTI)
		return read_multi(container, data, size);
	return kernel || type == TYPE_RAMDISK ? container_add(container, size, &part) : NULL;
}
