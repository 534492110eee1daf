/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug information of a kernel or module, read with libdw on several threads. DWARF 4 and 5,
 * compressed sections, partial units. libdw is not thread-safe on one handle, so each thread has
 * its own, on the same bytes, for a few units at a time: what it keeps for each unit would come to
 * as much as the file.
 */
#ifndef KCOMPAT_FUNCTIONS_DWARF_DWARF_H
#define KCOMPAT_FUNCTIONS_DWARF_DWARF_H

#include <stdatomic.h>

#include "kernel/kernel.h"
#include "functions/dwarf/walk.h"
#include "image/image.h"
#include "util/error.h"

#define DWARF_THREAD_MAX 16
#define DWARF_UNIT_MAX 1000000u

struct dwarf_options {
	unsigned int threads;    /* 0: as many as there are processors */
	const atomic_bool *stop; /* may be NULL */
};

/* Does it have debug information? Reads nothing. */
bool dwarf_is_there(const struct image *debug);

/*
 * All records and edges, the records sorted by offset. `debug` is an ELF file (image->file);
 * `code` has the addresses of a relocatable one's sections, and may be the same. ERROR_NOT_FOUND
 * without debug information, ERROR_INPUT when no unit of it can be read, ERROR_INTERRUPTED.
 */
struct error *dwarf_facts_load(const struct image *debug, const struct image *code,
	const struct dwarf_options *options, struct dwarf_facts *ret);

#endif
