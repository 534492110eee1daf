/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C prototypes from debug information, in the same form as prototypes from BTF (btf/decl.h). */
#ifndef KCOMPAT_FUNCTIONS_DWARF_DECL_H
#define KCOMPAT_FUNCTIONS_DWARF_DECL_H

#include <elfutils/libdw.h>

#include "util/buf.h"

/*
 * Appends "int f(struct file *file)" for a DW_TAG_subprogram with its own parameters. A type that
 * cannot be written (a cycle, an invalid reference) prints as "<invalid type>". Such a result is
 * not valid C.
 */
void dwarf_print_function(Dwarf_Die *function, const char *name, struct buf *out);

#endif
