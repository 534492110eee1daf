/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Since and until which version programs of a type may call a kfunc or helper, from what the kernels
 * of a history were seen to do. An absence says nothing about a call; only a refusal ends one: of a
 * kernel where some program can call the function, and for the type, not for one target of it. Between
 * two observations the version is a range. Pure; borrows the history.
 */
#ifndef KCOMPAT_DOCS_SINCE_H
#define KCOMPAT_DOCS_SINCE_H

#include "kernel/context.h"
#include "history/history.h"

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
enum since_policy since_policy_parse(const char *word); /* SINCE_POLICY_CNT: it is none */

enum since_stand {
	STAND_UNKNOWN,   /* nothing was seen that tells */
	STAND_ABSENT,    /* no kernel of that version that was looked at has the function */
	STAND_REFUSED,   /* one has it, and lets no program of the type call it */
	STAND_PERMITTED, /* one lets them */
};

/* What the kernels of one version say, and the one that says it best. */
struct since_point {
	unsigned int version; /* version_parse() */
	enum since_stand stand;
	const struct history_row *row;
	const struct snapshot_context *context; /* whose cell says so; NULL where no cell does */
	const struct cell *cell;
};

struct since_function {
	struct subject subject;
	struct since_point *calls; /* [PROG_TYPE_CNT][version_cnt] */
};

struct since {
	struct pool pool;
	const struct history *history;
	enum since_policy policy;
	unsigned int *versions; /* ascending, each once; without kernels of unknown version */
	size_t version_cnt;
	struct subjects subjects;           /* all names of the history */
	struct since_function **functions;  /* [subjects.cnt]: those that were asked for */
};

struct error *since_create(
	const struct history *history, enum since_policy policy, struct since **ret);
void since_destroy(struct since *since); /* NULL-safe */

/* *ret is NULL when no kernel has a kfunc or helper of that name. */
struct error *since_function(struct since *since, enum subject_kind kind, const char *name,
	const struct since_function **ret);
/* [version_cnt] */
const struct since_point *since_calls(
	const struct since *since, const struct since_function *function, enum prog_type type);
/* Of any subject: in which versions it is there (PERMITTED), into `points` [version_cnt]. */
struct error *since_presence(struct since *since, const struct subject *subject, struct since_point *points);

/* What someone says: from `since` (0: from the beginning) to before `until` (0: it did not end). */
struct since_claim {
	unsigned int since, until;
};
/* The first observation that cannot be true if the claim is; NULL: all can. */
const struct since_point *since_contradiction(
	const struct since_point *points, size_t cnt, struct since_claim claim);

/* What the observations themselves say. Pointers are into the points, NULL for none. */
struct since_known {
	const struct since_point *first, *last; /* that permitted; NULL: none did */
	const struct since_point *before;       /* the last that refused before `first` */
	const struct since_point *after;        /* the first that refused after `last` */
	const struct since_point *refusal;      /* the last that refused, if none permitted */
	const struct since_point *absent;       /* the last without it before `first` */
};
struct since_known since_know(const struct since_point *points, size_t cnt);

/*
 * Why a table leaves a call out that kernels permit: what a map needs for it, or a function for tests
 * alone. NULL: it does not. Equal reasons are one pointer.
 */
const char *since_left_out(enum since_policy policy, const char *function, enum prog_type type);

#endif
