/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/compare/rules.h"
#include "kernel/context.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>


static bool rules_is(const char *text, const char *word)
{
	return text && !strcmp(text, word);
}

/* A kfunc's cell in the context of that name; state none: no such context. */
static struct cell compare_cell_in(
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc, const char *context)
{
	const struct snapshot_context *found = snapshot_find_context(snapshot, context);

	return found ? kfunc->cells[found - snapshot->contexts] : (struct cell) {CELL_NONE, false, NULL};
}

static bool rules_is_predicted(const struct compare_case *one, enum predict_rule rule)
{
	return predict_rule_is(one->predicted.answer.rule, rule);
}

static bool is_probed(const struct compare_case *one, const char *rule)
{
	return rules_is(one->probed.answer.rule, rule);
}

/* The condition that a prediction names, and the verdict rule of the same condition. */
static const struct {
	enum predict_rule predicted;
	const char *probed;
} conditions[] = {
	{PREDICT_SLEEPABLE, RULE_SLEEPABLE},
	{PREDICT_MIGHT_SLEEP, RULE_SLEEPABLE},
	{PREDICT_CSS_TASK_ITER, RULE_CSS_TASK_ITER},
	{PREDICT_HELPER_TARGET, RULE_TARGET},
	{PREDICT_CAP_SYS_BOOT, "cap-sys-boot"},
	{PREDICT_DEVICE_BOUND, RULE_DEVICE_BOUND},
	{PREDICT_MAP_FIELD, RULE_MAP_FIELD},
};

bool compare_same_condition(const struct compare_case *one)
{
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		if (rules_is_predicted(one, conditions[i].predicted) &&
			is_probed(one, conditions[i].probed))
			return true;
	}
	return false;
}

/*
 * Does any answer of the running kernel show that it checks sleepability first? The error is EACCES
 * (check_kfunc_call()). Before 6.2, the check comes after the arguments, with EINVAL.
 */
static bool sleep_is_asked_first(const struct snapshot *probed)
{
	for (size_t i = 0; i < probed->kfunc_cnt; i++) {
		for (size_t j = 0; j < probed->context_cnt; j++) {
			const struct evidence *evidence = probed->kfuncs[i].cells[j].evidence;
			if (evidence && rules_is(evidence->rule, RULE_SLEEPABLE) &&
				evidence->errnum == EACCES)
				return true;
		}
	}
	return false;
}

static bool arguments_first(const struct compare_case *one)
{
	const struct compare_side *predicted = &one->predicted, *probed = &one->probed;

	return (predicted->cell.state == CELL_CONDITIONAL ||
		       predicted->cell.state == CELL_IMPOSSIBLE) &&
		rules_is_predicted(one, PREDICT_SLEEPABLE) && probed->cell.state == CELL_PERMITTED &&
		is_probed(one, "argument") && !sleep_is_asked_first(probed->snapshot);
}

static bool capability_held(const struct compare_case *one)
{
	const struct kernel_environment *environment = &one->probed.snapshot->environment;

	if (one->predicted.cell.state != CELL_CONDITIONAL ||
		!rules_is_predicted(one, PREDICT_CAP_SYS_BOOT) ||
		!cell_state_usable(one->probed.cell.state))
		return false;
	for (size_t i = 0; i < environment->capability_cnt; i++) {
		if (rules_is(environment->capabilities[i], "CAP_SYS_BOOT"))
			return true;
	}
	return false;
}

/* The image's answer for a call that no set of its hook has. */
static bool predicts_unregistered(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_REFUSED &&
		(rules_is_predicted(one, PREDICT_NOT_REGISTERED) || rules_is_predicted(one, PREDICT_NO_HOOK));
}

static bool pointee_first(const struct compare_case *one)
{
	return predicts_unregistered(one) && one->probed.cell.state == CELL_IMPOSSIBLE &&
		is_probed(one, RULE_POINTEE);
}

/* Does the image list it as a kfunc that needs a device? Then some XDP context has that answer. */
static bool predicts_metadata(const struct compare_side *predicted)
{
	for (size_t i = 0; i < predicted->snapshot->context_cnt; i++) {
		const struct evidence *evidence = predicted->kfunc->cells[i].evidence;
		if (evidence && predict_rule_is(evidence->rule, PREDICT_DEVICE_BOUND))
			return true;
	}
	return false;
}

static bool device_first(const struct compare_case *one)
{
	enum cell_state probed = one->probed.cell.state;

	return is_probed(one, RULE_DEVICE_BOUND) && predicts_metadata(&one->predicted) &&
		(probed == CELL_UNKNOWN ||
			(probed == CELL_IMPOSSIBLE && predicts_unregistered(one)));
}

static bool device_held(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_CONDITIONAL &&
		rules_is_predicted(one, PREDICT_DEVICE_BOUND) && is_probed(one, RULE_REAL_CALL);
}

/* "struct_ops/Qdisc_ops/dequeue" of the target "Qdisc_ops.dequeue". */
static bool member_context(const struct snapshot_context *context, char *name, size_t size)
{
	const char *dot = context->target ? strchr(context->target, '.') : NULL;

	return dot &&
		(size_t)snprintf(name, size, "struct_ops/%.*s/%s", (int)(dot - context->target),
			context->target, dot + 1) < size;
}

/*
 * The prediction for the member that the probe implemented. The sleepable form of a type may have
 * another such member than the plain form.
 */
static bool one_member(const struct compare_case *one)
{
	char name[256];

	if (one->predicted.cell.state != CELL_CONDITIONAL ||
		!(rules_is_predicted(one, PREDICT_FILTER_SOME) ||
			rules_is_predicted(one, PREDICT_HELPER_SOME)) ||
		!member_context(one->probed.context, name, sizeof(name)))
		return false;
	struct cell member = compare_cell_in(one->predicted.snapshot, one->predicted.kfunc, name);
	enum cell_state state = member.state;
	if (one->probed.context->sleepable && state == CELL_CONDITIONAL && member.evidence &&
		predict_rule_is(member.evidence->rule, PREDICT_SLEEPABLE))
		state = CELL_PERMITTED;
	return state == one->probed.cell.state ||
		(state == CELL_PERMITTED && cell_state_usable(one->probed.cell.state)) ||
		(state == CELL_CONDITIONAL && one->probed.cell.state == CELL_CONDITIONAL);
}

static bool rules_jit_is_off(const struct compare_case *one)
{
	return rules_is(one->probed.answer.state, "blocked") &&
		rules_is(one->probed.snapshot->environment.jit, "0");
}

static bool rules_jit_off(const struct compare_case *one)
{
	return rules_jit_is_off(one) && one->probed.answer.errnum == ENOTSUPP &&
		is_probed(one, RULE_NO_JIT);
}

static bool replacing_without_jit(const struct compare_case *one)
{
	return rules_jit_is_off(one) && one->probed.context &&
		rules_is(one->probed.context->rule, RULE_REPLACING_JIT);
}

static bool jit_cannot_pass(const struct compare_case *one)
{
	enum cell_state predicted = one->predicted.cell.state;

	return (predicted == CELL_PERMITTED || predicted == CELL_CONDITIONAL ||
		       predicted == CELL_REFUSED) &&
		one->probed.cell.state == CELL_IMPOSSIBLE && is_probed(one, RULE_NO_JIT_FOR_ARGS);
}

/* Both checks refuse the call. Their order changed between 7.2 and 7.3. */
static bool cannot_pass_either_way(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_IMPOSSIBLE &&
		one->probed.cell.state == CELL_REFUSED &&
		rules_is_predicted(one, PREDICT_NO_STACK_ARGS) && is_probed(one, "kfunc-not-allowed");
}

/* A call without an arena map reaches that argument, and no arena map can be made. */
static bool arena_never_made(const struct compare_case *one)
{
	return one->predicted.cell.state == CELL_CONDITIONAL &&
		one->probed.cell.state == CELL_PERMITTED && rules_is_predicted(one, PREDICT_NO_ARENA) &&
		is_probed(one, "argument");
}

/* JIT support that functions of some struct_ops types need. */
static bool jit_lacks(const struct compare_case *one)
{
	const struct snapshot_context *predicted = one->predicted.context,
				      *probed = one->probed.context;

	return predicted && predicted->state == SUPPORT_OK && probed &&
		probed->state == SUPPORT_UNSUPPORTED &&
		(rules_is(probed->rule, RULE_PRIVATE_STACK) || rules_is(probed->rule, RULE_MEMBER_ARENA));
}

/* The unknown state of the context does not matter: its programs can call nothing. */
static bool no_program_either_way(const struct compare_case *one)
{
	return one->predicted.context->state == SUPPORT_UNKNOWN &&
		one->predicted.cell.state == CELL_IMPOSSIBLE &&
		one->probed.context->state == SUPPORT_UNSUPPORTED;
}

static bool policy(const struct compare_case *one)
{
	int errnum = one->probed.answer.errnum;

	return rules_is(one->probed.answer.state, "blocked") && (errnum == EPERM || errnum == EACCES);
}

static bool module_not_loaded(const struct compare_case *one)
{
	const struct snapshot *probed = one->probed.snapshot;

	if (one->probed.kfunc || rules_is(one->predicted.kfunc->module, "vmlinux"))
		return false;
	for (size_t i = 0; i < probed->kfunc_cnt; i++) {
		if (rules_is(probed->kfuncs[i].module, one->predicted.kfunc->module))
			return false;
	}
	return true;
}

/* No load reached the check whether it is a kfunc. */
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
	return !one->predicted.kfunc && !rules_is(one->probed.kfunc->module, "vmlinux") &&
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

/* Does a scan predict that no argument makes the call possible? */
static bool predicts_no_call(const struct compare_case *one)
{
	return predict_rule_is_about_call(one->predicted.answer.rule) &&
		(one->predicted.cell.state == CELL_IMPOSSIBLE ||
			one->predicted.cell.state == CELL_CONDITIONAL);
}

static bool none_found(const struct compare_case *one)
{
	return predicts_no_call(one) && one->probed.cell.state == CELL_PERMITTED;
}

static bool real_call(const struct compare_case *one)
{
	static const char *const rules[] = {RULE_OTHER_CONTEXT, RULE_PACKET_WRITE, RULE_SLEEPABLE_MAP};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (is_probed(one, rules[i]))
			return one->predicted.cell.state == CELL_PERMITTED;
	}
	return false;
}

const struct compare_rule compare_rules[] = {
	{"real-call",
		"the allow check permits the call, and no program can make it with real arguments. The code or "
		"the types of the image do not show that",
		"check_kfunc_call() and check_map_prog_compatibility(), kernel/bpf/verifier.c",
		COMPARE_SUBJECT_CELL, real_call},
	{"none-found",
		"the image shows that no program can make the call. The probe tried a few programs, and found none",
		"probe/calls: without --search, a probe does not try everything", COMPARE_SUBJECT_CELL,
		none_found},
	{"arguments-first",
		"the function is for programs that may sleep. This kernel checks the call's arguments "
		"before it checks that, and the load failed at the arguments",
		"btf_check_func_arg_match(), kernel/bpf/btf.c, before 6.2", COMPARE_SUBJECT_CELL,
		arguments_first},
	{"capability-held",
		"the call needs CAP_SYS_BOOT. The image does not show who loads the program; the process "
		"that probed had the capability",
		"check_kfunc_call(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL, capability_held},
	{"device-first",
		"a metadata kfunc needs a program that is bound to a device. The kernel checks that before "
		"the allow check, and a load does not reach the allow check",
		"add_kfunc_call(), kernel/bpf/verifier.c; bpf_dev_bound_kfunc_check(), "
		"kernel/bpf/offload.c",
		COMPARE_SUBJECT_CELL, device_first},
	{"device-held",
		"the call needs a program that is bound to a network device. The image does not show the "
		"devices; the machine that was probed had one, and the kernel accepted a program that is "
		"bound to it",
		"bpf_prog_dev_bound_init(), kernel/bpf/offload.c", COMPARE_SUBJECT_CELL, device_held},
	{"jit-cannot-pass",
		"the JIT cannot pass the function's arguments: more than fit into registers, or pointers into "
		"an arena. The kernel says so for every call, before the allow check",
		"kernel/bpf/verifier.c, where a call is added; bpf_jit_supports_stack_args() and "
		"bpf_jit_supports_arena_args(), kernel/bpf/core.c, since 7.3: a scan predicts it",
		COMPARE_SUBJECT_CELL, jit_cannot_pass},
	{"cannot-pass-either-way",
		"the JIT cannot pass the function's arguments, and the image does not register it for the "
		"program type. The load shows the check that this kernel makes first",
		"check_kfunc_call() and add_kfunc_call(), kernel/bpf/verifier.c",
		COMPARE_SUBJECT_CELL, cannot_pass_either_way},
	{"arena-never-made",
		"the call needs an arena, which this JIT does not support. The load had no arena to pass and "
		"failed at that argument",
		"arena_map_alloc(), kernel/bpf/arena.c", COMPARE_SUBJECT_CELL, arena_never_made},
	{"pointee-first",
		"no program can pass one of the arguments. The kernel checks their types before the allow "
		"check, which by the image refuses the call too",
		"get_kfunc_arg_type(), kernel/bpf/verifier.c, since 7.3", COMPARE_SUBJECT_CELL,
		pointee_first},
	{"one-member",
		"the prediction is about all functions of the struct_ops type, and the load is about the one "
		"that it implemented. For that one the image and the load agree",
		"btf_kfunc_id_set_contains(), kernel/bpf/btf.c, and the filters it asks; get_func_proto() of "
		"the type",
		COMPARE_SUBJECT_CELL, one_member},
	{"jit-off",
		"the kernel has a JIT that calls kfuncs, and net.core.bpf_jit_enable=0 turned it off",
		"add_kfunc_call(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL, rules_jit_off},
	{"jit-off-context",
		"programs of this type need the JIT, and net.core.bpf_jit_enable=0 turned it off",
		"bpf_check_attach_target(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CONTEXT,
		replacing_without_jit},
	{"jit-off-replacing",
		"a program that replaces another needs the JIT, and net.core.bpf_jit_enable=0 turned it off",
		"bpf_check_attach_target(), kernel/bpf/verifier.c", COMPARE_SUBJECT_CELL,
		replacing_without_jit},
	{"no-program-either-way",
		"the image does not show whether there are such programs. It shows that none could make the "
		"call. The running kernel has no such programs",
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
		"the function of a struct_ops type needs a private stack or arguments in an arena, which this "
		"JIT does not support. The kernel finds that need at run time, and the image does not show it",
		"check_struct_ops_btf_id() and bpf_jit_supports_private_stack(), kernel/bpf",
		COMPARE_SUBJECT_CONTEXT, jit_lacks},
	{"module-not-loaded",
		"the kfunc is in a module of the image, and the running kernel had not loaded that module",
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c: it runs when the module is loaded",
		COMPARE_SUBJECT_KFUNC, module_not_loaded},
	{"module-not-given",
		"the kfunc is in a loaded module, and the image was read without its modules",
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c: it runs when the module is loaded",
		COMPARE_SUBJECT_KFUNC, module_not_given},
	{"only-listed",
		"the function is in BTF without the tag of kfuncs, and the shipped list names it as a kfunc of "
		"other kernels. This kernel can call no kfunc, and so no load can decide",
		"bpf_jit_supports_kfunc_call(), kernel/bpf/core.c; net/ipv4/Makefile: what registers a kfunc "
		"may be left out where the function is not",
		COMPARE_SUBJECT_KFUNC, only_listed},
	{"no-btf",
		"programs call kfuncs by BTF, and this kernel was built without BTF. The image shows the "
		"functions and that no program can call them. A running kernel shows no names to probe",
		"add_kfunc_call(), kernel/bpf/verifier.c: \"calling kernel function is not supported without "
		"CONFIG_DEBUG_INFO_BTF\"",
		COMPARE_SUBJECT_KFUNC, no_btf},
	{"no-tags",
		"BTF names no kfuncs here, and the shipped list does not have this one. Without --discover "
		"the probe does not ask about it",
		"BTF_KIND_DECL_TAG \"bpf_kfunc\", which pahole writes since 1.26",
		COMPARE_SUBJECT_KFUNC, no_tags},
};
const size_t compare_rule_cnt = ARRAY_SIZE(compare_rules);

const struct compare_rule *compare_rule_find(const struct compare_case *one)
{
	for (size_t i = 0; i < compare_rule_cnt; i++) {
		if (compare_rules[i].subject == one->subject && compare_rules[i].explains(one))
			return &compare_rules[i];
	}
	return NULL;
}
