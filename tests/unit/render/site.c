/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a site: JSON with unique rows, facts and outcomes, and one order of contexts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "util/array.h"
#include "util/escape.h"
#include "render/render.h"
#include "util/strtab.h"

static void test_texts(void **state)
{
	struct texts texts = {0};
	char text[16];

	(void)state;
	assert_int_equal(texts_number(&texts, "", 0), 0);
	assert_int_equal(texts_number(&texts, "ab", 2), 1);
	assert_int_equal(texts_number(&texts, "abc", 2), 1);
	assert_int_equal(texts_number(&texts, "a", 1), 2);
	/* More than the initial size of the table. */
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			int len = snprintf(text, sizeof(text), "%d", i);
			assert_int_equal(texts_number(&texts, text, (size_t)len), 3 + i);
		}
	}
	assert_int_equal(texts.cnt, 5003);
	assert_string_equal(texts.list[3 + 4999], "4999");
	assert_false(texts.failed);
	texts_deinit(&texts);
	texts_deinit(NULL);
}

static void test_json_texts(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{"", "\"\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\x01\n\x7f", "\"\\u0001\\u000a\\u007f\""},
		{"</script>", "\"\\u003c/script>\""},
		{"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7\""},
		/* Cut, overlong, a surrogate, beyond U+10FFFF, a byte that never occurs. */
		{"\xc3", "\"\\ufffd\""},
		{"\xe2\x82", "\"\\ufffd\\ufffd\""},
		{"\xc0\xaf", "\"\\ufffd\\ufffd\""},
		{"\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
		{"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"a\xff" "b", "\"a\\ufffdb\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = {0};
		json_error_t error;
		escape_json(&out, cases[i].text);
		assert_string_equal(buf_text(&out), cases[i].json);
		json_t *value = json_loads(buf_text(&out), JSON_DECODE_ANY, &error);
		assert_non_null(value);
		json_decref(value);
	}
}

static struct kernels kernels;
static const struct evidence said_no = {.errnum = 13, .line = "calling f is not allowed, f", .rule = "no"};
static const struct evidence marked = {.line = "\x01 of f"};

static struct snapshot_context context(const char *name, const char *type)
{
	return (struct snapshot_context) {.name = name, .program_type = type, .state = SUPPORT_OK};
}

/* A snapshot with the contexts and one kfunc "f", refused everywhere. */
static struct snapshot *add(const char *release, const char *const *contexts, size_t cnt)
{
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	snapshot->source_kind = "probed";
	snapshot->kernel = (struct kernel_identity) {.release = release, .machine = "x86_64", .version = "#1"};
	snapshot->contexts = pool_calloc(&snapshot->pool, cnt, sizeof(*snapshot->contexts));
	snapshot->kfuncs = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->kfuncs));
	snapshot->kfuncs[0] = (struct snapshot_kfunc) {.name = "f", .module = "vmlinux",
		.cells = pool_calloc(&snapshot->pool, cnt, sizeof(struct cell))};
	snapshot->kfunc_cnt = 1;
	snapshot->context_cnt = cnt;
	for (size_t i = 0; i < cnt; i++) {
		snapshot->contexts[i] = context(contexts[i], "t");
		snapshot->kfuncs[0].cells[i] = (struct cell) {.state = CELL_REFUSED, .evidence = &said_no};
	}
	assert_null(kernels_add_snapshot(&kernels, release, snapshot, false));
	return snapshot;
}

static int teardown(void **state)
{
	(void)state;
	kernels_deinit(&kernels);
	return 0;
}

/* The argument of the function call in the script. */
static json_t *argument(const struct buf *script, const char *function)
{
	_cleanup_buf_ struct buf text = {0};
	size_t len = strlen(function);
	json_error_t error;

	const char *begin = strstr(script->data, function);
	assert_non_null(begin);
	/* In a text of JSON, no newline stands as it is. */
	const char *end = strstr(begin, ");\n");
	assert_non_null(end);
	buf_add(&text, begin + len, (size_t)(end - begin) - len);
	json_t *value = json_loads(buf_text(&text), JSON_REJECT_DUPLICATES, &error);
	if (!value)
		fail_msg("%s at %d", error.text, error.position);
	return value;
}

static struct buf core, evidence, texts;

static json_t *make(void)
{
	struct history *history;

	assert_null(history_create(&kernels, NULL, &history));
	buf_clear(&core);
	buf_clear(&evidence);
	buf_clear(&texts);
	assert_null(render_site(history, &core, &evidence, &texts));
	history_destroy(history);
	return argument(&core, "kcompat.core(");
}

static const char *text_at(json_t *array, size_t at, size_t member)
{
	return json_string_value(json_array_get(json_array_get(array, at), member));
}

static json_t *subject(json_t *root, const char *name)
{
	json_t *subjects = json_object_get(root, "subjects");

	for (size_t i = 0; i < json_array_size(subjects); i++) {
		if (!strcmp(text_at(subjects, i, 1), name))
			return json_array_get(subjects, i);
	}
	fail_msg("no subject %s", name);
	return NULL;
}

static void test_order_of_contexts(void **state)
{
	static const char *const older[] = {"a", "old", "c", "d"}, *const newer[] = {"a", "new", "c", "last"};
	static const char *const wanted[] = {"a", "old", "new", "c", "d", "last"};

	(void)state;
	add("6.1.0-amd64", older, 4);
	add("6.12.0-amd64", newer, 4);
	json_t *root = make(), *contexts = json_object_get(root, "contexts");
	assert_int_equal(json_array_size(contexts), 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(text_at(contexts, i, 0), wanted[i]);
	/* No cell if the kernel lacks the context. */
	json_t *rows = json_object_get(root, "rows");
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(json_string_value(json_array_get(rows, 0)), "2*0 _ 2*0 _");
	assert_string_equal(json_string_value(json_array_get(rows, 1)), "0 _ 2*0 _ 0");
	assert_string_equal(json_string_value(json_array_get(subject(root, "f"), 3)), "0 1");
	json_decref(root);
}

static void test_shared_rows(void **state)
{
	static const char *const contexts[] = {"a", "b", "c"};

	(void)state;
	add("6.1.0-amd64", contexts, 3);
	add("6.6.0-amd64", contexts, 3);
	add("6.12.0-amd64", contexts, 3)->kfuncs[0].cells[2] =
		(struct cell) {.state = CELL_LOADABLE, .evidence = &marked, .predicted = true};
	json_t *root = make();
	assert_string_equal(json_string_value(json_array_get(subject(root, "f"), 3)), "2*0 1");
	assert_string_equal(json_string_value(json_array_get(subject(root, "f"), 2)), "3*0");
	assert_string_equal(json_string_value(json_object_get(root, "outcomes")), "-L");
	json_decref(root);
	/* Each occurrence of the name is replaced. A line that already has a mark is unchanged. */
	json_t *list = argument(&evidence, "kcompat.evidence(");
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(json_integer_value(json_array_get(json_array_get(list, 0), 0)), 13);
	assert_string_equal(text_at(list, 0, 1), "calling \x01 is not allowed, \x01");
	assert_string_equal(text_at(list, 0, 2), "no");
	assert_string_equal(text_at(list, 1, 1), "\x01 of f");
	assert_true(json_is_null(json_array_get(json_array_get(list, 1), 2)));
	assert_int_equal(json_integer_value(json_array_get(json_array_get(list, 1), 3)), 1);
	json_decref(list);
}

static void test_absent(void **state)
{
	static const char *const contexts[] = {"a"};

	(void)state;
	add("6.1.0-amd64", contexts, 1)->kfunc_cnt = 0;
	struct snapshot *lists = add("6.6.0-amd64", contexts, 1);
	lists->kfunc_cnt = 0;
	assert_true(snapshot_add_fact(lists, "kfunc_tags"));
	add("6.12.0-amd64", contexts, 1);
	json_t *root = make(), *facts = json_object_get(root, "facts");
	/* No cells if it is absent or unknown. The fact has the state. */
	assert_string_equal(json_string_value(json_array_get(subject(root, "f"), 3)), "2*_ 0");
	assert_string_equal(json_string_value(json_array_get(subject(root, "f"), 2)), "0 1 2");
	static const char *const wanted[] = {"unknown", "absent", "present"};
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(facts, i), "state")), wanted[i]);
	json_decref(root);
}

/* A long row is written as its differences from the row before it. */
static void test_rows_relative(void **state)
{
	static const char *const contexts[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct cell *cells = add(i ? "6.12.0-amd64" : "6.1.0-amd64", contexts, 8)->kfuncs[0].cells;
		for (int k = 1; k < 8; k += 2)
			cells[k] = (struct cell) {.state = CELL_LOADABLE, .evidence = &marked};
		if (i)
			cells[6] = (struct cell) {.state = CELL_PERMITTED};
	}
	json_t *root = make(), *rows = json_object_get(root, "rows");
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(json_string_value(json_array_get(rows, 0)), "0 1 0 1 0 1 0 1");
	assert_string_equal(json_string_value(json_array_get(rows, 1)), "6*= 2 =");
	json_decref(root);
}

/* The lines that `show` says of it, and since when the series has it. */
static void test_verdict(void **state)
{
	static const char *const contexts[] = {"a"};
	static const char *const wanted[][2] = {
		{"since", "first seen in 6.6.0-amd64, not in 6.1.0-amd64"},
		{"newest", "6.12.0-amd64 (probed): usable in none of 1 contexts"},
		{"changed", "6.6: added"}, {"", "6.12: module vmlinux -> bpf_testmod"}, {"missing", "amd64 generic 6.1"}};

	(void)state;
	struct snapshot *lists = add("6.1.0-amd64", contexts, 1);
	lists->kfunc_cnt = 0;
	assert_true(snapshot_add_fact(lists, "kfunc_tags"));
	/* Else a module that was not read could have it. */
	assert_true(snapshot_add_fact(lists, "modules"));
	add("6.6.0-amd64", contexts, 1);
	add("6.12.0-amd64", contexts, 1)->kfuncs[0].module = "bpf_testmod";
	json_t *root = make(), *found = subject(root, "f"), *said = argument(&texts, "kcompat.texts(");
	assert_int_equal(json_integer_value(json_array_get(found, 4)), 1);
	assert_int_equal(json_integer_value(json_array_get(found, 5)), 0);
	assert_string_equal(json_string_value(json_array_get(found, 6)), "");
	assert_string_equal(json_string_value(json_array_get(json_object_get(root, "tests"), 0)), "f");
	json_t *lines = json_object_get(said, "lines");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(said, "verdicts"), 0)), "0 1 2 3 4");
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_string_equal(text_at(lines, i, 0), wanted[i][0]);
		assert_string_equal(text_at(lines, i, 1), wanted[i][1]);
	}
	json_decref(said);
	json_decref(root);
}

static int free_buffers(void **state)
{
	(void)state;
	buf_deinit(&core);
	buf_deinit(&evidence);
	buf_deinit(&texts);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_json_texts),
		cmocka_unit_test_teardown(test_order_of_contexts, teardown),
		cmocka_unit_test_teardown(test_shared_rows, teardown),
		cmocka_unit_test_teardown(test_absent, teardown),
		cmocka_unit_test_teardown(test_rows_relative, teardown),
		cmocka_unit_test_teardown(test_verdict, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, free_buffers);
}
