/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From records and edges of debug information to definitions and who calls them. */
#ifndef KCOMPAT_FUNCTIONS_DWARF_JOIN_H
#define KCOMPAT_FUNCTIONS_DWARF_JOIN_H

#include "functions/dwarf/walk.h"
#include "functions/build.h"
#include "image/image.h"

/* DW_AT_abstract_origin and DW_AT_specification in a row; more is a loop. */
#define DWARF_ORIGIN_MAX 8

/*
 * A definition is what its records lead to: every copy (".constprop") and inlined body of it leads
 * to the same. The name of a declaration stands for the global definition of that name, in
 * whatever unit. `symbols` may be NULL; `code` tells which addresses are code, NULL: all are.
 * The texts stay in the facts' pool. Errors: no memory.
 */
struct error *dwarf_join(const struct dwarf_facts *facts, const struct image *code,
	const struct code_symbols *symbols, struct function_parts *ret);

#endif
