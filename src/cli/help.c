/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include "cli/pager.h"
#include "util/wrap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 40
#define OPTION_INDENT 28

size_t cli_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && atoi(columns) > 0)
		return (size_t)atoi(columns);
	if (pager_width())
		return pager_width();
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 80;
}

static void wrap(struct buf *out, const char *text, size_t indent, size_t width)
{
	wrap_text(out, text, indent, indent, width);
	buf_putc(out, '\n');
}

static size_t clamp(size_t width)
{
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

/* Behind the name that began at `start`. */
static void help_meaning(struct buf *out, size_t start, const char *text, size_t width)
{
	size_t indent = width < 60 ? 8 : OPTION_INDENT, column = out->len - start;

	if (column + 2 > indent) {
		buf_putc(out, '\n');
		column = 0;
	}
	buf_pad(out, ' ', indent - column);
	wrap(out, text, indent, width);
}

static void help_option(struct buf *out, const struct cli_option *option, size_t width)
{
	size_t start = out->len;

	if (option->letter)
		buf_printf(out, "  -%c, --%s", option->letter, option->name);
	else
		buf_printf(out, "      --%s", option->name);
	if (option->argument)
		buf_printf(out, "=%s", option->argument);
	help_meaning(out, start, option->help, width);
}

static void help_actions(struct buf *out, const struct cli_action *actions, size_t width)
{
	buf_puts(out, "\nActions:\n");
	for (; actions->name; actions++) {
		_cleanup_buf_ struct buf words = {0};
		size_t start = out->len;
		buf_puts(&words, actions->name);
		for (size_t i = 0; i < CLI_ACTION_OPERAND_MAX && actions->operands[i]; i++)
			buf_printf(&words, " %s", actions->operands[i]);
		buf_puts(out, "  ");
		wrap_text(out, buf_text(&words), 2, 4, width);
		for (size_t at = start; at < out->len; at++) {
			if (out->data[at] == '\n')
				start = at + 1;
		}
		help_meaning(out, start, actions->help, width);
		out->failed |= words.failed;
	}
}

bool cli_repeats(const char *placeholder)
{
	size_t len = strlen(placeholder);

	return len > 3 && !strcmp(placeholder + len - 3, "...");
}

bool cli_may_repeat(const struct cli_option *option)
{
	return option->argument && cli_repeats(option->argument);
}

static bool any_repeats(const struct command *command)
{
	for (size_t i = 0; i < command->option_cnt; i++) {
		if (cli_may_repeat(&command->options[i]))
			return true;
	}
	return false;
}

/* A line of an epilog: a table or an example, or the first or a further line of a paragraph. */
static bool is_indented(const char *line)
{
	return *line == ' ' || *line == '\n';
}

/* A command line stays in one piece, so that it can be copied. The rest of a table is indented
 * further. */
static void help_indented(struct buf *out, const char *line, size_t len, size_t width)
{
	size_t indent = strspn(line, " ");
	_cleanup_buf_ struct buf text = {0};

	buf_add(&text, line, len);
	if (len <= width || !strncmp(line + indent, "kcompat", 7) ||
		!strncmp(line + indent, "eval", 4)) {
		buf_puts(out, buf_text(&text));
		buf_putc(out, '\n');
		return;
	}
	buf_pad(out, ' ', indent);
	wrap_text(out, buf_text(&text) + indent, indent, indent + 2, width);
	buf_putc(out, '\n');
	out->failed |= text.failed;
}

/* The lines of a paragraph are joined and broken again. */
static void help_epilog(struct buf *out, const char *text, size_t width)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		_cleanup_buf_ struct buf paragraph = {0};
		if (is_indented(text)) {
			help_indented(out, text, len, width);
			text += len + (text[len] == '\n');
			continue;
		}
		for (; *text && !is_indented(text); text += len + (text[len] == '\n')) {
			len = strcspn(text, "\n");
			buf_puts(&paragraph, paragraph.len ? " " : "");
			buf_add(&paragraph, text, len);
		}
		wrap(out, buf_text(&paragraph), 0, width);
		out->failed |= paragraph.failed;
	}
}

/* "Usage: " and what it says of the command; further lines are indented. */
static void help_usage(struct buf *out, const char *text, size_t width)
{
	static const char usage[] = "Usage: ";

	buf_puts(out, usage);
	wrap_text(out, text, strlen(usage), strlen(usage), width);
	buf_puts(out, "\n\n");
}

void cli_help_command(const struct cli_program *program, const struct command *command, size_t width, struct buf *out)
{
	static const struct cli_option help = {'h', "help", NULL, "show this help and exit"};

	_cleanup_buf_ struct buf usage = {0};

	width = clamp(width);
	buf_printf(&usage, "%s %s %s", program->name, command->name, command->usage);
	help_usage(out, buf_text(&usage), width);
	wrap(out, command->description, 0, width);
	if (command->actions)
		help_actions(out, command->actions, width);
	buf_puts(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_cnt; i++)
		help_option(out, &command->options[i], width);
	help_option(out, &help, width);
	if (any_repeats(command))
		buf_puts(out, "\nOptions with ... may be repeated.\n");
	if (!command->epilog)
		return;
	buf_putc(out, '\n');
	help_epilog(out, command->epilog, width);
}

void cli_help(const struct cli_program *program, size_t width, struct buf *out)
{
	width = clamp(width);
	_cleanup_buf_ struct buf usage = {0};

	buf_printf(&usage, "%s COMMAND [OPTION]... [ARGUMENT]...", program->name);
	help_usage(out, buf_text(&usage), width);
	wrap(out, program->purpose, 0, width);
	buf_puts(out, "\nCommands:\n");
	for (size_t i = 0; program->commands[i]; i++) {
		buf_printf(out, "  %-10s ", program->commands[i]->name);
		wrap(out, program->commands[i]->summary, 13, width);
	}
	buf_putc(out, '\n');
	_cleanup_buf_ struct buf more = {0};
	buf_printf(&more, "'%s help COMMAND' describes a command. '%s --version' prints the version.",
		program->name, program->name);
	wrap(out, buf_text(&more), 0, width);
}
