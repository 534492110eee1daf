/* SPDX-License-Identifier: GPL-2.0-or-later */
/* functions_find: which symbols and prototypes a name means, and what proves that it is absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "inventory/inventory.h"
#include "util/array.h"

static struct kernel_symbol symbols[] = {
	{.name = "plain", .type = 'T'},
	{.name = "plain.cold", .type = 't'},
	{.name = "twin.constprop.0", .type = 't'},
	{.name = "twin.constprop.0", .type = 't'},
	{.name = "twin.constprop.0", .type = 't'},
	{.name = "twin.constprop.1", .type = 't'},
	{.name = "data", .type = 'D'},
};

/* A kernel with the symbols above; in BTF: plain, and only there: inlined. */
static void make_kernel(struct kernel *kernel, struct kernel_symbols *list)
{
	struct btf_builder builder;
	size_t size;

	builder_init(&builder);
	uint32_t prototype = builder_proto(&builder, 0, NULL, 0);
	builder_func(&builder, "plain", prototype);
	builder_func(&builder, "inlined", prototype);
	void *bytes = builder_bytes(&builder, &size);
	assert_null(kbtf_create(bytes, size, KBTF_MALLOC, NULL, &kernel->btf));
	builder_deinit(&builder);
	*list = (struct kernel_symbols) {.list = symbols, .cnt = ARRAY_SIZE(symbols)};
	kernel->symbols = list;
}

static void a_name_is_meant_as_written(void **state)
{
	static const struct {
		const char *name, *state, *reason;
		size_t symbol_cnt;
		bool collision;
	} cases[] = {
		{"data", "absent", "the symbol of that name is data, not a function", 0, false},
		{"inlined", "present", "in BTF only; no symbol of that name, so no fentry program and no "
			"kprobe can attach to it", 0, false},
		{"nosuch", "absent", "neither in kallsyms nor in BTF", 0, false},
		{"plain", "present", NULL, 2, false},
		{"plain.cold", "present", NULL, 1, false},
		{"plain.isra.0", "absent", "neither in kallsyms nor in BTF", 0, false},
		{"twin", "present", "only under names the compiler changed", 4, false},
		{"twin.constprop.0", "present", NULL, 3, true},
		{"twin.constprop.1", "present", NULL, 1, false},
		{"twin.constprop.2", "absent", "neither in kallsyms nor in BTF", 0, false},
	};
	const char *names[ARRAY_SIZE(cases)];
	struct snapshot *snapshot = snapshot_create();
	struct kernel kernel = {0};
	struct kernel_symbols list;

	(void)state;
	make_kernel(&kernel, &list);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		names[i] = cases[i].name;
	assert_null(functions_find(&kernel, names, ARRAY_SIZE(names), snapshot));
	assert_int_equal(snapshot->function_cnt, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct snapshot_function *function = &snapshot->functions[i];
		assert_string_equal(function->name, cases[i].name);
		assert_string_equal(function->state, cases[i].state);
		assert_string_equal(
			function->reason ? function->reason : "", cases[i].reason ? cases[i].reason : "");
		assert_int_equal(function->symbol_cnt, cases[i].symbol_cnt);
		assert_int_equal(function->collision, cases[i].collision);
	}
	snapshot_destroy(snapshot);
	kernel.symbols = NULL;
	kernel_deinit(&kernel);
}

/* Symbols that stop early prove neither absence nor that nothing can attach. */
static void symbols_that_are_cut(void **state)
{
	static const char *const names[] = {"inlined", "nosuch", "twin.constprop.2"};
	struct snapshot *snapshot = snapshot_create();
	struct kernel kernel = {0};
	struct kernel_symbols list;

	(void)state;
	make_kernel(&kernel, &list);
	list.cut = true;
	assert_null(functions_find(&kernel, names, ARRAY_SIZE(names), snapshot));
	assert_string_equal(snapshot->functions[0].state, "present");
	assert_string_equal(
		snapshot->functions[0].reason, "in BTF only; no symbol of that name was found");
	assert_string_equal(snapshot->functions[1].state, "unknown");
	assert_string_equal(snapshot->functions[2].state, "unknown");
	snapshot_destroy(snapshot);
	kernel.symbols = NULL;
	kernel_deinit(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_meant_as_written),
		cmocka_unit_test(symbols_that_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
