/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/control_load.h"
#include "probe/insn.h"
#include "probe/privilege.h"
#include "probe/verdict.h"

#include <errno.h>
#include <string.h>

struct error *controls_hooks(struct controls *controls)
{
	return controls->hooks
		? NULL
		: hooks_open(controls->kit->kernel, controls->pool, &controls->hooks);
}

static const char *blocked_reason(struct controls *controls, enum prog_type type, int errnum)
{
	const char *missing =
		privilege_missing(controls->kit->kernel, privilege_of_program(type), errnum);

	return pool_printf(controls->pool, "%s%s", errnum == EACCES ? "EACCES" : "EPERM",
		missing ? pool_printf(controls->pool, ": %s", missing)
			: " with an empty log: a policy (an LSM, seccomp) refuses this program type "
			  "before the verifier looks at it");
}

static void control_set_state(
	struct probe_context *context, enum support_state state, int errnum, const char *reason)
{
	context->state = state;
	context->errnum = errnum;
	context->reason = reason;
	context->rule = NULL;
}

/* For a reason that an image also shows. */
static void set_unsupported(
	struct probe_context *context, int errnum, enum predict_rule rule, const char *reason)
{
	control_set_state(context, SUPPORT_UNSUPPORTED, errnum, reason);
	context->rule = predict_rule_id(rule);
}

static bool is_ruled(const struct probe_context *context, const char *rule)
{
	return context->rule && !strcmp(context->rule, rule);
}

/*
 * Did the kernel accept the context, and refuse only that the trivial program does too little? A
 * program for Qdisc_ops.enqueue receives a packet that it must release.
 */
static bool is_unbalanced(const struct controls *controls, int errnum)
{
	return !strcmp(verdict_read(CALL_KFUNC, errnum, controls->loader.log).rule, RULE_UNBALANCED);
}

/* If a kernel, or a filter before it, refuses every program, a refusal is not an answer about a type. */
static bool nothing_loads(struct controls *controls)
{
	const struct load_place oldest = {.prog_type = PROG_TYPE_SOCKET_FILTER};

	return loader_try_trivial(&controls->loader, &oldest) != 0;
}

/* A refusal without a message counts only if it is repeated. A single one may be interference. */
static bool refused_again(
	struct controls *controls, const struct probe_context *context, int errnum)
{
	return loader_try_trivial(&controls->loader, &context->place) == errnum;
}

static void judge_trivial(struct controls *controls, struct probe_context *context, int errnum)
{
	size_t len;
	const char *line = verdict_line(controls->loader.log, &len);
	const char *resource = verdict_resource_reason(errnum);

	if (!errnum || is_unbalanced(controls, errnum)) {
		control_set_state(context, SUPPORT_OK, 0, NULL);
	} else if (line) {
		/* Messages that mean "there is no such context", not "this target is unsuitable". */
		const struct verdict_rule *rule =
			verdict_rule_find(LOAD_TRIVIAL, errnum, line, len);
		bool unsupported = rule && rule->state == CELL_UNSUPPORTED;
		control_set_state(context,
			kit_jit_refuses(controls->kit->kernel, line, len) ? SUPPORT_BLOCKED
				: unsupported                             ? SUPPORT_UNSUPPORTED
									  : SUPPORT_UNKNOWN,
			errnum, pool_strndup(controls->pool, line, len));
		context->rule = rule ? rule->name : NULL;
	} else if (errnum == EPERM || errnum == EACCES) {
		control_set_state(context, SUPPORT_BLOCKED, errnum,
			blocked_reason(controls, context->row->prog_type, errnum));
	} else if (resource) {
		control_set_state(context, SUPPORT_UNKNOWN, errnum, resource);
	} else if (nothing_loads(controls)) {
		control_set_state(context, SUPPORT_UNKNOWN, errnum,
			"refused without a message, like a program of the oldest type: no answer about this type");
	} else if ((errnum == EINVAL || errnum == EOPNOTSUPP || errnum == ENOTSUPP) &&
		refused_again(controls, context, errnum)) {
		control_set_state(context, SUPPORT_UNSUPPORTED, errnum,
			"this kernel has no such program type, attach type or load flag");
	} else {
		control_set_state(context, SUPPORT_UNKNOWN, errnum, "this errno is not an answer");
	}
}

int controls_arena_fd(struct controls *controls)
{
	if (!controls->arena.fd)
		arena_open(controls->kit, &controls->arena);
	return controls->arena.fd > 0 ? controls->arena.fd : 0;
}

/* check_struct_ops_btf_id(): a member with an arena argument requires programs with an arena. */
static void retry_with_arena(struct controls *controls, struct probe_context *context)
{
	if (context->state != SUPPORT_UNKNOWN || !is_ruled(context, RULE_MEMBER_NEEDS_ARENA))
		return;
	context->place.map_fd = controls_arena_fd(controls);
	if (context->place.map_fd)
		judge_trivial(controls, context,
			loader_try_trivial(&controls->loader, &context->place));
}

static void control_replace(struct controls *controls, struct probe_context *context)
{
	const struct replaceable *replaceable = &controls->replaceable;
	int ret = replaceable_open(
		&controls->replaceable, controls->kit, &controls->loader, NULL);

	if (ret < 0) {
		bool denied = ret == -EPERM || ret == -EACCES;
		control_set_state(context, denied ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN, -ret,
			denied ? blocked_reason(controls, PROG_TYPE_EXT, -ret)
			       : "no program that it could replace was accepted");
		return;
	}
	context->place.attach_fd = replaceable->fd;
	context->place.attach_btf_id = replaceable->func_id;
	context->place.prog_btf_fd = replaceable->btf_fd;
	context->place.func_type_id = replaceable->func_id;
	context->target = "an own XDP program";
	judge_trivial(controls, context, loader_try_trivial(&controls->loader, &context->place));
}

static void control_no_target(struct controls *controls, struct probe_context *context)
{
	const struct kernel *kernel = controls->kit->kernel;
	enum target_kind kind = context->row->target;

	if (!kernel->btf)
		control_set_state(context, SUPPORT_UNKNOWN, 0, "it attaches by BTF, and this kernel's could not be read");
	else if (kind == TARGET_LSM || kind == TARGET_LSM_SLEEPABLE || kind == TARGET_LSM_CGROUP)
		set_unsupported(context, 0, PREDICT_NO_TARGET, "BTF has no bpf_lsm_ function (CONFIG_BPF_LSM)");
	else if (kind == TARGET_ITER)
		set_unsupported(context, 0, PREDICT_NO_TARGET, "BTF has no iterator");
	else if (kind == TARGET_STRUCT_OPS)
		set_unsupported(context, 0, PREDICT_NO_TARGET, "BTF has no struct_ops type");
	else
		control_set_state(context, SUPPORT_UNKNOWN, 0, "BTF has none of the functions that are tried as a target");
}

/*
 * Ranks the answers for different targets. An answer that holds for every target ranks lowest. A
 * target where the trivial program loads ranks higher than one that needs more.
 */
static int target_rank(const struct probe_context *context, int errnum)
{
	static const int ranks[SUPPORT_STATE_CNT] = {
		[SUPPORT_OK] = 3,
		[SUPPORT_BLOCKED] = 2,
		[SUPPORT_UNKNOWN] = 1, /* another target may be suitable */
		[SUPPORT_UNSUPPORTED] = 0, /* the kernel refuses before it checks the target */
	};

	return ranks[context->state] + !errnum;
}

/*
 * check_attach_sleepable() and its predecessors: a sleepable program traces functions that allow error
 * injection, or functions in a set of fmod_ret ids. A kernel with neither has no target.
 */
static void doubt_sleepable(struct controls *controls, struct probe_context *context)
{
	const struct kernel *kernel = controls->kit->kernel;

	if (context->state != SUPPORT_UNKNOWN || context->row->prog_type != PROG_TYPE_TRACING ||
		!is_ruled(context, RULE_NOT_SLEEPABLE))
		return;
	if (kernel_has_function(kernel, "within_error_injection_list", "vfs_read") == TRISTATE_NO &&
		kernel_has_function(kernel, "register_btf_fmodret_id_set", "vfs_read") == TRISTATE_NO)
		set_unsupported(context, context->errnum, PREDICT_NO_SLEEPABLE_TARGET,
			pool_printf(controls->pool,
				"%s, and no function is: this kernel has neither error injection "
				"(CONFIG_FUNCTION_ERROR_INJECTION) nor fmod_ret id sets",
				context->reason));
}

/*
 * check_attach_btf_id() attaches to a trampoline. Without CONFIG_BPF_JIT there is none, and the stub in
 * include/linux/bpf.h returns ENOMEM. The check whether the target may sleep comes before that. ENOMEM
 * alone is no answer: the configuration and the kernel's functions must confirm it.
 */
static void doubt_function(struct controls *controls, struct probe_context *context)
{
	const struct kernel *kernel = controls->kit->kernel;
	bool stub = context->errnum == ENOMEM || is_ruled(context, RULE_NOT_SLEEPABLE);

	if (context->state == SUPPORT_UNKNOWN && context->row->prog_type == PROG_TYPE_TRACING && stub &&
		kit_config(kernel, "CONFIG_BPF_JIT") == TRISTATE_NO &&
		kernel_has_function(kernel, "bpf_trampoline_get", "vfs_read") == TRISTATE_NO)
		set_unsupported(context, context->errnum, PREDICT_NO_TRAMPOLINE,
			"this kernel has no BPF trampolines (CONFIG_BPF_JIT)");
}

/* If no target loads, the best-ranked answer is used. */
static void control_targets(struct controls *controls, struct probe_context *context)
{
	struct target targets[TARGET_CANDIDATES_MAX];
	size_t cnt = targets_find(
		controls->kit->kernel, context, controls->pool, targets, TARGET_CANDIDATES_MAX);

	struct probe_context best = *context;
	int best_rank = -1;

	if (!cnt)
		control_no_target(controls, context);
	for (size_t i = 0; i < cnt; i++) {
		context->target = targets[i].name;
		context->place.attach_btf_id = targets[i].btf_id;
		if (targets[i].has_attach_type)
			context->place.expected_attach_type = targets[i].attach_type;
		context->place.map_fd = 0;
		int errnum = loader_try_trivial(&controls->loader, &context->place);
		judge_trivial(controls, context, errnum);
		retry_with_arena(controls, context);
		int rank = target_rank(context, errnum);
		if (rank > best_rank) {
			best = *context;
			best_rank = rank;
		}
		if (!errnum || context->state == SUPPORT_BLOCKED)
			break;
	}
	if (cnt) {
		*context = best;
		doubt_sleepable(controls, context);
		doubt_function(controls, context);
	}
}

/*
 * Kernels ignore expected_attach_type if the program type does not use it. A load alone therefore does
 * not prove that the kernel has tcx or kprobe.multi. The enumerator in BTF does.
 */
static bool attach_type_missing(struct controls *controls, const struct probe_context *context)
{
	if (context->place.expected_attach_type != (uint32_t)context->row->attach_type)
		return false;
	const struct kernel *kernel = controls->kit->kernel;
	const char *enumerator = attach_type_enumerator(context->row->attach_type);
	int64_t value;

	return enumerator && controls->attach_type_enum &&
		!kbtf_enum_value(kernel->btf, controls->attach_type_enum, enumerator, &value);
}

/* Without BTF: does the kernel accept any number as attach type? */
static void doubt_attach_type(struct controls *controls, struct probe_context *context)
{
	struct load_place place = context->place;

	if (context->state != SUPPORT_OK || controls->attach_type_enum || !place.expected_attach_type ||
		context->row->attach_type == ATTACH_NONE)
		return;
	place.expected_attach_type = 0xffff;
	if (!loader_try_trivial(&controls->loader, &place))
		control_set_state(context, SUPPORT_UNKNOWN, 0,
			"a load proves nothing: the kernel ignores the attach type here, and there is no BTF");
}

/* For a context whose name selects no target. */
static void control_context(struct controls *controls, struct probe_context *context)
{
	if (context_row_is_undivided(context->row) && attach_type_missing(controls, context))
		context->place.expected_attach_type = 0;
	if (attach_type_missing(controls, context))
		set_unsupported(context, 0, PREDICT_NO_ATTACH_TYPE,
			pool_printf(controls->pool, "this kernel's enum bpf_attach_type has no %s",
				attach_type_enumerator(context->row->attach_type)));
	else if (context->row->target == TARGET_PROGRAM)
		control_replace(controls, context);
	else if (context->row->target != TARGET_NONE)
		control_targets(controls, context);
	else
		judge_trivial(controls, context,
			loader_try_trivial(&controls->loader, &context->place));
	doubt_attach_type(controls, context);
}

/* Is it this target, or every target? The row's own targets tell. */
static void compare_with_row(
	struct controls *controls, struct probe_context *context, int errnum)
{
	struct probe_context any = {
		.row = context->row,
		.name = context->row->name,
		.section = {.row = context->row},
		.member = -1,
		.place = row_place(context->row),
	};

	control_context(controls, &any);
	if (any.state != SUPPORT_OK) {
		control_set_state(context, any.state, any.errnum, any.reason);
		context->rule = any.rule;
		return;
	}
	control_set_state(context, SUPPORT_UNSUPPORTED, errnum,
		"the kernel refuses this target without a message, and accepts others");
	context->rule = RULE_TARGET_REFUSED;
}

/* The load of a program with the target that its context's name selects. */
static void judge_selected(struct controls *controls, struct probe_context *context)
{
	int errnum = loader_try_trivial(&controls->loader, &context->place);
	size_t len;
	const char *line = verdict_line(controls->loader.log, &len);
	const struct verdict_rule *rule =
		errnum && line ? verdict_rule_find(CALL_ATTACH, errnum, line, len) : NULL;

	if (rule && rule->state == CELL_REFUSED) {
		control_set_state(context, SUPPORT_UNSUPPORTED, errnum,
			pool_strndup(controls->pool, line, len));
		context->rule = rule->name;
		return;
	}
	judge_trivial(controls, context, errnum);
	if (errnum && !line && context->state == SUPPORT_UNSUPPORTED)
		compare_with_row(controls, context, errnum);
}

static struct error *place_selected(struct controls *controls, struct probe_context *context)
{
	const struct kernel *kernel = controls->kit->kernel;
	struct target target;

	if (!targets_find(kernel, context, controls->pool, &target, 1)) {
		control_no_target(controls, context);
		return NULL;
	}
	context->target = target.name;
	context->place.attach_btf_id = target.btf_id;
	if (target.module && !controls->modules.cnt) {
		struct error *error =
			module_fds_open(&controls->loader.sys, kernel, &controls->modules);
		if (error)
			return error;
	}
	int fd = target.module ? controls->modules.fds[target.module - kernel->modules + 1] : 0;
	if (fd < 0) {
		control_set_state(context, SUPPORT_UNKNOWN, 0,
			"the target is in a module, whose BTF could not be opened");
		return NULL;
	}
	context->place.attach_fd = fd;
	judge_selected(controls, context);
	return NULL;
}

/* A context whose name selects a target: nothing is asked about another one. */
static struct error *control_selected(struct controls *controls, struct probe_context *context)
{
	struct hook_answer exists;
	struct error *error = controls_hooks(controls);

	if (!error)
		error = hook_exists(controls->hooks, &context->section, &exists);
	if (error)
		return error;
	if (exists.value == TRISTATE_NO) {
		control_set_state(context, SUPPORT_UNSUPPORTED, 0, exists.reason);
		context->rule = RULE_NO_SUCH_TARGET;
		return NULL;
	}
	if (exists.value == TRISTATE_YES && context->row->target != TARGET_NONE)
		return place_selected(controls, context);
	judge_trivial(
		controls, context, loader_try_trivial(&controls->loader, &context->place));
	if (exists.value == TRISTATE_UNKNOWN &&
		(context->state == SUPPORT_OK || context->row->target != TARGET_NONE)) {
		control_set_state(context, SUPPORT_UNKNOWN, 0, exists.reason);
		context->rule = RULE_TARGET_UNKNOWN;
	}
	return NULL;
}

struct error *control_load(struct controls *controls, struct probe_context *context)
{
	if (context->section.target)
		return control_selected(controls, context);
	control_context(controls, context);
	return NULL;
}
