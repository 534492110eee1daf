/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/image.h"

#include <string.h>

const struct image_segment *image_segment_at(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->segment_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct image_segment *segment = &image->segments[middle];
		if (address < segment->address)
			high = middle;
		else if (address - segment->address >= segment->size_bytes)
			low = middle + 1;
		else
			return segment;
	}
	return NULL;
}

const unsigned char *image_at(const struct image *image, uint64_t address, size_t size)
{
	const struct image_segment *segment = image_segment_at(image, address);

	if (!segment || size > segment->size_bytes - (address - segment->address))
		return NULL;
	return segment->data + (address - segment->address);
}

bool image_read(const struct image *image, uint64_t address, size_t size, uint64_t *ret)
{
	const unsigned char *data = image_at(image, address, size);
	uint64_t value = 0;

	if (!data || (size != 1 && size != 2 && size != 4 && size != 8))
		return false;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | data[image->big_endian ? i : size - 1 - i];
	*ret = value;
	return true;
}

static const struct image_segment *find_named(
	const struct image_segment *list, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i].name, name))
			return &list[i];
	}
	return NULL;
}

const struct image_segment *image_section(const struct image *image, const char *name)
{
	if (!*name)
		return NULL;
	const struct image_segment *found = find_named(image->segments, image->segment_cnt, name);
	return found ? found : find_named(image->others, image->other_cnt, name);
}

void image_set_link_address(struct image *image, uint64_t address)
{
	if (!image->address_is_offset || image->segment_cnt != 1 ||
		image->segments->size_bytes > UINT64_MAX - address)
		return;
	image->segments->address = address;
	image->address_is_offset = false;
}
