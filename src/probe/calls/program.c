/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/program.h"
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define WANTED_MAX 8
#define RELEASERS_MAX 6

/* Functions that come in pairs, by the ends of their names. */
static const struct {
	const char *open, *close;
} pairs[] = {
	{"_new", "_destroy"},
	{"_lock_irqsave", "_unlock_irqrestore"},
	{"_lock", "_unlock"},
	{"_disable", "_enable"},
	{"_save", "_restore"},
	{"_acquire", "_release"},
	{"_reserve_dynptr", "_discard_dynptr"},
	{"_reserve", "_discard"},
};

struct program {
	struct builder *builder;
	const struct callee *callee;
	struct call_args args;
	size_t cleanups_before; /* of the sections around the call */
	uint32_t consumed;
};

/* The other function of the pair, if this kernel has it. */
static const struct callee *partner(const struct program *program, bool opener)
{
	const char *name = program->callee->name;
	char other[RECIPE_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const char *end = opener ? pairs[i].close : pairs[i].open;
		if (!text_ends(name, end))
			continue;
		snprintf(other, sizeof(other), "%.*s%s", (int)(strlen(name) - strlen(end)), name,
			opener ? pairs[i].open : pairs[i].close);
		return planner_callee(program->builder->planner, other);
	}
	return opener ? dynptr_maker(program->builder->planner, name)
		      : dynptr_discarder(program->builder->planner, name);
}

static struct value nothing(struct builder *builder, const struct alternative *alternative)
{
	(void)builder;
	(void)alternative;
	return (struct value) {VALUE_NONE, 0, 0};
}

static struct value take_target(struct builder *builder, const struct alternative *alternative)
{
	builder->target = &builder->targets[alternative->number];
	return (struct value) {VALUE_NONE, 0, 0};
}

static size_t wanted_types(const struct callee *callee, const char **types, size_t max)
{
	size_t cnt = 0;
	uint32_t param_cnt = 0, id;
	const struct btf_param *params =
		callee->btf ? type_params(callee->btf, callee->func_id, &param_cnt, NULL) : NULL;

	for (uint32_t i = 0; params && i < param_cnt && cnt < max; i++) {
		const char *type = type_struct_pointee(callee->btf, params[i].type, &id);
		if (type)
			types[cnt++] = kernel_type(type);
	}
	return cnt;
}

/* The structs in the kinds of a helper's arguments: "btf:file". */
static size_t wanted_by_helper(
	struct builder *builder, const struct callee *callee, const char **types, size_t max)
{
	size_t cnt = 0;

	for (const char *at = callee->arguments; at && *at && cnt < max;) {
		size_t len = strcspn(at, "| ?");
		if (!strncmp(at, "btf:", 4))
			types[cnt++] = pool_strndup(&builder->pool, at + 4, len - 4);
		else if (len == 4 && !strncmp(at, "sock", 4))
			types[cnt++] = "sock";
		at += strcspn(at, "| ");
		at += *at != '\0';
	}
	return cnt && !types[cnt - 1] ? 0 : cnt;
}

static void choose_target(struct builder *builder, const struct callee *callee)
{
	struct alternatives ways = {.wanted = "a target"};
	const char *wanted[WANTED_MAX];
	size_t cnt = callee->btf ? wanted_types(callee, wanted, WANTED_MAX)
				 : wanted_by_helper(builder, callee, wanted, WANTED_MAX);

	builder->target_cnt = planner_targets(
		builder->planner, wanted, cnt, builder->targets, CALL_TARGETS_MAX);
	builder->target = &builder->targets[0];
	if (builder->target_cnt == 1)
		return;
	for (size_t i = 0; i < builder->target_cnt; i++)
		alternatives_add(&ways, take_target, "%s", builder->targets[i].name)->number =
			(int32_t)i;
	builder_choose(builder, "target", &ways);
}

static struct value take_device(struct builder *builder, const struct alternative *alternative)
{
	builder->bound = alternative->number;
	return (struct value) {VALUE_NONE, 0, 0};
}

/* Only the words of the verifier lead to a program that is bound to a device. */
static void choose_load(struct builder *builder)
{
	struct alternatives ways = {.wanted = "a way to load the program"};

	if (!builder->planner->context->bound_loads)
		return;
	alternatives_add(&ways, take_device, "plain");
	alternatives_add(&ways, take_device, "device-bound")->number = 1;
	builder_choose(builder, RECIPE_LOAD, &ways);
}

static struct value open_rcu(struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	rcu_section(builder);
	return (struct value) {VALUE_NONE, 0, 0};
}

static void choose_section(struct program *program)
{
	struct builder *builder = program->builder;
	struct alternatives ways = {.wanted = "a section"};

	alternatives_add(&ways, nothing, "none");
	if (!strstr(program->callee->name, "bpf_rcu_read_") &&
		planner_usable(builder->planner, "bpf_rcu_read_lock"))
		alternatives_add(&ways, open_rcu, "rcu");
	builder_choose(builder, "section", &ways);
}

/* A call that closes something needs it open. */
static void open_before(struct program *program)
{
	struct builder *builder = program->builder;
	const char *name = program->callee->name;
	uint32_t cnt;

	if ((!text_ends(name, "_unlock") && !text_ends(name, "_enable")) ||
		!strcmp(name, "bpf_res_spin_unlock"))
		return;
	const struct callee *opener = partner(program, true);
	if (!opener)
		return;
	if (!strcmp(opener->name, "bpf_spin_lock")) {
		builder_enter(builder, "open");
		builder->lock = lock_choose(builder, "bpf_spin_lock");
		builder_leave(builder);
		builder_set(builder, BPF_REG_1, builder->lock);
		builder_call(builder, opener);
	} else if (opener->btf && type_params(opener->btf, opener->func_id, &cnt, NULL) && !cnt) {
		builder_call(builder, opener);
	}
}

static void plan_call(
	struct builder *builder, const struct callee *callee, struct call_args *args)
{
	struct call_args none = {.cnt = 0};
	struct call_args *planned = args ? args : &none;

	if (!callee || builder->depth == BUILDER_DEPTH_MAX) {
		builder_fail(builder, "a shorter way");
		return;
	}
	builder->stack[builder->depth++] = callee;
	if (callee->btf)
		kfunc_args_plan(builder, callee, planned);
	else
		helper_args_plan(builder, callee, planned);
	builder->depth--;
	for (unsigned int i = 0; i < planned->cnt; i++)
		builder_set(builder, (uint8_t)(BPF_REG_1 + i), planned->list[i]);
	builder_call(builder, callee);
}

const struct planner_ways program_ways = {.plan_call = plan_call, .add_sources = sources_add};

/* Does the call take over a reference that the program has made? */
static bool consumes(const char *name)
{
	static const char *const ends[] = {"release", "_put", "_drop", "_drop_impl", "discard", "submit",
		"insert_entry", "push_front", "push_front_impl", "push_back", "push_back_impl",
		"rbtree_add", "rbtree_add_impl", "discard_dynptr", "submit_dynptr", "_destroy",
		"_restore", "unlock", "unlock_irqrestore", "_enable"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (text_ends(name, ends[i]))
			return true;
	}
	return strstr(name, "_put_") != NULL;
}

static void choose_consumed(struct program *program)
{
	struct builder *builder = program->builder;
	const char *name = program->callee->name;
	struct alternatives ways = {.wanted = "what the call consumes"};
	size_t cnt = builder->cleanup_cnt, likely = cnt;

	/* The reference that was made last, unless a lock was taken after it. */
	if (consumes(name) && cnt > program->cleanups_before)
		likely = cnt - 1 - (cnt > 1 && (strstr(name, "push") || strstr(name, "rbtree_add")));
	if (likely < cnt)
		alternatives_add(&ways, nothing, "cleanup-%zu", likely)->number = (int32_t)likely + 1;
	alternatives_add(&ways, nothing, "nothing");
	for (size_t i = 0; i < cnt; i++) {
		if (i != likely)
			alternatives_add(&ways, nothing, "cleanup-%zu", i)->number = (int32_t)i + 1;
	}
	builder_choose(builder, "consume", &ways);
	const struct choice *choice = &builder->choices[builder->choice_cnt - 1];
	int32_t number = builder->failed ? 0 : ways.list[choice->taken].number;
	if (number)
		program->consumed |= 1u << (number - 1);
}

/* What becomes of the result. */

static struct value release_result(
	struct builder *builder, const struct alternative *alternative)
{
	size_t skip = builder_jump(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));

	ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
	release_register(builder, alternative->callee);
	builder_land(builder, skip);
	return (struct value) {VALUE_NONE, 0, 0};
}

static struct value insert_result(struct builder *builder, const struct alternative *alternative)
{
	const struct callee *insert = planner_callee(builder->planner, "bpf_ct_insert_entry");
	size_t null = builder_jump(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));

	ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
	builder_call(builder, insert);
	release_result(builder, alternative);
	builder_land(builder, null);
	return (struct value) {VALUE_NONE, 0, 0};
}

/*
 * A node that left its list or tree: the lock is given up, then the object around the node is
 * dropped, then the clean-ups below the lock run.
 */
static struct value drop_node(struct builder *builder, const struct alternative *alternative)
{
	size_t skip = builder_jump(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));
	struct value node = builder_keep(builder, BPF_REG_0);

	builder_set(builder, BPF_REG_1, builder->root);
	builder_call(builder, planner_callee(builder->planner, "bpf_spin_unlock"));
	node.add = -alternative->add;
	release_now(builder, alternative->callee, node);
	for (size_t i = builder->cleanup_cnt; i-- > 1;) {
		struct cleanup below = builder->cleanups[i - 1];
		below.run(builder, &below);
	}
	size_t cleanups = builder->cleanup_cnt;
	builder->cleanup_cnt = 0;
	builder_bail(builder, (struct bpf_insn)INSN_JA(0));
	builder->cleanup_cnt = cleanups;
	builder_land(builder, skip);
	return (struct value) {VALUE_NONE, 0, 0};
}

/* The node goes into the list again, where a program may not drop it: tracing programs, since 7.3. */
static struct value insert_node(struct builder *builder, const struct alternative *alternative)
{
	size_t skip = builder_jump(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));

	ADD(builder, INSN_MOV_REG(BPF_REG_2, BPF_REG_0));
	if (alternative->add)
		ADD(builder, INSN_ALU(BPF_ADD, BPF_REG_2, -alternative->add));
	builder_set(builder, BPF_REG_1, graph_at(builder, GRAPH_HEAD_OFFSET));
	ADD(builder, INSN_MOV(BPF_REG_3, 0), INSN_MOV(BPF_REG_4, 0));
	builder_call(builder, alternative->callee);
	builder_land(builder, skip);
	return (struct value) {VALUE_NONE, 0, 0};
}

static struct value close_pair(struct builder *builder, const struct alternative *alternative)
{
	const struct program *program = alternative->object;
	const struct call_args *args = &program->args;
	const struct callee *callee = alternative->callee;
	struct value dynptr = dynptr_argument(program->callee, args);
	uint32_t cnt = 1;

	if (strstr(callee->name, "res_spin"))
		builder_bail(builder, (struct bpf_insn)INSN_JMP(BPF_JNE, BPF_REG_0, 0, 0));
	if (callee->btf)
		type_params(callee->btf, callee->func_id, &cnt, NULL);
	for (unsigned int i = 0; i < args->cnt && i < cnt; i++)
		builder_set(builder, (uint8_t)(BPF_REG_1 + i), args->list[i]);
	if (dynptr.kind != VALUE_NONE)
		builder_set(builder, BPF_REG_1, dynptr);
	if (text_ends(callee->name, "_discard_dynptr")) {
		builder_set(builder, BPF_REG_1, args->list[3]);
		ADD(builder, INSN_MOV(BPF_REG_2, 0));
	}
	builder_call(builder, callee);
	return (struct value) {VALUE_NONE, 0, 0};
}

static bool add_release(struct builder *builder, struct alternatives *ways, const char *name)
{
	const struct callee *callee = planner_usable(builder->planner, name);

	if (callee)
		alternatives_add(ways, release_result, "%s", name)->callee = callee;
	return callee;
}

static void add_node_inserter(struct builder *builder, struct alternatives *ways, int32_t offset)
{
	const struct callee *push = planner_usable(builder->planner, "bpf_list_push_back_impl");

	if (!push)
		push = planner_usable(builder->planner, "bpf_list_push_back");
	if (!push)
		return;
	struct alternative *added = alternatives_add(ways, insert_node, "insert-node");
	added->callee = push;
	added->add = offset;
}

/* By the type of the struct that a kfunc returns. */
static void add_ways_by_type(struct program *program, struct alternatives *ways, const char *type)
{
	struct builder *builder = program->builder;
	const struct callee *callees[RELEASERS_MAX];
	const struct callee *drop = planner_callee(builder->planner, "bpf_obj_drop_impl");

	if (!drop)
		drop = planner_callee(builder->planner, "bpf_obj_drop");
	bool is_rb = !strcmp(type, "bpf_rb_node");
	if ((is_rb || !strcmp(type, "bpf_list_node")) && builder->root.kind != VALUE_NONE) {
		struct alternative *added = alternatives_add(ways, drop_node, "drop-node");
		added->callee = drop;
		added->add = is_rb ? (int32_t)builder_types(builder)->rb_offset : 0;
		add_node_inserter(builder, ways, added->add);
	}
	size_t cnt = releasers_find(builder->planner, type, callees, RELEASERS_MAX);
	for (size_t i = 0; i < cnt; i++)
		alternatives_add(ways, release_result, "%s", callees[i]->name)->callee = callees[i];
	if (!strcmp(type, "nf_conn___init"))
		alternatives_add(ways, insert_result, "bpf_ct_insert_entry")->callee =
			planner_callee(builder->planner, "bpf_ct_release");
}

/* By the name of the call, whose result BTF does not describe. */
static void add_ways_by_name(struct program *program, struct alternatives *ways)
{
	const char *name = program->callee->name;
	static const char *const kptr_releasers[] = {"bpf_cpumask_release", "bpf_task_release",
		"bpf_cgroup_release", "bpf_kfunc_call_test_release", "bpf_ct_release",
		"bpf_crypto_ctx_release", "bpf_obj_drop_impl", "bpf_obj_drop"};

	if (!strncmp(name, "bpf_obj_new", 11) || !strncmp(name, "bpf_refcount_acquire", 20)) {
		add_release(program->builder, ways, "bpf_obj_drop_impl");
		add_release(program->builder, ways, "bpf_obj_drop");
	}
	if (!strncmp(name, "bpf_percpu_obj_new", 18)) {
		add_release(program->builder, ways, "bpf_percpu_obj_drop_impl");
		add_release(program->builder, ways, "bpf_percpu_obj_drop");
	}
	if (!strncmp(name, "bpf_sk_lookup_", 14) || !strncmp(name, "bpf_skc_lookup_", 15))
		add_release(program->builder, ways, "bpf_sk_release");
	if (!strcmp(name, "bpf_ringbuf_reserve"))
		add_release(program->builder, ways, "bpf_ringbuf_discard");
	for (size_t i = 0; !strcmp(name, "bpf_kptr_xchg") && i < ARRAY_SIZE(kptr_releasers); i++)
		add_release(program->builder, ways, kptr_releasers[i]);
}

static bool acquires(const char *name)
{
	static const char *const words[] = {"acquire", "create", "_from_", "_new", "lookup", "alloc",
		"get_cgroup", "reserve", "pop_", "remove", "ancestor", "get_xfrm", "kptr_xchg",
		"insert_entry"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(name, words[i]))
			return true;
	}
	return false;
}

static void choose_after(struct program *program)
{
	const struct callee *callee = program->callee;
	struct alternatives ways = {
		.wanted = "a way to give the result back", .by_name = add_release};
	const struct callee *closer = partner(program, false);
	uint32_t cnt, ret = 0, id;
	const char *type = NULL;

	if (callee->btf && type_params(callee->btf, callee->func_id, &cnt, &ret))
		type = type_struct_pointee(callee->btf, ret, &id);
	if (!acquires(callee->name) && !closer)
		alternatives_add(&ways, nothing, "nothing");
	if (type)
		add_ways_by_type(program, &ways, type);
	add_ways_by_name(program, &ways);
	if (closer && !type && strcmp(closer->name, "bpf_ringbuf_discard") != 0) {
		struct alternative *added = alternatives_add(&ways, close_pair, "%s", closer->name);
		added->callee = closer;
		added->object = program;
	}
	if (acquires(callee->name) || closer)
		alternatives_add(&ways, nothing, "nothing");
	builder_choose(program->builder, "after", &ways);
}

/* R0 stays. The registers of arguments are lost after a call anyway. */
static void observe(struct builder *builder)
{
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, OBSERVED_MAP));
	if (builder->observes == OBSERVED_RESULT)
		ADD(builder, INSN_STORE_REG(BPF_DW, BPF_REG_1, BPF_REG_0,
				     offsetof(struct observed_value, result)));
	ADD(builder, INSN_STORE(BPF_DW, BPF_REG_1, offsetof(struct observed_value, called), 1));
}

void program_build(struct builder *builder, const struct callee *callee)
{
	struct program program = {.builder = builder, .callee = callee};

	builder->stack[0] = callee;
	choose_load(builder);
	choose_target(builder, callee);
	ADD(builder, INSN_MOV_REG(BPF_REG_6, BPF_REG_1));
	choose_section(&program);
	open_before(&program);
	program.cleanups_before = builder->cleanup_cnt;
	builder_enter(builder, "call");
	plan_call(builder, callee, &program.args);
	builder->call_at = builder->insn_cnt - 1;
	builder_leave(builder);
	if (builder->observes != OBSERVED_NOTHING)
		observe(builder);
	choose_consumed(&program);
	choose_after(&program);
	builder_finish(builder, program.consumed);
}
