/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_btf: records, sections, names and look-ups, with BTF built here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture/btf_walk.h"
#include "fixture/btf_all_kinds.h"
#include "btf/btf.h"
#include "util/array.h"

/* A walk with quadratic time in the number of equal names exceeds this time. */
#define HANG_SECONDS 60

static const struct {
	uint32_t id;
	unsigned int kind;
	uint32_t vlen;
	const char *name;
} all_kinds[] = {
	{INT, BTF_KIND_INT, 0, "int"},
	{TASK, BTF_KIND_STRUCT, 3, "task"},
	{INNER, BTF_KIND_UNION, 2, ""},
	{TASK_PTR, BTF_KIND_PTR, 0, ""},
	{FWD, BTF_KIND_FWD, 0, "forward"},
	{PID, BTF_KIND_TYPEDEF, 0, "pid_t"},
	{CONST_PID, BTF_KIND_CONST, 0, ""},
	{VOLATILE_PID, BTF_KIND_VOLATILE, 0, ""},
	{RESTRICT_PTR, BTF_KIND_RESTRICT, 0, ""},
	{TAG, BTF_KIND_TYPE_TAG, 0, "rcu"},
	{TAG_PTR, BTF_KIND_PTR, 0, ""},
	{ARRAY, BTF_KIND_ARRAY, 0, ""},
	{COLOR, BTF_KIND_ENUM, 2, "color"},
	{WIDE, BTF_KIND_ENUM64, 2, "wide"},
	{PROTO, BTF_KIND_FUNC_PROTO, 3, ""},
	{VFS_READ, BTF_KIND_FUNC, 0, "vfs_read"},
	{VFS_READ_2, BTF_KIND_FUNC, 0, "vfs_read"},
	{JIFFIES, BTF_KIND_VAR, 0, "jiffies"},
	{DATA, BTF_KIND_DATASEC, 1, ".data"},
	{FLOAT, BTF_KIND_FLOAT, 0, "float"},
	{DECL_TAG, BTF_KIND_DECL_TAG, 0, "bpf_kfunc"},
};

static void check_all_kinds(const struct kbtf *btf)
{
	assert_int_equal(kbtf_type_cnt(btf), ALL_CNT);
	for (size_t i = 0; i < ARRAY_SIZE(all_kinds); i++) {
		const struct btf_type *type = kbtf_type(btf, all_kinds[i].id);
		assert_int_equal(kbtf_kind(type), all_kinds[i].kind);
		assert_int_equal(kbtf_vlen(type), all_kinds[i].vlen);
		assert_string_equal(kbtf_name(btf, type), all_kinds[i].name);
	}
	assert_true(kbtf_kind_flag(kbtf_type(btf, INNER)));
	assert_false(kbtf_kind_flag(kbtf_type(btf, TASK)));
	assert_string_equal(kbtf_name(btf, NULL), "");
}

static void test_every_kind_in_both_byte_orders(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		struct btf_builder builder;
		builder_init(&builder);
		builder.swapped = swapped;
		add_all_kinds(&builder);
		struct kbtf *btf = must_create(&builder, NULL);
		check_all_kinds(btf);
		walk_btf_twice(btf);
		kbtf_destroy(btf);
		builder_deinit(&builder);
	}
}

/* No type uses the last string, as in a module with incomplete deduplication. */
static void test_split_with_idle_string(void **state)
{
	struct btf_builder base_builder, other_builder, builder;

	(void)state;
	builder_init(&base_builder);
	add_all_kinds(&base_builder);
	builder_init_split(&builder, &base_builder);
	builder_type(&builder, "own", BTF_KIND_STRUCT, 0, false, 4);
	builder_string(&builder, "idle");
	builder_init(&other_builder);
	builder_int(&other_builder, "int", 4);
	struct kbtf *base = must_create(&base_builder, NULL);
	struct kbtf *other = must_create(&other_builder, NULL);
	struct kbtf *fits = must_create(&builder, base), *strays = must_create(&builder, other);

	assert_null(kbtf_split_check(fits, base));
	_cleanup_error_ struct error *error = kbtf_split_check(strays, other);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "its base probably has"));
	kbtf_destroy(fits);
	kbtf_destroy(strays);
	kbtf_destroy(base);
	kbtf_destroy(other);
	builder_deinit(&builder);
	builder_deinit(&base_builder);
	builder_deinit(&other_builder);
}

static void test_split_over_a_base(void **state)
{
	struct btf_builder base_builder, builder;

	(void)state;
	builder_init(&base_builder);
	add_all_kinds(&base_builder);
	builder_init_split(&builder, &base_builder);
	uint32_t own = builder_type(&builder, "own", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(&builder, "value", PID, 0);
	uint32_t proto = builder_proto(&builder, own, NULL, 0);
	uint32_t func = builder_func(&builder, "vfs_read", proto);
	struct kbtf *base = must_create(&base_builder, NULL), *btf = must_create(&builder, base);

	assert_int_equal(kbtf_first_id(btf), ALL_CNT);
	assert_int_equal(kbtf_type_cnt(btf), ALL_CNT + 3);
	check_all_kinds(base);
	assert_ptr_equal(kbtf_type(btf, TASK), kbtf_type(base, TASK));
	assert_string_equal(kbtf_name(btf, kbtf_type(btf, TASK)), "task");
	assert_string_equal(kbtf_name(btf, kbtf_type(btf, own)), "own");
	for (int indexed = 0; indexed < 2; indexed++) {
		/* Own types come first, then types of the base. A base does not see its split BTF.
		 */
		assert_int_equal(kbtf_find(btf, "vfs_read", BTF_KIND_FUNC), func);
		assert_int_equal(kbtf_find(btf, "task", BTF_KIND_STRUCT), TASK);
		assert_int_equal(kbtf_find(base, "own", BTF_KIND_STRUCT), 0);
		assert_int_equal(kbtf_find_next(btf, func), 0);
		assert_int_equal(kbtf_find_next(btf, VFS_READ), VFS_READ_2);
		walk_btf_twice(btf);
		assert_null(kbtf_index(base));
	}
	kbtf_destroy(btf);
	kbtf_destroy(base);
	builder_deinit(&builder);
	builder_deinit(&base_builder);
}

static void test_layout_describes_unknown_kinds(void **state)
{
	static const unsigned char described[4] = {4, 8};

	(void)state;
	for (int with_layout = 0; with_layout < 2; with_layout++) {
		struct btf_builder builder;
		struct kbtf *btf = NULL;
		builder_init(&builder);
		if (with_layout) {
			builder.layout_cnt = 100;
			memcpy(builder.layout[99], described, sizeof(described));
		}
		uint32_t odd = builder_type(&builder, "novel", 99, 2, false, 0);
		for (int i = 0; i < 5; i++)
			builder_word(&builder, 0xdead);
		uint32_t after = builder_int(&builder, "int", 4);
		_cleanup_error_ struct error *error = builder_create(&builder, NULL, &btf);
		if (with_layout) {
			assert_null(error);
			assert_int_equal(kbtf_kind(kbtf_type(btf, odd)), 99);
			assert_int_equal(kbtf_find(btf, "int", BTF_KIND_INT), after);
			walk_btf_twice(btf);
		} else {
			assert_non_null(error);
			assert_non_null(strstr(error->what, "kind 99"));
			assert_non_null(error->todo);
		}
		kbtf_destroy(btf);
		builder_deinit(&builder);
	}
}

static void test_names_of_nothing(void **state)
{
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	struct kbtf *btf = must_create(&builder, NULL);
	for (int indexed = 0; indexed < 2; indexed++) {
		assert_int_equal(kbtf_find(btf, "", BTF_KIND_PTR), 0);
		assert_int_equal(kbtf_find(btf, "task", BTF_KIND_FUNC), 0);
		assert_int_equal(kbtf_find(btf, "tas", BTF_KIND_STRUCT), 0);
		assert_int_equal(kbtf_find_next(btf, TASK_PTR), 0);
		assert_int_equal(kbtf_find_next(btf, 0), 0);
		assert_int_equal(kbtf_find_next(btf, ALL_CNT), 0);
		assert_int_equal(kbtf_find_next(btf, UINT32_MAX), 0);
		assert_null(kbtf_index(btf));
	}
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static void test_many_equal_names(void **state)
{
	const uint32_t cnt = 100000;
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	uint32_t name = builder_string(&builder, "again"),
		 alone = builder_string(&builder, "alone");
	for (uint32_t i = 0; i < cnt; i++) {
		builder_word(&builder, i == cnt / 2 ? alone : name);
		builder_word(&builder, BTF_KIND_FUNC << 24);
		builder_word(&builder, 0);
	}
	struct kbtf *btf = must_create(&builder, NULL);
	alarm(HANG_SECONDS);
	for (int indexed = 0; indexed < 2; indexed++) {
		uint32_t seen = 0, last = 0;
		for (uint32_t id = kbtf_find(btf, "again", BTF_KIND_FUNC); id;
			id = kbtf_find_next(btf, id)) {
			assert_true(id > last);
			last = id;
			seen++;
		}
		assert_int_equal(seen, cnt - 1);
		assert_int_equal(kbtf_find(btf, "alone", BTF_KIND_FUNC), cnt / 2 + 1);
		assert_null(kbtf_index(btf));
	}
	alarm(0);
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

/* An index changes only the cost of a look-up. */
static void test_index_answers_the_same(void **state)
{
	struct btf_builder builder;
	uint32_t found[2][64];

	(void)state;
	builder_init(&builder);
	for (int i = 0; i < 3000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i * 7 % 50);
		builder_type(&builder, name, i % 3 ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF, 0, false, 0);
	}
	struct kbtf *btf = must_create(&builder, NULL);
	for (int indexed = 0; indexed < 2; indexed++) {
		for (int i = 0; i < 64; i++) {
			char name[16];
			snprintf(name, sizeof(name), "n%d", i);
			uint32_t first = kbtf_find(btf, name, BTF_KIND_FUNC);
			found[indexed][i] = first * 4096 + kbtf_find_next(btf, first);
		}
		assert_null(kbtf_index(btf));
	}
	assert_memory_equal(found[0], found[1], sizeof(found[0]));
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

/* A typedef of a typedef of ... of int, `links` times. */
static uint32_t skip_chain(uint32_t links)
{
	struct btf_builder builder;

	builder_init(&builder);
	builder_int(&builder, "int", 4);
	for (uint32_t i = 0; i < links; i++)
		builder_ref(&builder, i % 2 ? BTF_KIND_CONST : BTF_KIND_TYPEDEF, i % 2 ? NULL : "t",
			builder.next_id - 1);
	struct kbtf *btf = must_create(&builder, NULL);
	uint32_t id = kbtf_skip_modifiers(btf, links + 1);
	walk_btf_twice(btf);
	kbtf_destroy(btf);
	builder_deinit(&builder);
	return id;
}

static void test_chains_of_modifiers(void **state)
{
	(void)state;
	assert_int_equal(skip_chain(0), 1);
	assert_int_equal(skip_chain(1), 1);
	assert_int_equal(skip_chain(KBTF_DEPTH_MAX - 1), 1);
	assert_int_equal(skip_chain(KBTF_DEPTH_MAX + 1), 0);
	assert_int_equal(skip_chain(5000), 0);
}

static void test_cycles(void **state)
{
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	uint32_t self = builder_ref(&builder, BTF_KIND_TYPEDEF, "self", 1);
	uint32_t a = builder_ref(&builder, BTF_KIND_CONST, NULL, 3);
	uint32_t b = builder_ref(&builder, BTF_KIND_TYPEDEF, "b", a);
	uint32_t pointer = builder_ptr(&builder, 4);
	uint32_t array = builder_array(&builder, 5, 2);
	const struct builder_param params[] = {{"f", 7}, {"g", 7}, {"h", 7}};
	uint32_t proto = builder_proto(&builder, 7, params, ARRAY_SIZE(params));
	builder_ptr(&builder, proto);
	uint32_t nowhere = builder_ref(&builder, BTF_KIND_TYPEDEF, "nowhere", 4000000000u);
	struct kbtf *btf = must_create(&builder, NULL);

	assert_int_equal(kbtf_skip_modifiers(btf, self), 0);
	assert_int_equal(kbtf_skip_modifiers(btf, b), 0);
	assert_int_equal(kbtf_skip_modifiers(btf, nowhere), 0);
	assert_int_equal(kbtf_skip_modifiers(btf, 0), 0);
	assert_int_equal(kbtf_skip_modifiers(btf, pointer), pointer);
	assert_int_equal(kbtf_skip_modifiers(btf, array), array);
	walk_btf_twice(btf);
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static void test_members(void **state)
{
	static const struct {
		const char *name;
		bool found;
		uint32_t type, offset_bits;
	} cases[] = {
		{"pid", true, INT, 0},
		{"next", true, TASK_PTR, 64},
		/* In the anonymous union at bit 32, whose kind flag puts a size beside the offset.
		 */
		{"low", true, INT, 32},
		{"high", true, INT, 36},
		{"", false, 0, 0},
		{"task", false, 0, 0},
	};
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	uint32_t alias = builder_ref(&builder, BTF_KIND_TYPEDEF, "task_t", TASK);
	struct kbtf *btf = must_create(&builder, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t type = 0, offset_bits = 0;
		assert_int_equal(kbtf_find_member(btf, TASK, cases[i].name, &type, &offset_bits),
			cases[i].found);
		assert_int_equal(type, cases[i].type);
		assert_int_equal(offset_bits, cases[i].offset_bits);
		assert_int_equal(
			kbtf_find_member(btf, alias, cases[i].name, NULL, NULL), cases[i].found);
	}
	assert_false(kbtf_find_member(btf, INT, "pid", NULL, NULL));
	assert_false(kbtf_find_member(btf, TASK_PTR, "pid", NULL, NULL));
	assert_false(kbtf_find_member(btf, 0, "pid", NULL, NULL));
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

/* Anonymous structs inside themselves: two each, so that a search without a budget doubles. */
static void test_struct_inside_itself(void **state)
{
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	uint32_t id = builder_type(&builder, "ouroboros", BTF_KIND_STRUCT, 3, false, 8);
	builder_member(&builder, NULL, id, 0);
	builder_member(&builder, NULL, id, 32);
	builder_member(&builder, "tail", id, 64);
	struct kbtf *btf = must_create(&builder, NULL);
	alarm(HANG_SECONDS);
	assert_false(kbtf_find_member(btf, id, "absent", NULL, NULL));
	assert_true(kbtf_find_member(btf, id, "tail", NULL, NULL));
	alarm(0);
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static void test_enumerators(void **state)
{
	static const struct {
		uint32_t id;
		const char *name;
		bool found;
		int64_t value;
	} cases[] = {
		{COLOR, "RED", true, 1},
		{COLOR, "BLUE", true, -2},
		{COLOR, "GREEN", false, 7},
		{WIDE, "WIDE", true, 0x600000005},
		{WIDE, "WIDEST", true, -1},
		{WIDE, "RED", false, 7},
		{TASK, "pid", false, 7},
		{0, "RED", false, 7},
		{ALL_CNT, "RED", false, 7},
	};
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	struct kbtf *btf = must_create(&builder, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t value = 7;
		assert_int_equal(
			kbtf_enum_value(btf, cases[i].id, cases[i].name, &value), cases[i].found);
		assert_int_equal(value, cases[i].value);
	}
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static void test_bytes_as_they_came(void **state)
{
	struct btf_builder builder;
	size_t size, kept;

	(void)state;
	builder_init(&builder);
	builder.swapped = true;
	add_all_kinds(&builder);
	void *bytes = builder_bytes(&builder, &size), *copy = malloc(size);
	struct kbtf *btf = NULL;
	memcpy(copy, bytes, size);
	assert_null(kbtf_create(bytes, size, KBTF_MALLOC, NULL, &btf));
	assert_memory_equal(kbtf_bytes(btf, &kept), copy, size);
	assert_int_equal(kept, size);
	kbtf_destroy(btf);
	kbtf_destroy(NULL);
	free(copy);
	builder_deinit(&builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_in_both_byte_orders),
		cmocka_unit_test(test_split_over_a_base),
		cmocka_unit_test(test_split_with_idle_string),
		cmocka_unit_test(test_layout_describes_unknown_kinds),
		cmocka_unit_test(test_names_of_nothing),
		cmocka_unit_test(test_many_equal_names),
		cmocka_unit_test(test_index_answers_the_same),
		cmocka_unit_test(test_chains_of_modifiers),
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_struct_inside_itself),
		cmocka_unit_test(test_enumerators),
		cmocka_unit_test(test_bytes_as_they_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
