/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/control_load.h"
#include "probe/insn.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HELPER_ID_INVALID 0x0fffffff

/* Every kernel has these functions, and none registers them as kfuncs. */
static const char *const ordinary_functions[] = {
	"vfs_read", "schedule", "do_exit", "kfree", "kernel_clone", "tcp_connect", "mutex_lock",
};

struct error *controls_init(struct controls *controls, struct kit *kit, struct pool *pool)
{
	const struct kbtf *btf = kit->kernel->btf;

	*controls = (struct controls) {.kit = kit, .pool = pool};
	for (size_t i = 0; btf && i < ARRAY_SIZE(ordinary_functions) && controls->ordinary_cnt < 3;
		i++) {
		uint32_t id = kbtf_find(btf, ordinary_functions[i], BTF_KIND_FUNC);
		if (!id)
			continue;
		controls->ordinary_names[controls->ordinary_cnt] = ordinary_functions[i];
		controls->ordinary[controls->ordinary_cnt++] = id;
	}
	if (btf)
		controls->attach_type_enum = kbtf_find(btf, "bpf_attach_type", BTF_KIND_ENUM);
	return loader_init(&controls->loader, &kit->sys);
}

void controls_deinit(struct controls *controls)
{
	replaceable_close(&controls->replaceable);
	if (controls->arena.fd > 0)
		arena_close(&controls->arena);
	hooks_close(controls->hooks);
	module_fds_close(&controls->modules);
	loader_deinit(&controls->loader);
	*controls = (struct controls) {0};
}

static const struct evidence *evidence_create(
	struct pool *pool, int errnum, const char *rule, const char *line)
{
	struct evidence *evidence = pool_alloc(pool, sizeof(*evidence));

	if (evidence)
		*evidence = (struct evidence) {.errnum = errnum, .rule = rule, .line = line};
	return evidence;
}

static struct call_control control_settle(struct controls *controls, enum cell_state state, int errnum,
	const char *rule, const char *reason)
{
	return (struct call_control) {state, evidence_create(controls->pool, errnum, rule, reason)};
}

/* A control was not refused as expected. */
static struct call_control drifted(
	struct controls *controls, int errnum, const struct verdict *verdict, const char *what)
{
	if (!errnum)
		return control_settle(controls, CELL_UNKNOWN, 0, "control",
			pool_printf(controls->pool, "control: a call of %s was accepted", what));
	if (!verdict->line)
		return control_settle(controls, verdict->state == CELL_BLOCKED ? CELL_BLOCKED : CELL_UNKNOWN,
			errnum, "control",
			pool_printf(controls->pool, "control: a call of %s failed without a message", what));
	/* A message that no rule matches is counted and reported, as in a cell. */
	return control_settle(controls, CELL_UNKNOWN, errnum,
		strcmp(verdict->rule, RULE_UNRECOGNISED) ? "control" : RULE_UNRECOGNISED,
		pool_printf(controls->pool, "control: a call of %s was refused with another message: %.*s",
			what, (int)verdict->line_len, verdict->line));
}

/* Can this process, or any program on this kernel, call no kfunc at all? */
static bool is_about_all(const struct verdict *verdict)
{
	return !strcmp(verdict->rule, RULE_CAPABILITY) ||
		(verdict->state == CELL_IMPOSSIBLE && strcmp(verdict->rule, RULE_BAD_PROTOTYPE) &&
			strcmp(verdict->rule, RULE_NO_JIT_FOR_IT) &&
			strcmp(verdict->rule, RULE_NO_JIT_FOR_ARGS));
}

static struct call_control control_kfuncs(
	struct controls *controls, const struct probe_context *context)
{
	struct call_control control = {0};

	if (!controls->ordinary_cnt)
		return control_settle(controls, CELL_UNKNOWN, 0, "control",
			controls->kit->kernel->btf ? "control: BTF has no ordinary function to try"
						   : "kfuncs are called by BTF id, and there is no BTF");
	for (size_t i = 0; i < controls->ordinary_cnt; i++) {
		int errnum = loader_try_call(
			&controls->loader, &context->place,
			(struct bpf_insn)INSN_KFUNC((int32_t)controls->ordinary[i]));
		struct verdict verdict = verdict_read(CALL_KFUNC, errnum, controls->loader.log);
		if (verdict.state == CELL_REFUSED)
			return (struct call_control) {0};
		if (is_about_all(&verdict))
			return control_settle(controls,
				kit_jit_refuses(controls->kit->kernel, verdict.line, verdict.line_len)
					? CELL_BLOCKED
					: verdict.state,
				errnum, verdict.rule,
				pool_strndup(controls->pool, verdict.line, verdict.line_len));
		control = drifted(controls, errnum, &verdict, controls->ordinary_names[i]);
	}
	return control;
}

/*
 * Since 7.3, the types of a kfunc's arguments are checked before the allow check. To find out, call a
 * function that is not a kfunc, with an argument that no program has (void *, without a size). Done
 * once.
 */
static enum tristate ask_pointees(struct controls *controls, const struct probe_context *context)
{
	static const char *const functions[] = {"kfree", "vfree", "kvfree", "iounmap", "kfree_sensitive"};
	const struct kbtf *btf = controls->kit->kernel->btf;

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		uint32_t id = kbtf_find(btf, functions[i], BTF_KIND_FUNC);
		if (!id)
			continue;
		int errnum = loader_try_call(&controls->loader, &context->place,
			(struct bpf_insn)INSN_KFUNC((int32_t)id));
		struct verdict verdict = verdict_read(CALL_KFUNC, errnum, controls->loader.log);
		if (verdict.state == CELL_REFUSED)
			return TRISTATE_NO;
		if (!strcmp(verdict.rule, RULE_POINTEE))
			return TRISTATE_YES;
	}
	return TRISTATE_UNKNOWN;
}

static void control_pointees(struct controls *controls, struct probe_context *context)
{
	if (context->kfuncs.state != CELL_NONE)
		return;
	if (!controls->pointees_asked)
		controls->pointees_first = ask_pointees(controls, context);
	controls->pointees_asked = true;
	context->pointees_first = controls->pointees_first;
	/* Arena arguments are checked in the same place. */
	if (context->pointees_first == TRISTATE_YES)
		context->arena_fd = controls_arena_fd(controls);
}

/* A program that replaces another is bound to the same device: bpf_prog_dev_bound_inherit(). */
static void control_bound(struct controls *controls, struct probe_context *context)
{
	if (context->kfuncs.state != CELL_NONE)
		return;
	if (!controls->bound_asked)
		controls->can_bind = bound_find(&controls->loader, &controls->device);
	controls->bound_asked = true;
	context->can_ask_bound = controls->can_bind;
	context->bound_loads = controls->can_bind && controls->device.takes;
	if (!controls->can_bind || context->row->target != TARGET_PROGRAM) {
		context->bound = bound_place(&context->place, &controls->device);
		return;
	}
	int fd = controls->device.takes ? replaceable_open(&controls->replaceable, controls->kit,
						  &controls->loader, &controls->device)
					: -1;
	context->can_ask_bound = context->bound_loads = fd > 0;
	context->bound = context->place;
	context->bound.attach_fd = fd;
}

static struct call_control control_helpers(
	struct controls *controls, const struct probe_context *context)
{
	int errnum = loader_try_call(
		&controls->loader, &context->place, (struct bpf_insn)INSN_HELPER(HELPER_ID_INVALID));
	struct verdict verdict = verdict_read(CALL_HELPER, errnum, controls->loader.log);

	if (verdict.state == CELL_ABSENT)
		return (struct call_control) {0};
	return drifted(controls, errnum, &verdict, "a helper that does not exist");
}

static struct call_control control_failed(
	struct controls *controls, const struct probe_context *context)
{
	static const enum cell_state states[SUPPORT_STATE_CNT] = {
		[SUPPORT_BLOCKED] = CELL_BLOCKED,
		[SUPPORT_UNKNOWN] = CELL_UNKNOWN,
		[SUPPORT_UNSUPPORTED] = CELL_UNSUPPORTED,
	};

	return control_settle(controls, states[context->state], context->errnum, EVIDENCE_OF_CONTEXT,
		context->reason ? context->reason : "the context's control failed");
}

/* "iter.s/task" for "iter/task", "struct_ops.s/T" for "struct_ops/T/M". */
static const char *sleepable_name(struct controls *controls, const struct probe_context *context)
{
	const char *form = context->row->sleepable_form;
	const char *slash = strchr(context->name, '/');

	if (context->section.target)
		return pool_printf(controls->pool, "%s/%s", form, context->section.target);
	if (!context->type_id || !slash)
		return form;
	size_t len = strcspn(slash + 1, "/");
	return pool_printf(controls->pool, "%s/%.*s", form, (int)len, slash + 1);
}

static const struct context_row *row_named(const char *name)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strcmp(context_rows[i].name, name))
			return &context_rows[i];
	}
	return NULL;
}

static enum support_state sibling_state(
	struct controls *controls, const struct probe_contexts *contexts, struct probe_context *context)
{
	for (size_t i = 0; i < contexts->cnt; i++) {
		if (!strcmp(contexts->list[i].name, context->sleepable_name))
			return contexts->list[i].state;
	}
	/* The context was not requested: only its control runs. */
	const struct context_row *row = row_named(context->row->sleepable_form);
	struct probe_context sibling = {
		.row = row,
		.name = context->sleepable_name,
		.type_id = context->type_id,
		.member = -1,
		.place = row_place(row),
	};
	if (!section_parse(sibling.name, &sibling.section))
		sibling.section.row = row;
	struct error *error = control_load(controls, &sibling);
	if (error)
		sibling.state = SUPPORT_UNKNOWN;
	error_free(error);
	return sibling.state;
}

static void control_sleepable(
	struct controls *controls, const struct probe_contexts *contexts, struct probe_context *context)
{
	size_t len;

	if (context->row->prog_flags & BPF_F_SLEEPABLE)
		return;
	if (context->row->sleepable_form) {
		context->sleepable_name = sleepable_name(controls, context);
		enum support_state state = sibling_state(controls, contexts, context);
		context->sleepable_form = state == SUPPORT_OK ? TRISTATE_YES
			: state == SUPPORT_UNSUPPORTED        ? TRISTATE_NO
							      : TRISTATE_UNKNOWN;
		return;
	}
	struct load_place place = context->place;
	place.prog_flags |= BPF_F_SLEEPABLE;
	int errnum = loader_try_trivial(&controls->loader, &place);
	const char *line = verdict_line(controls->loader.log, &len);
	if (!errnum)
		context->sleepable_form = TRISTATE_YES;
	const struct verdict_rule *rule =
		errnum && line ? verdict_rule_find(LOAD_TRIVIAL, errnum, line, len) : NULL;
	if (rule && rule->state == CELL_UNSUPPORTED)
		context->sleepable_form = TRISTATE_NO;
}

struct error *controls_run(struct controls *controls, struct probe_contexts *contexts)
{
	for (size_t i = 0; i < contexts->cnt; i++) {
		struct error *error = kit_interrupted(controls->kit);
		if (!error)
			error = control_load(controls, &contexts->list[i]);
		if (error)
			return error;
	}
	for (size_t i = 0; i < contexts->cnt; i++) {
		struct probe_context *context = &contexts->list[i];
		if (context->state == SUPPORT_OK) {
			context->kfuncs = control_kfuncs(controls, context);
			control_pointees(controls, context);
			control_bound(controls, context);
			context->helpers = control_helpers(controls, context);
			control_sleepable(controls, contexts, context);
		} else {
			context->kfuncs = control_failed(controls, context);
			context->helpers = context->kfuncs;
		}
		if (context->state != SUPPORT_OK && !context->kfuncs.evidence)
			return error_no_memory();
	}
	return NULL;
}
