// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The allocating kfuncs under the names of newer kernels (seen on 7.2). The verifier adds the last
 * arguments of the "_impl" kfuncs (KF_IMPLICIT_ARGS).
 */
#include "kcompat_bpf.h"

#define LOCAL_TYPE_ID(type) __builtin_btf_type_id(*(type *)0, 0 /* BPF_TYPE_ID_LOCAL */)
#define __contains(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))

KFUNC void *bpf_obj_new(__u64 local_type_id);
KFUNC void bpf_obj_drop(void *object);
KFUNC void *bpf_percpu_obj_new(__u64 local_type_id);
KFUNC void bpf_percpu_obj_drop(void *object);
KFUNC int bpf_list_push_front(struct bpf_list_head *head, struct bpf_list_node *node);
KFUNC struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head);

struct plain {
	long number;
};
struct item {
	long number;
	struct bpf_list_node node;
};

private(list) struct bpf_spin_lock list_lock;
private(list) struct bpf_list_head list_head __contains(item, node);

__u64 value; /* out */

SEC("?tc")
int object_new_drop(void *ctx)
{
	struct plain *plain = bpf_obj_new(LOCAL_TYPE_ID(struct plain));

	if (!plain)
		return 0;
	plain->number = 5;
	value = plain->number;
	bpf_obj_drop(plain);
	return 0;
}

SEC("?tc")
int percpu_new_drop(void *ctx)
{
	struct plain __percpu_kptr *plain = bpf_percpu_obj_new(LOCAL_TYPE_ID(struct plain));

	if (!plain)
		return 0;
	bpf_percpu_obj_drop(plain);
	value = 6;
	return 0;
}

SEC("?tc")
int list(void *ctx)
{
	struct item *item = bpf_obj_new(LOCAL_TYPE_ID(struct item));
	struct bpf_list_node *node;

	if (!item)
		return 0;
	item->number = 7;
	bpf_spin_lock(&list_lock);
	bpf_list_push_front(&list_head, &item->node);
	node = bpf_list_pop_front(&list_head);
	bpf_spin_unlock(&list_lock);
	if (!node)
		return 0;
	item = container_of(node, struct item, node);
	value = item->number;
	bpf_obj_drop(item);
	return 0;
}

char _license[] SEC("license") = "GPL";
