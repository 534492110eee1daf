// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs for perf events. They count each event and print nothing. */
#include "kcompat_bpf.h"

#include <linux/bpf_perf_event.h>
#include <bpf/bpf_tracing.h>

#define STACK_DEPTH 127
#define COMM_LEN 16

struct stack_key {
	char comm[COMM_LEN];
	__s32 kernel_stack, user_stack; /* -errno: no value */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct stack_key);
	__type(value, __u64);
	__uint(max_entries, 1024);
} stack_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, STACK_DEPTH * sizeof(__u64));
	__uint(max_entries, 1024);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u64);
	__type(value, __u64);
	__uint(max_entries, 1024);
} ip_counts SEC(".maps");

/* bpf_perf_prog_read_value() fills it. */
struct event_value {
	__u64 counter, enabled, running;
};

/* out */
__u64 hits, counted, enabled_ns, last_period, last_address, cookie;

static __always_inline void count(void *map, const void *key)
{
	__u64 *value, one = 1;

	value = bpf_map_lookup_elem(map, key);
	if (value)
		__sync_fetch_and_add(value, 1);
	else if (bpf_map_update_elem(map, key, &one, BPF_NOEXIST))
		return;
	__sync_fetch_and_add(&counted, 1);
}

SEC("?perf_event")
int stack(struct bpf_perf_event_data *ctx)
{
	struct event_value value = {};
	struct stack_key key = {};

	__sync_fetch_and_add(&hits, 1);
	last_period = ctx->sample_period;
	last_address = ctx->addr;
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	key.kernel_stack = bpf_get_stackid(ctx, &stacks, BPF_F_FAST_STACK_CMP);
	key.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_FAST_STACK_CMP | BPF_F_USER_STACK);
	if (!bpf_perf_prog_read_value(ctx, (void *)&value, sizeof(value)))
		enabled_ns = value.enabled;
	if (key.kernel_stack >= 0 || key.user_stack >= 0)
		count(&stack_counts, &key);
	return 0;
}

SEC("?perf_event")
int ip(struct bpf_perf_event_data *ctx)
{
	__u64 address = PT_REGS_IP(&ctx->regs);

	__sync_fetch_and_add(&hits, 1);
	if (address)
		count(&ip_counts, &address);
	return 0;
}

SEC("?perf_event")
int attach_cookie(struct bpf_perf_event_data *ctx)
{
	__sync_fetch_and_add(&hits, 1);
	cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

char _license[] SEC("license") = "GPL";
