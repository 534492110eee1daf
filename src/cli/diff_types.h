/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types and functions of both kernels that diff compares. */
#ifndef KCOMPAT_CLI_DIFF_TYPES_H
#define KCOMPAT_CLI_DIFF_TYPES_H

#include "cli/kernels.h"
#include "render/render.h"

/* What --only can name besides the parts of a snapshot. */
#define DIFF_TYPE_KIND_CNT 8
extern const enum type_kind diff_type_kinds[DIFF_TYPE_KIND_CNT];

/* A zeroed struct is empty. */
struct diff_sides {
	struct store_lines lines[2];
	uint32_t whole[2]; /* masks of 1u << enum store_section; 0: nothing is known */
	const char *names[2];
	bool *seen; /* by glob, after diff_sides_compare(); NULL: not compared */
	struct type_differences differences;
};
void diff_sides_deinit(struct diff_sides *sides); /* NULL-safe */

/* A mask of 1u << enum type_kind. `given`: mask of diff_type_kinds; `subjects`: of enum subject_kind. */
unsigned int diff_types_listed(unsigned int given, unsigned int subjects, bool only, bool named);
/* Before the process is confined. */
struct error *diff_sides_read_live(struct diff_sides *sides, size_t side);
/* From the store that it is in, from its image, or from the shipped store. */
struct error *diff_sides_read(
	struct diff_sides *sides, size_t side, struct opened *opened, const char *name);
struct error *diff_sides_compare(
	struct diff_sides *sides, const char *const *globs, size_t glob_cnt, struct diff_types *ret);
/* Leaves out functions that the other part of the comparison lists, with more facts. */
void diff_sides_drop(struct diff_sides *sides, const struct differences *others);
/* Did something that is listed change? */
bool diff_types_changed(const struct diff_types *types);

#endif
