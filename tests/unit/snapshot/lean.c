/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot read for some names: their cells are the same, the others have none, and errors stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/file.h"
#include "snapshot/lean.h"
#include "util/array.h"

#define FIXTURE "tests/fixtures/snapshots/probed-6.18.json"

static void assert_lean(const char *text, const char *name, const char *expected)
{
	struct buf out = {0};

	lean_text(text, strlen(text), &name, 1, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_deinit(&out);
}

static void test_text(void **state)
{
	(void)state;
	assert_lean(
		"{\"kfuncs\":[{\"name\":\"a\",\"cells\":{\"xdp\":\"ran\"}},{\"name\":\"b\",\"cells\":{\"tc\":\"ran\"}}]}",
		"b",
		"{\"kfuncs\":[{\"name\":\"a\",\"cells\":{}},{\"name\":\"b\",\"cells\":{\"tc\":\"ran\"}}]}");
	assert_lean(
		"{ \"helpers\" : [ { \"name\" : \"a\" , \"cells\" : { \"}\\\"{\" : \"ran\" } , \"id\" : 1 } ] }",
		"b", "{ \"helpers\" : [ { \"name\" : \"a\" , \"cells\" : {} , \"id\" : 1 } ] }");
	/* Other members, and what has no name yet or one with an escape, stay. */
	assert_lean("{\"other\":[{\"name\":\"a\",\"cells\":{\"xdp\":1}}]}", "b",
		"{\"other\":[{\"name\":\"a\",\"cells\":{\"xdp\":1}}]}");
	assert_lean("{\"kfuncs\":[{\"cells\":{\"x\":1},\"name\":\"a\"}]}", "b",
		"{\"kfuncs\":[{\"cells\":{\"x\":1},\"name\":\"a\"}]}");
	assert_lean("{\"kfuncs\":[{\"name\":\"\\u0062\",\"cells\":{\"x\":1}}]}", "b",
		"{\"kfuncs\":[{\"name\":\"\\u0062\",\"cells\":{\"x\":1}}]}");
	assert_lean("{\"kfuncs\":[{\"name\":\"a\"},{\"cells\":{\"x\":1}}]}", "b",
		"{\"kfuncs\":[{\"name\":\"a\"},{\"cells\":{\"x\":1}}]}");
}

static void assert_head(const char *text, const char *const *names, size_t cnt, const char *expected)
{
	struct buf out = {0};

	assert_int_equal(lean_head(text, strlen(text), "contexts", names, cnt, &out), expected != NULL);
	if (expected)
		assert_string_equal(buf_text(&out), expected);
	buf_deinit(&out);
}

#define OPTIONS "{\"A\":\"y\",\"B\" : \"\\\"}\", \"C\":\"m\"}"

static void test_head(void **state)
{
	static const char *const b[] = {"B"}, *const none[] = {"X"};

	(void)state;
	/* The first option stays: an empty configuration says something else. */
	assert_head("{\"environment\":{\"contexts\":[]},\"config\":" OPTIONS " , \"contexts\":[]}", b, 1,
		"{\"environment\":{\"contexts\":[]},\"config\":{\"A\":\"y\",\"B\" : \"\\\"}\"}}");
	assert_head("{\"environment\":{},\"config\":" OPTIONS ",\"contexts\":[]}", none, 1,
		"{\"environment\":{},\"config\":{\"A\":\"y\"}}");
	assert_head("{\"environment\":{},\"config\":" OPTIONS ",\"contexts\":[]}", NULL, 0,
		"{\"environment\":{},\"config\":" OPTIONS "}");
	assert_head("{\"environment\":{},\"config\":{},\"contexts\":[]}", b, 1,
		"{\"environment\":{},\"config\":{}}");
	/* Another order, another form, or no end. */
	assert_head("{\"config\":{},\"contexts\":[],\"environment\":{}}", b, 1, NULL);
	assert_head("{\"environment\":{},\"contexts\":[],\"config\":{}}", b, 1, NULL);
	assert_head("{\"environment\":{},\"config\":{\"A\":1},\"contexts\":[]}", b, 1, NULL);
	assert_head("{\"environment\":{},\"config\":{}}", b, 1, NULL);
	assert_head("\"contexts\":", b, 1, NULL);
}

/* Every prefix of a document: nothing is read behind its end. */
static void test_truncated(void **state)
{
	static const char text[] =
		"{\"kfuncs\":[{\"name\":\"a\\\"\",\"cells\":{\"xdp\":\"r\\\\\"}},{\"name\":\"a\",\"cells\":{\"x\":\"y\"}}],"
		"\"config\":{\"A\":\"\\\"\",\"B\":\"y\"},\"environment\":{},\"helpers\":[]}";
	const char *name = "b";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct buf out = {0};
		char *copy = test_malloc(len + 1);
		memcpy(copy, text, len);
		lean_text(copy, len, &name, 1, &out);
		assert_true(out.len <= len + 2);
		buf_clear(&out);
		lean_head(copy, len, "helpers", &name, 1, &out);
		assert_true(out.len <= len + 2);
		buf_deinit(&out);
		test_free(copy);
	}
}

static void assert_cells(
	const struct snapshot *whole, const struct cell *a, const struct cell *b, bool asked)
{
	for (size_t i = 0; i < whole->context_cnt; i++) {
		assert_int_equal(b[i].state, asked ? a[i].state : CELL_NONE);
		if (asked && a[i].evidence)
			assert_true(evidence_same(a[i].evidence, b[i].evidence));
	}
}

static void test_fixture(void **state)
{
	static const char *const names[] = {"bpf_arena_free_pages", "bpf_loop"};
	struct snapshot *whole, *part;
	size_t asked_cnt = 0;

	(void)state;
	assert_null(load_snapshot(FIXTURE, &whole));
	assert_null(load_snapshot_of(FIXTURE, names, ARRAY_SIZE(names), &part));
	assert_int_equal(whole->kfunc_cnt, part->kfunc_cnt);
	assert_int_equal(whole->helper_cnt, part->helper_cnt);
	assert_true(whole->kfunc_cnt > 1 && whole->helper_cnt > 1);
	for (size_t i = 0; i < whole->kfunc_cnt; i++) {
		bool asked = !strcmp(whole->kfuncs[i].name, names[0]);
		assert_string_equal(whole->kfuncs[i].name, part->kfuncs[i].name);
		assert_cells(whole, whole->kfuncs[i].cells, part->kfuncs[i].cells, asked);
		asked_cnt += asked;
	}
	for (size_t i = 0; i < whole->helper_cnt; i++) {
		bool asked = !strcmp(whole->helpers[i].name, names[1]);
		assert_cells(whole, whole->helpers[i].cells, part->helpers[i].cells, asked);
		asked_cnt += asked;
	}
	assert_int_equal(asked_cnt, ARRAY_SIZE(names));
	snapshot_destroy(whole);
	snapshot_destroy(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
