/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/attach_point.h"
#include "probe/control_load.h"
#include "probe/hook_attach.h"
#include "probe/insn.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

struct points {
	const struct probe_request *request;
	struct controls *controls;
	struct pool *pool;
};

/* What one real attachment said. */
struct attempt {
	bool made;
	int errnum; /* 0: attached */
	enum attach_step step;
};

/* The context's load: a target that is refused there cannot be attached to either. */
static struct hook_answer load_answer(const struct probe_context *context)
{
	bool no_target = context->rule && !strcmp(context->rule, RULE_NO_SUCH_TARGET);
	bool not_known = context->rule && !strcmp(context->rule, RULE_TARGET_UNKNOWN);

	return (struct hook_answer) {
		.value = context->state == SUPPORT_OK       ? TRISTATE_YES
			: context->state == SUPPORT_UNSUPPORTED ? TRISTATE_NO
								: TRISTATE_UNKNOWN,
		.missing = context->state == SUPPORT_OK ? HOOK_NEED_NONE
			: no_target || not_known        ? HOOK_NEED_TARGET
			: context->state == SUPPORT_BLOCKED ? HOOK_NEED_PERMISSION
							    : HOOK_NEED_LOAD,
		.reason = context->reason,
	};
}

/* "no" of either, else "unknown" of either. */
static struct hook_answer both(struct hook_answer load, struct hook_answer files)
{
	if (load.value == TRISTATE_NO)
		return load;
	if (files.value == TRISTATE_NO || load.value == TRISTATE_YES)
		return files;
	return load;
}

/* A system call is attached to by a kprobe on its function. */
static bool attempt_section(struct points *points, const struct section *section, struct section *ret)
{
	*ret = *section;
	if (section->kind != SECTION_SYSCALL)
		return hook_attach_is_known(section);
	ret->kind = section->returns ? SECTION_KRETPROBE : SECTION_KPROBE;
	ret->target = hook_syscall_symbol(points->controls->hooks, section->target);
	return ret->target;
}

static struct attempt attempt(
	struct points *points, const struct section *given, const struct load_place *place)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, place->ret), INSN_EXIT};
	struct attempt attempt = {0};
	struct section section;

	if (!attempt_section(points, given, &section))
		return attempt;
	int prog = loader_open(&points->controls->loader, place, insns, ARRAY_SIZE(insns));
	if (prog < 0)
		return attempt;
	attempt.made = true;
	attempt.errnum = -hook_attach(points->controls->kit, &section, prog, &attempt.step);
	kit_close_fd(prog);
	return attempt;
}

/* Targets that every kernel has, and that only rare system calls or test runs reach. */
static const struct {
	enum section_kind kind;
	const char *target;
} controls_known[] = {
	{SECTION_FUNCTION, "bpf_fentry_test1"},
	{SECTION_FUNCTION, "do_syslog"},
	/* A program may change what this one returns. */
	{SECTION_FUNCTION, "security_syslog"},
	{SECTION_KPROBE, "do_syslog"},
	{SECTION_KPROBE, "ksys_sync"},
	{SECTION_KRETPROBE, "do_syslog"},
	{SECTION_KRETPROBE, "ksys_sync"},
	{SECTION_KPROBE_MULTI, "do_syslog"},
	{SECTION_KPROBE_MULTI, "ksys_sync"},
	{SECTION_RAW_TRACEPOINT, "kfree_skb"},
	{SECTION_RAW_TRACEPOINT, "sched_process_exec"},
	{SECTION_TRACEPOINT, "sched/sched_process_exec"},
	{SECTION_LSM, "quotactl"},
	{SECTION_LSM, "syslog"},
	{SECTION_LSM, "socket_bind"},
};

/* Does the same way of attaching work with another target? */
static bool way_works(struct points *points, const struct probe_context *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(controls_known); i++) {
		struct probe_context other = {
			.row = context->row, .section = context->section, .place = row_place(context->row)};
		struct target target;
		if (controls_known[i].kind != context->section.kind)
			continue;
		other.section.target = controls_known[i].target;
		if (context->row->target != TARGET_NONE) {
			if (!targets_find(points->controls->kit->kernel, &other, points->pool, &target, 1))
				continue;
			other.place.attach_btf_id = target.btf_id;
		}
		struct attempt made = attempt(points, &other.section, &other.place);
		if (made.made && !made.errnum)
			return true;
	}
	return false;
}

/* An errno about the target, not about this process or a moment. */
static bool is_about_target(int errnum)
{
	static const int errnums[] = {ENOENT, EINVAL, EADDRNOTAVAIL, ESRCH, EOPNOTSUPP, ENOTSUPP, EBUSY,
		EFAULT, EILSEQ, ENODEV};

	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		if (errnums[i] == errnum)
			return true;
	}
	return false;
}

static struct error *take_attempt(struct points *points, const struct probe_context *context,
	const struct attempt *made, struct snapshot_attach *ret)
{
	char name[KIT_ERRNO_BYTES];

	/* A hook of an inactive module can be attached to, and is never called. */
	if (!made->made || (ret->missing && !strcmp(ret->missing, hook_need_id(HOOK_NEED_ACTIVE_LSM))))
		return NULL;
	if (!made->errnum) {
		size_t match_cnt = ret->match_cnt;
		*ret = (struct snapshot_attach) {
			.possible = TRISTATE_YES, .observed = true, .match_cnt = match_cnt};
		return NULL;
	}
	bool answer = is_about_target(made->errnum) &&
		(ret->possible == TRISTATE_NO || way_works(points, context));
	ret->errnum = made->errnum;
	ret->observed = answer;
	if (ret->possible == TRISTATE_NO && answer)
		return NULL;
	ret->possible = answer ? TRISTATE_NO : TRISTATE_UNKNOWN;
	ret->missing = hook_need_id(HOOK_NEED_ATTACH);
	ret->reason = pool_printf(points->pool, "%s: %s%s%s%s", attach_step_word(made->step),
		kit_errno_name(made->errnum, name),
		answer ? "" : ", and attaching to another target in the same way failed too",
		ret->reason ? "; " : "", ret->reason ? ret->reason : "");
	return ret->reason ? NULL : error_no_memory();
}

/* A program whose load names no target loads whether or not the target exists. */
static bool can_try(const struct probe_context *context)
{
	return context->state == SUPPORT_OK ||
		(context->row->target == TARGET_NONE && context->rule &&
			(!strcmp(context->rule, RULE_NO_SUCH_TARGET) ||
				!strcmp(context->rule, RULE_TARGET_UNKNOWN)));
}

static struct error *find_point(struct points *points, const struct probe_context *context,
	const struct snapshot_attach **ret)
{
	struct hook_answer load = load_answer(context), files = load;
	bool target = load.value == TRISTATE_YES || load.missing != HOOK_NEED_TARGET;
	struct error *error = target
		? hook_attaches(points->controls->hooks, &context->section, &files)
		: NULL;

	if (error)
		return error;
	struct hook_answer answer = both(load, files);
	struct snapshot_attach *attach = pool_alloc(points->pool, sizeof(*attach));
	if (!attach)
		return error_no_memory();
	*attach = (struct snapshot_attach) {
		.possible = answer.value,
		.missing = answer.missing ? hook_need_id(answer.missing) : NULL,
		.reason = answer.reason,
		.match_cnt = files.match_cnt,
	};
	*ret = attach;
	if (!points->request->attach || !can_try(context))
		return NULL;
	const struct attempt made = attempt(points, &context->section, &context->place);
	return take_attempt(points, context, &made, attach);
}

struct error *attach_points_find(const struct probe_request *request, struct controls *controls,
	const struct probe_contexts *contexts, struct snapshot *snapshot)
{
	struct points points = {request, controls, &snapshot->pool};
	struct error *error = controls_hooks(controls);

	for (size_t i = 0; i < contexts->cnt && !error; i++) {
		const struct section *section = &contexts->list[i].section;
		bool whole = section->target || section->kind == SECTION_NONE ||
			strchr(contexts->list[i].name, '/');
		if (whole)
			error = find_point(&points, &contexts->list[i], &snapshot->contexts[i].attach);
	}
	return error;
}
