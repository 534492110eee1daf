/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Map types of a kernel that no program ran on. Its enum bpf_map_type lists every type that it
 * knows, and a type that is built has a function that makes such a map (include/linux/bpf_types.h,
 * map_alloc of struct bpf_map_ops).
 */
#include "object/check/parts.h"
#include "kernel/context.h"
#include "util/array.h"

#include <string.h>

static const struct {
	uint32_t type;
	const char *function;
} makers[] = {
	{BPF_MAP_TYPE_PROG_ARRAY, "fd_array_map_alloc_check"},
	{BPF_MAP_TYPE_PERF_EVENT_ARRAY, "perf_event_fd_array_get_ptr"},
	{BPF_MAP_TYPE_PERCPU_HASH, "htab_map_alloc"},
	{BPF_MAP_TYPE_PERCPU_ARRAY, "array_map_alloc"},
	{BPF_MAP_TYPE_STACK_TRACE, "stack_map_alloc"},
	{BPF_MAP_TYPE_CGROUP_ARRAY, "cgroup_fd_array_get_ptr"},
	{BPF_MAP_TYPE_LRU_HASH, "htab_map_alloc"},
	{BPF_MAP_TYPE_LRU_PERCPU_HASH, "htab_map_alloc"},
	{BPF_MAP_TYPE_LPM_TRIE, "trie_alloc"},
	{BPF_MAP_TYPE_ARRAY_OF_MAPS, "array_of_map_alloc"},
	{BPF_MAP_TYPE_HASH_OF_MAPS, "htab_of_map_alloc"},
	{BPF_MAP_TYPE_DEVMAP, "dev_map_alloc"},
	{BPF_MAP_TYPE_DEVMAP_HASH, "dev_map_alloc"},
	{BPF_MAP_TYPE_SOCKMAP, "sock_map_alloc"},
	{BPF_MAP_TYPE_SOCKHASH, "sock_hash_alloc"},
	{BPF_MAP_TYPE_CPUMAP, "cpu_map_alloc"},
	{BPF_MAP_TYPE_XSKMAP, "xsk_map_alloc"},
	{BPF_MAP_TYPE_QUEUE, "queue_stack_map_alloc"},
	{BPF_MAP_TYPE_STACK, "queue_stack_map_alloc"},
	{BPF_MAP_TYPE_RINGBUF, "ringbuf_map_alloc"},
	{BPF_MAP_TYPE_BLOOM_FILTER, "bloom_map_alloc"},
	{UAPI_BPF_MAP_TYPE_ARENA, "arena_map_alloc"},
};

/* Both are as old as bpf(2), and built with it. */
static bool is_always_there(uint32_t type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_ARRAY;
}

static bool is_listed(const struct kbtf *btf, uint32_t type)
{
	uint32_t id = kbtf_find(btf, "bpf_map_type", BTF_KIND_ENUM), name_off;
	const struct btf_type *list = id ? kbtf_type(btf, id) : NULL;

	for (uint32_t i = 0; list && i < kbtf_vlen(list); i++) {
		/* __MAX_BPF_MAP_TYPE is the number after the last one. */
		if (kbtf_enumerator(list, i, &name_off) == type &&
			strncmp(kbtf_string(btf, name_off), "__", 2))
			return true;
	}
	return !list;
}

static const char *maker_of(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (makers[i].type == type)
			return makers[i].function;
	}
	return NULL;
}

void check_map_from_types(const struct require_scope *scope, uint32_t type, struct check_need *need)
{
	const struct kernel *files = check_files_of(scope);
	const struct kbtf *btf = files ? files->btf : NULL;
	const char *maker = maker_of(type);

	if (is_always_there(type)) {
		need->state = CHECK_MET;
		need->reason = "every kernel with bpf(2) has it";
	} else if (btf && !is_listed(btf, type)) {
		need->state = CHECK_UNMET;
		need->reason = "the kernel's enum bpf_map_type lacks it";
		need->predicted = true;
	} else if (btf && maker && kbtf_find(btf, maker, BTF_KIND_FUNC)) {
		need->state = CHECK_MET;
		need->reason = "the kernel has the function that makes such a map";
		need->predicted = true;
	}
}
