/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store: facts about functions come back as they were, and damaged ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/pieces.h"
#include "store/store.h"
#include "store/words.h"
#include "util/array.h"

#define CODE (1u << FUNCTION_SOURCE_CODE | 1u << FUNCTION_SOURCE_SYMBOLS | 1u << FUNCTION_SOURCE_ENTRIES)
#define DWARF (1u << FUNCTION_SOURCE_DWARF | 1u << FUNCTION_SOURCE_SYMTAB)
#define FACTS (1u << STORE_ATTACH | 1u << STORE_INSTANCES)
#define BESIDE (1u << STORE_CALLERS | 1u << STORE_DECLARED | 1u << STORE_INLINERS | 1u << STORE_PROTOTYPES)

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

/* What the code of an image tells: two functions f, an assembly g, and h. */
static struct function_caller calls_f[] = {{"g", NULL, 2}, {"h", NULL, 1}};
static struct function_caller calls_f_too[] = {{"h", NULL, 1}};
static struct function_instance code_f[] = {
	{.has_address = true, .address = 16, .external = TRISTATE_NO, .direct = calls_f, .direct_cnt = 2},
	{.has_address = true, .address = 64, .external = TRISTATE_NO, .direct = calls_f_too, .direct_cnt = 1},
};
static struct function_symbol symbols_f[] = {
	{"f", 16, 0, FUNCTION_BINDING_LOCAL, NULL, NULL, TRISTATE_YES, TRISTATE_NO, FUNCTION_EXPORT_NO},
	{"f", 64, 0, FUNCTION_BINDING_LOCAL, NULL, "init", TRISTATE_NO, TRISTATE_UNKNOWN, FUNCTION_EXPORT_GPL},
	{"f.cold", 80, 0, FUNCTION_BINDING_LOCAL, NULL, NULL, TRISTATE_NO, TRISTATE_YES, FUNCTION_EXPORT_NO},
};
static struct function_caller calls_g[] = {{"h", NULL, 1}};
static struct function_instance code_g[] = {
	{.has_address = true, .address = 32, .external = TRISTATE_YES, .direct = calls_g, .direct_cnt = 1}};
static struct function_symbol symbols_g[] = {
	{"g", 32, 0, FUNCTION_BINDING_GLOBAL, NULL, "noinstr", TRISTATE_NO, TRISTATE_YES, FUNCTION_EXPORT_YES},
	{"g.alias", 32, 0, FUNCTION_BINDING_WEAK, NULL, NULL, TRISTATE_UNKNOWN, TRISTATE_NO, FUNCTION_EXPORT_UNKNOWN},
};
static struct function_symbol symbols_h[] = {
	{"h.isra.0", 48, 0, FUNCTION_BINDING_LOCAL, NULL, NULL, TRISTATE_YES, TRISTATE_NO, FUNCTION_EXPORT_NO}};
static struct function_instance code_h[] = {{.has_address = true, .address = 48, .external = TRISTATE_NO}};
static struct kernel_function code_list[] = {
	{.name = "f", .kind = FUNCTION_KIND_FUNCTION, .fentry_refused = "it takes variable arguments",
		.instances = code_f, .instance_cnt = 2, .symbols = symbols_f, .symbol_cnt = 3},
	{.name = "g", .kind = FUNCTION_KIND_SYMBOL, .namesake = true, .fentry_doubt = "who knows",
		.instances = code_g, .instance_cnt = 1, .symbols = symbols_g, .symbol_cnt = 2},
	{.name = "h", .kind = FUNCTION_KIND_FUNCTION, .instances = code_h, .instance_cnt = 1,
		.symbols = symbols_h, .symbol_cnt = 1},
};
static const struct kernel_functions code = {.list = code_list, .cnt = 3, .sources = CODE};

/* What debug information tells: h and f of a.c and b.c, and the inline function k of a header. */
static struct function_caller in_h[] = {{"h", "a.c", 3}}, in_f[] = {{"f", "b.c", 1}};
static struct function_instance dwarf_f[] = {
	{.unit = "a.c", .file = "a.c", .line = 7, .language = "C11", .has_address = true, .address = 16,
		.external = TRISTATE_NO, .inlined = FUNCTION_INLINE_SELECTIVE, .inline_sites = in_h,
		.inline_site_cnt = 1},
	{.unit = "b.c", .file = "b.c", .line = 9, .language = "Rust", .has_address = true, .address = 64,
		.external = TRISTATE_NO, .inlined = FUNCTION_INLINE_NO},
};
static struct function_instance dwarf_h[] = {{.unit = "a.c", .file = "a.c", .line = 30, .language = "C11",
	.prototype = "int h(void)", .has_address = true, .address = 48, .external = TRISTATE_NO,
	.inlined = FUNCTION_INLINE_NO}};
static struct function_instance dwarf_k[] = {
	{.unit = "a.c", .file = "k.h", .line = 3, .external = TRISTATE_NO, .inlined = FUNCTION_INLINE_FULL,
		.prototype = "int k(void)", .inline_sites = in_h, .inline_site_cnt = 1},
	{.unit = "b.c", .file = "k.h", .line = 3, .external = TRISTATE_NO, .inlined = FUNCTION_INLINE_FULL,
		.prototype = "int k(void)", .inline_sites = in_f, .inline_site_cnt = 1},
	{.unit = "c.c", .file = "other.h", .line = 4, .external = TRISTATE_YES, .overridden = true,
		.inlined = FUNCTION_INLINE_GONE, .prototype = "int k(void)"},
};
static struct kernel_function dwarf_list[] = {
	{.name = "f", .kind = FUNCTION_KIND_FUNCTION, .instances = dwarf_f, .instance_cnt = 2,
		.symbols = symbols_f, .symbol_cnt = 3},
	{.name = "g", .kind = FUNCTION_KIND_ALIAS, .alias_of = "f", .symbols = symbols_g, .symbol_cnt = 2},
	{.name = "h", .kind = FUNCTION_KIND_FUNCTION, .instances = dwarf_h, .instance_cnt = 1,
		.symbols = symbols_h, .symbol_cnt = 1},
	{.name = "k", .kind = FUNCTION_KIND_FUNCTION, .instances = dwarf_k, .instance_cnt = 3},
};
static const struct kernel_functions dwarf = {.list = dwarf_list, .cnt = 4, .sources = DWARF};

/* A store with these sections of the lines. */
static struct store *store_of(const struct store_lines *lines, uint32_t sections)
{
	struct store_addition addition = {.kernel = {.name = "one", .release = "6.1", .version = "", .machine = "x86_64",
						  .btf_sha256 = "", .whole = sections}};
	struct buf bytes = {0};
	struct store *store = NULL;

	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (sections & 1u << i)
			addition.lines.text[i] = lines->text[i];
	}
	must(store_write(NULL, &addition, 1, &bytes));
	must(store_open_bytes(bytes.data, bytes.len, &store));
	must(store_check(store));
	return store;
}

static struct kernel_functions *load(const struct store *store, const struct store *callers)
{
	static const char *const names[] = {"k", "h", "g", "f", "f", "no_such_function"};
	struct kernel_functions *functions = NULL;

	must(store_load_facts(store, callers, 0, names, ARRAY_SIZE(names), &functions));
	assert_non_null(functions);
	return functions;
}

static void same_symbols(const struct kernel_function *a, const struct kernel_function *b)
{
	assert_int_equal(a->symbol_cnt, b->symbol_cnt);
	for (size_t i = 0; i < a->symbol_cnt; i++) {
		const struct function_symbol *x = &a->symbols[i], *y = &b->symbols[i];
		assert_string_equal(x->name, y->name);
		assert_int_equal(x->binding, y->binding);
		assert_int_equal(x->patchable, y->patchable);
		assert_int_equal(x->kprobe_refused, y->kprobe_refused);
		assert_int_equal(x->exported, y->exported);
		assert_true(!x->region == !y->region && (!x->region || !strcmp(x->region, y->region)));
		/* Ranks are in the order of addresses, and equal where these are. */
		assert_true(!i || (x->address == x[-1].address) == (y->address == y[-1].address));
	}
}

static void test_code_comes_back(void **state)
{
	struct store_lines lines = {0};

	(void)state;
	must(store_emit_attach(&code, NULL, &lines));
	struct store *store = store_of(&lines, 1u << STORE_ATTACH | 1u << STORE_CALLERS);
	struct kernel_functions *functions = load(store, NULL);
	assert_int_equal(functions->cnt, 3);
	assert_int_equal(functions->sources, CODE);
	for (size_t i = 0; i < 3; i++) {
		const struct kernel_function *function = &functions->list[i], *from = &code_list[i];
		assert_true(function->ranked && !function->callers_left_out);
		assert_int_equal(function->kind, from->kind);
		assert_int_equal(function->namesake, from->namesake);
		assert_int_equal(function->instance_cnt, from->instance_cnt);
		assert_int_equal(function_collision(function), function_collision(from));
		same_symbols(function, from);
		for (size_t k = 0; k < from->instance_cnt; k++) {
			const struct function_instance *x = &function->instances[k], *y = &from->instances[k];
			assert_int_equal(x->direct_cnt, y->direct_cnt);
			assert_int_equal(x->external, y->external);
			for (size_t n = 0; n < x->direct_cnt; n++) {
				assert_string_equal(x->direct[n].function, y->direct[n].function);
				assert_int_equal(x->direct[n].cnt, y->direct[n].cnt);
			}
		}
		for (int way = 0; way < FUNCTION_ATTACH_CNT; way++)
			assert_int_equal(function_attachability(function, CODE, 1, way).rule,
				function_attachability(from, CODE, 1, way).rule);
	}
	assert_string_equal(functions->list[0].fentry_refused, "it takes variable arguments");
	assert_string_equal(functions->list[1].fentry_doubt, "who knows");
	kernel_functions_destroy(functions);
	store_close(store);
	store_lines_deinit(&lines);
}

static void check_debug(const struct kernel_functions *functions)
{
	const struct kernel_function *f = &functions->list[0], *k = &functions->list[3];

	assert_int_equal(functions->cnt, 4);
	assert_int_equal(functions->sources, CODE | DWARF);
	assert_int_equal(function_inline(f), FUNCTION_INLINE_SELECTIVE);
	assert_int_equal(functions->list[1].kind, FUNCTION_KIND_ALIAS);
	assert_string_equal(functions->list[1].alias_of, "f");
	assert_string_equal(f->instances[0].unit, "a.c");
	assert_int_equal(f->instances[1].line, 9);
	assert_null(f->instances[0].language);
	assert_string_equal(f->instances[1].language, "Rust");
	assert_int_equal(f->instances[0].inline_sites[0].cnt, 3);
	/* h is in one unit, and so are its calls. */
	assert_string_equal(f->instances[0].direct[1].unit, "a.c");
	assert_null(f->instances[0].direct[0].unit);
	assert_int_equal(k->instance_cnt, 3);
	assert_string_equal(k->instances[0].file, "k.h");
	assert_string_equal(k->instances[2].file, "other.h");
	assert_int_equal(k->instances[2].line, 4);
	assert_true(k->instances[2].overridden);
	/* Only where there is code. */
	assert_null(k->instances[0].prototype);
	assert_string_equal(functions->list[2].instances[0].prototype, "int h(void)");
	assert_string_equal(k->instances[0].inline_sites[0].function, "h");
	assert_string_equal(k->instances[1].inline_sites[0].function, "f");
	assert_int_equal(k->instances[2].inline_site_cnt, 0);
	assert_int_equal(function_inline(k), FUNCTION_INLINE_FULL);
}

static void test_debug_information_comes_back(void **state)
{
	struct store_lines lines = {0};

	(void)state;
	must(store_emit_attach(&code, &dwarf, &lines));
	must(store_emit_instances(&dwarf, &lines));
	struct store *store = store_of(&lines, FACTS), *callers = store_of(&lines, BESIDE);
	struct kernel_functions *functions = load(store, callers);
	check_debug(functions);
	kernel_functions_destroy(functions);

	/* Without the second file, callers are not told, and not denied either. */
	functions = load(store, NULL);
	assert_true(functions->list[0].callers_left_out);
	assert_int_equal(functions->list[0].instances[0].direct_cnt, 0);
	assert_false(functions->sources & 1u << FUNCTION_SOURCE_CODE);
	assert_int_equal(function_inline(&functions->list[0]), FUNCTION_INLINE_SELECTIVE);
	kernel_functions_destroy(functions);
	store_close(store);
	store_close(callers);
	store_lines_deinit(&lines);
}

/* A line of a section with what is behind f; `right`: it is accepted. */
static const struct {
	enum store_section section;
	const char *line;
	bool right;
} lines_of_f[] = {
	{STORE_ATTACH, "f\ts :gynn", true},
	{STORE_ATTACH, "f\ts", true},
	{STORE_ATTACH, "f\tz :gynn", false},
	{STORE_ATTACH, "f\ts :gynn;^.isra.0:l?y?/init@.init.text", true},
	{STORE_ATTACH, "f\ts :gyn", false},
	{STORE_ATTACH, "f\ts :gynnn", false},
	{STORE_ATTACH, "f\ts xyz:gynn", false},
	{STORE_ATTACH, "f\ts gynn", false},
	{STORE_ATTACH, "f\ts :gynn;", false},
	{STORE_ATTACH, "f\ts :gynn/", false},
	{STORE_ATTACH, "f\ts :gynn\tno reason", false},
	{STORE_ATTACH, "f\ts :gynn\t!reason", true},
	{STORE_CALLERS, "f\tg\t*2", true},
	{STORE_CALLERS, "f\tg\t#0", true},
	{STORE_CALLERS, "f\tg\t#1", false},
	{STORE_CALLERS, "f\tg\t*", false},
	{STORE_CALLERS, "f\tg\t*99999999999999999999", false},
	{STORE_CALLERS, "f\tg\tmore", false},
	{STORE_INSTANCES, "f\ta.c\tny@0", true},
	{STORE_INSTANCES, "f\ta.c\tny@1", false},
	{STORE_INSTANCES, "f\ta.c\tn", false},
	{STORE_INSTANCES, "f\ta.c", false},
	{STORE_INSTANCES, "f\ta.c\tny@0=", false},
	{STORE_INSTANCES, "f\t!\ta", true},
	{STORE_INSTANCES, "f\t!\tl=g", true},
	{STORE_INSTANCES, "f\t!\tl=", false},
	{STORE_DECLARED, "f\ta.c\t:7", true},
	{STORE_DECLARED, "f\ta.c\t7", false},
	{STORE_DECLARED, "f\ta.c\t:99999999999", false},
	{STORE_DECLARED, "f\ta.c\t:7=", false},
	{STORE_INLINERS, "f\tg\t=a.c", true},
	{STORE_INLINERS, "f\tg\t*2=a.c", true},
	{STORE_INLINERS, "f\tg\t=", false},
	{STORE_PROTOTYPES, "f\t=\tint f(void)", true},
};

static void test_damaged_facts(void **state)
{
	static const char *const names[] = {"f"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines_of_f); i++) {
		struct store_lines lines = {0};
		struct kernel_functions *functions = NULL;
		if (lines_of_f[i].section != STORE_ATTACH)
			buf_puts(&lines.text[STORE_ATTACH], "f\ts :gynn\n");
		buf_printf(&lines.text[lines_of_f[i].section], "%s\n", lines_of_f[i].line);
		struct store *store = store_of(&lines, FACTS | BESIDE);
		_cleanup_error_ struct error *error = store_load_facts(store, NULL, 0, names, 1, &functions);
		if (!error != lines_of_f[i].right)
			fail_msg("%s: %s", lines_of_f[i].line, error ? error->what : "accepted");
		assert_true(error ? error->code == ERROR_INPUT && !functions : functions != NULL);
		kernel_functions_destroy(functions);
		store_close(store);
		store_lines_deinit(&lines);
	}
}

/* A block with the columns of one or two lines and three names, and how it is damaged. */
static void test_damaged_columns(void **state)
{
	static const struct {
		const char *bytes;
		size_t size, cnt;
		const char *why;
	} blocks[] = {
		{"\1\1\1\0\1\n\0", 7, 1, NULL},
		{"\1\1\3\2\1xy\n\0", 9, 1, NULL},
		{"\2\2\2\0\1\0\1\n\n\0\0", 11, 2, NULL},
		{"\2\2\3\0\0\1\0\nx\n\0\0", 12, 2, NULL},
		{"\2\2\2\0\0\1\0\n\n\0\0", 11, 2, "the lines of a block are not in order"},
		{"\1\1\1\3\1\n\0", 7, 1, "a line has a name that is none"},
		{"\1\1\1\0\3\n\0", 7, 1, "a line has a name that is none"},
		{"\2\2\2\2\0\1\1\n\n\0\0", 11, 2, NULL},
		{"\2\2\2\2\0\1\2\n\n\0\0", 11, 2, "a line has a name that is none"},
		{"\2\2\2\2\1\1\1\n\n\0\0", 11, 2, "a line has a name that is none"},
		{"\2\2\2\0\2\2\1\n\n\0\0", 11, 2, NULL},
		{"\1\1\1\0\1", 5, 1, "the columns of a block are longer than it"},
		{"\1\1", 2, 1, "the columns of a block are longer than it"},
		{"\xff\xff\xff\xff\xff\xff\xff\x7f\1\1", 10, 1, "the columns of a block are longer than it"},
		{"\1\1\2\0\1\n\n\0", 8, 1, "a block is too long"},
		{"\2\1\1\0\0\1\n\0", 8, 1, "a block is too long"},
		{"\1\2\1\0\0\1\n\0", 8, 1, "a block is too long"},
		{"\1\1\1\0\1\n\0", 7, 2, "a line has a name that is none"},
		{"\1\1\1\x80\1\n\0", 7, 1, "a line has a name that is none"},
		{"\1\1\1\0\1x\0", 7, 1, "a block has too few lines"},
		{"\1\1\2\0\1\0\n\0", 8, 1, "a line has a NUL"},
		{"\1\1\1\0\1\n\1", 7, 1, "a line has no mask"},
		{"\1\1\1\0\1\n", 6, 1, "a line has no mask"},
		{"\1\1\1\0\1\n\0\0", 8, 1, "a block is too long"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct store_columns columns = {.data = malloc(blocks[i].size), .cnt = blocks[i].cnt};
		bool no_memory;
		memcpy(columns.data, blocks[i].bytes, blocks[i].size);
		const char *why = store_split_columns(blocks[i].size, 3, 1, &columns, &no_memory);
		if (!why != !blocks[i].why || (why && strcmp(why, blocks[i].why)))
			fail_msg("block %zu: %s", i, why ? why : "accepted");
		assert_false(no_memory);
		store_columns_deinit(&columns);
	}
}

/* Lines become columns and the same lines again. */
static void test_columns_come_back(void **state)
{
	static const char text[] = " \tS\tcode dwarf\na\tb\na\tb\t*2\na\tc\nb\ta\tx\ty\nb\tb\n";
	struct buf lines = {0}, packed = {0}, again = {0};
	struct store_line *list = NULL;
	const struct store_line *borrowed[6];
	_cleanup_pool_ struct pool pool = {0};
	struct store_words words = {0};
	size_t cnt = 0;
	bool no_memory;

	(void)state;
	buf_puts(&lines, text);
	must(store_split_lines(&lines, &pool, &list, &cnt));
	assert_int_equal(cnt, 6);
	for (size_t i = 0; i < cnt; i++) {
		assert_true(store_words_add(&words, &list[i]));
		borrowed[i] = &list[i];
	}
	assert_true(store_words_sort(&words));
	assert_int_equal(words.cnt, 5);
	must(store_encode_lines(&words, borrowed, cnt, &packed));
	buf_add(&packed, "\0\0\0\0\0", 6); /* the masks */
	struct store_columns columns = {.data = (unsigned char *)packed.data, .cnt = cnt};
	assert_null(store_split_columns(packed.len, words.cnt, 1, &columns, &no_memory));
	must(store_columns_text(&columns, words.list, &again));
	assert_string_equal(buf_text(&again), text);
	/* The lines of the second key. */
	assert_int_equal(store_columns_find(&columns, columns.keys[1]), 1);
	store_columns_deinit(&columns);
	store_words_deinit(&words);
	buf_deinit(&lines);
	buf_deinit(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_comes_back),
		cmocka_unit_test(test_debug_information_comes_back),
		cmocka_unit_test(test_damaged_facts),
		cmocka_unit_test(test_damaged_columns),
		cmocka_unit_test(test_columns_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
