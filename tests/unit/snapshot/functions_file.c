/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME.functions.gz: written, found in, damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "snapshot/file.h"
#include "snapshot/functions_json.h"
#include "util/file.h"

#define FUNCTION_CNT 3000

static char path[64];

static struct error *write_file(const struct kernel_functions *functions)
{
	_cleanup_buf_ struct buf bytes = {0};
	struct error *error = functions_file_build(functions, &bytes);

	return error ? error : file_write_atomic(path, bytes.data, bytes.len);
}

static int make_path(void **state)
{
	int descriptor;

	(void)state;
	strcpy(path, "/tmp/kcompat-functions.XXXXXX");
	descriptor = mkstemp(path);
	return descriptor < 0 || close(descriptor);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

/* Every field in every state, more than one block of them. */
static void fill(struct kernel_functions *functions)
{
	struct pool *pool = &functions->pool;

	functions->release = "6.12.43+deb13-cloud-amd64";
	functions->build_id = "00ff";
	functions->machine = 62;
	functions->sources = 1u << FUNCTION_SOURCE_DWARF | 1u << FUNCTION_SOURCE_EXPORTS;
	kernel_functions_limit(functions, "it is \"quoted\" \\ and\tmore");
	functions->list = pool_calloc(pool, FUNCTION_CNT, sizeof(*functions->list));
	functions->cnt = FUNCTION_CNT;
	for (uint32_t i = 0; i < FUNCTION_CNT; i++) {
		struct kernel_function *function = &functions->list[i];
		function->name = pool_printf(pool, "function_%05u", i);
		function->kind = (enum function_kind)(i % FUNCTION_KIND_CNT);
		function->alias_of = i % 7 ? NULL : "another";
		function->prototype = i % 3 ? "int f(void)" : NULL;
		function->instance_cnt = i % 4;
		function->instances = pool_calloc(pool, 4, sizeof(*function->instances));
		function->symbol_cnt = i % 3;
		function->symbols = pool_calloc(pool, 3, sizeof(*function->symbols));
		for (uint32_t n = 0; n < function->instance_cnt; n++) {
			struct function_instance *instance = &function->instances[n];
			struct function_caller callers[4] = {
				{"same_unit", instance->unit, 1 + i % 3},
				{"elsewhere", "other.c", 2}, {"nowhere", NULL, 1},
				{"name::space", "odd:unit.rs", 1}};
			instance->unit = (i + n) % 5 ? "a.c" : NULL;
			callers[0].unit = instance->unit;
			instance->file = n == 1 ? "a.c" : n == 2 ? NULL : "x\"y.h";
			instance->line = (i + n) % 3 * 10;
			instance->language = n == 0 ? "C11" : n == 1 ? "Rust" : NULL;
			instance->prototype = i % 5 ? "int f(void)" : i % 2 ? "long f(int)" : NULL;
			instance->has_address = i % 2;
			instance->address = i % 2 ? 0xffffffff81000000u + i : 0;
			instance->overridden = i % 11 == 1;
			instance->renamed = i % 13 ? NULL : "__pi_f";
			instance->external = (enum tristate)(i % 3);
			instance->inlined = (enum function_inline)(i % FUNCTION_INLINE_CNT);
			instance->direct_cnt = i % 5;
			instance->direct = pool_calloc(pool, 4, sizeof(callers[0]));
			memcpy(instance->direct, callers, sizeof(callers));
			instance->inline_sites = instance->direct;
			instance->inline_site_cnt = (i + 1) % 5;
		}
		for (uint32_t n = 0; n < function->symbol_cnt; n++)
			function->symbols[n] = (struct function_symbol) {
				.name = n ? pool_printf(pool, "%s.cold", function->name) : function->name,
				.address = n ? 0 : UINT64_MAX - i,
				.size_bytes = i % 2 ? i : 0,
				.binding = (enum function_binding)(i % FUNCTION_BINDING_CNT),
				.section = i % 2 ? ".text" : NULL,
				.region = i % 3 ? NULL : "noinstr",
				.patchable = (enum tristate)(i % 3),
				.kprobe_refused = (enum tristate)((i + 1) % 3),
				.exported = (enum function_export)(i % FUNCTION_EXPORT_CNT),
			};
	}
}

static struct functions_file *opened(void)
{
	struct functions_file *file;
	struct error *error = functions_file_open(path, &file);

	if (error)
		fail_msg("%s", error->what);
	return file;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void same_callers(const struct function_caller *a, size_t a_cnt,
	const struct function_caller *b, size_t b_cnt)
{
	assert_int_equal(a_cnt, b_cnt);
	for (size_t i = 0; i < a_cnt; i++) {
		assert_string_equal(a[i].function, b[i].function);
		assert_true(same_text(a[i].unit, b[i].unit));
		assert_int_equal(a[i].cnt, b[i].cnt);
	}
}

static void same_function(const struct kernel_function *a, const struct kernel_function *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->kind, b->kind);
	assert_true(same_text(a->alias_of, b->alias_of));
	assert_true(same_text(a->prototype, b->prototype));
	assert_int_equal(a->instance_cnt, b->instance_cnt);
	assert_int_equal(a->symbol_cnt, b->symbol_cnt);
	for (size_t i = 0; i < a->instance_cnt; i++) {
		const struct function_instance *x = &a->instances[i], *y = &b->instances[i];
		assert_true(same_text(x->unit, y->unit) && same_text(x->file, y->file) &&
			same_text(x->language, y->language) &&
			same_text(x->prototype, y->prototype) && same_text(x->renamed, y->renamed));
		assert_true(x->line == y->line && x->has_address == y->has_address &&
			x->address == y->address && x->overridden == y->overridden &&
			x->external == y->external && x->inlined == y->inlined);
		same_callers(x->direct, x->direct_cnt, y->direct, y->direct_cnt);
		same_callers(
			x->inline_sites, x->inline_site_cnt, y->inline_sites, y->inline_site_cnt);
	}
	for (size_t i = 0; i < a->symbol_cnt; i++) {
		const struct function_symbol *x = &a->symbols[i], *y = &b->symbols[i];
		assert_true(same_text(x->name, y->name) && same_text(x->section, y->section) &&
			same_text(x->region, y->region));
		assert_true(x->address == y->address && x->size_bytes == y->size_bytes &&
			x->binding == y->binding && x->patchable == y->patchable &&
			x->kprobe_refused == y->kprobe_refused && x->exported == y->exported);
	}
}

static void check_find(struct functions_file *file, const struct kernel_functions *functions)
{
	for (size_t i = 0; i < functions->cnt; i += 7) {
		_cleanup_pool_ struct pool pool = {0};
		const struct kernel_function *found;
		assert_null(functions_file_find(file, functions->list[i].name, &pool, &found));
		if (functions->list[i].kind == FUNCTION_KIND_PADDING) {
			assert_null(found);
			continue;
		}
		assert_non_null(found);
		same_function(found, &functions->list[i]);
	}
}

static bool count(void *context, const struct kernel_function *function)
{
	(void)function;
	++*(size_t *)context;
	return true;
}

static bool stop_at_once(void *context, const struct kernel_function *function)
{
	count(context, function);
	return false;
}

static size_t padding_cnt(const struct kernel_functions *functions)
{
	size_t cnt = 0;

	for (size_t i = 0; i < functions->cnt; i++)
		cnt += functions->list[i].kind == FUNCTION_KIND_PADDING;
	return cnt;
}

static void test_round_trip(void **state)
{
	struct kernel_functions *functions = calloc(1, sizeof(*functions));
	_cleanup_buf_ struct buf one = {0}, two = {0};
	_cleanup_pool_ struct pool pool = {0};
	const struct kernel_function *found;
	size_t cnt = 0;

	(void)state;
	fill(functions);
	assert_null(write_file(functions));
	struct functions_file *file = opened();
	const struct kernel_functions *header = functions_file_header(file);
	assert_string_equal(header->release, functions->release);
	assert_string_equal(header->build_id, functions->build_id);
	assert_int_equal(header->machine, functions->machine);
	assert_int_equal(header->sources, functions->sources);
	assert_int_equal(header->limit_cnt, 1);
	assert_string_equal(header->limits[0], functions->limits[0]);
	check_find(file, functions);
	assert_null(functions_file_find(file, "aaa", &pool, &found));
	assert_null(found);
	assert_null(functions_file_find(file, "function_00000x", &pool, &found));
	assert_null(found);
	assert_null(functions_file_each(file, NULL, count, &cnt));
	assert_int_equal(cnt, FUNCTION_CNT - padding_cnt(functions));
	cnt = 0;
	assert_null(functions_file_each(file, "function_0000?", count, &cnt));
	assert_int_equal(cnt, 9);
	cnt = 0;
	assert_null(functions_file_each(file, "*", stop_at_once, &cnt));
	assert_int_equal(cnt, 1);
	functions_file_close(file);
	/* Equal models make equal files. */
	assert_null(functions_file_build(functions, &one));
	assert_null(functions_file_build(functions, &two));
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	kernel_functions_destroy(functions);
}

static void test_is_gzip(void **state)
{
	struct kernel_functions *functions = calloc(1, sizeof(*functions));
	char command[128];
	char line[64] = "";

	(void)state;
	fill(functions);
	assert_null(write_file(functions));
	snprintf(command, sizeof(command), "gzip -dc < %s | wc -l", path);
	FILE *pipe = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), pipe));
	assert_int_equal(pclose(pipe), 0);
	/* With the header and the index. */
	assert_int_equal(atoi(line),
		FUNCTION_CNT - padding_cnt(functions) + 2);
	kernel_functions_destroy(functions);
}

static void test_empty(void **state)
{
	struct kernel_functions *functions = calloc(1, sizeof(*functions));
	_cleanup_pool_ struct pool pool = {0};
	const struct kernel_function *found;

	(void)state;
	assert_null(write_file(functions));
	struct functions_file *file = opened();
	assert_null(functions_file_find(file, "f", &pool, &found));
	assert_null(found);
	functions_file_close(file);
	kernel_functions_destroy(functions);
}

/* Opens and reads what is there; an error must come with `damaged`. */
static bool reads(const char *bytes, size_t size)
{
	struct functions_file *file;
	size_t cnt = 0;

	assert_null(file_write_atomic(path, bytes, size));
	struct error *error = functions_file_open(path, &file);
	if (!error) {
		error = functions_file_each(file, NULL, count, &cnt);
		functions_file_close(file);
	}
	bool read = !error;
	if (error) {
		assert_int_equal(error->code, ERROR_INPUT);
		assert_true(*error->what);
	}
	error_free(error);
	return read;
}

static void test_damaged(void **state)
{
	struct kernel_functions *functions = calloc(1, sizeof(*functions));
	_cleanup_buf_ struct buf bytes = {0};

	(void)state;
	fill(functions);
	functions->cnt = 300;
	assert_null(functions_file_build(functions, &bytes));
	assert_true(reads(bytes.data, bytes.len));
	for (size_t size = 0; size < bytes.len; size += bytes.len / 40)
		assert_false(reads(bytes.data, size));
	/* Every byte of the end, and each byte that is read before: gzip has a checksum. */
	size_t refused = 0, tried = 0;
	for (size_t at = 0; at < bytes.len; at += at < bytes.len - 120 ? 97 : 1, tried++) {
		bytes.data[at] ^= 0x55;
		refused += !reads(bytes.data, bytes.len);
		bytes.data[at] ^= 0x55;
	}
	/* The time and the system in gzip's headers may be any. */
	assert_true(refused + 40 > tried);
	assert_true(refused > 100);
	kernel_functions_destroy(functions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, make_path, remove_path),
		cmocka_unit_test_setup_teardown(test_is_gzip, make_path, remove_path),
		cmocka_unit_test_setup_teardown(test_empty, make_path, remove_path),
		cmocka_unit_test_setup_teardown(test_damaged, make_path, remove_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
