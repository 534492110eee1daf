// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Dynamic pointers: to memory, into a ring buffer, to a packet. */
#include "kcompat_bpf.h"

KFUNC int bpf_dynptr_adjust(const struct bpf_dynptr *p, __u32 start, __u32 end);
KFUNC int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone);
KFUNC bool bpf_dynptr_is_null(const struct bpf_dynptr *p);
KFUNC __u32 bpf_dynptr_size(const struct bpf_dynptr *p);
KFUNC void *bpf_dynptr_slice(
	const struct bpf_dynptr *p, __u32 offset, void *buffer, __u32 buffer_size);
KFUNC int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *ret);
KFUNC int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ret);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, __u64[4]);
} memory SEC(".maps");

/* out */
__u64 read_value, data_value, size, adjusted_size, slice_value, added_bytes, packet_byte;

SEC("?xdp")
int of_memory(void *ctx)
{
	__u64 in = 0x1122334455667788, out = 0, *data;
	struct bpf_dynptr p;
	int key = 0;
	__u64 *value = bpf_map_lookup_elem(&memory, &key);

	if (!value || bpf_dynptr_from_mem(value, 32, 0, &p))
		return 0;
	if (bpf_dynptr_write(&p, 8, &in, sizeof(in), 0) ||
		bpf_dynptr_read(&out, sizeof(out), &p, 8, 0))
		return 0;
	read_value = out;
	data = bpf_dynptr_data(&p, 8, sizeof(*data));
	if (data)
		data_value = *data;
	return 0;
}

SEC("?xdp")
int slice(void *ctx)
{
	struct bpf_dynptr p, part;
	__u64 buffer, *data;
	int key = 0;
	__u64 *value = bpf_map_lookup_elem(&memory, &key);

	if (!value || bpf_dynptr_from_mem(value, 32, 0, &p))
		return 0;
	value[2] = 0x2233;
	if (bpf_dynptr_is_null(&p) || bpf_dynptr_clone(&p, &part) ||
		bpf_dynptr_adjust(&part, 16, 32))
		return 0;
	size = bpf_dynptr_size(&p);
	adjusted_size = bpf_dynptr_size(&part);
	data = bpf_dynptr_slice(&part, 0, &buffer, sizeof(buffer));
	if (data)
		slice_value = *data;
	return 0;
}

SEC("?xdp")
int in_ring(void *ctx)
{
	__u64 before = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA), in = 1;
	struct bpf_dynptr p;

	/* The pointer must be released even after a failure. */
	if (bpf_ringbuf_reserve_dynptr(&ring, sizeof(in), 0, &p) ||
		bpf_dynptr_write(&p, 0, &in, sizeof(in), 0)) {
		bpf_ringbuf_discard_dynptr(&p, 0);
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&p, 0);
	added_bytes = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) - before;
	return 0;
}

static __always_inline void look_at(const struct bpf_dynptr *packet)
{
	__u64 buffer;
	__u8 *data = bpf_dynptr_slice(packet, 1, &buffer, sizeof(buffer));

	if (data)
		packet_byte = data[0];
}

SEC("?xdp")
int of_xdp(struct xdp_md *ctx)
{
	struct bpf_dynptr packet;

	if (!bpf_dynptr_from_xdp(ctx, 0, &packet))
		look_at(&packet);
	return 0;
}

SEC("?tc")
int of_skb(struct __sk_buff *ctx)
{
	struct bpf_dynptr packet;

	if (!bpf_dynptr_from_skb(ctx, 0, &packet))
		look_at(&packet);
	return 0;
}

char _license[] SEC("license") = "GPL";
