/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is one document, and what are lines: at every size of what comes before the end of a chunk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "snapshot/documents.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/gzip.h"

#define CHUNK 65536 /* what is read at once */

/* The documents, each as NUMBER:LENGTH:FIRST and LAST character. */
static struct error *note(void *context, const char *text, size_t len_bytes, size_t number)
{
	struct buf *out = context;

	buf_printf(out, "%zu:%zu:%c%c ", number, len_bytes, text[0], text[len_bytes - 1]);
	return NULL;
}

static struct error *refuse(void *context, const char *text, size_t len_bytes, size_t number)
{
	(void)context;
	(void)text;
	(void)len_bytes;
	return number == 2 ? error_create(ERROR_INPUT, NULL, "bad") : NULL;
}

static struct error *read_bytes(
	const void *data, size_t len, size_t max_bytes, document_fn *each, void *context)
{
	char path[] = "/tmp/kcompat-documents-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	struct error *error = documents_each(path, max_bytes, each, context);
	unlink(path);
	return error;
}

static void test_forms(void **state)
{
	static const struct {
		const char *text, *documents;
	} cases[] = {
		{"{}", "0:2:{} "},
		{"{}\n", "0:3:{\n "},
		{"{}\n{}\n", "1:2:{} 2:2:{} "},
		{"{}\n{}", "1:2:{} 2:2:{} "},
		{"{}\n\n{}\n\n", "1:2:{} 3:2:{} "},
		{"{}\nx\n", "1:2:{} 2:1:xx "},
		{"{}\n ", "1:2:{} 2:1:   "},
		{"{\n}\n", "0:4:{\n "},
		{"\n{}\n{}\n", "0:7:\n\n "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf plain = {0}, packed = {0}, bytes = {0};
		assert_null(read_bytes(cases[i].text, strlen(cases[i].text), 1000, note, &plain));
		assert_string_equal(buf_text(&plain), cases[i].documents);
		assert_null(gzip_add(&bytes, cases[i].text, strlen(cases[i].text)));
		assert_null(read_bytes(bytes.data, bytes.len, 1000, note, &packed));
		assert_string_equal(buf_text(&packed), cases[i].documents);
	}
}

/* A newline, and what follows it, on both sides of the end of a chunk. */
static void test_chunks(void **state)
{
	(void)state;
	for (size_t len = CHUNK - 4; len <= CHUNK + 4; len++) {
		_cleanup_buf_ struct buf text = {0}, found = {0};
		char expected[100];
		buf_putc(&text, '{');
		buf_pad(&text, ' ', len - 2);
		buf_puts(&text, "}\n{a}\n");
		snprintf(expected, sizeof(expected), "1:%zu:{} 2:3:{} ", len);
		assert_null(read_bytes(text.data, text.len, 2 * CHUNK, note, &found));
		assert_string_equal(buf_text(&found), expected);
		buf_clear(&found);
		snprintf(expected, sizeof(expected), "0:%zu:{\n ", len + 1);
		assert_null(read_bytes(text.data, len + 1, 2 * CHUNK, note, &found));
		assert_string_equal(buf_text(&found), expected);
	}
}

static void expect(struct error *error, const char *what)
{
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_INPUT);
	if (!strstr(error->what, what))
		fail_msg("no '%s': %s", what, error->what);
	error_free(error);
}

static void test_limits(void **state)
{
	_cleanup_buf_ struct buf text = {0}, found = {0}, packed = {0};

	(void)state;
	buf_puts(&text, "{}\n{");
	buf_pad(&text, ' ', 5 * CHUNK);
	buf_puts(&text, "}\n");
	expect(read_bytes(text.data, text.len, CHUNK, note, &found), "larger than 65536 bytes");
	assert_null(gzip_add(&packed, text.data, text.len));
	expect(read_bytes(packed.data, packed.len, CHUNK, note, &found), "gzip");
	expect(read_bytes(packed.data, packed.len - 1, 6 * CHUNK, note, &found), "gzip");
	buf_puts(&packed, "x");
	expect(read_bytes(packed.data, packed.len, 6 * CHUNK, note, &found),
		"after the end of the stream");
	expect(read_bytes("{}\n{}\n{}\n", 9, 100, refuse, NULL), "document 2: bad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
