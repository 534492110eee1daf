// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Per-CPU objects behind __percpu_kptr pointers, in a map's value and in a global variable. Each
 * has its own programs, which run in the order of this file.
 */
#include "kcompat_bpf.h"

KFUNC void *bpf_percpu_obj_new_impl(__u64 local_type_id, void *meta);
KFUNC void bpf_percpu_obj_drop_impl(void *object, void *meta);

struct counters {
	long touched, value, twice;
};

struct holder {
	long spare;
	struct counters __percpu_kptr *counters;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct holder);
} holders SEC(".maps");

private(counters) struct counters __percpu_kptr *global_counters;

__u64 cpu_cnt, cpu_sum; /* in: possible CPUs; the expected `sum` */
/* out */
__u64 allocated, written, other_cpu, other_value, sum, dropped, rcu_value;

#define LOCAL_TYPE_ID(type) __builtin_btf_type_id(*(type *)0, 0 /* BPF_TYPE_ID_LOCAL */)

static __always_inline struct counters __percpu_kptr **map_slot(void)
{
	int key = 0;
	struct holder *holder = bpf_map_lookup_elem(&holders, &key);

	return holder ? &holder->counters : NULL;
}

static __always_inline struct counters __percpu_kptr **global_slot(void)
{
	return &global_counters;
}

static __always_inline void alloc(struct counters __percpu_kptr **slot)
{
	struct counters __percpu_kptr *p;

	p = bpf_percpu_obj_new_impl(LOCAL_TYPE_ID(struct counters), NULL);
	if (!p)
		return;
	p = bpf_kptr_xchg(slot, p);
	if (p)
		bpf_percpu_obj_drop_impl(p, NULL);
	allocated = 1;
}

static __always_inline void write_all(struct counters __percpu_kptr **slot)
{
	struct counters __percpu_kptr *p = *slot;
	struct bpf_iter_num it;
	__u64 cnt = 0;
	int *cpu;

	if (!p)
		return;
	bpf_iter_num_new(&it, 0, cpu_cnt);
	while ((cpu = bpf_iter_num_next(&it))) {
		struct counters *c = bpf_per_cpu_ptr(p, *cpu);

		if (!c)
			continue;
		c->value = *cpu + 1;
		c->twice = 2 * c->value;
		cnt++;
	}
	bpf_iter_num_destroy(&it);
	written = cnt;
}

/* The next CPU after the current one; the current one if it is the only CPU. */
static __always_inline void read_other(struct counters __percpu_kptr **slot)
{
	__u32 cpu = bpf_get_smp_processor_id() + 1;
	struct counters __percpu_kptr *p = *slot;
	struct counters *c;

	if (!p)
		return;
	if (cpu >= cpu_cnt)
		cpu = 0;
	c = bpf_per_cpu_ptr(p, cpu);
	if (!c)
		return;
	other_cpu = cpu;
	other_value = c->twice - c->value;
}

static __always_inline void add_up(struct counters __percpu_kptr **slot)
{
	struct counters __percpu_kptr *p = *slot;
	struct bpf_iter_num it;
	__u64 total = 0;
	int *cpu;

	if (!p)
		return;
	bpf_iter_num_new(&it, 0, cpu_cnt);
	while ((cpu = bpf_iter_num_next(&it))) {
		struct counters *c = bpf_per_cpu_ptr(p, *cpu);

		if (c)
			total += c->value;
	}
	bpf_iter_num_destroy(&it);
	sum = total;
}

static __always_inline void drop(struct counters __percpu_kptr **slot)
{
	struct counters __percpu_kptr *p = bpf_kptr_xchg(slot, NULL);

	if (!p)
		return;
	bpf_percpu_obj_drop_impl(p, NULL);
	dropped = 1;
}

/* All steps in one program. A sleepable program may use the pointer only in the read section. */
static __always_inline void in_rcu_section(struct counters __percpu_kptr **slot)
{
	struct counters __percpu_kptr *p, *old;
	struct counters *c;

	p = bpf_percpu_obj_new_impl(LOCAL_TYPE_ID(struct counters), NULL);
	if (!p)
		return;
	old = bpf_kptr_xchg(slot, p);
	if (old)
		bpf_percpu_obj_drop_impl(old, NULL);

	bpf_rcu_read_lock();
	p = *slot;
	if (p) {
		c = bpf_this_cpu_ptr(p);
		c->value = 3;
		c = bpf_per_cpu_ptr(p, bpf_get_smp_processor_id());
		if (c)
			rcu_value = c->value;
	}
	bpf_rcu_read_unlock();
	drop(slot);
}

#define PROGRAM(place, action)                                                                     \
	SEC("?xdp")                                                                                \
	int place##_##action(void *ctx)                                                            \
	{                                                                                          \
		struct counters __percpu_kptr **slot = place##_slot();                             \
                                                                                                   \
		if (slot)                                                                          \
			action(slot);                                                              \
		return 0;                                                                          \
	}

PROGRAM(map, alloc)
PROGRAM(map, write_all)
PROGRAM(map, read_other)
PROGRAM(map, add_up)
PROGRAM(map, drop)
PROGRAM(map, in_rcu_section)
PROGRAM(global, alloc)
PROGRAM(global, write_all)
PROGRAM(global, read_other)
PROGRAM(global, add_up)
PROGRAM(global, drop)
PROGRAM(global, in_rcu_section)

char _license[] SEC("license") = "GPL";
