/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contexts of this kernel: rows of the context table, expanded over the iterators and
 * struct_ops types of its BTF, each with what it attaches to, after its controls have run.
 */
#ifndef KCOMPAT_INVENTORY_CONTEXTS_H
#define KCOMPAT_INVENTORY_CONTEXTS_H

#include "kernel/context.h"
#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

/* Where a program is to be loaded: the load attributes that make a context. */
struct load_place {
	uint32_t prog_type, expected_attach_type, prog_flags;
	uint32_t attach_btf_id;
	int attach_fd;        /* program (freplace) or BTF object (module); 0: none */
	int prog_btf_fd;      /* the program's own BTF (freplace needs it); 0: none */
	uint32_t func_type_id; /* in it: what the program is */
	int32_t ret;          /* what the program returns */
	uint32_t ifindex;     /* the network device it is bound to; 0: to none */
	int map_fd;           /* a map that the program refers to before all else; 0: none */
};

/*
 * May calls of one kind be asked about in a context? `state` CELL_NONE: yes, the control was
 * refused as it must be. Otherwise every cell of the kind has that state and evidence.
 */
struct call_control {
	enum cell_state state;
	const struct evidence *evidence;
};

struct probe_context {
	const struct context_row *row;
	const char *name;
	const char *target;         /* the one in use; NULL: none */
	uint32_t type_id;           /* rows that expand: the iterator's FUNC or the ops STRUCT */
	int32_t member;             /* struct_ops of one member: its index; -1: any that loads */
	struct load_place place;
	enum support_state state;
	const char *reason;
	const char *rule;           /* id of what `reason` says; NULL: none knows it */
	int errnum;
	struct call_control kfuncs, helpers;
	enum tristate sleepable_form; /* is there a form of it that can sleep? */
	enum tristate pointees_first; /* what RULE_POINTEE has to know: is it said before the allow check? */
	bool can_ask_bound;           /* what RULE_DEVICE_BOUND hides can be asked ... */
	struct load_place bound;      /* ... by a program like this one, see probe/bound.h */
	int arena_fd;                 /* for calls that RULE_ARENA is about; 0: none */
	const char *sleepable_name;   /* that context's name; NULL: this name with BPF_F_SLEEPABLE */
};

struct probe_contexts {
	struct probe_context *list; /* in the table's order */
	size_t cnt, cap;
};

/* What a row alone says about the load. */
struct load_place row_place(const struct context_row *row);

/* Everything is allocated in `pool`. Fills name, row, type_id, member, place; no load yet. */
struct error *contexts_expand(const struct kernel *kernel, const char *const *globs, size_t glob_cnt,
	struct pool *pool, struct probe_contexts *contexts);

/*
 * What a context of `row` could attach to, best first: at most `max` are written. `type_id` and
 * `member` as in struct probe_context. Returns how many.
 */
struct target {
	const char *name;
	uint32_t btf_id;
	uint32_t attach_type; /* struct_ops: the member's index */
	bool has_attach_type;
};
#define TARGET_CANDIDATES_MAX 64
size_t targets_find(const struct kernel *kernel, const struct probe_context *context,
	struct pool *pool, struct target *targets, size_t max);

#endif
