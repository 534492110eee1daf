/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"
#include "code/value.h"

/* NZCV in the encoding of arm64's ccmp. */
#define FLAG_N 8u
#define FLAG_Z 4u
#define FLAG_C 2u
#define FLAG_V 1u
#define FLAGS_UNKNOWN 0xffu

uint64_t value_mask(unsigned int width)
{
	return width >= 8 ? UINT64_MAX : (1ull << width * 8) - 1;
}

uint64_t value_extend(uint64_t number, unsigned int from, bool sign)
{
	number &= value_mask(from);
	if (sign && from < 8 && number >> (from * 8 - 1) & 1)
		number |= ~value_mask(from);
	return number;
}

struct code_value value_operand(
	const struct code_state *state, const struct code_operand *operand, unsigned int width)
{
	struct code_value value = code_number(operand->number);

	if (operand->reg != CODE_NO_REGISTER)
		value = state->regs[operand->reg];
	if (value.kind != VALUE_NUMBER)
		return operand->extend_bytes || operand->shift || width < 8
			? (struct code_value) {0}
			: value;
	if (operand->extend_bytes)
		value.number = value_extend(value.number, operand->extend_bytes, operand->sign);
	value.number = value.number << (operand->shift & 63) & value_mask(width);
	return value;
}

static uint64_t compute(enum code_alu alu, uint64_t a, uint64_t b, unsigned int width)
{
	unsigned int shift = (unsigned int)b & (width * 8 - 1);

	switch (alu) {
	case ALU_ADD:
		return a + b;
	case ALU_SUB:
		return a - b;
	case ALU_AND:
		return a & b;
	case ALU_OR:
		return a | b;
	case ALU_XOR:
		return a ^ b;
	case ALU_SHL:
		return a << shift;
	case ALU_SHR:
		return (a & value_mask(width)) >> shift;
	case ALU_SAR:
		return (uint64_t)((int64_t)value_extend(a, width, true) >> shift);
	case ALU_CLZ:
		a &= value_mask(width);
		return a ? (uint64_t)__builtin_clzll(a) - (8 - width) * 8 : width * 8;
	default:
		return a;
	}
}

/* A pointer plus a number points to the same object. */
static struct code_value move_pointer(
	enum code_alu alu, struct code_value a, struct code_value b, unsigned int width)
{
	if (width == 8 && b.kind == VALUE_NUMBER && (alu == ALU_ADD || alu == ALU_SUB)) {
		a.number = compute(alu, a.number, b.number, 8);
		return a;
	}
	if (width == 8 && a.kind == VALUE_NUMBER && alu == ALU_ADD) {
		b.number += a.number;
		return b;
	}
	return (struct code_value) {0};
}

/* Results that do not depend on the unknown side. */
static struct code_value absorb(
	enum code_alu alu, struct code_value a, struct code_value b, unsigned int width)
{
	const struct code_value *known = a.kind == VALUE_NUMBER ? &a : &b;

	if (known->kind != VALUE_NUMBER)
		return (struct code_value) {0};
	if (alu == ALU_AND && !(known->number & value_mask(width)))
		return code_number(0);
	if (alu == ALU_OR && (known->number & value_mask(width)) == value_mask(width))
		return code_number(value_mask(width));
	return (struct code_value) {0};
}

struct code_value value_alu(
	enum code_alu alu, struct code_value a, struct code_value b, unsigned int width)
{
	if (alu == ALU_UNKNOWN)
		return (struct code_value) {0};
	if (alu == ALU_COPY) {
		if (a.kind == VALUE_NUMBER)
			a.number &= value_mask(width);
		else if (width < 8)
			a = (struct code_value) {0};
		return a;
	}
	if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER)
		return code_number(compute(alu, a.number, b.number, width) & value_mask(width));
	bool pointer_a = a.kind >= VALUE_STACK, pointer_b = b.kind >= VALUE_STACK;
	if ((pointer_a && b.kind == VALUE_NUMBER) || (pointer_b && a.kind == VALUE_NUMBER))
		return move_pointer(alu, a, b, width);
	return absorb(alu, a, b, width);
}

static unsigned int subtraction_flags(uint64_t a, uint64_t b, unsigned int width)
{
	uint64_t mask = value_mask(width), sign = 1ull << (width * 8 - 1);
	uint64_t result = (a - b) & mask;

	return (result & sign ? FLAG_N : 0) | (result ? 0 : FLAG_Z) |
		((a & mask) >= (b & mask) ? FLAG_C : 0) |
		((a ^ b) & (a ^ result) & sign ? FLAG_V : 0);
}

/* N and Z of a result; C and V as after a bitwise operation. */
static unsigned int result_flags(uint64_t result, unsigned int width)
{
	result &= value_mask(width);
	return (result >> (width * 8 - 1) & 1 ? FLAG_N : 0) | (result ? 0 : FLAG_Z) | FLAG_C;
}

/* A known pointer is not null, because it points to an object. */
static unsigned int pointer_flags(const struct code_flags *flags)
{
	bool with_zero = flags->alu == ALU_AND
		? flags->a.kind == flags->b.kind && flags->a.number == flags->b.number
		: flags->b.kind == VALUE_NUMBER && !flags->b.number;

	return flags->a.kind >= VALUE_STACK && with_zero && flags->width_bytes == 8 ? FLAG_C
										    : FLAGS_UNKNOWN;
}

static unsigned int flag_bits(const struct code_flags *flags)
{
	struct code_value a = flags->a, b = flags->b;

	if (flags->literal)
		return (unsigned int)a.number & 15;
	if (flags->alu == ALU_UNKNOWN)
		return FLAGS_UNKNOWN;
	if (flags->alu == ALU_COPY)
		return a.kind == VALUE_NUMBER ? result_flags(a.number, flags->width_bytes)
					      : FLAGS_UNKNOWN;
	if (a.kind != VALUE_NUMBER || b.kind != VALUE_NUMBER) {
		struct code_value masked =
			value_alu((enum code_alu)flags->alu, a, b, flags->width_bytes);
		if (flags->alu == ALU_AND && masked.kind == VALUE_NUMBER)
			return result_flags(masked.number, flags->width_bytes);
		return pointer_flags(flags);
	}
	if (flags->alu == ALU_SUB)
		return subtraction_flags(a.number, b.number, flags->width_bytes);
	return result_flags(a.number & b.number, flags->width_bytes);
}

static bool test_bits(enum code_condition condition, unsigned int bits)
{
	bool n = bits & FLAG_N, z = bits & FLAG_Z, c = bits & FLAG_C, v = bits & FLAG_V;

	switch (condition) {
	case COND_EQ:
		return z;
	case COND_NE:
		return !z;
	case COND_LTU:
		return !c;
	case COND_GEU:
		return c;
	case COND_GTU:
		return c && !z;
	case COND_LEU:
		return !c || z;
	case COND_LTS:
		return n != v;
	case COND_GES:
		return n == v;
	case COND_GTS:
		return !z && n == v;
	case COND_LES:
		return z || n != v;
	case COND_NEGATIVE:
		return n;
	default:
		return !n;
	}
}

static enum code_condition without_sign(enum code_condition condition)
{
	switch (condition) {
	case COND_LTS:
		return COND_LTU;
	case COND_GES:
		return COND_GEU;
	case COND_GTS:
		return COND_GTU;
	case COND_LES:
		return COND_LEU;
	default:
		return condition;
	}
}

enum tristate value_condition(enum code_condition condition, const struct code_flags *flags)
{
	bool result_only = flags->alu == ALU_COPY && !flags->literal;

	if (flags->unsigned_order)
		condition = without_sign(condition);
	if (condition == COND_ALWAYS)
		return TRISTATE_YES;
	if (condition == COND_UNKNOWN)
		return TRISTATE_UNKNOWN;
	unsigned int bits = flag_bits(flags);
	/* For a sum or difference, only sign and zero are kept. The rest depends on carries. */
	bool simple = condition == COND_EQ || condition == COND_NE || condition == COND_NEGATIVE ||
		condition == COND_POSITIVE;
	if (bits == FLAGS_UNKNOWN || (result_only && !simple))
		return TRISTATE_UNKNOWN;
	return test_bits(condition, bits) ? TRISTATE_YES : TRISTATE_NO;
}
