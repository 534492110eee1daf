/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_btf_decl: C declarations from BTF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "btf/decl.h"
#include "input/system/system.h"
#include "util/array.h"

static struct btf_builder builder;
static struct kbtf *btf;

static int set_up(void **state)
{
	(void)state;
	builder_init(&builder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kbtf_destroy(btf);
	btf = NULL;
	builder_deinit(&builder);
	return 0;
}

static void finish(void)
{
	_cleanup_error_ struct error *error = builder_create(&builder, NULL, &btf);

	assert_null(error);
}

static uint32_t qualified(unsigned int kind, uint32_t type)
{
	return builder_ref(&builder, kind, NULL, type);
}

static uint32_t tagged(const char *tag, uint32_t type)
{
	return builder_ref(&builder, BTF_KIND_TYPE_TAG, tag, type);
}

static uint32_t attributed(const char *attribute, uint32_t type)
{
	return builder_type(&builder, attribute, BTF_KIND_TYPE_TAG, 0, true, type);
}

struct declaration {
	uint32_t id;
	const char *name, *text;
};

static void check(const struct declaration *declarations, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		kbtf_print_decl(btf, declarations[i].id, declarations[i].name, &text);
		assert_string_equal(buf_text(&text), declarations[i].text);
	}
}

static void test_plain_types(void **state)
{
	uint32_t i = builder_int(&builder, "int", 4);
	uint32_t s = builder_type(&builder, "task_struct", BTF_KIND_STRUCT, 0, false, 0);
	uint32_t u = builder_type(&builder, "sigval", BTF_KIND_UNION, 0, false, 0);
	uint32_t e = builder_type(&builder, "pid_type", BTF_KIND_ENUM, 0, false, 4);
	uint32_t w = builder_type(&builder, "wide", BTF_KIND_ENUM64, 0, false, 8);
	uint32_t f = builder_type(&builder, "gone", BTF_KIND_FWD, 0, false, 0);
	uint32_t g = builder_type(&builder, "gone_union", BTF_KIND_FWD, 0, true, 0);
	uint32_t t = builder_ref(&builder, BTF_KIND_TYPEDEF, "pid_t", i);
	uint32_t n = builder_type(&builder, NULL, BTF_KIND_STRUCT, 0, false, 0);
	uint32_t d = builder_type(&builder, "double", BTF_KIND_FLOAT, 0, false, 8);
	const struct declaration declarations[] = {
		{i, "n", "int n"},
		{i, "", "int"},
		{s, "task", "struct task_struct task"},
		{u, "value", "union sigval value"},
		{e, "type", "enum pid_type type"},
		{w, "x", "enum wide x"},
		{f, "x", "struct gone x"},
		{g, "x", "union gone_union x"},
		{t, "pid", "pid_t pid"},
		{n, "x", "struct { ... } x"},
		{d, "x", "double x"},
		{0, "", "void"},
	};

	(void)state;
	finish();
	check(declarations, ARRAY_SIZE(declarations));
}

static void test_qualifiers_stand_where_they_belong(void **state)
{
	uint32_t c = builder_int(&builder, "char", 1);
	uint32_t const_char = qualified(BTF_KIND_CONST, c);
	uint32_t to_const = builder_ptr(&builder, const_char);
	uint32_t const_to_const = qualified(BTF_KIND_CONST, to_const);
	uint32_t names = builder_ptr(&builder, const_to_const);
	uint32_t const_pointer = qualified(BTF_KIND_CONST, builder_ptr(&builder, c));
	uint32_t restricted = qualified(BTF_KIND_RESTRICT, to_const);
	uint32_t both = qualified(BTF_KIND_CONST, qualified(BTF_KIND_VOLATILE, c));
	uint32_t const_void = builder_ptr(&builder, qualified(BTF_KIND_CONST, 0));
	const struct declaration declarations[] = {
		{const_char, "c", "const char c"},
		{to_const, "text", "const char *text"},
		{to_const, "", "const char *"},
		{names, "names", "const char *const *names"},
		{names, "", "const char *const *"},
		{const_pointer, "p", "char *const p"},
		{restricted, "p", "const char *restrict p"},
		{both, "c", "const volatile char c"},
		{const_void, "p", "const void *p"},
	};

	(void)state;
	finish();
	check(declarations, ARRAY_SIZE(declarations));
}

static void test_arrays_and_functions(void **state)
{
	uint32_t i = builder_int(&builder, "int", 4);
	uint32_t a3 = builder_array(&builder, i, 3);
	uint32_t a23 = builder_array(&builder, a3, 2);
	uint32_t to_array = builder_ptr(&builder, a3);
	uint32_t pointers_to_arrays = builder_array(&builder, to_array, 5);
	uint32_t pointers = builder_array(&builder, builder_ptr(&builder, i), 4);
	uint32_t const_array = qualified(BTF_KIND_CONST, a3);
	uint32_t flexible = builder_array(&builder, i, 0);
	const struct builder_param one[] = {{"n", i}}, unnamed[] = {{NULL, i}, {NULL, to_array}};
	const struct builder_param variadic[] = {{"format", i}, {NULL, 0}};
	uint32_t callback = builder_ptr(&builder, builder_proto(&builder, 0, one, ARRAY_SIZE(one)));
	uint32_t no_arguments = builder_ptr(&builder, builder_proto(&builder, i, NULL, 0));
	uint32_t abstract =
		builder_ptr(&builder, builder_proto(&builder, i, unnamed, ARRAY_SIZE(unnamed)));
	uint32_t printer =
		builder_ptr(&builder, builder_proto(&builder, i, variadic, ARRAY_SIZE(variadic)));
	uint32_t handlers = builder_array(&builder, callback, 8);
	uint32_t const_callback = qualified(BTF_KIND_CONST, callback);
	uint32_t gives_callback =
		builder_ptr(&builder, builder_proto(&builder, callback, one, ARRAY_SIZE(one)));
	const struct declaration declarations[] = {
		{a3, "v", "int v[3]"},
		{a3, "", "int[3]"},
		{a23, "m", "int m[2][3]"},
		{to_array, "p", "int (*p)[3]"},
		{pointers_to_arrays, "p", "int (*p[5])[3]"},
		{pointers, "p", "int *p[4]"},
		{const_array, "v", "const int v[3]"},
		{flexible, "v", "int v[0]"},
		{callback, "f", "void (*f)(int n)"},
		{callback, "", "void (*)(int n)"},
		{no_arguments, "f", "int (*f)(void)"},
		{abstract, "f", "int (*f)(int, int (*)[3])"},
		{printer, "f", "int (*f)(int format, ...)"},
		{handlers, "f", "void (*f[8])(int n)"},
		{const_callback, "f", "void (*const f)(int n)"},
		{gives_callback, "f", "void (*(*f)(int n))(int n)"},
	};

	(void)state;
	finish();
	check(declarations, ARRAY_SIZE(declarations));
}

static void test_type_tags(void **state)
{
	uint32_t i = builder_int(&builder, "int", 4);
	uint32_t s = builder_type(&builder, "task_struct", BTF_KIND_STRUCT, 0, false, 0);
	uint32_t user = builder_ptr(&builder, tagged("user", qualified(BTF_KIND_CONST, i)));
	uint32_t rcu = builder_ptr(&builder, tagged("rcu", s));
	uint32_t percpu_kptr = builder_ptr(&builder, tagged("percpu_kptr", s));
	uint32_t rcu_pointer = builder_ptr(&builder, tagged("rcu", builder_ptr(&builder, s)));
	uint32_t novel = builder_ptr(&builder, tagged("novel", s));
	uint32_t attribute = builder_ptr(&builder, attributed("address_space(3)", s));
	uint32_t arena = builder_ptr(&builder, attributed("address_space(1)", i));
	uint32_t two = builder_ptr(&builder, tagged("rcu", tagged("user", s)));
	const struct declaration declarations[] = {
		{user, "p", "const int __user *p"},
		{rcu, "p", "struct task_struct __rcu *p"},
		{percpu_kptr, "p", "struct task_struct __percpu_kptr *p"},
		{rcu_pointer, "p", "struct task_struct *__rcu *p"},
		{novel, "p", "struct task_struct __attribute__((btf_type_tag(\"novel\"))) *p"},
		{attribute, "p", "struct task_struct __attribute__((address_space(3))) *p"},
		{arena, "p", "int __arena *p"},
		{two, "p", "struct task_struct __rcu __user *p"},
	};

	(void)state;
	finish();
	check(declarations, ARRAY_SIZE(declarations));
}

static void check_func(uint32_t id, const char *expected)
{
	_cleanup_buf_ struct buf text = {0};

	kbtf_print_func(btf, id, &text);
	assert_string_equal(buf_text(&text), expected);
}

static void test_functions(void **state)
{
	uint32_t i = builder_int(&builder, "int", 4);
	uint32_t file =
		builder_ptr(&builder, builder_type(&builder, "file", BTF_KIND_STRUCT, 0, false, 0));
	const struct builder_param two[] = {{"file", file}, {"n", i}},
				   rest[] = {{"n", i}, {NULL, 0}};
	uint32_t handler = builder_ptr(&builder, builder_proto(&builder, 0, two, 1));
	uint32_t read = builder_func(
		&builder, "vfs_read", builder_proto(&builder, i, two, ARRAY_SIZE(two)));
	uint32_t none = builder_func(&builder, "schedule", builder_proto(&builder, 0, NULL, 0));
	uint32_t gives = builder_func(&builder, "alloc", builder_proto(&builder, file, NULL, 0));
	uint32_t print = builder_func(
		&builder, "_printk", builder_proto(&builder, i, rest, ARRAY_SIZE(rest)));
	uint32_t signal =
		builder_func(&builder, "signal", builder_proto(&builder, handler, rest, 1));
	uint32_t no_proto = builder_func(&builder, "variable", i);
	uint32_t nowhere = builder_func(&builder, "nowhere", 12345);

	(void)state;
	finish();
	check_func(read, "int vfs_read(struct file *file, int n)");
	check_func(none, "void schedule(void)");
	check_func(gives, "struct file *alloc(void)");
	check_func(print, "int _printk(int n, ...)");
	check_func(signal, "void (*signal(int n))(struct file *file)");
	check_func(i, "<invalid type 1>");
	check_func(no_proto, "<invalid type 1>");
	check_func(nowhere, "<invalid type 12345>");
	check_func(99999, "<invalid type 99999>");
}

static void check_invalid(uint32_t id)
{
	_cleanup_buf_ struct buf text = {0};

	kbtf_print_decl(btf, id, "x", &text);
	assert_non_null(strstr(buf_text(&text), "<invalid "));
	assert_true(text.len < 1 << 20);
}

/* A type that cannot be written prints as invalid, and the text ends. */
static void test_hostile_types(void **state)
{
	uint32_t pointer = builder_ptr(&builder, builder.next_id);
	uint32_t qualifier = qualified(BTF_KIND_CONST, builder.next_id);
	uint32_t array = builder_array(&builder, builder.next_id, 7);
	const uint32_t self = builder.next_id;
	const struct builder_param pair[] = {{"f", self}, {"g", self}};
	uint32_t function = builder_proto(&builder, self, pair, ARRAY_SIZE(pair));
	uint32_t nowhere = builder_ptr(&builder, 4000000000u);
	uint32_t deep = builder_int(&builder, "int", 4);
	for (int i = 0; i < 5000; i++)
		deep = builder_ptr(&builder, deep);
	uint32_t data = builder_type(&builder, ".data", BTF_KIND_DATASEC, 0, false, 0);
	uint32_t function_itself = builder_func(&builder, "f", function);

	(void)state;
	finish();
	check_invalid(pointer);
	check_invalid(qualifier);
	check_invalid(array);
	check_invalid(function);
	check_invalid(nowhere);
	check_invalid(deep);
	check_invalid(data);
	check_invalid(function_itself);
}

/* A prototype is complete or marked as invalid. */
static void test_names_no_kernel_would_take(void **state)
{
	char longest[512];
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	uint32_t control = builder_int(&builder, "int\033[2J", 4);
	uint32_t fits = builder_type(&builder, longest, BTF_KIND_STRUCT, 0, false, 0);
	const struct builder_param params[] = {{"a\nb", fits}};
	uint32_t function = builder_func(&builder, "f\tg", builder_proto(&builder, 0, params, 1));
	uint32_t tag = builder_ptr(&builder, tagged("a\033b", fits));

	(void)state;
	finish();
	check_invalid(control);
	check_invalid(tag);
	_cleanup_buf_ struct buf text = {0};
	kbtf_print_decl(btf, fits, "x", &text);
	assert_null(strstr(buf_text(&text), "<invalid"));
	assert_int_equal(text.len, strlen("struct ") + 511 + strlen(" x"));
	buf_clear(&text);
	kbtf_print_func(btf, function, &text);
	assert_null(strpbrk(buf_text(&text), "\n\t\033"));
	assert_non_null(strstr(buf_text(&text), "void <invalid name>("));
}

static void print_all(const struct kbtf *live, size_t *printed)
{
	_cleanup_buf_ struct buf text = {0};

	for (uint32_t id = kbtf_first_id(live); id < kbtf_type_cnt(live); id++) {
		const struct btf_type *type = kbtf_type(live, id);
		if (kbtf_kind(type) != BTF_KIND_FUNC)
			continue;
		buf_clear(&text);
		kbtf_print_func(live, id, &text);
		if (strstr(buf_text(&text), "<invalid") ||
			!strstr(buf_text(&text), kbtf_name(live, type)))
			fail_msg("type %u: %s", id, buf_text(&text));
		(*printed)++;
	}
}

static void test_every_function_of_this_kernel(void **state)
{
	struct kernel kernel = {0};
	size_t printed = 0;

	(void)state;
	assert_null(load_kernel(&kernel, "", LOAD_BTF | LOAD_MODULES));
	if (!kernel.btf) {
		print_message("skip: no BTF to print: %s\n", kernel.btf_missing);
		kernel_deinit(&kernel);
		skip();
	}
	print_all(kernel.btf, &printed);
	for (size_t i = 0; i < kernel.module_cnt; i++)
		print_all(kernel.modules[i].btf, &printed);
	kernel_deinit(&kernel);
	assert_true(printed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_qualifiers_stand_where_they_belong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_arrays_and_functions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_type_tags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_functions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names_no_kernel_would_take, set_up, tear_down),
		cmocka_unit_test(test_every_function_of_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
