/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_BYTES 16u
#define MEMORY_BYTES_MAX 256u

/* A kfunc whose arguments are being planned. */
struct planning {
	struct builder *builder;
	const struct callee *callee;
	const struct kbtf *btf;
	const struct btf_param *params;
	uint32_t cnt;
	struct value node;  /* a node of the graph; VALUE_NONE: none */
	bool node_is_new;   /* it is not in the graph yet */
	bool node_is_inner; /* the node points to the tree's part of itself */
};

static const char *param_name(const struct planning *planning, uint32_t index)
{
	return index < planning->cnt
		? kbtf_string(planning->btf, planning->params[index].name_off)
		: "";
}

static bool is_size_name(const char *name)
{
	return text_ends(name, "__sz") || text_ends(name, "__szk");
}

static bool points_to(const struct planning *planning, uint32_t index, const char *type)
{
	uint32_t id;
	const char *name =
		type_struct_pointee(planning->btf, planning->params[index].type, &id);

	return name && !strcmp(name, type);
}

static bool takes(const struct planning *planning, const char *type)
{
	for (uint32_t i = 0; i < planning->cnt; i++) {
		if (points_to(planning, i, type))
			return true;
	}
	return false;
}

static struct value choose_number(struct builder *builder)
{
	static const int32_t numbers[] = {0, 1, 8};
	struct alternatives ways = {.wanted = "a number"};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		alternatives_add_number(&ways, numbers[i]);
	return builder_choose(builder, "number", &ways);
}

/* The bytes behind a pointer whose size is another argument. */
static uint32_t memory_bytes(const struct planning *planning, uint32_t index)
{
	uint32_t id;
	unsigned int kind;

	if (!type_pointee(planning->btf, planning->params[index].type, &id, &kind) ||
		(kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION))
		return MEMORY_BYTES;
	uint32_t size = type_size(planning->btf, id);
	return size < 8 ? 8 : size < MEMORY_BYTES_MAX ? size : MEMORY_BYTES_MAX;
}

static struct value plan_number(struct planning *planning, uint32_t index)
{
	struct builder *builder = planning->builder;
	const char *name = param_name(planning, index), *callee = planning->callee->name;
	uint32_t task;

	if (text_ends(name, "__k") && strstr(name, "local_type_id"))
		return (struct value) {VALUE_NUMBER,
			(int32_t)(strstr(callee, "percpu") ? builder_types(builder)->plain_id
							 : builder_types(builder)->node_id),
			0};
	if (text_ends(name, "__k") && strstr(name, "btf_id")) {
		task = kbtf_find(builder->planner->kernel->btf, "task_struct", BTF_KIND_STRUCT);
		return (struct value) {VALUE_NUMBER, (int32_t)task, 0};
	}
	if (is_size_name(name) && index)
		return (struct value) {VALUE_NUMBER, (int32_t)memory_bytes(planning, index - 1), 0};
	if (text_ends(callee, "_impl") && !strcmp(name, "off"))
		return (struct value) {VALUE_NUMBER,
			strstr(callee, "rbtree") ? (int32_t)builder_types(builder)->rb_offset : 0, 0};
	return choose_number(builder);
}

/* The map with the field that another argument points to; NULL: the function takes no such field. */
static const char *map_of_field(const struct planning *planning)
{
	uint32_t id;

	for (uint32_t i = 0; i < planning->cnt; i++) {
		const char *type =
			type_struct_pointee(planning->btf, planning->params[i].type, &id);
		if (type && object_field_find(type) <= OBJECT_TASK_WORK)
			return pool_printf(&planning->builder->pool, "value:%s", type);
	}
	return NULL;
}

/*
 * Beside a field, no other map may be tried: the verifier reads the fields of the map that it is given,
 * and dies of a map that has none (check_kfunc_args() of Linux 6.10 to 7.3).
 */
static struct value plan_map(struct planning *planning)
{
	const char *own = map_of_field(planning);

	if (own)
		return builder_map(planning->builder, "a map", own);
	/* A function for an arena takes any map where it is verified, and does nothing with another one. */
	return builder_map(
		planning->builder, "a map", strstr(planning->callee->name, "arena") ? "arena" : "array");
}

/* A flag word that another kfunc has filled, for functions that restore interrupts. */
static struct value plan_irq_flags(struct planning *planning)
{
	struct builder *builder = planning->builder;
	const char *callee = planning->callee->name;

	if (strstr(callee, "res_spin_unlock") && builder->irq_flags.kind != VALUE_NONE)
		return builder->irq_flags;
	struct value flags = builder_room(builder, 8, false);
	if (text_ends(callee, "_restore")) {
		builder_set(builder, BPF_REG_1, flags);
		builder_call(builder, planner_callee(builder->planner, "bpf_local_irq_save"));
	}
	return flags;
}

static struct value plan_lock(struct planning *planning)
{
	struct builder *builder = planning->builder;
	struct value lock = lock_choose(builder, "bpf_res_spin_lock");
	bool irq = strstr(planning->callee->name, "irq");

	if (!strstr(planning->callee->name, "unlock"))
		return lock;
	builder_set(builder, BPF_REG_1, lock);
	if (irq) {
		builder->irq_flags = builder_room(builder, 8, false);
		builder_set(builder, BPF_REG_2, builder->irq_flags);
	}
	builder_call(builder, planner_callee(builder->planner,
				      irq ? "bpf_res_spin_lock_irqsave" : "bpf_res_spin_lock"));
	builder_bail(builder, (struct bpf_insn)INSN_JMP(BPF_JNE, BPF_REG_0, 0, 0));
	return lock;
}

/* The suffix says that the program need not own the node (since 7.3). */
static bool is_node_inside(const struct planning *planning, uint32_t index)
{
	return text_ends(param_name(planning, index), "__nonown_allowed");
}

/* A node that is in the graph already: the first one. */
static struct value first_node(struct builder *builder, const char *function, uint32_t offset)
{
	builder_set(builder, BPF_REG_1, graph_at(builder, offset));
	builder_call(builder, planner_callee(builder->planner, function));
	return builder_keep_pointer(builder, BPF_REG_0);
}

static struct value list_front(struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return first_node(builder, "bpf_list_front", GRAPH_HEAD_OFFSET);
}

/* Beside a new node. A program that may not drop the new one may not look for another either. */
static struct value choose_node_inside(struct planning *planning)
{
	struct alternatives ways = {.wanted = "a node of the list"};

	alternatives_add(&ways, list_front, "first");
	alternatives_add_value(&ways, planning->node, "new");
	return builder_choose(planning->builder, "node", &ways);
}

static bool is_iterator_function(const struct planning *planning, const char *type)
{
	size_t len = strlen(type);

	return !strncmp(type, "bpf_iter_", 9) && !strncmp(planning->callee->name, type, len) &&
		planning->callee->name[len] == '_';
}

static struct value plan_iterator(struct planning *planning, const char *type, uint32_t struct_id)
{
	if (text_ends(planning->callee->name, "_new"))
		return builder_room(
			planning->builder, type_size(planning->btf, struct_id), false);
	return iterator_open(planning->builder, type, planning->btf, struct_id);
}

/* Arguments that their type alone decides. False: it does not. */
static bool plan_by_type(
	struct planning *planning, uint32_t index, const char *type, uint32_t struct_id, struct value *value)
{
	struct builder *builder = planning->builder;
	char map[RECIPE_NAME_MAX];

	if (!strcmp(type, "bpf_dynptr") || !strcmp(type, "bpf_dynptr_kern"))
		*value = text_ends(param_name(planning, index), "__uninit")
			? builder_room(builder, 16, false)
			: dynptr_choose(builder);
	else if (!index && is_iterator_function(planning, type))
		*value = plan_iterator(planning, type, struct_id);
	else if (!strcmp(type, "bpf_res_spin_lock"))
		*value = plan_lock(planning);
	else if (!strcmp(type, "bpf_list_head"))
		*value = graph_at(builder, GRAPH_HEAD_OFFSET);
	else if (!strcmp(type, "bpf_rb_root"))
		*value = graph_at(builder, builder_types(builder)->root_offset);
	else if (!strcmp(type, "bpf_list_node"))
		*value = planning->node_is_new && is_node_inside(planning, index)
			? choose_node_inside(planning)
			: planning->node;
	else if (!strcmp(type, "bpf_rb_node"))
		*value = (struct value) {planning->node.kind, planning->node.number,
			planning->node_is_inner ? 0 : (int32_t)builder_types(builder)->rb_offset};
	else if (object_field_find(type) <= OBJECT_TASK_WORK) {
		snprintf(map, sizeof(map), "value:%s", type);
		*value = map_value_or_fail(builder, map);
	} else
		return false;
	return true;
}

/* Arguments that the suffix of their name decides. */
static bool plan_by_suffix(struct planning *planning, uint32_t index, struct value *value)
{
	struct builder *builder = planning->builder;
	const char *name = param_name(planning, index);

	*value = (struct value) {VALUE_NUMBER, 0, 0};
	if (text_ends(name, "__irq_flag"))
		*value = plan_irq_flags(planning);
	else if (text_ends(name, "__map") || text_ends(name, "__const_map"))
		*value = plan_map(planning);
	else if (text_ends(name, "__str") || text_ends(name, "__const_str"))
		*value = map_value_or_fail(builder, "rodata");
	else if (text_ends(name, "__refcounted_kptr"))
		*value = node_new(builder);
	else if (text_ends(name, "__alloc"))
		*value = strstr(planning->callee->name, "percpu") ? percpu_new(builder)
								  : node_new(builder);
	else
		return text_ends(name, "__prog") || text_ends(name, "__ign") ||
			text_ends(name, "__nullable");
	return true;
}

/* A pointer to anything else: the context, memory, or a typed pointer from somewhere. */
static struct value plan_pointer(
	struct planning *planning, uint32_t index, const char *type, uint32_t id, unsigned int kind)
{
	struct alternatives ways = {.wanted = "memory"};
	bool sized = is_size_name(param_name(planning, index + 1));
	bool is_struct = type && kind == BTF_KIND_STRUCT;
	bool scalar = is_struct && type_is_scalar_struct(planning->btf, id);

	if ((type && is_context_type(type)) || !strcmp(planning->callee->name, "bpf_cast_to_kern_ctx"))
		alternatives_add_value(&ways, (struct value) {VALUE_CONTEXT, 0, 0}, "ctx");
	if (is_struct && !sized)
		sources_add(planning->builder, &ways, type);
	if (sized || !is_struct || scalar) {
		uint32_t size = sized || kind == BTF_KIND_UNKN ? memory_bytes(planning, index)
							       : type_size(planning->btf, id);
		size = size < 8 ? 8 : size < MEMORY_BYTES_MAX ? size : MEMORY_BYTES_MAX;
		alternatives_add(&ways, make_memory, "stack")->number = (int32_t)size;
	}
	return builder_choose(planning->builder, "source", &ways);
}

/* "const char *s__ign": the verifier takes everything, and the function wants a text (bpf_strlen()). */
static bool is_unchecked_text(
	const struct planning *planning, uint32_t index, uint32_t id, unsigned int kind)
{
	return kind == BTF_KIND_INT && text_ends(param_name(planning, index), "__ign") &&
		type_size(planning->btf, id) == 1;
}

static struct value plan_argument(struct planning *planning, uint32_t index)
{
	uint32_t type_id = planning->params[index].type, id;
	unsigned int kind;
	struct value value;

	if (!type_pointee(planning->btf, type_id, &id, &kind))
		return plan_number(planning, index);
	const char *type = kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION
		? kbtf_name(planning->btf, kbtf_type(planning->btf, id))
		: NULL;
	if (type && *type && plan_by_type(planning, index, type, id, &value))
		return value;
	if (kind == BTF_KIND_FUNC_PROTO)
		return (struct value) {VALUE_CALLBACK,
			strstr(param_name(planning, index), "less") ? CALLBACK_LESS : CALLBACK_PLAIN, 0};
	if (is_unchecked_text(planning, index, id, kind))
		return map_value_or_fail(planning->builder, "rodata");
	if (plan_by_suffix(planning, index, &value))
		return value;
	return plan_pointer(planning, index, type && *type ? type : NULL, id, kind);
}

static bool name_has(const struct planning *planning, const char *a, const char *b)
{
	return strstr(planning->callee->name, a) || strstr(planning->callee->name, b);
}

/* Functions on lists and trees need the place, its lock, and a node that is new or in it. */
static void plan_graph(struct planning *planning)
{
	struct builder *builder = planning->builder;
	bool list_node = takes(planning, "bpf_list_node"), rb_node = takes(planning, "bpf_rb_node");

	if (!takes(planning, "bpf_list_head") && !takes(planning, "bpf_rb_root"))
		return;
	graph_open(builder);
	if ((list_node || rb_node) && name_has(planning, "push", "add"))
		planning->node = node_new(builder);
	planning->node_is_new = planning->node.kind != VALUE_NONE;
	graph_lock(builder);
	if (planning->node.kind != VALUE_NONE)
		return;
	if (list_node)
		planning->node = first_node(builder, "bpf_list_front", GRAPH_HEAD_OFFSET);
	if (rb_node) {
		bool is_first = !strcmp(planning->callee->name, "bpf_rbtree_first");
		planning->node = first_node(builder,
			is_first ? "bpf_rbtree_root" : "bpf_rbtree_first",
			builder_types(builder)->root_offset);
		planning->node_is_inner = true;
	}
}

void kfunc_args_plan(
	struct builder *builder, const struct callee *callee, struct call_args *args)
{
	struct planning planning = {.builder = builder, .callee = callee, .btf = callee->btf};

	planning.params = type_params(callee->btf, callee->func_id, &planning.cnt, NULL);
	if (!planning.params || planning.cnt > CALL_ARGS_MAX) {
		builder_fail(builder, "a call with so many arguments");
		return;
	}
	args->cnt = planning.cnt;
	plan_graph(&planning);
	for (uint32_t i = 0; i < planning.cnt && !builder->failed; i++) {
		char step[] = {'a', (char)('0' + i), '\0'};
		if (args->list[i].kind != VALUE_NONE)
			continue;
		builder_enter(builder, step);
		args->list[i] = plan_argument(&planning, i);
		builder_leave(builder);
	}
}
