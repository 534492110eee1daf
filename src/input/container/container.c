/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/container/container.h"

#include "util/array.h"

static const struct {
	const char *format;
	bool (*recognise)(const unsigned char *head, size_t size);
	struct error *(*read)(struct container *container, const unsigned char *data, size_t size);
} formats[] = {
	{"Android boot image", android_recognise, android_read},
	{"Android vendor boot image", vendor_boot_recognise, vendor_boot_read},
	{"U-Boot image", uimage_recognise, uimage_read},
	{"FIT image", fit_recognise, fit_read},
};

bool container_recognised(const void *head, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].recognise(head, size))
			return true;
	}
	return false;
}

struct error *container_read(struct container *container, const void *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!formats[i].recognise(data, size))
			continue;
		container->format = formats[i].format;
		return error_prefix(formats[i].read(container, data, size), "%s", formats[i].format);
	}
	return error_create(ERROR_INPUT, NULL, "not a boot image");
}

void container_deinit(struct container *container)
{
	pool_destroy(&container->pool);
}

struct error *container_damaged(const char *why)
{
	return error_create(ERROR_INPUT, NULL, "damaged header: %s", why);
}

struct error *container_add(
	struct container *container, size_t size, const struct container_part *part)
{
	if (!part->size_bytes)
		return NULL;
	if (part->offset > size || part->size_bytes > size - part->offset)
		return error_create(
			ERROR_INPUT, NULL, "%s lies outside the file: truncated?", part->name);
	if (part->size_bytes > size - container->part_bytes)
		return container_damaged("its parts overlap");
	if (container->part_cnt == CONTAINER_PART_MAX)
		return error_create(ERROR_INPUT, NULL, "more than %d parts", CONTAINER_PART_MAX);
	struct container_part *list = pool_grow(&container->pool, container->parts,
		container->part_cnt, &container->part_cap, sizeof(*list));
	const char *name = pool_strdup(&container->pool, part->name);
	if (!list || !name)
		return error_no_memory();
	container->parts = list;
	container->part_bytes += part->size_bytes;
	list[container->part_cnt] = *part;
	list[container->part_cnt++].name = name;
	return NULL;
}
