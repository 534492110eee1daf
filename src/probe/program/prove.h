/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a program that loaded or ran to the cells of what it calls. */
#ifndef KCOMPAT_PROBE_PROGRAM_PROVE_H
#define KCOMPAT_PROBE_PROGRAM_PROVE_H

#include "probe/program/catalog.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/*
 * `state` is what became of the program in that context. CELL_RAN proves what a run calls,
 * CELL_LOADABLE all that it calls; other states prove nothing. Cells that were not asked for, and
 * contexts the snapshot does not have, are left alone.
 */
struct error *prove_cells(struct snapshot *snapshot, const char *set,
	const struct program_entry *entry, const char *context, enum cell_state state);

#endif
