/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns records and edges of debug information into definitions and their callers. */
#ifndef KCOMPAT_FUNCTIONS_DWARF_JOIN_H
#define KCOMPAT_FUNCTIONS_DWARF_JOIN_H

#include "functions/dwarf/walk.h"
#include "functions/build.h"
#include "image/image.h"

/* Limit of a chain of DW_AT_abstract_origin and DW_AT_specification; a longer one is a loop. */
#define DWARF_ORIGIN_MAX 8

/*
 * All copies (".constprop") and inlined bodies of a definition refer to the same root record. A
 * declaration refers to the global definition of its name, in any unit. `symbols` may be NULL.
 * `code` says which addresses are code; NULL: all. Texts stay in the facts' pool. Errors: no
 * memory.
 */
struct error *dwarf_join(const struct dwarf_facts *facts, const struct image *code,
	const struct code_symbols *symbols, struct function_parts *ret);

#endif
