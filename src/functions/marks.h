/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What decides whether a tracer can attach to a function, from the tables that the kernel itself
 * reads: the places ftrace patches, the kprobe blacklist, exports, and the marks around parts of
 * the text. In linux: include/asm-generic/vmlinux.lds.h, kernel/kprobes.c
 * (populate_kprobe_blacklist()), include/linux/export-internal.h.
 */
#ifndef KCOMPAT_FUNCTIONS_MARKS_H
#define KCOMPAT_FUNCTIONS_MARKS_H

#include "kernel/kernel.h"
#include "functions/symbols.h"

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
	uint64_t *denied; /* sorted: FUNCs of BTF that btf_id_deny has */
	size_t denied_cnt;
	bool entries_before; /* the entries are not in the functions but before them */
	uint64_t entry_within_bytes; /* else: from the symbol on, where the entry of a function lies */
	struct function_exported *exports; /* sorted by name, address */
	size_t export_cnt;
	struct function_region regions[16];
	size_t region_cnt;
	/*
	 * Which tables were found and hold together: enum function_source ENTRIES ... REGIONS; and
	 * what kprobe events ask for, by the functions that do (kernel/trace/trace_kprobe.c).
	 */
	uint32_t sources;
};

/*
 * `image` has the code and data of the kernel, or of one module after image_relocate_module(). A
 * table that is missing or does not hold together is not a source. Errors: no memory.
 */
struct error *function_marks_load(struct pool *pool, const struct image *image,
	const struct code_symbols *symbols, struct function_marks *ret);

/*
 * Fills section .. exported of `ret` for a symbol of `symbols`. Whether it is patchable is unknown
 * in spite of the table where an entry lies behind the function and before the next symbol: that of
 * a weak function that lost, whose name is gone. A kernel finds it in looking for this one's, and
 * attaches there (kernel/trace/ftrace.c, ftrace_location() since 5.18; scripts/sorttable.c drops
 * such entries since 6.15).
 */
void function_marks_apply(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol, struct function_symbol *ret);
/* Is the FUNC of the kernel's BTF one that programs may not attach to (kernel/bpf/verifier.c)? */
bool function_marks_denied(const struct function_marks *marks, uint32_t func_id);
/* Is it one of the marks around a region, and no function? */
bool function_mark_is_name(const char *name);

#endif
