/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of the fuzz target's corpus, whole and damaged: read as they are, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/elf/object.h"
#include "util/file.h"

#define CORPUS "tests/fuzz/corpus/object/"
/* Each step is a whole read of the object. */
#define TRUNCATE_STEP 13
#define FLIP_STEP 7

/* False: the corpus is not below the working directory. */
static bool read_corpus(const char *name, struct file_bytes *file)
{
	char path[256];

	snprintf(path, sizeof(path), CORPUS "%s", name);
	_cleanup_error_ struct error *error = file_read("", path, file);
	if (error)
		printf("skip: %s is not below the working directory\n", path);
	return !error;
}

static struct error *create(const unsigned char *bytes, size_t size, struct object **ret)
{
	unsigned char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	if (size)
		memcpy(copy, bytes, size);
	return object_create(copy, size, ret);
}

static const struct object_function *find(const struct object *object, const char *name)
{
	for (uint32_t i = 0; i < object->function_cnt; i++) {
		if (!strcmp(object->functions[i].name, name))
			return &object->functions[i];
	}
	fail_msg("no function %s", name);
	return NULL;
}

/* Both byte orders have the same instructions. */
static void test_orders(void **state)
{
	_cleanup_file_bytes_ struct file_bytes little = {0}, big = {0};
	struct object *a, *b;

	(void)state;
	if (!read_corpus("fields", &little) || !read_corpus("big_endian", &big))
		return;
	assert_null(create(little.data, little.size, &a));
	assert_null(create(big.data, big.size, &b));
	assert_false(a->big_endian);
	assert_true(b->big_endian);
	assert_int_equal(a->core_cnt, b->core_cnt);
	assert_int_not_equal(a->core_cnt, 0);
	for (size_t i = 0; i < a->core_cnt; i++) {
		assert_int_equal(a->cores[i].kind, b->cores[i].kind);
		assert_string_equal(a->cores[i].access, b->cores[i].access);
	}
	assert_string_equal(a->license, "GPL");
	assert_true(object_is_gpl(b));
	const struct object_function *function = find(a, "lacks_field");
	const struct object_line *line = object_line_at(a, function->section, function->first);
	assert_string_equal(line->text, "int lacks_field(unsigned long long *context)");
	object_destroy(a);
	object_destroy(b);
}

static void test_externs(void **state)
{
	_cleanup_file_bytes_ struct file_bytes file = {0};
	struct object *object;

	(void)state;
	if (!read_corpus("calls", &file))
		return;
	assert_null(create(file.data, file.size, &object));
	assert_int_equal(object->extern_cnt, 1);
	assert_string_equal(object->externs[0].name, "no_such_kfunc");
	assert_int_equal(object->externs[0].kind, OBJECT_EXTERN_KFUNC);
	assert_true(object->externs[0].weak);
	assert_null(object->refusal);
	object_destroy(object);
	file_bytes_deinit(&file);
	file = (struct file_bytes) {0};
	if (!read_corpus("static", &file))
		return;
	assert_null(create(file.data, file.size, &object));
	assert_non_null(strstr(object->refusal, "maps"));
	assert_false(object_is_gpl(object));
	object_destroy(object);
}

static void read_damaged(const unsigned char *bytes, size_t size)
{
	struct object *object = NULL;
	_cleanup_error_ struct error *error = create(bytes, size, &object);

	assert_true(!error == (object != NULL));
	if (error)
		assert_int_equal(error->code, ERROR_INPUT);
	object_destroy(object);
}

/* Cut off anywhere, or with one byte inverted. */
static void test_damaged(void **state)
{
	_cleanup_file_bytes_ struct file_bytes file = {0};

	(void)state;
	if (!read_corpus("fields", &file))
		return;
	for (size_t size = 0; size < file.size; size += TRUNCATE_STEP)
		read_damaged(file.data, size);
	for (size_t at = 0; at < file.size; at += FLIP_STEP) {
		file.data[at] ^= 0xff;
		read_damaged(file.data, file.size);
		file.data[at] ^= 0xff;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_externs),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
