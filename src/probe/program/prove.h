/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Updates the cells of the functions that a loaded or executed program calls. */
#ifndef KCOMPAT_PROBE_PROGRAM_PROVE_H
#define KCOMPAT_PROBE_PROGRAM_PROVE_H

#include "probe/program/catalog.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/*
 * `state` is the result of the program in that context. CELL_RAN proves the calls that a run makes,
 * CELL_LOADABLE all calls of the program. Other states prove nothing. Cells that were not
 * requested, and contexts that the snapshot lacks, do not change.
 */
struct error *prove_cells(struct snapshot *snapshot, const char *set,
	const struct program_entry *entry, const char *context, enum cell_state state);
/* Would `state` as that result change a cell? */
bool prove_changes(const struct snapshot *snapshot, const struct program_entry *entry,
	const char *context, enum cell_state state);

#endif
