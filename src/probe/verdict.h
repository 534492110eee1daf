/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict rules: what a failed load of a bare call means. A rule is a verifier message from the
 * kernel's source (kernel/bpf/verifier.c). Its state depends on whether the message comes before or
 * after the allow check. A message without a rule gives unknown: a verdict needs positive evidence.
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
	LOAD_TRIVIAL = 16,  /* no call: a program that only returns, to test the context */
	REAL_CALL = 64,     /* a program that makes the call with arguments (probe/calls) */
	LOAD_MAP = 32,      /* a program that refers to a map with a field, or calls with the field */
};

struct verdict {
	enum cell_state state;
	const char *rule;      /* the rule's name, or "load", "unrecognised", "no-message", "policy", "resource" */
	const char *line;      /* the deciding line inside `log`, not NUL-terminated; NULL: none */
	size_t line_len;
};

/* Conditional rules. The caller knows whether a program can meet the condition. */
#define RULE_SLEEPABLE "sleepable"
#define RULE_CSS_TASK_ITER "css-task-iter" /* only sleepable programs and some other kinds */
#define RULE_DEVICE_BOUND "device-bound"
#define RULE_UNRECOGNISED "unrecognised"
#define RULE_NO_ADDRESS "no-address"
#define RULE_NO_JIT "no-jit" /* no kfunc can be called, because of the JIT or without a JIT */
#define RULE_NO_KFUNCS "no-kfunc-calls" /* the kernel does not know kfunc calls */
#define RULE_BAD_PROTOTYPE "bad-prototype" /* about the called function alone */
#define RULE_NO_JIT_FOR_IT "no-jit-for-it"   /* the same */
#define RULE_NO_JIT_FOR_ARGS "no-jit-for-args" /* the same: the JIT cannot pass its arguments */
/* Rules for LOAD_TRIVIAL. */
#define RULE_NOT_SLEEPABLE "target-not-sleepable"
#define RULE_TARGET_REFUSED "target-refused" /* without a message; other targets are accepted */
#define RULE_REPLACING_JIT "replacing-needs-jit"
#define RULE_PRIVATE_STACK "no-jit-private-stack"
#define RULE_MEMBER_ARENA "no-jit-member-arena"
#define RULE_MEMBER_NEEDS_ARENA "member-needs-arena"
#define RULE_CAPABILITY "capability" /* the process lacks it: the allow check was not reached */
#define RULE_PERFMON "cap-perfmon" /* only a process with CAP_PERFMON may make the call */
#define RULE_ARENA "needs-arena" /* only a program with an arena reaches the allow check */
#define RULE_UNBALANCED "unbalanced" /* accepted, but the program does not release or unlock */
/*
 * An argument points to a type that no program has. Before the allow check (since 7.3), no program can
 * make that call. After the allow check, the call is permitted. The message is the same, so the caller
 * must know which kernel printed it.
 */
#define RULE_POINTEE "pointee"
/* Rules for LOAD_MAP, which kernel/predict_rules.h has too. */
#define RULE_MAP_FIELD "map-field" /* no such program may refer to a map with the field */
#define RULE_TIMER_RT "timer-preempt-rt" /* no program may call with a timer */
/* Rules for REAL_CALL: words that no argument changes. */
#define RULE_REAL_CALL "real-call" /* a program with the call was accepted: the line is its recipe */
#define RULE_REAL_RUN "real-run"   /* ... and executed: the line says what the call returned, and the recipe */
#define RULE_NO_WAY "no-way"       /* no way was found to come by an argument */
#define RULE_TRAP "trap"
#define RULE_PACKET_WRITE "packet-write"
#define RULE_NO_KERNEL_CONTEXT "no-kernel-context"
#define RULE_OTHER_CONTEXT "other-context" /* it takes the context of another program type */
#define RULE_SLEEPABLE_MAP "sleepable-map" /* the maps that it takes are not for sleepable programs */
#define RULE_MAP_TYPE "map-type"
#define RULE_TARGET "helper-target" /* refused because of the attach target */

/*
 * `errnum` is 0 for an accepted load. `log` is the verifier's log, NUL-terminated; "": none.
 */
struct verdict verdict_read(enum call_kind kind, int errnum, const char *log);

/* The first line of a log that is a message, not statistics; NULL: none. */
const char *verdict_line(const char *log, size_t *len);

/*
 * A load did not reach the verifier: the reason for EPERM, ENOSPC, ... NULL: the errno is an
 * answer.
 */
const char *verdict_resource_reason(int errnum);

/* Do sleepable programs meet the condition of the rule? False for NULL. */
bool verdict_is_about_sleep(const char *rule);

/* The table of rules, for documentation and tests. */
struct verdict_rule {
	const char *name;
	unsigned int kinds;     /* of enum call_kind */
	int errnum;             /* 0: any */
	const char *pattern;    /* the line, with '*' for any run of characters */
	enum cell_state state;
};
extern const struct verdict_rule verdict_rules[];
extern const size_t verdict_rule_cnt;

/* The first rule that matches the line, which is not NUL-terminated; NULL: none. */
const struct verdict_rule *verdict_rule_find(
	enum call_kind kind, int errnum, const char *line, size_t len);

#endif
