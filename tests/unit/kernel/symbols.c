/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/kernel.h"
#include "input/system/kallsyms.h"
#include "util/array.h"
#include "util/lines.h"

static struct kernel_symbols *parse(struct pool *pool, const char *text, size_t piece)
{
	struct symbols_parser parser = {.pool = pool};
	struct line_splitter splitter = {.each = symbols_parse_line, .context = &parser};
	struct kernel_symbols *symbols;

	for (size_t len = strlen(text), at = 0; at < len; at += piece)
		assert_true(line_splitter_feed(
			&splitter, text + at, len - at < piece ? len - at : piece));
	assert_true(line_splitter_finish(&splitter));
	line_splitter_deinit(&splitter);
	assert_null(symbols_finish(&parser, &symbols));
	symbols_parser_deinit(&parser);
	return symbols;
}

static void test_lines(void **state)
{
	static const char text[] = "ffffffff81000000 T _stext\n"
				   "0000000000000001 a small\n"
				   "81000000 t thirty_two_bits\n"
				   "ffffffffc0203000 t veth_xdp\t[veth]\n"
				   "ffffffffc0203010 T veth_other\t[veth]\n"
				   "ffffffffc0204000 t bpf_prog_6deef7357e7b4530\t[bpf]\n"
				   "not a symbol\n"
				   "ffffffff81000000 T\n"
				   "fffffffff81000000 T\n"
				   "ffffffff81000000 T cut_sho";

	(void)state;
	/* Pieces of every size give the same result. */
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		_cleanup_pool_ struct pool pool = {0};
		const struct kernel_symbols *symbols = parse(&pool, text, piece);
		const struct kernel_symbol *list = symbols->list;
		assert_int_equal(symbols->cnt, 6);
		assert_int_equal(symbols->odd_lines, 4);
		assert_false(symbols->addresses_hidden);
		assert_true(list[0].address == 0xffffffff81000000);
		assert_string_equal(list[0].name, "_stext");
		assert_int_equal(list[0].type, 'T');
		assert_null(list[0].module);
		assert_true(list[2].address == 0x81000000);
		assert_string_equal(list[3].name, "veth_xdp");
		assert_string_equal(list[3].module, "veth");
		assert_ptr_equal(list[3].module, list[4].module);
		assert_string_equal(list[5].module, "bpf");
	}
}

/* A symbol that is not there tells nothing if the file was cut or has lines that nobody can read. */
static void test_absent_function(void **state)
{
	static const char text[] = "ffffffff81000000 T vfs_read\n"
				   "ffffffff81000010 t there.constprop.0\n";
	_cleanup_pool_ struct pool pool = {0};
	struct kernel kernel = {.symbols = parse(&pool, text, sizeof(text))};

	(void)state;
	assert_int_equal(kernel_has_function(&kernel, "there", "vfs_read"), TRISTATE_YES);
	assert_int_equal(kernel_has_function(&kernel, "absent", "vfs_read"), TRISTATE_NO);
	assert_int_equal(kernel_has_function(&kernel, "absent", "vfs_write"), TRISTATE_UNKNOWN);
	kernel.symbols->cut = true;
	assert_int_equal(kernel_has_function(&kernel, "there", "vfs_read"), TRISTATE_YES);
	assert_int_equal(kernel_has_function(&kernel, "absent", "vfs_read"), TRISTATE_UNKNOWN);
	kernel.symbols->cut = false;
	kernel.symbols->odd_lines = 1;
	assert_int_equal(kernel_has_function(&kernel, "absent", "vfs_read"), TRISTATE_UNKNOWN);
}

/* From /proc/kallsyms of Linux 6.12 on arm64 and riscv64. The last four are not labels. */
static void test_labels(void **state)
{
	static const char text[] = "ffff94651c795054 r .L1447\0021\t[tcp_bbr]\n"
				   "ffff94651c795066 r L3\0012\n"
				   "ffffffff0219610c t .L0 \t[tcp_dctcp]\n"
				   "ffff94651c795070 t bbr_main\t[tcp_bbr]\n"
				   "ffff94651c795078 r .L1447\0031\t[tcp_bbr]\n"
				   "ffff94651c795080 r .L\0021\n"
				   "ffff94651c795088 r name\0021\n"
				   "ffff94651c795090 t .L0 more\n";
	_cleanup_pool_ struct pool pool = {0};

	(void)state;
	const struct kernel_symbols *symbols = parse(&pool, text, sizeof(text));
	assert_int_equal(symbols->cnt, 1);
	assert_string_equal(symbols->list[0].name, "bbr_main");
	assert_int_equal(symbols->odd_lines, 4);
}

static void test_long_names(void **state)
{
	static const size_t lengths[] = {1, 128, 511, 512, 600, 5000, 65000, 66000, 200000};
	char *text = malloc(300000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_pool_ struct pool pool = {0};
		int at = sprintf(text, "ffffffff81000000 T ");
		memset(text + at, 'n', lengths[i]);
		strcpy(text + at + lengths[i], "\nffffffff81000010 T next\n");
		const struct kernel_symbols *symbols = parse(&pool, text, 4096);
		/* A name over the limit is skipped and counted. The next line is intact. */
		bool kept = lengths[i] <= KBTF_NAME_MAX_BYTES;
		assert_int_equal(symbols->cnt, kept ? 2 : 1);
		assert_int_equal(symbols->odd_lines, kept ? 0 : 1);
		assert_string_equal(symbols->list[symbols->cnt - 1].name, "next");
		if (kept)
			assert_int_equal(strlen(symbols->list[0].name), lengths[i]);
	}
	free(text);
}

static void test_hidden_addresses(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	const struct kernel_symbols *symbols;

	(void)state;
	symbols = parse(&pool, "0000000000000000 T a\n0000000000000000 T b\n", 7);
	assert_int_equal(symbols->cnt, 2);
	assert_true(symbols->addresses_hidden);
	/* Per-CPU offsets begin at zero on a machine that hides nothing. */
	symbols = parse(&pool, "0000000000000000 A fixed_percpu_data\nffffffff81000000 T b\n", 7);
	assert_false(symbols->addresses_hidden);
	symbols = parse(&pool, "", 1);
	assert_int_equal(symbols->cnt, 0);
	assert_false(symbols->addresses_hidden);
}

static const struct kernel_symbol *find(const struct kernel_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (!strcmp(symbols->list[i].name, name))
			return &symbols->list[i];
	}
	return NULL;
}

static void test_trees(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_symbols(&kernel, "tests/fixtures/roots/debian-6.1-cloud"));
	assert_non_null(kernel.symbols);
	assert_true(kernel.symbols->addresses_hidden);
	assert_int_equal(kernel.symbols->odd_lines, 0);
	assert_non_null(find(kernel.symbols, "bpf_mem_alloc_destroy"));
	assert_string_equal(find(kernel.symbols, "bpf_ct_release")->module, "nf_conntrack");
	kernel_deinit(&kernel);

	assert_null(load_symbols(&kernel, "tests/fixtures/roots/vm-6.18"));
	assert_false(kernel.symbols->addresses_hidden);
	assert_non_null(find(kernel.symbols, "bpf_mem_alloc_destroy"));
	assert_string_equal(find(kernel.symbols, "ftrace_trampoline")->module, "__builtin__ftrace");
	kernel_deinit(&kernel);

	assert_null(load_symbols(&kernel, "tests/fixtures/roots/debian-5.10-container"));
	assert_null(kernel.symbols);
	assert_string_equal(kernel.symbols_missing, "/proc/kallsyms: empty");
	kernel_deinit(&kernel);

	assert_null(load_symbols(&kernel, "tests/fixtures/roots/none"));
	assert_null(kernel.symbols);
	assert_non_null(strstr(kernel.symbols_missing, "No such file"));
	kernel_deinit(&kernel);
}

static void test_hostile_tree(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_symbols(&kernel, "tests/fixtures/roots/hostile"));
	const struct kernel_symbols *symbols = kernel.symbols;
	assert_non_null(symbols);
	assert_int_equal(symbols->cnt, 6);
	assert_int_equal(symbols->odd_lines, 22);
	/* The file ends in the middle of bpf_mem_alloc_destroy. */
	assert_null(find(symbols, "bpf_mem_alloc_destro"));
	kernel_deinit(&kernel);
}

static void test_changes(void **state)
{
#define BIT(name) (1u << SYMBOL_CHANGE_##name)
	static const struct {
		const char *name, *base;
		unsigned int changes;
		enum symbol_effect effect;
	} rows[] = {
		{"vfs_read", "vfs_read", 0, SYMBOL_EFFECT_NONE},
		{"vfs_read.cold", "vfs_read", BIT(COLD), SYMBOL_EFFECT_SPLIT},
		{"vfs_read.cold.12", "vfs_read", BIT(COLD), SYMBOL_EFFECT_SPLIT},
		{"f.isra.0", "f", BIT(ISRA), SYMBOL_EFFECT_ARGUMENTS},
		{"f.constprop.0", "f", BIT(CONSTPROP), SYMBOL_EFFECT_ARGUMENTS},
		{"f.part.0", "f", BIT(PART), SYMBOL_EFFECT_BODY},
		{"f.isra.0.cold", "f", BIT(ISRA) | BIT(COLD), SYMBOL_EFFECT_ARGUMENTS},
		{"f.part.0.cold", "f", BIT(PART) | BIT(COLD), SYMBOL_EFFECT_BODY},
		{"f.constprop.0.isra.0", "f", BIT(CONSTPROP) | BIT(ISRA), SYMBOL_EFFECT_ARGUMENTS},
		{"a.isra.0.constprop.1.part.2.cold.3", "a",
			BIT(ISRA) | BIT(CONSTPROP) | BIT(PART) | BIT(COLD), SYMBOL_EFFECT_BODY},
		{"f.llvm.12345678901234567890", "f", BIT(LLVM), SYMBOL_EFFECT_RENAMED},
		{"f.__uniq.18446744073709551615.llvm.1", "f", BIT(UNIQ) | BIT(LLVM),
			SYMBOL_EFFECT_RENAMED},
		{"f.lto_priv.0", "f", BIT(LTO_PRIV), SYMBOL_EFFECT_RENAMED},
		{"f.localalias", "f", BIT(LOCALALIAS), SYMBOL_EFFECT_RENAMED},
		{"f.lto_priv.0.cold", "f", BIT(LTO_PRIV) | BIT(COLD), SYMBOL_EFFECT_RENAMED},
		/* Not a compiler suffix: part of the name. */
		{"f.slowpath", "f.slowpath", 0, SYMBOL_EFFECT_NONE},
		{"f.slowpath.cold", "f.slowpath", BIT(COLD), SYMBOL_EFFECT_SPLIT},
		{"f.12", "f.12", 0, SYMBOL_EFFECT_NONE},
		{"f.cold.x", "f.cold.x", 0, SYMBOL_EFFECT_NONE},
		{"f.colder", "f.colder", 0, SYMBOL_EFFECT_NONE},
		{"fcold", "fcold", 0, SYMBOL_EFFECT_NONE},
		{"f.cold.", "f.cold.", 0, SYMBOL_EFFECT_NONE},
		{"f..cold", "f.", BIT(COLD), SYMBOL_EFFECT_SPLIT},
		{"f.is", "f.is", 0, SYMBOL_EFFECT_NONE},
		{".cold", ".cold", 0, SYMBOL_EFFECT_NONE},
		{".isra.0", ".isra.0", 0, SYMBOL_EFFECT_NONE},
		{".vfs_read", ".vfs_read", 0, SYMBOL_EFFECT_NONE},
		{"12", "12", 0, SYMBOL_EFFECT_NONE},
		{".12", ".12", 0, SYMBOL_EFFECT_NONE},
		{".", ".", 0, SYMBOL_EFFECT_NONE},
		{"", "", 0, SYMBOL_EFFECT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int changes;
		size_t len = symbol_base_length(rows[i].name, &changes);
		if (len != strlen(rows[i].base) || strncmp(rows[i].name, rows[i].base, len) ||
			changes != rows[i].changes || symbol_effect(rows[i].name) != rows[i].effect)
			fail_msg("%s: %.*s, %#x, %d", rows[i].name, (int)len, rows[i].name, changes,
				symbol_effect(rows[i].name));
		assert_true(symbol_base_equals(rows[i].name, rows[i].base));
	}
	assert_false(symbol_base_equals("vfs_read.cold", "vfs_rea"));
	assert_false(symbol_base_equals("vfs_read", "vfs_read_iter"));
	assert_false(symbol_base_equals("vfs_read_iter", "vfs_read"));
}

static void test_change_table(void **state)
{
	(void)state;
	for (int i = 0; i < SYMBOL_CHANGE_CNT; i++) {
		enum symbol_change change = (enum symbol_change)i;
		char name[64];
		unsigned int changes;
		snprintf(name, sizeof(name), "f%s.0", symbol_change_suffix(change));
		assert_int_equal(symbol_base_length(name, &changes), 1);
		assert_int_equal(changes, 1u << i);
		assert_int_equal(symbol_effect(name), symbol_change_effect(change));
	}
}

static const char indexed[] = "ffffffff81000000 T one\n"
			      "ffffffff81000010 t two.isra.0\n"
			      "ffffffff81000020 t one\t[mod]\n"
			      "ffffffff81000030 t one.cold\n"
			      "ffffffff81000040 t two.isra.1\n"
			      "ffffffff81000050 D one_data\n"
			      "ffffffff81000060 d data\n"
			      "ffffffff81000070 t data\n"
			      "ffffffff81000080 t __pfx_one\n"
			      "ffffffff81000090 W three\n";

static void test_index(void **state)
{
	static const struct {
		const char *base, *names[4];
	} rows[] = {
		{"one", {"one", "one", "one.cold"}},
		{"two", {"two.isra.0", "two.isra.1"}},
		{"two.isra.0", {NULL}},
		{"on", {NULL}},
		{"one.cold", {NULL}},
		{"", {NULL}},
		{"data", {"data", "data"}},
	};
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = parse(&pool, indexed, 64);
	struct symbol_index *index;

	(void)state;
	assert_null(symbol_index_create(symbols, &index));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct kernel_symbol *symbol = symbol_index_first(index, rows[i].base);
		size_t found = 0;
		for (; symbol; symbol = symbol_index_next(index, symbol), found++) {
			assert_non_null(rows[i].names[found]);
			assert_string_equal(symbol->name, rows[i].names[found]);
		}
		assert_null(rows[i].names[found]);
	}
	assert_string_equal(
		symbol_index_next(index, symbol_index_first(index, "one"))->module, "mod");
	symbol_index_destroy(index);
	symbol_index_destroy(NULL);
}

static void test_expansion(void **state)
{
	static const struct {
		const char *patterns[3];
		size_t pattern_cnt;
		const char *names[5];
		size_t name_cnt;
	} rows[] = {
		{{"one"}, 1, {"one"}, 1},
		{{"o*", "t[wx]o", "one"}, 3, {"one", "two"}, 2},
		{{"*"}, 1, {"data", "one", "three", "two"}, 4},
		{{"one_data", "o*_data"}, 2, {NULL}, 0},
		{{"*cold", "one.cold", "none"}, 3, {NULL}, 0},
		{{"__pfx_one"}, 1, {"__pfx_one"}, 1},
		{{NULL}, 0, {NULL}, 0},
	};
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = parse(&pool, indexed, 64);
	struct symbol_index *index;

	(void)state;
	assert_null(symbol_index_create(symbols, &index));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char **names;
		size_t cnt;
		assert_null(symbol_index_expand(
			index, &pool, rows[i].patterns, rows[i].pattern_cnt, &names, &cnt));
		if (cnt != rows[i].name_cnt)
			fail_msg("row %zu: %zu names", i, cnt);
		for (size_t j = 0; j < cnt; j++)
			assert_string_equal(names[j], rows[i].names[j]);
	}
	symbol_index_destroy(index);
}

/* Many symbols: several chunks, and each symbol is found again, in order. */
static void test_many(void **state)
{
	const size_t cnt = 50000;
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf text = {0};
	struct symbol_index *index;

	(void)state;
	for (size_t i = 0; i < cnt; i++)
		buf_printf(&text, "%016zx t function_%zu%s\n", i, i % 20000, i & 1 ? ".cold" : "");
	struct kernel_symbols *symbols = parse(&pool, buf_text(&text), 4096);
	assert_int_equal(symbols->cnt, cnt);
	assert_null(symbol_index_create(symbols, &index));
	for (size_t i = 0; i < cnt; i++)
		assert_true(symbols->list[i].address == i);
	for (size_t i = 0; i < 20000; i++) {
		char name[32];
		size_t found = 0;
		snprintf(name, sizeof(name), "function_%zu", i);
		for (const struct kernel_symbol *symbol = symbol_index_first(index, name); symbol;
			symbol = symbol_index_next(index, symbol), found++)
			assert_true(symbol->address == i + found * 20000);
		assert_int_equal(found, i < 10000 ? 3 : 2);
	}
	symbol_index_destroy(index);
}

/* On this machine, every line is valid. */
static void test_this_machine(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_symbols(&kernel, ""));
	if (!kernel.symbols) {
		print_message("skipped: %s\n", kernel.symbols_missing);
		kernel_deinit(&kernel);
		skip();
	}
	assert_int_equal(kernel.symbols->odd_lines, 0);
	assert_true(kernel.symbols->cnt > 1000);
	kernel_deinit(&kernel);
}

/* As Debian's 6.18 of amd64 lists them: nm calls .data code. The address may be hidden. */
static void test_data_letters(void **state)
{
	static const char *const names[] = {"vfs_read", "_sdata", "jiffies", "event_sched", "init_task", "_edata", "start_kernel"};
	static const char before[] = "TTTtDDT", after[] = "TDDdDDT";

	(void)state;
	for (uint64_t step = 0; step <= 16; step += 16) {
		struct kernel_symbol list[ARRAY_SIZE(names)];
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			list[i] = (struct kernel_symbol) {.address = step * (i + 1), .name = names[i], .type = before[i]};
		symbols_letter_data(list, ARRAY_SIZE(names) - 2);
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			assert_int_equal(list[i].type, before[i]);
		list[3].module = "m";
		symbols_letter_data(list, ARRAY_SIZE(names));
		assert_int_equal(list[3].type, 't');
		list[3].module = NULL;
		symbols_letter_data(list, ARRAY_SIZE(names));
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			assert_int_equal(list[i].type, after[i]);
	}
	/* A list that is not by address. */
	struct kernel_symbol odd[] = {{.address = 64, .name = "_sdata", .type = 'D'},
		{.address = 16, .name = "vfs_read", .type = 'T'}, {.address = 128, .name = "_edata", .type = 'D'}};
	symbols_letter_data(odd, ARRAY_SIZE(odd));
	assert_int_equal(odd[1].type, 'T');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_letters),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_absent_function),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_hidden_addresses),
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_hostile_tree),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_change_table),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_expansion),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
