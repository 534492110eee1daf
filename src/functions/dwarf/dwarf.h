/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug information of a kernel or module, read with libdw on several threads. Supports DWARF 4
 * and 5, compressed sections and partial units. libdw is not thread-safe on one handle, so each
 * thread has its own handle on the same bytes. A handle reads only a few units, because its cache
 * for all units would be as large as the file.
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
	unsigned int threads;    /* 0: one for each processor */
	const atomic_bool *stop; /* may be NULL */
};

/* Does it have debug information? Reads nothing. */
bool dwarf_is_there(const struct image *debug);

/*
 * All records and edges; records are sorted by offset. `debug` is an ELF file (image->file). `code`
 * has the addresses of sections of a relocatable file, and may be the same. ERROR_NOT_FOUND: no
 * debug information. ERROR_INPUT: no unit is readable. ERROR_INTERRUPTED.
 */
struct error *dwarf_facts_load(const struct image *debug, const struct image *code,
	const struct dwarf_options *options, struct dwarf_facts *ret);

#endif
