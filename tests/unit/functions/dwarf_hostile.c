/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug information that no compiler makes: written by hand, or a real one damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/dwarf_fixture.h"
#include "functions/dwarf/walk.h"
#include "util/array.h"

/* Abbreviations: 1 unit, 2 function with origin, 3 block, 4 inlined, 5 function with all, 6 sibling. */
static const char abbreviations[] =
	".section .debug_abbrev,\"\",@progbits\n"
	".uleb128 1,0x11\n.byte 1\n.uleb128 0x3,0x8,0,0\n"
	".uleb128 2,0x2e\n.byte 0\n.uleb128 0x31,0x13,0,0\n"
	".uleb128 3,0xb\n.byte 1\n.uleb128 0,0\n"
	".uleb128 4,0x1d\n.byte 0\n.uleb128 0x31,0x13,0,0\n"
	".uleb128 5,0x2e\n.byte 1\n.uleb128 0x3,0x8,0x11,0x1,0x27,0x19,0x49,0x13,0,0\n"
	".uleb128 6,0x34\n.byte 1\n.uleb128 0x1,0x13,0,0\n"
	".uleb128 7,0xf\n.byte 0\n.uleb128 0x49,0x13,0,0\n"
	".byte 0\n"
	".section .debug_info,\"\",@progbits\n"
	"begin: .long end - start\nstart: .short 4\n.long 0\n.byte 8\n"
	".uleb128 1\n.asciz \"unit.c\"\n";
static const char unit_end[] = "last: .byte 0\nend:\n.text\n.globl _start\n_start: nop\n";
#define FUNCTION(name, type) ".uleb128 5\n.asciz \"" name "\"\n.quad _start\n.long " type "\n"

/* Assembles and links `dies`; NULL: no assembler. */
static struct image *made(struct fixture *fixture, const char *dies)
{
	_cleanup_buf_ struct buf text = {0};

	*fixture = (struct fixture) {.directory = "/tmp/kcompat-dwarf.XXXXXX"};
	assert_non_null(mkdtemp(fixture->directory));
	buf_printf(&text, "%s%s%s", abbreviations, dies, unit_end);
	fixture_write(fixture, "a.s", buf_text(&text));
	if (fixture_run(fixture, "as a.s -o a.o && ld a.o -o out"))
		fixture->image = fixture_image(fixture, "out");
	else
		printf("skip: no assembler\n");
	return fixture->image;
}

static bool has_limit(const struct kernel_functions *functions, const char *text)
{
	for (size_t i = 0; i < functions->limit_cnt; i++) {
		if (strstr(functions->limits[i], text))
			return true;
	}
	return false;
}

static bool load(struct fixture *fixture, const char *dies)
{
	struct functions_input input = {.debug = made(fixture, dies)};

	if (!input.debug)
		return false;
	struct error *error = dwarf_functions_load(&input, &fixture->functions);
	if (error)
		fail_msg("%s", error->what);
	return true;
}

/* Two functions that are each other's origin, one that is its own origin, one without origin. */
static void test_loops(void **state)
{
	struct fixture fixture;

	(void)state;
	if (!load(&fixture, "one: .uleb128 2\n.long two - begin\ntwo: .uleb128 2\n.long one - begin\n"
			    "self: .uleb128 2\n.long self - begin\n"
			    ".uleb128 2\n.long 0x7fffffff\n" FUNCTION("real", "0") ".byte 0\n"))
		skip();
	assert_non_null(kernel_functions_find(fixture.functions, "real"));
	assert_true(has_limit(fixture.functions, "invalid references and units"));
	fixture_end(&fixture);
}

/* Types that are their own targets print as invalid. */
static void test_type_loops(void **state)
{
	struct fixture fixture;

	(void)state;
	if (!load(&fixture, "loop: .uleb128 7\n.long loop - begin\n" FUNCTION(
			      "cyclic", "loop - begin") ".byte 0\n"
			    "sort: " FUNCTION("odd", "sort - begin") ".byte 0\n"))
		skip();
	assert_non_null(kernel_functions_find(fixture.functions, "cyclic"));
	assert_non_null(kernel_functions_find(fixture.functions, "odd"));
	fixture_end(&fixture);
}

/* A sibling that points back must not make the walk endless. */
static void test_backward_sibling(void **state)
{
	struct fixture fixture;

	(void)state;
	if (!load(&fixture, FUNCTION("before", "0") ".byte 0\n"
						    "back: .uleb128 6\n.long back - begin\n.byte 0\n"
						    ".uleb128 6\n.long 0x12\n.byte 0\n"))
		skip();
	assert_non_null(kernel_functions_find(fixture.functions, "before"));
	fixture_end(&fixture);
}

static void test_depth(void **state)
{
	_cleanup_buf_ struct buf dies = {0};
	struct fixture fixture;

	(void)state;
	buf_puts(&dies, FUNCTION("deep", "0"));
	for (int i = 0; i < 100000; i++)
		buf_puts(&dies, ".uleb128 3\n");
	if (!load(&fixture, buf_text(&dies)))
		skip();
	assert_non_null(kernel_functions_find(fixture.functions, "deep"));
	assert_true(has_limit(fixture.functions, "nested too deeply"));
	fixture_end(&fixture);
}

static void test_names(void **state)
{
	struct fixture fixture;

	(void)state;
	if (!load(&fixture, FUNCTION("good", "0") ".byte 0\n" FUNCTION(
			      "e\\033[31mvil", "0") ".byte 0\n" FUNCTION("two words", "0") ".byte 0\n"))
		skip();
	assert_non_null(kernel_functions_find(fixture.functions, "good"));
	for (size_t i = 0; i < fixture.functions->cnt; i++)
		assert_true(function_name_is_sane(fixture.functions->list[i].name));
	assert_true(has_limit(fixture.functions, "not a valid symbol"));
	fixture_end(&fixture);
}

/* A damaged file gives an error with a message, or a consistent model. */
static void check_damaged(const unsigned char *data, size_t size)
{
	struct kernel_functions *functions = NULL;
	struct image *image = NULL;
	void *copy = malloc(size);

	memcpy(copy, data, size);
	struct error *error = image_create(copy, size, &image);
	struct functions_input input = {.debug = image, .threads = 2};
	if (!error)
		error = functions_load(&input, &functions);
	assert_true(!error != !functions);
	for (size_t i = 1; functions && i < functions->cnt; i++)
		assert_true(strcmp(functions->list[i - 1].name, functions->list[i].name) < 0);
	if (error)
		assert_true(*error->what);
	error_free(error);
	kernel_functions_destroy(functions);
	image_destroy(image);
}

/* Damages each section at many places. The seed makes this repeatable. */
static void test_damaged(void **state)
{
	static const char *const commands[] = {
		"gcc -g -O2 -nostdlib -static -no-pie -ffreestanding a.c b.c -o out",
		"gcc -g -gdwarf-4 -O2 -c a.c -o out",
		"gcc -g -gz=zlib -O2 -c a.c -o out",
	};
	uint32_t seed = 12345;

	(void)state;
	for (size_t c = 0; c < ARRAY_SIZE(commands); c++) {
		struct file_bytes bytes;
		struct fixture fixture;
		fixture_begin(&fixture);
		if (!fixture_run(&fixture, commands[c])) {
			printf("skip: no gcc\n");
			fixture_end(&fixture);
			skip();
		}
		assert_null(file_read(fixture.directory, "/out", &bytes));
		for (size_t i = 0; i < 400; i++) {
			unsigned char before[4];
			size_t at[4];
			for (int n = 0; n < 4; n++) {
				seed = seed * 1664525 + 1013904223;
				at[n] = 64 + (seed >> 4) % (bytes.size - 64);
				before[n] = bytes.data[at[n]];
				bytes.data[at[n]] = n & 1 ? (unsigned char)(seed >> 20) : 0xff;
			}
			check_damaged(bytes.data, bytes.size);
			for (int n = 4; n-- > 0;)
				bytes.data[at[n]] = before[n];
		}
		for (size_t size = 64; size < bytes.size; size += bytes.size / 60)
			check_damaged(bytes.data, size);
		file_bytes_deinit(&bytes);
		fixture_end(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_type_loops),
		cmocka_unit_test(test_backward_sibling),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
