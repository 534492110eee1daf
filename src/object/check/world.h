/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An object on one kernel: its instructions after relocation, and what its externs are there;
 * private. */
#ifndef KCOMPAT_CHECK_WORLD_H
#define KCOMPAT_CHECK_WORLD_H

#include "object/check/check.h"

enum extern_state { EXTERN_UNKNOWN, EXTERN_ABSENT, EXTERN_PRESENT };

struct world_extern {
	enum extern_state state;
	const char *reason; /* of ABSENT and UNKNOWN; static or in the pool */
	bool has_value;     /* of .kconfig */
	int64_t value;
};

/* What CO-RE made of an instruction. */
enum world_mark {
	MARK_NONE,
	MARK_POISON,  /* the verifier refuses it if it is reached */
	MARK_REFUSED, /* libbpf refuses the program, reached or not */
	MARK_UNKNOWN, /* no types: the instruction is as the compiler wrote it, and its value is
			 unknown */
};

struct world_core {
	const struct object_core *core;
	struct core_result result;
	enum world_mark mark;
};

struct world {
	const struct object *object;
	const struct check_kernel *kernel;
	struct pool *pool;
	struct object_insn **insns; /* [section_cnt]; NULL for sections without code */
	uint32_t **cores; /* [section_cnt][insn_cnt]: index of the world_core + 1; NULL: no
			     relocation */
	struct world_core *relocated; /* [object->core_cnt] */
	struct world_extern *externs; /* [object->extern_cnt] */
	/* What the loader writes into .rodata; it leaves other variables as built, or may write any value. */
	const struct loader_setting *settings;
	size_t setting_cnt;
	bool as_built;
	/* What flow_run() may still spend on this object, in places and instructions; NULL: only each run is limited. */
	size_t *flow_left;
};

/* Everything lives in the pool. The error is lack of memory. */
struct error *world_create(const struct object *object, const struct check_kernel *kernel,
	struct pool *pool, struct world *ret);
/* The relocation at the instruction; NULL: none. */
const struct world_core *world_core_at(const struct world *world, uint32_t section, uint32_t insn);

/* In check/externs.c. */
struct error *world_resolve_externs(struct world *world);
/* The first type of that name in the kernel or a loaded module; NULL: none. The kernel's types were read. */
const struct kbtf *world_find_type(
	const struct world *world, const char *name, unsigned int kind, uint32_t *id);

#endif
