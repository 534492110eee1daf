/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of a table at several widths, and the nearest word of a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/columns.h"
#include "util/suggest.h"

static const struct column columns[] = {{6, false}, {5, true}, {4, false}};

static void test_fold(void **state)
{
	static const struct {
		size_t width;
		const char *text;
	} cases[] = {
		{COLUMNS_UNLIMITED, "kernel      7  data\n"},
		{19, "kernel      7  data\n"},
		{18, "kernel      7\n    data\n"},
		{13, "kernel      7\n    data\n"},
		{12, "kernel\n        7\n    data\n"},
		{0, "kernel\n        7\n    data\n"},
	};
	const char *const texts[] = {"kernel", "7", "data"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = {0};
		columns_put(&out, columns, texts, ARRAY_SIZE(texts), cases[i].width);
		assert_string_equal(buf_text(&out), cases[i].text);
	}
}

/* No blanks at the end of a line, no room for a text that is too long, and no escape sequences. */
static void test_texts(void **state)
{
	const char *const texts[] = {"a", "1234567", "\x1b[2J"};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	columns_put(&out, columns, texts, ARRAY_SIZE(texts), COLUMNS_UNLIMITED);
	assert_string_equal(buf_text(&out), "a       1234567  \\x1b[2J\n");
}

/* Words whose letters differ too much are not compared. The answer is that of a comparison with all. */
static void test_letters(void **state)
{
	static const struct {
		const char *text, *words[4], *near;
	} cases[] = {
		{"abcdef", {"abcxef", "uvwxyz"}, "abcxef"},
		{"abcdef", {"fedcba"}, NULL},
		{"aaaaaa", {"aaaaab", "bbbbbb"}, "aaaaab"},
		{"abcdefghi", {"abcdefxyz"}, "abcdefxyz"},
		{"abcdefghi", {"abcdewxyz"}, NULL},
		{"abcdef", {"abcdefgh"}, "abcdefgh"},
		/* '0' and 'p' share a bit. */
		{"ab0def", {"abpdef"}, "abpdef"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct suggestion near = {0};
		for (size_t k = 0; k < 4 && cases[i].words[k]; k++)
			suggest_consider(&near, cases[i].text, cases[i].words[k]);
		if (cases[i].near)
			assert_string_equal(near.best, cases[i].near);
		else
			assert_null(near.best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
