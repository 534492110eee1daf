/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C prototypes from debug information, spelled as btf/decl.h spells those of BTF. */
#ifndef KCOMPAT_FUNCTIONS_DWARF_DECL_H
#define KCOMPAT_FUNCTIONS_DWARF_DECL_H

#include <elfutils/libdw.h>

#include "util/buf.h"

/*
 * Appends "int f(struct file *file)" for a DW_TAG_subprogram that has its parameters itself. A
 * type that cannot be spelled (a cycle, a reference to nowhere) prints as "<invalid type>": the
 * result is then no C and says so.
 */
void dwarf_print_function(Dwarf_Die *function, const char *name, struct buf *out);

#endif
