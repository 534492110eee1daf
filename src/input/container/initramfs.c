/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initramfs: linux Documentation/driver-api/early-userspace/buffer-format.rst. Archives of the
 * cpio format "newc" follow each other, with zeros between them. Only what the kernel reads early
 * (microcode) has to be plain. The last archive is packed in most files.
 */
#include "input/container/container.h"

#include <string.h>

#include "util/decompress.h"

#define NEWC_HEADER_BYTES 110u
#define NEWC_MAGIC_BYTES 6u
#define NEWC_FIELD_BYTES 8u
#define NEWC_FILE_SIZE 6 /* number of the field */
#define NEWC_NAME_SIZE 11
#define NEWC_NAME_MAX_BYTES 4096u

/* A field of eight hexadecimal digits. */
static bool newc_field(const unsigned char *header, unsigned int number, uint64_t *ret)
{
	const unsigned char *digits = header + NEWC_MAGIC_BYTES + (size_t)number * NEWC_FIELD_BYTES;

	*ret = 0;
	for (unsigned int i = 0; i < NEWC_FIELD_BYTES; i++) {
		unsigned int digit = digits[i], lower = digit | 0x20;
		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if (lower >= 'a' && lower <= 'f')
			digit = lower - 'a' + 10;
		else
			return false;
		*ret = *ret << 4 | digit;
	}
	return true;
}

static bool newc_recognise(const unsigned char *head, size_t size)
{
	return size >= NEWC_HEADER_BYTES &&
		(!memcmp(head, "070701", NEWC_MAGIC_BYTES) || !memcmp(head, "070702", NEWC_MAGIC_BYTES));
}

bool initramfs_recognised(const void *head, size_t size)
{
	return newc_recognise(head, size);
}

static size_t to_four(size_t value)
{
	return (value + 3) & ~(size_t)3;
}

/* The length of the archive at the start of the data, with its trailer; 0: damaged. */
static size_t newc_length(const unsigned char *data, size_t size)
{
	static const char trailer[] = "TRAILER!!!";
	size_t at = 0;

	while (at < size && newc_recognise(data + at, size - at)) {
		uint64_t name_size, file_size;
		if (!newc_field(data + at, NEWC_NAME_SIZE, &name_size) ||
			!newc_field(data + at, NEWC_FILE_SIZE, &file_size) || !name_size ||
			name_size > NEWC_NAME_MAX_BYTES)
			return 0;
		size_t name = at + NEWC_HEADER_BYTES, next = to_four(name + (size_t)name_size);
		if (next > size || file_size > size - next)
			return 0;
		if (name_size == sizeof(trailer) && !memcmp(data + name, trailer, sizeof(trailer)))
			return next;
		at = to_four(next + (size_t)file_size);
	}
	return 0;
}

/* Where the bytes are neither an archive nor packed, a boot loader added something of its own. */
struct error *initramfs_read(struct container *container, const void *bytes, size_t size)
{
	const unsigned char *data = bytes;
	struct error *error = NULL;

	container->format = "initramfs";
	container->of_archives = true;
	for (size_t at = 0; at < size && !error; at++) {
		size_t left = size - at, length = left;
		if (!data[at])
			continue;
		if (newc_recognise(data + at, left))
			length = newc_length(data + at, left);
		else if (compression_detect(data + at, left) == COMPRESSION_NONE)
			break;
		if (!length)
			return error_create(
				ERROR_INPUT, NULL, "initramfs: a damaged archive: truncated?");
		struct container_part part = {"", at, length, false};
		error = container_add(container, size, &part);
		at += length - 1;
	}
	return error;
}
