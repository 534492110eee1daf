/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kfuncs of a kernel image: which are registered for which hook, with which flags and filter,
 * and which program type uses which hook. kfunc/sets.h fills it, scan/predict/predict.h reads it.
 * A fact that could not be read from the image is missing here, and counted or named. It is never
 * guessed. Everything lives in the pool given at the time of loading.
 */
#ifndef KCOMPAT_KERNEL_KFUNCS_H
#define KCOMPAT_KERNEL_KFUNCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* Bit of struct btf_id_set8::flags (BTF_SET8_KFUNCS, include/linux/btf_ids.h). */
#define KFUNC_SET_KFUNCS 1u

/*
 * X(bit, name, mark): include/linux/btf.h. A removed flag has the mark "(ended)". A bit without a
 * row prints as KF_BIT_n.
 */
#define KFUNC_FLAGS(X)                                                                             \
	X(0, "KF_ACQUIRE")                                                                         \
	X(1, "KF_RELEASE")                                                                         \
	X(2, "KF_RET_NULL")                                                                        \
	X(3, "KF_KPTR_GET")     /* until 6.4 */                                                    \
	X(4, "KF_TRUSTED_ARGS") /* until 6.19, then the rule for all kfuncs */                     \
	X(5, "KF_SLEEPABLE")                                                                       \
	X(6, "KF_DESTRUCTIVE")                                                                     \
	X(7, "KF_RCU")                                                                             \
	X(8, "KF_ITER_NEW")                                                                        \
	X(9, "KF_ITER_NEXT")                                                                       \
	X(10, "KF_ITER_DESTROY")                                                                   \
	X(11, "KF_RCU_PROTECTED")                                                                  \
	X(12, "KF_FASTCALL")                                                                       \
	X(13, "KF_ARENA_RET")                                                                      \
	X(14, "KF_ARENA_ARG1")                                                                     \
	X(15, "KF_ARENA_ARG2")                                                                     \
	X(16, "KF_IMPLICIT_ARGS")                                                                  \
	X(17, "KF_SPINLOCK_SAFE") /* 7.3 */                                                        \
	X(18, "KF_PERFMON")       /* 7.3 */

#define KFUNC_F_SLEEPABLE (1u << 5)
#define KFUNC_F_DESTRUCTIVE (1u << 6)
#define KFUNC_F_RCU_PROTECTED (1u << 11)
#define KFUNC_F_IMPLICIT_ARGS (1u << 16)
#define KFUNC_FLAG_CNT 32

/* Name of bit `bit`; NULL: no name. */
const char *kfunc_flag_name(unsigned int bit);

struct kfunc_set {
	const char *symbol; /* the set's name; NULL: the image has no data symbols */
	const char *filter; /* the filter function's name, "?" when it has none; NULL: no filter */
	uint64_t filter_address;
	uint64_t address;   /* of the struct btf_kfunc_id_set */
	const char *module; /* NULL: vmlinux */
	bool marked;        /* the set carries KFUNC_SET_KFUNCS */
};

struct kfunc_registration {
	uint32_t hook;   /* enum btf_kfunc_hook */
	uint32_t btf_id; /* of the FUNC, in the BTF of `module` (its base's ids included) */
	uint32_t flags;  /* flags of the kfunc in its set, see KFUNC_FLAGS */
	const char *name;
	const char *module; /* NULL: vmlinux */
	uint32_t set;       /* index into kernel_kfuncs.sets */
};

/*
 * A kfunc in a set that was found only by its data symbol. It exists with these flags, but its
 * registration is unknown. For architectures whose code is not followed.
 */
struct kfunc_listed {
	uint32_t btf_id, flags;
	const char *name, *set;
};

/* A destructor for a type of kptr. The kernel calls it; this alone makes it no kfunc of a hook. */
struct kfunc_dtor {
	uint32_t type_id, func_id;
	const char *type, *func, *module;
};

/* A struct bpf_struct_ops that is registered at boot; from __register_bpf_struct_ops() calls. */
struct kfunc_struct_ops {
	const char *name;   /* "tcp_congestion_ops" */
	const char *module; /* NULL: vmlinux */
	uint64_t address;   /* of the struct bpf_struct_ops */
	/* Byte offsets of members with a stub: a program may implement them. */
	const uint32_t *stubs;
	size_t stub_cnt;
	bool stubs_known;
	/* Asked before a program may implement a function of it; 0 with check_known: nobody asks.
	 */
	uint64_t check_member;
	bool check_known;
};

/* A registration call with unknown arguments. */
struct kfunc_unresolved {
	uint64_t address;
	const char *function; /* the caller */
	const char *what;     /* what is unknown */
	const char *module;   /* NULL: vmlinux */
};

/* The parts of a program that filters read. */
struct kfunc_place {
	uint32_t prog_type, attach_type;
	const struct kfunc_struct_ops *ops; /* NULL: not a struct_ops program */
	uint32_t member_bytes;              /* offset of the function in the ops */
	uint32_t attach_btf_id;             /* of the attach target; 0: none given */
};

#define KFUNC_PROG_TYPE_MAX 64
#define KFUNC_HOOK_NONE UINT32_MAX /* this program type has no kfuncs of its own */
#define KFUNC_HOOK_UNKNOWN (UINT32_MAX - 1)

struct kernel_kfuncs {
	struct kfunc_set *sets;
	size_t set_cnt, set_cap;
	struct kfunc_registration *registrations; /* sorted by hook, name, module after loading */
	size_t registration_cnt, registration_cap;
	struct kfunc_listed *listed;
	size_t listed_cnt, listed_cap;
	struct kfunc_dtor *dtors;
	size_t dtor_cnt, dtor_cap;
	struct kfunc_struct_ops *struct_ops;
	size_t struct_ops_cnt, struct_ops_cap;
	bool struct_ops_calls; /* the image has a function that registers them (6.9) */
	struct kfunc_unresolved *unresolved;
	size_t unresolved_cnt, unresolved_cap;
	size_t site_cnt; /* calls found, resolved or not */
	/*
	 * Entries in the kernel's own tables after boot. They hold a set twice if it is registered
	 * for two program types of one hook; `registrations` holds it once.
	 */
	size_t entry_cnt;

	const char **hooks;    /* by number: "XDP" of BTF_KFUNC_HOOK_XDP; NULL: no such number */
	size_t hook_cnt;       /* BTF_KFUNC_HOOK_MAX */
	uint32_t common_hook;  /* used for every program type; KFUNC_HOOK_NONE: there is none */
	uint32_t fmodret_hook; /* attach targets, no kfuncs; KFUNC_HOOK_NONE: there is none */
	uint32_t hook_of[KFUNC_PROG_TYPE_MAX]; /* by enum bpf_prog_type */

	/* bpf_jit_supports_kfunc_call() of this image gives ...; unknown: its code was not
	 * understood. */
	enum tristate jit;
	/* The same of bpf_jit_supports_exceptions() (6.7) and bpf_jit_supports_arena() (6.9). */
	enum tristate jit_exceptions, jit_arena;
	/* The same of bpf_jit_supports_stack_args() and bpf_jit_supports_arena_args() (7.3). Also
	 * yes without such a function: that kernel has no such check. */
	enum tristate jit_stack_args, jit_arena_args;
	/* Built-in program types: bpf_prog_types[] of the image; unknown without its symbol. */
	enum tristate prog_type_built[KFUNC_PROG_TYPE_MAX];
	const char *incomplete; /* why all registrations are unknown; NULL: they are known */
};

void kernel_kfuncs_init(struct kernel_kfuncs *kfuncs);
/* Sorts the registrations and removes duplicates. */
void kernel_kfuncs_finish(struct kernel_kfuncs *kfuncs);

/* All return false without memory. Names must live as long as the pool. */
bool kernel_kfuncs_add_set(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_set *set);
bool kernel_kfuncs_add(struct pool *pool, struct kernel_kfuncs *kfuncs,
	const struct kfunc_registration *registration);
bool kernel_kfuncs_add_listed(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_listed *listed);
bool kernel_kfuncs_add_dtor(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_dtor *dtor);
bool kernel_kfuncs_add_struct_ops(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_struct_ops *ops);
bool kernel_kfuncs_add_unresolved(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_unresolved *unresolved);

/*
 * Does the verifier of the kernel with this BTF allow programs to call kernel functions? Before
 * 5.13 a program had no table of them (struct bpf_prog_aux). Before 5.18 there were no hooks (enum
 * btf_kfunc_hook). True if BTF lacks the answer.
 */
bool kfunc_calls_exist(const struct kbtf *btf);

#endif
