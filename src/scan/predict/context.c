/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The contexts of an image's kernel, and the hooks where they look up kfuncs. */
#include "scan/predict/parts.h"
#include "util/array.h"

#include <string.h>

static void context_set_state(struct predict_context *context, enum support_state state,
	enum predict_rule rule, const char *reason)
{
	context->base.state = state;
	context->base.reason = reason;
	context->rule = rule;
}

/*
 * Used without the table of program types: functions that exist only if the type is compiled in
 * (its get_func_proto(), kernel/bpf, net/core/filter.c, kernel/trace/bpf_trace.c).
 */
static const struct {
	uint32_t prog_type;
	const char *function;
} type_functions[] = {
	{PROG_TYPE_SOCKET_FILTER, "sk_filter_func_proto"},
	{PROG_TYPE_KPROBE, "kprobe_prog_func_proto"},
	{PROG_TYPE_SCHED_CLS, "tc_cls_act_func_proto"},
	{PROG_TYPE_SCHED_ACT, "tc_cls_act_func_proto"},
	{PROG_TYPE_TRACEPOINT, "tp_prog_func_proto"},
	{PROG_TYPE_XDP, "xdp_func_proto"},
	{PROG_TYPE_PERF_EVENT, "pe_prog_func_proto"},
	{PROG_TYPE_CGROUP_SKB, "cg_skb_func_proto"},
	{PROG_TYPE_CGROUP_SOCK, "sock_filter_func_proto"},
	{PROG_TYPE_LWT_IN, "lwt_in_func_proto"},
	{PROG_TYPE_LWT_OUT, "lwt_out_func_proto"},
	{PROG_TYPE_LWT_XMIT, "lwt_xmit_func_proto"},
	{PROG_TYPE_SOCK_OPS, "sock_ops_func_proto"},
	{PROG_TYPE_SK_SKB, "sk_skb_func_proto"},
	{PROG_TYPE_CGROUP_DEVICE, "cgroup_dev_func_proto"},
	{PROG_TYPE_SK_MSG, "sk_msg_func_proto"},
	{PROG_TYPE_RAW_TRACEPOINT, "raw_tp_prog_func_proto"},
	{PROG_TYPE_CGROUP_SOCK_ADDR, "sock_addr_func_proto"},
	{PROG_TYPE_LWT_SEG6LOCAL, "lwt_seg6local_func_proto"},
	{PROG_TYPE_LIRC_MODE2, "lirc_mode2_func_proto"},
	{PROG_TYPE_SK_REUSEPORT, "sk_reuseport_func_proto"},
	{PROG_TYPE_FLOW_DISSECTOR, "flow_dissector_func_proto"},
	{PROG_TYPE_CGROUP_SYSCTL, "sysctl_func_proto"},
	{PROG_TYPE_RAW_TRACEPOINT_WRITABLE, "raw_tp_prog_func_proto"},
	{PROG_TYPE_CGROUP_SOCKOPT, "cg_sockopt_func_proto"},
	{PROG_TYPE_TRACING, "tracing_prog_func_proto"},
	{PROG_TYPE_STRUCT_OPS, "bpf_struct_ops_map_alloc"},
	{PROG_TYPE_EXT, "bpf_struct_ops_map_alloc"}, /* CONFIG_BPF_JIT, both */
	{PROG_TYPE_LSM, "bpf_lsm_func_proto"},
	{PROG_TYPE_SK_LOOKUP, "sk_lookup_func_proto"},
	{PROG_TYPE_SYSCALL, "syscall_prog_func_proto"},
};

static enum tristate built_by_function(const struct kernel *kernel, uint32_t prog_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_functions); i++) {
		if (type_functions[i].prog_type == prog_type && kernel->btf &&
			kbtf_find(kernel->btf, type_functions[i].function, BTF_KIND_FUNC))
			return TRISTATE_YES;
	}
	return TRISTATE_UNKNOWN;
}

static void judge_type(struct predict *predict, struct predict_context *context)
{
	const struct kernel *kernel = predict->source->kernel;
	uint32_t type = context->base.row->prog_type;
	enum tristate built = type < KFUNC_PROG_TYPE_MAX
		? predict->source->kfuncs->prog_type_built[type]
		: TRISTATE_UNKNOWN;
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, "bpf_prog_type", BTF_KIND_ENUM) : 0;
	const struct btf_type *list = id ? kbtf_type(kernel->btf, id) : NULL;
	bool listed = false;

	for (uint32_t i = 0; list && i < kbtf_vlen(list); i++) {
		uint32_t name_off;
		bool is_type = kbtf_enumerator(list, i, &name_off) == (int64_t)type;
		listed |= is_type &&
			!strncmp(kbtf_string(kernel->btf, name_off), "BPF_PROG_TYPE_", 14);
	}
	if (list && !listed)
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_PROGRAM_TYPE,
			"this kernel's enum bpf_prog_type has no such type");
	else if (built == TRISTATE_NO)
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NOT_COMPILED_IN,
			"the program type is not compiled in: its entry of bpf_prog_types is empty");
	else if (built == TRISTATE_UNKNOWN && built_by_function(kernel, type) != TRISTATE_YES)
		context_set_state(context, SUPPORT_UNKNOWN, PREDICT_TYPE_UNKNOWN,
			"the image does not show whether the program type is compiled in");
}

static void judge_attach_type(struct predict *predict, struct predict_context *context)
{
	const struct kernel *kernel = predict->source->kernel;
	const char *enumerator = attach_type_enumerator(context->base.row->attach_type);
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, "bpf_attach_type", BTF_KIND_ENUM) : 0;
	int64_t value;

	if (context_row_is_undivided(context->base.row))
		return;
	if (enumerator && id && !kbtf_enum_value(kernel->btf, id, enumerator, &value))
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_ATTACH_TYPE,
			pool_printf(predict->pool, "this kernel's enum bpf_attach_type has no %s",
				enumerator));
}

/* struct bpf_prog_aux::xdp_has_frags came with the flag (5.18). */
static void judge_frags(struct predict *predict, struct predict_context *context)
{
	const struct kbtf *btf = predict->source->kernel->btf;
	uint32_t id = btf ? kbtf_find(btf, "bpf_prog_aux", BTF_KIND_STRUCT) : 0;

	if (context->base.row->prog_flags & BPF_F_XDP_HAS_FRAGS && id &&
		!kbtf_find_member(btf, id, "xdp_has_frags", NULL, NULL))
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_FRAGS,
			"this kernel's struct bpf_prog_aux has no xdp_has_frags");
}

/* Contexts that attach by check_attach_btf_id(), or need bpf_jit_supports_fsession(). */
static bool needs_trampoline(const struct context_row *row)
{
	return row->target == TARGET_FUNC || row->target == TARGET_FUNC_SLEEPABLE ||
		row->target == TARGET_FUNC_MODIFY || row->attach_type == ATTACH_TRACE_FSESSION_MULTI;
}

static void judge_trampoline(struct predict *predict, struct predict_context *context)
{
	const struct kbtf *btf = predict->source->kernel->btf;

	if (needs_trampoline(context->base.row) && btf &&
		kbtf_find(btf, "bpf_check_attach_target", BTF_KIND_FUNC) &&
		!kbtf_find(btf, "bpf_trampoline_get", BTF_KIND_FUNC))
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_TRAMPOLINE,
			"this kernel has no BPF trampolines (CONFIG_BPF_JIT)");
}

static uint32_t sent_attach_type(const struct context_row *row)
{
	return row->attach_type == ATTACH_NONE ? 0 : (uint32_t)row->attach_type;
}

static struct error *ask_sleep(
	struct predict *predict, const struct context_row *row, enum tristate *ret)
{
	const struct predict_source *source = predict->source;

	*ret = TRISTATE_UNKNOWN;
	return source->can_sleep
		? source->can_sleep(source->code, row->prog_type, sent_attach_type(row), ret)
		: NULL;
}

static struct error *judge_sleep(struct predict *predict, struct predict_context *context)
{
	enum tristate can;

	if (!(context->base.row->prog_flags & BPF_F_SLEEPABLE) ||
		context->base.state != SUPPORT_OK ||
		context->base.row->prog_type == PROG_TYPE_SYSCALL)
		return NULL;
	struct error *error = ask_sleep(predict, context->base.row, &can);
	if (can == TRISTATE_NO)
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NEVER_SLEEPS,
			"this kernel's verifier refuses sleepable programs of this kind");
	else if (can == TRISTATE_UNKNOWN)
		context_set_state(context, SUPPORT_UNKNOWN, PREDICT_SLEEP_UNKNOWN,
			"the verifier's code does not show whether such programs may sleep");
	return error;
}

static void context_no_target(struct predict_context *context)
{
	switch (context->base.row->target) {
	case TARGET_LSM:
	case TARGET_LSM_SLEEPABLE:
	case TARGET_LSM_CGROUP:
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_TARGET,
			"BTF has no bpf_lsm_ function (CONFIG_BPF_LSM)");
		break;
	case TARGET_ITER:
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_TARGET, "BTF has no iterator");
		break;
	case TARGET_STRUCT_OPS:
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_TARGET,
			"BTF has no struct_ops type");
		break;
	default:
		break; /* fentry attaches to any function: the tried ones are only a part */
	}
}

/*
 * check_attach_sleepable(): a sleepable program attaches to a function that is open to error
 * injection, or in an id set for fmod_ret with KF_SLEEPABLE. Without such a function, no sleepable
 * program is possible.
 */
static void judge_sleepable_target(struct predict *predict, struct predict_context *context)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const struct context_row *row = context->base.row;
	const struct kbtf *btf = predict->source->kernel->btf;

	if (!(row->prog_flags & BPF_F_SLEEPABLE) ||
		(row->target != TARGET_FUNC_SLEEPABLE && row->target != TARGET_FUNC_MODIFY) ||
		!btf || kfuncs->incomplete || kfuncs->unresolved_cnt)
		return;
	if (kbtf_find(btf, "within_error_injection_list", BTF_KIND_FUNC))
		return;
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		if (kfuncs->registrations[i].hook == kfuncs->fmodret_hook &&
			kfuncs->registrations[i].flags & KFUNC_F_SLEEPABLE)
			return;
	}
	context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_SLEEPABLE_TARGET,
		"no function is sleepable: this kernel has neither error injection "
		"(CONFIG_FUNCTION_ERROR_INJECTION) nor a sleepable fmod_ret id set");
}

static const struct kfunc_struct_ops *find_ops(const struct predict *predict, const char *name)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	for (size_t i = 0; i < kfuncs->struct_ops_cnt; i++) {
		if (!strcmp(kfuncs->struct_ops[i].name, name))
			return &kfuncs->struct_ops[i];
	}
	return NULL;
}

uint32_t predict_member_bytes(const struct kbtf *btf, uint32_t type_id, uint32_t index)
{
	const struct btf_type *type = kbtf_type(btf, type_id);
	const struct btf_member *members = kbtf_tail(type);

	return (members[index].offset & (kbtf_kind_flag(type) ? 0xffffff : ~0u)) / 8;
}

static bool has_stub(const struct kfunc_struct_ops *ops, uint32_t offset)
{
	for (size_t i = 0; i < ops->stub_cnt; i++) {
		if (ops->stubs[i] == offset)
			return true;
	}
	return false;
}

bool predict_may_implement(
	const struct predict *predict, const struct predict_context *context, uint32_t index)
{
	const struct kfunc_struct_ops *ops = context->ops;

	return !ops || !ops->stubs_known ||
		has_stub(ops,
			predict_member_bytes(
				predict->source->kernel->btf, context->base.type_id, index));
}

static struct error *judge_member(struct predict *predict, struct predict_context *context)
{
	const struct predict_source *source = predict->source;
	const struct probe_context *base = &context->base;
	const struct kfunc_struct_ops *ops = context->ops;
	enum tristate accepts = TRISTATE_UNKNOWN;
	struct error *error = NULL;

	if (ops && ops->stubs_known &&
		!has_stub(ops,
			predict_member_bytes(
				source->kernel->btf, base->type_id, (uint32_t)base->member))) {
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_NO_STUB,
			"cfi_stubs has no stub for the function: no program may implement it");
		return NULL;
	}
	if (ops && source->ops_accepts)
		error = source->ops_accepts(source->code, ops, base->type_id,
			(uint32_t)base->member, base->row->prog_flags & BPF_F_SLEEPABLE, &accepts);
	if (accepts == TRISTATE_NO)
		context_set_state(context, SUPPORT_UNSUPPORTED, PREDICT_MEMBER_REFUSED,
			"the type's check_member() refuses a program for this function");
	else if (accepts == TRISTATE_UNKNOWN)
		context_set_state(context, SUPPORT_UNKNOWN, PREDICT_MEMBER_UNKNOWN,
			"the answer of the type's check_member() for this function is unknown");
	return error;
}

static struct error *judge_ops(struct predict *predict, struct predict_context *context)
{
	const struct kernel *kernel = predict->source->kernel;
	const struct probe_context *base = &context->base;

	if (base->row->target != TARGET_STRUCT_OPS || !base->type_id)
		return NULL;
	context->ops =
		find_ops(predict, kbtf_name(kernel->btf, kbtf_type(kernel->btf, base->type_id)));
	/* Before 6.9, one table holds them all. Its macro also makes the BTF types. */
	if (!context->ops && predict->source->kfuncs->struct_ops_calls)
		context_set_state(context, SUPPORT_UNKNOWN, PREDICT_OPS_UNKNOWN,
			"no call that registers this struct_ops type was found");
	if (base->member < 0 || context->base.state != SUPPORT_OK)
		return NULL;
	return judge_member(predict, context);
}

/*
 * check_attach_modify_return(): open to error injection, or with a name that starts with security_,
 * or in an id set for fmod_ret.
 */
static bool may_modify(const struct predict *predict, const struct target *target)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	if (!strncmp(target->name, "security_", 9) ||
		kbtf_find(predict->source->kernel->btf, "within_error_injection_list", BTF_KIND_FUNC))
		return true;
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		if (one->hook == kfuncs->fmodret_hook && one->btf_id == target->btf_id && !one->module)
			return true;
	}
	return false;
}

/* The first target that is possible. If no target is possible, the first one. */
static const struct target *choose_target(const struct predict *predict,
	const struct predict_context *context, const struct target *targets, size_t cnt)
{
	if (context->base.row->target != TARGET_FUNC_MODIFY)
		return targets;
	for (size_t i = 0; i < cnt; i++) {
		if (may_modify(predict, &targets[i]))
			return &targets[i];
	}
	return targets;
}

static struct error *find_target(struct predict *predict, struct predict_context *context)
{
	struct target targets[TARGET_CANDIDATES_MAX];
	const struct probe_context *base = &context->base;

	if (base->row->target == TARGET_NONE)
		return NULL;
	if (base->row->target == TARGET_PROGRAM) {
		context->target = "an XDP program";
		return NULL;
	}
	size_t cnt = targets_find(
		predict->source->kernel, base, predict->pool, targets, TARGET_CANDIDATES_MAX);
	if (!cnt && context->base.state == SUPPORT_OK)
		context_no_target(context);
	if (cnt && base->row->target != TARGET_STRUCT_OPS) {
		const struct target *target = choose_target(predict, context, targets, cnt);
		context->target = target->name;
		context->places[0].attach_btf_id = target->btf_id;
	}
	return NULL;
}

/* If filters check the member of the ops, every member of the type is predicted. */
static struct error *make_places(struct predict *predict, struct predict_context *context)
{
	const struct context_row *row = context->base.row;
	const struct kbtf *btf = predict->source->kernel->btf;
	bool whole = context->ops && context->base.member < 0 && context->ops->stub_cnt;
	size_t cnt = whole ? context->ops->stub_cnt : 1;

	context->places = pool_calloc(predict->pool, cnt, sizeof(*context->places));
	if (!context->places)
		return error_no_memory();
	context->place_cnt = cnt;
	for (size_t i = 0; i < cnt; i++) {
		context->places[i] = (struct kfunc_place) {
			.prog_type = row->prog_type,
			.attach_type = sent_attach_type(row),
			.ops = context->ops,
		};
		if (whole)
			context->places[i].member_bytes = context->ops->stubs[i];
		else if (context->ops && context->base.member >= 0)
			context->places[i].member_bytes = predict_member_bytes(
				btf, context->base.type_id, (uint32_t)context->base.member);
	}
	return NULL;
}

static struct error *context_judge(struct predict *predict, struct predict_context *context)
{
	context_set_state(context, SUPPORT_OK, PREDICT_NONE, NULL);
	judge_type(predict, context);
	if (context->base.state == SUPPORT_OK)
		judge_attach_type(predict, context);
	if (context->base.state == SUPPORT_OK)
		judge_frags(predict, context);
	if (context->base.state == SUPPORT_OK)
		judge_trampoline(predict, context);
	struct error *error = judge_sleep(predict, context);
	if (error)
		return error;
	if (context->base.state == SUPPORT_OK)
		judge_sleepable_target(predict, context);
	error = judge_ops(predict, context);
	if (!error)
		error = make_places(predict, context);
	return error ? error : find_target(predict, context);
}

/* resolve_prog_type(): a program that replaces another counts as a program of the other type. */
static void set_hook(struct predict *predict, struct predict_context *context)
{
	uint32_t type = context->base.row->prog_type;

	context->prog_type = type == PROG_TYPE_EXT ? PROG_TYPE_XDP : type;
	context->hook = context->prog_type < KFUNC_PROG_TYPE_MAX
		? predict->source->kfuncs->hook_of[context->prog_type]
		: KFUNC_HOOK_UNKNOWN;
}

static void set_predictions(struct predict *predict, struct predict_context *context)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const char *reason = context->base.reason ? context->base.reason : "";

	if (context->base.state != SUPPORT_OK)
		context->blocked = prediction_make(predict,
			context->base.state == SUPPORT_UNSUPPORTED ? CELL_UNSUPPORTED
								   : CELL_UNKNOWN,
			context->rule, "%s", reason);
	if (context->hook < kfuncs->hook_cnt)
		context->unregistered =
			prediction_make(predict, CELL_REFUSED, PREDICT_NOT_REGISTERED,
				kfuncs->common_hook == KFUNC_HOOK_NONE
					? "not registered for hook %s"
					: "not registered for hook %s or COMMON",
				kfuncs->hooks[context->hook]);
	else
		context->unregistered = prediction_make(predict, CELL_REFUSED, PREDICT_NO_HOOK,
			"%s",
			kfuncs->common_hook == KFUNC_HOOK_NONE
				? "programs of this type can call no kfunc on this kernel"
				: "programs of this type can call only kfuncs of hook COMMON on this kernel");
	if (kfuncs->incomplete)
		context->unsure = prediction_make(
			predict, CELL_UNKNOWN, PREDICT_SETS_UNKNOWN, "%s", kfuncs->incomplete);
	else if (context->hook == KFUNC_HOOK_UNKNOWN)
		context->unsure = prediction_make(predict, CELL_UNKNOWN, PREDICT_HOOK_UNKNOWN,
			"the code of register_btf_kfunc_id_set() does not show the hook of this program type");
	else if (kfuncs->unresolved_cnt)
		context->unsure = prediction_make(predict, CELL_UNKNOWN, PREDICT_CALLS_UNRESOLVED,
			"%zu of the image's calls that register kfuncs could not be resolved",
			kfuncs->unresolved_cnt);
}

/* "iter.s/task" for "iter/task", "struct_ops.s/T" for "struct_ops/T/M". */
static const char *form_name(struct predict *predict, const struct predict_context *context)
{
	const char *form = context->base.row->sleepable_form;
	const char *slash = strchr(context->base.name, '/');

	if (!context->base.type_id || !slash)
		return form;
	return pool_printf(predict->pool, "%s/%.*s", form, (int)strcspn(slash + 1, "/"), slash + 1);
}

static enum support_state context_state_of(const struct predict *predict, const char *name)
{
	for (size_t i = 0; name && i < predict->context_cnt; i++) {
		if (!strcmp(predict->contexts[i].base.name, name))
			return predict->contexts[i].base.state;
	}
	return SUPPORT_UNKNOWN;
}

static struct prediction need_sleep(struct predict *predict, enum predict_rule rule,
	const char *what, const char *form, enum tristate can)
{
	if (can == TRISTATE_NO)
		return prediction_make(predict, CELL_IMPOSSIBLE, rule,
			"%s, but this kernel's verifier refuses sleepable programs of this context",
			what);
	if (can == TRISTATE_UNKNOWN)
		return prediction_make(predict, CELL_UNKNOWN, PREDICT_SLEEP_UNKNOWN,
			"%s, and whether programs of this context may sleep is unknown%s%s", what,
			form ? ": see " : "", form ? form : "");
	if (form)
		return prediction_make(predict, CELL_CONDITIONAL, rule,
			"%s: only in the sleepable form, %s", what, form);
	return prediction_make(predict, CELL_CONDITIONAL, rule,
		"%s: only in a program that may sleep", what);
}

/* The prediction for a call of a function that may sleep, in a context that may not. */
static struct error *set_sleepless(struct predict *predict, struct predict_context *context)
{
	const struct context_row *row = context->base.row;
	enum tristate can = TRISTATE_UNKNOWN;

	if (row->prog_flags & BPF_F_SLEEPABLE)
		return NULL;
	const char *name = row->sleepable_form ? form_name(predict, context) : NULL;
	if (row->sleepable_form) {
		enum support_state state = context_state_of(predict, name);
		can = state == SUPPORT_OK              ? TRISTATE_YES
			: state == SUPPORT_UNSUPPORTED ? TRISTATE_NO
						       : TRISTATE_UNKNOWN;
	} else {
		struct error *error = ask_sleep(predict, row, &can);
		if (error)
			return error;
	}
	context->sleepless = need_sleep(predict, PREDICT_SLEEPABLE, "KF_SLEEPABLE", name, can);
	context->might_sleep = need_sleep(predict, PREDICT_MIGHT_SLEEP, "might_sleep", name, can);
	context->css_task = need_sleep(predict, PREDICT_CSS_TASK_ITER,
		"css_task_iter needs an LSM program, an iterator or a program that may sleep", name,
		can);
	return NULL;
}

struct error *predict_contexts(struct predict *predict)
{
	struct probe_contexts expanded;
	struct error *error =
		contexts_expand(predict->source->kernel, NULL, 0, predict->pool, &expanded);

	if (error)
		return error;
	predict->contexts = pool_calloc(predict->pool, expanded.cnt, sizeof(*predict->contexts));
	if (!predict->contexts)
		return error_no_memory();
	predict->context_cnt = expanded.cnt;
	for (size_t i = 0; i < expanded.cnt && !error; i++) {
		predict->contexts[i].base = expanded.list[i];
		set_hook(predict, &predict->contexts[i]);
		error = context_judge(predict, &predict->contexts[i]);
	}
	for (size_t i = 0; i < expanded.cnt && !error; i++) {
		set_predictions(predict, &predict->contexts[i]);
		error = set_sleepless(predict, &predict->contexts[i]);
	}
	return error;
}
