/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions ftrace can trace and which kprobes refuse, from tracefs and debugfs. */
#ifndef KCOMPAT_SYSTEM_FTRACE_H
#define KCOMPAT_SYSTEM_FTRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"

/*
 * Fills kernel->traceable from available_filter_functions (/sys/kernel/tracing, else below
 * /sys/kernel/debug) and kernel->kprobe_blacklist from /sys/kernel/debug/kprobes/blacklist. A list
 * keeps repeated names: two functions of one name are two entries (see names_count()). The list of
 * an unreadable file stays NULL; an empty blacklist gives an empty list. Malformed lines add a
 * limit. The only error is lack of memory.
 */
struct error *load_names(struct kernel *kernel, const char *root);
/* Fills kernel->events from available_events of tracefs, in the same way. */
struct error *load_events(struct kernel *kernel, const char *root);

/* Parses the text of one file to sorted names in the pool. *odd_lines counts skipped lines. */
enum names_format {
	/* "NAME" or "NAME [MODULE]" (linux kernel/trace/ftrace.c, t_show), and "CATEGORY:NAME" */
	NAMES_TRACEABLE,
	NAMES_KPROBE_BLACKLIST, /* "0xBEGIN-0xEND\tNAME[ [MODULE]]" (linux kernel/kprobes.c) */
};
struct error *names_parse(struct pool *pool, enum names_format format, const char *text,
	size_t size, const char ***ret, size_t *cnt, size_t *odd_lines);

#endif
