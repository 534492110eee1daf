/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps whose value has a field that the kernel manages, such as a timer. */
#ifndef KCOMPAT_PROBE_FIELD_MAP_H
#define KCOMPAT_PROBE_FIELD_MAP_H

#include "probe/blob.h"

/*
 * An array map, or cgroup storage with the inode as key, whose value is type `value_id` of the blob. A
 * descriptor (caller closes) or -errno.
 */
int field_map_of_blob(struct kit *kit, const struct blob *blob, uint32_t map_type, uint32_t key_id,
	uint32_t value_id, uint32_t value_size_bytes, uint32_t flags);
/* struct value { struct TYPE f; } in an array map. The same result. */
int field_map_create(struct kit *kit, const char *type, uint32_t flags);
/* The size of a struct in this kernel. A field of that name must have the same size. */
uint32_t field_size(const struct kernel *kernel, const char *type, uint32_t fallback);

#endif
