// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Objects that programs allocate, and collections of them. */
#include "kcompat_bpf.h"

#define LOCAL_TYPE_ID(type) __builtin_btf_type_id(*(type *)0, 0 /* BPF_TYPE_ID_LOCAL */)
#define NEW(type) ((type *)bpf_obj_new_impl(LOCAL_TYPE_ID(type), NULL))
/* Names the type and the member of a collection's elements for the verifier. */
#define __contains(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))

KFUNC void *bpf_obj_new_impl(__u64 local_type_id, void *meta);
KFUNC void bpf_obj_drop_impl(void *object, void *meta);
KFUNC int bpf_list_push_front_impl(
	struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 offset);
KFUNC struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head);
KFUNC int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
	bool (*less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, __u64 offset);
KFUNC struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root);
KFUNC struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node);

struct plain {
	long number;
};
struct item {
	long number;
	struct bpf_list_node node;
};
struct leaf {
	long number;
	struct bpf_rb_node node;
};

private(list) struct bpf_spin_lock list_lock;
private(list) struct bpf_list_head list_head __contains(item, node);
private(tree) struct bpf_spin_lock tree_lock;
private(tree) struct bpf_rb_root tree_root __contains(leaf, node);

__u64 value; /* out */

SEC("?tc")
int new_drop(void *ctx)
{
	struct plain *plain = NEW(struct plain);

	if (!plain)
		return 0;
	plain->number = 5;
	value = plain->number;
	bpf_obj_drop_impl(plain, NULL);
	return 0;
}

SEC("?tc")
int list(void *ctx)
{
	struct item *item = NEW(struct item);
	struct bpf_list_node *node;

	if (!item)
		return 0;
	item->number = 7;
	bpf_spin_lock(&list_lock);
	bpf_list_push_front_impl(&list_head, &item->node, NULL, 0);
	node = bpf_list_pop_front(&list_head);
	bpf_spin_unlock(&list_lock);
	if (!node)
		return 0;
	item = container_of(node, struct item, node);
	value = item->number;
	bpf_obj_drop_impl(item, NULL);
	return 0;
}

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct leaf, node)->number <
		container_of(b, struct leaf, node)->number;
}

static __always_inline void plant(long number)
{
	struct leaf *leaf = NEW(struct leaf);

	if (!leaf)
		return;
	leaf->number = number;
	bpf_spin_lock(&tree_lock);
	bpf_rbtree_add_impl(&tree_root, &leaf->node, less, NULL, 0);
	bpf_spin_unlock(&tree_lock);
}

/* The digits of `value` are the numbers in the order of their removal from the tree. */
static __always_inline void pick(void)
{
	struct bpf_rb_node *node;
	struct leaf *leaf;

	bpf_spin_lock(&tree_lock);
	node = bpf_rbtree_first(&tree_root);
	if (node)
		node = bpf_rbtree_remove(&tree_root, node);
	bpf_spin_unlock(&tree_lock);
	if (!node)
		return;
	leaf = container_of(node, struct leaf, node);
	value = value * 10 + leaf->number;
	bpf_obj_drop_impl(leaf, NULL);
}

SEC("?tc")
int tree(void *ctx)
{
	value = 0;
	plant(2);
	plant(3);
	plant(1);
	pick();
	pick();
	pick();
	return 0;
}

char _license[] SEC("license") = "GPL";
