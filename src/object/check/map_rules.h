/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sizes and flags of maps that every kernel refuses; private. */
#ifndef KCOMPAT_CHECK_MAP_RULES_H
#define KCOMPAT_CHECK_MAP_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

/* As libbpf gives it to the kernel. */
struct map_shape {
	uint32_t type; /* BPF_MAP_TYPE_* */
	uint32_t key_bytes, value_bytes, flags;
	uint32_t max_entries;
	bool key_is_open, value_is_open; /* the loader gives the size, or nobody */
	bool has_types;     /* of keys and values */
};

/* Appends why, and returns true, if every kernel refuses such a map. False also for a type that has no rule. */
bool check_map_refused(const struct map_shape *shape, struct buf *out);

/* Must the keys or values of such a map have a size? False for a type without a rule. */
bool check_map_has_keys(uint32_t type);
bool check_map_has_values(uint32_t type);

#endif
