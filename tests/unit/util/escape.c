/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from files is unchanged, except for characters that control a terminal or forge a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "util/array.h"
#include "util/colour.h"
#include "util/escape.h"
#include "util/json_write.h"

static const struct {
	const char *text, *line, *json;
} rows[] = {
	{"plain", "plain", "\"plain\""},
	{"", "", "\"\""},
	/* Printable UTF-8 stays: Latin, Cyrillic, CJK, an emoji of four bytes. */
	{"\xc3\xa9\xd0\x96\xe4\xb8\xad\xf0\x9f\x90\x9d", "\xc3\xa9\xd0\x96\xe4\xb8\xad\xf0\x9f\x90\x9d",
		"\"\xc3\xa9\xd0\x96\xe4\xb8\xad\xf0\x9f\x90\x9d\""},
	/* C0, DEL; OSC 8 as a terminal knows it. */
	{"a\x1b]8;;x\x07z\x7f", "a\\x1b]8;;x\\x07z\\x7f", "\"a\\u001b]8;;x\\u0007z\\u007f\""},
	{"a\nkcompat: forged\r\tb", "a\\x0akcompat: forged\\x0d\\x09b",
		"\"a\\u000akcompat: forged\\u000d\\u0009b\""},
	/* C1: CSI as one character, U+009B; and as the byte 9b, which is not UTF-8. */
	{"\xc2\x9b" "31m", "\\u009b31m", "\"\\u009b31m\""},
	{"\x9b" "31m", "\\x9b31m", "\"\\ufffd31m\""},
	/* Bidirectional: override, isolate, mark. */
	{"\xe2\x80\xae" "evil\xe2\x80\xac", "\\u202eevil\\u202c", "\"\\u202eevil\\u202c\""},
	{"\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c", "\\u2066x\\u2069\\u061c", "\"\\u2066x\\u2069\\u061c\""},
	/* Separators of lines and paragraphs. */
	{"a\xe2\x80\xa8" "b\xe2\x80\xa9", "a\\u2028b\\u2029", "\"a\\u2028b\\u2029\""},
	/* A tag, beyond the first plane. */
	{"\xf3\xa0\x80\x81", "\\ue0001", "\"\\udb40\\udc01\""},
	/* Overlong, a surrogate, beyond U+10FFFF, cut short. */
	{"\xc0\x80", "\\xc0\\x80", "\"\\ufffd\\ufffd\""},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\"\\ufffd\\ufffd\\ufffd\""},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
	{"x\xe2\x80", "x\\xe2\\x80", "\"x\\ufffd\\ufffd\""},
	/* Script and quotes. */
	{"</script>\"\\", "</script>\"\\", "\"\\u003c/script>\\\"\\\\\""},
};
#define ROW_CNT (ARRAY_SIZE(rows))

static void test_lines(void **state)
{
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < ROW_CNT; i++) {
		buf_clear(&out);
		escape_text(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].line);
		/* An escaped text is not escaped again. */
		buf_clear(&out);
		escape_lines(&out, rows[i].line, strlen(rows[i].line));
		assert_string_equal(buf_text(&out), rows[i].line);
	}
	buf_clear(&out);
	escape_lines(&out, "a\n\tb\x1b\0c", 7);
	assert_string_equal(buf_text(&out), "a\n\tb\\x1b\\x00c");
	buf_clear(&out);
	escape_printf(&out, "%s: %d", "x\ny", 7);
	assert_string_equal(buf_text(&out), "x\\x0ay: 7");
}

/* The text again, with U+FFFD for each byte that is not UTF-8. */
static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROW_CNT; i++) {
		_cleanup_buf_ struct buf out = {0};
		escape_json(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].json);
		json_t *read = json_loads(buf_text(&out), JSON_DECODE_ANY, NULL);
		char *expected = json_as_utf8(rows[i].text);
		assert_non_null(read);
		assert_string_equal(json_string_value(read), expected);
		/* The document from the library has the same content and is equally safe. */
		buf_clear(&out);
		assert_true(json_write(json_pack("[o]", json_text_or_null(rows[i].text)), JSON_COMPACT, &out));
		json_t *again = json_loads(buf_text(&out), 0, NULL);
		assert_string_equal(json_string_value(json_array_get(again, 0)), expected);
		for (const char *c = buf_text(&out); *c;) {
			uint32_t code;
			c += escape_next(c, strlen(c), &code);
			assert_true(escape_is_printable(code));
		}
		free(expected);
		json_decref(read);
		json_decref(again);
	}
}

static void test_markup(void **state)
{
	static const struct {
		void (*escape)(struct buf *out, const char *text);
		const char *text, *expected;
	} cases[] = {
		{escape_markdown, "a_b|<i>\n", "a\\_b\\|&lt;i&gt;\\x0a"},
		{escape_html, "`<b>` & [x]", "&#96;&lt;b&gt;&#96; &amp; &#91;x&#93;"},
		{escape_code_name, "vfs_read", "`vfs_read`"},
		{escape_code_name, "a`b", "<code>a&#96;b</code>"},
		{escape_code, "```\x1b", "` ` `\\x1b"},
		{escape_yaml, "a\"b\\\n", "a\\\"b\\\\\\x0a"},
		{escape_markdown, "\xe2\x80\xaex", "\\u202ex"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = {0};
		cases[i].escape(&out, cases[i].text);
		assert_string_equal(buf_text(&out), cases[i].expected);
	}
}

/* The colours stay, and nothing else that steers a terminal. */
static void test_colours(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"plain\n", "plain\n"},
		{COLOUR_GOOD "yes" COLOUR_END, COLOUR_GOOD "yes" COLOUR_END},
		{COLOUR_BAD COLOUR_DOUBT "\n" COLOUR_END "\n", COLOUR_BAD COLOUR_DOUBT "\n" COLOUR_END "\n"},
		{"\033[2J" COLOUR_END, "\\x1b[2J" COLOUR_END},
		{"\033", "\\x1b"},
		{"a\033[3", "a\\x1b[3"},
		{"\033\033[32m\033[32", "\\x1b" COLOUR_GOOD "\\x1b[32"},
		{"\033[1;32m", "\\x1b[1;32m"},
		{COLOUR_GOOD "\xff\xe2\x80\xae", COLOUR_GOOD "\\xff\\u202e"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = {0};
		escape_coloured_lines(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(buf_text(&out), cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
