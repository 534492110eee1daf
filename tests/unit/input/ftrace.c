/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/kernel.h"
#include "input/system/ftrace.h"
#include "util/array.h"

static const struct {
	enum names_format format;
	const char *text;
	const char *names[4];
	size_t cnt, odd_lines;
} rows[] = {
	{NAMES_TRACEABLE, "vfs_write\nvfs_read\n", {"vfs_read", "vfs_write"}, 2, 0},
	{NAMES_TRACEABLE, "veth_xdp [veth]\nb\na.isra.0\n", {"a.isra.0", "b", "veth_xdp"}, 3, 0},
	{NAMES_TRACEABLE, "twice\nonce\ntwice [mod]\n", {"once", "twice", "twice"}, 3, 0},
	{NAMES_TRACEABLE, "__ftrace_invalid_address___64\na\n", {"a"}, 1, 0},
	{NAMES_TRACEABLE, "a\nvfs_rea", {"a"}, 1, 1},
	{NAMES_TRACEABLE, "a b\na [\na [b\n a\n\na\tb\na [b] c\n", {NULL}, 0, 7},
	{NAMES_TRACEABLE, "", {NULL}, 0, 0},
	{NAMES_KPROBE_BLACKLIST,
		"0xffffffff81000000-0xffffffff81000010\tnotify_die\n"
		"0x0000000000000000-0x0000000000000000\texc_int3\n",
		{"exc_int3", "notify_die"}, 2, 0},
	{NAMES_KPROBE_BLACKLIST, "0xffffffffc0000000-0xffffffffc0000010\tkvm_x [kvm]\n", {"kvm_x"},
		1, 0},
	/* An address without a name. */
	{NAMES_KPROBE_BLACKLIST, "0xffffffff81000000-0xffffffff81000010\t0xffffffff81000000\n",
		{NULL}, 0, 0},
	{NAMES_KPROBE_BLACKLIST,
		"notify_die\n0x-0x1\ta\n0x1-0x\ta\n0x1-0x2 a\n0x1\ta\n0x1-0x2\t\n0x1-0x2\n0x\n-\n",
		{NULL}, 0, 9},
	{NAMES_KPROBE_BLACKLIST, "0x1-0x2\tcut", {NULL}, 0, 1},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_pool_ struct pool pool = {0};
		const char **names;
		size_t cnt, odd_lines;
		assert_null(names_parse(&pool, rows[i].format, rows[i].text, strlen(rows[i].text),
			&names, &cnt, &odd_lines));
		if (cnt != rows[i].cnt || odd_lines != rows[i].odd_lines)
			fail_msg("row %zu: %zu names, %zu odd lines", i, cnt, odd_lines);
		for (size_t j = 0; j < cnt; j++)
			assert_string_equal(names[j], rows[i].names[j]);
	}
}

static void test_count(void **state)
{
	static const char *const names[] = {"a", "b", "b", "b", "d"};
	static const struct {
		const char *name;
		size_t cnt;
	} counts[] = {{"", 0}, {"a", 1}, {"b", 3}, {"c", 0}, {"d", 1}, {"e", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		assert_int_equal(names_count(names, 5, counts[i].name), counts[i].cnt);
	assert_int_equal(names_count(NULL, 0, "a"), 0);
}

static void test_tree(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_names(&kernel, "tests/fixtures/roots/debian-6.1-cloud"));
	assert_int_equal(
		names_count(kernel.traceable, kernel.traceable_cnt, "bpf_mem_alloc_destroy"), 1);
	assert_int_equal(names_count(kernel.traceable, kernel.traceable_cnt, "veth_xdp"), 1);
	assert_int_equal(names_count(kernel.kprobe_blacklist, kernel.kprobe_blacklist_cnt,
				 "kprobe_int3_handler"),
		1);
	assert_int_equal(kernel.kprobe_blacklist_cnt, 3);
	assert_int_equal(kernel.environment.limit_cnt, 0);
	kernel_deinit(&kernel);
}

static void test_hostile_tree(void **state)
{
	static const char *const names[] = {NULL, "vfs_read", "vfs_read", "vfs_stat"};
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_names(&kernel, "tests/fixtures/roots/hostile"));
	assert_int_equal(kernel.traceable_cnt, 4);
	assert_int_equal(strlen(kernel.traceable[0]), 600);
	for (size_t i = 1; i < 4; i++)
		assert_string_equal(kernel.traceable[i], names[i]);
	assert_int_equal(kernel.kprobe_blacklist_cnt, 2);
	assert_string_equal(kernel.kprobe_blacklist[0], "kvm_guest");
	assert_string_equal(kernel.kprobe_blacklist[1], "notify_die");
	assert_int_equal(kernel.environment.limit_cnt, 2);
	assert_non_null(strstr(kernel.environment.limits[0].what, "5 malformed lines"));
	assert_non_null(strstr(kernel.environment.limits[1].what, "4 malformed lines"));
	kernel_deinit(&kernel);
}

static void test_unreadable(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_names(&kernel, "tests/fixtures/roots/vm-6.18"));
	assert_null(kernel.traceable);
	assert_null(kernel.kprobe_blacklist);
	assert_int_equal(kernel.environment.limit_cnt, 0);
	kernel_deinit(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_hostile_tree),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
