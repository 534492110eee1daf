/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a kernel as text that lies in a file: System.map (linux scripts/mksysmap), what
 * nm(1) prints, or a copy of /proc/kallsyms.
 */
#ifndef KCOMPAT_SYSTEM_SYSTEM_MAP_H
#define KCOMPAT_SYSTEM_SYSTEM_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* By its first line: "ADDRESS TYPE ...", also when no symbol follows (see below). */
bool system_map_recognised(const void *data, size_t size_bytes);

/*
 * All symbols in the file's order, in `pool`; symbols of modules are kept with their module's name,
 * and a copy without addresses (kptr_restrict) has addresses_hidden set. A line that is no symbol
 * is left out and counted. ERROR_INPUT when none is one (Debian's packages put a note in place
 * of System.map) and when the last line has no end: what is missing then could be anything. Symbols
 * that do not come to the kernel's end are marked as cut.
 */
struct error *system_map_parse(
	struct pool *pool, const void *data, size_t size_bytes, struct kernel_symbols **ret);

#endif
