/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug information, written by hand, that only the symbols of its file complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture/dwarf_fixture.h"

/*
 * Abbreviations: 1 unit; 2 function with code; 3 abstract function; 4, 5 static and global function
 * without code; 6 code of an abstract function; 7, 8 call, of DWARF 5 and of GNU; 9 inlined body.
 */
static const char debug_information[] =
	".section .debug_abbrev,\"\",@progbits\n"
	".uleb128 1,0x11\n.byte 1\n.uleb128 0x3,0x8,0,0\n"
	".uleb128 2,0x2e\n.byte 0\n.uleb128 0x3,0x8,0x11,0x1,0x3f,0x19,0,0\n"
	".uleb128 3,0x2e\n.byte 1\n.uleb128 0x3,0x8,0,0\n"
	".uleb128 4,0x2e\n.byte 0\n.uleb128 0x3,0x8,0,0\n"
	".uleb128 5,0x2e\n.byte 0\n.uleb128 0x3,0x8,0x3f,0x19,0,0\n"
	".uleb128 6,0x2e\n.byte 1\n.uleb128 0x31,0x13,0x11,0x1,0,0\n"
	".uleb128 7,0x48\n.byte 0\n.uleb128 0x7f,0x13,0x7d,0x1,0,0\n"
	".uleb128 8,0x4109\n.byte 0\n.uleb128 0x31,0x13,0x11,0x1,0,0\n"
	".uleb128 9,0x1d\n.byte 0\n.uleb128 0x31,0x13,0,0\n"
	".byte 0\n"
	".section .debug_info,\"\",@progbits\n"
	"begin: .long end - start\nstart: .short 4\n.long 0\n.byte 8\n"
	".uleb128 1\n.asciz \"unit.c\"\n"
	"poke_die: .uleb128 2\n.asciz \"poke\"\n.quad poke\n"
	"other_die: .uleb128 2\n.asciz \"other\"\n.quad other\n"
	"put_die: .uleb128 3\n.asciz \"put\"\n"
	".uleb128 7\n.long poke_die - begin\n.quad in_put\n"
	".uleb128 8\n.long poke_die - begin\n.quad in_put\n"
	".uleb128 7\n.long poke_die - begin\n.quad in_other\n"
	".byte 0\n"
	"half_die: .uleb128 4\n.asciz \"half\"\n"
	".uleb128 6\n.long put_die - begin\n.quad put\n"
	".uleb128 9\n.long half_die - begin\n"
	".byte 0\n"
	".uleb128 4\n.asciz \"twin\"\n"
	".uleb128 4\n.asciz \"nowhere\"\n"
	".uleb128 5\n.asciz \"shared\"\n"
	".uleb128 5\n.asciz \"shared\"\n"
	".byte 0\nend:\n";

#define CODE(name, body) ".type " name ",%function\n" name ": nop\n" body "nop\n.size " name ", . - " name "\n"
static const char code[] =
	".text\n.globl _start, poke, other, shared\n"
	CODE("_start", "") CODE("poke", "") CODE("put", "in_put: ") CODE("other", "in_other: ")
	CODE("twin", "") CODE("half", "") CODE("shared", "");

static int begin(void **state)
{
	static struct fixture fixture;
	char text[sizeof(debug_information) + sizeof(code)];

	fixture = (struct fixture) {.directory = "/tmp/kcompat-dwarf.XXXXXX"};
	assert_non_null(mkdtemp(fixture.directory));
	snprintf(text, sizeof(text), "%s%s", debug_information, code);
	fixture_write(&fixture, "a.s", text);
	*state = &fixture;
	if (!fixture_run(&fixture, "as a.s -o a.o && ld a.o -o out")) {
		printf("skip: no assembler\n");
		return 0;
	}
	fixture.image = fixture_image(&fixture, "out");
	const struct functions_input input = {.debug = fixture.image};
	struct error *error = dwarf_functions_load(&input, &fixture.functions);
	if (error)
		fail_msg("%s", error->what);
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

static const struct kernel_function *get(void **state, const char *name)
{
	const struct fixture *fixture = *state;

	if (!fixture->functions)
		skip();
	const struct kernel_function *function = kernel_functions_find(fixture->functions, name);
	if (!function)
		fail_msg("%s is missing", name);
	return function;
}

/* The calls stand beside the abstract function; one of them is in code of another one. */
static void test_calls_of_abstract(void **state)
{
	const struct kernel_function *poke = get(state, "poke");

	assert_int_equal(poke->instance_cnt, 1);
	assert_int_equal(poke->instances[0].direct_cnt, 1);
	assert_string_equal(poke->instances[0].direct[0].function, "put");
	assert_int_equal(poke->instances[0].direct[0].cnt, 2);
}

/* Functions with equal code share one address. The debug information has only one of their names. */
static void test_code_by_symbol(void **state)
{
	const struct kernel_function *twin = get(state, "twin"), *half = get(state, "half");

	assert_int_equal(twin->symbol_cnt, 1);
	assert_int_equal(function_inline(twin), FUNCTION_INLINE_NO);
	assert_true(twin->instances[0].has_address);
	assert_int_equal(twin->instances[0].address, twin->symbols[0].address);
	assert_int_equal(function_inline(half), FUNCTION_INLINE_SELECTIVE);
	assert_int_equal(half->instances[0].inline_site_cnt, 1);
	assert_int_equal(half->instances[0].address, half->symbols[0].address);
	assert_int_equal(function_inline(get(state, "nowhere")), FUNCTION_INLINE_GONE);
	assert_false(get(state, "nowhere")->instances[0].has_address);
}

/* The symbol can be either of two definitions. */
static void test_one_symbol_of_two(void **state)
{
	const struct kernel_function *shared = get(state, "shared");

	assert_int_equal(shared->instance_cnt, 2);
	assert_int_equal(function_inline(shared), FUNCTION_INLINE_UNKNOWN);
	assert_false(shared->instances[0].has_address || shared->instances[1].has_address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_of_abstract),
		cmocka_unit_test(test_code_by_symbol),
		cmocka_unit_test(test_one_symbol_of_two),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
