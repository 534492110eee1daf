/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/helper_args.h"
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES 16
#define VALUE_BYTES 64

/* A helper whose arguments are being planned. */
struct planning {
	struct builder *builder;
	const struct callee *callee;
	bool null_before; /* the argument before is NULL, so its size is 0 */
};

/* One of the kinds that an argument may have. */
struct kind {
	const char *word;
	size_t len;
	bool nullable;
};

static bool kind_is(const struct kind *kind, const char *word)
{
	return strlen(word) == kind->len && !strncmp(kind->word, word, kind->len);
}

static bool kind_starts(const struct kind *kind, const char *word)
{
	return !strncmp(kind->word, word, strlen(word));
}

/* A map inside a map: check_map_prog_compatibility() looks at the outer map only. */
static struct value value_inner_map(struct builder *builder, const struct alternative *alternative)
{
	builder_look_up(builder, "a map of maps for", alternative->text);
	return builder_keep_pointer(builder, BPF_REG_0);
}

static struct value value_in_map(struct builder *builder, const struct alternative *alternative)
{
	return map_value_or_fail(builder, alternative->text);
}

static struct value value_new_dynptr(
	struct builder *builder, const struct alternative *alternative)
{
	return builder_room(builder, (size_t)alternative->number, false);
}

static struct value value_dynptr(struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return dynptr_choose(builder);
}

static struct value value_ring_dynptr(
	struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return ring_dynptr(builder);
}

static struct value value_ring_memory(
	struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return ring_memory(builder);
}

static struct value value_lock(struct builder *builder, const struct alternative *alternative)
{
	return builder->lock.kind != VALUE_NONE ? builder->lock
						: lock_choose(builder, alternative->text);
}

static struct value value_percpu_kptr(
	struct builder *builder, const struct alternative *alternative)
{
	return builder_keep_pointer_in(builder, alternative->text);
}

static struct value value_percpu_object(
	struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return percpu_new(builder);
}

static void add_in_map(struct alternatives *ways, const char *map)
{
	alternatives_add(ways, value_in_map, "%s", map)->text = map;
}

static void add_known_map(struct builder *builder, struct alternatives *ways, const char *map)
{
	/* A program array belongs to the program type that used it first. */
	const char *own = map && !strcmp(map, "prog_array")
		? pool_printf(&builder->pool, "%s@%s", map, builder->planner->context->name)
		: map;
	const char *outer = map ? pool_printf(&builder->pool, "inner:%s", map) : NULL;

	if (!own || !outer)
		return;
	alternatives_add(ways, make_map, "%s", map)->text = own;
	/* The object that a timer is in belongs to the map itself. */
	if (!strchr(map, ':'))
		alternatives_add(ways, value_inner_map, "%s", outer)->text = outer;
}

/* The maps that the helper is known to take; if none is known, all. */
static void add_maps(struct planning *planning, struct alternatives *ways)
{
	struct builder *builder = planning->builder;
	const char *maps = helper_maps(planning->callee->name), *name;

	for (const char *at = maps; at && *at;) {
		size_t len = strcspn(at, " ");
		add_known_map(builder, ways, pool_strndup(&builder->pool, at, len));
		at += len + (at[len] == ' ');
	}
	for (size_t i = 0; !maps && (name = objects_map_name(i)); i++)
		alternatives_add(ways, make_map, "%s", name)->text = name;
}

static void add_memory(struct alternatives *ways, const struct kind *kind)
{
	/* Helpers that read a structure of their own check its size when they run. */
	alternatives_add(ways, make_memory, "stack")->number = MEMORY_BYTES;
	add_in_map(ways, "array");
	add_in_map(ways, "rodata");
	if (kind->nullable)
		alternatives_add_number(ways, 0);
}

static void add_percpu(struct planning *planning, struct alternatives *ways)
{
	static const char *const variables[] = {"runqueues", "bpf_prog_active"};
	const struct kbtf *btf = planning->builder->planner->kernel->btf;

	for (size_t i = 0; btf && i < ARRAY_SIZE(variables); i++) {
		uint32_t id = kbtf_find(btf, variables[i], BTF_KIND_VAR);
		if (id)
			alternatives_add_value(ways,
				(struct value) {VALUE_KSYM, (int32_t)id, 0}, "%s", variables[i]);
	}
	alternatives_add(ways, value_percpu_kptr, "percpu-kptr")->text = "percpu";
	alternatives_add(ways, value_percpu_object, "percpu-object");
}

static void add_kptrs(struct planning *planning, struct alternatives *ways)
{
	static const char *const types[] = {
		"bpf_cpumask", "task_struct", "cgroup", "prog_test_ref_kfunc", "nf_conn", "bpf_crypto_ctx"};
	struct planner *planner = planning->builder->planner;
	const struct callee *releaser;
	struct value value;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		char *map = pool_printf(&planning->builder->pool, KPTR_MAP "%s", types[i]);
		if (map && releasers_find(planner, types[i], &releaser, 1) &&
			map_value(planning->builder, map, 0, &value))
			add_in_map(ways, map);
	}
	if (map_value(planning->builder, "node", 0, &value))
		add_in_map(ways, "node");
}

static void add_simple(struct planning *planning, struct alternatives *ways, const struct kind *kind)
{
	if (kind_is(kind, "ctx"))
		alternatives_add_value(ways, (struct value) {VALUE_CONTEXT, 0, 0}, "ctx");
	else if (kind_is(kind, "key"))
		alternatives_add(ways, make_memory, "stack")->number = KEY_BYTES;
	else if (kind_is(kind, "value") && !kind->nullable)
		alternatives_add(ways, make_memory, "stack")->number = VALUE_BYTES;
	else if (kind_is(kind, "null") || kind_is(kind, "stack") || kind_is(kind, "value"))
		alternatives_add_number(ways, 0);
	else if (kind_is(kind, "size"))
		alternatives_add_number(ways, planning->null_before ? 0 : MEMORY_BYTES);
	else if (kind_is(kind, "alloc-size"))
		alternatives_add_number(ways, MEMORY_BYTES);
	else if (kind_starts(kind, "fixed:"))
		alternatives_add(ways, make_memory, "stack")->number = atoi(kind->word + 6);
	else if (kind_is(kind, "func"))
		alternatives_add_value(
			ways, (struct value) {VALUE_CALLBACK, CALLBACK_PLAIN, 0}, "callback");
	else if (kind_is(kind, "str"))
		add_in_map(ways, "rodata");
	else if (kind_is(kind, "timer"))
		add_in_map(ways, "value:bpf_timer");
	else if (kind_is(kind, "lock"))
		alternatives_add(ways, value_lock, "lock")->text = "bpf_spin_lock";
	else if (kind_is(kind, "new-dynptr"))
		alternatives_add(ways, value_new_dynptr, "stack")->number = MEMORY_BYTES;
	else if (kind_is(kind, "dynptr"))
		alternatives_add(ways, value_dynptr, "dynptr");
	else if (kind_is(kind, "ring-dynptr"))
		alternatives_add(ways, value_ring_dynptr, "ringbuf");
	else if (kind_is(kind, "ring-mem"))
		alternatives_add(ways, value_ring_memory, "ringbuf");
}

static void add_kind(struct planning *planning, struct alternatives *ways, const struct kind *kind)
{
	struct builder *builder = planning->builder;

	if (kind_is(kind, "map"))
		add_maps(planning, ways);
	else if (kind_is(kind, "mem"))
		add_memory(ways, kind);
	else if (kind_is(kind, "percpu"))
		add_percpu(planning, ways);
	else if (kind_is(kind, "kptr"))
		add_kptrs(planning, ways);
	else if (kind_is(kind, "sock"))
		sources_add(builder, ways, strcmp(planning->callee->name, "bpf_tcp_sock") ? "sock" : "bpf_sock");
	else if (kind_starts(kind, "btf:")) {
		char *type = pool_strndup(&builder->pool, kind->word + 4, kind->len - 4);
		if (type)
			sources_add(builder, ways, type);
	} else if (kind_is(kind, "any")) {
		static const int32_t numbers[] = {0, 1, 8, 16};
		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
			alternatives_add_number(ways, numbers[i]);
	} else
		add_simple(planning, ways, kind);
}

static struct kind read_kind(const char *word)
{
	struct kind kind = {.word = word, .len = strcspn(word, "| ")};

	kind.nullable = kind.len && word[kind.len - 1] == '?';
	kind.len -= kind.nullable;
	return kind;
}

static struct value plan_argument(struct planning *planning, const char *kinds)
{
	struct alternatives ways = {.wanted = "an argument"};

	while (true) {
		struct kind kind = read_kind(kinds);
		add_kind(planning, &ways, &kind);
		kinds += strcspn(kinds, "| ");
		if (*kinds != '|')
			break;
		kinds++;
	}
	return ways.cnt == 1 && !ways.more ? alternative_make(planning->builder, &ways.list[0])
					   : builder_choose(planning->builder, "source", &ways);
}

void helper_args_plan(
	struct builder *builder, const struct callee *callee, struct call_args *args)
{
	struct planning planning = {.builder = builder, .callee = callee};

	if (!callee->arguments) {
		builder_fail(builder, "the prototype of the helper");
		return;
	}
	const char *kinds = callee->arguments;
	for (args->cnt = 0; *kinds && args->cnt < CALL_ARGS_MAX && !builder->failed; args->cnt++) {
		char step[] = {'a', (char)('0' + args->cnt), '\0'};
		struct value *value = &args->list[args->cnt];
		builder_enter(builder, step);
		if (value->kind == VALUE_NONE)
			*value = plan_argument(&planning, kinds);
		builder_leave(builder);
		planning.null_before = value->kind == VALUE_NUMBER && !value->number;
		kinds += strcspn(kinds, " ");
		kinds += *kinds == ' ';
	}
}
