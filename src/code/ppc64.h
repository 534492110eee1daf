/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the decoder of ppc64le share: fields of an instruction, operations made of it. */
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
/* Called RT or RS, RA and RB in the manual. */
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

/* RA, where register 0 stands for the number 0: where an address is made. */
static inline struct code_operand ppc_base(const struct ppc *ppc)
{
	return ppc_ra(ppc) ? code_operand_reg(ppc_ra(ppc)) : code_operand_number(0);
}

struct code_op *ppc_alu(struct ppc *ppc, enum code_alu kind, uint8_t dst, struct code_operand a,
	struct code_operand b);
void ppc_forget(struct ppc *ppc, uint8_t reg);
void ppc_forget_flags(struct ppc *ppc, uint8_t flags);
/* The condition that bit `bit` of the condition register stands for, or its opposite. */
enum code_condition ppc_condition(unsigned int bit, bool set);

/* False: none of these. Instructions with 16 bits of a number, rotations, comparisons with one. */
bool ppc_decode_number(struct ppc *ppc);
/* Those of opcode 31 that compute or compare; `number` is its extended opcode. */
bool ppc_decode_registers(struct ppc *ppc, unsigned int number);

#endif
