/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/kfuncs.h"
#include "probe/kit.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <string.h>

/* The flag that a rule's message is about, named as in include/linux/btf.h. */
static const struct {
	const char *rule, *flag;
} flag_rules[] = {
	{"fastcall", "KF_FASTCALL"},
	{"cap-sys-boot", "KF_DESTRUCTIVE"},
	{"rcu-section", "KF_RCU_PROTECTED"},
	{RULE_SLEEPABLE, "KF_SLEEPABLE"},
};

static bool proved(const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc, const char *rule)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct evidence *evidence = kfunc->cells[i].evidence;
		if (evidence && evidence->rule && !strcmp(evidence->rule, rule))
			return true;
	}
	return false;
}

static struct error *add_flags(
	struct snapshot *snapshot, struct snapshot_kfunc *kfunc, const struct kfunc_candidate *candidate)
{
	kfunc->flags = pool_calloc(&snapshot->pool, ARRAY_SIZE(flag_rules), sizeof(*kfunc->flags));
	if (!kfunc->flags)
		return error_no_memory();
	for (size_t i = 0; i < ARRAY_SIZE(flag_rules); i++) {
		bool known = strcmp(flag_rules[i].rule, "fastcall")
			? proved(snapshot, kfunc, flag_rules[i].rule)
			: candidate->fastcall;
		if (known)
			kfunc->flags[kfunc->flag_cnt++] = flag_rules[i].flag;
	}
	return NULL;
}

/* Is the name only in the shipped list, or only on the command line? */
static bool only_named(const struct kfunc_candidate *candidate)
{
	unsigned int proof = 1u << KFUNC_SOURCE_TAG | 1u << KFUNC_SOURCE_DISCOVERED;
	unsigned int both = 1u << KFUNC_SOURCE_SHIPPED | 1u << KFUNC_SOURCE_GIVEN;

	return !(candidate->found_by & proof) && (candidate->found_by & both) != both;
}

/*
 * A function of that name is not a kfunc if the kernel's tags leave it out, or if every context refuses
 * it. Without tags, it stays in the list if a context did not answer.
 */
static bool is_plain_function(
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc, bool tagged)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct evidence *evidence = kfunc->cells[i].evidence;
		enum cell_state state = kfunc->cells[i].state;
		bool answered = state == CELL_REFUSED || state == CELL_UNSUPPORTED;
		if (evidence && evidence->rule && !strcmp(evidence->rule, RULE_NO_KFUNCS))
			return true; /* one context is enough */
		if (!answered && !(tagged && !cell_state_definite(state)))
			return false;
	}
	return snapshot->context_cnt > 0;
}

struct error *kfuncs_conclude(const struct kfunc_candidates *candidates, struct snapshot *snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		struct snapshot_kfunc *kfunc = &snapshot->kfuncs[i];
		if (only_named(&candidates->list[i]) &&
			is_plain_function(snapshot, kfunc, candidates->tagged))
			continue;
		struct error *error = add_flags(snapshot, kfunc, &candidates->list[i]);
		if (error)
			return error;
		snapshot->kfuncs[kept++] = *kfunc;
	}
	snapshot->kfunc_cnt = kept;
	return NULL;
}
