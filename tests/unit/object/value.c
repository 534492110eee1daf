/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reachability knows of a register: results, joins and branches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "object/check/value.h"
#include "util/array.h"

#define ANY                                                                                        \
	{                                                                                          \
		.kind = VALUE_ANY                                                                  \
	}
#define NONZERO                                                                                    \
	{                                                                                          \
		.kind = VALUE_NONZERO                                                              \
	}
#define STACK(at)                                                                                  \
	{                                                                                          \
		.kind = VALUE_STACK, .number = at                                                  \
	}
#define ANY_STACK                                                                                  \
	{                                                                                          \
		.kind = VALUE_ANY_STACK                                                            \
	}
#define DATA(at)                                                                                   \
	{                                                                                          \
		.kind = VALUE_DATA, .section = 3, .number = at                                     \
	}
#define NUMBER(n)                                                                                  \
	{                                                                                          \
		.kind = VALUE_CONST, .number = n                                                   \
	}

static void check_value(struct value found, struct value expected)
{
	assert_int_equal(found.kind, expected.kind);
	assert_int_equal(found.number, expected.number);
	assert_int_equal(found.section, expected.section);
}

static void test_join(void **state)
{
	static const struct {
		struct value a, b, result;
	} rows[] = {
		{NUMBER(3), NUMBER(3), NUMBER(3)},
		{NUMBER(3), NUMBER(4), NONZERO},
		{NUMBER(0), NUMBER(4), ANY},
		{NONZERO, DATA(8), NONZERO},
		{DATA(8), DATA(8), DATA(8)},
		{STACK(-8), STACK(-16), ANY_STACK},
		{STACK(-8), NUMBER(0), ANY_STACK},
		{ANY, STACK(-8), ANY_STACK},
		{{.kind = VALUE_NONE}, NUMBER(7), NUMBER(7)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value into = rows[i].a;
		value_join(&into, rows[i].b);
		check_value(into, rows[i].result);
		/* Nothing is left to change, so a loop ends. */
		assert_false(value_join(&into, rows[i].b));
	}
}

#define ALU64(op, source) (BPF_ALU64 | (op) | (source))
#define ALU32(op, source) (BPF_ALU | (op) | (source))

static void test_compute(void **state)
{
	static const struct {
		uint8_t code;
		int16_t off;
		struct value a, b, result;
	} rows[] = {
		{ALU64(BPF_ADD, BPF_K), 0, NUMBER(2), NUMBER(3), NUMBER(5)},
		{ALU32(BPF_SUB, BPF_K), 0, NUMBER(0), NUMBER(1), NUMBER(0xffffffff)},
		{ALU64(BPF_SUB, BPF_K), 0, NUMBER(0), NUMBER(1), NUMBER(-1)},
		{ALU32(BPF_MOV, BPF_K), 0, ANY, NUMBER(-1), NUMBER(0xffffffff)},
		{ALU64(BPF_MOV, BPF_X), 8, ANY, NUMBER(0x1ff), NUMBER(-1)},
		{ALU64(BPF_AND, BPF_K), 0, ANY, NUMBER(0), NUMBER(0)},
		{ALU64(BPF_DIV, BPF_K), 0, NUMBER(7), NUMBER(0), NUMBER(0)},
		{ALU64(BPF_MOD, BPF_K), 0, NUMBER(7), NUMBER(0), NUMBER(7)},
		{ALU64(BPF_ARSH, BPF_K), 0, NUMBER(-8), NUMBER(1), NUMBER(-4)},
		{ALU32(BPF_ARSH, BPF_K), 0, NUMBER(0x80000000), NUMBER(31), NUMBER(0xffffffff)},
		{ALU64(BPF_ADD, BPF_K), 0, DATA(8), NUMBER(-4), DATA(4)},
		{ALU64(BPF_ADD, BPF_X), 0, NUMBER(16), STACK(-32), STACK(-16)},
		{ALU64(BPF_ADD, BPF_X), 0, STACK(-32), ANY, ANY_STACK},
		{ALU64(BPF_MUL, BPF_K), 0, NONZERO, NUMBER(2), ANY},
		/* The lower half of an address is any number, also 0. */
		{ALU32(BPF_MOV, BPF_X), 0, ANY, NONZERO, ANY},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct object_insn insn = {
			.code = rows[i].code, .off = rows[i].off, .dst = 1, .src = 2};
		check_value(value_compute(&insn, rows[i].a, rows[i].b), rows[i].result);
	}
}

static void test_branch(void **state)
{
	static const struct {
		uint8_t code;
		struct value a, b;
		int taken;
	} rows[] = {
		{BPF_JMP | BPF_JEQ, NUMBER(3), NUMBER(3), 1},
		{BPF_JMP | BPF_JGT, NUMBER(-1), NUMBER(1), 1},
		{BPF_JMP | BPF_JSGT, NUMBER(-1), NUMBER(1), 0},
		{BPF_JMP32 | BPF_JEQ, NUMBER(0x100000001), NUMBER(1), 1},
		{BPF_JMP | BPF_JSET, NUMBER(6), NUMBER(1), 0},
		{BPF_JMP | BPF_JEQ, NONZERO, NUMBER(0), 0},
		{BPF_JMP | BPF_JNE, DATA(0), NUMBER(0), 1},
		{BPF_JMP | BPF_JEQ, NONZERO, NUMBER(1), -1},
		{BPF_JMP32 | BPF_JEQ, NONZERO, NUMBER(0), -1},
		{BPF_JMP | BPF_JEQ, ANY, NUMBER(0), -1},
		{BPF_JMP | BPF_JEQ, ANY_STACK, NUMBER(0), -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct object_insn insn = {.code = rows[i].code};
		assert_int_equal(value_branch(&insn, rows[i].a, rows[i].b), rows[i].taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_compute),
		cmocka_unit_test(test_branch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
