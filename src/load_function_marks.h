/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What decides whether a tracer can attach to a function, from the tables that the kernel itself
 * reads: the places ftrace patches, the kprobe blacklist, exports, and the marks around parts of
 * the text. In linux: include/asm-generic/vmlinux.lds.h, kernel/kprobes.c
 * (populate_kprobe_blacklist()), include/linux/export-internal.h.
 */
#ifndef KCOMPAT_LOAD_FUNCTION_MARKS_H
#define KCOMPAT_LOAD_FUNCTION_MARKS_H

#include "kernel_functions.h"
#include "load_function_symbols.h"

#define FUNCTION_MARK_MAX (4u * 1024 * 1024) /* entries of one table */

struct function_region {
	const char *word;
	uint64_t begin, end;
	bool kprobe_refused;
};

struct function_exported {
	const char *name;
	uint64_t address;
	bool gpl;
};

struct function_marks {
	uint64_t *entries, *blacklist; /* sorted */
	size_t entry_cnt, blacklist_cnt;
	bool entries_before; /* the entries are not in the functions but before them */
	struct function_exported *exports; /* sorted by name, address */
	size_t export_cnt;
	struct function_region regions[16];
	size_t region_cnt;
	/* Which tables were found and hold together: enum function_source ENTRIES ... REGIONS. */
	uint32_t sources;
};

/*
 * `image` has the code and data of the kernel, or of one module after image_relocate_module(). A
 * table that is missing or does not hold together is not a source. Errors: no memory.
 */
struct error *function_marks_load(struct pool *pool, const struct image *image,
	const struct code_symbols *symbols, struct function_marks *ret);

/* Fills section .. exported of `ret` for a symbol of `symbols`. */
void function_marks_apply(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol, struct function_symbol *ret);
/* Is it one of the marks around a region, and no function? */
bool function_mark_is_name(const char *name);

#endif
