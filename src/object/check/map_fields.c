/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of map values that the kernel treats in a special way. A kernel that refuses such a field in a type of map
 * (map_check_btf() of kernel/bpf/syscall.c) gets the map without types from libbpf, and the field is plain bytes then.
 * Some programs must not even refer to a map with such a field (check_map_prog_compatibility() of
 * kernel/bpf/verifier.c): the answer about a call that needs the field tells.
 */
#include "object/check/judge.h"
#include "kernel/context.h"
#include "util/array.h"

#include <linux/bpf.h>
#include <string.h>

/* Of map_check_btf(), in every kernel that has the field: it was never taken away from a type. */
static const uint32_t plain_types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_ARRAY};
static const uint32_t lock_types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_ARRAY,
	BPF_MAP_TYPE_CGROUP_STORAGE, BPF_MAP_TYPE_SK_STORAGE, BPF_MAP_TYPE_INODE_STORAGE,
	BPF_MAP_TYPE_TASK_STORAGE, UAPI_BPF_MAP_TYPE_CGRP_STORAGE};

#define REASONS(field)                                                                             \
	"programs of this type must not use a map with a " field,                                  \
		"a map of this type cannot have a " field ": map_check_btf()"

static const struct {
	const char *kind, *call; /* a call that needs the field, to ask about */
	const char *kept_away, *plain; /* why a program must not refer to the map, or not make the call */
	const uint32_t *types;
	size_t type_cnt;
} fields[MAP_FIELD_CNT] = {
	[MAP_FIELD_TIMER] = {"helper", "bpf_timer_init", REASONS("bpf_timer"),
		plain_types, ARRAY_SIZE(plain_types)},
	[MAP_FIELD_WORKQUEUE] = {"kfunc", "bpf_wq_init", REASONS("bpf_wq"),
		plain_types, ARRAY_SIZE(plain_types)},
	[MAP_FIELD_SPIN_LOCK] = {"helper", "bpf_spin_lock", REASONS("bpf_spin_lock"),
		lock_types, ARRAY_SIZE(lock_types)},
	[MAP_FIELD_RES_SPIN_LOCK] = {"kfunc", "bpf_res_spin_lock", REASONS("bpf_res_spin_lock"),
		lock_types, ARRAY_SIZE(lock_types)},
};

/* Older kernels look at the members of the value alone, not at structs in it. */
static bool has_field(const struct object *object, const struct object_map *map, enum map_field field)
{
	const struct btf_type *value = kbtf_type(object->btf, map->value_type_id);

	if (!value || kbtf_kind(value) != BTF_KIND_STRUCT)
		return false;
	const struct btf_member *members = kbtf_tail(value);
	for (uint32_t i = 0; i < kbtf_vlen(value); i++) {
		const struct btf_type *type =
			kbtf_type(object->btf, kbtf_skip_modifiers(object->btf, members[i].type));
		if (type && kbtf_kind(type) == BTF_KIND_STRUCT &&
			!strcmp(kbtf_name(object->btf, type), map_fields[field].type))
			return true;
	}
	return false;
}

unsigned int check_map_fields(const struct object *object, const struct object_map *map)
{
	unsigned int found = 0;

	for (enum map_field field = 0; field < MAP_FIELD_CNT; field++)
		found |= (unsigned int)has_field(object, map, field) << field;
	return found;
}

/* The types of programs that some kernel keeps from maps with the field. */
static bool may_be_kept_away(const char *context, enum map_field field)
{
	struct section section;

	if (!section_parse(context, &section))
		return false;
	bool tracing = map_fields[field].tracing && map_field_is_tracing(section.row->prog_type);
	bool socket = map_fields[field].socket && section.row->prog_type == PROG_TYPE_SOCKET_FILTER;
	bool sleepable = map_fields[field].sleepable && section.row->prog_flags & BPF_F_SLEEPABLE;
	return tracing || socket || sleepable;
}

struct error *check_ask_fields(struct check *check, const struct check_object *checked,
	struct check_program *program, uint32_t map)
{
	struct error *error = NULL;
	unsigned int found = map < checked->object->map_cnt ? checked->map_fields[map] : 0;

	for (enum map_field field = 0; found && field < MAP_FIELD_CNT && !error; field++) {
		if (!program->context || program->asks_fields[field] || !(found >> field & 1) ||
			!may_be_kept_away(program->context, field))
			continue;
		error = check_ask_one(check, &program->asks_fields[field], fields[field].kind,
			fields[field].call, program->context);
	}
	return error;
}

static bool is_type_of(enum map_field field, uint32_t type)
{
	size_t at = 0;

	while (at < fields[field].type_cnt && fields[field].types[at] != type)
		at++;
	return at < fields[field].type_cnt;
}

/* Does the program call what needs the field? */
static bool calls_with(const struct judge *judge, enum map_field field)
{
	for (size_t i = 0; i < judge->program->call_cnt; i++) {
		if (map_field_of_call(judge->program->calls[i].name) == field)
			return true;
	}
	return false;
}

/* "conditional": only the maps inside a map may have the field. */
static bool is_refused(const struct judge *judge, const struct require_node *node)
{
	const struct require_verdict *verdict =
		node ? require_verdict_of(judge->kernel->answer, node) : NULL;

	return verdict && verdict->value == TRISTATE_NO && verdict->state &&
		(!strcmp(verdict->state, cell_state_word(CELL_IMPOSSIBLE)) ||
			!strcmp(verdict->state, cell_state_word(CELL_CONDITIONAL)));
}

static void judge_field(
	struct judge *judge, const struct object_map *map, enum map_field field, const struct object_line *line)
{
	struct check_need need = {.kind = CHECK_NEEDS_MAP, .name = map->name, .state = CHECK_UNMET, .line = line};
	bool plain = !is_type_of(field, map->type);

	if (plain ? !calls_with(judge, field) : !is_refused(judge, judge->program->asks_fields[field]))
		return;
	need.reason = plain ? fields[field].plain : fields[field].kept_away;
	judge_add(judge, need);
}

void judge_fields(struct judge *judge, uint32_t map, uint32_t section, uint32_t insn)
{
	const struct object *object = judge->checked->object;
	unsigned int found = map < object->map_cnt ? judge->checked->map_fields[map] : 0;

	for (enum map_field field = 0; found && field < MAP_FIELD_CNT; field++) {
		if (found >> field & 1)
			judge_field(judge, &object->maps[map], field, object_line_at(object, section, insn));
	}
}
