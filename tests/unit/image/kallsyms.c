/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/kallsyms_builder.h"
#include "image/kallsyms/kallsyms.h"
#include "input/system/system.h"
#include "util/array.h"

#define LINK_ARM64 0xffff800080000000u
#define LINK_X86 0xffffffff81000000u
#define LINK_ARM 0xc0300000u
#define LINK_S390 0x100000u

static void assert_symbols(
	const struct build *build, const struct kernel_symbols *symbols, uint64_t slide)
{
	assert_int_equal(symbols->cnt, build->symbol_cnt);
	assert_false(symbols->addresses_hidden);
	assert_int_equal(symbols->odd_lines, 0);
	for (size_t i = 0; i < symbols->cnt; i++) {
		assert_string_equal(symbols->list[i].name, build->symbols[i].name);
		assert_int_equal(symbols->list[i].type, build->symbols[i].type);
		assert_true(symbols->list[i].address == build->symbols[i].address - slide);
		assert_null(symbols->list[i].module);
	}
}

static void decode(const struct image *image, struct pool *pool, struct kernel_symbols **symbols,
	struct kallsyms_layout *layout)
{
	struct error *error = image_kallsyms(image, pool, symbols, layout);

	if (error)
		fail_msg("%s", error->what);
}

static void assert_layout(const struct build *build, const struct kallsyms_layout *layout)
{
	uint64_t begin = build->segments[0].address;

	assert_int_equal(layout->encoding, build->encoding);
	assert_int_equal(layout->addresses_first, build->first);
	assert_int_equal(layout->has_data, !build->code_only);
	assert_int_equal(layout->base_recovered, build->relocations);
	assert_true(layout->num_syms == begin + build->num_syms);
	assert_true(layout->names == begin + build->names);
	assert_true(layout->markers == begin + build->markers);
	assert_true(layout->token_table == begin + build->token_table);
	assert_true(layout->token_index == begin + build->token_index);
	assert_true(layout->addresses == begin + build->addresses);
	if (build->encoding == KALLSYMS_ENCODING_BASE)
		assert_true(layout->relative_base == build->symbols[0].address);
}

/* x86 5.10, 6.1, 6.12, 7.2; arm64; s390; arm; and layouts that no tested kernel has. */
static const struct build layouts[] = {
	{.address_bytes = 8, .link = LINK_X86, .encoding = KALLSYMS_ENCODING_PERCPU, .first = true},
	{.address_bytes = 8,
		.link = LINK_X86,
		.encoding = KALLSYMS_ENCODING_PERCPU,
		.first = true,
		.seqs = SEQS_BEFORE_TOKENS},
	{.address_bytes = 8,
		.link = LINK_X86,
		.encoding = KALLSYMS_ENCODING_PERCPU,
		.seqs = SEQS_LAST},
	{.address_bytes = 8,
		.link = LINK_X86,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.label_align = 4,
		.seqs = SEQS_LAST},
	{.address_bytes = 8,
		.link = LINK_X86,
		.encoding = KALLSYMS_ENCODING_BASE,
		.seqs = SEQS_LAST},
	{.address_bytes = 8,
		.link = LINK_X86,
		.encoding = KALLSYMS_ENCODING_POINTER,
		.first = true},
	{.address_bytes = 8, .link = LINK_X86, .encoding = KALLSYMS_ENCODING_POINTER},
	{.address_bytes = 8,
		.link = LINK_ARM64,
		.encoding = KALLSYMS_ENCODING_BASE,
		.first = true,
		.code_only = true},
	{.address_bytes = 8,
		.link = LINK_ARM64,
		.encoding = KALLSYMS_ENCODING_BASE,
		.offset = true},
	{.address_bytes = 8,
		.link = LINK_S390,
		.encoding = KALLSYMS_ENCODING_BASE,
		.offset = true,
		.big_endian = true,
		.seqs = SEQS_BEFORE_TOKENS},
	{.address_bytes = 4,
		.link = LINK_ARM,
		.encoding = KALLSYMS_ENCODING_BASE,
		.first = true,
		.offset = true},
	{.address_bytes = 4, .link = LINK_ARM, .encoding = KALLSYMS_ENCODING_BASE, .offset = true},
	{.address_bytes = 4,
		.link = LINK_ARM,
		.encoding = KALLSYMS_ENCODING_POINTER,
		.offset = true,
		.seqs = SEQS_LAST},
	{.address_bytes = 4, .link = LINK_ARM, .encoding = KALLSYMS_ENCODING_PLACE},
	{.address_bytes = 4,
		.link = LINK_ARM,
		.encoding = KALLSYMS_ENCODING_POINTER,
		.first = true},
	{.address_bytes = 8,
		.link = LINK_ARM64,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.label_align = 4,
		.offset = true},
	{.address_bytes = 8,
		.link = LINK_ARM64,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.label_align = 4,
		.offset = true,
		.code_only = true},
	{.address_bytes = 8,
		.link = LINK_S390,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.label_align = 4,
		.offset = true,
		.big_endian = true},
};

/* Counts around a marker's block, in both byte orders. */
static void test_layouts(void **state)
{
	static const unsigned int counts[] = {257, 511, 512, 513, 1000, BUILD_SYMBOLS_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(layouts) * 2; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(counts); j++) {
			_cleanup_pool_ struct pool pool = {0};
			struct kernel_symbols *symbols;
			struct kallsyms_layout layout;
			struct build build = layouts[i / 2];
			build.big_endian ^= i % 2;
			build.symbol_cnt = counts[j];
			build_image(&build);
			decode(&build.image, &pool, &symbols, &layout);
			assert_symbols(&build, symbols, 0);
			assert_layout(&build, &layout);
			assert_true(layout.link_known);
			assert_true(layout.link_address == (build.offset ? build.link : 0));
			build_free(&build);
		}
	}
}

/* Without pointers and without the banner's symbol, the link address of a raw image is unknown. */
static void test_unknown_link(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct build place = {.address_bytes = 8,
		.link = LINK_ARM64,
		.symbol_cnt = 700,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.offset = true,
		.no_pointers = true};
	struct build base = {.address_bytes = 8,
		.link = LINK_ARM64,
		.symbol_cnt = 700,
		.encoding = KALLSYMS_ENCODING_BASE,
		.offset = true,
		.code_only = true};
	struct kernel_symbols *symbols;
	struct kallsyms_layout layout;

	(void)state;
	build_image(&place);
	decode(&place.image, &pool, &symbols, &layout);
	assert_false(layout.link_known);
	assert_symbols(&place, symbols, place.link);
	build_free(&place);
	build_image(&base);
	decode(&base.image, &pool, &symbols, &layout);
	assert_false(layout.link_known);
	assert_symbols(&base, symbols, 0);
	build_free(&base);
}

/* If the pointers fit two addresses, neither is used. */
static void test_rival_links(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct build build = {.address_bytes = 8,
		.link = LINK_ARM64,
		.symbol_cnt = 700,
		.encoding = KALLSYMS_ENCODING_PLACE,
		.offset = true,
		.rivals = true};
	struct kernel_symbols *symbols;
	struct kallsyms_layout layout;

	(void)state;
	build_image(&build);
	decode(&build.image, &pool, &symbols, &layout);
	assert_false(layout.link_known);
	assert_symbols(&build, symbols, build.link);
	build_free(&build);
}

/* Kernels that list only code have no symbol for their banner: armhf. */
static void test_link_by_texts(void **state)
{
	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		_cleanup_pool_ struct pool pool = {0};
		struct build build = {.address_bytes = wide ? 8 : 4,
			.link = wide ? LINK_S390 : LINK_ARM,
			.big_endian = wide,
			.symbol_cnt = 700,
			.encoding = KALLSYMS_ENCODING_BASE,
			.offset = true,
			.code_only = true,
			.texts = true};
		struct kernel_symbols *symbols;
		struct kallsyms_layout layout;
		build_image(&build);
		decode(&build.image, &pool, &symbols, &layout);
		assert_symbols(&build, symbols, 0);
		assert_true(layout.link_known);
		assert_true(layout.link_address == build.link);
		build_free(&build);
	}
}

/* Values that the kernel writes at boot, as arm64 before RELR: relative_base is 0 until then. */
static void test_relocated_base(void **state)
{
	struct build build = {.address_bytes = 8,
		.link = LINK_ARM64,
		.symbol_cnt = 900,
		.encoding = KALLSYMS_ENCODING_BASE,
		.first = true,
		.code_only = true,
		.relocations = true};

	(void)state;
	for (int raw = 0; raw < 2; raw++) {
		_cleanup_pool_ struct pool pool = {0};
		struct build built = build;
		struct kernel_symbols *symbols;
		struct kallsyms_layout layout;
		built.offset = raw;
		build_image(&built);
		decode(&built.image, &pool, &symbols, &layout);
		assert_symbols(&built, symbols, 0);
		assert_layout(&built, &layout);
		assert_true(layout.link_known);
		assert_true(layout.link_address == (raw ? built.link : 0));
		build_free(&built);
	}
}

static void assert_refused(const struct image *image, const char *why)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = NULL;
	struct kallsyms_layout layout;
	struct error *error = image_kallsyms(image, &pool, &symbols, &layout);

	assert_non_null(error);
	assert_int_equal(error->code, ERROR_INPUT);
	if (why && !strstr(error->what, why))
		fail_msg("\"%s\" instead of \"%s\"", error->what, why);
	assert_null(symbols);
	assert_null(pool.blocks);
	error_free(error);
}

/* A base that needs a relocation, and no pointers to find it. */
static void test_unknown_base(void **state)
{
	struct build build = {.address_bytes = 8,
		.link = LINK_ARM64,
		.symbol_cnt = 900,
		.encoding = KALLSYMS_ENCODING_BASE,
		.first = true,
		.relocations = true,
		.no_pointers = true,
		.offset = true};

	(void)state;
	build_image(&build);
	assert_refused(&build.image, "relative to a base that the image lacks");
	build_free(&build);
}

static const struct build x86 = {.address_bytes = 8,
	.link = LINK_X86,
	.symbol_cnt = 1000,
	.encoding = KALLSYMS_ENCODING_PLACE,
	.label_align = 4,
	.seqs = SEQS_LAST};
static const struct build old = {.address_bytes = 8,
	.link = LINK_X86,
	.symbol_cnt = 1000,
	.encoding = KALLSYMS_ENCODING_PERCPU,
	.first = true};

/* A truncated image has all symbols or none. */
static void test_truncated(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct build build = i ? old : x86;
		size_t need;
		build_image(&build);
		need = i ? build.token_index + 512 : build.addresses + 4 * build.symbol_cnt;
		for (size_t size = BUILD_CODE_BYTES; size < build.size;
			size += size + 40 < need || size > need + 40 ? 23 : 1) {
			_cleanup_pool_ struct pool pool = {0};
			struct kernel_symbols *symbols;
			build_cut(&build, size);
			if (size < need) {
				assert_refused(&build.image, NULL);
				continue;
			}
			decode(&build.image, &pool, &symbols, NULL);
			assert_symbols(&build, symbols, 0);
		}
		build_free(&build);
	}
}

struct damage {
	const char *why;
	size_t offset_in_build; /* offset of the member with the position */
	size_t at;
	uint64_t value;
	size_t size;
};

#define AT(member) offsetof(struct build, member)

static const struct damage damages[] = {
	{"no table of tokens", AT(token_index), 0, 1, 2},
	{"no table of tokens", AT(token_index), 2, 1, 2},
	{"no table of tokens", AT(token_index), 510, 0xffff, 2},
	{"no table of tokens", AT(token_table), 30, 0, 1},
	{"no names that agree", AT(markers), 8, 3000, 4},
	{"no names that agree", AT(num_syms), 0, 900, 4},
	{"no names that agree", AT(num_syms), 0, 1025, 4},
	{"no names that agree", AT(num_syms), 0, 0xffffffff, 4},
	{"no names that agree", AT(names), 0, 0, 1},
	{"no names that agree", AT(names), 0, 9, 1},
	{"no markers", AT(markers), 0, 1, 4},
	{"no markers", AT(markers), 4, 3, 4},
	{"is not a symbol name", AT(names), 1, '1', 1},
	{"has an impossible length", AT(names), 1, 0x050505050505, 6},
	{"no table of ascending addresses", AT(addresses), 400, 0, 4},
	{"no table of ascending addresses", AT(addresses), 0, 0x7fffffff, 4},
	{"neither _text nor _stext", AT(names), 3, 'T', 1},
};

static void test_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *damage = &damages[i];
		struct build build = x86;
		build.code_only = !strncmp(damage->why, "neither", 7);
		build_image(&build);
		size_t at = *(size_t *)((char *)&build + damage->offset_in_build) + damage->at;
		build_number(&build, at, damage->value, damage->size);
		assert_refused(&build.image, damage->why);
		build_free(&build);
	}
}

/* The base is the lowest symbol that is not per-CPU, so no such symbol is below it. */
static void test_damaged_percpu(void **state)
{
	struct build build = old;

	(void)state;
	build_image(&build);
	build_number(&build, build.addresses + 8, 0xfffffffe, 4);
	assert_refused(&build.image, "no table of ascending addresses");
	build_free(&build);
}

/* A token of 60 characters, 200 times. */
static void test_long_name(void **state)
{
	struct build build = x86;
	char name[200];

	(void)state;
	build_image(&build);
	memset(name, 'n', sizeof(name));
	unsigned char *at = memmem(build.data, build.size, name, sizeof(name));
	assert_non_null(at);
	memset(at, BUILD_LONG_TOKEN, sizeof(name));
	assert_refused(&build.image, "name 100 of 1000 has an impossible length");
	build_free(&build);
}

/* Consistent addresses, but of a kernel with another link address. */
static void test_code_elsewhere(void **state)
{
	struct build build = x86;

	(void)state;
	build.encoding = KALLSYMS_ENCODING_BASE;
	build.label_align = 0;
	build_image(&build);
	build_number(&build, build.base, LINK_X86 + 0x10000000, 8);
	assert_refused(&build.image, "code where the image has none");
	build_number(&build, build.base, LINK_X86, 8);
	build.segments[0].executable = false;
	assert_refused(&build.image, "code where the image has none");
	build_free(&build);
}

/* Tables of character sets contain digits too: those of s390 have 16 bits. */
static void test_other_digits(void **state)
{
	struct build build = x86;
	struct kernel_symbols *symbols;

	(void)state;
	build_image(&build);
	for (unsigned int i = 0; i < 256; i++)
		build.data[0x1000 + 2 * i + 1] = (unsigned char)i, build.data[0x1000 + 2 * i] = 0;
	for (unsigned int at = 0x2000; at < 0x8000; at += 20)
		memcpy(build.data + at, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	_cleanup_pool_ struct pool pool = {0};
	decode(&build.image, &pool, &symbols, NULL);
	assert_symbols(&build, symbols, 0);
	build_free(&build);
}

/* Endless candidates end: copies of the token table, and rows that look like markers and names. */
static void test_many_candidates(void **state)
{
	struct build build = x86;

	(void)state;
	build_image(&build);
	size_t size = build.token_index + 512 - build.token_table;
	for (size_t at = 0; at + size < BUILD_CODE_BYTES; at += (size + 7) / 8 * 8)
		memcpy(build.data + at, build.data + build.token_table, size);
	assert_refused(&build.image, "too many tables that only look right");
	for (size_t at = 0; at + 20 < BUILD_CODE_BYTES; at += 20)
		memcpy(build.data + at, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	assert_refused(&build.image, "too many tables that only look right");
	build_free(&build);
}

/*
 * Every word can be a count of symbols (0x10101) and the start of names of two bytes, which never
 * end at markers. There are thousands of rows with as many markers.
 */
static void test_many_names(void **state)
{
	struct build build = x86;
	size_t size = 24u << 20, tokens, end;
	unsigned char *data = malloc(size);

	(void)state;
	assert_non_null(data);
	build_image(&build);
	tokens = build.token_index + 512 - build.token_table;
	end = (size - tokens) / 4096 * 4096;
	for (size_t at = 0; at < size; at++)
		data[at] = at % 4 != 3;
	for (size_t at = end - (12u << 20); at < end; at += 4) {
		unsigned int marker = at / 4 % 258 * 520;
		for (int i = 0; i < 4; i++)
			data[at + i] = (unsigned char)(marker >> 8 * i);
	}
	memcpy(data + end, build.data + build.token_table, tokens);
	build.segments[1].data = data;
	build.segments[1].size_bytes = size;
	assert_refused(&build.image, "too many tables that only look right");
	free(data);
	build_free(&build);
}

static void test_nothing(void **state)
{
	struct build build = x86;

	(void)state;
	build_image(&build);
	build.image.segment_cnt = 0;
	assert_refused(&build.image, "no table of tokens");
	build.image.segment_cnt = 2;
	build.segments[1].data = NULL;
	build.segments[1].size_bytes = 0;
	assert_refused(&build.image, "no table of tokens");
	build_free(&build);
	build = x86;
	build.symbol_cnt = KALLSYMS_CNT_MIN - 1;
	build_image(&build);
	assert_refused(&build.image, "no markers");
	build_free(&build);
}

static struct error *parse_map(struct pool *pool, const char *text, struct kernel_symbols **ret)
{
	return system_map_parse(pool, text, strlen(text), ret);
}

static void test_system_map(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols;

	(void)state;
	assert_null(parse_map(&pool,
		"0000000000000000 D __per_cpu_start\n"
		"ffffffff81000000 T _text\n"
		"                 U undefined\n"
		"ffffffffc0000000 t veth_xdp\t[veth]\n",
		&symbols));
	assert_int_equal(symbols->cnt, 3);
	assert_int_equal(symbols->odd_lines, 1);
	assert_false(symbols->addresses_hidden);
	assert_string_equal(symbols->list[1].name, "_text");
	assert_int_equal(symbols->list[1].type, 'T');
	assert_true(symbols->list[1].address == 0xffffffff81000000);
	assert_string_equal(symbols->list[2].module, "veth");
	assert_true(symbols->cut);
	assert_null(parse_map(&pool, "00000000 T a\n00000000 T b\n", &symbols));
	assert_true(symbols->addresses_hidden);
}

/* A list is complete only if it reaches the kernel's end. */
static void test_system_map_cut(void **state)
{
	static const struct {
		const char *text;
		bool cut;
	} cases[] = {
		{"00000001 T _text\n00000002 D data\n00000003 B _end\n", false},
		{"00000001 T _text\n00000002 D data\n", true},
		/* Without data, the list has only functions. */
		{"00000001 T _text\n00000002 T _einittext\n", false},
		{"00000001 T _text\n00000002 D data\n00000003 T _einittext\n", true},
		{"00000001 T _text\n00000002 T f\n", true},
		/* An _end of a module is not the kernel's. */
		{"00000001 T _text\n00000002 B _end\t[veth]\n", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct kernel_symbols *symbols;
		assert_null(parse_map(&pool, cases[i].text, &symbols));
		if (symbols->cut != cases[i].cut)
			fail_msg("case %zu: cut %d", i, symbols->cut);
	}
}

static void test_system_map_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "no symbol line"},
		{"\n", "no symbol line"},
		{"ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n",
			"a placeholder for System.map"},
		{"ffffffff81000000 T _text\nffffffff81000010 T cut_sho", "truncated"},
		{"#!/bin/sh\necho\n", "no symbol line"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct kernel_symbols *symbols = NULL;
		struct error *error = parse_map(&pool, cases[i].text, &symbols);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		assert_non_null(strstr(error->what, cases[i].why));
		assert_null(symbols);
		assert_null(pool.blocks);
		error_free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_unknown_link),
		cmocka_unit_test(test_rival_links),
		cmocka_unit_test(test_link_by_texts),
		cmocka_unit_test(test_relocated_base),
		cmocka_unit_test(test_unknown_base),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_damaged_percpu),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_code_elsewhere),
		cmocka_unit_test(test_other_digits),
		cmocka_unit_test(test_many_candidates),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_system_map),
		cmocka_unit_test(test_system_map_cut),
		cmocka_unit_test(test_system_map_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
