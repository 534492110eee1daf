/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the instructions of a program need. */
#include "object/check/judge.h"
#include "kernel/context.h"

#include <linux/bpf.h>
#include <string.h>

/* Without an answer for the target, the answer for all targets. */
static void take_call(
	const struct judge *judge, const struct check_call *call, struct check_need *need)
{
	judge_take_answer(judge, call->node, need);
	if (need->state != CHECK_UNKNOWN || !call->base_node)
		return;
	struct check_need base = *need;
	judge_take_answer(judge, call->base_node, &base);
	if (base.state != CHECK_UNKNOWN && base.state != CHECK_BLOCKED)
		*need = base;
}

static bool is_reached(const struct judge *judge, uint32_t section, uint32_t insn)
{
	return flow_reaches(&judge->flows.any, section, insn);
}

/* A need in code: guarded code needs nothing, and what a loader can switch off is conditional. */
static void add_code_need(
	struct judge *judge, struct check_need need, uint32_t section, uint32_t insn)
{
	need.line = object_line_at(judge->checked->object, section, insn);
	if (!is_reached(judge, section, insn)) {
		need.guarded = need.state != CHECK_MET;
		need.state = CHECK_MET;
		need.guard = NULL;
	} else if (need.state == CHECK_UNMET) {
		need.guard = check_guard_of(&judge->flows, &judge->check->pool, section, insn);
		if (need.guard)
			need.state = CHECK_CONDITIONAL;
	}
	judge_add(judge, need);
}

static struct check_need license_need(const struct judge *judge, const char *reason)
{
	const char *license = judge->checked->object->license;

	return (struct check_need) {.kind = CHECK_NEEDS_LICENSE,
		.name = *license ? license : "(none)",
		.state = CHECK_UNMET,
		.reason = reason};
}

/* bpf_lsm_verify_prog() and check_struct_ops_btf_id() of kernel/bpf. */
void judge_license(struct judge *judge)
{
	const char *context = judge->program->context;

	if (!object_is_gpl(judge->checked->object) && context &&
		(!strncmp(context, "lsm", 3) || !strncmp(context, "struct_ops", 10)))
		judge_add(judge, license_need(judge, "the kernel takes such programs only under the GPL"));
}

static void judge_license_of_call(
	struct judge *judge, const struct check_call *call, uint32_t section, uint32_t insn)
{
	if (call->for_gpl)
		add_code_need(judge, license_need(judge, call->for_gpl), section, insn);
}

static const char *core_name(struct judge *judge, const struct object_core *core)
{
	_cleanup_buf_ struct buf text = {0};

	core_describe(judge->checked->object->btf, core->type_id, core->kind, core->access, &text);
	return text.failed ? NULL : pool_strdup(&judge->check->pool, buf_text(&text));
}

/* A type that the kernel itself lacks can be in a module. Only the loaded modules of a running
 * kernel are known. */
static bool module_may_have(const struct judge *judge, const struct core_result *result)
{
	return result->no_type && !judge->kernel->scope.kernel;
}

static void judge_core(struct judge *judge, const struct world_core *relocated)
{
	const struct object_core *core = relocated->core;
	struct check_need need = {.kind = CHECK_NEEDS_CORE, .state = CHECK_MET, .core = core};

	/* A test needs nothing: it is there to be answered with no. */
	if (core_kind_is_test(core->kind) && relocated->mark != MARK_REFUSED)
		return;
	need.name = core_name(judge, core);
	need.reason = relocated->result.reason ? relocated->result.reason : "the kernel has it";
	need.predicted = false;
	if (relocated->mark == MARK_REFUSED) {
		need.state = CHECK_UNMET;
		need.line = object_line_at(judge->checked->object, core->section, core->insn);
		judge_add(judge, need);
		return;
	}
	if (relocated->mark == MARK_POISON)
		need.state =
			module_may_have(judge, &relocated->result) ? CHECK_UNKNOWN : CHECK_UNMET;
	if (need.state == CHECK_UNKNOWN)
		need.reason = "the kernel itself has no such type; a module may have it";
	if (relocated->mark == MARK_UNKNOWN && core->kind != CORE_TYPE_ID_LOCAL) {
		need.state = CHECK_UNKNOWN;
		need.reason = judge->kernel->target || !judge->kernel->scope.files
			? "a snapshot has no types: give the kernel's image, package or BTF"
			: "the kernel's types were not read";
	}
	add_code_need(judge, need, core->section, core->insn);
}

static void judge_kfunc(
	struct judge *judge, const struct check_call *call, uint32_t section, uint32_t insn)
{
	const struct object_extern *wanted = &judge->checked->object->externs[call->id];
	const struct world_extern *found = &judge->world->externs[call->id];
	struct check_need need = {.kind = CHECK_NEEDS_KFUNC, .name = call->name};

	/* The object's own need says it already. */
	if (found->state == EXTERN_ABSENT && !wanted->weak)
		return;
	if (found->state == EXTERN_ABSENT) {
		need.state = CHECK_UNMET;
		need.reason = found->reason;
	} else if (judge->no_program)
		return;
	else
		take_call(judge, call, &need);
	if (found->state != EXTERN_ABSENT)
		judge_license_of_call(judge, call, section, insn);
	add_code_need(judge, need, section, insn);
}

static void judge_helper(
	struct judge *judge, const struct check_call *call, uint32_t section, uint32_t insn)
{
	struct check_need need = {.kind = CHECK_NEEDS_HELPER, .name = call->name};

	if (judge->no_program)
		return;
	take_call(judge, call, &need);
	judge_license_of_call(judge, call, section, insn);
	if (!call->node && !judge->program->context) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "it depends on the program's type";
		need.guard = "the loader sets the type";
	}
	add_code_need(judge, need, section, insn);
}

/* Every kernel that is asked knows the forms of the second and third version, if nothing says otherwise. */
static void judge_form(struct judge *judge, enum check_form form, uint32_t section, uint32_t at)
{
	struct check_need need = {.kind = CHECK_NEEDS_INSN, .name = check_form_feature(form)};

	judge_take_answer(judge, judge->program->asks_forms[form], &need);
	if (need.state == CHECK_UNKNOWN && form <= CHECK_FORM_JUMP32)
		return;
	if (!check_form_is_everywhere(form)) {
		add_code_need(judge, need, section, at);
		return;
	}
	need.line = object_line_at(judge->checked->object, section, at);
	judge_add(judge, need);
}

static void judge_insn(struct judge *judge, uint32_t section, uint32_t at)
{
	const struct object *object = judge->checked->object;
	const struct object_insn *insn = &object->sections[section].insns[at];
	const struct object_link *link = &object->sections[section].links[at];
	const struct world_core *core = world_core_at(judge->world, section, at);
	const struct check_call *call;

	if (check_form_of(insn))
		judge_form(judge, check_form_of(insn), section, at);
	if (core)
		judge_core(judge, core);
	if (link->kind == OBJECT_LINK_MAP)
		judge_fields(judge, link->index, section, at);
	if (insn->code != (BPF_JMP | BPF_CALL) || core)
		return;
	if (link->kind == OBJECT_LINK_EXTERN) {
		call = check_find_call(judge->program, true, link->index);
		if (call && object->externs[link->index].kind == OBJECT_EXTERN_KFUNC)
			judge_kfunc(judge, call, section, at);
	} else if (link->kind == OBJECT_LINK_NONE && !insn->src) {
		call = check_find_call(judge->program, false, (uint32_t)insn->imm);
		if (call)
			judge_helper(judge, call, section, at);
	}
}

void judge_code(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (size_t i = 0; i < judge->program->member_cnt; i++) {
		const struct object_function *member =
			&object->functions[judge->program->members[i]];
		for (uint32_t at = 0; at < member->cnt; at++)
			judge_insn(judge, member->section, member->first + at);
	}
}

void judge_arguments(struct judge *judge)
{
	const struct flow_result *any = &judge->flows.any;

	for (size_t i = 0; i < any->access_cnt && !judge->no_program; i++) {
		const struct flow_access *access = &any->accesses[i];
		struct check_need need;
		if (check_argument(judge->world, judge->program->section, access->offset,
			    &judge->check->pool, &need))
			add_code_need(judge, need, access->section, access->insn);
	}
}

