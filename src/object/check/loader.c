/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object leaves to its loader about maps, and what the kernel refuses if the loader leaves
 * it, too (map_alloc_check of kernel/bpf). */
#include "object/check/map_rules.h"
#include "object/check/parts.h"
#include "kernel/context.h"

#include <linux/bpf.h>
#include <stdlib.h>

/* libbpf counts processors for an array of perf events; the others take no number. */
static bool has_no_number(uint32_t type)
{
	static const uint32_t types[] = {BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_CGROUP_STORAGE,
		BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, BPF_MAP_TYPE_STRUCT_OPS,
		BPF_MAP_TYPE_SK_STORAGE, BPF_MAP_TYPE_INODE_STORAGE, BPF_MAP_TYPE_TASK_STORAGE,
		UAPI_BPF_MAP_TYPE_CGRP_STORAGE};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

static bool holds_maps(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

struct lack {
	enum loader_word word;
	const char *reason;
	bool lacks;
	const char *statement; /* of the map, in a profile */
};

/* With a profile, the loader does not do it. */
static void leave_to_loader(struct check *check, const struct check_object *checked,
	const struct lack *lack, struct check_need *need)
{
	if (!lack->lacks || check_setting(checked, lack->word, need->name) ||
		need->state == CHECK_UNMET)
		return;
	if (check->has_profile) {
		need->state = CHECK_UNMET;
		need->reason = lack->reason;
		return;
	}
	/* Each statement that is missing. */
	bool first = !need->guard;
	need->state = CHECK_CONDITIONAL;
	need->reason = first ? lack->reason : "the object leaves sizes of the map open";
	need->guard = pool_printf(&check->pool, "%s%s'map %s %s' in a profile",
		first ? "the loader sets it: " : need->guard, first ? "" : ", ", need->name,
		lack->statement);
}

/* cpu_map_alloc() of kernel/bpf/cpumap.c. */
static void check_processors(const struct require_scope *scope, const struct check_object *checked,
	const struct object_map *map, struct check_need *need)
{
	const struct loader_setting *set = check_setting(checked, LOADER_MAX_ENTRIES, map->name);
	const char *limit =
		scope->files ? kernel_config_value(scope->files, "CONFIG_NR_CPUS") : NULL;
	unsigned long max_entries = set ? set->number : map->max_entries;

	if (map->type != BPF_MAP_TYPE_CPUMAP || !limit || max_entries <= strtoul(limit, NULL, 10))
		return;
	need->state = CHECK_UNMET;
	need->reason = "max_entries is above the kernel's CONFIG_NR_CPUS";
}

static uint32_t set_size(const struct check_object *checked, enum loader_word word,
	const struct object_map *map, uint32_t bytes)
{
	const struct loader_setting *set = check_setting(checked, word, map->name);

	return set ? (uint32_t)set->number : bytes;
}

/* libbpf knows the size of what is in a map of maps or programs. */
static struct map_shape shape_of(const struct check_object *checked, const struct object_map *map)
{
	struct map_shape shape = {
		.type = map->type,
		.key_bytes = set_size(checked, LOADER_KEY_SIZE, map, map->key_bytes),
		.value_bytes = map->has_inner
			? 4
			: set_size(checked, LOADER_VALUE_SIZE, map, map->value_bytes),
		.flags = map->flags,
		.max_entries = map->max_entries,
		.has_types = map->has_key_type && map->has_value_type,
	};

	shape.key_is_open = !shape.key_bytes && !map->has_key_type;
	shape.value_is_open = !shape.value_bytes && !map->has_value_type;
	return shape;
}

static void check_shape(struct check *check, const struct check_object *checked,
	const struct object_map *map, struct check_need *need)
{
	_cleanup_buf_ struct buf why = {0};
	struct map_shape shape = shape_of(checked, map);
	bool refused = check_map_refused(&shape, &why), inner = !refused && map->inner;

	if (inner) {
		shape = shape_of(checked, map->inner);
		refused = check_map_refused(&shape, &why);
	}
	if (!refused || need->state == CHECK_UNMET)
		return;
	need->state = CHECK_UNMET;
	need->reason = pool_printf(&check->pool, "%s%s", inner ? "the map in it: " : "", buf_text(&why));
}

void check_map_of_loader(struct check *check, const struct require_scope *scope,
	const struct check_object *checked, const struct object_map *map, struct check_need *need)
{
	uint32_t type = map->type;
	const struct lack lacks[] = {
		{LOADER_MAX_ENTRIES, "the map has no max_entries",
			!map->max_entries && !has_no_number(type), "max_entries = NUMBER"},
		{LOADER_KEY_SIZE, "the map has no size of keys",
			!map->key_bytes && !map->has_key_type && check_map_has_keys(type),
			"key_size = NUMBER"},
		{LOADER_VALUE_SIZE,
			type == BPF_MAP_TYPE_STACK_TRACE ? "the map of stack traces has no size of values"
							 : "the map has no size of values",
			!map->value_bytes && !map->has_value_type && !map->has_inner &&
				!holds_maps(type) && check_map_has_values(type),
			"value_size = NUMBER"},
		{LOADER_INNER, "the object does not say what the maps in it are like",
			holds_maps(type) && !map->has_inner, "inner = MAP"},
	};

	if (!type) {
		need->state = CHECK_CONDITIONAL;
		need->reason = "the object gives the map no type";
		need->guard = "the loader sets the type";
		return;
	}
	if (type == BPF_MAP_TYPE_RINGBUF && !check->other_loader &&
		(map->has_key_type || map->has_value_type || map->key_bytes || map->value_bytes)) {
		need->state = CHECK_UNMET;
		need->reason =
			"libbpf gives the kernel a size of keys or values, and a ring buffer has none";
		return;
	}
	check_processors(scope, checked, map, need);
	check_shape(check, checked, map, need);
	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
		leave_to_loader(check, checked, &lacks[i], need);
}
