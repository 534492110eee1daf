/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/require.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <string.h>

#define NAGIOS_NAMED_MAX 3
#define WORD_COLUMNS 9u /* "unknown", and its blanks */

/* A monitoring system reads the text after a '|' as performance data. */
static void put_monitored(struct buf *out, const char *text)
{
	size_t start = out->len;

	escape_text(out, text);
	for (size_t i = start; i < out->len; i++) {
		if (out->data[i] == '|')
			out->data[i] = '/';
	}
}

/* Breaks the end of a comment, and also its start: compilers warn about the start. */
static void put_comment(struct buf *out, const char *text)
{
	_cleanup_buf_ struct buf plain = {0};

	escape_text(&plain, text);
	for (const char *c = buf_text(&plain), *last = c; *c; last = c++) {
		if ((*last == '*' && *c == '/') || (*last == '/' && *c == '*'))
			buf_putc(out, ' ');
		buf_putc(out, *c);
	}
	out->failed |= plain.failed;
}

void render_require_text(const struct require_list *list, const struct require_answer *answer, size_t width,
	struct buf *out)
{
	for (size_t i = 0; i < list->cnt; i++) {
		const struct requirement *requirement = &list->list[i];
		const struct require_verdict *verdict =
			require_verdict_of(answer, requirement->root);
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s%s: %s%s", requirement->optional ? "?" : "", requirement->root->text,
			verdict->reason, verdict->predicted ? " [predicted]" : "");
		buf_printf(out, "%-8s ", require_value_word(verdict->value));
		wrap_escaped(out, buf_text(&text), WORD_COLUMNS, WORD_COLUMNS, width);
		buf_putc(out, '\n');
		out->failed |= text.failed;
	}
}

/* ": A, B and 2 more" of the requirements with that value. */
static void put_names(const struct require_list *list, const struct require_answer *answer,
	enum tristate value, struct buf *out)
{
	size_t cnt = 0;

	for (size_t i = 0; i < list->cnt; i++) {
		const struct requirement *requirement = &list->list[i];
		if (requirement->optional ||
			require_verdict_of(answer, requirement->root)->value != value)
			continue;
		if (cnt < NAGIOS_NAMED_MAX) {
			buf_puts(out, cnt ? ", " : ": ");
			put_monitored(out, requirement->root->text);
		}
		cnt++;
	}
	if (cnt > NAGIOS_NAMED_MAX)
		buf_printf(out, " and %zu more", cnt - NAGIOS_NAMED_MAX);
}

void render_require_nagios(const struct require_list *list, const struct require_answer *answer,
	enum tristate settled, struct buf *out)
{
	static const char *const words[] = {
		[TRISTATE_YES] = "OK",
		[TRISTATE_NO] = "CRITICAL",
		[TRISTATE_UNKNOWN] = "UNKNOWN",
	};
	size_t cnt = answer->yes_cnt + answer->no_cnt + answer->unknown_cnt;

	buf_printf(out, "KCOMPAT %s - %zu of %zu requirements satisfied", words[settled],
		answer->yes_cnt, cnt);
	if (answer->no_cnt) {
		buf_printf(out, ", %zu missing", answer->no_cnt);
		put_names(list, answer, TRISTATE_NO, out);
	}
	if (answer->unknown_cnt) {
		buf_printf(out, "%s %zu unknown", answer->no_cnt ? ";" : ",",
			answer->unknown_cnt);
		put_names(list, answer, TRISTATE_UNKNOWN, out);
	}
	buf_putc(out, '\n');
}

/* Was the flag written before? The same requirement can be given twice, as a line of two files. */
static bool is_repeated(const struct require_list *list, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (!strcmp(list->list[i].flag, list->list[at].flag))
			return true;
	}
	return false;
}

void render_require_env(
	const struct require_list *list, const struct require_answer *answer, struct buf *out)
{
	for (size_t i = 0; i < list->cnt; i++) {
		const struct requirement *requirement = &list->list[i];
		if (is_repeated(list, i))
			continue;
		buf_printf(out, "%s=%s\n", requirement->flag,
			require_value_word(require_verdict_of(answer, requirement->root)->value));
	}
}

static void put_define(const struct requirement *requirement, const struct require_verdict *verdict,
	struct buf *out)
{
	buf_puts(out, "/* ");
	put_comment(out, requirement->root->text);
	buf_printf(out, ": %s: ", require_value_word(verdict->value));
	put_comment(out, verdict->reason);
	buf_printf(out, " */\n#define %s %d\n", requirement->flag, verdict->value == TRISTATE_YES);
	if (verdict->value == TRISTATE_UNKNOWN)
		buf_printf(out, "#define %s%s 1\n", requirement->flag, REQUIRE_FLAG_UNKNOWN);
}

void render_require_c(const struct require_list *list, const struct require_answer *answer,
	const char *kernels, struct buf *out)
{
	buf_puts(out, "/* ");
	put_comment(out, kernels);
	buf_puts(out, ", by kcompat require. 1: yes. 0: no, or _UNKNOWN is defined too. */\n");
	for (size_t i = 0; i < list->cnt; i++) {
		if (is_repeated(list, i))
			continue;
		put_define(&list->list[i], require_verdict_of(answer, list->list[i].root), out);
	}
}
