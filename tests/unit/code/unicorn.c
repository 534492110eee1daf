/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A library that loses reads, or tells other addresses, is found out before it answers anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "code/emulate/emulate.h"
#include "code/emulate/unicorn.h"
#include "util/array.h"

/* What the test's library does with the callbacks that the real one would make. */
static struct {
	uc_cb_hookmem_t callback;
	void *data;
	size_t read_cnt, lost; /* read number `lost` is not told; 0: all are */
	uint64_t mask;         /* of the addresses */
} altered;

static void alter_read(
	uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	(void)data;
	if (++altered.read_cnt != altered.lost)
		altered.callback(engine, type, address & altered.mask, size, value, altered.data);
}

static uc_err alter_hook(uc_engine *engine, uc_hook *hook, int type, void *callback, void *data,
	uint64_t begin, uint64_t end, ...)
{
	altered.callback = (uc_cb_hookmem_t)callback;
	altered.data = data;
	return emulate_library()->uc_hook_add(
		engine, hook, type, (void *)alter_read, NULL, begin, end);
}

static void test_reads(void **state)
{
	static const struct {
		size_t lost;
		uint64_t mask;
		bool good;
	} cases[] = {
		{0, UINT64_MAX, true},
		{1, UINT64_MAX, false},
		{2, UINT64_MAX, false},
		{0, UINT64_MAX >> 12, false},
	};

	(void)state;
	if (emulate_missing()) {
		printf("skip: %s\n", emulate_missing());
		skip();
	}
	struct emulate_library library = *emulate_library();
	assert_true(emulate_library_reports_reads(&library));
	library.uc_hook_add = alter_hook;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		altered.read_cnt = 0;
		altered.lost = cases[i].lost;
		altered.mask = cases[i].mask;
		assert_int_equal(emulate_library_reports_reads(&library), cases[i].good);
		assert_int_equal(altered.read_cnt, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
