/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the ppc64le decoder: fields of an instruction, helpers for operations. */
#ifndef KCOMPAT_CODE_PPC64_H
#define KCOMPAT_CODE_PPC64_H

#include "code/code.h"

struct ppc {
	uint32_t word;
	struct code_insn *insn;
};

static inline uint8_t ppc_field(const struct ppc *ppc, unsigned int shift)
{
	return ppc->word >> shift & 31;
}
/* RT or RS, RA and RB in the manual. */
static inline uint8_t ppc_rt(const struct ppc *ppc)
{
	return ppc_field(ppc, 21);
}
static inline uint8_t ppc_ra(const struct ppc *ppc)
{
	return ppc_field(ppc, 16);
}
static inline uint8_t ppc_rb(const struct ppc *ppc)
{
	return ppc_field(ppc, 11);
}
static inline uint8_t ppc_condition_field(const struct ppc *ppc)
{
	return ppc->word >> 23 & 7;
}

static inline uint64_t ppc_low_signed(const struct ppc *ppc)
{
	return (uint64_t)(int64_t)(int16_t)ppc->word;
}

/* RA of an address, where register 0 means the number 0. */
static inline struct code_operand ppc_base(const struct ppc *ppc)
{
	return ppc_ra(ppc) ? code_operand_reg(ppc_ra(ppc)) : code_operand_number(0);
}

struct code_op *ppc_alu(struct ppc *ppc, enum code_alu kind, uint8_t dst, struct code_operand a,
	struct code_operand b);
void ppc_forget(struct ppc *ppc, uint8_t reg);
void ppc_forget_flags(struct ppc *ppc, uint8_t flags);
/* The condition of bit `bit` of the condition register, or its opposite. */
enum code_condition ppc_condition(unsigned int bit, bool set);

/* Instructions with a 16-bit immediate, rotations, comparisons with a number. False: others. */
bool ppc_decode_number(struct ppc *ppc);
/* Arithmetic and comparisons of opcode 31; `number` is the extended opcode. */
bool ppc_decode_registers(struct ppc *ppc, unsigned int number);

#endif
