/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes a fingerprint, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "snapshot/file.h"
#include "snapshot/fingerprint.h"
#include "util/array.h"

static const char *const files[] = {
	"tests/fixtures/snapshots/probed-6.18.json", "tests/fixtures/snapshots/scanned-6.1.json"};

static struct snapshot *load(const char *text)
{
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(text, strlen(text), &snapshot);

	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

static struct fingerprint of_text(const char *text)
{
	struct snapshot *snapshot = load(text);
	struct fingerprint ret;

	assert_true(snapshot_fingerprint(snapshot, &ret));
	snapshot_destroy(snapshot);
	return ret;
}

static struct fingerprint of_document(const json_t *root)
{
	char *text = json_dumps(root, 0);
	struct fingerprint ret = of_text(text);

	free(text);
	return ret;
}

static json_t *read_file(const char *path)
{
	json_t *root = json_load_file(path, 0, NULL);

	assert_non_null(root);
	return root;
}

/* What is written has the fingerprint that is computed from it, in every form. */
static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		json_t *root = read_file(files[i]);
		struct fingerprint first = of_document(root);
		for (int form = 0; form < 2 * EVIDENCE_KEPT_CNT; form++) {
			const struct render_json_options options = {
				.one_line = form % 2, .evidence = (enum evidence_kept)(form / 2)};
			_cleanup_buf_ struct buf out = {0};
			char *text = json_dumps(root, 0);
			struct snapshot *snapshot = load(text);
			assert_null(render_json(snapshot, &options, &out));
			struct fingerprint again = of_text(buf_text(&out));
			assert_memory_equal(&first, &again, sizeof(first));
			json_t *written = json_loads(buf_text(&out), 0, NULL), *both;
			assert_non_null(both = json_object_get(written, "fingerprint"));
			assert_string_equal(
				json_string_value(json_object_get(both, "all")), first.all);
			assert_string_equal(
				json_string_value(json_object_get(both, "core")), first.core);
			json_decref(written);
			snapshot_destroy(snapshot);
			free(text);
		}
		json_decref(root);
	}
}

static void reverse(json_t *array)
{
	for (size_t i = json_array_size(array); i-- > 0;) {
		json_t *last = json_incref(json_array_get(array, i));
		json_array_append_new(array, last);
		json_array_remove(array, i);
	}
}

static void test_order(void **state)
{
	static const char *const lists[] = {"contexts", "kfuncs", "helpers", "functions",
		"map_types", "link_types", "features", "program_types", "programs"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		json_t *root = read_file(files[i]);
		struct fingerprint first = of_document(root);
		for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
			reverse(json_object_get(root, lists[k]));
		struct fingerprint again = of_document(root);
		assert_memory_equal(&first, &again, sizeof(first));
		json_decref(root);
	}
}

/* Sets the member at a path of keys and indices to a value of JSON. */
static void set(json_t *at, const char *path, const char *value)
{
	char *copy = strdup(path), *rest = NULL;
	char *key = strtok_r(copy, "/", &rest), *next;

	for (; (next = strtok_r(NULL, "/", &rest)); key = next)
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key))
				       : json_object_get(at, key);
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	assert_non_null(at);
	assert_non_null(json);
	assert_int_equal(json_is_array(at) ? json_array_set_new(at, (size_t)atoi(key), json)
					   : json_object_set_new(at, key, json),
		0);
	free(copy);
}

static void test_changes(void **state)
{
	static const struct {
		const char *path, *value;
		bool all, core; /* change */
	} changes[] = {
		{"kernel/release", "\"9.9\"", false, false},
		{"kernel/machine", "\"s390x\"", true, true},
		{"meta/kcompat", "\"9.9.9\"", false, false},
		{"environment/capabilities", "[\"CAP_41\"]", false, false},
		{"environment/limits", "[]", false, false},
		{"environment/lockdown", "\"integrity\"", true, true},
		{"environment/lsm", "[\"bpf\",\"x\"]", true, true},
		{"environment/jit", "\"0\"", true, true},
		{"config/CONFIG_X_Y", "\"m\"", true, true},
		{"source/facts", "[\"btf\"]", true, true},
		{"contexts/0/reason", "\"other\"", false, false},
		{"contexts/0/state", "\"blocked\"", true, true},
		{"kfuncs/0/prototype", "\"int x(void)\"", false, false},
		{"kfuncs/0/found_by", "[\"list\"]", false, false},
		{"kfuncs/0/cells/xdp", "\"blocked\"", true, true},
		{"helpers/0/cells/xdp", "\"unknown\"", true, true},
		{"map_types/0/state", "\"blocked\"", true, true},
		{"features/0/reason", "\"other\"", false, false},
		{"functions/0/prototypes", "[\"int f(int)\"]", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		json_t *root = read_file(files[0]);
		struct fingerprint first = of_document(root);
		set(root, changes[i].path, changes[i].value);
		struct fingerprint changed = of_document(root);
		if (!strcmp(first.all, changed.all) == changes[i].all ||
			!strcmp(first.core, changed.core) == changes[i].core)
			fail_msg("%s = %s", changes[i].path, changes[i].value);
		json_decref(root);
	}
}

/* A module that is loaded, and a function that only it has. */
static void test_modules(void **state)
{
	json_t *root = read_file(files[0]);
	struct fingerprint first = of_document(root);

	(void)state;
	json_array_append_new(json_object_get(root, "kfuncs"),
		json_pack("{s:s, s:s, s:[s], s:{s:s}}", "name", "bpf_of_a_module", "module",
			"nf_nat", "found_by", "list", "cells", "xdp", "permitted"));
	struct fingerprint kfunc = of_document(root);
	assert_string_not_equal(first.all, kfunc.all);
	assert_string_equal(first.core, kfunc.core);
	json_array_append_new(json_object_get(root, "functions"),
		json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "name", "of_a_module", "state", "present",
			"symbols", "name", "of_a_module", "module", "nf_nat"));
	struct fingerprint function = of_document(root);
	assert_string_not_equal(kfunc.all, function.all);
	assert_string_equal(first.core, function.core);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
