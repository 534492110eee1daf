/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of functions that symbols and BTF lack. */
#ifndef KCOMPAT_SNAPSHOT_FUNCTIONS_H
#define KCOMPAT_SNAPSHOT_FUNCTIONS_H

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

/*
 * Gives each function of the snapshot its facts, and the snapshot the fact "dwarf" if debug
 * information was read. A function that is inlined into all callers has no symbol, and the reason
 * says so. `functions` must outlive the snapshot. False: no memory.
 */
bool snapshot_take_functions(struct snapshot *snapshot, const struct kernel_functions *functions);

/*
 * Appends names to the patterns, in `pool`: those that a glob among the patterns matches and that a
 * search of the symbols misses. These are functions without a symbol. If the kernel's own list of
 * symbols was not read, with_symbols adds all other functions. False: no memory.
 */
bool snapshot_function_names(const struct kernel_functions *functions, bool with_symbols,
	struct pool *pool, const char *const **patterns, size_t *pattern_cnt);

/*
 * The symbol of the facts that is the same as this symbol of the function; NULL: none. A symbol
 * without an address (of a module, or not written) is found by its name.
 */
const struct function_symbol *snapshot_symbol_facts(
	const struct snapshot_function *function, const struct snapshot_symbol *symbol);

#endif
