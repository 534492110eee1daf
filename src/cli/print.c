/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/pager.h"
#include "util/escape.h"

static const char *name; /* of the program */
static struct buf held;
static bool holds;
static bool has_printed; /* to standard output */
static int progress_percent = -1; /* the last that was shown */
static bool progress_shown;

void print_name(const char *program)
{
	name = program;
}

void print_hold(void)
{
	holds = true;
}

void print_let_go(void)
{
	cli_progress_end();
	fputs(buf_text(&held), stderr);
	buf_deinit(&held);
	holds = false;
}

void print_escaped(const struct buf *lines)
{
	fputs(buf_text(lines), stderr);
}

/*
 * What is said of an output that a pager shows comes behind it, as without a pager. Only where both go to a
 * terminal.
 */
static FILE *message_stream(void)
{
	return pager_is_active() && has_printed && isatty(STDERR_FILENO) ? stdout : stderr;
}

/* `text` is escaped. Without memory for it, its reader learns that. */
static void print_message(const struct buf *text)
{
	cli_progress_end();
	if (holds && !text->failed)
		buf_puts(&held, buf_text(text));
	if (holds && (text->failed || held.failed))
		print_let_go();
	if (text->failed)
		fprintf(stderr, "%s: out of memory\n", name);
	else if (!holds)
		fputs(buf_text(text), message_stream());
}

static struct error *cli_write_out(const struct buf *text)
{
	if (text->failed)
		return error_no_memory();
	print_let_go();
	has_printed = true;
	if (fwrite(buf_text(text), 1, text->len, stdout) != text->len || fflush(stdout))
		return error_errno(errno, NULL, "standard output");
	return NULL;
}

struct error *cli_print(const struct buf *text)
{
	_cleanup_buf_ struct buf safe = {0};

	if (cli_has_colour())
		escape_coloured_lines(&safe, buf_text(text), text->len);
	else
		escape_lines(&safe, buf_text(text), text->len);
	safe.failed |= text->failed;
	return cli_write_out(&safe);
}

bool cli_is_on_terminal(void)
{
	return pager_is_active() || isatty(STDOUT_FILENO);
}

struct error *cli_print_bytes(const struct buf *text)
{
	return cli_is_on_terminal() ? cli_print(text) : cli_write_out(text);
}

bool cli_has_colour(void)
{
	const char *none = getenv("NO_COLOR");

	return cli_is_on_terminal() && !(none && *none) && !terminal_is_dumb();
}

void cli_say(const char *format, ...)
{
	_cleanup_buf_ struct buf line = {0}, safe = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&line, format, args);
	va_end(args);
	buf_printf(&safe, "%s: ", name);
	escape_text(&safe, buf_text(&line));
	buf_putc(&safe, '\n');
	safe.failed |= line.failed;
	print_message(&safe);
}

void cli_print_error(const struct buf *text)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_lines(&safe, buf_text(text), text->len);
	print_message(&safe);
}

#define CLEAR_LINE "\r\033[K"

void cli_progress(const char *what, int percent)
{
	if (percent <= progress_percent || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, CLEAR_LINE "%s: %3d%% %s", name, percent, what);
	progress_percent = percent;
	progress_shown = true;
}

void cli_progress_end(void)
{
	if (progress_shown)
		fputs(CLEAR_LINE, stderr);
	progress_shown = false;
}
