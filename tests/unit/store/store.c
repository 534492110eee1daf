/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store: BTF taken apart, stored, found and made again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/btf_all_kinds.h"
#include "fixture/btf_colours.h"
#include "btf/decl.h"
#include "store/store.h"

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

/* The BTF of a kernel: all kinds, and a struct with `extra` members. */
static struct kbtf *make_btf(unsigned int extra, bool swapped)
{
	struct btf_builder builder;
	char name[16];

	builder_init(&builder);
	builder.swapped = swapped;
	add_all_kinds(&builder);
	builder_type(&builder, "grows", BTF_KIND_STRUCT, extra, false, 4 * extra);
	for (unsigned int i = 0; i < extra; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		builder_member(&builder, name, INT, 32 * i);
	}
	/* Two types of one name, and an enum that nothing refers to. */
	builder_type(&builder, "task", BTF_KIND_STRUCT, 0, false, 1);
	builder_type(&builder, NULL, BTF_KIND_ENUM, 1, false, 4);
	builder_pair(&builder, "LOOSE", 7);
	struct kbtf *btf = must_create(&builder, NULL);
	builder_deinit(&builder);
	return btf;
}

static void add(struct store_addition *addition, const char *name, unsigned int extra)
{
	struct kbtf *btf = make_btf(extra, false);

	*addition = (struct store_addition) {
		.kernel = {.name = name, .release = "6.12.1-cloud-amd64", .version = "", .machine = "x86_64",
			.btf_sha256 = "", .whole = 1u << STORE_TYPES | 1u << STORE_FUNCTIONS},
	};
	must(store_emit(btf, &addition->lines));
	kbtf_destroy(btf);
}

static struct store *open_copy(const struct buf *bytes)
{
	struct store *store = NULL;
	void *copy = malloc(bytes->len);

	memcpy(copy, bytes->data, bytes->len);
	must(store_open_bytes(copy, bytes->len, &store));
	return store;
}

static void test_every_kind_comes_back(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		struct store_lines lines = {0}, again = {0};
		struct kbtf *btf = make_btf(3, swapped), *made = NULL;
		must(store_emit(btf, &lines));
		must(store_lines_btf(&lines, &made));
		assert_true(colours_equal(btf, made));
		must(store_emit(made, &again));
		for (size_t i = 0; i < STORE_SECTION_CNT; i++)
			assert_string_equal(buf_text(&lines.text[i]), buf_text(&again.text[i]));
		store_lines_deinit(&lines);
		store_lines_deinit(&again);
		kbtf_destroy(btf);
		kbtf_destroy(made);
	}
}

/* The comparison above can fail: one more member is another kernel. */
static void test_colours_see_a_difference(void **state)
{
	struct kbtf *a = make_btf(3, false), *b = make_btf(4, false);

	(void)state;
	assert_true(colours_equal(a, a));
	assert_false(colours_equal(a, b));
	kbtf_destroy(a);
	kbtf_destroy(b);
}

/* As tests/unit/fixture/btf_all_kinds.h says it. */
static void test_lines_are_as_the_header_says(void **state)
{
	struct kbtf *btf = make_btf(2, false);
	struct store_lines lines = {0};

	(void)state;
	must(store_emit(btf, &lines));
	const char *types = buf_text(&lines.text[STORE_TYPES]);
	assert_string_equal(buf_text(&lines.text[STORE_FUNCTIONS]),
		"vfs_read\tF0(task:*@rcu;stask#1,pid:Ktpid_t,:v)iint!bpf_kfunc\n"
		"vfs_read#1\tF0(task:*@rcu;stask#1,pid:Ktpid_t,:v)iint\n");
	assert_non_null(strstr(types, "grows\ts8{m0:iint;m1:iint+4;}\n"));
	assert_non_null(strstr(types, "color\te4k{RED=1;BLUE=-2;}\n"));
	assert_non_null(strstr(types, "wide\tE8{WIDE=25769803781;WIDEST=-1;}\n"));
	assert_non_null(strstr(types, "U4k{low:iint%4;high:iint~4%4;}+4;"));
	assert_non_null(strstr(types, "~LOOSE\t~N4{LOOSE=7;}\n"));
	store_lines_deinit(&lines);
	kbtf_destroy(btf);
}

/* More kernels than a word has bits. Each comes back, also one that is added later. */
static void test_many_kernels(void **state)
{
	enum { CNT = 100 };
	struct store_addition list[CNT];
	char names[CNT][16];
	struct buf all = {0}, part = {0}, more = {0};

	(void)state;
	for (unsigned int i = 0; i < CNT; i++) {
		snprintf(names[i], sizeof(names[i]), "kernel-%u", i);
		add(&list[i], names[i], i);
	}
	must(store_write(NULL, list, CNT, &all));
	must(store_write(NULL, list, 40, &part));
	struct store *old = open_copy(&part);
	must(store_write(old, list + 40, CNT - 40, &more));
	store_close(old);
	assert_int_equal(all.len, more.len);
	assert_memory_equal(all.data, more.data, all.len);
	struct store *store = open_copy(&all);
	must(store_check(store));
	assert_int_equal(store_kernel_cnt(store), CNT);
	for (unsigned int i = 0; i < CNT; i++) {
		struct kbtf *btf = make_btf(i, false), *made = NULL;
		assert_string_equal(store_kernel(store, i)->name, names[i]);
		must(store_btf(store, i, &made));
		assert_true(colours_equal(btf, made));
		kbtf_destroy(btf);
		kbtf_destroy(made);
		store_lines_deinit(&list[i].lines);
	}
	store_close(store);
	buf_deinit(&all);
	buf_deinit(&part);
	buf_deinit(&more);
}

static void test_find_one_name(void **state)
{
	struct store_addition list[3];
	struct store_records found = {0};
	struct pool pool = {0};
	struct buf bytes = {0}, text = {0};
	struct kbtf *btf = NULL;
	uint32_t id;

	(void)state;
	add(&list[0], "a", 1);
	add(&list[1], "b", 1);
	add(&list[2], "c", 2);
	must(store_write(NULL, list, 3, &bytes));
	struct store *store = open_copy(&bytes);
	must(store_find(store, STORE_TYPES, "grows", &pool, &found));
	assert_int_equal(found.cnt, 2);
	assert_true(store_record_is_of(&found.list[1], 2) != store_record_is_of(&found.list[0], 2));
	found = (struct store_records) {0};
	must(store_find(store, STORE_TYPES, "gro", &pool, &found));
	must(store_find(store, STORE_FUNCTIONS, "grows", &pool, &found));
	assert_int_equal(found.cnt, 0);
	/* Two types have this name, and all three kernels have both. */
	must(store_find(store, STORE_TYPES, "task", &pool, &found));
	assert_int_equal(found.cnt, 2);
	found = (struct store_records) {0};
	must(store_find(store, STORE_FUNCTIONS, "vfs_read", &pool, &found));
	assert_int_equal(found.cnt, 2);
	must(store_record_btf(&found.list[0], &btf, &id));
	kbtf_print_func(btf, id, &text);
	assert_string_equal(buf_text(&text), "int vfs_read(struct task __rcu *task, const pid_t pid, ...)");
	kbtf_destroy(btf);
	store_close(store);
	for (size_t i = 0; i < 3; i++)
		store_lines_deinit(&list[i].lines);
	pool_destroy(&pool);
	buf_deinit(&bytes);
	buf_deinit(&text);
}

/* Of named enums, of those without a name, and of none: a member's name is no enumerator. */
static void test_find_an_enumerator(void **state)
{
	static const struct {
		const char *name, *key;
	} cases[] = {{"LOOSE", "~LOOSE"}, {"m0", NULL}, {"LOOS", NULL}, {"OOSE", NULL}, {"", NULL}};
	struct store_addition addition;
	struct buf bytes = {0};
	struct pool pool = {0};

	(void)state;
	add(&addition, "a", 2);
	must(store_write(NULL, &addition, 1, &bytes));
	struct store *store = open_copy(&bytes);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store_records found = {0};
		struct kbtf *btf = NULL;
		int64_t value = 0;
		uint32_t id;
		must(store_find_enumerator(store, cases[i].name, &pool, &found));
		assert_int_equal(found.cnt, cases[i].key != NULL);
		if (!found.cnt)
			continue;
		assert_string_equal(found.list[0].key, cases[i].key);
		must(store_record_btf(&found.list[0], &btf, &id));
		assert_true(kbtf_enum_value(btf, id, cases[i].name, &value));
		assert_int_equal(value, 7);
		kbtf_destroy(btf);
	}
	store_close(store);
	store_lines_deinit(&addition.lines);
	pool_destroy(&pool);
	buf_deinit(&bytes);
}

static size_t count_records(const struct store *store, enum store_section section, const char *prefix)
{
	const struct store_record *record = NULL;
	struct store_cursor *cursor = NULL;
	struct buf last = {0};
	size_t cnt = 0;

	must(store_cursor_create(store, section, prefix, &cursor));
	for (; !store_cursor_next(cursor, &record) && record; cnt++) {
		assert_int_equal(strncmp(record->key, prefix, strlen(prefix)), 0);
		assert_true(strcmp(buf_text(&last), record->key) <= 0);
		buf_clear(&last);
		buf_puts(&last, record->key);
	}
	store_cursor_destroy(cursor);
	buf_deinit(&last);
	return cnt;
}

/* In the order of their keys, over all blocks, and nothing else than what begins with the prefix. */
static void test_one_record_after_another(void **state)
{
	enum { CNT = 60 };
	struct store_addition list[CNT];
	char names[CNT][16];
	struct buf bytes = {0};
	size_t line_cnt = 0;

	(void)state;
	for (unsigned int i = 0; i < CNT; i++) {
		snprintf(names[i], sizeof(names[i]), "kernel-%u", i);
		add(&list[i], names[i], i);
	}
	must(store_write(NULL, list, CNT, &bytes));
	struct store *store = open_copy(&bytes);
	assert_int_equal(count_records(store, STORE_TYPES, "grows"), CNT);
	assert_int_equal(count_records(store, STORE_TYPES, "task"), 2);
	assert_int_equal(count_records(store, STORE_TYPES, "zzz"), 0);
	assert_int_equal(count_records(store, STORE_SYMBOLS, ""), 0);
	/* All kernels differ in the one struct alone. */
	for (size_t i = 0; i < list[0].lines.text[STORE_TYPES].len; i++)
		line_cnt += list[0].lines.text[STORE_TYPES].data[i] == '\n';
	assert_int_equal(count_records(store, STORE_TYPES, ""), line_cnt + CNT - 1);
	for (unsigned int i = 0; i < CNT; i++)
		store_lines_deinit(&list[i].lines);
	store_close(store);
	buf_deinit(&bytes);
}

/* A kernel of the same name takes the place of the old one, and what only that had is gone. */
static void test_replace_a_kernel(void **state)
{
	struct store_addition first[2], second;
	struct buf bytes = {0}, again = {0};
	struct store_records found = {0};
	struct pool pool = {0};

	(void)state;
	add(&first[0], "a", 1);
	add(&first[1], "b", 2);
	add(&second, "a", 3);
	must(store_write(NULL, first, 2, &bytes));
	struct store *store = open_copy(&bytes);
	must(store_write(store, &second, 1, &again));
	store_close(store);
	store = open_copy(&again);
	assert_int_equal(store_kernel_cnt(store), 2);
	assert_string_equal(store_kernel(store, 0)->name, "b");
	must(store_find(store, STORE_TYPES, "grows", &pool, &found));
	assert_int_equal(found.cnt, 2);
	assert_non_null(strstr(found.list[0].body, "m1"));
	/* What is left is what was there before it was added. */
	const char *const forgotten[] = {"a"}, *const unknown[] = {"c"};
	struct buf left = {0}, alone = {0};
	must(store_forget(store, forgotten, 1, &left));
	must(store_write(NULL, &first[1], 1, &alone));
	assert_int_equal(left.len, alone.len);
	assert_memory_equal(left.data, alone.data, left.len);
	_cleanup_error_ struct error *error = store_forget(store, unknown, 1, &left);
	assert_true(error && error->code == ERROR_NOT_FOUND);
	buf_deinit(&left);
	buf_deinit(&alone);
	store_close(store);
	store_lines_deinit(&first[0].lines);
	store_lines_deinit(&first[1].lines);
	store_lines_deinit(&second.lines);
	pool_destroy(&pool);
	buf_deinit(&bytes);
	buf_deinit(&again);
}

static const struct kernel_symbol symbol_list[] = {
	{.name = "vfs_read", .type = 'T'}, {.name = "run", .type = 't'}, {.name = "run", .type = 't'},
	{.name = "run.isra.0", .type = 't'}, {.name = "running", .type = 'T'}, {.name = "jiffies", .type = 'D'},
	{.name = "__pfx_run", .type = 't'}, {.name = "nf_run", .type = 't', .module = "nf"},
};

/* Functions of the kernel itself come back, each as often as it was, and with their suffixes. */
static void test_symbols(void **state)
{
	struct kernel_symbols symbols = {
		.list = (struct kernel_symbol *)symbol_list, .cnt = sizeof(symbol_list) / sizeof(symbol_list[0])};
	const char *const wanted[] = {"run", "run", "nothing"};
	struct store_addition addition;
	struct kernel kernel = {0}, part = {0};
	struct buf bytes = {0};

	(void)state;
	add(&addition, "a", 1);
	must(store_emit_symbols(&symbols, &addition.lines));
	assert_string_equal(buf_text(&addition.lines.text[STORE_SYMBOLS]),
		"run\ttt\nrun.isra.0\tt\nrunning\tT\nvfs_read\tT\n");
	addition.kernel.whole |= 1u << STORE_SYMBOLS;
	must(store_write(NULL, &addition, 1, &bytes));
	struct store *store = open_copy(&bytes);
	must(store_load_on_demand(store, 0, true, &kernel));
	assert_int_equal(kernel.symbols->cnt, 5);
	assert_string_equal(kernel.symbols->list[2].name, "run.isra.0");
	must(store_load_functions(store, 0, wanted, 3, &part));
	assert_int_equal(part.symbols->cnt, 3);
	assert_int_equal(part.symbols->list[0].type, 't');
	kernel_deinit(&kernel);
	kernel_deinit(&part);
	store_close(store);
	store_lines_deinit(&addition.lines);
	buf_deinit(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_comes_back),
		cmocka_unit_test(test_colours_see_a_difference),
		cmocka_unit_test(test_lines_are_as_the_header_says),
		cmocka_unit_test(test_many_kernels),
		cmocka_unit_test(test_find_one_name),
		cmocka_unit_test(test_find_an_enumerator),
		cmocka_unit_test(test_one_record_after_another),
		cmocka_unit_test(test_replace_a_kernel),
		cmocka_unit_test(test_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
