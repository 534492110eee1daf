/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the needs of one program are judged on one kernel; private. */
#ifndef KCOMPAT_CHECK_JUDGE_H
#define KCOMPAT_CHECK_JUDGE_H

#include "object/check/parts.h"

/* One program on one kernel. */
struct judge {
	struct check *check;
	const struct check_object *checked;
	struct check_program *program;
	const struct check_kernel *kernel;
	const struct world *world;
	struct check_flows flows;
	struct check_cell *cell;
	struct texts needs; /* "KIND NAME": the number is that in the cell */
	struct buf need;    /* one of them */
	bool no_program; /* no program loads in the context, so nothing is known of its calls */
	bool no_memory;
};

/* Of several places that need the same, the worst one stays. */
void judge_add(struct judge *judge, struct check_need need);
/* The answer to a question; one that could not be asked is unknown. */
void judge_take_answer(
	const struct judge *judge, const struct require_node *node, struct check_need *need);

/* In map_fields.c: the program refers to a map of the object, by its number. */
void judge_fields(struct judge *judge, uint32_t map, uint32_t section, uint32_t insn);

/* In judge_code.c. */
void judge_license(struct judge *judge);
void judge_code(struct judge *judge);
void judge_arguments(struct judge *judge);

#endif
