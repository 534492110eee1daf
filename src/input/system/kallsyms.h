/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of the running kernel and its modules, from /proc/kallsyms. */
#ifndef KCOMPAT_SYSTEM_KALLSYMS_H
#define KCOMPAT_SYSTEM_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/lines.h"

/*
 * Fills kernel->symbols from root/proc/kallsyms. If the file is missing, unreadable, empty or
 * without symbols, it stays NULL and symbols_missing says why. Malformed lines add a limit. The
 * only error is lack of memory.
 */
struct error *load_symbols(struct kernel *kernel, const char *root);

/*
 * The parser: "ADDRESS TYPE NAME[\t[MODULE]]" a line (s_show of linux kernel/kallsyms.c). Set
 * `pool`, hand lines to symbols_parse_line (a line_fn), then call symbols_finish once.
 * A malformed line is counted and skipped. So is a line without a newline: the kernel ends every
 * line with one, so the name may be truncated.
 */
struct symbols_parser {
	struct pool *pool; /* owns the names, modules and the result */
	struct symbols_chunk *first, *last;
	size_t cnt, odd_lines;
	const char *module; /* of the previous line: equal modules come in runs */
	bool address_seen;  /* an address is not zero */
};

bool symbols_parse_line(void *parser, const char *line, size_t len_bytes, bool cut);
/* Moves the parsed symbols into *ret, in the pool. */
struct error *symbols_finish(struct symbols_parser *parser, struct kernel_symbols **ret);
void symbols_parser_deinit(struct symbols_parser *parser); /* NULL-safe */

#endif
