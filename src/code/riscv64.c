/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes riscv64 by the formats of the unprivileged ISA (version 20191213): integers, branches,
 * loads and stores. Instructions of two bytes are expanded to four bytes first.
 */
#include "code/code.h"

#include <elf.h>

#define RA 1
#define SP 2

enum {
	OPCODE_LOAD = 0x03,
	OPCODE_LOAD_FP = 0x07,
	OPCODE_FENCE = 0x0f,
	OPCODE_IMMEDIATE = 0x13,
	OPCODE_AUIPC = 0x17,
	OPCODE_IMMEDIATE_WORD = 0x1b,
	OPCODE_STORE = 0x23,
	OPCODE_STORE_FP = 0x27,
	OPCODE_ATOMIC = 0x2f,
	OPCODE_REGISTER = 0x33,
	OPCODE_LUI = 0x37,
	OPCODE_REGISTER_WORD = 0x3b,
	OPCODE_BRANCH = 0x63,
	OPCODE_JALR = 0x67,
	OPCODE_JAL = 0x6f,
	OPCODE_SYSTEM = 0x73,
};

struct riscv {
	uint32_t word;
	struct code_insn *insn;
};

static uint32_t bits(uint32_t word, unsigned int from, unsigned int cnt)
{
	return word >> from & ((1u << cnt) - 1);
}

static uint8_t rd(const struct riscv *riscv)
{
	return (uint8_t)bits(riscv->word, 7, 5);
}

static uint64_t sign_extend(uint64_t number, unsigned int bit_cnt)
{
	return (uint64_t)((int64_t)(number << (64 - bit_cnt)) >> (64 - bit_cnt));
}

/* Register 0 is always 0. */
static struct code_operand read_register(unsigned int reg)
{
	return reg ? code_operand_reg((uint8_t)reg) : code_operand_number(0);
}
static struct code_operand rs1(const struct riscv *riscv)
{
	return read_register(bits(riscv->word, 15, 5));
}
static struct code_operand rs2(const struct riscv *riscv)
{
	return read_register(bits(riscv->word, 20, 5));
}

static uint8_t written(uint8_t reg)
{
	return reg ? reg : CODE_NO_REGISTER;
}

static uint64_t immediate_i(uint32_t word)
{
	return sign_extend(word >> 20, 12);
}
static uint64_t immediate_s(uint32_t word)
{
	return sign_extend(bits(word, 25, 7) << 5 | bits(word, 7, 5), 12);
}
static uint64_t immediate_b(uint32_t word)
{
	return sign_extend(bits(word, 31, 1) << 12 | bits(word, 7, 1) << 11 |
			bits(word, 25, 6) << 5 | bits(word, 8, 4) << 1,
		13);
}
static uint64_t immediate_u(uint32_t word)
{
	return sign_extend(word & 0xfffff000, 32);
}
static uint64_t immediate_j(uint32_t word)
{
	return sign_extend(bits(word, 31, 1) << 20 | bits(word, 12, 8) << 12 |
			bits(word, 20, 1) << 11 | bits(word, 21, 10) << 1,
		21);
}

static void alu(struct riscv *riscv, enum code_alu kind, uint8_t dst, struct code_operand a,
	struct code_operand b, unsigned int width)
{
	struct code_op *op = code_add_op(riscv->insn, CODE_ALU);

	op->alu = (uint8_t)kind;
	op->dst = dst;
	op->a = a;
	op->b = b;
	op->width_bytes = (uint8_t)width;
}

static void riscv64_copy(struct riscv *riscv, struct code_operand a)
{
	alu(riscv, ALU_COPY, written(rd(riscv)), a, code_operand_number(0), 8);
}

/* 32-bit operations sign-extend the result. */
static void alu_word(
	struct riscv *riscv, enum code_alu kind, struct code_operand a, struct code_operand b)
{
	struct code_operand result = code_operand_reg(CODE_TEMP);

	alu(riscv, kind, CODE_TEMP, a, b, 4);
	result.extend_bytes = 4;
	result.sign = true;
	riscv64_copy(riscv, result);
}

static void riscv64_forget(struct riscv *riscv)
{
	if (rd(riscv))
		code_add_op(riscv->insn, CODE_FORGET)->dst = rd(riscv);
}

/* slt and sltu. There are no flags, so returns the operation that holds the comparison. */
static void set_less(
	struct riscv *riscv, struct code_operand a, struct code_operand b, bool without_sign)
{
	struct code_op *op = code_add_op(riscv->insn, CODE_COMPARE);

	op->alu = ALU_SUB;
	op->cond = COND_ALWAYS;
	op->a = a;
	op->b = b;
	/* An unsigned "less than 1" means 0. This is known for a pointer too. */
	bool zero = without_sign && b.reg == CODE_NO_REGISTER && b.number == 1;
	bool other = without_sign && a.reg == CODE_NO_REGISTER && !a.number;
	if (zero)
		op->b.number = 0;
	op = code_add_op(riscv->insn, CODE_SELECT);
	op->cond = zero ? COND_EQ : other ? COND_NE : without_sign ? COND_LTU : COND_LTS;
	op->dst = written(rd(riscv));
	op->a = code_operand_number(1);
	code_add_op(riscv->insn, CODE_FORGET);
}

/* By funct3; shifts and comparisons are separate. */
static const uint8_t plain_alus[8] = {ALU_ADD, ALU_UNKNOWN, ALU_UNKNOWN, ALU_UNKNOWN, ALU_XOR,
	ALU_UNKNOWN, ALU_OR, ALU_AND};

static enum code_alu shift_of(uint32_t word, bool *valid)
{
	unsigned int kind = bits(word, 12, 3), upper = word >> 26;

	*valid = kind == 1 ? !upper : kind == 5 && !(upper & ~16u);
	return kind == 1 ? ALU_SHL : upper ? ALU_SAR : ALU_SHR;
}

static void riscv64_decode_immediate(struct riscv *riscv)
{
	unsigned int kind = bits(riscv->word, 12, 3);
	struct code_operand number = code_operand_number(immediate_i(riscv->word));
	bool shift;
	enum code_alu shifted = shift_of(riscv->word, &shift);

	if (kind == 2 || kind == 3) {
		set_less(riscv, rs1(riscv), number, kind == 3);
	} else if (shift) {
		alu(riscv, shifted, written(rd(riscv)), rs1(riscv),
			code_operand_number(number.number & 63), 8);
	} else if (plain_alus[kind] == ALU_UNKNOWN) {
		riscv64_forget(riscv);
	} else {
		bool is_copy = !kind && !number.number;
		alu(riscv, is_copy ? ALU_COPY : (enum code_alu)plain_alus[kind],
			written(rd(riscv)), rs1(riscv), number, 8);
	}
}

static void decode_immediate_word(struct riscv *riscv)
{
	unsigned int kind = bits(riscv->word, 12, 3);
	struct code_operand number = code_operand_number(immediate_i(riscv->word));
	bool shift;
	enum code_alu shifted = shift_of(riscv->word, &shift);

	if (!kind) {
		alu_word(riscv, ALU_ADD, rs1(riscv), number);
	} else if (shift && !bits(riscv->word, 25, 1)) {
		number.number &= 31;
		alu_word(riscv, shifted, rs1(riscv), number);
	} else {
		riscv64_forget(riscv);
	}
}

static void decode_register(struct riscv *riscv)
{
	unsigned int kind = bits(riscv->word, 12, 3), upper = riscv->word >> 25;
	bool less = !upper && (kind == 2 || kind == 3);
	enum code_alu which = ALU_UNKNOWN;

	if (less) {
		set_less(riscv, rs1(riscv), rs2(riscv), kind == 3);
		return;
	}
	if (!upper)
		which = kind == 1 ? ALU_SHL : kind == 5 ? ALU_SHR : (enum code_alu)plain_alus[kind];
	else if (upper == 0x20)
		which = kind == 0 ? ALU_SUB : kind == 5 ? ALU_SAR : ALU_UNKNOWN;
	alu(riscv, which, written(rd(riscv)), rs1(riscv), rs2(riscv), 8);
}

static void decode_register_word(struct riscv *riscv)
{
	unsigned int kind = bits(riscv->word, 12, 3), upper = riscv->word >> 25;
	enum code_alu which = ALU_UNKNOWN;

	if (!upper)
		which = kind == 0 ? ALU_ADD : kind == 1 ? ALU_SHL : kind == 5 ? ALU_SHR : ALU_UNKNOWN;
	else if (upper == 0x20)
		which = kind == 0 ? ALU_SUB : kind == 5 ? ALU_SAR : ALU_UNKNOWN;
	alu_word(riscv, which, rs1(riscv), rs2(riscv));
}

static void riscv64_decode_other(struct riscv *riscv)
{
	riscv64_forget(riscv);
	code_add_op(riscv->insn, CODE_FORGET_STACK);
}

static void riscv64_decode_memory(struct riscv *riscv, bool load)
{
	unsigned int kind = bits(riscv->word, 12, 3), base = bits(riscv->word, 15, 5);

	if (kind == 7 || (!load && kind > 3)) {
		riscv64_decode_other(riscv);
		return;
	}
	struct code_op *op = code_add_op(riscv->insn, load ? CODE_LOAD : CODE_STORE);
	op->memory.base = base ? (uint8_t)base : CODE_NO_REGISTER;
	op->memory.offset =
		(int64_t)(load ? immediate_i(riscv->word) : immediate_s(riscv->word));
	op->memory.size_bytes = (uint8_t)(1u << (kind & 3));
	op->sign = !(kind & 4);
	if (load)
		op->dst = written(rd(riscv));
	else
		op->a = rs2(riscv);
}

static void riscv64_decode_branch(struct riscv *riscv)
{
	static const uint8_t conditions[8] = {COND_EQ, COND_NE, COND_UNKNOWN, COND_UNKNOWN,
		COND_LTS, COND_GES, COND_LTU, COND_GEU};
	struct code_op *op = code_add_op(riscv->insn, CODE_BRANCH_ON);

	op->alu = ALU_SUB;
	op->cond = conditions[bits(riscv->word, 12, 3)];
	op->a = rs1(riscv);
	op->b = rs2(riscv);
	op->target = riscv->insn->address + immediate_b(riscv->word);
	/* "beq x0, a": the value that is compared with a number comes first. */
	if (op->a.reg == CODE_NO_REGISTER && (op->cond == COND_EQ || op->cond == COND_NE)) {
		op->a = rs2(riscv);
		op->b = rs1(riscv);
	}
}

static void decode_jal(struct riscv *riscv)
{
	struct code_op *op = code_add_op(riscv->insn, rd(riscv) ? CODE_CALL : CODE_BRANCH);

	op->cond = COND_ALWAYS;
	op->target = riscv->insn->address + immediate_j(riscv->word);
}

static void decode_jalr(struct riscv *riscv)
{
	uint64_t offset = immediate_i(riscv->word);

	if (!rd(riscv) && bits(riscv->word, 15, 5) == RA && !offset) {
		code_add_op(riscv->insn, CODE_RETURN);
		return;
	}
	alu(riscv, ALU_ADD, CODE_TEMP, rs1(riscv), code_operand_number(offset), 8);
	code_add_op(riscv->insn, rd(riscv) ? CODE_CALL : CODE_JUMP_VALUE)->a =
		code_operand_reg(CODE_TEMP);
}

/* ebreak, sret, mret end a path. The others access control registers or have no effect. */
static void decode_system(struct riscv *riscv)
{
	unsigned int number = riscv->word >> 20;

	if (bits(riscv->word, 12, 3)) {
		riscv64_forget(riscv);
	} else if (!number) { /* ecall: the firmware returns at least a0 and a1 */
		code_add_op(riscv->insn, CODE_CALL);
	} else if (number == 1 || number == 0x102 || number == 0x302) {
		code_add_op(riscv->insn, CODE_TRAP);
	}
}

static void riscv64_decode_word(struct riscv *riscv)
{
	switch (riscv->word & 127) {
	case OPCODE_LUI:
		riscv64_copy(riscv, code_operand_number(immediate_u(riscv->word)));
		break;
	case OPCODE_AUIPC:
		riscv64_copy(riscv,
			code_operand_number(riscv->insn->address + immediate_u(riscv->word)));
		break;
	case OPCODE_JAL:
		decode_jal(riscv);
		break;
	case OPCODE_JALR:
		decode_jalr(riscv);
		break;
	case OPCODE_BRANCH:
		riscv64_decode_branch(riscv);
		break;
	case OPCODE_LOAD:
		riscv64_decode_memory(riscv, true);
		break;
	case OPCODE_STORE:
		riscv64_decode_memory(riscv, false);
		break;
	case OPCODE_IMMEDIATE:
		riscv64_decode_immediate(riscv);
		break;
	case OPCODE_IMMEDIATE_WORD:
		decode_immediate_word(riscv);
		break;
	case OPCODE_REGISTER:
		decode_register(riscv);
		break;
	case OPCODE_REGISTER_WORD:
		decode_register_word(riscv);
		break;
	case OPCODE_SYSTEM:
		decode_system(riscv);
		break;
	case OPCODE_FENCE:
	case OPCODE_LOAD_FP:
		break;
	default:
		riscv64_decode_other(riscv);
	}
}

/* Encoders of the four-byte formats. */
static uint32_t make_i(uint32_t opcode, uint32_t kind, uint32_t dst, uint32_t a, uint32_t number)
{
	return opcode | dst << 7 | kind << 12 | a << 15 | number << 20;
}
static uint32_t make_s(uint32_t opcode, uint32_t kind, uint32_t base, uint32_t a, uint32_t number)
{
	return opcode | bits(number, 0, 5) << 7 | kind << 12 | base << 15 | a << 20 |
		bits(number, 5, 7) << 25;
}
static uint32_t make_r(uint32_t opcode, uint32_t kind, uint32_t upper, uint32_t dst, uint32_t b)
{
	return opcode | dst << 7 | kind << 12 | dst << 15 | b << 20 | upper << 25;
}
static uint32_t make_b(uint32_t kind, uint32_t a, uint32_t number)
{
	return OPCODE_BRANCH | bits(number, 11, 1) << 7 | bits(number, 1, 4) << 8 | kind << 12 |
		a << 15 | bits(number, 5, 6) << 25 | bits(number, 12, 1) << 31;
}
static uint32_t make_j(uint32_t dst, uint32_t number)
{
	return OPCODE_JAL | dst << 7 | bits(number, 12, 8) << 12 | bits(number, 11, 1) << 20 |
		bits(number, 1, 10) << 21 | bits(number, 20, 1) << 31;
}

/* The signed six-bit immediate of most compressed instructions. */
static uint32_t number_ci(uint32_t half)
{
	return (uint32_t)sign_extend(bits(half, 12, 1) << 5 | bits(half, 2, 5), 6);
}

/* Quadrant 0: loads and stores with the eight registers from 8 on. 0: unknown. */
static uint32_t expand_0(uint32_t half)
{
	uint32_t other = bits(half, 2, 3) + 8, base = bits(half, 7, 3) + 8;
	uint32_t four = bits(half, 10, 3) << 3 | bits(half, 6, 1) << 2 | bits(half, 5, 1) << 6;
	uint32_t eight = bits(half, 10, 3) << 3 | bits(half, 5, 2) << 6;
	uint32_t add = bits(half, 11, 2) << 4 | bits(half, 7, 4) << 6 | bits(half, 6, 1) << 2 |
		bits(half, 5, 1) << 3;

	switch (half >> 13) {
	case 0:
		return add ? make_i(OPCODE_IMMEDIATE, 0, other, SP, add) : 0;
	case 1:
		return make_i(OPCODE_LOAD_FP, 3, other, base, eight);
	case 2:
		return make_i(OPCODE_LOAD, 2, other, base, four);
	case 3:
		return make_i(OPCODE_LOAD, 3, other, base, eight);
	case 5:
		return make_s(OPCODE_STORE_FP, 3, base, other, eight);
	case 6:
		return make_s(OPCODE_STORE, 2, base, other, four);
	case 7:
		return make_s(OPCODE_STORE, 3, base, other, eight);
	default:
		return 0;
	}
}

static uint32_t expand_alu(uint32_t half)
{
	uint32_t dst = bits(half, 7, 3) + 8, other = bits(half, 2, 3) + 8;
	uint32_t shift = bits(half, 12, 1) << 5 | bits(half, 2, 5);

	switch (bits(half, 10, 2)) {
	case 0:
		return make_i(OPCODE_IMMEDIATE, 5, dst, dst, shift);
	case 1:
		return make_i(OPCODE_IMMEDIATE, 5, dst, dst, shift | 1u << 10);
	case 2:
		return make_i(OPCODE_IMMEDIATE, 7, dst, dst, number_ci(half));
	default:
		break;
	}
	static const uint8_t kinds[4] = {0, 4, 6, 7}; /* sub, xor, or, and */
	uint32_t kind = bits(half, 5, 2);
	if (!bits(half, 12, 1))
		return make_r(OPCODE_REGISTER, kinds[kind], kind ? 0 : 0x20, dst, other);
	return kind < 2 ? make_r(OPCODE_REGISTER_WORD, 0, kind ? 0 : 0x20, dst, other) : 0;
}

static uint32_t number_cj(uint32_t half)
{
	return bits(half, 12, 1) * 0x1ff800 | bits(half, 11, 1) << 4 | bits(half, 9, 2) << 8 |
		bits(half, 8, 1) << 10 | bits(half, 7, 1) << 6 | bits(half, 6, 1) << 7 |
		bits(half, 3, 3) << 1 | bits(half, 2, 1) << 5;
}

static uint32_t number_cb(uint32_t half)
{
	return bits(half, 12, 1) * 0x1f00 | bits(half, 10, 2) << 3 | bits(half, 5, 2) << 6 |
		bits(half, 3, 2) << 1 | bits(half, 2, 1) << 5;
}

/* addi sp and lui share an encoding. */
static uint32_t expand_upper(uint32_t half, uint32_t dst)
{
	uint32_t number = bits(half, 12, 1) * 0xfffffe00 | bits(half, 6, 1) << 4 |
		bits(half, 5, 1) << 6 | bits(half, 3, 2) << 7 | bits(half, 2, 1) << 5;

	if (dst == SP)
		return number ? make_i(OPCODE_IMMEDIATE, 0, SP, SP, number) : 0;
	return number_ci(half) ? OPCODE_LUI | dst << 7 | number_ci(half) << 12 : 0;
}

static uint32_t expand_1(uint32_t half)
{
	uint32_t dst = bits(half, 7, 5), low = bits(half, 7, 3) + 8;

	switch (half >> 13) {
	case 0:
		return make_i(OPCODE_IMMEDIATE, 0, dst, dst, number_ci(half));
	case 1:
		return dst ? make_i(OPCODE_IMMEDIATE_WORD, 0, dst, dst, number_ci(half)) : 0;
	case 2:
		return make_i(OPCODE_IMMEDIATE, 0, dst, 0, number_ci(half));
	case 3:
		return expand_upper(half, dst);
	case 4:
		return expand_alu(half);
	case 5:
		return make_j(0, number_cj(half));
	default:
		return make_b(half >> 13 == 7, low, number_cb(half));
	}
}

static uint32_t expand_move(uint32_t half)
{
	uint32_t dst = bits(half, 7, 5), other = bits(half, 2, 5);
	bool link = bits(half, 12, 1);

	if (!other && !dst)
		return link ? 0x00100073 : 0; /* ebreak */
	if (!other)
		return make_i(OPCODE_JALR, 0, link ? RA : 0, dst, 0);
	return link ? make_r(OPCODE_REGISTER, 0, 0, dst, other)
		    : make_i(OPCODE_IMMEDIATE, 0, dst, other, 0);
}

static uint32_t expand_2(uint32_t half)
{
	uint32_t dst = bits(half, 7, 5), other = bits(half, 2, 5);
	uint32_t four = bits(half, 12, 1) << 5 | bits(half, 4, 3) << 2 | bits(half, 2, 2) << 6;
	uint32_t eight = bits(half, 12, 1) << 5 | bits(half, 5, 2) << 3 | bits(half, 2, 3) << 6;
	uint32_t put_four = bits(half, 9, 4) << 2 | bits(half, 7, 2) << 6;
	uint32_t put_eight = bits(half, 10, 3) << 3 | bits(half, 7, 3) << 6;

	switch (half >> 13) {
	case 0:
		return make_i(OPCODE_IMMEDIATE, 1, dst, dst,
			bits(half, 12, 1) << 5 | bits(half, 2, 5));
	case 1:
		return make_i(OPCODE_LOAD_FP, 3, dst, SP, eight);
	case 2:
		return make_i(OPCODE_LOAD, 2, dst, SP, four);
	case 3:
		return make_i(OPCODE_LOAD, 3, dst, SP, eight);
	case 4:
		return expand_move(half);
	case 5:
		return make_s(OPCODE_STORE_FP, 3, SP, other, put_eight);
	case 6:
		return make_s(OPCODE_STORE, 2, SP, other, put_four);
	default:
		return make_s(OPCODE_STORE, 3, SP, other, put_eight);
	}
}

static bool riscv64_decode(const unsigned char *bytes, size_t size, struct code_insn *insn)
{
	struct riscv riscv = {.insn = insn};

	if (size < 2)
		return false;
	uint32_t half = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
	insn->size_bytes = 2;
	switch (half & 3) {
	case 0:
		riscv.word = expand_0(half);
		break;
	case 1:
		riscv.word = expand_1(half);
		break;
	case 2:
		riscv.word = expand_2(half);
		break;
	default:
		/* No instruction has a longer format yet. */
		if (size < 4 || (half & 31) == 31)
			return false;
		insn->size_bytes = 4;
		riscv.word = half | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	}
	if (riscv.word)
		riscv64_decode_word(&riscv);
	return riscv.word != 0;
}

static const struct code_abi abi = {
	.args = {10, 11, 12, 13, 14, 15},
	.result = 10,
	.stack = SP,
	.entry = CODE_NO_REGISTER,
	.global = CODE_NO_REGISTER,
	/* ra, t0 .. t6, a0 .. a7, the temporaries. */
	.clobbered = 1ull << 1 | 7ull << 5 | 0xffull << 10 | 0xfull << 28 | 0xfull << CODE_TEMP,
};

const struct code_machine code_machine_riscv64 = {
	.machine = EM_RISCV,
	.abi = &abi,
	.decode_bytes = riscv64_decode,
	.insn_align = 2,
	.flags_cnt = 1,
};
