/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors are values. A function that can fail returns `struct error *`, NULL for success. The
 * caller owns a returned error: it returns the error or frees it with error_free(). No code
 * below main() prints one.
 */
#ifndef KCOMPAT_UTIL_ERROR_H
#define KCOMPAT_UTIL_ERROR_H

#include <stdarg.h>

enum error_code {
	ERROR_USAGE,       /* the command line or a requirement is wrong */
	ERROR_INPUT,       /* a file's content is wrong: truncated, hostile, of another type */
	ERROR_NOT_FOUND,   /* no such file, name, or BTF type */
	ERROR_DENIED,      /* EPERM, EACCES: a privilege or a policy */
	ERROR_SYSTEM,      /* any other errno */
	ERROR_NO_MEMORY,
	ERROR_INTERRUPTED, /* SIGINT or SIGTERM came */
};

struct error {
	enum error_code code;
	int errnum; /* the errno behind it, 0 when there is none */
	char *what; /* "what: why", one line, no newline */
	char *todo; /* what the user can do about it, NULL when nothing is known */
};

/* Never return NULL: without memory they return a static ERROR_NO_MEMORY. `todo` may be NULL. */
struct error *error_create(enum error_code code, const char *todo, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "what: strerror(errnum)"; the code follows from errnum. */
struct error *error_errno(int errnum, const char *todo, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct error *error_no_memory(void);

/* Puts "prefix: " before the text of `error`. Takes and returns ownership. */
struct error *error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds what the user can do to an error that does not say it. Takes and returns ownership. */
struct error *error_advise(struct error *error, const char *todo);

void error_free(struct error *error); /* NULL-safe */

static inline void error_cleanup(struct error **error)
{
	error_free(*error);
}
#define _cleanup_error_ __attribute__((cleanup(error_cleanup)))

#endif
