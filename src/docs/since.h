/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and last version in which programs of a type may call a kfunc or helper, from the
 * answers of the kernels in a history. An absence says nothing about a call. Only a refusal ends
 * one. It counts if some program of that kernel can call the function, if it holds for the type, not
 * for one target, and if the configuration is not the cause. Between two observations the version is a range. Pure; borrows the
 * history.
 */
#ifndef KCOMPAT_DOCS_SINCE_H
#define KCOMPAT_DOCS_SINCE_H

#include "kernel/context.h"
#include "snapshot/history/history.h"

/* X(enumerator, word, meaning) */
#define SINCE_POLICIES(X)                                                                          \
	X(LOADABLE, "loadable", "a program of the type that makes the call can be loaded")         \
	X(HOOK, "hook", "the function is registered for the type, whether or not a program can be loaded")

enum since_policy {
#define SINCE_POLICY_ENUM(name, word, meaning) SINCE_##name,
	SINCE_POLICIES(SINCE_POLICY_ENUM)
#undef SINCE_POLICY_ENUM
	SINCE_POLICY_CNT
};
const char *since_policy_word(enum since_policy policy);
enum since_policy since_policy_parse(const char *word); /* SINCE_POLICY_CNT: not a policy */

enum since_stand {
	STAND_UNKNOWN,   /* no observation answers it */
	STAND_ABSENT,    /* no kernel of that version has the function */
	STAND_REFUSED,   /* one has it, and no program of the type may call it */
	STAND_PERMITTED, /* programs of the type may call it on one of them */
};

/* The answer of the kernels of one version, and the kernel with the best evidence. */
struct since_point {
	unsigned int version; /* version_parse() */
	enum since_stand stand;
	const struct history_row *row;
	const struct snapshot_context *context; /* of the cell; NULL: no cell is the evidence */
	const struct cell *cell;
};

struct since_function {
	struct subject subject;
	bool optional[PROG_TYPE_CNT]; /* an option leaves out the calls of that type */
	struct since_point *calls; /* [PROG_TYPE_CNT][version_cnt] */
};

struct since {
	struct pool pool;
	const struct history *history;
	enum since_policy policy;
	unsigned int *versions; /* ascending and unique, without kernels of unknown version */
	size_t version_cnt;
	struct subjects subjects;           /* all names of the history */
	struct since_function **functions;  /* [subjects.cnt]: filled on request */
};

struct error *since_create(
	const struct history *history, enum since_policy policy, struct since **ret);
void since_destroy(struct since *since); /* NULL-safe */

/* *ret is NULL if no kernel has a kfunc or helper of that name. */
struct error *since_function(struct since *since, enum subject_kind kind, const char *name,
	const struct since_function **ret);
/* [version_cnt] */
const struct since_point *since_calls(
	const struct since *since, const struct since_function *function, enum prog_type type);
/* For any subject: the versions that have it (PERMITTED), into `points` [version_cnt]. */
struct error *since_presence(struct since *since, const struct subject *subject, struct since_point *points);

/* A claim: from `since` (0: from the start) to before `until` (0: it did not end). */
struct since_claim {
	unsigned int since, until;
};
/* The first observation that contradicts the claim; NULL: none. */
const struct since_point *since_contradiction(
	const struct since_point *points, size_t cnt, struct since_claim claim);

/* The result of the observations. Pointers are into the points; NULL: none. */
struct since_known {
	const struct since_point *first, *last; /* the first and last that permitted; NULL: none */
	const struct since_point *before;       /* the last that refused before `first` */
	const struct since_point *after;        /* the first that refused after `last` */
	const struct since_point *refusal;      /* the last that refused, if none permitted */
	/* The last without it before `first`. NULL also if a kernel before that one has it. */
	const struct since_point *absent;
};
struct since_known since_know(const struct since_point *points, size_t cnt);
/* The first version that these refusals and absences leave; 0: any. */
unsigned int since_earliest(const struct since_known *known);

/*
 * Why a table leaves out a call that kernels permit: the function exists only for tests. NULL: the table
 * has it. Equal reasons are one pointer.
 */
const char *since_left_out(enum since_policy policy, const char *function);

#endif
