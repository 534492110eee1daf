/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/field_map.h"

#include <string.h>

#define FIELD_SIZE_DEFAULT 16u

int field_map_of_blob(struct kit *kit, const struct blob *blob, uint32_t map_type, uint32_t key_id,
	uint32_t value_id, uint32_t value_size_bytes, uint32_t flags)
{
	_cleanup_fd_ int btf = blob_load(kit, blob);
	struct kit_map_attr attr = {.type = map_type,
		.key_size = map_type == BPF_MAP_TYPE_ARRAY ? 4 : 8,
		.value_size = value_size_bytes,
		.max_entries = map_type == BPF_MAP_TYPE_ARRAY,
		.flags = flags,
		.btf_fd = (uint32_t)btf,
		.key_type_id = key_id,
		.value_type_id = value_id};

	return btf < 0 ? btf : kit_map(kit, &attr);
}

uint32_t field_size(const struct kernel *kernel, const char *type, uint32_t fallback)
{
	const char *const names[] = {type, NULL};
	uint32_t id = kit_find_type(kernel, names, BTF_KIND_STRUCT);

	return id ? kbtf_type(kernel->btf, id)->size : fallback;
}

static uint32_t size_without_btf(const char *type)
{
	for (enum map_field field = 0; field < MAP_FIELD_CNT; field++) {
		if (!strcmp(map_fields[field].type, type))
			return map_fields[field].size_bytes;
	}
	return FIELD_SIZE_DEFAULT;
}

int field_map_create(struct kit *kit, const char *type, uint32_t flags)
{
	struct blob blob = {0};
	uint32_t size = field_size(kit->kernel, type, size_without_btf(type));
	uint32_t value_size = (size + 7) & ~7u;
	uint32_t key = blob_int(&blob, "int", 4, true);
	uint32_t field = blob_type(&blob, type, BTF_KIND_STRUCT, 0, false, size);
	uint32_t value = blob_type(&blob, "value", BTF_KIND_STRUCT, 1, false, value_size);

	blob_member(&blob, "f", field, 0);
	return field_map_of_blob(kit, &blob, BPF_MAP_TYPE_ARRAY, key, value, value_size, flags);
}
