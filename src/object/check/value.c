/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/value.h"

#include <linux/bpf.h>

bool value_is_stack(struct value value)
{
	return value.kind == VALUE_STACK || value.kind == VALUE_ANY_STACK;
}

struct value value_forgotten(struct value value)
{
	return (struct value) {.kind = value_is_stack(value) ? VALUE_ANY_STACK : VALUE_ANY};
}

static bool is_address(enum value_kind kind)
{
	return kind == VALUE_DATA || kind == VALUE_OPTION || kind == VALUE_STACK ||
		kind == VALUE_CONTEXT;
}

static bool is_nonzero(struct value value)
{
	return value.kind == VALUE_NONZERO || is_address(value.kind) ||
		(value.kind == VALUE_CONST && value.number);
}

static bool equal(struct value a, struct value b)
{
	return a.kind == b.kind && a.section == b.section && a.number == b.number;
}

static struct value joined(struct value a, struct value b)
{
	if (equal(a, b))
		return a;
	if (value_is_stack(a) || value_is_stack(b))
		return (struct value) {.kind = VALUE_ANY_STACK};
	return (struct value) {.kind = is_nonzero(a) && is_nonzero(b) ? VALUE_NONZERO : VALUE_ANY};
}

bool value_join(struct value *into, struct value from)
{
	if (from.kind == VALUE_NONE)
		return false;
	struct value result = into->kind == VALUE_NONE ? from : joined(*into, from);
	bool changed = !equal(*into, result);
	*into = result;
	return changed;
}

/* Division by zero gives 0, and a remainder leaves the number
 * (Documentation/bpf/standardization/instruction-set.rst). */
static bool divide(uint8_t op, uint64_t x, uint64_t y, uint64_t *ret)
{
	*ret = op == BPF_DIV ? (y ? x / y : 0) : (y ? x % y : x);
	return true;
}

static bool compute(const struct object_insn *insn, uint64_t x, uint64_t y, uint64_t *ret)
{
	bool half = BPF_CLASS(insn->code) == BPF_ALU;
	unsigned int shift = (unsigned int)y & (half ? 31 : 63);

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		*ret = x + y;
		return true;
	case BPF_SUB:
		*ret = x - y;
		return true;
	case BPF_MUL:
		*ret = x * y;
		return true;
	case BPF_OR:
		*ret = x | y;
		return true;
	case BPF_AND:
		*ret = x & y;
		return true;
	case BPF_XOR:
		*ret = x ^ y;
		return true;
	case BPF_NEG:
		*ret = 0 - x;
		return true;
	case BPF_LSH:
		*ret = x << shift;
		return true;
	case BPF_RSH:
		*ret = x >> shift;
		return true;
	case BPF_ARSH:
		*ret = half ? (uint64_t)((int32_t)x >> shift) : (uint64_t)((int64_t)x >> shift);
		return true;
	case BPF_DIV:
	case BPF_MOD:
		return !insn->off && divide(BPF_OP(insn->code), x, y, ret);
	default:
		return false;
	}
}

static struct value sign_extended(struct value value, int bits)
{
	if (value.kind != VALUE_CONST)
		return value_forgotten(value);
	return value_const(bits == 8 ? (int8_t)value.number
			: bits == 16 ? (int16_t)value.number
				     : (int32_t)value.number);
}

static struct value moved(const struct object_insn *insn, struct value from)
{
	bool half = BPF_CLASS(insn->code) == BPF_ALU;

	if (BPF_SRC(insn->code) == BPF_X && insn->off) {
		if (insn->off != 8 && insn->off != 16 && insn->off != 32)
			return (struct value) {
				.kind = VALUE_ANY}; /* a cast of an arena's address */
		from = sign_extended(from, insn->off);
	}
	if (!half)
		return from;
	if (from.kind == VALUE_CONST)
		return value_const((uint32_t)from.number);
	return (struct value) {.kind = VALUE_ANY};
}

/* An address plus or minus a number. */
static struct value displaced(uint8_t op, struct value base, struct value by)
{
	if (by.kind != VALUE_CONST || (op != BPF_ADD && op != BPF_SUB) || base.kind == VALUE_OPTION)
		return value_forgotten(base);
	base.number = (int64_t)((uint64_t)base.number +
		(op == BPF_ADD ? (uint64_t)by.number : 0 - (uint64_t)by.number));
	return base;
}

struct value value_compute(const struct object_insn *insn, struct value a, struct value b)
{
	bool half = BPF_CLASS(insn->code) == BPF_ALU;
	uint8_t op = BPF_OP(insn->code);
	uint64_t result;

	if (op == BPF_MOV)
		return moved(insn, b);
	if (op == BPF_END)
		return (struct value) {.kind = VALUE_ANY};
	if (op == BPF_XOR && BPF_SRC(insn->code) == BPF_X && insn->dst == insn->src)
		return value_const(0);
	if (op == BPF_AND && b.kind == VALUE_CONST && !b.number)
		return value_const(0);
	if (!half && is_address(a.kind))
		return displaced(op, a, b);
	if (!half && op == BPF_ADD && is_address(b.kind))
		return displaced(op, b, a);
	if (a.kind == VALUE_CONST && (b.kind == VALUE_CONST || op == BPF_NEG)) {
		uint64_t x = half ? (uint32_t)a.number : (uint64_t)a.number;
		uint64_t y = half ? (uint32_t)b.number : (uint64_t)b.number;
		if (compute(insn, x, y, &result))
			return value_const(half ? (int64_t)(uint32_t)result : (int64_t)result);
	}
	return (struct value) {.kind = !half && (value_is_stack(a) || value_is_stack(b))
			? VALUE_ANY_STACK
			: VALUE_ANY};
}

static int compare(uint8_t op, bool half, int64_t a, int64_t b)
{
	uint64_t x = half ? (uint32_t)a : (uint64_t)a, y = half ? (uint32_t)b : (uint64_t)b;
	int64_t i = half ? (int32_t)a : a, j = half ? (int32_t)b : b;

	switch (op) {
	case BPF_JEQ:
		return x == y;
	case BPF_JNE:
		return x != y;
	case BPF_JGT:
		return x > y;
	case BPF_JGE:
		return x >= y;
	case BPF_JLT:
		return x < y;
	case BPF_JLE:
		return x <= y;
	case BPF_JSET:
		return (x & y) != 0;
	case BPF_JSGT:
		return i > j;
	case BPF_JSGE:
		return i >= j;
	case BPF_JSLT:
		return i < j;
	case BPF_JSLE:
		return i <= j;
	default:
		return -1;
	}
}

int value_branch(const struct object_insn *insn, struct value a, struct value b)
{
	bool half = BPF_CLASS(insn->code) == BPF_JMP32;
	uint8_t op = BPF_OP(insn->code);

	if (a.kind == VALUE_CONST && b.kind == VALUE_CONST)
		return compare(op, half, a.number, b.number);
	bool null_test = !half && b.kind == VALUE_CONST && !b.number && a.kind != VALUE_CONST;
	if (null_test && is_nonzero(a) && (op == BPF_JEQ || op == BPF_JNE))
		return op == BPF_JNE;
	return -1;
}
