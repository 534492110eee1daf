/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for a program that makes a call, led by the verifier: the instruction that it refuses
 * names the step that added it, and the argument in its words names the choice to change.
 */
#ifndef KCOMPAT_PROBE_CALLS_SEARCH_H
#define KCOMPAT_PROBE_CALLS_SEARCH_H

#include "probe/calls/planner.h"
#include "probe/verdict.h"

#define SEARCH_LOADS_MAX 40
#define SEARCH_LOADS_QUICK 4

/* Words of bpf_dev_bound_kfunc_check() and its caller: the program must be bound to a device. */
#define SEARCH_NEEDS_DEVICE "require device-bound program"

enum search_end {
	SEARCH_FOUND,   /* the recipe's program is accepted, and the call in it is live */
	SEARCH_REFUSED, /* every way that was tried ended at the call or behind it */
	SEARCH_NO_WAY,  /* no way was found to come by an argument */
	SEARCH_BUDGET,  /* the loads are used up */
};

/*
 * What the refused loads said. A rule of verdict.h for REAL_CALL knows some words. Words that no rule
 * knows are about an argument.
 */
struct search_words {
	const struct verdict_rule *rule; /* the last one that speaks against the call; NULL: none */
	const char *line;                /* its words */
	int errnum;
	bool decides;  /* no other argument can change them */
	bool other;    /* there were words that no rule against the call knows */
};

struct search_result {
	enum search_end end;
	struct recipe recipe;    /* of the last program; only what the first choice is not */
	unsigned int load_cnt;
	uint32_t insn_cnt;       /* of the program that was found */
	int errnum;              /* of the last load that reached the call */
	const char *line;        /* the verifier's words there; NULL: none reached it */
	struct search_words words;
	const char *last;        /* the words of the last refusal, wherever they stood; NULL: none */
	const char *missing;     /* what no way was found to come by; NULL: nothing */
};

/* Texts of *result live in the planner. `quick`: a few loads and no surveys. The end
 * is SEARCH_BUDGET if these would have been needed. */
void search_call(struct planner *planner, const struct callee *callee, bool quick,
	struct search_result *result);
/*
 * One load of the recipe's program. False: it is not accepted. `controlled`: the control of the recipe
 * passed in another context. The program is the same there except for the loads from the context, so
 * no branch can hide the call here.
 */
bool search_replay(struct planner *planner, const struct callee *callee,
	const struct recipe *recipe, bool controlled, struct search_result *result);

#endif
