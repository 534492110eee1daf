/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Function facts from debug information: the same program in every form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/dwarf_fixture.h"
#include "kernel/kernel.h"
#include "functions/symbols.h"
#include "util/array.h"

/* The linker makes these marks if code refers to them. */
#define MARKS(name) ",-u,__start_" name ",-u,__stop_" name
#define LINK                                                                                       \
	" -nostdlib -static -no-pie -ffreestanding -fcf-protection=none a.c b.c -o out -Wl"        \
	MARKS("mcount_loc") MARKS("kprobe_blacklist") MARKS("__ksymtab") MARKS("__ksymtab_gpl")
#define FLAGS " -O2 -fno-stack-protector -fno-asynchronous-unwind-tables"

/* One way to compile the fixture. */
struct form {
	const char *command;
	bool gcc;        /* names its copies like gcc */
	bool one_unit;   /* a.c alone */
	bool call_sites; /* the debug information has callers */
};

static const struct form forms[] = {
	{"gcc -g -gdwarf-5" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-4" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-5 -gz=zlib" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-4 -gz=zlib-gnu" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-5 -ffunction-sections" FLAGS LINK, true, false, true},
	/* Debug information has the address after the nops. */
	{"gcc -g -gdwarf-5 -fpatchable-function-entry=3,1" FLAGS LINK, true, false, true},
	/* The entries of arm64 with call ops. */
	{"gcc -g -gdwarf-5 -DBEFORE=8" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-5 -fdebug-types-section" FLAGS LINK, true, false, true},
	{"gcc -g -gdwarf-5 -c a.c -o out" FLAGS, true, true, true},
	{"gcc -g -gdwarf-4 -c a.c -o out" FLAGS, true, true, true},
	{"clang -g -gdwarf-5" FLAGS LINK, false, false, true},
	{"clang -g -gdwarf-4" FLAGS LINK, false, false, false},
};

static const struct form *form_now;

static const struct kernel_function *get(const struct fixture *fixture, const char *name)
{
	const struct kernel_function *function = kernel_functions_find(fixture->functions, name);

	if (!function)
		fail_msg("%s: no function %s", form_now->command, name);
	return function;
}

/* Counts `caller` of `unit` in a list. */
static unsigned int calls(
	const struct function_caller *list, size_t cnt, const char *unit, const char *caller)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i].function, caller) && list[i].unit && !strcmp(list[i].unit, unit))
			return list[i].cnt;
	}
	return 0;
}

static const struct function_instance *in_unit(const struct kernel_function *function, const char *unit)
{
	for (size_t i = 0; i < function->instance_cnt; i++) {
		if (function->instances[i].unit && !strcmp(function->instances[i].unit, unit))
			return &function->instances[i];
	}
	fail_msg("%s: %s is not in %s", form_now->command, function->name, unit);
	return NULL;
}

static void check_inline(const struct fixture *fixture)
{
	const struct kernel_function *twice = get(fixture, "twice");
	const struct kernel_function *selective = get(fixture, "selective");

	assert_int_equal(function_inline(twice), FUNCTION_INLINE_FULL);
	assert_int_equal(twice->symbol_cnt, 0);
	assert_int_equal(function_inline(selective), FUNCTION_INLINE_SELECTIVE);
	assert_int_equal(function_inline(get(fixture, "copied")), FUNCTION_INLINE_NO);
	assert_int_equal(function_collision(selective), FUNCTION_COLLISION_UNIQUE_GLOBAL);
	const struct function_instance *instance = in_unit(selective, "a.c");
	assert_int_equal(
		calls(instance->inline_sites, instance->inline_site_cnt, "a.c", "caller"), 1);
	instance = in_unit(twice, "a.c");
	assert_int_equal(
		calls(instance->inline_sites, instance->inline_site_cnt, "a.c", "caller"), 1);
	assert_string_equal(instance->file, "fixture.h");
	assert_int_equal(instance->line, 1);
	assert_false(instance->has_address);
}

static void check_two_units(const struct fixture *fixture)
{
	const struct kernel_function *overridden = get(fixture, "overridden");

	assert_int_equal(
		function_collision(get(fixture, "twice")), FUNCTION_COLLISION_STATIC_DUPLICATION);
	assert_int_equal(
		function_collision(get(fixture, "copied")), FUNCTION_COLLISION_STATIC_DUPLICATION);
	assert_int_equal(function_collision(get(fixture, "same")), FUNCTION_COLLISION_STATIC_STATIC);
	assert_int_equal(function_collision(overridden), FUNCTION_COLLISION_UNIQUE_GLOBAL);
	assert_int_equal(overridden->instance_cnt, 2);
	assert_true(in_unit(overridden, "a.c")->overridden);
	assert_false(in_unit(overridden, "b.c")->overridden);
	/* A call by name goes to the linked definition. */
	assert_int_equal(in_unit(overridden, "a.c")->direct_cnt, 0);
	assert_int_equal(calls(in_unit(overridden, "b.c")->direct,
				 in_unit(overridden, "b.c")->direct_cnt, "a.c", "use_absent"),
		1);
	assert_int_equal(in_unit(get(fixture, "same"), "b.c")->line, 3);
}

static void check_callers(const struct fixture *fixture, bool two_units)
{
	const struct function_instance *copied = in_unit(get(fixture, "copied"), "a.c");
	const struct function_instance *selective = in_unit(get(fixture, "selective"), "a.c");

	assert_int_equal(calls(copied->direct, copied->direct_cnt, "a.c", "caller"), 2);
	/* If the function is split in two, with a separate section. */
	assert_int_equal(calls(copied->direct, copied->direct_cnt, "a.c", "cold_part"), 1);
	assert_int_equal(calls(copied->direct, copied->direct_cnt, "a.c", "boots"), 1);
	if (two_units) {
		assert_int_equal(calls(selective->direct, selective->direct_cnt, "b.c", "from_b"), 2);
		assert_int_equal(calls(copied->direct, copied->direct_cnt, "b.c", "from_b"), 0);
	}
	const struct kernel_function *absent = get(fixture, "absent");
	assert_int_equal(absent->kind, FUNCTION_KIND_DECLARATION);
	assert_int_equal(absent->instance_cnt, 1);
	assert_int_equal(calls(absent->instances->direct, absent->instances->direct_cnt, "a.c",
				 "use_absent"),
		1);
	assert_int_equal(get(fixture, "stub")->kind, FUNCTION_KIND_ASSEMBLY);
	assert_int_equal(get(fixture, "stub")->instances->direct_cnt, 1);
}

static void check_changes(const struct fixture *fixture)
{
	const struct kernel_function *cold = get(fixture, "cold_part");

	assert_int_equal(function_changes(get(fixture, "first_of")), 1u << SYMBOL_CHANGE_ISRA);
	assert_int_equal(function_changes(get(fixture, "scaled")), 1u << SYMBOL_CHANGE_CONSTPROP);
	assert_int_equal(function_changes(get(fixture, "selective")), 0);
	/* The entry is the plain symbol, although the function has a second range. */
	assert_int_equal(function_changes(cold), 1u << SYMBOL_CHANGE_COLD);
	assert_int_equal(cold->symbol_cnt, 2);
	for (size_t i = 0; i < 2; i++) {
		if (!strcmp(cold->symbols[i].name, "cold_part"))
			assert_int_equal(cold->symbols[i].address, cold->instances->address);
		else
			assert_int_not_equal(cold->symbols[i].address, cold->instances->address);
	}
}

static void check_prototypes(const struct fixture *fixture)
{
	static const struct {
		const char *name, *prototype;
	} expected[] = {
		{"caller", "int caller(int x)"},
		{"first_of", "int first_of(struct point *p)"},
		{"chooser", "int (*chooser(int which))(int, char *)"},
		{"print", "void print(const char *format, ...)"},
		{"use_absent", "int use_absent(int x)"},
		{"twice", "int twice(int x)"},
	};
	const char *table = in_unit(get(fixture, "table"), "a.c")->prototype;

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_string_equal(in_unit(get(fixture, expected[i].name), "a.c")->prototype,
			expected[i].prototype);
	/* "long unsigned int" or "unsigned long" depends on the compiler. */
	assert_non_null(strstr(
		table, " table(const int (*rows)[4], char *const *names, enum color *c)"));
}

static void check_marks(const struct fixture *fixture)
{
	const struct function_symbol *caller = get(fixture, "caller")->symbols;
	const struct function_symbol *selective = get(fixture, "selective")->symbols;
	const struct function_symbol *boots = get(fixture, "boots")->symbols;

	assert_int_equal(caller->patchable, TRISTATE_YES);
	assert_int_equal(selective->patchable, TRISTATE_NO);
	/* The kernel may use the entry after it. */
	assert_int_equal(get(fixture, "stub")->symbols->patchable, TRISTATE_UNKNOWN);
	assert_int_equal(caller->kprobe_refused, TRISTATE_NO);
	assert_int_equal(selective->kprobe_refused, TRISTATE_YES);
	assert_int_equal(caller->exported, FUNCTION_EXPORT_YES);
	assert_int_equal(selective->exported, FUNCTION_EXPORT_GPL);
	assert_int_equal(boots->exported, FUNCTION_EXPORT_NO);
	assert_int_equal(caller->binding, FUNCTION_BINDING_GLOBAL);
	assert_string_equal(boots->section, ".init.text");
	assert_string_equal(boots->region, "init");
	assert_null(caller->region);
}

/* A single definition and its plain symbol have the same address (TRAPS: 20). */
static void check_addresses(const struct kernel_functions *functions)
{
	size_t compared = 0;

	for (size_t i = 0; i < functions->cnt; i++) {
		const struct kernel_function *function = &functions->list[i];
		if (function->instance_cnt != 1 || !function->instances->has_address ||
			function->instances->overridden)
			continue;
		for (size_t s = 0; s < function->symbol_cnt; s++) {
			if (strcmp(function->symbols[s].name, function->name))
				continue;
			assert_int_equal(
				function->symbols[s].address, function->instances->address);
			compared++;
		}
	}
	assert_true(compared > 5);
}

static void load(struct fixture *fixture)
{
	const struct functions_input input = {.debug = fixture->image};
	struct error *error = dwarf_functions_load(&input, &fixture->functions);

	if (error)
		fail_msg("%s: %s", form_now->command, error->what);
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct fixture fixture;
		form_now = &forms[i];
		fixture_begin(&fixture);
		if (fixture_run(&fixture, form_now->command)) {
			fixture.image = fixture_image(&fixture, "out");
			load(&fixture);
			check_inline(&fixture);
			check_prototypes(&fixture);
			check_addresses(fixture.functions);
			if (!form_now->one_unit)
				check_two_units(&fixture);
			if (!form_now->one_unit)
				check_marks(&fixture);
			if (form_now->call_sites)
				check_callers(&fixture, !form_now->one_unit);
			if (form_now->gcc)
				check_changes(&fixture);
		} else if (!i) {
			printf("skip: gcc does not compile the fixture\n");
			fixture_end(&fixture);
			skip();
		}
		fixture_end(&fixture);
	}
}

static struct error *load_pair(
	const struct image *debug, const struct image *code, struct kernel_functions **ret)
{
	const struct functions_input input = {.debug = debug, .code = code};

	*ret = NULL;
	return functions_load(&input, ret);
}

static void test_detached(void **state)
{
	struct fixture fixture;

	(void)state;
	form_now = &forms[0];
	fixture_begin(&fixture);
	if (!fixture_run(&fixture, "gcc -g -Wl,--build-id" FLAGS LINK
				   " && objcopy --only-keep-debug out out.debug && strip -o bare out && "
				   "gcc -g -Wl,--build-id=0x123456789abcdef0" FLAGS LINK " && strip -g -o symbols out")) {
		printf("skip: no gcc or binutils\n");
		fixture_end(&fixture);
		skip();
	}
	fixture.image = fixture_image(&fixture, "out.debug");
	struct image *bare = fixture_image(&fixture, "bare");
	struct image *other = fixture_image(&fixture, "symbols");
	/* The code of the same build: all facts are known, except those from symbols. */
	assert_null(load_pair(fixture.image, bare, &fixture.functions));
	assert_int_equal(function_inline(get(&fixture, "selective")), FUNCTION_INLINE_SELECTIVE);
	assert_true(in_unit(get(&fixture, "caller"), "a.c")->has_address);
	kernel_functions_destroy(fixture.functions);
	/* Of another build. */
	struct error *error = load_pair(fixture.image, other, &fixture.functions);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "123456789abcdef0"));
	error_free(error);
	/* No debug information: a message, and the other facts. */
	assert_null(load_pair(other, NULL, &fixture.functions));
	assert_int_equal(function_inline(get(&fixture, "selective")), FUNCTION_INLINE_UNKNOWN);
	assert_int_equal(get(&fixture, "selective")->symbols->kprobe_refused, TRISTATE_YES);
	assert_non_null(strstr(fixture.functions->limits[fixture.functions->limit_cnt - 1],
		"no debug information"));
	/* No facts at all. */
	kernel_functions_destroy(fixture.functions);
	error = load_pair(bare, NULL, &fixture.functions);
	assert_int_equal(error->code, ERROR_NOT_FOUND);
	error_free(error);
	image_destroy(bare);
	image_destroy(other);
	fixture_end(&fixture);
}

/* Threads do not change the result: a file of many units is read by one and by four. */
static void test_threads(void **state)
{
	struct kernel_functions *one = NULL, *four = NULL;
	struct fixture fixture;

	(void)state;
	form_now = &forms[0];
	fixture_begin(&fixture);
	if (!fixture_run(&fixture,
		    "for i in $(seq 80); do echo \"#include \\\"fixture.h\\\"\nint unit$i(int x)"
		    " { return copied(x) + twice(x) + unit$((i % 80 + 1))(x); }\" >u$i.c; "
		    "sed -i \"2i int unit$((i % 80 + 1))(int);\" u$i.c; done; "
		    "gcc -g -O1 -c u*.c && ld -r -o all u*.o && ld -e unit1 -o out u*.o")) {
		printf("skip: no gcc or ld\n");
		fixture_end(&fixture);
		skip();
	}
	fixture.image = fixture_image(&fixture, "out");
	struct functions_input input = {.debug = fixture.image, .threads = 1};
	assert_null(dwarf_functions_load(&input, &one));
	input.threads = 4;
	assert_null(dwarf_functions_load(&input, &four));
	assert_int_equal(one->cnt, four->cnt);
	for (size_t i = 0; i < one->cnt; i++) {
		assert_string_equal(one->list[i].name, four->list[i].name);
		assert_int_equal(one->list[i].instance_cnt, four->list[i].instance_cnt);
		for (size_t n = 0; n < one->list[i].instance_cnt; n++) {
			assert_int_equal(one->list[i].instances[n].address,
				four->list[i].instances[n].address);
			assert_int_equal(one->list[i].instances[n].direct_cnt,
				four->list[i].instances[n].direct_cnt);
		}
	}
	fixture.functions = one;
	assert_int_equal(get(&fixture, "copied")->instance_cnt, 80);
	assert_int_equal(get(&fixture, "unit7")->instances->direct_cnt, 1);
	assert_string_equal(get(&fixture, "unit7")->instances->direct->unit, "u6.c");
	kernel_functions_destroy(four);
	fixture_end(&fixture);
}

/*
 * Real kernels: KCOMPAT_IMAGES is a list of vmlinux files with debug information, separated by
 * colons.
 */
static void check_kernel(const char *path)
{
	static const struct form kernel = {.command = "a kernel"};
	struct fixture fixture = {0};
	struct file_bytes bytes;
	size_t units = 0, orphans = 0;

	form_now = &kernel;
	assert_null(file_read("", path, &bytes));
	assert_null(image_create(bytes.data, bytes.size, &fixture.image));
	load(&fixture);
	check_addresses(fixture.functions);
	const struct kernel_function *vfs_read = get(&fixture, "vfs_read");
	assert_int_equal(function_collision(vfs_read), FUNCTION_COLLISION_UNIQUE_GLOBAL);
	assert_string_equal(vfs_read->instances->unit, "fs/read_write.c");
	assert_string_equal(vfs_read->instances->prototype,
		"ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)");
	for (size_t i = 0; i < fixture.functions->cnt; i++) {
		const struct kernel_function *function = &fixture.functions->list[i];
		for (size_t n = 0; n < function->instance_cnt; n++) {
			const struct function_instance *instance = &function->instances[n];
			units += instance->inlined == FUNCTION_INLINE_FULL;
			/* A function marked as inlined is inlined somewhere (TRAPS: 14). */
			orphans += instance->inlined == FUNCTION_INLINE_FULL &&
				!instance->inline_site_cnt;
		}
	}
	assert_true(units > 10000);
	assert_int_equal(orphans, 0);
	kernel_functions_destroy(fixture.functions);
	image_destroy(fixture.image);
}

static void test_kernels(void **state)
{
	const char *paths = getenv("KCOMPAT_IMAGES");
	char *copy = paths ? strdup(paths) : NULL, *rest = NULL;

	(void)state;
	if (!copy || !*copy) {
		free(copy);
		printf("skip: KCOMPAT_IMAGES names no vmlinux with debug information\n");
		skip();
	}
	for (char *path = strtok_r(copy, ":", &rest); path; path = strtok_r(NULL, ":", &rest))
		check_kernel(path);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_detached),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
