/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs in C that call one function: data/examples.txt, which tools/update-examples writes. A line
 * "== FUNCTION CONTEXT KERNEL" begins each: the kernel accepted the program. Sorted by function.
 */
#ifndef KCOMPAT_HISTORY_EXAMPLE_H
#define KCOMPAT_HISTORY_EXAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#define EXAMPLE_WORD_MAX 128

struct call_example {
	char context[EXAMPLE_WORD_MAX]; /* "tp_btf" */
	char kernel[EXAMPLE_WORD_MAX];  /* its version: "6.18" */
	const char *source;             /* no NUL byte ends it */
	size_t len_bytes;
};

/* False: there is no example of the function. */
bool example_find(const char *function, struct call_example *ret);

#endif
