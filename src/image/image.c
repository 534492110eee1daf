/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/image.h"
#include "image/format.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* Image.gz in an EFI zboot in a .xz; no kernel has more layers. */
#define WRAPPERS_MAX 4
/* Limit of magic numbers to try in a wrapper without a payload offset. */
#define SEARCH_TRIES_MAX 256

/* The current bytes, and the wrappers already removed. */
struct unpacking {
	unsigned char *data; /* owned */
	size_t size;
	const char *format;
	enum compression compression;
	struct image_raw raw; /* the machine to assume if the payload has no header */
	size_t budget;        /* bytes that may still be unpacked */
};

static void unpacking_deinit(struct unpacking *unpacking)
{
	free(unpacking->data);
}

void image_destroy(struct image *image)
{
	if (!image)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(image->owned); i++)
		free(image->owned[i]);
	pool_destroy(&image->pool);
	free(image);
}

static void destroy_image(struct image **image)
{
	image_destroy(*image);
}

/* Replaces the outer bytes by the inner ones. */
static void image_replace(struct unpacking *unpacking, struct decompressed *inner)
{
	free(unpacking->data);
	unpacking->data = inner->data;
	unpacking->size = inner->size_bytes;
}

/* On success *ret holds the unpacked data. The work always counts against the budget. */
static struct error *unpack_at(struct unpacking *unpacking, enum compression compression,
	const unsigned char *data, size_t size, size_t expected, struct decompressed *ret)
{
	struct error *error = decompress(compression, data, size, expected, unpacking->budget, ret);

	unpacking->budget -=
		ret->reached_bytes < unpacking->budget ? ret->reached_bytes : unpacking->budget;
	return error;
}

static struct error *unpack_exact(struct unpacking *unpacking, const struct image_payload *payload)
{
	const unsigned char *data = unpacking->data + payload->offset;
	enum compression compression = compression_detect(data, payload->size_bytes);
	struct decompressed inner;

	if (compression == COMPRESSION_NONE && image_recognised(data, payload->size_bytes)) {
		memmove(unpacking->data, data, payload->size_bytes);
		unpacking->size = payload->size_bytes;
		return NULL;
	}
	if (compression == COMPRESSION_NONE)
		return error_create(
			ERROR_INPUT, NULL, "the kernel has an unknown compression");
	struct error *error = unpack_at(
		unpacking, compression, data, payload->size_bytes, payload->expected_bytes, &inner);
	if (error)
		return error;
	if (payload->exact && inner.size_bytes != payload->expected_bytes) {
		free(inner.data);
		return error_create(ERROR_INPUT, NULL,
			"it unpacks to %zu bytes, but its length field has %zu", inner.size_bytes,
			payload->expected_bytes);
	}
	image_replace(unpacking, &inner);
	unpacking->compression = unpacking->compression ? unpacking->compression : compression;
	return NULL;
}

static const char banner_begin[] = "Linux version ";

static bool has_banner(const unsigned char *data, size_t size)
{
	return data && memmem(data, size, banner_begin, sizeof(banner_begin) - 1);
}

/* Try every magic number, because code and tables contain some by chance. */
static struct error *unpack_search(struct unpacking *unpacking, const struct image_payload *payload)
{
	const unsigned char *data = unpacking->data + payload->offset;
	struct decompressed inner;
	size_t tries = 0;

	for (size_t at = 0; at + 8 <= payload->size_bytes && tries < SEARCH_TRIES_MAX; at++) {
		size_t left = payload->size_bytes - at;
		enum compression compression = compression_detect(data + at, left);
		if (compression == COMPRESSION_NONE)
			continue;
		tries++;
		struct error *error = unpack_at(unpacking, compression, data + at, left, 0, &inner);
		if (!error && has_banner(inner.data, inner.size_bytes)) {
			image_replace(unpacking, &inner);
			unpacking->compression =
				unpacking->compression ? unpacking->compression : compression;
			return NULL;
		}
		if (!error)
			free(inner.data);
		else if (error->code == ERROR_NO_MEMORY)
			return error;
		error_free(error);
	}
	/* Not compressed: s390 has CONFIG_KERNEL_UNCOMPRESSED. */
	if (has_banner(data, payload->size_bytes))
		return NULL;
	return error_create(ERROR_INPUT, NULL,
		"no kernel was found in it: truncated, or an unknown compression");
}

static struct error *unpack_payload(
	struct unpacking *unpacking, const struct image_payload *payload)
{
	if (payload->format && !unpacking->format)
		unpacking->format = payload->format;
	if (payload->machine)
		unpacking->raw = (struct image_raw) {payload->format, payload->machine,
			payload->big_endian, payload->address_bytes};
	struct error *error = payload->search ? unpack_search(unpacking, payload)
					      : unpack_exact(unpacking, payload);
	return error && payload->format ? error_prefix(error, "%s", payload->format) : error;
}

/* Removes wrappers until something else is left. */
static struct error *unwrap(struct unpacking *unpacking)
{
	for (int i = 0; i < WRAPPERS_MAX; i++) {
		struct image_payload payload;
		struct error *error = NULL;
		if (!image_find_payload(unpacking->data, unpacking->size, &payload, &error))
			return error;
		/* A searched wrapper without a compressed payload contains the raw kernel. */
		bool search = payload.search;
		const unsigned char *before = unpacking->data;
		error = unpack_payload(unpacking, &payload);
		if (error || (search && before == unpacking->data))
			return error;
	}
	return error_create(ERROR_INPUT, NULL, "packed more than %d times", WRAPPERS_MAX);
}

static struct error *image_fill(struct image *image, struct unpacking *unpacking);

/* A kernel in a section of an ELF file replaces that file. Where it is searched, there may be none. */
static struct error *fill_elf(struct image *image, struct unpacking *unpacking)
{
	const unsigned char *before = unpacking->data;
	struct image_payload payload;
	struct error *error = image_fill_elf(image, unpacking->data, unpacking->size);

	if (error || !image_elf_payload(image, &payload, unpacking->data, unpacking->size))
		return error;
	if (unpacking->format || (payload.search && has_banner(unpacking->data, unpacking->size)))
		return NULL;
	error = unpack_payload(unpacking, &payload);
	if (error && payload.search && error->code == ERROR_INPUT && before == unpacking->data) {
		unpacking->format = NULL;
		error_free(error);
		return NULL;
	}
	image->segments = image->others = NULL;
	image->segment_cnt = image->other_cnt = 0;
	image->no_code = image->relocatable = false;
	return error ? error : image_fill(image, unpacking);
}

static struct error *image_fill(struct image *image, struct unpacking *unpacking)
{
	struct image_raw raw;

	if (!unpacking->data || !unpacking->size)
		return error_create(ERROR_INPUT, NULL, "it is empty");
	if (image_elf_recognise(unpacking->data, unpacking->size)) {
		image->format = "ELF";
		return fill_elf(image, unpacking);
	}
	if (!image_raw_recognise(unpacking->data, unpacking->size, &raw)) {
		raw = unpacking->raw;
		if (!raw.machine && !image_raw_by_name(unpacking->data, unpacking->size, &raw))
			return error_create(
				ERROR_INPUT, NULL, "not a kernel image in a known form");
	}
	image->format = raw.format;
	return image_fill_raw(image, unpacking->data, unpacking->size, &raw);
}

/* "bzImage (zstd)": the outermost named wrapper, else the kernel's own format. */
static struct error *image_describe(struct image *image, const struct unpacking *unpacking)
{
	const char *format = unpacking->format ? unpacking->format : image->format;

	if (unpacking->compression)
		image->format = pool_printf(
			&image->pool, "%s (%s)", format, compression_word(unpacking->compression));
	else
		image->format = format;
	return image->format ? NULL : error_no_memory();
}

struct error *image_create(void *data, size_t size, struct image **ret)
{
	__attribute__((cleanup(unpacking_deinit))) struct unpacking unpacking = {
		.data = data,
		.size = size,
		.budget = IMAGE_SIZE_MAX_BYTES,
	};
	__attribute__((cleanup(destroy_image))) struct image *image = calloc(1, sizeof(*image));

	if (!image)
		return error_no_memory();
	struct error *error = unwrap(&unpacking);
	if (!error)
		error = image_fill(image, &unpacking);
	if (!error)
		error = image_describe(image, &unpacking);
	if (!error)
		error = image_find_banner(image);
	if (!error)
		error = image_find_build_id(image);
	if (!error && image->banner)
		error = image_find_machine(image);
	if (error)
		return error;
	image->owned[0] = unpacking.data;
	image->file_size_bytes = unpacking.size;
	unpacking.data = NULL;
	*ret = image;
	image = NULL;
	return NULL;
}
