// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Pages of an arena. The runner maps the arena and reads it at the address that a program reports.
 * It must find the data that the program wrote.
 */
#include "kcompat_bpf.h"

#define __arena __attribute__((address_space(1)))
#define NUMA_NO_NODE (-1)
#define PATTERN 0x6b636f6d70617421ull

KFUNC void __arena *bpf_arena_alloc_pages(
	void *map, void __arena *address, __u32 page_cnt, int node, __u64 flags);
KFUNC void bpf_arena_free_pages(void *map, void __arena *address, __u32 page_cnt);

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64); /* pages; the runner makes the map */
} arena SEC(".maps");

__u64 page_size; /* in */
/* out: addresses in user space */
__u64 first_page, second_page, read_back, freed;

/*
 * A pointer into an arena has two forms. kfuncs return the form of user space. A program needs
 * another form to read and write. clang converts the first to the second, with a cast instruction
 * (include/linux/filter.h, insn_is_cast_user) before each access.
 */
static __always_inline void put(void __arena *where, __u64 value)
{
	*(volatile __u64 __arena *)where = value;
}

static __always_inline __u64 get(void __arena *where)
{
	return *(volatile __u64 __arena *)where;
}

SEC("?syscall")
int alloc_write(void *ctx)
{
	void __arena *page = bpf_arena_alloc_pages(&arena, NULL, 2, NUMA_NO_NODE, 0);
	void __arena *next;

	if (!page)
		return 0;
	next = page + page_size;
	put(page, PATTERN);
	put(next, PATTERN + 1);
	read_back = get(next) - get(page);
	first_page = (__u64)page;
	second_page = (__u64)next;
	return 0;
}

SEC("?syscall")
int alloc_free(void *ctx)
{
	void __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, NUMA_NO_NODE, 0);

	if (!page)
		return 0;
	put(page, PATTERN);
	first_page = (__u64)page;
	read_back = get(page);
	bpf_arena_free_pages(&arena, page, 1);
	freed = 1;
	return 0;
}

SEC("?syscall")
int free_misaligned(void *ctx)
{
	void __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, NUMA_NO_NODE, 0);

	if (!page)
		return 0;
	put(page, PATTERN);
	first_page = (__u64)page;
	read_back = get(page);
	bpf_arena_free_pages(&arena, page + 8, 1);
	freed = 1;
	return 0;
}

char _license[] SEC("license") = "GPL";
