/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the debug information of single units says about functions, as records and edges between
 * offsets of DIEs. Nothing is resolved here: a reference may lead into another unit.
 */
#ifndef KCOMPAT_FUNCTIONS_DWARF_WALK_H
#define KCOMPAT_FUNCTIONS_DWARF_WALK_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/pool.h"

/* DIEs nested deeper are left out and counted; GCC's deepest in a kernel are some 40. */
#define DWARF_DEPTH_MAX 200
/* Ranges of one function that are looked at: the hot and the cold part, seldom more. */
#define DWARF_RANGE_MAX 8

struct dwarf_unit {
	const char *name;     /* "kernel/bpf/memalloc.c"; NULL: a partial unit, or it does not say */
	const char *language; /* NULL: not known */
	bool assembly, c;
};

/* One DW_TAG_subprogram. */
struct dwarf_record {
	uint64_t offset; /* of the DIE in .debug_info */
	uint64_t origin; /* DW_AT_abstract_origin or DW_AT_specification; 0: none */
	const struct dwarf_unit *unit;
	const char *name;      /* of the symbol: DW_AT_linkage_name, else DW_AT_name; NULL: the origin's */
	const char *file;      /* declared at; NULL: the origin's, or not known */
	const char *prototype; /* NULL: no C, or the origin's */
	const uint64_t *starts; /* where its ranges begin; the entry is one of them */
	uint32_t start_cnt, line;
	bool declaration, external, artificial;
};

/* A call or an inlined body, in the code of the subprogram at `caller`. */
struct dwarf_edge {
	uint64_t caller, callee; /* offsets of DIEs */
	bool inlined;
};

struct dwarf_facts {
	struct pool pool;
	struct dwarf_record *records; /* malloc'd, as are the edges */
	struct dwarf_edge *edges;
	size_t record_cnt, record_cap, edge_cnt, edge_cap;
	/* What was met and left out: unresolvable references, depth, units that are not here. */
	size_t bad_reference_cnt, bad_name_cnt, too_deep_cnt, split_unit_cnt, unit_cnt;
	bool no_memory;
};

/* A linked file's addresses are taken as they are; a module's are translated. false: nowhere. */
typedef bool dwarf_address_fn(void *context, uint64_t *address);

struct dwarf_walker {
	struct dwarf_facts *facts;
	dwarf_address_fn *translate; /* NULL: as they are */
	void *context;
	/* Of the unit that is walked. */
	struct dwarf_unit *unit;
	Dwarf_Files *files;
	size_t file_cnt;
	const char **paths; /* by number of the file, made when asked for; malloc'd */
	const char *directory;
	struct buf text;
};

/* Adds what one unit says. Lack of memory is in facts->no_memory. */
void dwarf_walk_unit(struct dwarf_walker *walker, Dwarf_Die *unit);
void dwarf_walker_deinit(struct dwarf_walker *walker);
void dwarf_facts_deinit(struct dwarf_facts *facts); /* NULL-safe */

#endif
