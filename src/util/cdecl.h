/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints C declarations. A reader supplies the types. The printer puts pointers, arrays and functions
 * around the name. The types are hostile input: they can form cycles or grow without end.
 */
#ifndef KCOMPAT_UTIL_CDECL_H
#define KCOMPAT_UTIL_CDECL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* Limit of the nesting, and of a chain of qualifiers. */
#define CDECL_DEPTH_MAX 64

enum cdecl_kind {
	CDECL_INVALID,
	CDECL_NAMED, /* void, int, struct x */
	CDECL_POINTER,
	CDECL_ARRAY,
	CDECL_FUNCTION,
	CDECL_QUALIFIER, /* const: printed before the type */
	CDECL_TAG,       /* __user: printed after the type */
};

struct cdecl_type {
	enum cdecl_kind kind;
	uint64_t at[4]; /* the reader's own */
};

struct cdecl_param {
	struct cdecl_type type;
	const char *name; /* "" for none */
	bool rest;        /* "...": the parameter has no type and no name */
	size_t index;     /* set by the printer: the number of the parameter */
	uint64_t at[4];   /* the reader's own; kept from one parameter to the next */
};

struct cdecl_reader {
	/* Appends "struct file", "[16]", "const" or "<invalid type>". Pointers and functions are
	 * printed without it. */
	void (*put)(const void *context, const struct cdecl_type *type, struct buf *out);
	/* The type that is pointed to, qualified or tagged, of an element, or returned. */
	struct cdecl_type (*next)(const void *context, const struct cdecl_type *type);
	/* False: the function has no parameter of that number. */
	bool (*param)(
		const void *context, const struct cdecl_type *function, struct cdecl_param *ret);
	const void *context;
};

/* Appends "TYPE NAME"; `name` may be "". At a limit it prints an invalid type. */
void cdecl_print(const struct cdecl_reader *reader, struct cdecl_type type, const char *name,
	struct buf *out);
/* The name, "<invalid name>" if no kernel accepts it, or "" for NULL. */
const char *cdecl_name(const char *name);

#endif
