/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel's image let us predict, held against what the same kernel said when it ran: the test
 * of `scan`, and the answer to "does my kernel lie?". Pure: two snapshots in, one result out.
 *
 * A pair of states is an agreement when both give a program's author the same answer:
 *
 *	predicted	probed				why
 *	permitted	ran, loadable, permitted	one "yes"; a load proves more than an image can
 *	conditional	conditional			when both name the same condition, see below
 *	refused		refused				the allow check says no
 *	impossible	impossible			no program of this context, whatever it does
 *	unsupported	unsupported			there is no such context
 *	absent		absent				there is no such function
 *
 * Two "conditional" are one answer only if the evidence names one condition (it may sleep, a device, a
 * capability, ...). `unknown` and `blocked` are no answers: neither agreement nor difference, counted
 * with their reasons by the side that has them. Every other pair is a difference. A rule may explain a
 * difference or an unknown: it names the kernel's function that makes both sides right, and holds only
 * where the evidence of this very cell says so. What no rule explains is a defect of one side.
 *
 * A cell of a context whose own state differs is counted with that difference, which is listed once,
 * and the cells of a kfunc or helper that one side does not have with that. Helpers of which one side has
 * none at all were not asked about.
 */
#ifndef KCOMPAT_LAB_COMPARE_COMPARE_H
#define KCOMPAT_LAB_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot/snapshot.h"
#include "util/error.h"

/* X(enumerator, word, what it means) */
#define COMPARE_OUTCOMES(X)                                                                        \
	X(AGREE, "agree", "both give the same answer")                                             \
	X(EXPLAINED, "explained", "they differ, and a rule names the kernel's code that makes them")       \
	X(UNEXPLAINED, "unexplained", "they differ: one of them is wrong")                         \
	X(UNKNOWN_PREDICTED, "unknown_predicted", "the image does not tell")                       \
	X(UNKNOWN_PROBED, "unknown_probed", "the running kernel did not answer")                   \
	X(UNKNOWN_BOTH, "unknown_both", "neither tells")                                           \
	X(UNASKED, "unasked", "one side did not ask")

enum compare_outcome {
#define COMPARE_OUTCOME_ENUM(name, word, meaning) COMPARE_##name,
	COMPARE_OUTCOMES(COMPARE_OUTCOME_ENUM)
#undef COMPARE_OUTCOME_ENUM
	COMPARE_OUTCOME_CNT
};
const char *compare_outcome_word(enum compare_outcome outcome);

/* X(enumerator, word, what the two states are) */
#define COMPARE_SUBJECTS(X)                                                                        \
	X(CONTEXT, "context", "of a context: ok, unsupported, ..., or missing on one side")        \
	X(KFUNC, "kfunc", "of a function that one side does not have: present, missing")           \
	X(HELPER, "helper", "of a helper that one side does not have: present, missing")           \
	X(FLAG, "flag", "of a flag that a load proved and the image's sets lack: set, missing")    \
	X(CELL, "cell", "of one call in one context")

enum compare_subject {
#define COMPARE_SUBJECT_ENUM(name, word, meaning) COMPARE_SUBJECT_##name,
	COMPARE_SUBJECTS(COMPARE_SUBJECT_ENUM)
#undef COMPARE_SUBJECT_ENUM
	COMPARE_SUBJECT_CNT
};
const char *compare_subject_word(enum compare_subject subject);

struct compare_case;

/* A reason why two answers differ and both are right; the table is compare/rules.c. */
struct compare_rule {
	const char *id;       /* "arguments-first" */
	const char *sentence; /* one, of what each side sees */
	const char *source;   /* what it follows: the kernel's function and file */
	enum compare_subject subject;
	bool (*explains)(const struct compare_case *one);
};
extern const struct compare_rule compare_rules[];
extern const size_t compare_rule_cnt;

/* One side's answer. */
struct compare_answer {
	const char *state; /* word of the state */
	const char *line;  /* evidence or reason; NULL: none kept */
	const char *rule;  /* id of what the line says; NULL: none */
	int errnum;
};

struct compare_difference {
	enum compare_subject subject;
	enum compare_outcome outcome; /* EXPLAINED or UNEXPLAINED */
	const char *name;    /* of the kfunc or helper; NULL: of a context */
	const char *module;  /* "vmlinux" of helpers; NULL: of a context */
	const char *context; /* NULL: of a kfunc or helper as a whole */
	const char *flag;    /* of COMPARE_SUBJECT_FLAG */
	struct compare_answer predicted, probed;
	const struct compare_rule *rule; /* NULL: unexplained */
	size_t cell_cnt;     /* cells that this difference decides; 0 for flags */
};

/* Why a side does not know, and how often. Cells of a context that is not known are counted too. */
struct compare_unknown {
	enum compare_subject subject;    /* CONTEXT or CELL */
	enum compare_outcome outcome;    /* one of the three unknowns */
	bool probed;                     /* whose reason it is */
	const char *reason;              /* with "..." for the function's name */
	const struct compare_rule *rule; /* NULL: none explains it */
	size_t cnt;                      /* contexts or cells */
	const char *name, *context;      /* an example; name NULL: of a context */
};

struct compare_counts {
	size_t probed, predicted; /* asked of that side, whatever it answered */
	size_t outcomes[COMPARE_OUTCOME_CNT];
};

struct compare_result {
	const struct kernel_identity *kernel; /* the probed one's */
	struct compare_counts contexts, kfunc_cells, helper_cells;
	size_t kfunc_cnt, helper_cnt;        /* on both sides */
	struct compare_difference *differences; /* contexts, then kfunc by kfunc, then helpers */
	size_t difference_cnt;
	struct compare_unknown *unknowns;    /* contexts, then cells, the most frequent first */
	size_t unknown_cnt;
	/* Cells by rule: explained differences, and unknowns that a rule explains. [compare_rule_cnt] */
	size_t *explained, *unknown_explained;
	struct pool pool; /* texts are the snapshots' or here */
	size_t difference_cap, unknown_cap;
};

/*
 * `predicted` has source kind "scanned", `probed` "probed", and both are of one kernel (BTF hash, else
 * release and version), or it is an ERROR_INPUT. The snapshots outlive the result. Rules look at the
 * evidence of permitted cells too: where a snapshot leaves it out they do not hold. The caller
 * destroys *ret.
 */
struct error *compare_prediction(const struct snapshot *predicted, const struct snapshot *probed,
	struct compare_result **ret);
void compare_result_destroy(struct compare_result *result); /* NULL-safe */

/* No unexplained difference, of whatever subject. */
bool compare_result_holds(const struct compare_result *result);

#endif
