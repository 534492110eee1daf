/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares the prediction from a kernel's image with the answers of the same kernel when it ran:
 * the test of `scan`. Pure: two snapshots in, one result out.
 *
 * A pair of states is an agreement if both give a program's author the same answer:
 *
 *	predicted	probed				why
 *	permitted	ran, loadable, permitted	one "yes"; a load is stronger evidence
 *	conditional	conditional			if both name the same condition, see below
 *	refused		refused				the allow check says no
 *	impossible	impossible			no program of this context, whatever it does
 *	unsupported	unsupported			the kernel lacks the context
 *	absent		absent				the kernel lacks the function
 *
 * Two "conditional" are one answer only if the evidence names one condition (it may sleep, a
 * device, a capability, ...). `unknown` and `blocked` are not answers: neither agreement nor
 * difference. They are counted with their reasons, for the side that has them. Every other pair is
 * a difference. A rule may explain a difference or an unknown. It names the kernel's function that
 * makes both sides right, and holds only if the evidence of this cell proves it. A difference
 * without a rule is a defect of one side.
 *
 * If the state of a context differs, its cells are counted with that difference, which is listed
 * once. The cells of a kfunc or helper that one side lacks are counted with that absence. If one
 * side has no helpers at all, they were not probed.
 */
#ifndef KCOMPAT_LAB_COMPARE_COMPARE_H
#define KCOMPAT_LAB_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot/snapshot.h"
#include "util/error.h"

/* X(enumerator, word, meaning) */
#define COMPARE_OUTCOMES(X)                                                                        \
	X(AGREE, "agree", "both give the same answer")                                             \
	X(EXPLAINED, "explained", "they differ, and a rule names the kernel code behind it")       \
	X(UNEXPLAINED, "unexplained", "they differ: one of them is wrong")                         \
	X(UNKNOWN_PREDICTED, "unknown_predicted", "the image does not say")                        \
	X(UNKNOWN_PROBED, "unknown_probed", "the running kernel did not answer")                   \
	X(UNKNOWN_BOTH, "unknown_both", "neither side answers")                                    \
	X(UNASKED, "unasked", "one side did not ask")

enum compare_outcome {
#define COMPARE_OUTCOME_ENUM(name, word, meaning) COMPARE_##name,
	COMPARE_OUTCOMES(COMPARE_OUTCOME_ENUM)
#undef COMPARE_OUTCOME_ENUM
	COMPARE_OUTCOME_CNT
};
const char *compare_outcome_word(enum compare_outcome outcome);

/* X(enumerator, word, meaning of the two states) */
#define COMPARE_SUBJECTS(X)                                                                        \
	X(CONTEXT, "context", "of a context: ok, unsupported, ..., or missing on one side")        \
	X(KFUNC, "kfunc", "of a function that one side lacks: present, missing")           \
	X(HELPER, "helper", "of a helper that one side lacks: present, missing")           \
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

/* A reason why two answers differ although both are right. The table is in compare/rules.c. */
struct compare_rule {
	const char *id;       /* "arguments-first" */
	const char *sentence; /* one or more sentences about the view of each side */
	const char *source;   /* the kernel's function and file that it follows from */
	enum compare_subject subject;
	bool (*explains)(const struct compare_case *one);
};
extern const struct compare_rule compare_rules[];
extern const size_t compare_rule_cnt;

/* One side's answer. */
struct compare_answer {
	const char *state; /* word of the state */
	const char *line;  /* evidence or reason; NULL: none kept */
	const char *rule;  /* id of the line's rule; NULL: none */
	int errnum;
};

struct compare_difference {
	enum compare_subject subject;
	enum compare_outcome outcome; /* EXPLAINED or UNEXPLAINED */
	const char *name;    /* of the kfunc or helper; NULL: for a context */
	const char *module;  /* "vmlinux" for helpers; NULL: for a context */
	const char *context; /* NULL: for a whole kfunc or helper */
	const char *flag;    /* of COMPARE_SUBJECT_FLAG */
	struct compare_answer predicted, probed;
	const struct compare_rule *rule; /* NULL: unexplained */
	size_t cell_cnt;     /* cells that this difference decides; 0 for flags */
};

/* A reason for unknown answers, and their number. Cells of an unknown context count, too. */
struct compare_unknown {
	enum compare_subject subject;    /* CONTEXT or CELL */
	enum compare_outcome outcome;    /* one of the three unknowns */
	bool probed;                     /* the side that gives the reason */
	const char *reason;              /* with "..." instead of the function's name */
	const struct compare_rule *rule; /* NULL: none explains it */
	size_t cnt;                      /* contexts or cells */
	const char *name, *context;      /* an example; name NULL: for a context */
};

struct compare_counts {
	size_t probed, predicted; /* answers of that side, of any kind */
	size_t outcomes[COMPARE_OUTCOME_CNT];
};

struct compare_result {
	const struct kernel_identity *kernel; /* of the probed snapshot */
	struct compare_counts contexts, kfunc_cells, helper_cells;
	size_t kfunc_cnt, helper_cnt;        /* on both sides */
	struct compare_difference *differences; /* contexts, then kfunc by kfunc, then helpers */
	size_t difference_cnt;
	struct compare_unknown *unknowns;    /* contexts, then cells, the most frequent first */
	size_t unknown_cnt;
	/* Cells by rule: explained differences, and unknowns that a rule explains. [compare_rule_cnt] */
	size_t *explained, *unknown_explained;
	struct pool pool; /* texts are here or in the snapshots */
	size_t difference_cap, unknown_cap;
};

/*
 * `predicted` must have the source kind "scanned", and `probed` "probed". Both must be of one
 * kernel (BTF hash, else release and version). Otherwise it is an ERROR_INPUT. The snapshots
 * outlive the result. Rules also read the evidence of permitted cells: they do not hold if a
 * snapshot lacks it. The caller destroys *ret.
 */
struct error *compare_prediction(const struct snapshot *predicted, const struct snapshot *probed,
	struct compare_result **ret);
void compare_result_destroy(struct compare_result *result); /* NULL-safe */

/* True without any unexplained difference. */
bool compare_result_holds(const struct compare_result *result);

#endif
