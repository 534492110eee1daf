/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history/types: what is different in two forms of a type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/history/alike.h"
#include "snapshot/history/types.h"
#include "util/array.h"
#include "util/pool.h"

static struct type_part part(const char *name, const char *type, int64_t at)
{
	return (struct type_part) {.name = name, .type = type, .text = name, .at = at};
}

static void test_members(void **state)
{
	struct type_part old[] = {part("a", "int", 0), part("b", "long int", 64), part("gone", "char", 128),
		part("c", "int", 160), part("d", "int", 192)};
	struct type_part new[] = {part("new", "u64", 0), part("a", "int", 64), part("b", "u64", 128),
		part("c", "int", 192), part("d", "int", 224)};
	const struct type_form a = {.size_bytes = 32, .parts = old, .part_cnt = ARRAY_SIZE(old)};
	const struct type_form b = {.size_bytes = 32, .parts = new, .part_cnt = ARRAY_SIZE(new)};
	_cleanup_pool_ struct pool pool = {0};
	struct type_change change;

	(void)state;
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_int_equal(change.added_cnt, 1);
	assert_string_equal(change.added[0]->name, "new");
	assert_int_equal(change.removed_cnt, 1);
	assert_string_equal(change.removed[0]->name, "gone");
	assert_int_equal(change.retyped_cnt, 1);
	assert_string_equal(change.retyped[1]->type, "u64");
	assert_int_equal(change.moved_cnt, 3);
	assert_int_equal(change.renamed_cnt, 0);
	assert_false(change.resized);
	assert_null(types_compare(&a, &a, &pool, &change));
	assert_true(type_change_is_empty(&change));
}

/* A member of the same type between the same neighbours. */
static void test_renamed(void **state)
{
	struct type_part old[] = {part("q", "int", 0), part("state", "long int", 64), part("z", "int", 128)};
	struct type_part new[] = {part("q", "int", 0), part("__state", "long int", 64), part("z", "int", 128)};
	struct type_part other[] = {part("q", "int", 0), part("__state", "int", 64), part("z", "int", 128)};
	struct type_part apart[] = {part("q", "int", 0), part("more", "int", 32), part("__state", "long int", 64),
		part("z", "int", 128)};
	const struct type_form a = {.parts = old, .part_cnt = 3}, b = {.parts = new, .part_cnt = 3},
			       c = {.parts = other, .part_cnt = 3}, d = {.parts = apart, .part_cnt = 4};
	_cleanup_pool_ struct pool pool = {0};
	struct type_change change;

	(void)state;
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_int_equal(change.renamed_cnt, 1);
	assert_int_equal(change.added_cnt + change.removed_cnt + change.moved_cnt, 0);
	/* The same letters: another type is no doubt, and one neighbour is enough. */
	assert_null(types_compare(&a, &c, &pool, &change));
	assert_int_equal(change.renamed_cnt, 1);
	assert_int_equal(change.retyped_cnt, 1);
	assert_null(types_compare(&a, &d, &pool, &change));
	assert_int_equal(change.renamed_cnt, 1);
	old[1].name = "nr_running";
	new[1].name = other[1].name = apart[2].name = "nr_queued";
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_int_equal(change.renamed_cnt, 1);
	assert_null(types_compare(&a, &c, &pool, &change));
	assert_int_equal(change.renamed_cnt, 0);
	assert_int_equal(change.added_cnt, 1);
	assert_null(types_compare(&a, &d, &pool, &change));
	assert_int_equal(change.renamed_cnt, 0);
	old[1].bits = new[1].bits = 1;
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_int_equal(change.renamed_cnt, 0);
}

static void test_alike(void **state)
{
	static const struct {
		const char *a, *b;
		bool names, enumerators;
	} cases[] = {
		{"state", "__state", true, true}, {"hypercallControls", "hypercall_controls", true, true},
		{"nr_running", "nr_queued", true, false}, {"parent", "parent_pcpu", true, true},
		{"sv_program", "sv_programs", true, true}, {"WBT_KSWAPD", "WBT_SWAP", true, true},
		{"reserved_1", "reserved_0xff0", true, true}, {"reserved", "flags", false, false},
		{"pad", "min_wait_usec", false, false}, {"ctrl_mask", "ctrl_rsvd", false, false},
		{"max_write_same_sectors", "max_secure_erase_sectors", false, false},
		{"min_segment_size", "max_segment_size", false, false}, {"pages", "size", false, false},
		{"pbn_b0_1_3906250", "pbn_b0_1_15625000", false, false},
		{"FUSE_NOTIFY_CODE_MAX", "FUSE_NOTIFY_PRUNE", false, false}, {"", "", true, true}, {"_", "x", false, false},
		{"a_b_c_d_e_f_g_h_i_j_k_l_m_n_o_p_q", "a_b_c_d_e_f_g_h_i_j_k_l_m_n_o_p_r", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (names_are_alike(cases[i].a, cases[i].b) != cases[i].names ||
			names_are_alike(cases[i].b, cases[i].a) != cases[i].names ||
			enumerators_are_alike(cases[i].a, cases[i].b) != cases[i].enumerators)
			fail_msg("%s %s", cases[i].a, cases[i].b);
	}
}

/* Several parts of one name are paired in their order. */
static void test_equal_names(void **state)
{
	struct type_part old[] = {part("x", "int", 0), part("x", "int", 32)};
	struct type_part new[] = {part("x", "int", 0), part("x", "int", 64), part("x", "int", 96)};
	const struct type_form a = {.parts = old, .part_cnt = 2}, b = {.parts = new, .part_cnt = 3};
	_cleanup_pool_ struct pool pool = {0};
	struct type_change change;

	(void)state;
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_int_equal(change.added_cnt, 1);
	assert_int_equal(change.moved_cnt, 1);
	assert_int_equal(change.moved[1]->at, 64);
}

static void test_declarations(void **state)
{
	const struct type_form a = {.declaration = "int pid_t"}, b = {.declaration = "long pid_t"};
	_cleanup_pool_ struct pool pool = {0};
	struct type_change change;

	(void)state;
	assert_null(types_compare(&a, &b, &pool, &change));
	assert_true(change.declared);
	assert_false(type_change_is_empty(&change));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_equal_names),
		cmocka_unit_test(test_declarations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
