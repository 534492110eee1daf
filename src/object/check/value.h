/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a register or stack slot can hold, as far as reachability needs it; private. */
#ifndef KCOMPAT_CHECK_VALUE_H
#define KCOMPAT_CHECK_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "object/elf/object.h"

enum value_kind {
	VALUE_NONE,    /* nothing has reached it */
	VALUE_CONST,   /* number */
	VALUE_NONZERO, /* an address, or another value that is not 0 */
	VALUE_DATA,    /* an address in a section of the object: section, number */
	VALUE_OPTION,  /* the address of an option of .kconfig: section is the extern */
	VALUE_STACK,   /* an address in the stack of this function: number, from its top */
	VALUE_CONTEXT, /* an address in the context of the program: number, from its start */
	VALUE_ANY,
	VALUE_ANY_STACK, /* it may be an address in the stack */
};

struct value {
	enum value_kind kind;
	uint32_t section;
	int64_t number;
};

static inline struct value value_const(int64_t number)
{
	return (struct value) {.kind = VALUE_CONST, .number = number};
}

/* Makes *into hold what either holds. True: it has changed. */
bool value_join(struct value *into, struct value from);
/* What is left of a value after a write whose place or content is not known. */
struct value value_forgotten(struct value value);
bool value_is_stack(struct value value);
/* The result of an instruction of the classes ALU and ALU64. */
struct value value_compute(const struct object_insn *insn, struct value a, struct value b);
/* Is the branch taken? 1, 0; -1: both ways. */
int value_branch(const struct object_insn *insn, struct value a, struct value b);

#endif
