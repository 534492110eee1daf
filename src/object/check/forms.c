/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forms of instructions that not every kernel knows. resolve_pseudo_ldimm64() of
 * kernel/bpf/verifier.c looks at the code and the reserved fields of all instructions, also of
 * those that are never reached; check_alu_op() only at those that are.
 */
#include "object/check/parts.h"
#include "kernel/context.h"

#include <linux/bpf.h>

static const struct {
	const char *feature;
	bool everywhere;
} forms[] = {
#define FORM(name, feature, everywhere) [CHECK_FORM_##name] = {feature, everywhere},
	CHECK_FORMS(FORM)
#undef FORM
};

const char *check_form_feature(enum check_form form)
{
	return forms[form].feature;
}

bool check_form_is_everywhere(enum check_form form)
{
	return forms[form].everywhere;
}

static bool is_jump_of_v2(const struct object_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);

	return op == BPF_JLT || op == BPF_JLE || op == BPF_JSLT || op == BPF_JSLE;
}

static enum check_form form_of_alu(const struct object_insn *insn)
{
	uint8_t op = BPF_OP(insn->code), class = BPF_CLASS(insn->code);

	if (class == BPF_ALU64 && op == BPF_END)
		return CHECK_FORM_SWAP;
	if (op == BPF_MOV && class == BPF_ALU64 && BPF_SRC(insn->code) == BPF_X && insn->off == 1)
		return CHECK_FORM_CAST;
	if ((op == BPF_MOV || op == BPF_DIV || op == BPF_MOD) && insn->off)
		return CHECK_FORM_SIGNED;
	return CHECK_FORM_NONE;
}

static enum check_form form_of_jump(const struct object_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	bool is_long = BPF_CLASS(insn->code) == BPF_JMP32;

	if (op == UAPI_BPF_JCOND && !is_long)
		return CHECK_FORM_MAY_GOTO;
	if (op == BPF_CALL || op == BPF_EXIT)
		return CHECK_FORM_NONE;
	if (is_long)
		return op == BPF_JA ? CHECK_FORM_GOTOL : CHECK_FORM_JUMP32;
	return is_jump_of_v2(insn) ? CHECK_FORM_JUMP_LESS : CHECK_FORM_NONE;
}

enum check_form check_form_of(const struct object_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return form_of_alu(insn);
	case BPF_JMP:
	case BPF_JMP32:
		return form_of_jump(insn);
	case BPF_LDX:
		return BPF_MODE(insn->code) == UAPI_BPF_MEMSX ? CHECK_FORM_MEMSX : CHECK_FORM_NONE;
	case BPF_STX:
		if (BPF_MODE(insn->code) != BPF_ATOMIC || insn->imm == BPF_ADD)
			return CHECK_FORM_NONE;
		return insn->imm >= UAPI_BPF_LOAD_ACQ ? CHECK_FORM_ORDERED : CHECK_FORM_ATOMIC;
	default:
		return CHECK_FORM_NONE;
	}
}
