/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that a program makes for a call: dynptrs, iterators, nodes, locks, sections. */
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define DYNPTR_BYTES 16 /* struct bpf_dynptr of include/uapi/linux/bpf.h */

static const struct callee *usable(struct builder *builder, const char *name)
{
	return planner_usable(builder->planner, name);
}

/* bpf_obj_new_impl() and its kin take the type and a NULL; newer forms take the type alone. */
static const struct callee *first_usable(
	struct builder *builder, const char *const *names, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		const struct callee *callee = usable(builder, names[i]);
		if (callee)
			return callee;
	}
	return NULL;
}

static const char *const object_new[] = {"bpf_obj_new_impl", "bpf_obj_new"};
static const char *const object_drop[] = {"bpf_obj_drop_impl", "bpf_obj_drop"};
static const char *const percpu_new_names[] = {"bpf_percpu_obj_new_impl", "bpf_percpu_obj_new"};
static const char *const percpu_drop[] = {"bpf_percpu_obj_drop_impl", "bpf_percpu_obj_drop"};

static struct value new_object(struct builder *builder, uint32_t type_id,
	const char *const *makers, const char *const *droppers)
{
	const struct callee *make = first_usable(builder, makers, 2);
	const struct callee *drop = first_usable(builder, droppers, 2);

	if (!type_id || !make || !drop)
		builder_fail(builder, "an object of the program's own");
	ADD(builder, INSN_MOV(BPF_REG_1, (int32_t)type_id), INSN_MOV(BPF_REG_2, 0));
	builder_call(builder, make);
	struct value kept = builder_keep_pointer(builder, BPF_REG_0);
	builder_clean_later(builder, release_cleanup(drop, kept));
	return kept;
}

struct value node_new(struct builder *builder)
{
	return new_object(builder, builder_types(builder)->node_id, object_new, object_drop);
}

struct value percpu_new(struct builder *builder)
{
	return new_object(
		builder, builder_types(builder)->plain_id, percpu_new_names, percpu_drop);
}

/* Dynptrs and memory of ring buffers. */

static struct value dynptr_from_memory(
	struct builder *builder, const struct alternative *alternative)
{
	struct value room = builder_room(builder, DYNPTR_BYTES, false);

	(void)alternative;
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, "array"));
	ADD(builder, INSN_MOV(BPF_REG_2, 16), INSN_MOV(BPF_REG_3, 0));
	builder_set(builder, BPF_REG_4, room);
	builder_call(builder, planner_callee(builder->planner, "bpf_dynptr_from_mem"));
	return room;
}

static struct value dynptr_from_packet(
	struct builder *builder, const struct alternative *alternative)
{
	struct value room = builder_room(builder, DYNPTR_BYTES, false);

	ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_6), INSN_MOV(BPF_REG_2, 0));
	builder_set(builder, BPF_REG_3, room);
	builder_call(builder, alternative->callee);
	return room;
}

struct value ring_dynptr(struct builder *builder)
{
	struct value room = builder_room(builder, DYNPTR_BYTES, false);

	builder_set(builder, BPF_REG_1, builder_map(builder, "a map", "ringbuf"));
	ADD(builder, INSN_MOV(BPF_REG_2, 16), INSN_MOV(BPF_REG_3, 0));
	builder_set(builder, BPF_REG_4, room);
	builder_call(builder, planner_callee(builder->planner, "bpf_ringbuf_reserve_dynptr"));
	builder_clean_later(builder,
		release_cleanup(
			planner_callee(builder->planner, "bpf_ringbuf_discard_dynptr"), room));
	return room;
}

static struct value choose_ring_dynptr(
	struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return ring_dynptr(builder);
}

#define MAKER "bpf_dynptr_from_"
#define DISCARDER_START "bpf_dynptr_"
#define DISCARDER_END "_discard"

const struct callee *dynptr_maker(struct planner *planner, const char *discarder)
{
	size_t start = strlen(DISCARDER_START), len = strlen(discarder);
	char name[RECIPE_NAME_MAX];

	if (strncmp(discarder, DISCARDER_START, start) != 0 || !text_ends(discarder, DISCARDER_END))
		return NULL;
	snprintf(name, sizeof(name), MAKER "%.*s", (int)(len - start - strlen(DISCARDER_END)), discarder + start);
	return planner_usable(planner, name);
}

const struct callee *dynptr_discarder(struct planner *planner, const char *maker)
{
	char name[RECIPE_NAME_MAX];

	if (strncmp(maker, MAKER, strlen(MAKER)) != 0)
		return NULL;
	snprintf(name, sizeof(name), DISCARDER_START "%.120s" DISCARDER_END, maker + strlen(MAKER));
	return planner_usable(planner, name);
}

struct value dynptr_argument(const struct callee *callee, const struct call_args *args)
{
	uint32_t cnt = 0, id;
	const struct btf_param *params =
		callee->btf ? type_params(callee->btf, callee->func_id, &cnt, NULL) : NULL;

	for (uint32_t i = 0; params && i < cnt && i < args->cnt; i++) {
		const char *type = type_struct_pointee(callee->btf, params[i].type, &id);
		if (type && !strcmp(type, "bpf_dynptr"))
			return args->list[i];
	}
	return (struct value) {VALUE_NONE, 0, 0};
}

/* For a call that gives back a dynptr of one kind. */
static struct value dynptr_from_call(
	struct builder *builder, const struct alternative *alternative)
{
	const struct callee *discarder = builder->stack[builder->depth - 1];
	struct call_args args = {.cnt = 0};

	call_plan(builder, alternative->callee, &args);
	struct value dynptr = dynptr_argument(alternative->callee, &args);
	builder_clean_later(builder, release_cleanup(discarder, dynptr));
	return dynptr;
}

struct value dynptr_choose(struct builder *builder)
{
	static const char *const packets[] = {"bpf_dynptr_from_skb", "bpf_dynptr_from_xdp"};
	struct alternatives ways = {.wanted = "a dynptr"};
	const struct callee *packet = first_usable(builder, packets, ARRAY_SIZE(packets));
	const struct callee *maker =
		builder->depth ? dynptr_maker(builder->planner, builder->stack[builder->depth - 1]->name) : NULL;

	if (maker)
		alternatives_add(&ways, dynptr_from_call, "%s", maker->name)->callee = maker;
	if (usable(builder, "bpf_dynptr_from_mem"))
		alternatives_add(&ways, dynptr_from_memory, "memory");
	if (packet)
		alternatives_add(&ways, dynptr_from_packet, "packet")->callee = packet;
	if (usable(builder, "bpf_ringbuf_reserve_dynptr"))
		alternatives_add(&ways, choose_ring_dynptr, "ringbuf");
	return builder_choose(builder, "dynptr", &ways);
}

struct value ring_memory(struct builder *builder)
{
	const struct callee *discard = planner_callee(builder->planner, "bpf_ringbuf_discard");

	builder_set(builder, BPF_REG_1, builder_map(builder, "a map", "ringbuf"));
	ADD(builder, INSN_MOV(BPF_REG_2, 16), INSN_MOV(BPF_REG_3, 0));
	builder_call(builder, planner_callee(builder->planner, "bpf_ringbuf_reserve"));
	struct value kept = builder_keep_pointer(builder, BPF_REG_0);
	builder_clean_later(builder, release_cleanup(discard, kept));
	return kept;
}

/* Iterators: "bpf_iter_task_new" and "bpf_iter_task_destroy" around what is asked. */

struct value iterator_open(
	struct builder *builder, const char *type, const struct kbtf *btf, uint32_t struct_id)
{
	char name[RECIPE_NAME_MAX];
	struct call_args args = {.list[0] = builder_room(builder, type_size(btf, struct_id), false)};

	snprintf(name, sizeof(name), "%s_new", type);
	const struct callee *create = planner_callee(builder->planner, name);
	snprintf(name, sizeof(name), "%s_destroy", type);
	const struct callee *destroy = planner_callee(builder->planner, name);
	if (!create || !destroy) {
		builder_fail(builder, "an iterator %s", type);
		return args.list[0];
	}
	struct value iterator = args.list[0];
	call_plan(builder, create, &args);
	builder_clean_later(builder, release_cleanup(destroy, iterator));
	return iterator;
}

/* A list and a tree with their lock, in a map's value or in an object. */

static struct value graph_in_map(struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, "graph"));
	return builder_keep(builder, BPF_REG_1);
}

static struct value graph_in_object(
	struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return new_object(builder, builder_types(builder)->graph.id, object_new, object_drop);
}

void graph_open(struct builder *builder)
{
	struct alternatives places = {.wanted = "a list or tree"};

	alternatives_add(&places, graph_in_map, "map");
	if (first_usable(builder, object_new, 2))
		alternatives_add(&places, graph_in_object, "object");
	builder->root = builder_choose(builder, "root", &places);
}

struct value graph_at(const struct builder *builder, uint32_t offset)
{
	struct value value = builder->root;

	value.add += (int32_t)offset;
	return value;
}

void graph_lock(struct builder *builder)
{
	builder_set(builder, BPF_REG_1, builder->root);
	builder_call(builder, planner_callee(builder->planner, "bpf_spin_lock"));
	builder_clean_later(builder,
		release_cleanup(planner_callee(builder->planner, "bpf_spin_unlock"), builder->root));
}

/* Kept in a slot: older kernels know a lock by its register's id. */
static struct value lock_in_map(struct builder *builder, const struct alternative *alternative)
{
	char map[RECIPE_NAME_MAX];

	snprintf(map, sizeof(map), "value:%s", alternative->text);
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, map));
	return builder_keep(builder, BPF_REG_1);
}

static struct value lock_in_object(struct builder *builder, const struct alternative *alternative)
{
	enum object_field field = object_field_find(alternative->text);

	return new_object(
		builder, builder_types(builder)->lock_objects[field], object_new, object_drop);
}

static struct value lock_behind_map(
	struct builder *builder, const struct alternative *alternative)
{
	char map[RECIPE_NAME_MAX];

	snprintf(map, sizeof(map), "object:%s", alternative->text);
	return builder_keep_pointer_in(builder, map);
}

struct value lock_choose(struct builder *builder, const char *type)
{
	struct alternatives places = {.wanted = "a place for a lock"};
	enum object_field field = object_field_find(type);

	alternatives_add(&places, lock_in_map, "map")->text = type;
	if (field < OBJECT_FIELD_CNT && builder_types(builder)->lock_objects[field]) {
		if (first_usable(builder, object_new, 2))
			alternatives_add(&places, lock_in_object, "object")->text = type;
		alternatives_add(&places, lock_behind_map, "map-object")->text = type;
	}
	return builder_choose(builder, "place", &places);
}

static void run_call(struct builder *builder, const struct cleanup *cleanup)
{
	builder_call(builder, cleanup->callee);
}

void rcu_section(struct builder *builder)
{
	const struct callee *unlock = planner_callee(builder->planner, "bpf_rcu_read_unlock");

	builder_call(builder, planner_callee(builder->planner, "bpf_rcu_read_lock"));
	builder_clean_later(builder, (struct cleanup) {.run = run_call, .callee = unlock});
	builder->in_rcu = true;
}
