/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store: damaged files and records are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "fixture/btf_all_kinds.h"
#include "store/pieces.h"
#include "store/store.h"
#include "util/array.h"

/* A record with what is wrong in it; NULL: it is right. Each comes behind the line of int. */
static const struct {
	const char *line, *why;
} records[] = {
	{"a\tsc{x:iint;y:*sa+4;}", NULL},
	{"a\tsc{x:iint;y:*sb+4;}", "refers to one that is not there"},
	{"a\ts4{x:sa;}", "contains itself"},
	{"a\ttta", "contains itself"},
	{"a\ts4{x:S4{y:[2]sa;};}", "contains itself"},
	{"a\ts4{x:iint;", "missing"},
	{"a\ts4{x:iint}", "missing"},
	{"a\ts4{x:iint;}x", "stands behind"},
	{"a\ts4{x:iint+20000000;}", "lies outside"},
	{"a\ts4{x:iint-8;}", "lies outside"},
	{"a\ts4k{x:iint+200000;}", "lies outside"},
	{"a\ts4{x:iint%4;}", "lies outside"},
	{"a\ts123456789{}", "too large"},
	{"a\tz4", "unknown letter"},
	{"a\ts4{x:qint;}", "unknown letter"},
	{"a\ts4{x:i;}", "no name"},
	{"a\x01\ti4,0", "no name"},
	{"a\te4{A=9223372036854775808;}", "too large"},
	{"a\te4{A=-9223372036854775808;}", NULL},
	{"a\te4{A=;}", "missing"},
	{"int\ti8,0", "two records"},
	{"f\tF1iint", "refers to no such type"},
	{"f\tF1(a:iint)v", NULL},
	{"f\tFx(a:iint)v", "digit"},
	{"f\tF1(a:iint)v!", "no name"},
	{"f\tF1(a:iint)v!t@99999999999", "bad index"},
	{"f\tF1(a:iint)v!t@1", NULL},
	{"t\tt@;iint", "no name"},
	{"t\tt@user;*v", NULL},
	{"V\tV1iint", NULL},
	{"D\tD4{iint+ffffffff,4;iint+1,4;}", "lies outside"},
};

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct store_lines lines = {0};
		struct kbtf *btf = NULL;
		buf_printf(&lines.text[STORE_TYPES], " \t iint\nint\ti4,1000020\n%s\n", records[i].line);
		_cleanup_error_ struct error *error = store_lines_btf(&lines, &btf);
		if (!records[i].why != !error || (error && !strstr(error->what, records[i].why)))
			fail_msg("%s: %s", records[i].line, error ? error->what : "accepted");
		assert_true(!error || error->code == ERROR_INPUT);
		kbtf_destroy(btf);
		store_lines_deinit(&lines);
	}
}

/* 60 pointers are read, more are refused before they take the stack. */
static void test_depth(void **state)
{
	(void)state;
	for (size_t depth = 50; depth < 2000000; depth *= 20) {
		struct store_lines lines = {0};
		struct kbtf *btf = NULL;
		buf_puts(&lines.text[STORE_TYPES], "a\tt");
		buf_pad(&lines.text[STORE_TYPES], '*', depth);
		buf_puts(&lines.text[STORE_TYPES], "v\n");
		_cleanup_error_ struct error *error = store_lines_btf(&lines, &btf);
		assert_true(depth < 60 ? !error : error && strstr(error->what, "too deep"));
		kbtf_destroy(btf);
		store_lines_deinit(&lines);
	}
}

/* The parts of a file, before they are packed. */
struct parts {
	struct buf kernels, masks, sections, block;
	const char *behind; /* after the last block */
};

static void pack(const struct buf *text, struct buf *out)
{
	size_t bound = ZSTD_compressBound(text->len);
	char *bytes = malloc(bound);
	size_t size = ZSTD_compress(bytes, bound, text->data, text->len, 1);

	assert_false(ZSTD_isError(size));
	buf_add(out, bytes, size);
	free(bytes);
}

static void put_kernel(struct buf *out, const char *name, const char *digest)
{
	buf_add(out, name, strlen(name) + 1);
	buf_add(out, "6.1\0\0x86_64", 12);
	buf_add(out, digest, strlen(digest) + 1);
	buf_add(out, "\0\3\0", 3);
}

/* One kernel with the type "a" and the function "f", all rules kept, then `spoil` changes it. */
static struct error *open_spoiled(void (*spoil)(struct parts *parts, struct buf *index), bool *works)
{
	struct parts parts = {.behind = ""};
	struct buf index = {0}, header = {0}, packed = {0}, blocks = {0}, file = {0};
	struct store *store = NULL;

	buf_puts(&parts.block, "a\ttiint\nint\ti4,1000020\n");
	buf_add(&parts.block, "\0\0", 2);
	buf_putc(&parts.kernels, 1);
	put_kernel(&parts.kernels, "one", "");
	buf_add(&parts.masks, "\1\1", 2);
	buf_add(&index, "\2a", 3); /* two lines, the first key "a" */
	spoil(&parts, &index);
	pack(&parts.block, &blocks);
	buf_add(&parts.sections, "\1T\1", 3);
	pieces_put(&parts.sections, blocks.len);
	pieces_put(&parts.sections, parts.block.len);
	buf_add(&parts.sections, index.data, index.len);
	buf_puts(&blocks, parts.behind);
	buf_add(&header, parts.kernels.data, parts.kernels.len);
	buf_add(&header, parts.masks.data, parts.masks.len);
	buf_add(&header, parts.sections.data, parts.sections.len);
	pack(&header, &packed);
	buf_puts(&file, "KTS1");
	pieces_put_u32(&file, (uint32_t)packed.len);
	pieces_put_u32(&file, (uint32_t)header.len);
	buf_add(&file, packed.data, packed.len);
	buf_add(&file, blocks.data, blocks.len);
	struct buf *all[] = {&parts.kernels, &parts.masks, &parts.sections, &parts.block, &index, &header,
		&packed, &blocks};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		buf_deinit(all[i]);
	struct error *error = store_open_bytes(file.data, file.len, &store);
	if (!error)
		error = store_check(store);
	*works = !error && store_kernel_cnt(store) == 1;
	store_close(store);
	return error;
}

static void spoil_nothing(struct parts *parts, struct buf *index)
{
	(void)parts;
	(void)index;
}
static void spoil_order(struct parts *parts, struct buf *index)
{
	(void)index;
	memcpy(parts->block.data, "z", 1);
}
static void spoil_first_key(struct parts *parts, struct buf *index)
{
	(void)parts;
	index->data[1] = 'b';
}
static void spoil_line_cnt(struct parts *parts, struct buf *index)
{
	(void)parts;
	index->data[0] = 3;
}
static void spoil_mask_number(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->block.data[parts->block.len - 1] = 1;
}
static void spoil_mask(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->masks.data[1] = 2;
}
static void spoil_empty_mask(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->masks.data[1] = 0;
}
static void spoil_kernel_name(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->kernels.data[1] = '\n';
}
static void spoil_digest(struct parts *parts, struct buf *index)
{
	(void)index;
	buf_clear(&parts->kernels);
	buf_putc(&parts->kernels, 1);
	put_kernel(&parts->kernels, "one", "abc");
}
static void spoil_twins(struct parts *parts, struct buf *index)
{
	(void)index;
	buf_clear(&parts->kernels);
	buf_putc(&parts->kernels, 2);
	put_kernel(&parts->kernels, "one", "");
	put_kernel(&parts->kernels, "one", "");
}
static void spoil_end(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->behind = "more";
}
static void spoil_nul(struct parts *parts, struct buf *index)
{
	(void)index;
	parts->block.data[4] = '\0';
}
static void spoil_no_key(struct parts *parts, struct buf *index)
{
	(void)index;
	memcpy(parts->block.data, "\t\t", 2);
}
static void spoil_long_block(struct parts *parts, struct buf *index)
{
	(void)index;
	buf_putc(&parts->block, 0);
}

static const struct {
	void (*spoil)(struct parts *parts, struct buf *index);
	const char *why;
} files[] = {
	{spoil_nothing, NULL},
	{spoil_order, "lines of a block are not in order"},
	{spoil_first_key, "begins with another key"},
	{spoil_line_cnt, "too few lines"},
	{spoil_mask_number, "a line has no mask"},
	{spoil_mask, "a record is of no kernel"},
	{spoil_empty_mask, "a record is of no kernel"},
	{spoil_kernel_name, "control character"},
	{spoil_digest, "its digest is none"},
	{spoil_twins, "two kernels have one name"},
	{spoil_end, "longer or shorter"},
	{spoil_nul, "a line has a NUL"},
	{spoil_no_key, "a line has no key"},
	{spoil_long_block, "a block is too long"},
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		bool works;
		_cleanup_error_ struct error *error = open_spoiled(files[i].spoil, &works);
		if (!files[i].why != !error || (error && !strstr(error->what, files[i].why)))
			fail_msg("%s: %s", files[i].why ? files[i].why : "nothing",
				error ? error->what : "accepted");
		assert_true(works == !files[i].why);
	}
}

static struct buf small_store(void)
{
	struct btf_builder builder;
	struct store_addition addition = {
		.kernel = {.name = "one", .release = "6.1", .version = "", .machine = "x86_64", .btf_sha256 = "",
			.whole = (1u << STORE_SECTION_CNT) - 1},
	};
	struct buf bytes = {0};

	builder_init(&builder);
	add_all_kinds(&builder);
	struct kbtf *btf = must_create(&builder, NULL);
	assert_null(store_emit(btf, &addition.lines));
	/* Of sections with numbers and without. */
	buf_puts(&addition.lines.text[STORE_ATTACH], " \tS\tcode\nf\ts :gynn\ng\ts :lnyy;.cold:lnnn\n");
	buf_puts(&addition.lines.text[STORE_CALLERS], "f\tg\t*2\ng\tf\n");
	buf_puts(&addition.lines.text[STORE_PROTOTYPES], "f\t=\tint f(void)\n");
	assert_null(store_write(NULL, &addition, 1, &bytes));
	store_lines_deinit(&addition.lines);
	kbtf_destroy(btf);
	builder_deinit(&builder);
	return bytes;
}

/* *again is the file that is written from what is read. */
static void open_bytes(const char *data, size_t size, bool *whole, struct buf *again)
{
	struct store *store = NULL;
	void *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	struct error *error = store_open_bytes(copy, size, &store);
	if (!error)
		error = store_check(store);
	assert_true(!error || error->code == ERROR_INPUT);
	*whole = !error;
	if (!error)
		assert_null(store_write(store, NULL, 0, again));
	error_free(error);
	store_close(store);
}

/*
 * Every file that is cut is refused. One with a wrong bit is refused, or says the same: zstd has a checksum of
 * each part, and its frames have bits that change no byte of the content.
 */
static void test_damage(void **state)
{
	struct buf bytes = small_store(), first = {0}, again = {0};
	size_t same_cnt = 0;
	bool whole;

	(void)state;
	open_bytes(bytes.data, bytes.len, &whole, &first);
	assert_true(whole);
	for (size_t i = 0; i < bytes.len; i++) {
		open_bytes(bytes.data, i, &whole, &again);
		assert_false(whole);
	}
	for (size_t i = 0; i < 8 * bytes.len; i++) {
		bytes.data[i / 8] ^= (char)(1 << i % 8);
		buf_clear(&again);
		open_bytes(bytes.data, bytes.len, &whole, &again);
		same_cnt += whole;
		if (whole && (again.len != first.len || memcmp(again.data, first.data, first.len)))
			fail_msg("another answer although bit %zu of byte %zu is wrong", i % 8, i / 8);
		bytes.data[i / 8] ^= (char)(1 << i % 8);
	}
	/* A few bits for each part that is packed. How many is a matter of zstd's version. */
	assert_true(same_cnt < bytes.len / 4);
	buf_deinit(&bytes);
	buf_deinit(&first);
	buf_deinit(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
