/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an object leaves to its loader about maps, and what the kernel refuses if the loader leaves
 * it, too (map_alloc_check of kernel/bpf). */
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

void check_map_of_loader(struct check *check, const struct require_scope *scope,
	const struct check_object *checked, const struct object_map *map, struct check_need *need)
{
	uint32_t type = map->type;
	const struct lack lacks[] = {
		{LOADER_MAX_ENTRIES, "the map has no max_entries",
			!map->max_entries && !has_no_number(type), "max_entries = NUMBER"},
		{LOADER_VALUE_SIZE, "the map of stack traces has no size of values",
			type == BPF_MAP_TYPE_STACK_TRACE && !map->value_bytes &&
				!map->has_value_type,
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
	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
		leave_to_loader(check, checked, &lacks[i], need);
}
