/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of a command is complete, whatever its size, in memory or in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/output.h"
#include "util/array.h"
#include "util/file.h"

#define LINE_BYTES 64

static void put_lines(struct output *output, size_t first, size_t cnt)
{
	for (size_t i = first; i < first + cnt; i++) {
		buf_printf(&output->text, "%*zu\n", LINE_BYTES - 1, i);
		assert_null(output_relieve(output));
	}
}

static void assert_lines(const char *path, size_t cnt)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};

	assert_null(file_read("", path, &bytes));
	assert_int_equal(bytes.size, cnt * LINE_BYTES);
	for (size_t i = 0; i < cnt; i++) {
		char line[LINE_BYTES + 1];
		snprintf(line, sizeof(line), "%*zu\n", LINE_BYTES - 1, i);
		assert_memory_equal(bytes.data + i * LINE_BYTES, line, LINE_BYTES);
	}
}

/* 6 MiB stay in memory, 20 MiB do not. */
static void test_sizes(void **state)
{
	static const size_t cnts[] = {1, 6 * 1024 * 1024 / LINE_BYTES, 20 * 1024 * 1024 / LINE_BYTES};
	char path[] = "/tmp/test_output.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(cnts); i++) {
		_cleanup_output_ struct output output = {0};
		assert_true(output_is_empty(&output));
		put_lines(&output, 0, cnts[i]);
		assert_false(output_is_empty(&output));
		assert_int_equal(output.spool != NULL, i == 2);
		assert_null(output_finish(&output, path));
		assert_lines(path, cnts[i]);
	}
	close(fd);
	unlink(path);
}

/* To standard output, in the order of the pieces. */
static void test_print(void **state)
{
	static const size_t cnt = 9 * 1024 * 1024 / LINE_BYTES;
	_cleanup_output_ struct output output = {0};
	char path[] = "/tmp/test_output.XXXXXX";
	int fd = mkstemp(path), kept = dup(1);

	(void)state;
	assert_true(fd >= 0 && kept >= 0);
	put_lines(&output, 0, cnt);
	assert_non_null(output.spool);
	fflush(stdout);
	dup2(fd, 1);
	struct error *error = output_finish(&output, NULL);
	dup2(kept, 1);
	assert_null(error);
	assert_lines(path, cnt);
	close(kept);
	close(fd);
	unlink(path);
}

static void test_failure(void **state)
{
	_cleanup_output_ struct output output = {.text = {.failed = true}};
	struct error *error = output_relieve(&output);

	(void)state;
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_NO_MEMORY);
	error_free(error);
	error = output_finish(&output, NULL);
	assert_non_null(error);
	error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
