/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between the types and functions of two kernels, from the records that a store has of each. */
#ifndef KCOMPAT_HISTORY_TYPES_DIFF_H
#define KCOMPAT_HISTORY_TYPES_DIFF_H

#include "snapshot/history/types.h"
#include "store/store.h"

/* X(enumerator, word of JSON and of a text) */
#define TYPE_OUTCOMES(X) X(ADDED, "added") X(REMOVED, "removed") X(CHANGED, "changed")

enum type_outcome {
#define TYPE_OUTCOME_ENUM(name, word) TYPE_##name,
	TYPE_OUTCOMES(TYPE_OUTCOME_ENUM)
#undef TYPE_OUTCOME_ENUM
	TYPE_OUTCOME_CNT
};
const char *type_outcome_word(enum type_outcome outcome);

struct type_difference {
	enum type_kind kind;
	const char *name;
	enum type_outcome outcome;
	/* Of what changed. One is NULL: only one kernel has one more type of that name. Both are NULL of what was
	 * added or removed. */
	const struct type_form *a, *b;
	struct type_change change;
};

struct type_field_counts {
	size_t added, removed, renamed, retyped;
};

struct type_differences {
	struct pool pool;
	struct type_difference *list; /* by kind, then name: those that are listed */
	size_t cnt, cap;
	size_t counts[TYPE_KIND_CNT][TYPE_OUTCOME_CNT]; /* of all */
	struct type_field_counts fields; /* of structs and unions that both kernels have */
	bool known[TYPE_KIND_CNT];       /* do both kernels hold everything of the kind? Else nothing is said of it */
};

/* One kernel. */
struct types_side {
	struct store_lines *lines; /* taken apart in place, and borrowed by the result */
	uint32_t whole;            /* mask of 1u << enum store_section */
};
struct types_wanted {
	const char *const *globs; /* of names; glob_cnt 0: all */
	size_t glob_cnt;
	bool *seen; /* [glob_cnt]: does one of the kernels have something that is listed and matches? May be NULL */
	unsigned int listed; /* mask of 1u << enum type_kind */
};

/*
 * A changed name of a parameter is no change, and a function without a prototype on one side has none. What is not
 * in the kernel itself may be in a module. A variable is added or removed if the symbols of data of the other kernel are
 * known and have none of its name. *ret starts zeroed; the caller deinits it, also after an error.
 */
struct error *types_diff(const struct types_side *a, const struct types_side *b,
	const struct types_wanted *wanted, struct type_differences *ret);
void type_differences_deinit(struct type_differences *differences); /* NULL-safe */

#endif
