/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a tracer can attach to a function, from the kernel's own tables: places that ftrace
 * patches, the kprobe blacklist, exports, and marks around parts of the text. In linux:
 * include/asm-generic/vmlinux.lds.h, kernel/kprobes.c
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
	uint64_t *denied; /* sorted: BTF FUNCs in btf_id_deny */
	size_t denied_cnt;
	bool entries_before; /* the entries are before the functions, not inside */
	uint64_t entry_within_bytes; /* else: largest distance of an entry from its symbol */
	struct function_exported *exports; /* sorted by name, address */
	size_t export_cnt;
	struct function_region regions[16];
	size_t region_cnt;
	/*
	 * The consistent tables that were found: enum function_source ENTRIES ... REGIONS; and
	 * conditions of kprobe events, by the functions that check them
	 * (kernel/trace/trace_kprobe.c).
	 */
	uint32_t sources;
};

/*
 * `image` has the code and data of the kernel, or of one module after image_relocate_module(). A
 * missing or inconsistent table is not a source. Errors: no memory.
 */
struct error *function_marks_load(struct pool *pool, const struct image *image,
	const struct code_symbols *symbols, struct function_marks *ret);

/*
 * Fills section .. exported of `ret` for a symbol of `symbols`. If an entry lies after the function
 * and before the next symbol, `patchable` is unknown. That entry belongs to an overridden weak
 * function without a name. A kernel that searches an entry for this function finds it and attaches
 * there (kernel/trace/ftrace.c, ftrace_location() since 5.18; scripts/sorttable.c drops such
 * entries since 6.15).
 */
void function_marks_apply(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol, struct function_symbol *ret);
/* Does the verifier refuse this FUNC as attach target (kernel/bpf/verifier.c)? */
bool function_marks_denied(const struct function_marks *marks, uint32_t func_id);
/* Is it a mark of a region, not a function? */
bool function_mark_is_name(const char *name);

#endif
