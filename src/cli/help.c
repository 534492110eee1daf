/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include "cli/pager.h"
#include "util/wrap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MAX 100
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
	return width > WIDTH_MAX ? WIDTH_MAX : width < WIDTH_MIN ? WIDTH_MIN : width;
}

static void help_option(struct buf *out, const struct cli_option *option, size_t width)
{
	size_t start = out->len, indent = width < 60 ? 8 : OPTION_INDENT;

	if (option->letter)
		buf_printf(out, "  -%c, --%s", option->letter, option->name);
	else
		buf_printf(out, "      --%s", option->name);
	if (option->argument)
		buf_printf(out, "=%s", option->argument);
	size_t column = out->len - start;
	if (column + 2 > indent) {
		buf_putc(out, '\n');
		column = 0;
	}
	buf_pad(out, ' ', indent - column);
	wrap(out, option->help, indent, width);
}

bool cli_may_repeat(const struct cli_option *option)
{
	size_t len = option->argument ? strlen(option->argument) : 0;

	return len > 3 && !strcmp(option->argument + len - 3, "...");
}

static bool any_repeats(const struct command *command)
{
	for (size_t i = 0; i < command->option_cnt; i++) {
		if (cli_may_repeat(&command->options[i]))
			return true;
	}
	return false;
}

void cli_help_command(const struct cli_program *program, const struct command *command, size_t width, struct buf *out)
{
	static const struct cli_option help = {'h', "help", NULL, "show this help and exit"};

	width = clamp(width);
	buf_printf(out, "Usage: %s %s %s\n\n", program->name, command->name, command->usage);
	wrap(out, command->description, 0, width);
	buf_puts(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_cnt; i++)
		help_option(out, &command->options[i], width);
	help_option(out, &help, width);
	if (any_repeats(command))
		buf_puts(out, "\nOptions with ... may be repeated.\n");
	if (command->epilog)
		buf_printf(out, "\n%s", command->epilog);
}

void cli_help(const struct cli_program *program, size_t width, struct buf *out)
{
	width = clamp(width);
	buf_printf(out, "Usage: %s COMMAND [OPTION]... [ARGUMENT]...\n\n", program->name);
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
