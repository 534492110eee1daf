/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about functions in the debug information of single units: records, and edges between
 * offsets of DIEs. References are not resolved here, because they may lead to another unit.
 */
#ifndef KCOMPAT_FUNCTIONS_DWARF_WALK_H
#define KCOMPAT_FUNCTIONS_DWARF_WALK_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/pool.h"

/* DIEs nested more deeply are skipped and counted. GCC's deepest in a kernel is about 40. */
#define DWARF_DEPTH_MAX 200
/* Limit of ranges to read of one function: the hot and the cold part, seldom more. */
#define DWARF_RANGE_MAX 8

struct dwarf_unit {
	const char *name;     /* "kernel/bpf/memalloc.c"; NULL: a partial unit, or unknown */
	const char *language; /* NULL: unknown */
	bool assembly, c;
};

/* One DW_TAG_subprogram. */
struct dwarf_record {
	uint64_t offset; /* offset of the DIE in .debug_info */
	uint64_t origin; /* DW_AT_abstract_origin or DW_AT_specification; 0: none */
	const struct dwarf_unit *unit;
	const char *name;      /* of the symbol: DW_AT_linkage_name, else DW_AT_name; NULL: the origin's */
	const char *file;      /* declared at; NULL: the origin's, or unknown */
	const char *prototype; /* NULL: no C, or the origin's */
	const uint64_t *starts; /* starts of its ranges; the entry is one of them */
	uint32_t start_cnt, line;
	bool declaration, external, artificial;
};

/*
 * A call or an inlined body in the code of the subprogram at `caller`. Compilers also describe calls
 * beside the abstract function instead of its code. Then `caller` is the abstract one, and the code
 * that calls is at `site`.
 */
struct dwarf_edge {
	uint64_t caller, callee; /* offsets of DIEs */
	uint64_t site;           /* an address in the calling instruction; 0: the caller's code */
	bool inlined;
};

struct dwarf_facts {
	struct pool pool;
	struct dwarf_record *records; /* malloc'd, as are the edges */
	struct dwarf_edge *edges;
	size_t record_cnt, record_cap, edge_cnt, edge_cap;
	/* Skipped parts: unresolvable references, deep nesting, missing units. */
	size_t bad_reference_cnt, bad_name_cnt, too_deep_cnt, split_unit_cnt, unit_cnt;
	bool no_memory;
};

/* Addresses of a linked file are unchanged; those of a module are translated. False: invalid. */
typedef bool dwarf_address_fn(void *context, uint64_t *address);

struct dwarf_walker {
	struct dwarf_facts *facts;
	dwarf_address_fn *translate; /* NULL: unchanged */
	void *context;
	/* Of the current unit. */
	struct dwarf_unit *unit;
	Dwarf_Files *files;
	size_t file_cnt;
	const char **paths; /* by number of the file, made on first use; malloc'd */
	const char *directory;
	struct buf text;
};

/* Adds the facts of one unit. Lack of memory is in facts->no_memory. */
void dwarf_walk_unit(struct dwarf_walker *walker, Dwarf_Die *unit);
void dwarf_walker_deinit(struct dwarf_walker *walker);
void dwarf_facts_deinit(struct dwarf_facts *facts); /* NULL-safe */

#endif
