/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of kallsyms: which of the encodings an image has, told by what comes out. */
#ifndef KCOMPAT_IMAGE_KALLSYMS_ADDRESSES_H
#define KCOMPAT_IMAGE_KALLSYMS_ADDRESSES_H

#include "kernel/kernel.h"
#include "image/kallsyms/kallsyms.h"
#include "image/kallsyms/tables.h"
#include "util/error.h"

/*
 * Sets the address of each of the tables' symbols, whose names and types are known, and the members
 * of the layout that tell about addresses. ERROR_INPUT when no encoding gives addresses that can
 * be right, or more than one does.
 */
struct error *kallsyms_addresses(const struct kallsyms_tables *tables, struct kernel_symbol *list,
	struct kallsyms_layout *layout);

#endif
