/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of functions beside what symbols and BTF say of them. */
#ifndef KCOMPAT_SNAPSHOT_FUNCTIONS_H
#define KCOMPAT_SNAPSHOT_FUNCTIONS_H

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

/*
 * Gives each function of the snapshot its facts, and the snapshot the fact "dwarf" where debug
 * information was read. One that is inlined wherever it is called has no symbol, and the reason
 * says so. `functions` must outlive the snapshot. False: no memory.
 */
bool snapshot_take_functions(struct snapshot *snapshot, const struct kernel_functions *functions);

/*
 * Appends to the patterns, in `pool`, the names that a glob among them matches and that whoever
 * looks for symbols does not find: those of functions without a symbol, and with_symbols, where the
 * kernel's own list of symbols was not read, all others too. False: no memory.
 */
bool snapshot_function_names(const struct kernel_functions *functions, bool with_symbols,
	struct pool *pool, const char *const **patterns, size_t *pattern_cnt);

/*
 * The symbol of the facts that a symbol of the function stands for; NULL: none. Without an address
 * (a module's, or one that was not written) it is found by its name.
 */
const struct function_symbol *snapshot_symbol_facts(
	const struct snapshot_function *function, const struct snapshot_symbol *symbol);

#endif
