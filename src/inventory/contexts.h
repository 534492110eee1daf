/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contexts of this kernel: rows of the context table, expanded over the iterators and
 * struct_ops types of its BTF. Each has its target, after its controls have run.
 */
#ifndef KCOMPAT_INVENTORY_CONTEXTS_H
#define KCOMPAT_INVENTORY_CONTEXTS_H

#include "kernel/context.h"
#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

/* Where to load a program: the load attributes that make a context. */
struct load_place {
	uint32_t prog_type, expected_attach_type, prog_flags;
	uint32_t attach_btf_id;
	int attach_fd;        /* program (freplace) or BTF object (module); 0: none */
	int prog_btf_fd;      /* the program's own BTF (freplace needs it); 0: none */
	uint32_t func_type_id; /* the program's function in that BTF */
	int32_t ret;          /* the program's return value */
	uint32_t ifindex;     /* the network device that it is bound to; 0: none */
	int map_fd;           /* a map that the first instructions refer to; 0: none */
};

/*
 * Can loads in a context answer questions about calls of one kind? `state` CELL_NONE: yes, the control
 * was refused as expected. Otherwise every cell of the kind has that state and evidence.
 */
struct call_control {
	enum cell_state state;
	const struct evidence *evidence;
};

struct probe_context {
	const struct context_row *row;
	const char *name;
	const char *target;         /* the one in use; NULL: none */
	struct section section;     /* of the name */
	uint32_t type_id;           /* rows that expand: the iterator's FUNC or the ops STRUCT */
	int32_t member;             /* struct_ops: index of the member; -1: any member that loads */
	struct load_place place;
	enum support_state state;
	const char *reason;
	const char *rule;           /* id of the rule that `reason` explains; NULL: no rule matches */
	int errnum;
	struct call_control kfuncs, helpers;
	enum tristate sleepable_form; /* does it have a sleepable form? */
	enum tristate pointees_first; /* for RULE_POINTEE: does its message come before the allow check? */
	bool can_ask_bound;           /* a bound program gets past RULE_DEVICE_BOUND ... */
	bool bound_loads;             /* ... and there is a device that takes one: it can be accepted ... */
	struct load_place bound;      /* ... if it is loaded here, see probe/bound.h */
	int arena_fd;                 /* for calls with RULE_ARENA; 0: none */
	const char *sleepable_name;   /* that context's name; NULL: this name with BPF_F_SLEEPABLE */
};

struct probe_contexts {
	struct probe_context *list; /* in the table's order */
	size_t cnt, cap;
};

/* The part of the load attributes that depends on the row alone. */
struct load_place row_place(const struct context_row *row);

/*
 * Fills name, row, section, type_id, member and place. Loads nothing. Allocates everything in `pool`. A
 * glob that is a section with a target, such as "fentry/vfs_read" or "kprobe.multi/tcp_*", is a context
 * of its own.
 */
struct error *contexts_expand(const struct kernel *kernel, const char *const *globs, size_t glob_cnt,
	struct pool *pool, struct probe_contexts *contexts);

/*
 * Does a loaded module have an iterator or a struct_ops type of its own? Those have no context, so the
 * contexts are then not all that the kernel has.
 */
bool modules_have_targets(const struct kernel *kernel);

/*
 * Targets that a context could attach to, the best first; only the one that its name selects, if it
 * selects one. Writes at most `max`. `type_id` and `member` are those of struct probe_context. Returns the
 * number of targets.
 */
struct target {
	const char *name;
	uint32_t btf_id;
	uint32_t attach_type; /* struct_ops: the member's index */
	bool has_attach_type;
	const struct kernel_module *module; /* whose BTF has the id; NULL: vmlinux */
};
#define TARGET_CANDIDATES_MAX 64
size_t targets_find(const struct kernel *kernel, const struct probe_context *context,
	struct pool *pool, struct target *targets, size_t max);

#endif
