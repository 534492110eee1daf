/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds kernel_functions from definitions, callers, symbols, marks and prototypes. */
#ifndef KCOMPAT_FUNCTIONS_BUILD_H
#define KCOMPAT_FUNCTIONS_BUILD_H

#include "btf/btf.h"
#include "kernel/kernel.h"
#include "functions/marks.h"
#include "functions/symbols.h"
#include "util/error.h"

/* A future instance of the function of that name. */
struct function_node {
	const char *name;
	enum function_kind kind;
	struct function_instance instance; /* without callers */
};

/* Node `caller` calls or inlines node `callee`. One link for each occurrence. */
struct function_link {
	uint32_t caller, callee;
	bool inlined;
};

/* Both lists are malloc'd. Texts live as long as the pool of the result. */
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
	bool dwarf;                         /* functions without a node are not compiled from C */
};

/*
 * Fills `ret`, whose pool owns the texts of the parts, and sets the mask of sources. Reorders the
 * parts. Errors: no memory.
 */
struct error *function_build(struct function_parts *parts, const struct function_sources *sources,
	struct kernel_functions *ret);

#endif
