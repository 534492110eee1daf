/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which map types the running kernel has, each shown by creating one (and closing it at once). */
#ifndef KCOMPAT_PROBE_MAPS_H
#define KCOMPAT_PROBE_MAPS_H

#include "probe/kit.h"

/*
 * Fills snapshot->map_types: the types of our table and of the kernel's own enum bpf_map_type, by
 * number. A type of the enum that the table does not have is unknown: there is no recipe for it.
 * Errors: no memory, an interrupt.
 */
struct error *probe_map_types(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

/* One type by its number, known to us or not. */
void probe_map_type(struct kit *kit, uint32_t type, struct kit_verdict *verdict);

/*
 * Creates a map of `type` as its recipe does, with `flags` besides: a descriptor (caller closes) or
 * -errno; -ENOENT when there is no recipe or what it needs could not be found or made.
 */
int probe_map_create(struct kit *kit, uint32_t type, uint32_t flags);

#endif
