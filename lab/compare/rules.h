/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of a rule. Only compare/compare.c applies rules. */
#ifndef KCOMPAT_LAB_COMPARE_RULES_H
#define KCOMPAT_LAB_COMPARE_RULES_H

#include "lab/compare/compare.h"

/* One side of a case. A cell has all set. If a side lacks a subject, its pointer is NULL. */
struct compare_side {
	const struct snapshot *snapshot;
	const struct snapshot_context *context;
	const struct snapshot_kfunc *kfunc;
	struct cell cell;
	struct compare_answer answer; /* of the cell: text of its evidence, else of its context */
};

struct compare_case {
	enum compare_subject subject;
	struct compare_side predicted, probed;
};

/* The rule that explains it; NULL: none. */
const struct compare_rule *compare_rule_find(const struct compare_case *one);

/*
 * Do both sides of a conditional cell name the same condition? A condition that this file does not
 * know equals no other.
 */
bool compare_same_condition(const struct compare_case *one);

#endif
