// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The number of elements of a map, from the map itself. */
#include "kcompat_bpf.h"

KFUNC __s64 bpf_map_sum_elem_count(const struct bpf_map *map);

/* A map only for counting: the runner puts elements into it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 64);
} counted_map SEC(".maps");

__u64 wanted_id, element_cnt; /* in: id of counted_map, its number of elements */
__u64 elements, seen;         /* out */

/* Called once for every map of the system. */
SEC("?iter/bpf_map")
int by_iterator(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;

	if (!map || map->id != wanted_id)
		return 0;
	seen = 1;
	elements = bpf_map_sum_elem_count(map);
	return 0;
}

SEC("?xdp")
int by_address(void *ctx)
{
	elements = bpf_map_sum_elem_count((const struct bpf_map *)&counted_map);
	seen = 1;
	return 0;
}

char _license[] SEC("license") = "GPL";
