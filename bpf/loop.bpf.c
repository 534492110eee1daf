// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The four kinds of loops. Each adds up 0 .. round_cnt - 1. */
#include "kcompat_bpf.h"

#define ELEMENT_CNT 8

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ELEMENT_CNT);
	__type(key, __u32);
	__type(value, __u64);
} elements SEC(".maps");

__u64 round_cnt; /* in */
__u64 sum;       /* out */

SEC("?xdp")
int bounded(void *ctx)
{
	__u64 cnt = round_cnt, total = 0;

	if (cnt > 128)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 128; i++) {
		if (i >= cnt)
			break;
		total += i;
	}
	sum = total;
	return 0;
}

struct adder {
	__u64 total;
};

static long add(__u32 i, void *context)
{
	struct adder *adder = context;

	adder->total += i;
	return 0;
}

SEC("?xdp")
int by_helper(void *ctx)
{
	struct adder adder = {};

	bpf_loop(round_cnt, add, &adder, 0);
	sum = adder.total;
	return 0;
}

static long add_element(void *map, const __u32 *key, __u64 *value, struct adder *adder)
{
	adder->total += *key + *value;
	return 0;
}

SEC("?xdp")
int for_each_element(void *ctx)
{
	struct adder adder = {};

	bpf_for_each_map_elem(&elements, add_element, &adder, 0);
	sum = adder.total;
	return 0;
}

SEC("?xdp")
int open_coded(void *ctx)
{
	struct bpf_iter_num it;
	__u64 total = 0;
	int *i;

	bpf_iter_num_new(&it, 0, round_cnt);
	while ((i = bpf_iter_num_next(&it)))
		total += *i;
	bpf_iter_num_destroy(&it);
	sum = total;
	return 0;
}

char _license[] SEC("license") = "GPL";
