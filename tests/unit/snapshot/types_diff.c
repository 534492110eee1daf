/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types and functions of two kernels: what was added, removed and changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/history/types_diff.h"
#include "util/array.h"

#define CODE_AND_TYPES (1u << STORE_TYPES | 1u << STORE_FUNCTIONS | 1u << STORE_SYMBOLS)
#define ALL	       (CODE_AND_TYPES | 1u << STORE_DATA)

/* As a store has them: sorted lines of each section. */
static const char *const before[STORE_SECTION_CNT] = {
	[STORE_TYPES] = "btf_trace_gone\tt*(:*v)v\nbtf_trace_tick\tt*(:*v,:iint)v\nbtf_trace_tock\tt*(:*v,:tu8#1)v\n"
			"changes\ts8{old:iint;same:iint+4;}\nint\ti4,1\nkept\ts4{a:iint;}\nrenames\ts8{one:iint;two:iint+4;}\n"
			"twice\ts4{a:iint;}\ntwice#1\ts4{b:iint;}\n"
			"v_gone\tVSiint\nv_kept\tVSiint\n",
	[STORE_FUNCTIONS] = "bpf_lsm_open\tF1(file:iint)iint\nchanged\tF0(a:iint)iint\nonly_in_btf\tF0()v\n"
			    "other_names\tF0(a:iint)iint\nuntold\tF0()v\n",
	[STORE_DATA] = "v_gone\td\nv_kept\td\nv_typed\td\n",
	[STORE_SYMBOLS] = "__x64_sys_built\tW\n__x64_sys_read\tT\nchanged\tT\ngone\tt\ngone.cold\tt\nother_names\tT\n",
};
static const char *const after[STORE_SECTION_CNT] = {
	[STORE_TYPES] = "btf_trace_tick\tt*(:*v,:iint,:iint)v\nbtf_trace_tock\tt*(:*v,:tu8)v\n"
			"changes\ts12{same:iint;fresh:iint+4;more:iint+4;}\nint\ti4,1\nkept\ts4{a:iint;}\n"
			"renames\ts8{one:iint;__two:iint+4;}\ntwice\ts4{a:iint;}\nworld\tu4{a:iint;}\n"
			"v_fresh\tVSiint\nv_typed\tVSiint\n",
	[STORE_FUNCTIONS] = "bpf_lsm_open\tF1(file:iint,more:iint)iint\nchanged\tF0(a:*v)iint\nother_names\tF0(b:iint)iint\n",
	[STORE_DATA] = "v_fresh\td\nv_kept\td\nv_typed\td\n",
	[STORE_SYMBOLS] = "__arm64_sys_built\tT\n__arm64_sys_read\tT\nchanged\tT\nfresh\tt\nother_names\tT\nuntold\tT\n",
};

static struct store_lines lines_of(const char *const texts[STORE_SECTION_CNT])
{
	struct store_lines lines = {0};

	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		if (texts[section])
			buf_puts(&lines.text[section], texts[section]);
	}
	return lines;
}

static struct type_differences diff(unsigned int listed, const char *const *globs, size_t glob_cnt, bool *seen,
	uint32_t a_whole, struct store_lines lines[2])
{
	const struct types_wanted wanted = {globs, glob_cnt, seen, listed};
	struct type_differences differences = {0};

	lines[0] = lines_of(before);
	lines[1] = lines_of(after);
	const struct types_side a = {&lines[0], a_whole}, b = {&lines[1], ALL};
	struct error *error = types_diff(&a, &b, &wanted, &differences);
	if (error)
		fail_msg("%s", error->what);
	return differences;
}

static void end(struct type_differences *differences, struct store_lines lines[2])
{
	type_differences_deinit(differences);
	store_lines_deinit(&lines[0]);
	store_lines_deinit(&lines[1]);
}

static const struct type_difference *find(
	const struct type_differences *differences, enum type_kind kind, const char *name)
{
	for (size_t i = 0; i < differences->cnt; i++) {
		if (differences->list[i].kind == kind && !strcmp(differences->list[i].name, name))
			return &differences->list[i];
	}
	return NULL;
}

static void counts_all(void **state)
{
	static const struct {
		enum type_kind kind;
		size_t added, removed, changed;
	} cases[] = {{TYPE_STRUCT, 0, 0, 3}, {TYPE_UNION, 1, 0, 0}, {TYPE_TRACEPOINT, 0, 1, 1}, {TYPE_LSM_HOOK, 0, 0, 1},
		{TYPE_SYSCALL, 1, 0, 0}, {TYPE_FUNCTION, 1, 2, 1}, {TYPE_ENUM, 0, 0, 0}};
	struct store_lines lines[2];
	struct type_differences differences = diff(0, NULL, 0, NULL, CODE_AND_TYPES, lines);

	(void)state;
	assert_int_equal(differences.cnt, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const size_t *counts = differences.counts[cases[i].kind];
		if (counts[TYPE_ADDED] != cases[i].added || counts[TYPE_REMOVED] != cases[i].removed ||
			counts[TYPE_CHANGED] != cases[i].changed)
			fail_msg("%s: %zu added, %zu removed, %zu changed", type_kind_word(cases[i].kind),
				counts[TYPE_ADDED], counts[TYPE_REMOVED], counts[TYPE_CHANGED]);
	}
	assert_int_equal(differences.fields.added, 2);
	assert_int_equal(differences.fields.removed, 1);
	assert_int_equal(differences.fields.renamed, 1);
	end(&differences, lines);
}

static void lists_what_is_wanted(void **state)
{
	const char *const globs[] = {"changes", "tick", "kept", "nothing", "gone", "other_*"};
	bool seen[ARRAY_SIZE(globs)] = {0};
	struct store_lines lines[2];
	struct type_differences differences = diff(1u << TYPE_STRUCT | 1u << TYPE_TRACEPOINT | 1u << TYPE_FUNCTION, globs,
		ARRAY_SIZE(globs), seen, CODE_AND_TYPES, lines);

	(void)state;
	assert_int_equal(differences.cnt, 4);
	const struct type_difference *changes = find(&differences, TYPE_STRUCT, "changes");
	assert_non_null(changes);
	assert_int_equal(changes->outcome, TYPE_CHANGED);
	assert_int_equal(changes->change.added_cnt, 2);
	assert_string_equal(changes->change.removed[0]->name, "old");
	assert_int_equal(changes->change.moved_cnt, 1);
	const struct type_difference *tick = find(&differences, TYPE_TRACEPOINT, "tick");
	assert_string_equal(tick->change.added[0]->type, "int");
	assert_int_equal(find(&differences, TYPE_TRACEPOINT, "gone")->outcome, TYPE_REMOVED);
	assert_int_equal(find(&differences, TYPE_FUNCTION, "gone")->outcome, TYPE_REMOVED);
	/* Equal on both sides, and yet there. */
	assert_true(seen[2] && seen[5]);
	assert_false(seen[3]);
	end(&differences, lines);
}

/* Without symbols of one side, nothing is said of functions and system calls. */
static void unknown_is_no_change(void **state)
{
	struct store_lines lines[2];
	struct type_differences differences =
		diff(~0u, NULL, 0, NULL, 1u << STORE_TYPES | 1u << STORE_FUNCTIONS, lines);

	(void)state;
	assert_false(differences.known[TYPE_FUNCTION]);
	assert_false(differences.known[TYPE_SYSCALL]);
	assert_true(differences.known[TYPE_LSM_HOOK]);
	assert_null(find(&differences, TYPE_FUNCTION, "fresh"));
	assert_null(find(&differences, TYPE_SYSCALL, "built"));
	assert_non_null(find(&differences, TYPE_LSM_HOOK, "open"));
	end(&differences, lines);
}

/* The BTF of 5.10 types few variables: runqueues is data there, and was not added by 6.1. */
static void data_without_a_type_is_a_variable(void **state)
{
	struct store_lines lines[2];
	struct type_differences differences = diff(1u << TYPE_VARIABLE, NULL, 0, NULL, ALL, lines);
	const struct type_difference *gone, *fresh;

	(void)state;
	gone = find(&differences, TYPE_VARIABLE, "v_gone");
	fresh = find(&differences, TYPE_VARIABLE, "v_fresh");
	assert_true(gone && gone->outcome == TYPE_REMOVED);
	assert_true(fresh && fresh->outcome == TYPE_ADDED);
	assert_int_equal(differences.cnt, 2);
	end(&differences, lines);

	/* Where the symbols of data are not listed, a variable without a type may be there. */
	differences = diff(1u << TYPE_VARIABLE, NULL, 0, NULL, CODE_AND_TYPES, lines);
	assert_null(find(&differences, TYPE_VARIABLE, "v_fresh"));
	assert_non_null(find(&differences, TYPE_VARIABLE, "v_gone"));
	end(&differences, lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_all),
		cmocka_unit_test(lists_what_is_wanted),
		cmocka_unit_test(unknown_is_no_change),
		cmocka_unit_test(data_without_a_type_is_a_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
