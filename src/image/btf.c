/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/image.h"
#include "util/array.h"

#include <byteswap.h>
#include <linux/btf.h>
#include <stdint.h>
#include <string.h>

/* The six words after magic, version and flags: Documentation/bpf/btf.rst. */
#define HEADER_MIN_BYTES 24u
/* 24 until linux 7.0, 32 since. The limit allows larger headers, and rejects text. */
#define HEADER_MAX_BYTES 256u

/* Reads it into this machine's byte order. False: not a BTF header. */
static bool image_btf_read_header(const void *data, size_t size, struct btf_header *ret)
{
	if (size < HEADER_MIN_BYTES)
		return false;
	memcpy(ret, data, HEADER_MIN_BYTES);
	bool swapped = ret->magic == bswap_16(BTF_MAGIC);
	if ((ret->magic != BTF_MAGIC && !swapped) || ret->version != BTF_VERSION)
		return false;
	uint32_t *words[] = {
		&ret->hdr_len, &ret->type_off, &ret->type_len, &ret->str_off, &ret->str_len};
	for (size_t i = 0; swapped && i < ARRAY_SIZE(words); i++)
		*words[i] = bswap_32(*words[i]);
	return true;
}

size_t btf_blob_length(const void *data, size_t size)
{
	struct btf_header header;

	if (!image_btf_read_header(data, size, &header))
		return 0;
	uint64_t types_end = (uint64_t)header.type_off + header.type_len;
	uint64_t strings_end = (uint64_t)header.str_off + header.str_len;
	uint64_t end = header.hdr_len + (types_end > strings_end ? types_end : strings_end);
	if (header.hdr_len < HEADER_MIN_BYTES || header.hdr_len > HEADER_MAX_BYTES || end > size ||
		!header.type_len || header.type_len % 4)
		return 0;
	return (size_t)end;
}

bool btf_blob_is_split(const void *data, size_t size)
{
	struct btf_header header;

	if (!btf_blob_length(data, size) || !image_btf_read_header(data, size, &header))
		return false;
	/* A small module has all its names in the base. */
	return !header.str_len || ((const char *)data)[header.hdr_len + header.str_off];
}

/* The BTF of a whole kernel: its first string is empty, and its string section ends in NUL. */
static size_t blob_at(const unsigned char *data, size_t room)
{
	size_t size = btf_blob_length(data, room);

	return size && !data[size - 1] && !btf_blob_is_split(data, size) ? size : 0;
}

static void scan_segment(const struct image *image, const struct image_segment *segment,
	const unsigned char **data, size_t *size)
{
	static const unsigned char little[] = {0x9f, 0xeb, 1, 0}, big[] = {0xeb, 0x9f, 1, 0};
	const unsigned char *magic = image->big_endian ? big : little;
	const unsigned char *at = segment->data, *end = at + segment->size_bytes;

	while ((at = memmem(at, (size_t)(end - at), magic, sizeof(little)))) {
		size_t found = blob_at(at, (size_t)(end - at));
		if (found > *size) {
			*data = at;
			*size = found;
		}
		at += found ? found : 1;
	}
}

bool image_btf(const struct image *image, const unsigned char **data, size_t *size)
{
	const struct image_segment *section = image_section(image, ".BTF");
	const unsigned char *found = NULL;
	size_t found_size = 0;

	if (section) {
		found = section->data;
		found_size = section->size_bytes;
	}
	/* An image with section headers has no other BTF. */
	for (size_t i = 0; !section && i < image->segment_cnt; i++) {
		if (!*image->segments[i].name)
			scan_segment(image, &image->segments[i], &found, &found_size);
	}
	if (!found)
		return false;
	*data = found;
	*size = found_size;
	return true;
}
