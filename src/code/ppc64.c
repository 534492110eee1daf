/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes ppc64le by the formats of the Power ISA (book I, 3.1) that compilers use: integers,
 * branches, loads and stores, and their prefixed forms.
 */
#include "code/ppc64.h"
#include "util/array.h"

#include <elf.h>

#define SP 1
#define CR_CNT 8
/* The distance of .TOC. from the start of the table, by the linker and the ABI (ELFv2). */
#define TOC_BIAS 0x8000

static bool decode_special(struct ppc *ppc, unsigned int number)
{
	unsigned int special = ppc_ra(ppc) | ppc_rb(ppc) << 5;
	uint8_t reg = special == 8 ? CODE_PPC_LR : special == 9 ? CODE_PPC_CTR : CODE_NO_REGISTER;

	if (number == 339 && reg != CODE_NO_REGISTER)
		ppc_alu(ppc, ALU_COPY, ppc_rt(ppc), code_operand_reg(reg), code_operand_number(0));
	else if (number == 339)
		ppc_forget(ppc, ppc_rt(ppc));
	else if (number == 467 && reg != CODE_NO_REGISTER)
		ppc_alu(ppc, ALU_COPY, reg, code_operand_reg(ppc_rt(ppc)), code_operand_number(0));
	else if (number == 467)
		ppc_forget(ppc, CODE_PPC_CARRY); /* XER among others */
	else
		return false;
	return true;
}

struct access {
	uint8_t size, width;
	bool load, sign, update;
};

static void ppc64_access_memory(struct ppc *ppc, const struct access *access, struct code_memory memory)
{
	struct code_op *op = code_add_op(ppc->insn, access->load ? CODE_LOAD : CODE_STORE);

	memory.size_bytes = access->size;
	op->memory = memory;
	op->sign = access->sign;
	op->dst = access->load ? ppc_rt(ppc) : CODE_NO_REGISTER;
	op->a = access->load ? code_operand_number(0) : code_operand_reg(ppc_rt(ppc));
	if (!access->update)
		return;
	ppc_alu(ppc, ALU_ADD, ppc_ra(ppc), code_operand_reg(ppc_ra(ppc)),
		memory.index == CODE_NO_REGISTER ? code_operand_number((uint64_t)memory.offset)
						 : code_operand_reg(memory.index));
}

static struct code_memory displaced(const struct ppc *ppc, uint64_t offset)
{
	return (struct code_memory) {
		.base = ppc_ra(ppc) ? ppc_ra(ppc) : CODE_NO_REGISTER,
		.index = CODE_NO_REGISTER,
		.offset = (int64_t)offset,
	};
}

/* By opcode, from 32 on; size 0: not a load or store. */
static const struct access displaced_insns[] = {
	{4, 8, true, false, false},  /* lwz */
	{4, 8, true, false, true},   /* lwzu */
	{1, 8, true, false, false},  /* lbz */
	{1, 8, true, false, true},   /* lbzu */
	{4, 8, false, false, false}, /* stw */
	{4, 8, false, false, true},  /* stwu */
	{1, 8, false, false, false}, /* stb */
	{1, 8, false, false, true},  /* stbu */
	{2, 8, true, false, false},  /* lhz */
	{2, 8, true, false, true},   /* lhzu */
	{2, 8, true, true, false},   /* lha */
	{2, 8, true, true, true},    /* lhau */
	{2, 8, false, false, false}, /* sth */
	{2, 8, false, false, true},  /* sthu */
};

/* ld, ldu, lwa; std, stdu: the low two bits decide. */
static const struct access doubled_insns[2][4] = {
	{{8, 8, true, false, false}, {8, 8, true, false, true}, {4, 8, true, true, false}, {0}},
	{{8, 8, false, false, false}, {8, 8, false, false, true}, {0}, {0}},
};

static bool decode_displaced(struct ppc *ppc)
{
	unsigned int opcode = ppc->word >> 26;
	const struct access *access = NULL;
	uint64_t offset = ppc_low_signed(ppc);

	if (opcode >= 32 && opcode - 32 < ARRAY_SIZE(displaced_insns)) {
		access = &displaced_insns[opcode - 32];
	} else if (opcode == 58 || opcode == 62) {
		access = &doubled_insns[opcode == 62][ppc->word & 3];
		offset &= ~3ull;
	}
	if (!access || !access->size)
		return false;
	ppc64_access_memory(ppc, access, displaced(ppc, offset));
	return true;
}

static const struct {
	uint16_t number;
	struct access access;
} indexed_insns[] = {
	{87, {1, 8, true, false, false}},
	{119, {1, 8, true, false, true}},
	{279, {2, 8, true, false, false}},
	{311, {2, 8, true, false, true}},
	{343, {2, 8, true, true, false}},
	{375, {2, 8, true, true, true}},
	{23, {4, 8, true, false, false}},
	{55, {4, 8, true, false, true}},
	{341, {4, 8, true, true, false}},
	{373, {4, 8, true, true, true}},
	{21, {8, 8, true, false, false}},
	{53, {8, 8, true, false, true}},
	{20, {4, 8, true, false, false}}, /* lwarx */
	{84, {8, 8, true, false, false}}, /* ldarx */
	{215, {1, 8, false, false, false}},
	{247, {1, 8, false, false, true}},
	{407, {2, 8, false, false, false}},
	{439, {2, 8, false, false, true}},
	{151, {4, 8, false, false, false}},
	{183, {4, 8, false, false, true}},
	{149, {8, 8, false, false, false}},
	{181, {8, 8, false, false, true}},
	{150, {4, 8, false, false, false}}, /* stwcx. */
	{214, {8, 8, false, false, false}}, /* stdcx. */
};

static bool decode_indexed(struct ppc *ppc, unsigned int number)
{
	struct code_memory memory = displaced(ppc, 0);

	memory.index = ppc_rb(ppc);
	for (size_t i = 0; i < ARRAY_SIZE(indexed_insns); i++) {
		if (indexed_insns[i].number != number)
			continue;
		ppc64_access_memory(ppc, &indexed_insns[i].access, memory);
		if (number == 150 || number == 214)
			ppc_forget_flags(ppc, 0);
		return true;
	}
	return false;
}

/* Hints and barriers: sync eieio dcbt dcbtst mtmsr mtmsrd. tw and td trap only on a fatal bug. */
static bool is_harmless(unsigned int number)
{
	static const uint16_t numbers[] = {598, 854, 278, 246, 146, 178, 4, 68};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (numbers[i] == number)
			return true;
	}
	return false;
}

/* For any other instruction: the registers it may write become unknown. */
static void ppc64_decode_other(struct ppc *ppc)
{
	ppc_forget(ppc, ppc_rt(ppc));
	ppc_forget(ppc, ppc_ra(ppc));
	ppc_forget(ppc, CODE_PPC_CARRY);
	ppc_forget_flags(ppc, 0);
	ppc_forget_flags(ppc, 6);
	ppc_forget_flags(ppc, ppc_condition_field(ppc));
	code_add_op(ppc->insn, CODE_FORGET_STACK);
}

static void decode_extended(struct ppc *ppc)
{
	unsigned int number = ppc->word >> 1 & 1023;

	if ((number == 4 || number == 68) && ppc_rt(ppc) == 31) {
		code_add_op(ppc->insn, CODE_TRAP);
	} else if (number == 144) { /* mtcrf */
		ppc->insn->op_cnt = 0;
		for (uint8_t i = 0; i < CR_CNT; i++)
			ppc_forget_flags(ppc, i);
	} else if (!ppc_decode_registers(ppc, number) && !decode_special(ppc, number) &&
		!decode_indexed(ppc, number) && !is_harmless(number)) {
		ppc64_decode_other(ppc);
	}
}

static void ppc64_decode_jump(struct ppc *ppc)
{
	int64_t distance = (int64_t)((uint64_t)(ppc->word & 0x3fffffc) << 38) >> 38;
	uint64_t target = (uint64_t)distance + (ppc->word & 2 ? 0 : ppc->insn->address);

	if (ppc->word & 1) {
		code_add_op(ppc->insn, CODE_CALL)->target = target;
		return;
	}
	struct code_op *op = code_add_op(ppc->insn, CODE_BRANCH);
	op->cond = COND_ALWAYS;
	op->target = target;
}

/*
 * The conditions of bc, bclr and bcctr ("BO"). Branches to `target` if they are met, or with
 * `not_met` if they are not met.
 */
static void branch_if(struct ppc *ppc, uint64_t target, bool not_met)
{
	unsigned int how = ppc_rt(ppc);
	struct code_op *op;

	if (!(how & 4)) {
		struct code_operand counter = code_operand_reg(CODE_PPC_CTR);
		ppc_alu(ppc, ALU_ADD, CODE_PPC_CTR, counter, code_operand_number(UINT64_MAX));
		op = code_add_op(ppc->insn, CODE_BRANCH_ON);
		op->alu = ALU_SUB;
		op->a = counter;
		op->cond = !!(how & 2) != not_met ? COND_EQ : COND_NE;
		/* A test of both counter and condition is rare: the condition stays unknown. */
		if (!(how & 16))
			op->cond = COND_UNKNOWN;
	} else {
		op = code_add_op(ppc->insn, CODE_BRANCH);
		op->flags = ppc_ra(ppc) >> 2;
		op->cond = how & 16 ? COND_ALWAYS
				    : (uint8_t)ppc_condition(ppc_ra(ppc), !!(how & 8) != not_met);
	}
	op->target = target;
}

static bool is_always(const struct ppc *ppc)
{
	return (ppc_rt(ppc) & 20) == 20;
}

static void ppc64_decode_branch(struct ppc *ppc)
{
	uint64_t next = ppc->insn->address + 4;
	uint64_t target = (ppc_low_signed(ppc) & ~3ull) + (ppc->word & 2 ? 0 : ppc->insn->address);

	if (!(ppc->word & 1)) {
		branch_if(ppc, target, false);
	} else if (target == next) { /* reads its own address */
		ppc_alu(ppc, ALU_COPY, CODE_PPC_LR, code_operand_number(next), code_operand_number(0));
	} else {
		if (!is_always(ppc))
			branch_if(ppc, next, true);
		code_add_op(ppc->insn, CODE_CALL)->target = target;
	}
}

/* blr, bctr, bctrl, and their conditional forms. */
static void decode_branch_register(struct ppc *ppc, bool counter)
{
	if (!is_always(ppc))
		branch_if(ppc, ppc->insn->address + 4, true);
	if (!counter && !(ppc->word & 1)) {
		code_add_op(ppc->insn, CODE_RETURN);
		return;
	}
	struct code_op *op =
		code_add_op(ppc->insn, ppc->word & 1 ? CODE_CALL : CODE_JUMP_VALUE);
	op->a = code_operand_reg(counter ? CODE_PPC_CTR : CODE_PPC_LR);
}

static void decode_condition_register(struct ppc *ppc)
{
	unsigned int number = ppc->word >> 1 & 1023;

	switch (number) {
	case 16:
	case 528:
		decode_branch_register(ppc, number == 528);
		break;
	case 18:  /* rfid */
	case 82:  /* rfscv */
	case 274: /* hrfid */
		code_add_op(ppc->insn, CODE_TRAP);
		break;
	case 150: /* isync */
		break;
	default:
		if ((number & 31) == 2) { /* addpcis */
			int64_t high = (int16_t)((ppc->word & 0xffc1) | (ppc->word >> 15 & 62));
			ppc_alu(ppc, ALU_COPY, ppc_rt(ppc),
				code_operand_number(
					ppc->insn->address + 4 + ((uint64_t)high << 16)),
				code_operand_number(0));
			break;
		}
		ppc_forget_flags(ppc, ppc_condition_field(ppc));
	}
}

static void ppc64_decode_word(struct ppc *ppc)
{
	switch (ppc->word >> 26) {
	case 2:
	case 3: /* tdi, twi */
		if (ppc_rt(ppc) == 31)
			code_add_op(ppc->insn, CODE_TRAP);
		break;
	case 16:
		ppc64_decode_branch(ppc);
		break;
	case 17: /* sc: results of a hypervisor call */
		code_add_op(ppc->insn, CODE_CALL);
		break;
	case 18:
		ppc64_decode_jump(ppc);
		break;
	case 19:
		decode_condition_register(ppc);
		break;
	case 31:
		decode_extended(ppc);
		break;
	default:
		if (!ppc_decode_number(ppc) && !decode_displaced(ppc))
			ppc64_decode_other(ppc);
	}
}

/* Opcodes of the suffix that differ from the same instruction without a prefix. */
static const struct {
	uint8_t opcode;
	struct access access;
} prefixed_insns[] = {
	{41, {4, 8, true, true, false}},   /* plwa */
	{57, {8, 8, true, false, false}},  /* pld */
	{61, {8, 8, false, false, false}}, /* pstd */
};

static const struct access *prefixed_access(unsigned int type, unsigned int opcode)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixed_insns) && !type; i++) {
		if (prefixed_insns[i].opcode == opcode)
			return &prefixed_insns[i].access;
	}
	if (type != 2 || opcode < 32 || opcode - 32 >= ARRAY_SIZE(displaced_insns) ||
		displaced_insns[opcode - 32].update)
		return NULL;
	return &displaced_insns[opcode - 32];
}

/* A number of 34 bits; with "R" it is relative to the instruction. */
static void decode_prefixed(struct ppc *ppc, uint32_t prefix)
{
	unsigned int type = prefix >> 24 & 3, opcode = ppc->word >> 26;
	uint64_t bits = (uint64_t)(prefix & 0x3ffff) << 16 | (ppc->word & UINT16_MAX);
	uint64_t number = (uint64_t)((int64_t)(bits << 30) >> 30);
	bool relative = prefix >> 20 & 1;
	const struct access *access = prefixed_access(type, opcode);
	struct code_memory memory = displaced(ppc, number);

	if (relative) {
		number += ppc->insn->address;
		memory.base = CODE_NO_REGISTER;
		memory.offset = (int64_t)number;
	}
	if (type == 2 && opcode == 14)
		ppc_alu(ppc, ALU_ADD, ppc_rt(ppc), relative ? code_operand_number(0) : ppc_base(ppc),
			code_operand_number(number));
	else if (access)
		ppc64_access_memory(ppc, access, memory);
	else
		ppc64_decode_other(ppc);
}

static uint32_t ppc64_little_u32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

static bool ppc64_decode(const unsigned char *bytes, size_t size, struct code_insn *insn)
{
	struct ppc ppc = {.insn = insn};

	if (size < 4)
		return false;
	ppc.word = ppc64_little_u32(bytes);
	insn->size_bytes = 4;
	if (ppc.word >> 26 == 1) {
		uint32_t prefix = ppc.word;
		if (size < 8)
			return false;
		ppc.word = ppc64_little_u32(bytes + 4);
		insn->size_bytes = 8;
		decode_prefixed(&ppc, prefix);
	} else if (ppc.word >> 26) {
		ppc64_decode_word(&ppc);
	} else {
		return false;
	}
	return true;
}

/*
 * A function that needs the table of addresses starts with two instructions. They compute the
 * table's address from the function's own address. A call from code with the same table skips
 * them. In modules (the second pair), the distance is stored before the function.
 */
static const struct {
	uint32_t first, first_mask, second, second_mask;
} entries[] = {
	{0x3c4c0000, 0xffff0000, 0x38420000, 0xffff0000}, /* addis r2,r12,.. addi r2,r2,.. */
	{0xe84cfff8, UINT32_MAX, 0x7c426214, UINT32_MAX}, /* ld r2,-8(r12) add r2,r2,r12 */
};

static uint64_t ppc64_entry(const struct image *image, uint64_t target)
{
	const unsigned char *begin = image_at(image, target - 8, 8);

	for (size_t i = 0; begin && i < ARRAY_SIZE(entries); i++) {
		if ((ppc64_little_u32(begin) & entries[i].first_mask) == entries[i].first &&
			(ppc64_little_u32(begin + 4) & entries[i].second_mask) == entries[i].second)
			return target - 8;
	}
	return target;
}

/* May be unknown: then only functions that start with these two instructions have a value. */
static struct code_value global(const struct image *image)
{
	const struct image_segment *table = image_section(image, ".got");

	return table && !image->relocatable ? code_number(table->address + TOC_BIAS)
					    : (struct code_value) {0};
}

static const struct code_abi abi = {
	.args = {3, 4, 5, 6, 7, 8},
	.result = 3,
	.stack = SP,
	.entry = 12,
	.global = 2,
	.clobbered = 1 | 0x3ffull << 3 | 0xfull << CODE_TEMP | 1ull << CODE_PPC_LR |
		1ull << CODE_PPC_CTR | 1ull << CODE_PPC_CARRY,
};

const struct code_machine code_machine_ppc64 = {
	.machine = EM_PPC64,
	.abi = &abi,
	.decode_bytes = ppc64_decode,
	.entry = ppc64_entry,
	.global = global,
	.insn_align = 4,
	.flags_cnt = CODE_FLAGS_MAX,
};
