/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/container/container.h"

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
