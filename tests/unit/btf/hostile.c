/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BTF reader with hostile bytes: an error, or an object on which every function works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/btf_walk.h"
#include "fixture/btf_all_kinds.h"
#include "util/array.h"

/* Either ERROR_INPUT, or an object on which every function works. */
static void survive(const void *bytes, size_t size, const struct kbtf *base)
{
	struct kbtf *btf = NULL;
	void *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	_cleanup_error_ struct error *error = kbtf_create(copy, size, KBTF_MALLOC, base, &btf);
	if (error) {
		assert_int_equal(error->code, ERROR_INPUT);
		assert_null(btf);
		return;
	}
	walk_btf_twice(btf);
	kbtf_destroy(btf);
}

static void test_cut_off_anywhere(void **state)
{
	struct btf_builder builder;
	size_t size;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	unsigned char *bytes = builder_bytes(&builder, &size);
	for (size_t cut = 0; cut < size; cut++) {
		struct kbtf *btf = NULL;
		void *copy = malloc(cut ? cut : 1);
		memcpy(copy, bytes, cut);
		_cleanup_error_ struct error *error =
			kbtf_create(copy, cut, KBTF_MALLOC, NULL, &btf);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		assert_null(btf);
	}
	free(bytes);
	builder_deinit(&builder);
}

/* Only the type section ends early, at every byte. The rest of the file is valid. */
static void test_type_section_cut_off_anywhere(void **state)
{
	struct btf_builder builder;
	size_t size;
	int sound = 0;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	unsigned char *bytes = builder_bytes(&builder, &size);
	uint32_t whole = (uint32_t)builder.types.len;
	for (uint32_t len = 0; len <= whole; len++) {
		struct kbtf *btf = NULL;
		memcpy(bytes + 12, &len, sizeof(len));
		_cleanup_error_ struct error *error =
			kbtf_create(bytes, size, KBTF_BORROWED, NULL, &btf);
		sound += !error;
		if (btf)
			walk_btf_twice(btf);
		kbtf_destroy(btf);
	}
	/* It can end after each type, and before the first. */
	assert_int_equal(sound, ALL_CNT);
	free(bytes);
	builder_deinit(&builder);
}

static void test_every_byte_damaged(void **state)
{
	static const unsigned char values[] = {0x00, 0x01, 0x13, 0x7f, 0x80, 0xff};
	struct btf_builder builder, split;
	size_t size, split_size;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	builder_init_split(&split, &builder);
	builder_func(&split, "own", PROTO);
	unsigned char *bytes = builder_bytes(&builder, &size);
	unsigned char *split_bytes = builder_bytes(&split, &split_size);
	for (size_t at = 0; at < size * ARRAY_SIZE(values); at++) {
		unsigned char *byte = &bytes[at / ARRAY_SIZE(values)], before = *byte;
		*byte = values[at % ARRAY_SIZE(values)];
		survive(bytes, size, NULL);
		*byte = before;
	}
	struct kbtf *base = must_create(&builder, NULL);
	for (size_t at = 0; at < split_size * ARRAY_SIZE(values); at++) {
		unsigned char *byte = &split_bytes[at / ARRAY_SIZE(values)], before = *byte;
		*byte = values[at % ARRAY_SIZE(values)];
		survive(split_bytes, split_size, base);
		*byte = before;
	}
	kbtf_destroy(base);
	free(split_bytes);
	free(bytes);
	builder_deinit(&split);
	builder_deinit(&builder);
}

/* Changes one number of the header; offsets of struct btf_header. */
static const struct {
	const char *what;
	size_t at, size;
	uint32_t value;
	const char *says;
} bad_headers[] = {
	{"magic", 0, 2, 0x1234, "magic"},
	{"magic, ELF", 0, 4, 0x464c457f, "magic"},
	{"version", 2, 1, 2, "version 2"},
	{"header length 0", 4, 4, 0, "header length"},
	{"header length too small", 4, 4, 20, "header length"},
	{"header longer than the file", 4, 4, 1 << 20, "header length"},
	{"header length near 4 GiB", 4, 4, UINT32_MAX, "header length"},
	{"types beyond the end", 8, 4, 1 << 20, "type section"},
	{"types near 4 GiB", 8, 4, UINT32_MAX - 3, "type section"},
	{"types not aligned", 8, 4, 1, "type section"},
	{"types too long", 12, 4, 1 << 20, "type section"},
	{"types 4 GiB long", 12, 4, UINT32_MAX, "type section"},
	{"strings beyond the end", 16, 4, 1 << 20, "string section"},
	{"strings too long", 20, 4, 1 << 20, "string section"},
	{"strings 4 GiB long", 20, 4, UINT32_MAX, "string section"},
	{"no strings", 20, 4, 0, "no strings"},
	{"strings that do not end", 20, 4, 3, "NUL"},
};

static void test_bad_headers(void **state)
{
	struct btf_builder builder;
	size_t size;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	unsigned char *good = builder_bytes(&builder, &size), *bytes = malloc(size);
	for (size_t i = 0; i < ARRAY_SIZE(bad_headers); i++) {
		struct kbtf *btf = NULL;
		memcpy(bytes, good, size);
		memcpy(bytes + bad_headers[i].at, &bad_headers[i].value, bad_headers[i].size);
		_cleanup_error_ struct error *error =
			kbtf_create(bytes, size, KBTF_BORROWED, NULL, &btf);
		if (!error || !strstr(error->what, bad_headers[i].says))
			print_error(
				"%s: %s\n", bad_headers[i].what, error ? error->what : "no error");
		assert_non_null(error);
		assert_non_null(strstr(error->what, bad_headers[i].says));
		assert_null(btf);
	}
	free(bytes);
	free(good);
	builder_deinit(&builder);
}

/* The empty name is offset 0: without it every anonymous type would have a name. */
static void test_first_string_must_be_empty(void **state)
{
	struct btf_builder builder;
	struct kbtf *btf = NULL;
	size_t size;

	(void)state;
	builder_init(&builder);
	add_all_kinds(&builder);
	unsigned char *bytes = builder_bytes(&builder, &size);
	uint32_t offset = (uint32_t)builder.types.len + 1, len = (uint32_t)builder.strings.len - 1;
	memcpy(bytes + 16, &offset, sizeof(offset));
	memcpy(bytes + 20, &len, sizeof(len));
	_cleanup_error_ struct error *error = kbtf_create(bytes, size, KBTF_BORROWED, NULL, &btf);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "first string"));
	free(bytes);
	builder_deinit(&builder);
}

static void test_no_bytes_at_all(void **state)
{
	static const char text[] = "this is a text and no BTF, though it is long enough";
	struct kbtf *btf = NULL;

	(void)state;
	_cleanup_error_ struct error *empty = kbtf_create(NULL, 0, KBTF_BORROWED, NULL, &btf);
	assert_int_equal(empty->code, ERROR_INPUT);
	_cleanup_error_ struct error *other =
		kbtf_create((void *)text, sizeof(text), KBTF_BORROWED, NULL, &btf);
	assert_int_equal(other->code, ERROR_INPUT);
	assert_null(btf);
}

static void test_records_longer_than_the_section(void **state)
{
	static const unsigned int kinds[] = {BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM,
		BTF_KIND_FUNC_PROTO, BTF_KIND_DATASEC, BTF_KIND_ENUM64};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct btf_builder builder;
		struct kbtf *btf = NULL;
		builder_init(&builder);
		builder_type(&builder, "huge", kinds[i], 0xffffff, false, 4);
		builder_member(&builder, "only", 1, 0);
		_cleanup_error_ struct error *error = builder_create(&builder, NULL, &btf);
		assert_non_null(error);
		assert_non_null(strstr(error->what, "type 1 is cut off"));
		builder_deinit(&builder);
	}
}

/* The vlen of a FUNC is its linkage, and a FWD has none: neither counts records. */
static void test_vlen_without_records(void **state)
{
	struct btf_builder builder;

	(void)state;
	builder_init(&builder);
	builder_type(&builder, "forward", BTF_KIND_FWD, 0xffffff, false, 0);
	builder_type(&builder, "function", BTF_KIND_FUNC, 0xffffff, false, 99);
	struct kbtf *btf = must_create(&builder, NULL);
	walk_btf_twice(btf);
	assert_false(kbtf_find_member(btf, 1, "x", NULL, NULL));
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

/* A name of `len` bytes, and whether it is refused. */
static void check_name(size_t len, bool refused)
{
	struct btf_builder builder;
	struct kbtf *btf = NULL;
	char name[1024];

	memset(name, 'n', sizeof(name));
	name[len] = '\0';
	builder_init(&builder);
	for (int i = 0; i < 100; i++)
		builder_int(&builder, "int", 4);
	builder_int(&builder, name, 4);
	builder_int(&builder, "last", 4);
	_cleanup_error_ struct error *error = builder_create(&builder, NULL, &btf);
	assert_int_equal(error != NULL, refused);
	assert_true(!error || (error->code == ERROR_INPUT && strstr(error->what, "512 bytes")));
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static void test_long_names(void **state)
{
	(void)state;
	check_name(511, false);
	check_name(512, false);
	check_name(513, true);
	check_name(1023, true);
}

static void test_many_parameters(void **state)
{
	(void)state;
	for (uint32_t cnt = 255; cnt <= 256; cnt++) {
		struct btf_builder builder;
		struct kbtf *btf = NULL;
		builder_init(&builder);
		builder_type(&builder, NULL, BTF_KIND_FUNC_PROTO, cnt, false, 0);
		for (uint32_t i = 0; i < cnt; i++)
			builder_pair(&builder, "p", 0);
		_cleanup_error_ struct error *error = builder_create(&builder, NULL, &btf);
		assert_int_equal(error != NULL, cnt == 256);
		assert_true(!error || strstr(error->what, "type 1 has more than 255 parameters"));
		kbtf_destroy(btf);
		builder_deinit(&builder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_many_parameters),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_type_section_cut_off_anywhere),
		cmocka_unit_test(test_every_byte_damaged),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_first_string_must_be_empty),
		cmocka_unit_test(test_no_bytes_at_all),
		cmocka_unit_test(test_records_longer_than_the_section),
		cmocka_unit_test(test_vlen_without_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
