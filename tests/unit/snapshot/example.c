/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/example.h"
#include "util/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_every_example_is_found(void **state)
{
	char name[EXAMPLE_WORD_MAX], last[EXAMPLE_WORD_MAX] = "", call[EXAMPLE_WORD_MAX + 1];
	size_t cnt = 0;

	(void)state;
	for (const char *at = strstr(embed_examples, "\n== "); at; at = strstr(at + 1, "\n== ")) {
		struct call_example example;
		assert_int_equal(sscanf(at, "\n== %127s", name), 1);
		assert_true(strcmp(last, name) < 0);
		memcpy(last, name, sizeof(name));
		assert_true(example_find(name, &example));
		char *source = strndup(example.source, example.len_bytes);
		assert_non_null(source);
		/* It is a whole source, and this function's. */
		snprintf(call, sizeof(call), "%s(", name);
		assert_non_null(strstr(source, call));
		assert_non_null(strstr(source, "/* the call */"));
		assert_int_equal(strncmp(source, "#ifndef __VMLINUX_H__\n", 22), 0);
		assert_string_equal(strrchr(source, ']'), "] SEC(\"license\") = \"GPL\";\n");
		assert_null(strstr(source, "\n== "));
		free(source);
		cnt++;
	}
	assert_true(cnt > 300);
}

static void test_other_names(void **state)
{
	struct call_example example;

	(void)state;
	assert_false(example_find("bpf_task_acquir", &example));
	assert_false(example_find("bpf_task_acquire_", &example));
	assert_false(example_find("", &example));
	assert_false(example_find("vfs_read", &example));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_is_found),
		cmocka_unit_test(test_other_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
