/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of kallsyms. Tries each encoding and checks the resulting addresses. */
#ifndef KCOMPAT_IMAGE_KALLSYMS_ADDRESSES_H
#define KCOMPAT_IMAGE_KALLSYMS_ADDRESSES_H

#include "kernel/kernel.h"
#include "image/kallsyms/kallsyms.h"
#include "image/kallsyms/tables.h"
#include "util/error.h"

/*
 * Sets the addresses of the tables' symbols and the members of the layout about addresses. Names
 * and types must be set. ERROR_INPUT if no encoding gives plausible addresses, or more than one.
 */
struct error *kallsyms_addresses(const struct kallsyms_tables *tables, struct kernel_symbol *list,
	struct kallsyms_layout *layout);

#endif
