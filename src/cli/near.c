/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/near.h"

#include <stdarg.h>
#include <string.h>

#include "util/suggest.h"

#define WORDS_MAX 64 /* commands, or options of a command */

static void put_todo(struct buf *out, const char *word, const char *const *words, size_t cnt,
	const char *otherwise)
{
	const char *near = suggest_word(word, words, cnt);

	if (near) {
		buf_printf(out, "did you mean '%s'?", near);
		return;
	}
	if (otherwise) {
		buf_puts(out, otherwise);
		return;
	}
	for (size_t i = 0; i < cnt; i++)
		buf_printf(out, "%s%s", i ? ", " : cnt > 1 ? "one of " : "", words[i]);
}

struct error *near_error(const char *word, const char *const *words, size_t cnt,
	const char *otherwise, const char *format, ...)
{
	_cleanup_buf_ struct buf todo = {0}, what = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&what, format, args);
	va_end(args);
	put_todo(&todo, word, words, cnt, otherwise);
	if (todo.failed || what.failed)
		return error_no_memory();
	return error_create(ERROR_USAGE, buf_text(&todo), "%s", buf_text(&what));
}

struct error *near_command_error(const struct cli_program *program, const char *word)
{
	const char *words[WORDS_MAX] = {"help", "--help", "--version"};
	_cleanup_buf_ struct buf otherwise = {0};
	size_t cnt = 3;

	for (size_t i = 0; program->commands[i] && cnt < WORDS_MAX; i++)
		words[cnt++] = program->commands[i]->name;
	buf_printf(&otherwise, "see %s --help", program->name);
	return near_error(word, words, cnt, buf_text(&otherwise), "%s: no such command", word);
}

/* The option without its dashes and its value is compared, and the result has the dashes again. */
struct error *near_option_error(
	const struct cli_program *program, const struct command *command, const char *text)
{
	const char *words[WORDS_MAX] = {"help"};
	_cleanup_buf_ struct buf name = {0}, todo = {0};
	const char *near = NULL;
	size_t cnt = 1;

	for (size_t i = 0; i < command->option_cnt && cnt < WORDS_MAX; i++)
		words[cnt++] = command->options[i].name;
	if (!strncmp(text, "--", 2))
		buf_add(&name, text + 2, strcspn(text + 2, "="));
	if (name.len)
		near = suggest_word(buf_text(&name), words, cnt);
	if (near)
		buf_printf(&todo, "did you mean '--%s'?", near);
	else
		buf_printf(&todo, "see %s %s --help", program->name, command->name);
	return error_create(ERROR_USAGE, buf_text(&todo), "%s: no such option", text);
}

enum require_kind near_kind(const char *name)
{
	size_t len = strcspn(name, ":");

	for (enum require_kind kind = 0; name[len] && kind < REQUIRE_KIND_CNT; kind++) {
		const char *word = require_kind_word(kind);
		if (strlen(word) == len && !strncmp(name, word, len))
			return kind;
	}
	return REQUIRE_KIND_CNT;
}

static struct error *with_kind(const char *command, const char *name, enum require_kind kind)
{
	const char *bare = strchr(name, ':') + 1;
	bool has_name = kind == REQUIRE_KFUNC || kind == REQUIRE_HELPER || kind == REQUIRE_FUNC;
	_cleanup_buf_ struct buf todo = {0};

	if (has_name)
		buf_printf(&todo, "kcompat %s %.*s, or ", command, (int)strcspn(bare, "@"), bare);
	buf_printf(&todo, "kcompat require %s", name);
	return error_create(ERROR_USAGE, buf_text(&todo), "%s: %s takes a name without its kind",
		name, command);
}

static struct error *with_context(const char *command, const char *name)
{
	const char *at = strchr(name, '@');
	int len = (int)(at - name);
	bool takes_context = !strcmp(command, "probe");
	_cleanup_buf_ struct buf todo = {0};

	buf_printf(&todo, "kcompat %s %.*s%s%s, or kcompat require kfunc:%s, or helper:%s", command,
		len, name, takes_context ? " -c " : "", takes_context ? at + 1 : "", name, name);
	return error_create(ERROR_USAGE, buf_text(&todo), "%s: %s takes a name without a context",
		name, command);
}

struct error *near_requirement_error(const char *command, const char *name)
{
	enum require_kind kind = near_kind(name);
	const char *at = strchr(name, '@');

	if (kind < REQUIRE_KIND_CNT)
		return with_kind(command, name, kind);
	return at && at > name && at[1] ? with_context(command, name) : NULL;
}

void near_put(struct buf *out, const char *near)
{
	if (near)
		buf_printf(out, " (did you mean '%s'?)", near);
}
