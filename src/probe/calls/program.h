/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole program around one call: what opens and closes sections, and what becomes of the result. */
#ifndef KCOMPAT_PROBE_CALLS_PROGRAM_H
#define KCOMPAT_PROBE_CALLS_PROGRAM_H

#include "probe/calls/builder.h"

/* For every planner. */
extern const struct planner_ways program_ways;

/*
 * Builds the program that the builder's recipe describes. On failure builder->failed is set. The call
 * is the instruction builder->call_at.
 */
void program_build(struct builder *builder, const struct callee *callee);

#endif
