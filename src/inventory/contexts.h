/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contexts of this kernel: rows of the context table, expanded over the iterators and
 * struct_ops types of its BTF, each with what it attaches to, after its controls have run.
 */
#ifndef KCOMPAT_INVENTORY_CONTEXTS_H
#define KCOMPAT_INVENTORY_CONTEXTS_H

#include "kernel/context.h"
#include "probe/probe.h"
#include "probe/load.h"

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

/* Does one of the globs match? No globs match everything. */
bool glob_any(const char *const *globs, size_t cnt, const char *name);

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
