/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule may look at. Only compare/compare.c asks rules. */
#ifndef KCOMPAT_LAB_COMPARE_RULES_H
#define KCOMPAT_LAB_COMPARE_RULES_H

#include "lab/compare/compare.h"

/* One side of a case. Of a cell all are set; of a subject that a side lacks its pointer is NULL. */
struct compare_side {
	const struct snapshot *snapshot;
	const struct snapshot_context *context;
	const struct snapshot_kfunc *kfunc;
	struct cell cell;
	struct compare_answer answer; /* of the cell: words from its evidence, else from its context */
};

struct compare_case {
	enum compare_subject subject;
	struct compare_side predicted, probed;
};

/* The one that explains it; NULL: none. */
const struct compare_rule *compare_rule_find(const struct compare_case *one);

/*
 * Is it one condition that both sides of a cell name? Only for two that are conditional. A condition
 * that this file does not know is like no other.
 */
bool compare_same_condition(const struct compare_case *one);

#endif
