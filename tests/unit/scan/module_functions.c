/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions and lists of modules: one module is compiled for each kind of ELF file. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "scan/module_functions.h"
#include "scan/module_list.h"
#include "inventory/inventory.h"
#include "util/array.h"
#include "util/file.h"

static const char source[] =
	"int taken_from_elsewhere(int);\n"
	"static __attribute__((noinline, used)) int of_file(int a) { return a + 1; }\n"
	"int of_module(int a) { return of_file(a) + taken_from_elsewhere(a); }\n"
	"__attribute__((weak)) int replaceable(void) { return 1; }\n"
	"int variable = 3;\n"
	"__asm__(\".text\\nin_assembler: .long 0\\n.data\\ndata_label: .long 0\\n\");\n"
	"static __attribute__((used)) int split_cold(void) __asm__(\"split.cold\");\n"
	"static int split_cold(void) { return 2; }\n"
	"static __attribute__((used)) int start(void) { return 0; }\n"
	"int init_module(void) __attribute__((alias(\"start\")));\n";

static const char *const targets[] = {"x86_64-linux-gnu", "i686-linux-gnu", "aarch64-linux-gnu",
	"armv7-linux-gnueabihf", "powerpc64-linux-gnu -mabi=elfv2", "powerpc64le-linux-gnu",
	"s390x-linux-gnu", "riscv64-linux-gnu"};

static void require_ok(struct error *error)
{
	if (error)
		fail_msg("%s", error->what);
}

/* The object's bytes, malloc'd; false: no compiler. */
static bool compile(const char *target, struct file_bytes *ret)
{
	char path[] = "/tmp/kcompat-module-XXXXXX", command[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(command, sizeof(command), "clang-19 --target=%s -O1 -x c -c -o %s - 2>/dev/null",
		target, path);
	FILE *pipe = popen(command, "w");
	assert_non_null(pipe);
	fputs(source, pipe);
	bool made = !pclose(pipe);
	if (made)
		require_ok(file_read("", path, ret));
	unlink(path);
	return made;
}

static struct image *open_image(const struct file_bytes *bytes)
{
	void *copy = malloc(bytes->size);
	struct image *image;

	assert_non_null(copy);
	memcpy(copy, bytes->data, bytes->size);
	require_ok(image_create(copy, bytes->size, &image));
	return image;
}

static struct symbol_filter *filter_of(struct pool *pool, const char *const *patterns, size_t cnt)
{
	struct symbol_filter *filter;

	require_ok(symbol_filter_create(pool, patterns, cnt, &filter));
	return filter;
}

static char type_of(const struct module_functions *functions, const char *name)
{
	for (size_t i = 0; i < functions->symbol_cnt; i++) {
		if (!strcmp(functions->symbols[i].name, name))
			return functions->symbols[i].type;
	}
	return 0;
}

static void check_all(const struct module_functions *functions)
{
	static const struct {
		const char *name;
		char type;
	} expected[] = {
		{"of_file", 't'},
		{"of_module", 'T'},
		{"replaceable", 'W'},
		{"in_assembler", 't'},
		{"split.cold", 't'},
		{"start", 't'},
		{"init_module", 'T'},
	};

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (type_of(functions, expected[i].name) != expected[i].type)
			fail_msg("%s has the type '%c'", expected[i].name,
				type_of(functions, expected[i].name));
	}
	assert_int_equal(functions->symbol_cnt, ARRAY_SIZE(expected));
	for (size_t i = 0; i < functions->symbol_cnt; i++)
		assert_string_equal(functions->symbols[i].module, "some");
}

/* Of both word sizes and byte orders; a name without its base is found by that base. */
static void test_symbols(void **state)
{
	static const char *const all[] = {"*"};
	static const char *const some[] = {
		"split", "of_module", "taken_from_elsewhere", "variable", "data_label", "of_fil"};
	size_t ran = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct module_functions whole = {0}, part = {0};
		struct file_bytes bytes = {0};
		bool stripped = true;
		if (!compile(targets[i], &bytes))
			continue;
		print_message("# %s\n", targets[i]);
		struct image *image = open_image(&bytes);
		require_ok(module_functions_add_symbols(
			&whole, image, "some", filter_of(&pool, all, ARRAY_SIZE(all)), &stripped));
		check_all(&whole);
		assert_false(stripped);
		require_ok(module_functions_add_symbols(
			&part, image, "some", filter_of(&pool, some, ARRAY_SIZE(some)), &stripped));
		assert_int_equal(part.symbol_cnt, 2);
		assert_int_equal(type_of(&part, "split.cold"), 't');
		assert_int_equal(type_of(&part, "of_module"), 'T');
		image_destroy(image);
		free(bytes.data);
		pool_destroy(&whole.pool);
		pool_destroy(&part.pool);
		ran++;
	}
	if (!ran) {
		print_message("skip: no clang-19\n");
		skip();
	}
}

/* Every byte of the two tables changed, and both cut at every place: symbols inside, or an error.
 */
static void damage(
	struct image *image, struct image_segment *table, const struct symbol_filter *filter)
{
	const struct image_segment whole = *table;
	unsigned char *bytes = (unsigned char *)(uintptr_t)whole.data;
	bool stripped;

	for (size_t i = 0; i < 2 * whole.size_bytes; i++) {
		struct module_functions functions = {0};
		bool cut = i >= whole.size_bytes;
		if (cut)
			table->size_bytes = i - whole.size_bytes + 1;
		else
			bytes[i] ^= 0xff;
		error_free(
			module_functions_add_symbols(&functions, image, "some", filter, &stripped));
		for (size_t k = 0; k < functions.symbol_cnt; k++)
			assert_true(*functions.symbols[k].name);
		if (!cut)
			bytes[i] ^= 0xff;
		*table = whole;
		pool_destroy(&functions.pool);
	}
}

static void test_damage(void **state)
{
	static const char *const all[] = {"*"};
	_cleanup_pool_ struct pool pool = {0};
	struct file_bytes bytes = {0};

	(void)state;
	if (!compile(targets[0], &bytes)) {
		print_message("skip: no clang-19\n");
		skip();
	}
	struct image *image = open_image(&bytes);
	for (size_t i = 0; i < image->other_cnt; i++) {
		const char *name = image->others[i].name;
		if (!strcmp(name, ".symtab") || !strcmp(name, ".strtab"))
			damage(image, &image->others[i], filter_of(&pool, all, ARRAY_SIZE(all)));
	}
	image_destroy(image);
	free(bytes.data);
}

/* Two modules into a kernel that has symbols of its own: its list stays, the new one is in order.
 */
static void test_publish(void **state)
{
	struct kernel_symbol own[] = {{.name = "in_kernel", .type = 'T', .address = 1}};
	struct kernel_symbols symbols = {.list = own, .cnt = 1};
	struct kernel_symbol second[] = {{.name = "b", .module = "two", .type = 't'}};
	struct kernel_symbol first[] = {{.name = "c", .module = "one", .type = 't'},
		{.name = "a", .module = "one", .type = 'T'}};
	struct kernel_prototype prototypes[] = {{"c", "two", "int c(void)"},
		{"c", "one", "void c(void)"}, {"a", "one", "int a(void)"}};
	struct module_functions functions[] = {
		{.symbols = second, .symbol_cnt = 1, .prototypes = prototypes, .prototype_cnt = 1},
		{.symbols = first,
			.symbol_cnt = 2,
			.prototypes = prototypes + 1,
			.prototype_cnt = 2},
	};
	struct kernel kernel = {.symbols = &symbols};

	(void)state;
	require_ok(module_functions_publish(functions, ARRAY_SIZE(functions), &kernel));
	assert_int_equal(symbols.cnt, 1);
	assert_int_equal(kernel.symbols->cnt, 4);
	assert_string_equal(kernel.symbols->list[0].name, "in_kernel");
	assert_string_equal(kernel.symbols->list[1].name, "a");
	assert_string_equal(kernel.symbols->list[2].name, "c");
	assert_string_equal(kernel.symbols->list[3].name, "b");
	assert_int_equal(kernel.prototype_cnt, 3);
	assert_int_equal(kernel_first_prototype(&kernel, "a"), 0);
	assert_int_equal(kernel_first_prototype(&kernel, "b"), 1);
	assert_int_equal(kernel_first_prototype(&kernel, "c"), 1);
	assert_string_equal(kernel.prototypes[1].module, "one");
	assert_int_equal(kernel_first_prototype(&kernel, "d"), 3);
	kernel_deinit(&kernel);
}

static void test_prototypes(void **state)
{
	static const char *const patterns[] = {"wanted", "glob_*"};
	_cleanup_pool_ struct pool pool = {0};
	struct module_functions functions = {0};
	struct btf_builder builder;
	struct kbtf *btf = NULL;

	(void)state;
	builder_init(&builder);
	uint32_t int_id = builder_int(&builder, "int", 4);
	uint32_t proto = builder_proto(&builder, int_id, NULL, 0);
	builder_func(&builder, "wanted", proto);
	builder_func(&builder, "unwanted", proto);
	builder_func(&builder, "glob_one", proto);
	require_ok(builder_create(&builder, NULL, &btf));
	builder_deinit(&builder);
	require_ok(module_functions_add_prototypes(
		&functions, btf, "some", filter_of(&pool, patterns, ARRAY_SIZE(patterns))));
	assert_int_equal(functions.prototype_cnt, 2);
	assert_string_equal(functions.prototypes[0].function, "wanted");
	assert_string_equal(functions.prototypes[0].text, "int wanted(void)");
	assert_string_equal(functions.prototypes[1].function, "glob_one");
	kbtf_destroy(btf);
	pool_destroy(&functions.pool);
}

/* A name is not absent if the modules were not searched for it. */
static void test_not_asked_for(void **state)
{
	static const char *const searched[] = {"searched", "group_*"};
	static const char *const names[] = {"searched", "group_one", "other"};
	static const char *const states[] = {"absent", "unknown", "absent"}; /* sorted by name */
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbol own[] = {{.name = "in_kernel", .type = 'T'}};
	struct kernel_symbols symbols = {.list = own,
		.cnt = 1,
		.module_filter = filter_of(&pool, searched, ARRAY_SIZE(searched))};
	const struct kernel kernel = {.symbols = &symbols};
	struct snapshot *snapshot = snapshot_create();

	(void)state;
	require_ok(functions_find(&kernel, names, ARRAY_SIZE(names), snapshot));
	assert_int_equal(snapshot->function_cnt, 3);
	assert_string_equal(snapshot->functions[1].name, "other");
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(snapshot->functions[i].state, states[i]);
	snapshot_destroy(snapshot);
}

/* What no list can prove; lists themselves are for tests/scan/modules.sh. */
static void test_census(void **state)
{
	struct kernel_config_option modules = {"CONFIG_MODULES", "y"}, other = {"CONFIG_BPF", "y"};
	const struct input_kernel input = {0};
	const struct module_census census = {0};
	struct kernel kernel = {0};
	struct module_verdict verdict;

	(void)state;
	require_ok(module_census_conclude(&census, &kernel, &input, false, &verdict));
	assert_string_equal(verdict.functions_missing, "its modules were not given");
	require_ok(module_census_conclude(&census, &kernel, &input, true, &verdict));
	assert_non_null(strstr(verdict.kfuncs_missing, "--no-modules"));
	kernel.environment.config_source = "config";
	kernel.config = &modules;
	kernel.config_cnt = 1;
	require_ok(module_census_conclude(&census, &kernel, &input, false, &verdict));
	assert_non_null(verdict.functions_missing);
	kernel.btf_absent = true;
	kernel.config = &other;
	require_ok(module_census_conclude(&census, &kernel, &input, false, &verdict));
	assert_null(verdict.functions_missing);
	assert_null(verdict.kfuncs_missing);
	kernel_deinit(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_publish),
		cmocka_unit_test(test_prototypes),
		cmocka_unit_test(test_not_asked_for),
		cmocka_unit_test(test_census),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
