/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which map types the running kernel has. A test creates a map of each type and closes it at once. */
#ifndef KCOMPAT_PROBE_MAPS_H
#define KCOMPAT_PROBE_MAPS_H

#include "probe/kit.h"

/*
 * Fills snapshot->map_types: the types of our table and of the kernel's own enum bpf_map_type, by
 * number. A type that is only in the enum is unknown, because the table has no recipe for it.
 * Errors: no memory, an interrupt.
 */
struct error *probe_map_types(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

/* Tests one type by its number, even if the table lacks it. */
void probe_map_type(struct kit *kit, uint32_t type, struct kit_verdict *verdict);

/*
 * Creates a map of `type` with its recipe and additional `flags`. Returns a descriptor (caller closes)
 * or -errno. -ENOENT: there is no recipe, or its setup failed.
 */
int probe_map_create(struct kit *kit, uint32_t type, uint32_t flags);

/*
 * False if `map` is -errno: *verdict then says what a plain map of the type gives, or unknown if that
 * can be created.
 */
bool probe_map_created(struct kit *kit, int map, uint32_t type, struct kit_verdict *verdict);

#endif
