/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts definitions, who calls them, symbols, marks and prototypes together to kernel_functions. */
#ifndef KCOMPAT_FUNCTIONS_BUILD_H
#define KCOMPAT_FUNCTIONS_BUILD_H

#include "btf/btf.h"
#include "kernel/kernel.h"
#include "functions/marks.h"
#include "functions/symbols.h"
#include "util/error.h"

/* One instance-to-be, of the function of that name. */
struct function_node {
	const char *name;
	enum function_kind kind;
	struct function_instance instance; /* without callers */
};

/* Code of the node `caller` calls, or has inlined, the node `callee`; as often as it occurs. */
struct function_link {
	uint32_t caller, callee;
	bool inlined;
};

/* Both lists are malloc'd; texts live as long as the pool that the result gets. */
struct function_parts {
	struct function_node *nodes;
	struct function_link *links;
	size_t node_cnt, node_cap, link_cnt, link_cap;
};
void function_parts_deinit(struct function_parts *parts); /* NULL-safe */
/* false: no memory. */
bool function_parts_add_node(struct function_parts *parts, const struct function_node *node);
bool function_parts_add_link(struct function_parts *parts, const struct function_link *link);

struct function_sources {
	const struct code_symbols *symbols; /* NULL: none */
	const struct function_marks *marks; /* with symbols only */
	struct kbtf *btf;                   /* gets an index; NULL: none */
	bool dwarf;                         /* what has no node is not compiled from C */
};

/*
 * Fills `ret`, whose pool holds the texts of the parts, and sets the masks of what was read.
 * Reorders the parts. Errors: no memory.
 */
struct error *function_build(struct function_parts *parts, const struct function_sources *sources,
	struct kernel_functions *ret);

#endif
