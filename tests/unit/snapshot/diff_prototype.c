/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two declarations; cases from kernels and from reports that got them wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/history/diff_prototype.h"
#include "util/array.h"
#include "util/buf.h"

static bool write_change(void *context, const char *what, const char *before, const char *after)
{
	buf_printf(context, "%s: %s -> %s\n", what, before ? before : "-", after ? after : "-");
	return true;
}

static const struct {
	const char *before, *after, *expected;
} cases[] = {
	{"int f(int a)", "int f(int a)", ""},
	/* A parameter in the middle moves the others, and reorders nothing. */
	{"bool f(struct zone *zone, struct page *page, int count, bool skip)",
		"bool f(struct zone *zone, struct page *page, int count, int migratetype, bool skip)",
		"parameter added: - -> int migratetype\n"},
	{"bool f(struct zone *zone, struct page *page, int count)",
		"struct page *f(struct zone *zone, struct page *page)",
		"return type changed: bool -> struct page *\nparameter removed: int count -> -\n"},
	{"unsigned int f(long unsigned int id)", "unsigned int f(long unsigned int x)",
		"parameter renamed: long unsigned int id -> long unsigned int x\n"},
	{"u32 f(long unsigned int id)", "u32 f(u32 id)",
		"parameter type changed: long unsigned int id -> u32 id\n"},
	{"int f(int a, char b)", "int f(char b, int a)", "parameters reordered: a, b -> b, a\n"},
	{"void f(void)", "void f(int n)", "parameter added: - -> int n\n"},
	{"int f(int (*get)(int, char), char c)", "int f(int (*get)(int), char c)",
		"parameter type changed: int (*get)(int, char) -> int (*get)(int)\n"},
	{"int f(const char *fmt)", "int f(const char *fmt, ...)", "parameter added: - -> ...\n"},
	{"int f(struct user_namespace *targ_ns, int cap)", "int f(struct user_namespace *target_ns, int cap)",
		"parameter renamed: struct user_namespace *targ_ns -> struct user_namespace *target_ns\n"},
	/* Another type under another name is another parameter. */
	{"int f(struct a *x)", "int f(struct b *y)",
		"parameter removed: struct a *x -> -\nparameter added: - -> struct b *y\n"},
	{"int f(char name[4])", "int f(char name[8])", "parameter type changed: char name[4] -> char name[8]\n"},
	/* Type tags depend on the tools of the build. A word that only begins like one is none. */
	{"void f(void *p__map, void *ptr__ign, u32 cnt)", "void f(void *p__map, void __arena *ptr__ign, u32 cnt)", ""},
	{"struct a __percpu_kptr *f(const char __user *x)", "struct a *f(const char *x)", ""},
	{"void f(void __rcu *old)", "void f(void *new, char __user *added)",
		"parameter renamed: void __rcu *old -> void *new\nparameter added: - -> char __user *added\n"},
	{"void f(__users *p)", "void f(struct a *p)", "parameter type changed: __users *p -> struct a *p\n"},
	{"nonsense", "int f(void)", "prototype changed: nonsense -> int f(void)\n"},
	{"int f(int", "int f(void)", "prototype changed: int f(int -> int f(void)\n"},
	{")", "(", "prototype changed: ) -> (\n"},
	{"", "int f(void)", "prototype changed:  -> int f(void)\n"},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf text = {0};
		_cleanup_pool_ struct pool pool = {0};
		assert_true(compare_prototypes(
			cases[i].before, cases[i].after, &pool, write_change, &text));
		assert_string_equal(buf_text(&text), cases[i].expected);
	}
}

/* Too many parameters are reported as one change, without a write beyond the buffer. */
static void test_many(void **state)
{
	_cleanup_buf_ struct buf before = {0}, text = {0};
	_cleanup_pool_ struct pool pool = {0};

	(void)state;
	buf_puts(&before, "int f(int a0");
	for (int i = 1; i < 200; i++)
		buf_printf(&before, ", int a%d", i);
	buf_putc(&before, ')');
	assert_true(compare_prototypes(buf_text(&before), "int f(void)", &pool, write_change, &text));
	assert_non_null(strstr(buf_text(&text), "prototype changed: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
