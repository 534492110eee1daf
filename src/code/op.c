/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"

#include <stdlib.h>
#include <string.h>

struct code_op *code_add_op(struct code_insn *insn, enum code_op_kind kind)
{
	/* Decoders never exceed the limit. If one did, the path must end, not continue wrongly. */
	if (insn->op_cnt == CODE_OP_MAX) {
		insn->ops[0] = (struct code_op) {.kind = CODE_TRAP};
		insn->op_cnt = 1;
	}
	struct code_op *op = &insn->ops[insn->op_cnt++];
	*op = (struct code_op) {
		.kind = (uint8_t)kind,
		.dst = CODE_NO_REGISTER,
		.width_bytes = 8,
		.a = code_operand_number(0),
		.b = code_operand_number(0),
		.memory = {.base = CODE_NO_REGISTER, .index = CODE_NO_REGISTER},
	};
	return op;
}
