/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the verifier takes values for: one load reads all pointer fields of a struct, and the log
 * says which of them are trusted. So sources of typed pointers need no table.
 */
#ifndef KCOMPAT_PROBE_CALLS_SURVEY_H
#define KCOMPAT_PROBE_CALLS_SURVEY_H

#include "probe/calls/builder.h"

/* The words of the context that are pointers to structs, for the builder's target. */
const struct survey *survey_context(struct builder *builder);
/* The pointer fields of the struct that the walk leads to. */
const struct survey *survey_fields(
	struct builder *builder, const struct walk *walk, uint32_t struct_id);

/* R1 = what the walk leads to; jumps to the end if a step is null. The last may still be null. */
void walk_follow(struct builder *builder, const struct walk *walk);
/* Where walks of this context can start: the struct there, 0 for none. */
uint32_t walk_base_struct(struct builder *builder, enum walk_base base);
/* The struct of the kernel behind the context, by program type; 0: it has none, or several. */
uint32_t walk_kernel_context(const struct planner *planner);
const char *walk_base_name(enum walk_base base);

#endif
