/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error no_memory = {
	.code = ERROR_NO_MEMORY,
	.errnum = ENOMEM,
	.what = (char[]) {"out of memory"},
};

struct error *error_no_memory(void)
{
	return &no_memory;
}

static struct error *error_from_text(enum error_code code, int errnum, const char *todo, char *what)
{
	struct error *error = calloc(1, sizeof(*error));
	char *todo_copy = todo ? strdup(todo) : NULL;

	if (!error || !what || (todo && !todo_copy)) {
		free(error);
		free(what);
		free(todo_copy);
		return &no_memory;
	}
	*error = (struct error) {.code = code, .errnum = errnum, .what = what, .todo = todo_copy};
	return error;
}

static char *format_text(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

struct error *error_create(enum error_code code, const char *todo, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *what = format_text(format, args);
	va_end(args);
	return error_from_text(code, 0, todo, what);
}

static enum error_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERROR_NO_MEMORY;
	case EPERM:
	case EACCES:
		return ERROR_DENIED;
	case ENOENT:
	case ENOTDIR:
		return ERROR_NOT_FOUND;
	case EINTR:
		return ERROR_INTERRUPTED;
	default:
		return ERROR_SYSTEM;
	}
}

struct error *error_errno(int errnum, const char *todo, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *what = format_text(format, args);
	va_end(args);
	if (!what)
		return &no_memory;

	char *whole;
	if (asprintf(&whole, "%s: %s", what, strerror(errnum)) < 0)
		whole = NULL;
	free(what);
	return error_from_text(code_of_errno(errnum), errnum, todo, whole);
}

struct error *error_prefix(struct error *error, const char *format, ...)
{
	va_list args;

	if (!error || error == &no_memory)
		return error;
	va_start(args, format);
	char *prefix = format_text(format, args);
	va_end(args);
	if (!prefix)
		return error;

	char *whole;
	if (asprintf(&whole, "%s: %s", prefix, error->what) >= 0) {
		free(error->what);
		error->what = whole;
	}
	free(prefix);
	return error;
}

struct error *error_advise(struct error *error, const char *todo)
{
	if (error && error != &no_memory && !error->todo)
		error->todo = strdup(todo);
	return error;
}

void error_free(struct error *error)
{
	if (!error || error == &no_memory)
		return;
	free(error->what);
	free(error->todo);
	free(error);
}
