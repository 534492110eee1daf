/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an image: what comes out must be sorted, inside its buffers and readable. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int touch(const unsigned char *data, size_t size)
{
	unsigned int sum = 0;

	/* The ends tell whether all of it is there; the sanitizer looks. */
	if (size)
		sum = data[0] + data[size - 1] + data[size / 2];
	return sum;
}

static void check_segments(const struct image *image)
{
	unsigned int sum = 0;
	uint64_t number;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t last = segment->address + segment->size_bytes - 1;
		if (!segment->size_bytes || last < segment->address || !segment->name)
			abort();
		if (i && segment[-1].address + (segment[-1].size_bytes - 1) >= segment->address)
			abort();
		sum += touch(segment->data, segment->size_bytes);
		if (image_segment_at(image, segment->address) != segment ||
			image_segment_at(image, last) != segment ||
			image_at(image, segment->address, segment->size_bytes) != segment->data ||
			image_at(image, last, 2) || !image_read(image, last, 1, &number) ||
			number != segment->data[segment->size_bytes - 1])
			abort();
	}
	for (size_t i = 0; i < image->other_cnt; i++)
		sum += touch(image->others[i].data, image->others[i].size_bytes);
	/* Something must depend on it, or the reads are left out. */
	if (sum == UINT32_MAX)
		abort();
}

static void check_texts(const struct image *image)
{
	const char *name = image_modinfo(image, "name");

	if (!image->format || !image->release != !image->banner)
		abort();
	if (image->banner &&
		(strchr(image->banner, '\n') || !strstr(image->banner, image->release)))
		abort();
	if (image->version && *image->version != '#')
		abort();
	if (name && strlen(name) > IMAGE_SIZE_MAX_BYTES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image *image = NULL;
	const unsigned char *btf;
	size_t btf_size;
	void *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	struct error *error = image_create(copy, size, &image);
	if (!error != !!image || (error && !*error->what))
		abort();
	error_free(error);
	if (!image)
		return 0;
	check_segments(image);
	check_texts(image);
	if (image_btf(image, &btf, &btf_size))
		touch(btf, btf_size);
	if (image_config(image, &btf, &btf_size))
		touch(btf, btf_size);
	image_destroy(image);
	return 0;
}
