/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel declarations that the programs of bpf/ need. There is no vmlinux.h and no
 * uapi/linux/bpf.h, so that an object does not depend on the kernel headers of the build.
 *
 * kfuncs are __weak: a missing kfunc must not stop the rest of its object from loading. The runner
 * knows the kfuncs of each program, and never loads a program that lacks one. If libbpf leaves a
 * weak call unresolved for another reason, the runner finds it in the instructions.
 *
 * Every program computes and assigns its results anew, so that it may run any number of times (an
 * iterator calls it once per element). A result is a global variable. The runner clears all of them
 * before a run, and reads them by name.
 */
#ifndef KCOMPAT_BPF_H
#define KCOMPAT_BPF_H

#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#define NULL ((void *)0)
#define KFUNC extern __weak __ksym

#ifndef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))
#endif
#ifndef __percpu_kptr
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#endif
/* A separate section: a map with such fields cannot be mapped into user space. */
#define private(name) SEC(".bss." #name) __hidden __attribute__((aligned(8)))

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_ARENA = 33,
};
enum {
	BPF_NOEXIST = 1,
	BPF_F_USER_STACK = 1 << 8,
	BPF_F_FAST_STACK_CMP = 1 << 9,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_RB_AVAIL_DATA = 0,
};

/* Opaque to programs. The kernel checks sizes and alignment. */
struct bpf_spin_lock {
	__u32 val;
};
struct bpf_dynptr {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));
struct bpf_list_head {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_node {
	__u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_rb_root {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_rb_node {
	__u64 opaque[4];
} __attribute__((aligned(8)));

/* Defined, not only declared: libbpf compares the kind of each type that a kfunc points to. */
struct cpumask {
	unsigned long bits[1];
} __attribute__((preserve_access_index));
struct bpf_cpumask {
	struct cpumask cpumask;
} __attribute__((preserve_access_index));
struct bpf_map {
	__u32 id;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map {
	void *meta;
	struct bpf_map *map;
} __attribute__((preserve_access_index));
struct xdp_md {
	__u32 data;
};
struct __sk_buff {
	__u32 len;
};

KFUNC int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end);
KFUNC int *bpf_iter_num_next(struct bpf_iter_num *it);
KFUNC void bpf_iter_num_destroy(struct bpf_iter_num *it);
KFUNC void bpf_rcu_read_lock(void);
KFUNC void bpf_rcu_read_unlock(void);

#endif
