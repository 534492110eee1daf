/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/compare/rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KERNEL_ENOTSUPP 524 /* include/linux/errno.h: not for user space, and seen there */

static bool begins(const char *text, const char *start)
{
	return text && !strncmp(text, start, strlen(start));
}

static bool is(const char *text, const char *word)
{
	return text && !strcmp(text, word);
}

struct cell compare_cell_in(
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc, const char *context)
{
	const struct snapshot_context *found = snapshot_find_context(snapshot, context);

	return found ? kfunc->cells[found - snapshot->contexts] : (struct cell) {CELL_NONE, false, NULL};
}

/* What a prediction derived a cell from (query_predict*.c), and what a verdict rule read of it. */
static const struct {
	const char *predicted; /* how its line begins */
	const char *rule;      /* of the probed cell */
	const char *line;      /* how that one's line begins; NULL: whatever it says */
} conditions[] = {
	{"KF_SLEEPABLE", "sleepable", "program must be sleepable"},
	{"KF_SLEEPABLE", "sleepable", "kernel function "},
	{"css_task_iter", "sleepable", "css_task_iter"},
	{"might_sleep", "sleepable", "helper call might sleep"}, /* 6.2 */
	{"might_sleep", "sleepable", "sleepable helper"},        /* 7.0 */
	{"the prototype's allowed() refuses", "helper-target", NULL},
	{"KF_DESTRUCTIVE", "cap-sys-boot", NULL},
	{"a metadata kfunc", "device-bound", NULL},
};

bool compare_same_condition(const struct compare_case *one)
{
	const struct compare_answer *predicted = &one->predicted.answer, *probed = &one->probed.answer;

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		if (begins(predicted->line, conditions[i].predicted) &&
			is(probed->rule, conditions[i].rule) &&
			(!conditions[i].line || begins(probed->line, conditions[i].line)))
			return true;
	}
	return false;
}

/* Has the running kernel said anywhere that it looks at sleepability before anything else? */
static bool sleep_is_asked_first(const struct snapshot *probed)
{
	for (size_t i = 0; i < probed->kfunc_cnt; i++) {
		for (size_t j = 0; j < probed->context_cnt; j++) {
			const struct evidence *evidence = probed->kfuncs[i].cells[j].evidence;
			if (evidence && is(evidence->rule, "sleepable") &&
				begins(evidence->line, "program must be sleepable"))
				return true;
		}
	}
	return false;
}

static bool arguments_first(const struct compare_case *one)
{
	const struct compare_side *predicted = &one->predicted, *probed = &one->probed;

	return (predicted->cell.state == CELL_CONDITIONAL || predicted->cell.state == CELL_IMPOSSIBLE) &&
		begins(predicted->answer.line, "KF_SLEEPABLE") && probed->cell.state == CELL_PERMITTED &&
		is(probed->answer.rule, "argument") && !sleep_is_asked_first(probed->snapshot);
}

static bool capability_held(const struct compare_case *one)
{
	const struct kernel_environment *environment = &one->probed.snapshot->environment;

	if (one->predicted.cell.state != CELL_CONDITIONAL ||
		!begins(one->predicted.answer.line, "KF_DESTRUCTIVE") ||
		!cell_state_usable(one->probed.cell.state))
		return false;
	for (size_t i = 0; i < environment->capability_cnt; i++) {
		if (is(environment->capabilities[i], "CAP_SYS_BOOT"))
			return true;
	}
	return false;
}

/* What the image says of a call that no set of its hook has. */
static bool predicts_unregistered(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_REFUSED &&
		(begins(one->predicted.answer.line, "the image registers it neither for hook ") ||
			begins(one->predicted.answer.line, "programs of this type have no kfuncs "));
}

static bool pointee_first(const struct compare_case *one)
{
	return predicts_unregistered(one) && one->probed.cell.state == CELL_IMPOSSIBLE &&
		is(one->probed.answer.rule, "pointee");
}

/* Does the image list it among those that ask for a device? Then some context of XDP says so. */
static bool predicts_metadata(const struct compare_side *predicted)
{
	for (size_t i = 0; i < predicted->snapshot->context_cnt; i++) {
		const struct evidence *evidence = predicted->kfunc->cells[i].evidence;
		if (evidence && begins(evidence->line, "a metadata kfunc"))
			return true;
	}
	return false;
}

static bool device_first(const struct compare_case *one)
{
	enum cell_state probed = one->probed.cell.state;

	return is(one->probed.answer.rule, "device-bound") && predicts_metadata(&one->predicted) &&
		(probed == CELL_UNKNOWN || (probed == CELL_IMPOSSIBLE && predicts_unregistered(one)));
}

/* "struct_ops/Qdisc_ops/dequeue" of the target "Qdisc_ops.dequeue". */
static bool member_context(const struct snapshot_context *context, char *name, size_t size)
{
	const char *dot = context->target ? strchr(context->target, '.') : NULL;

	return dot &&
		(size_t)snprintf(name, size, "struct_ops/%.*s/%s", (int)(dot - context->target),
			context->target, dot + 1) < size;
}

/* A filter lets only some functions call it, or get_func_proto() gives it to only some. */
static bool speaks_of_some(const char *line)
{
	return (begins(line, "its filter ") &&
		       strstr(line, " lets only some functions of this struct_ops type ")) ||
		(begins(line, "get_func_proto() gives it to only some functions "));
}

/*
 * What is predicted for the very function that the probe took, which in the sleepable form of a type
 * may be what may not be in the plain one.
 */
static bool one_member(const struct compare_case *one)
{
	char name[256];

	if (one->predicted.cell.state != CELL_CONDITIONAL ||
		!speaks_of_some(one->predicted.answer.line) ||
		!member_context(one->probed.context, name, sizeof(name)))
		return false;
	struct cell member = compare_cell_in(one->predicted.snapshot, one->predicted.kfunc, name);
	enum cell_state state = member.state;
	if (one->probed.context->sleepable && state == CELL_CONDITIONAL && member.evidence &&
		begins(member.evidence->line, "KF_SLEEPABLE"))
		state = CELL_PERMITTED;
	return state == one->probed.cell.state ||
		(state == CELL_PERMITTED && cell_state_usable(one->probed.cell.state)) ||
		(state == CELL_CONDITIONAL && one->probed.cell.state == CELL_CONDITIONAL);
}

static bool jit_is_off(const struct compare_case *one)
{
	return is(one->probed.answer.state, "blocked") &&
		is(one->probed.snapshot->environment.jit, "0");
}

static bool jit_off(const struct compare_case *one)
{
	return jit_is_off(one) && one->probed.answer.errnum == KERNEL_ENOTSUPP &&
		begins(one->probed.answer.line, "JIT is required");
}

static bool replacing_without_jit(const struct compare_case *one)
{
	const struct compare_answer *probed = &one->probed.answer;

	return jit_is_off(one) && probed->errnum == EINVAL && begins(probed->line, "Extension programs ");
}

static bool jit_cannot_pass(const struct compare_case *one)
{
	enum cell_state predicted = one->predicted.cell.state;

	return (predicted == CELL_PERMITTED || predicted == CELL_CONDITIONAL || predicted == CELL_REFUSED) &&
		one->probed.cell.state == CELL_IMPOSSIBLE &&
		is(one->probed.answer.rule, "no-jit-for-it") &&
		one->probed.answer.errnum == KERNEL_ENOTSUPP &&
		begins(one->probed.answer.line, "JIT does not support kfunc ");
}

/* Both checks refuse the call. Which of them is asked first changed between 7.2 and 7.3. */
static bool cannot_pass_either_way(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_IMPOSSIBLE && one->probed.cell.state == CELL_REFUSED &&
		begins(one->predicted.answer.line, "bpf_jit_supports_stack_args() of this kernel is false") &&
		is(one->probed.answer.rule, "kfunc-not-allowed");
}

/* A call without an arena map gets as far as that argument, and no arena map can be made. */
static bool arena_never_made(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_CONDITIONAL && one->probed.cell.state == CELL_PERMITTED &&
		begins(one->predicted.answer.line, "bpf_jit_supports_arena() of this kernel is false") &&
		is(one->probed.answer.rule, "argument");
}

/* What a JIT lacks for functions of a struct_ops type that ask for it. */
static bool jit_lacks(const struct compare_case *one)
{
	static const char *const words[] = {
		"Private stack not supported by jit", "JIT does not support arena arguments"};

	if (!one->predicted.context || one->predicted.context->state != SUPPORT_OK ||
		!is(one->probed.answer.state, "unsupported"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (begins(one->probed.answer.line, words[i]))
			return true;
	}
	return false;
}

/* What the image left open of the context does not matter: nothing there could be called. */
static bool no_program_either_way(const struct compare_case *one)
{
	return one->predicted.context->state == SUPPORT_UNKNOWN &&
		one->predicted.cell.state == CELL_IMPOSSIBLE &&
		one->probed.context->state == SUPPORT_UNSUPPORTED;
}

static bool policy(const struct compare_case *one)
{
	int errnum = one->probed.answer.errnum;

	return is(one->probed.answer.state, "blocked") && (errnum == EPERM || errnum == EACCES);
}

static bool module_not_loaded(const struct compare_case *one)
{
	const struct snapshot *probed = one->probed.snapshot;

	if (one->probed.kfunc || is(one->predicted.kfunc->module, "vmlinux"))
		return false;
	for (size_t i = 0; i < probed->kfunc_cnt; i++) {
		if (is(probed->kfuncs[i].module, one->predicted.kfunc->module))
			return false;
	}
	return true;
}

/* No load got as far as the question whether it is a kfunc. */
static bool was_never_reached(const struct compare_side *probed)
{
	for (size_t i = 0; i < probed->snapshot->context_cnt; i++) {
		enum cell_state state = probed->kfunc->cells[i].state;
		if (state != CELL_IMPOSSIBLE && state != CELL_UNSUPPORTED && state != CELL_UNKNOWN)
			return false;
	}
	return true;
}

static bool only_listed(const struct compare_case *one)
{
	return !one->predicted.kfunc &&
		one->probed.kfunc->found_by == 1u << KFUNC_SOURCE_SHIPPED &&
		snapshot_has_fact(one->probed.snapshot, "kfunc_tags") && was_never_reached(&one->probed);
}

static bool module_not_given(const struct compare_case *one)
{
	return !one->predicted.kfunc && !is(one->probed.kfunc->module, "vmlinux") &&
		!snapshot_has_fact(one->predicted.snapshot, "modules");
}

static bool is_impossible_everywhere(const struct compare_side *side)
{
	for (size_t i = 0; i < side->snapshot->context_cnt; i++) {
		if (side->kfunc->cells[i].state != CELL_IMPOSSIBLE)
			return false;
	}
	return true;
}

static bool no_btf(const struct compare_case *one)
{
	return !one->probed.kfunc && !one->probed.snapshot->kernel.btf_sha256 &&
		!one->predicted.snapshot->kernel.btf_sha256 && is_impossible_everywhere(&one->predicted);
}

static bool no_tags(const struct compare_case *one)
{
	const unsigned int names =
		1u << KFUNC_SOURCE_TAG | 1u << KFUNC_SOURCE_SHIPPED | 1u << KFUNC_SOURCE_GIVEN;
	const struct snapshot *probed = one->probed.snapshot;

	if (one->probed.kfunc || one->predicted.kfunc->found_by & names ||
		snapshot_has_fact(probed, "kfunc_tags"))
		return false;
	for (size_t i = 0; i < probed->kfunc_cnt; i++) {
		if (probed->kfuncs[i].found_by & 1u << KFUNC_SOURCE_DISCOVERED)
			return false;
	}
	return true;
}

const struct compare_rule compare_rules[] = {
	{"arguments-first",
		"the load got as far as the call's arguments, which this kernel checks before it asks "
		"whether the program may sleep; the image says that the function needs that",
		"btf_check_func_arg_match(), kernel/bpf/btf.c, before 6.2", COMPARE_SUBJECT_CELL,
		arguments_first},
	{"capability-held",
		"the call needs CAP_SYS_BOOT, which an image cannot know of its user, and the process "
		"that probed had it",
		"check_kfunc_call(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL, capability_held},
	{"device-first",
		"a metadata kfunc asks for a program that is bound to a device before the allow check is "
		"reached: what the image registers it for cannot be seen in a load",
		"add_kfunc_call(), kernel/bpf/verifier.c; bpf_dev_bound_kfunc_check(), "
		"kernel/bpf/offload.c",
		COMPARE_SUBJECT_CELL, device_first},
	{"jit-cannot-pass",
		"the JIT cannot pass what the function takes, more arguments than fit into registers or "
		"pointers into an arena, which is said wherever it is called, before the allow check",
		"kernel/bpf/verifier.c, where a call is added; bpf_jit_supports_stack_args() and "
		"bpf_jit_supports_arena_args(), kernel/bpf/core.c, since 7.3: a scan tells that beforehand",
		COMPARE_SUBJECT_CELL, jit_cannot_pass},
	{"cannot-pass-either-way",
		"the JIT cannot pass what the function takes, and the image does not register it for the "
		"program type either: the load saw the check that this kernel makes first",
		"check_kfunc_call() and add_kfunc_call(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL,
		cannot_pass_either_way},
	{"arena-never-made",
		"the call needs a map that this JIT has no arenas for; the load, which had none to give, got "
		"as far as that argument",
		"arena_map_alloc(), kernel/bpf/arena.c", COMPARE_SUBJECT_CELL, arena_never_made},
	{"pointee-first",
		"the types of the arguments, of which one is what no program has, are judged before the "
		"allow check, which by the image would refuse the call too",
		"get_kfunc_arg_type(), kernel/bpf/verifier.c, since 7.3", COMPARE_SUBJECT_CELL,
		pointee_first},
	{"one-member",
		"the prediction speaks of all functions of the struct_ops type, the load of the one it "
		"implemented, for which the image gives the same answer as the load",
		"btf_kfunc_id_set_contains(), kernel/bpf/btf.c, and the filters it asks; get_func_proto() of "
		"the type",
		COMPARE_SUBJECT_CELL,
		one_member},
	{"jit-off",
		"the kernel has a JIT that calls kfuncs, and net.core.bpf_jit_enable=0 kept it from being "
		"asked",
		"add_kfunc_call(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL,
		jit_off},
	{"jit-off-context",
		"the kernel's programs of this type are machine code, and net.core.bpf_jit_enable=0 "
		"kept this one from becoming that",
		"bpf_check_attach_target(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CONTEXT,
		replacing_without_jit},
	{"jit-off-replacing",
		"a program that replaces another is machine code, and net.core.bpf_jit_enable=0 kept this "
		"one from becoming that",
		"bpf_check_attach_target(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL,
		replacing_without_jit},
	{"no-program-either-way",
		"the image does not tell whether there are such programs, only that none could make the "
		"call, and the running kernel has no such programs",
		"check_attach_btf_id() and bpf_jit_supports_kfunc_call(), kernel/bpf",
		COMPARE_SUBJECT_CELL, no_program_either_way},
	{"policy",
		"a missing privilege, lockdown or another policy ended the load before the verifier "
		"was asked",
		"bpf_prog_load(), kernel/bpf/syscall.c", COMPARE_SUBJECT_CELL, policy},
	{"policy-context",
		"a missing privilege, lockdown or another policy refuses every program of this type",
		"bpf_prog_load(), kernel/bpf/syscall.c", COMPARE_SUBJECT_CONTEXT, policy},
	{"jit-lacks",
		"the function of a struct_ops type asks for what this JIT cannot give, a stack of its own or "
		"arguments in an arena: the image tells what is asked for only as it runs",
		"check_struct_ops_btf_id() and bpf_jit_supports_private_stack(), kernel/bpf",
		COMPARE_SUBJECT_CONTEXT, jit_lacks},
	{"module-not-loaded",
		"the kfunc is of a module that the image came with and that the running kernel had not "
		"loaded",
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c: it runs when the module is loaded",
		COMPARE_SUBJECT_KFUNC, module_not_loaded},
	{"module-not-given",
		"the kfunc is of a module that runs, and the image was read without its modules",
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c: it runs when the module is loaded",
		COMPARE_SUBJECT_KFUNC, module_not_given},
	{"only-listed",
		"the function is in BTF without the tag of kfuncs, the shipped list names it as one of other "
		"kernels, and no load tells, since this kernel can call no kfunc at all",
		"bpf_jit_supports_kfunc_call(), kernel/bpf/core.c; net/ipv4/Makefile: what registers a kfunc "
		"may be left out where the function is not",
		COMPARE_SUBJECT_KFUNC, only_listed},
	{"no-btf",
		"kfuncs are called by their BTF, which this kernel was built without: the image shows the "
		"functions and that no program can call them, and a running kernel has no names to ask for",
		"add_kfunc_call(), kernel/bpf/verifier.c: \"calling kernel function is not supported without "
		"CONFIG_DEBUG_INFO_BTF\"",
		COMPARE_SUBJECT_KFUNC, no_btf},
	{"no-tags",
		"BTF names no kfuncs here, and the shipped list does not know this one: without "
		"--discover nobody asked about it",
		"BTF_KIND_DECL_TAG \"bpf_kfunc\", which pahole writes since 1.26", COMPARE_SUBJECT_KFUNC,
		no_tags},
};
const size_t compare_rule_cnt = sizeof(compare_rules) / sizeof(compare_rules[0]);

const struct compare_rule *compare_rule_find(const struct compare_case *one)
{
	for (size_t i = 0; i < compare_rule_cnt; i++) {
		if (compare_rules[i].subject == one->subject && compare_rules[i].explains(one))
			return &compare_rules[i];
	}
	return NULL;
}
