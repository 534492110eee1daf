/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Direct callers from instructions: lengths compared with capstone, callers with DWARF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <capstone/capstone.h>
#include <cmocka.h>
#include <elf.h>

#include "fixture/dwarf_fixture.h"
#include "code/code.h"
#include "functions/callers.h"
#include "util/array.h"

/* Instructions with a rare prefix, immediate or map. */
static void test_lengths(void **state)
{
	static const struct {
		const char *bytes;
		unsigned int size, length, relative;
	} cases[] = {
		{"\x90", 1, 1, 0},
		{"\xe8\1\2\3\4", 5, 5, 4},
		{"\x66\xe8\1\2\3\4", 6, 6, 4},
		{"\xeb\xfe", 2, 2, 1},
		{"\x0f\x84\1\2\3\4", 6, 6, 4},
		{"\x3e\x2e\x75\x10", 4, 4, 1},
		{"\x48\xb8\1\2\3\4\5\6\7\x8", 10, 10, 0},
		{"\x66\xb8\1\2", 4, 4, 0},
		{"\xb8\1\2\3\4", 5, 5, 0},
		{"\x48\xa1\1\2\3\4\5\6\7\x8", 10, 10, 0},
		{"\x67\xa1\1\2\3\4", 6, 6, 0},
		{"\xf6\xc0\1", 3, 3, 0},
		{"\xf6\xd0", 2, 2, 0},
		{"\xf7\x05\1\2\3\4\5\6\7\x8", 10, 10, 0},
		{"\x66\xf7\xc0\1\2", 5, 5, 0},
		{"\x48\x81\xc4\1\2\3\4", 7, 7, 0},
		{"\xc8\1\2\3", 4, 4, 0},
		{"\xc2\1\2", 3, 3, 0},
		{"\x0f\x01\xca", 3, 3, 0},
		{"\xf3\x0f\x1e\xfa", 4, 4, 0},
		{"\x0f\x1f\x84\0\1\2\3\4", 8, 8, 0},
		{"\x0f\x3a\x0f\xc1\x08", 5, 5, 0},
		{"\x66\x0f\x38\xf6\x04\x25\1\2\3\4", 10, 10, 0},
		{"\x0f\x20\xd8", 3, 3, 0},
		{"\xc5\xf8\x77", 3, 3, 0},
		{"\xc5\xf9\x70\xc1\x1b", 5, 5, 0},
		{"\xc4\xe3\x7d\x39\xc1\x01", 6, 6, 0},
		{"\xc4\xe2\x71\xf7\xc2", 5, 5, 0},
		{"\x62\xf1\x7d\x48\x6f\x47\x01", 7, 7, 0},
		{"\x62\xf3\x75\x48\x25\xc2\x96", 7, 7, 0},
		{"\x64\x48\x8b\x04\x25\x28\0\0\0", 9, 9, 0},
		{"\x0f\x0b", 2, 2, 0},
		{"\x0f\xb9\x41\x20", 4, 4, 0},
		/* No instruction, or an incomplete one. */
		{"\x06", 1, 0, 0},
		{"\x9a\1\2\3\4\5\6", 7, 0, 0},
		{"\x48\x48\x90", 3, 0, 0},
		{"\xe8\1\2\3", 4, 0, 4},
		{"\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90", 16, 0, 0},
		{"", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int relative, length = x86_length(
			(const unsigned char *)cases[i].bytes, cases[i].size, &relative);
		if (length != cases[i].length || (length && relative != cases[i].relative))
			fail_msg("case %zu: length %u, %u relative", i, length, relative);
	}
}

/* Follows one function with both decoders. Returns how many instructions agree. */
static size_t compare_function(csh handle, const unsigned char *data, size_t size, size_t *differing)
{
	cs_insn *insn = cs_malloc(handle);
	size_t agreed = 0;

	for (size_t at = 0; at < size;) {
		const uint8_t *code = data + at;
		size_t left = size - at;
		uint64_t address = 0;
		unsigned int relative;
		unsigned int length = x86_length(code, left, &relative);
		/* capstone 4 lacks some of the newest instructions. */
		if (!cs_disasm_iter(handle, &code, &left, &address, insn))
			break;
		/* UD1 has a ModRM byte, which capstone 4 omits. */
		if (length != insn->size && !(data[at] == 0x0f && data[at + 1] == 0xb9)) {
			++*differing;
			break;
		}
		agreed++;
		at += length;
	}
	cs_free(insn, 1);
	return agreed;
}

/* This program, or the kernels in KCOMPAT_IMAGES. */
static void compare_file(const char *path)
{
	_cleanup_pool_ struct pool pool = {0};
	struct code_symbols symbols;
	struct file_bytes bytes;
	struct image *image;
	size_t agreed = 0, differing = 0;
	csh handle;

	assert_null(file_read("", path, &bytes));
	assert_null(image_create(bytes.data, bytes.size, &image));
	if (image->machine != EM_X86_64) {
		image_destroy(image);
		return;
	}
	assert_null(code_symbols_elf(&pool, image, &symbols));
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &handle), CS_ERR_OK);
	for (size_t i = 0; i < symbols.cnt; i++) {
		const struct code_symbol *symbol = &symbols.list[i];
		const unsigned char *code = symbol->function && symbol->size_bytes
			? image_at(image, symbol->address, symbol->size_bytes)
			: NULL;
		if (code)
			agreed += compare_function(handle, code, symbol->size_bytes, &differing);
	}
	cs_close(&handle);
	image_destroy(image);
	if (differing * 100000 > agreed || agreed < 10000)
		fail_msg("%s: %zu instructions agree, %zu differ", path, agreed, differing);
}

static void for_each_image(void (*each)(const char *path))
{
	const char *paths = getenv("KCOMPAT_IMAGES");
	char *copy = strdup(paths ? paths : ""), *rest = NULL;

	for (char *path = strtok_r(copy, ":", &rest); path; path = strtok_r(NULL, ":", &rest))
		each(path);
	free(copy);
}

static void test_lengths_of_programs(void **state)
{
	(void)state;
	compare_file("/proc/self/exe");
	for_each_image(compare_file);
}

/* Counts the calls of `instances` by functions of that name. */
static unsigned int calls(const struct kernel_function *function, const char *caller)
{
	unsigned int cnt = 0;

	for (size_t i = 0; function && i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		for (size_t c = 0; c < instance->direct_cnt; c++)
			cnt += strcmp(instance->direct[c].function, caller) ? 0 : instance->direct[c].cnt;
	}
	return cnt;
}

/*
 * Counts the pairs of names in debug information, and how many the code shows too. Some functions
 * have no symbol of their name: they are not defined, or the build added a prefix. The code does
 * not show them.
 */
static void count_pairs(const struct kernel_functions *dwarf, const struct kernel_functions *code,
	size_t *pairs, size_t *found)
{
	for (size_t i = 0; i < dwarf->cnt; i++) {
		const struct kernel_function *function = &dwarf->list[i];
		const struct kernel_function *other = kernel_functions_find(code, function->name);
		for (size_t n = 0; n < function->instance_cnt; n++) {
			const struct function_instance *instance = &function->instances[n];
			if (!function->symbol_cnt || instance->renamed)
				continue;
			for (size_t c = 0; c < instance->direct_cnt; c++) {
				++*pairs;
				*found += calls(other, instance->direct[c].function) > 0;
			}
		}
	}
}

static bool is_read(const struct kernel_functions *functions)
{
	return functions->machine == EM_X86_64 || functions->machine == EM_AARCH64;
}

static void load_both(const struct image *image, struct kernel_functions **dwarf,
	struct kernel_functions **code)
{
	const struct functions_input input = {.debug = image};

	assert_null(dwarf_functions_load(&input, dwarf));
	assert_null(code_functions_load(&input, code));
}

/* 99.7 % of the pairs. The rest are functions that share one address. */
static void compare_callers(const char *path)
{
	_cleanup_kernel_functions_ struct kernel_functions *dwarf = NULL, *code = NULL;
	struct file_bytes bytes;
	struct image *image;
	size_t pairs = 0, found = 0;

	assert_null(file_read("", path, &bytes));
	assert_null(image_create(bytes.data, bytes.size, &image));
	load_both(image, &dwarf, &code);
	count_pairs(dwarf, code, &pairs, &found);
	if (is_read(code) && found * 1000 < pairs * 997)
		fail_msg("%s: %zu of %zu pairs", path, found, pairs);
	image_destroy(image);
}

static void test_callers(void **state)
{
	struct fixture fixture;
	struct kernel_functions *code = NULL;
	size_t pairs = 0, found = 0;

	(void)state;
	fixture_begin(&fixture);
	if (!fixture_run(&fixture, "gcc -g -O2 -fno-stack-protector -nostdlib -static -no-pie "
				   "-ffreestanding a.c b.c -o out")) {
		printf("skip: no gcc\n");
		fixture_end(&fixture);
		skip();
	}
	fixture.image = fixture_image(&fixture, "out");
	load_both(fixture.image, &fixture.functions, &code);
	count_pairs(fixture.functions, code, &pairs, &found);
	assert_true(pairs >= 12);
	if (is_read(code)) {
		assert_int_equal(found, pairs);
		assert_int_equal(calls(kernel_functions_find(code, "copied"), "caller"), 2);
		assert_true(code->sources & 1u << FUNCTION_SOURCE_CODE);
	} else {
		assert_false(code->sources & 1u << FUNCTION_SOURCE_CODE);
	}
	assert_int_equal(function_inline(kernel_functions_find(code, "selective")),
		FUNCTION_INLINE_UNKNOWN);
	/* Two static functions of one name may be one definition or two: only DWARF says which. */
	assert_int_equal(function_collision(kernel_functions_find(code, "same")),
		FUNCTION_COLLISION_UNKNOWN);
	kernel_functions_destroy(code);
	fixture_end(&fixture);
	for_each_image(compare_callers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_lengths_of_programs),
		cmocka_unit_test(test_callers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
