/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel refuses about the sizes and flags of a map, whatever a loader does later. Each row is the
 * map_alloc_check or map_alloc of a type, and holds what all kernels from 5.10 to 7.3 refuse: a limit that some of
 * them raised is left out. tests/unit/object/map_rules.c creates maps on the running kernel and compares.
 */
#include "object/check/map_rules.h"
#include "kernel/context.h"
#include "util/array.h"

#include <linux/bpf.h>
#include <stddef.h>

#define ACCESS (BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
#define NOT_PROG_ACCESS (BPF_F_RDONLY | BPF_F_WRONLY)
#define ARRAY_FLAGS (BPF_F_NUMA_NODE | ACCESS)
#define HASH_FLAGS (BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | ACCESS | BPF_F_ZERO_SEED)
#define STORAGE_FLAGS (BPF_F_NO_PREALLOC | BPF_F_CLONE)
#define ANY UINT32_MAX

/* The sizes of keys and values that a type takes. */
struct sizes {
	uint32_t low, high; /* bytes, both included */
	uint32_t step;      /* the only ones are multiples of it; 0: every one */
};

static const struct row {
	uint32_t type;
	struct sizes key, value;
	uint32_t flags, required; /* masks */
	const char *function;     /* which refuses it, for readers */
} rows[] = {
	{BPF_MAP_TYPE_HASH, {1, ANY, 0}, {1, ANY, 0}, HASH_FLAGS & ~BPF_F_NO_COMMON_LRU, 0, "htab_map_alloc_check()"},
	{BPF_MAP_TYPE_PERCPU_HASH, {1, ANY, 0}, {1, ANY, 0}, HASH_FLAGS & ~(BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE), 0,
		"htab_map_alloc_check()"},
	{BPF_MAP_TYPE_LRU_HASH, {1, ANY, 0}, {1, ANY, 0}, HASH_FLAGS & ~BPF_F_NO_PREALLOC, 0, "htab_map_alloc_check()"},
	{BPF_MAP_TYPE_LRU_PERCPU_HASH, {1, ANY, 0}, {1, ANY, 0}, HASH_FLAGS & ~(BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE), 0,
		"htab_map_alloc_check()"},
	{BPF_MAP_TYPE_HASH_OF_MAPS, {1, ANY, 0}, {4, 4, 0}, HASH_FLAGS & ~BPF_F_NO_COMMON_LRU, 0,
		"fd_htab_map_alloc_check()"},
	{BPF_MAP_TYPE_ARRAY, {4, 4, 0}, {1, ANY, 0}, ARRAY_FLAGS | BPF_F_MMAPABLE | BPF_F_INNER_MAP, 0,
		"array_map_alloc_check()"},
	{BPF_MAP_TYPE_PERCPU_ARRAY, {4, 4, 0}, {1, ANY, 0}, ARRAY_FLAGS & ~BPF_F_NUMA_NODE, 0, "array_map_alloc_check()"},
	{BPF_MAP_TYPE_PROG_ARRAY, {4, 4, 0}, {4, 4, 0}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0,
		"fd_array_map_alloc_check()"},
	{BPF_MAP_TYPE_PERF_EVENT_ARRAY, {4, 4, 0}, {4, 4, 0}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS | BPF_F_PRESERVE_ELEMS, 0,
		"fd_array_map_alloc_check()"},
	{BPF_MAP_TYPE_CGROUP_ARRAY, {4, 4, 0}, {4, 4, 0}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0,
		"fd_array_map_alloc_check()"},
	{BPF_MAP_TYPE_ARRAY_OF_MAPS, {4, 4, 0}, {4, 4, 0}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0,
		"fd_array_map_alloc_check()"},
	/* struct bpf_lpm_trie_key, with 1 to 256 bytes of data. */
	{BPF_MAP_TYPE_LPM_TRIE, {5, 260, 0}, {1, ANY, 0}, BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | ACCESS, BPF_F_NO_PREALLOC,
		"trie_alloc()"},
	{BPF_MAP_TYPE_STACK_TRACE, {4, 4, 0}, {8, ANY, 8}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS | BPF_F_STACK_BUILD_ID, 0,
		"stack_map_alloc()"},
	{BPF_MAP_TYPE_DEVMAP, {4, 4, 0}, {4, 8, 4}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0, "dev_map_init_map()"},
	{BPF_MAP_TYPE_DEVMAP_HASH, {4, 4, 0}, {4, 8, 4}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0, "dev_map_init_map()"},
	{BPF_MAP_TYPE_CPUMAP, {4, 4, 0}, {4, 8, 4}, BPF_F_NUMA_NODE, 0, "cpu_map_alloc()"},
	{BPF_MAP_TYPE_XSKMAP, {4, 4, 0}, {4, 4, 0}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0, "xsk_map_alloc()"},
	{BPF_MAP_TYPE_SOCKMAP, {4, 4, 0}, {4, 8, 4}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0, "sock_map_alloc()"},
	{BPF_MAP_TYPE_SOCKHASH, {1, 512, 0}, {4, 8, 4}, BPF_F_NUMA_NODE | NOT_PROG_ACCESS, 0, "sock_hash_alloc()"},
	{BPF_MAP_TYPE_QUEUE, {0, 0, 0}, {1, ANY, 0}, BPF_F_NUMA_NODE | ACCESS, 0, "queue_stack_map_alloc_check()"},
	{BPF_MAP_TYPE_STACK, {0, 0, 0}, {1, ANY, 0}, BPF_F_NUMA_NODE | ACCESS, 0, "queue_stack_map_alloc_check()"},
	{BPF_MAP_TYPE_SK_STORAGE, {4, 4, 0}, {1, ANY, 0}, STORAGE_FLAGS, BPF_F_NO_PREALLOC,
		"bpf_local_storage_map_alloc_check()"},
	{BPF_MAP_TYPE_INODE_STORAGE, {4, 4, 0}, {1, ANY, 0}, STORAGE_FLAGS, BPF_F_NO_PREALLOC,
		"bpf_local_storage_map_alloc_check()"},
	{BPF_MAP_TYPE_TASK_STORAGE, {4, 4, 0}, {1, ANY, 0}, STORAGE_FLAGS, BPF_F_NO_PREALLOC,
		"bpf_local_storage_map_alloc_check()"},
	{UAPI_BPF_MAP_TYPE_CGRP_STORAGE, {4, 4, 0}, {1, ANY, 0}, STORAGE_FLAGS, BPF_F_NO_PREALLOC,
		"bpf_local_storage_map_alloc_check()"},
	{BPF_MAP_TYPE_RINGBUF, {0, 0, 0}, {0, 0, 0}, BPF_F_NUMA_NODE | UAPI_BPF_F_RB_OVERWRITE, 0, "ringbuf_map_alloc()"},
	{BPF_MAP_TYPE_USER_RINGBUF, {0, 0, 0}, {0, 0, 0}, BPF_F_NUMA_NODE, 0, "ringbuf_map_alloc()"},
	{BPF_MAP_TYPE_BLOOM_FILTER, {0, 0, 0}, {1, ANY, 0}, BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | ACCESS, 0,
		"bloom_map_alloc()"},
	{UAPI_BPF_MAP_TYPE_ARENA, {0, 0, 0}, {0, 0, 0},
		BPF_F_MMAPABLE | UAPI_BPF_F_SEGV_ON_FAULT | UAPI_BPF_F_NO_USER_CONV, BPF_F_MMAPABLE, "arena_map_alloc()"},
};

/* X(bit, name) */
#define FLAG_NAMES(X)                                                                              \
	X(BPF_F_NO_PREALLOC, "BPF_F_NO_PREALLOC")                                                  \
	X(BPF_F_NO_COMMON_LRU, "BPF_F_NO_COMMON_LRU")                                              \
	X(BPF_F_NUMA_NODE, "BPF_F_NUMA_NODE")                                                      \
	X(BPF_F_RDONLY, "BPF_F_RDONLY")                                                            \
	X(BPF_F_WRONLY, "BPF_F_WRONLY")                                                            \
	X(BPF_F_STACK_BUILD_ID, "BPF_F_STACK_BUILD_ID")                                            \
	X(BPF_F_ZERO_SEED, "BPF_F_ZERO_SEED")                                                      \
	X(BPF_F_RDONLY_PROG, "BPF_F_RDONLY_PROG")                                                  \
	X(BPF_F_WRONLY_PROG, "BPF_F_WRONLY_PROG")                                                  \
	X(BPF_F_CLONE, "BPF_F_CLONE")                                                              \
	X(BPF_F_MMAPABLE, "BPF_F_MMAPABLE")                                                        \
	X(BPF_F_PRESERVE_ELEMS, "BPF_F_PRESERVE_ELEMS")                                            \
	X(BPF_F_INNER_MAP, "BPF_F_INNER_MAP")                                                      \
	X(UAPI_BPF_F_SEGV_ON_FAULT, "BPF_F_SEGV_ON_FAULT")                                         \
	X(UAPI_BPF_F_NO_USER_CONV, "BPF_F_NO_USER_CONV")                                           \
	X(UAPI_BPF_F_RB_OVERWRITE, "BPF_F_RB_OVERWRITE")

/* The lowest bit of the mask, by its name. */
static const char *flag_name(uint32_t mask)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
#define FLAG_NAME(bit, name) {bit, name},
		FLAG_NAMES(FLAG_NAME)};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (mask & names[i].bit)
			return names[i].name;
	}
	return "a flag without a name";
}

static const struct row *find_row(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

static bool takes_size(const struct sizes *sizes, uint32_t bytes)
{
	return bytes >= sizes->low && bytes <= sizes->high && (!sizes->step || bytes % sizes->step == 0);
}

static void put_size_problem(
	const struct sizes *sizes, const char *what, uint32_t bytes, const char *function, struct buf *out)
{
	if (!sizes->high)
		buf_printf(out, "such a map has no %ss, and the object gives them %u bytes", what, bytes);
	else if (!bytes)
		buf_printf(out, "the object gives %ss no size", what);
	else if (sizes->low == sizes->high)
		buf_printf(out, "%ss must have %u bytes, not %u", what, sizes->low, bytes);
	else if (sizes->high == ANY)
		buf_printf(out, "the size of %ss must be a multiple of %u, not %u", what, sizes->step, bytes);
	else
		buf_printf(out, "%ss must have %u to %u bytes, not %u", what, sizes->low, sizes->high, bytes);
	buf_printf(out, ": %s", function);
}

/* Both at once, of one side. */
static bool contradicts(uint32_t flags)
{
	const uint32_t both = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;

	return (flags & both) == both;
}

static bool put_flag_problem(const struct row *row, uint32_t flags, struct buf *out)
{
	if (row->required & ~flags)
		buf_printf(out, "such a map must have %s: %s", flag_name(row->required & ~flags), row->function);
	else if (flags & ~row->flags)
		buf_printf(out, "such a map must not have %s: %s", flag_name(flags & ~row->flags), row->function);
	else if (contradicts(flags))
		buf_printf(out, "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other: bpf_map_flags_access_ok()");
	else
		return false;
	return true;
}

/* bpf_local_storage_map_alloc_check() of kernel/bpf/bpf_local_storage.c */
static bool put_storage_problem(const struct map_shape *shape, struct buf *out)
{
	if (!shape->has_types)
		buf_puts(out, "a local storage must have types of its keys and values");
	else if (shape->max_entries)
		buf_puts(out, "a local storage has no max_entries");
	else
		return false;
	buf_puts(out, ": bpf_local_storage_map_alloc_check()");
	return true;
}

static bool is_storage(uint32_t type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
		type == BPF_MAP_TYPE_TASK_STORAGE || type == UAPI_BPF_MAP_TYPE_CGRP_STORAGE;
}

bool check_map_refused(const struct map_shape *shape, struct buf *out)
{
	const struct row *row = find_row(shape->type);

	if (!row)
		return false;
	if (!shape->key_is_open && !takes_size(&row->key, shape->key_bytes)) {
		put_size_problem(&row->key, "key", shape->key_bytes, row->function, out);
		return true;
	}
	if (!shape->value_is_open && !takes_size(&row->value, shape->value_bytes)) {
		put_size_problem(&row->value, "value", shape->value_bytes, row->function, out);
		return true;
	}
	return (is_storage(shape->type) && put_storage_problem(shape, out)) ||
		put_flag_problem(row, shape->flags, out);
}

bool check_map_has_keys(uint32_t type)
{
	const struct row *row = find_row(type);

	return row && row->key.low;
}

bool check_map_has_values(uint32_t type)
{
	const struct row *row = find_row(type);

	return row && row->value.low;
}
