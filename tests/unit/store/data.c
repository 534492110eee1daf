/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store: symbols of data, by name. With KCOMPAT_IMAGE, KCOMPAT_STORE and KCOMPAT_KERNEL=RELEASE: every name of the kallsyms
 * and of the BTF of the image is in that kernel of the store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/image.h"
#include "image/kallsyms/kallsyms.h"
#include "input/input.h"
#include "store/data_names.h"
#include "store/form.h"

#define SAMPLE 97u

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *left;
		char prefix;
		bool numbered;
	} cases[] = {
		{"jiffies", "jiffies", 0, false},
		{"__func__.12", "__func__", 0, true},
		{"__key.3.4", "__key", 0, true},
		{"version.", "version.", 0, false},
		{".12", ".12", 0, false},
		{"x.1a", "x.1a", 0, false},
		{"gcc_gpll0_12", "gcc_gpll0_12", 0, false},
		{"__ksymtab_vfs_read", "vfs_read", 'k', false},
		{"__ksymtab_", "__ksymtab_", 0, false},
		{"__SCK__tp_func_tick", "tick", 'S', false},
		{"__SCK__might_resched", "might_resched", 's', false},
		{"event_tick", "tick", 'e', false},
		{"__UNIQUE_ID_license123", "license", 'U', true},
		{"__UNIQUE_ID_license_123", "license", 'U', true},
		{"__UNIQUE_ID_4", "_", 'U', true},
		{"__UNIQUE_ID_ipv6_4", "ipv6", 'U', true},
		{"__UNIQUE_ID___addressable_init7", "init", 'A', true},
		{"__BTF_ID__func__bpf_sk_v4__1234", "bpf_sk_v4", 'b', true},
		{"__initcall__kmod_x__12_34_x_init6", "x____x_init", 'n', true},
		{"__pfx_vfs_read", "vfs_read", 'P', false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_buf_ struct buf left = {0};
		struct data_name got;
		data_name_split(cases[i].name, &left, &got);
		assert_string_equal(buf_text(&left), cases[i].left);
		assert_int_equal(got.prefix, cases[i].prefix);
		assert_int_equal(got.numbered, cases[i].numbered);
	}
}

static struct store *store_of(struct kernel_symbol *list, size_t cnt, const char **lines)
{
	struct store_addition addition = {
		.kernel = {.name = "one", .release = "6.1", .version = "", .machine = "x86_64", .btf_sha256 = "",
			.whole = 1u << STORE_SYMBOLS | 1u << STORE_DATA}};
	const struct kernel_symbols symbols = {.list = list, .cnt = cnt};
	static struct buf text;
	struct buf bytes = {0};
	struct store *store = NULL;

	must(store_emit_symbols(&symbols, &addition.lines));
	must(store_emit_data(&symbols, &addition.lines));
	buf_deinit(&text);
	buf_puts(&text, buf_text(&addition.lines.text[STORE_DATA]));
	*lines = buf_text(&text);
	must(store_write(NULL, &addition, 1, &bytes));
	store_lines_deinit(&addition.lines);
	must(store_open_bytes(bytes.data, bytes.len, &store));
	must(store_check(store));
	return store;
}

static char type_of(const struct store *store, const char *name)
{
	char type = 0;

	must(store_find_data(store, 0, name, &type));
	return type;
}

static void test_symbols(void **state)
{
	struct kernel_symbol list[] = {
		{.name = "vfs_read", .type = 'T'},
		{.name = "vfs_read.cold", .type = 't'},
		{.name = "__pfx_vfs_read", .type = 't'},
		{.name = "__ksymtab_vfs_read", .type = 'r'},
		{.name = "jiffies", .type = 'D'},
		{.name = "debug", .type = 'd'},
		{.name = "debug", .type = 'b'},
		{.name = "debug", .type = 'b'},
		{.name = "debug.7", .type = 'b'},
		{.name = "__key.7", .type = 'b'},
		{.name = "of_module", .module = "x", .type = 'b'},
	};
	const char *lines;
	struct store *store = store_of(list, sizeof(list) / sizeof(list[0]), &lines);
	struct kernel kernel = {0};
	char type;

	(void)state;
	assert_string_equal(lines, "__key\t-\t.\ndebug\tbd\t.\njiffies\tD\nvfs_read\t-\tPk\n");
	assert_int_equal(type_of(store, "jiffies"), 'D');
	assert_int_equal(type_of(store, "debug"), 'b');
	assert_int_equal(type_of(store, "__ksymtab_vfs_read"), '?');
	/* A function; what lies before one; a number that was not stored; a module's. */
	assert_int_equal(type_of(store, "vfs_read"), 0);
	assert_int_equal(type_of(store, "__pfx_vfs_read"), 0);
	assert_int_equal(type_of(store, "debug.7"), 0);
	assert_int_equal(type_of(store, "__key"), 0);
	assert_int_equal(type_of(store, "of_module"), 0);
	assert_int_equal(type_of(store, "__ksymtab_jiffies"), 0);
	must(store_load_on_demand(store, 0, true, &kernel));
	assert_int_equal(kernel.symbols->cnt, 2);
	assert_true(symbols_list_data(kernel.symbols));
	must(symbols_find_data(kernel.symbols, "jiffies", &type));
	assert_int_equal(type, 'D');
	must(symbols_find_data(kernel.symbols, "vfs_read", &type));
	assert_int_equal(type, 0);
	kernel_deinit(&kernel);
	store_close(store);
}

static bool has_record(const struct store *store, size_t kernel, enum store_section section, const char *name)
{
	_cleanup_pool_ struct pool pool = {0};
	struct store_records found = {0};

	must(store_find(store, section, name, &pool, &found));
	for (size_t i = 0; i < found.cnt; i++) {
		if (store_record_is_of(&found.list[i], kernel) &&
			(section != STORE_SYMBOLS || !strcmp(found.list[i].key, name)))
			return true;
	}
	return false;
}

static bool has_symbol(const struct store *store, size_t kernel, const struct kernel_symbol *symbol)
{
	_cleanup_pool_ struct pool pool = {0};
	struct store_records found = {0};

	if (symbol_is_function(symbol) && has_record(store, kernel, STORE_SYMBOLS, symbol->name))
		return true;
	must(store_find_data_of_any_number(store, symbol->name, &pool, &found));
	for (size_t i = 0; i < found.cnt; i++) {
		if (store_record_is_of(&found.list[i], kernel))
			return true;
	}
	return false;
}

static size_t missing_symbols(const struct store *store, size_t kernel, const struct input_kernel *input)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = NULL;
	size_t missing = 0;

	must(image_kallsyms(input->image->image, &pool, &symbols, NULL));
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (!has_symbol(store, kernel, symbol) && missing++ < 10)
			print_error("symbol %c %s\n", symbol->type, symbol->name);
		/* For tests/data/kallsyms.sh. */
		if (!(i % SAMPLE))
			print_message("sample: %s\n", symbol->name);
	}
	print_message("%zu symbols, %zu missing\n", symbols->cnt, missing);
	return missing;
}

static size_t missing_types(const struct store *store, size_t kernel, const struct input_kernel *input)
{
	const unsigned char *data = NULL;
	const char *name = NULL;
	struct kbtf *btf = NULL;
	size_t size = 0, missing = 0, cnt = 0;

	if (!input_kernel_btf(input, &data, &size, &name))
		return 0;
	must(kbtf_create((void *)data, size, KBTF_BORROWED, NULL, &btf));
	for (uint32_t id = 1; id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		bool function = kbtf_kind(type) == BTF_KIND_FUNC;
		if (!*kbtf_name(btf, type) || !store_letter(type))
			continue;
		cnt++;
		if (!has_record(store, kernel, function ? STORE_FUNCTIONS : STORE_TYPES, kbtf_name(btf, type)) &&
			missing++ < 10)
			print_error("type %s\n", kbtf_name(btf, type));
	}
	print_message("%zu names of BTF, %zu missing\n", cnt, missing);
	kbtf_destroy(btf);
	return missing;
}

static void test_all_names(void **state)
{
	const char *image = getenv("KCOMPAT_IMAGE"), *release = getenv("KCOMPAT_KERNEL");
	struct input *input = NULL;
	struct input_joined *joined = NULL;
	struct store *store = NULL;
	size_t kernel = 0;

	(void)state;
	if (!image || !release || !getenv("KCOMPAT_STORE"))
		skip();
	must(store_open(getenv("KCOMPAT_STORE"), &store));
	while (kernel < store_kernel_cnt(store) && strcmp(store_kernel(store, kernel)->release, release))
		kernel++;
	assert_true(kernel < store_kernel_cnt(store));
	must(input_open(image, &input));
	must(inputs_join(&input, 1, &joined));
	assert_int_equal(joined->kernel_cnt, 1);
	size_t missing = missing_symbols(store, kernel, &joined->kernels[0]);
	assert_int_equal(missing + missing_types(store, kernel, &joined->kernels[0]), 0);
	input_joined_destroy(joined);
	input_close(input);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_all_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
