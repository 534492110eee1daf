/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of kernels, and the built-in list. */
#include "lab/arch.h"
#include "lab/embed.h"
#include "lab/kernels.h"
#include "util/array.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct error *parse(const char *text, struct lab_kernels *list)
{
	return lab_kernels_parse(text, strlen(text), list);
}

static void test_parse(void **state)
{
	struct lab_kernels list;

	(void)state;
	assert_null(parse("# a comment\n\n  \nsid,exp  arm64 linux-image-.*  arm64-7.3-16k\tquick\n"
			  "bookworm amd64 p amd64-6.1 -",
		&list));
	assert_int_equal(list.cnt, 2);
	assert_string_equal(list.kernels[0].suites, "sid,exp");
	assert_string_equal(list.kernels[0].arch, "arm64");
	assert_string_equal(list.kernels[0].pattern, "linux-image-.*");
	assert_string_equal(list.kernels[0].name, "arm64-7.3-16k");
	assert_int_equal(list.kernels[0].level, LAB_LEVEL_QUICK);
	assert_int_equal(list.kernels[1].level, LAB_LEVEL_NONE);
	lab_kernels_deinit(&list);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{"# one\na b c d\n", "line 2: not five words"},
		{"a b c d lab e\n", "line 1: not five words"},
		{"a b c d maybe\n", "line 1: maybe: not -, lab or quick"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct lab_kernels list;
		struct error *error = parse(wrong[i].text, &list);
		assert_non_null(error);
		assert_non_null(strstr(error->what, wrong[i].says));
		error_free(error);
	}
}

static void test_meant(void **state)
{
	const struct lab_kernel kernel = {.name = "arm64-7.2-16k", .arch = "arm64"};

	(void)state;
	assert_true(lab_kernel_is(&kernel, "arm64-7.2-16k"));
	assert_true(lab_kernel_is(&kernel, "arm64"));
	assert_true(lab_kernel_is(&kernel, "*-7.2*"));
	assert_false(lab_kernel_is(&kernel, "arm64-7.2"));
	assert_false(lab_kernel_is(&kernel, "arm"));
	assert_false(lab_kernel_is(&kernel, ""));
}

/* Names have one form and are unique. The lab can boot every kernel that it is to boot. */
static void test_built_in(void **state)
{
	struct lab_kernels list;
	size_t booted = 0;

	(void)state;
	assert_null(lab_kernels_parse(
		embed_lab_kernels, (size_t)(embed_lab_kernels_end - embed_lab_kernels), &list));
	for (size_t i = 0; i < list.cnt; i++) {
		const struct lab_kernel *kernel = &list.kernels[i];
		size_t len = strlen(kernel->arch);
		assert_memory_equal(kernel->name, kernel->arch, len);
		assert_int_equal(kernel->name[len], '-');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(list.kernels[k].name, kernel->name);
		if (kernel->level == LAB_LEVEL_NONE)
			continue;
		assert_non_null(lab_arch_named(kernel->arch));
		booted++;
	}
	assert_true(booted > 30);
	lab_kernels_deinit(&list);
}

static void test_arch(void **state)
{
	(void)state;
	assert_string_equal(lab_arch_of_elf(EM_PPC64, false)->name, "ppc64el");
	assert_null(lab_arch_of_elf(EM_PPC64, true));
	assert_string_equal(lab_arch_of_elf(EM_S390, true)->name, "s390x");
	assert_null(lab_arch_of_elf(EM_ARM, false));
	assert_null(lab_arch_named("armhf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_meant),
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_arch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
