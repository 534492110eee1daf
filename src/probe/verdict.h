/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a failed load of a bare call says: the verdict rules. A rule is a verifier message that
 * was read in the kernel's source (kernel/bpf/verifier.c) with the place it stands at relative to
 * the allow check. A message no rule knows gives unknown: a verdict needs positive evidence.
 */
#ifndef KCOMPAT_PROBE_VERDICT_H
#define KCOMPAT_PROBE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot/snapshot.h"

enum call_kind {
	CALL_KFUNC = 1,
	CALL_HELPER = 2,
	CALL_ATTACH = 4, /* no call: a trivial program that names a function to attach to */
	ACCESS_CONTEXT = 8, /* no call: a load or store through R1 */
	LOAD_TRIVIAL = 16,  /* no call: a program that only returns; is there such a context? */
};

struct verdict {
	enum cell_state state;
	const char *rule;      /* the rule's name; "load", "unrecognised", "no-message" or "resource" else */
	const char *line;      /* the deciding line inside `log`, not NUL-terminated; NULL: none */
	size_t line_len;
};

/* Conditional rules; the caller tells a condition that can be met from one that cannot. */
#define RULE_SLEEPABLE "sleepable"
#define RULE_CSS_TASK_ITER "css-task-iter" /* may sleep, or be one of some other kinds */
#define RULE_DEVICE_BOUND "device-bound"
#define RULE_UNRECOGNISED "unrecognised"
#define RULE_NO_ADDRESS "no-address"
#define RULE_NO_JIT "no-jit" /* the JIT, or its absence, keeps all kfuncs from being called */
#define RULE_NO_KFUNCS "no-kfunc-calls" /* the kernel knows of no such calls at all */
#define RULE_BAD_PROTOTYPE "bad-prototype" /* about the called function alone */
#define RULE_NO_JIT_FOR_IT "no-jit-for-it"   /* the same */
#define RULE_NO_JIT_FOR_ARGS "no-jit-for-args" /* the same: the JIT cannot pass its arguments */
/* Of LOAD_TRIVIAL. */
#define RULE_NOT_SLEEPABLE "target-not-sleepable"
#define RULE_REPLACING_JIT "replacing-needs-jit"
#define RULE_PRIVATE_STACK "no-jit-private-stack"
#define RULE_MEMBER_ARENA "no-jit-member-arena"
#define RULE_MEMBER_NEEDS_ARENA "member-needs-arena"
#define RULE_CAPABILITY "capability" /* the process lacks one: the question was not reached */
#define RULE_PERFMON "cap-perfmon" /* the call is for those who have it */
#define RULE_ARENA "needs-arena" /* the question is reached by a program that refers to an arena */
#define RULE_UNBALANCED "unbalanced" /* accepted, but the program does not undo what it began */
/*
 * What an argument points to is of a type that no program has. Before the allow check (since 7.3)
 * nothing can make that call; after it the call is permitted. The words are the same: the caller
 * has to know which kernel says them.
 */
#define RULE_POINTEE "pointee"
#define RULE_TARGET "helper-target" /* refused for the function the program attaches to */

/*
 * `errnum` is 0 for an accepted load; `log` is the verifier's log, NUL-terminated, "" when there
 * is none.
 */
struct verdict verdict_read(enum call_kind kind, int errnum, const char *log);

/* First line of a log that is a message rather than statistics; NULL when there is none. */
const char *verdict_line(const char *log, size_t *len);

/*
 * A load that never reached the verifier: the reason in words for EPERM, ENOSPC, ... ; NULL for an
 * errno that is an answer.
 */
const char *verdict_resource_reason(int errnum);

/* Does a program that may sleep meet the condition? False for NULL. */
bool verdict_is_about_sleep(const char *rule);

/* Rules as a table, for documentation and tests. */
struct verdict_rule {
	const char *name;
	unsigned int kinds;     /* of enum call_kind */
	int errnum;             /* 0: any */
	const char *pattern;    /* of the line, with '*' for any run of characters */
	enum cell_state state;
};
extern const struct verdict_rule verdict_rules[];
extern const size_t verdict_rule_cnt;

/* The first one that knows the line, which is not NUL-terminated; NULL: none. */
const struct verdict_rule *verdict_rule_find(
	enum call_kind kind, int errnum, const char *line, size_t len);

#endif
