/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic and comparison instructions of ppc64le. */
#include "code/ppc64.h"
#include "util/array.h"

struct code_op *ppc_alu(struct ppc *ppc, enum code_alu kind, uint8_t dst, struct code_operand a,
	struct code_operand b)
{
	struct code_op *op = code_add_op(ppc->insn, CODE_ALU);

	op->alu = (uint8_t)kind;
	op->dst = dst;
	op->a = a;
	op->b = b;
	return op;
}

static struct code_op *ppc64_alu_compare(
	struct ppc *ppc, uint8_t flags, struct code_operand a, struct code_operand b)
{
	struct code_op *op = code_add_op(ppc->insn, CODE_COMPARE);

	op->alu = ALU_SUB;
	op->cond = COND_ALWAYS;
	op->flags = flags;
	op->a = a;
	op->b = b;
	return op;
}

/* "Rc": condition field 0 has the result's sign. */
static void ppc64_alu_record(struct ppc *ppc, bool wanted, uint8_t dst)
{
	if (wanted)
		ppc64_alu_compare(ppc, 0, code_operand_reg(dst), code_operand_number(0));
}

void ppc_forget_flags(struct ppc *ppc, uint8_t flags)
{
	code_add_op(ppc->insn, CODE_FORGET)->flags = flags;
}

void ppc_forget(struct ppc *ppc, uint8_t reg)
{
	code_add_op(ppc->insn, CODE_FORGET)->dst = reg;
}


/* Carry becomes 1 if the condition holds for a and b, else 0. */
static void set_carry(struct ppc *ppc, enum code_condition condition, struct code_operand a,
	struct code_operand b)
{
	ppc64_alu_compare(ppc, CODE_FLAGS_SCRATCH, a, b);
	struct code_op *op = code_add_op(ppc->insn, CODE_SELECT);
	op->flags = CODE_FLAGS_SCRATCH;
	op->cond = (uint8_t)condition;
	op->dst = CODE_PPC_CARRY;
	op->a = code_operand_number(1);
	op->b = code_operand_number(0);
}

/* Bit `bit` of the condition register, or its opposite. */
enum code_condition ppc_condition(unsigned int bit, bool set)
{
	static const uint8_t conditions[4][2] = {
		{COND_GES, COND_LTS},
		{COND_LES, COND_GTS},
		{COND_NE, COND_EQ},
		{COND_UNKNOWN, COND_UNKNOWN}, /* overflow, or unordered */
	};

	return (enum code_condition)conditions[bit & 3][set];
}

/* add, or, ... of a register and a 16-bit immediate. */
static const struct {
	uint8_t opcode, alu;
	bool sign, shifted, record;
} immediate_insns[] = {
	{14, ALU_ADD, true, false, false},
	{15, ALU_ADD, true, true, false},
	{24, ALU_OR, false, false, false},
	{25, ALU_OR, false, true, false},
	{26, ALU_XOR, false, false, false},
	{27, ALU_XOR, false, true, false},
	{28, ALU_AND, false, false, true},
	{29, ALU_AND, false, true, true},
};

static bool ppc64_alu_decode_immediate(struct ppc *ppc)
{
	unsigned int opcode = ppc->word >> 26;

	for (size_t i = 0; i < ARRAY_SIZE(immediate_insns); i++) {
		bool add = immediate_insns[i].alu == ALU_ADD;
		if (immediate_insns[i].opcode != opcode)
			continue;
		uint64_t number =
			immediate_insns[i].sign ? ppc_low_signed(ppc) : ppc->word & UINT16_MAX;
		if (immediate_insns[i].shifted)
			number <<= 16;
		uint8_t dst = add ? ppc_rt(ppc) : ppc_ra(ppc);
		if (opcode >= 24 && opcode <= 27 && !number && ppc_rt(ppc) == ppc_ra(ppc))
			return true; /* nop, and hints that look like it */
		ppc_alu(ppc, (enum code_alu)immediate_insns[i].alu, dst,
			add ? ppc_base(ppc) : code_operand_reg(ppc_rt(ppc)),
			code_operand_number(number));
		ppc64_alu_record(ppc, immediate_insns[i].record, dst);
		return true;
	}
	return false;
}

/* addic, addic. and subfic: with carry. */
static void decode_carrying(struct ppc *ppc)
{
	struct code_operand a = code_operand_reg(ppc_ra(ppc));
	struct code_operand number = code_operand_number(ppc_low_signed(ppc));
	unsigned int opcode = ppc->word >> 26;

	if (opcode == 8) {
		set_carry(ppc, COND_GEU, number, a);
		ppc_alu(ppc, ALU_SUB, ppc_rt(ppc), number, a);
		return;
	}
	set_carry(ppc, COND_GTU, a, code_operand_number(~ppc_low_signed(ppc)));
	ppc_alu(ppc, ALU_ADD, ppc_rt(ppc), a, number);
	ppc64_alu_record(ppc, opcode == 13, ppc_rt(ppc));
}

static void ppc64_alu_decode_compare(struct ppc *ppc, struct code_operand b, bool without_sign)
{
	struct code_op *op =
		ppc64_alu_compare(ppc, ppc_condition_field(ppc), code_operand_reg(ppc_ra(ppc)), b);

	op->width_bytes = ppc->word >> 21 & 1 ? 8 : 4;
	op->unsigned_order = without_sign;
}

/* The bits from `first` to `last`, counted from the highest, as in the manual. */
static uint64_t mask_of(unsigned int first, unsigned int last)
{
	return UINT64_MAX >> first & UINT64_MAX << (63 - last);
}

/* Rotates `width` bytes of the source left and keeps the bits of `mask`. */
static struct code_operand turned(
	struct ppc *ppc, unsigned int turn, uint64_t mask, unsigned int width)
{
	struct code_operand source = code_operand_reg(ppc_rt(ppc));
	struct code_operand up = code_operand_reg(CODE_TEMP), down = code_operand_reg(CODE_TEMP + 1);
	uint64_t from_below = (1ull << turn) - 1;

	if (!turn)
		return source;
	ppc_alu(ppc, ALU_SHL, CODE_TEMP, source, code_operand_number(turn))->width_bytes =
		(uint8_t)width;
	ppc_alu(ppc, ALU_SHR, CODE_TEMP + 1, source, code_operand_number(width * 8 - turn))
		->width_bytes = (uint8_t)width;
	if (!(mask & ~from_below))
		return down;
	if (mask & from_below)
		ppc_alu(ppc, ALU_OR, CODE_TEMP, up, down);
	return up;
}

/* `insert`: the other bits are unchanged. */
static void rotate(
	struct ppc *ppc, unsigned int turn, uint64_t mask, unsigned int width, bool insert)
{
	struct code_operand value = turned(ppc, turn, mask, width);
	struct code_operand taken = code_operand_reg(CODE_TEMP), kept = code_operand_reg(CODE_TEMP + 1);

	ppc_alu(ppc, ALU_AND, insert ? CODE_TEMP : ppc_ra(ppc), value, code_operand_number(mask));
	if (insert) {
		ppc_alu(ppc, ALU_AND, CODE_TEMP + 1, code_operand_reg(ppc_ra(ppc)),
			code_operand_number(~mask));
		ppc_alu(ppc, ALU_OR, ppc_ra(ppc), taken, kept);
	}
	ppc64_alu_record(ppc, ppc->word & 1, ppc_ra(ppc));
}

static void forget_rotated(struct ppc *ppc)
{
	ppc_forget(ppc, ppc_ra(ppc));
	ppc64_alu_record(ppc, ppc->word & 1, ppc_ra(ppc));
}

/* rlwimi, rlwinm; rlwnm rotates by a register. */
static void decode_rotate_word(struct ppc *ppc)
{
	unsigned int first = ppc_field(ppc, 6), last = ppc_field(ppc, 1), opcode = ppc->word >> 26;

	if (opcode == 23 || first > last)
		forget_rotated(ppc);
	else
		rotate(ppc, ppc_rb(ppc), mask_of(32 + first, 32 + last), 4, opcode == 20);
}

/* rldicl, rldicr, rldic, rldimi; those above rotate by a register. */
static void decode_rotate(struct ppc *ppc)
{
	unsigned int kind = ppc->word >> 2 & 7, turn = ppc_rb(ppc) | (ppc->word & 2) << 4;
	unsigned int edge = ppc_field(ppc, 6) | (ppc->word & 32);
	unsigned int first = kind == 1 ? 0 : edge;
	unsigned int last = kind == 0 ? 63 : kind == 1 ? edge : 63 - turn;

	if (kind > 3 || first > last)
		forget_rotated(ppc);
	else
		rotate(ppc, turn, mask_of(first, last), 8, kind == 3);
}

/* slw, srw, sld, srd: the result is 0 if the amount's bit for the width is set. */
static bool decode_shift(struct ppc *ppc, unsigned int number)
{
	bool left = number == 24 || number == 27, word = number == 24 || number == 536;
	struct code_operand amount = code_operand_reg(ppc_rb(ppc));

	if (!left && number != 536 && number != 539)
		return false;
	ppc_alu(ppc, left ? ALU_SHL : ALU_SHR, CODE_TEMP, code_operand_reg(ppc_rt(ppc)), amount)
		->width_bytes = word ? 4 : 8;
	ppc64_alu_compare(ppc, CODE_FLAGS_SCRATCH, amount, code_operand_number(word ? 32 : 64))->alu = ALU_AND;
	struct code_op *op = code_add_op(ppc->insn, CODE_SELECT);
	op->flags = CODE_FLAGS_SCRATCH;
	op->cond = COND_EQ;
	op->dst = ppc_ra(ppc);
	op->a = code_operand_reg(CODE_TEMP);
	ppc64_alu_record(ppc, ppc->word & 1, ppc_ra(ppc));
	return true;
}

/* rt = a alu b, or ra = rt alu b */
static const struct {
	uint16_t number;
	uint8_t alu, width;
	bool sum, invert;
} register_insns[] = {
	{266, ALU_ADD, 8, true, false},
	{28, ALU_AND, 8, false, false},
	{60, ALU_AND, 8, false, true},
	{444, ALU_OR, 8, false, false},
	{412, ALU_OR, 8, false, true},
	{316, ALU_XOR, 8, false, false},
	{284, ALU_XOR, 8, false, true},
};

static struct code_operand ppc64_alu_inverted(struct ppc *ppc, uint8_t reg)
{
	ppc_alu(ppc, ALU_XOR, CODE_TEMP, code_operand_reg(reg), code_operand_number(UINT64_MAX));
	return code_operand_reg(CODE_TEMP);
}

static bool decode_plain(struct ppc *ppc, unsigned int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(register_insns); i++) {
		bool sum = register_insns[i].sum;
		if (register_insns[i].number != number)
			continue;
		uint8_t dst = sum ? ppc_rt(ppc) : ppc_ra(ppc), a = sum ? ppc_ra(ppc) : ppc_rt(ppc);
		bool copy = number == 444 && a == ppc_rb(ppc);
		struct code_operand b = register_insns[i].invert ? ppc64_alu_inverted(ppc, ppc_rb(ppc))
								 : code_operand_reg(ppc_rb(ppc));
		ppc_alu(ppc, copy ? ALU_COPY : (enum code_alu)register_insns[i].alu, dst,
			code_operand_reg(a), b);
		ppc64_alu_record(ppc, ppc->word & 1, dst);
		return true;
	}
	return false;
}

/* Operations other than register sums and bitwise ones, except for carries. */
static bool decode_difference(struct ppc *ppc, unsigned int number)
{
	struct code_operand a = code_operand_reg(ppc_ra(ppc)), b = code_operand_reg(ppc_rb(ppc));

	switch (number) {
	case 40: /* subf */
		ppc_alu(ppc, ALU_SUB, ppc_rt(ppc), b, a);
		break;
	case 8: /* subfc */
		set_carry(ppc, COND_GEU, b, a);
		ppc_alu(ppc, ALU_SUB, ppc_rt(ppc), b, a);
		break;
	case 10: /* addc */
		set_carry(ppc, COND_GTU, a, ppc64_alu_inverted(ppc, ppc_rb(ppc)));
		ppc_alu(ppc, ALU_ADD, ppc_rt(ppc), a, b);
		break;
	case 104: /* neg */
		ppc_alu(ppc, ALU_SUB, ppc_rt(ppc), code_operand_number(0), a);
		break;
	default:
		return false;
	}
	ppc64_alu_record(ppc, ppc->word & 1, ppc_rt(ppc));
	return true;
}

/* Sums with carry in: their carry out is not followed. */
static bool decode_carried(struct ppc *ppc, unsigned int number)
{
	struct code_operand a = code_operand_reg(ppc_ra(ppc)), b = code_operand_reg(ppc_rb(ppc));
	struct code_operand sum = code_operand_reg(CODE_TEMP);
	struct code_operand minus_one = code_operand_number(UINT64_MAX);

	switch (number) {
	case 138: /* adde */
		ppc_alu(ppc, ALU_ADD, CODE_TEMP, a, b);
		break;
	case 136: /* subfe of a register with itself: independent of its value */
		if (ppc_ra(ppc) != ppc_rb(ppc)) {
			ppc_alu(ppc, ALU_SUB, CODE_TEMP, b, a);
			ppc_alu(ppc, ALU_ADD, CODE_TEMP, sum, minus_one);
		} else {
			ppc_alu(ppc, ALU_COPY, CODE_TEMP, minus_one, minus_one);
		}
		break;
	case 202: /* addze */
		ppc_alu(ppc, ALU_COPY, CODE_TEMP, a, a);
		break;
	case 234: /* addme */
		ppc_alu(ppc, ALU_ADD, CODE_TEMP, a, minus_one);
		break;
	case 200: /* subfze */
		ppc_alu(ppc, ALU_XOR, CODE_TEMP, a, minus_one);
		break;
	default:
		return false;
	}
	ppc_alu(ppc, ALU_ADD, ppc_rt(ppc), sum, code_operand_reg(CODE_PPC_CARRY));
	ppc_forget(ppc, CODE_PPC_CARRY);
	ppc64_alu_record(ppc, ppc->word & 1, ppc_rt(ppc));
	return true;
}

/* Operations on one register: sign extension, count of zero bits. Then shifts by a number. */
static bool decode_unary(struct ppc *ppc, unsigned int number)
{
	struct code_operand source = code_operand_reg(ppc_rt(ppc));
	enum code_alu kind = ALU_COPY;

	switch (number) {
	case 954:
	case 922:
	case 986:
		source.extend_bytes = number == 954 ? 1 : number == 922 ? 2 : 4;
		source.sign = true;
		break;
	case 26:
	case 58:
		kind = ALU_CLZ;
		break;
	default:
		return false;
	}
	struct code_op *op = ppc_alu(ppc, kind, ppc_ra(ppc), source, code_operand_number(0));
	op->width_bytes = number == 26 ? 4 : 8;
	ppc64_alu_record(ppc, ppc->word & 1, ppc_ra(ppc));
	return true;
}

/* srawi, sradi: the carry for negative numbers is not followed. */
static bool decode_shift_sign(struct ppc *ppc, unsigned int number)
{
	struct code_operand source = code_operand_reg(ppc_rt(ppc));
	unsigned int shift = ppc_rb(ppc) | (number == 827 ? 32 : 0);

	if (number != 824 && number != 826 && number != 827)
		return false;
	if (number == 824) {
		source.extend_bytes = 4;
		source.sign = true;
	}
	ppc_alu(ppc, ALU_SAR, ppc_ra(ppc), source, code_operand_number(shift));
	ppc_forget(ppc, CODE_PPC_CARRY);
	ppc64_alu_record(ppc, ppc->word & 1, ppc_ra(ppc));
	return true;
}

static void decode_isel(struct ppc *ppc)
{
	struct code_operand a = ppc_base(ppc);
	struct code_op *op = code_add_op(ppc->insn, CODE_SELECT);
	unsigned int bit = ppc_field(ppc, 6);

	op->flags = (uint8_t)(bit >> 2);
	op->cond = (uint8_t)ppc_condition(bit, true);
	op->dst = ppc_rt(ppc);
	op->a = a;
	op->b = code_operand_reg(ppc_rb(ppc));
}

/* setbc, setbcr, setnbc, setnbcr: a bit of the condition register, as a number. */
static bool decode_set_bit(struct ppc *ppc, unsigned int number)
{
	if ((number & ~96u) != 384)
		return false;
	struct code_op *op = code_add_op(ppc->insn, CODE_SELECT);
	op->flags = ppc_ra(ppc) >> 2;
	op->cond = (uint8_t)ppc_condition(ppc_ra(ppc), !(number & 32));
	op->dst = ppc_rt(ppc);
	op->a = code_operand_number(number & 64 ? UINT64_MAX : 1);
	return true;
}

bool ppc_decode_registers(struct ppc *ppc, unsigned int number)
{
	if (ppc_field(ppc, 1) == 15) {
		decode_isel(ppc);
		return true;
	}
	if (number == 0 || number == 32) {
		ppc64_alu_decode_compare(ppc, code_operand_reg(ppc_rb(ppc)), number == 32);
		return true;
	}
	return decode_plain(ppc, number) || decode_difference(ppc, number) ||
		decode_carried(ppc, number) || decode_unary(ppc, number) ||
		decode_shift(ppc, number) || decode_shift_sign(ppc, number) ||
		decode_set_bit(ppc, number);
}

bool ppc_decode_number(struct ppc *ppc)
{
	switch (ppc->word >> 26) {
	case 8:
	case 12:
	case 13:
		decode_carrying(ppc);
		return true;
	case 10:
		ppc64_alu_decode_compare(ppc, code_operand_number(ppc->word & UINT16_MAX), true);
		return true;
	case 11:
		ppc64_alu_decode_compare(ppc, code_operand_number(ppc_low_signed(ppc)), false);
		return true;
	case 20:
	case 21:
	case 23:
		decode_rotate_word(ppc);
		return true;
	case 30:
		decode_rotate(ppc);
		return true;
	default:
		return ppc64_alu_decode_immediate(ppc);
	}
}
