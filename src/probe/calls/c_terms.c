/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables, and the text of what an instruction uses. */
#include "probe/calls/c_translation.h"
#include "probe/calls/helper_args.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX (VARIABLES_MAX + BUILDER_ROOMS_MAX)

/* Names. */

static bool name_is_taken(const struct translation *c, const char *name)
{
	static const char *const reserved[] = {
		"ctx", "value", "zero", "text", "memory", "callback", "less", "example", "ops"};

	for (size_t i = 0; i < c->variable_cnt; i++) {
		if (!strcmp(c->variables[i].name, name))
			return true;
	}
	for (size_t i = 0; i < c->builder->room_cnt; i++) {
		if (!strcmp(c->objects[i].name, name))
			return true;
	}
	return text_is_one_of(name, reserved, ARRAY_SIZE(reserved));
}

/* "task" for "task_struct". The second of a name is "task_2". */
static void choose_name(const struct translation *c, const char *type, char name[static C_NAME_MAX])
{
	static const struct {
		const char *type, *name;
	} usual[] = {
		{"task_struct", "task"}, {"cgroup", "cgrp"}, {"sk_buff", "skb"}, {"mm_struct", "mm"},
		{"vm_area_struct", "vma"}, {"sock", "sk"}, {"sock_common", "sk"}, {"net_device", "dev"},
		{"bpf_sock", "sk"}, {"nf_conn", "ct"}, {"nf_conn___init", "ct"}, {"xdp_buff", "xdp"},
	};
	const char *own = "example_";
	const char *stem = !strncmp(type, "bpf_", 4) ? type + 4
		: !strncmp(type, own, strlen(own))   ? type + strlen(own)
						     : type;
	char chosen[C_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		if (!strcmp(usual[i].type, type))
			stem = usual[i].name;
	}
	snprintf(chosen, sizeof(chosen), "%.50s", stem);
	for (unsigned int i = 2; i < NAMES_MAX && name_is_taken(c, chosen); i++)
		snprintf(chosen, sizeof(chosen), "%.50s_%u", stem, i);
	memcpy(name, chosen, sizeof(chosen));
}

struct variable *c_add_variable(struct translation *c, const char *stem, const char *type)
{
	if (c->variable_cnt == VARIABLES_MAX) {
		c_fail(c);
		return &c->variables[0];
	}
	struct variable *variable = &c->variables[c->variable_cnt];
	bool is_used = variable->is_used; /* known from the first pass */
	*variable = (struct variable) {.is_used = is_used};
	choose_name(c, stem, variable->name);
	snprintf(variable->type, sizeof(variable->type), "%s", type);
	c->variable_cnt++;
	return variable;
}

struct term c_last_variable(const struct translation *c)
{
	return (struct term) {TERM_VARIABLE, (int32_t)c->variable_cnt - 1, 0};
}

struct variable *c_add_struct_pointer(struct translation *c, const struct kbtf *btf, uint32_t struct_id)
{
	const char *name = kbtf_name(btf, kbtf_type(btf, struct_id));
	char type[C_NAME_MAX];

	snprintf(type, sizeof(type), "struct %.50s *", name);
	c_types_add(&c->types, btf, struct_id);
	struct variable *variable = c_add_variable(c, name, type);
	variable->btf = btf;
	variable->struct_id = struct_id;
	return variable;
}

void c_need_own(struct translation *c, const struct own_struct *own)
{
	if (own->needs)
		c_need_own(c, own->needs);
	for (size_t i = 0; i < c->own_cnt; i++) {
		if (!strcmp(c->owns[i].name, own->name)) {
			c->owns[i].is_pointed_to |= own->is_pointed_to;
			return;
		}
	}
	if (c->own_cnt == OWN_STRUCTS_MAX) {
		c_fail(c);
		return;
	}
	c->owns[c->own_cnt++] = *own;
	for (size_t i = 0; i < own->member_cnt; i++) {
		const struct own_member *member = &own->members[i];
		uint32_t id = kbtf_find(c->btf, member->type, BTF_KIND_STRUCT);
		enum object_field field = object_field_find(member->type);
		if (!member->tag && field < OBJECT_FIELD_CNT)
			c_types_add_opaque(&c->types, member->type,
				c->builder->planner->objects.fields[field].size_bytes);
		else if (member->tag && id && !own->needs)
			c_types_add(&c->types, c->btf, id);
	}
}

struct variable *c_add_own_pointer(struct translation *c, const struct own_struct *own)
{
	char type[C_NAME_MAX + 16];

	snprintf(type, sizeof(type), "struct %.40s *", own->name);
	c_need_own(c, own);
	struct variable *variable = c_add_variable(c, own->name, type);
	variable->own = *own;
	variable->is_own = true;
	return variable;
}

/* Terms in the text. */

struct variable *c_variable(struct translation *c, struct term term)
{
	c->variables[term.number].is_used = true;
	return &c->variables[term.number];
}

/* The struct of the program's own that the term points to. NULL: it points to something else. */
const struct own_struct *c_own(struct translation *c, struct term term, const char **name)
{
	if (term.kind == TERM_VARIABLE && c->variables[term.number].is_own) {
		*name = c_variable(c, term)->name;
		return &c->variables[term.number].own;
	}
	if (term.kind == TERM_MAP_VALUE && c->maps[term.number].has_value) {
		c->maps[term.number].value_is_used = true;
		*name = "value";
		return &c->maps[term.number].value;
	}
	return NULL;
}

/* What a parameter is. */
struct parameter {
	const struct callee *callee;
	const char *name;    /* of a kfunc's; "" of a helper's */
	const char *pointee; /* the struct that it points to; NULL: something else */
	bool is_pointer;     /* of a kfunc */
	bool is_long;        /* it points to an unsigned long */
};

/* By the kind in the table of helpers. */
static const char *helper_pointee(struct translation *c, const struct callee *callee, uint32_t index)
{
	const char *kind = helper_argument(callee->arguments, index);
	size_t len = kind ? strcspn(kind, " |?") : 0;

	if (len > 4 && !strncmp(kind, "btf:", 4))
		return pool_strndup(&c->pool, kind + 4, len - 4);
	if (len >= 6 && !strncmp(kind + len - 6, "dynptr", 6))
		return "bpf_dynptr";
	return len == 4 && !strncmp(kind, "sock", 4) ? "sock" : NULL;
}

static struct parameter parameter_at(struct translation *c, const struct callee *callee, uint32_t index)
{
	struct parameter parameter = {.callee = callee, .name = ""};
	uint32_t cnt = 0, id;
	unsigned int kind;
	const struct btf_param *params =
		callee->btf ? type_params(callee->btf, callee->func_id, &cnt, NULL) : NULL;

	if (!callee->btf)
		parameter.pointee = helper_pointee(c, callee, index);
	if (!params || index >= cnt)
		return parameter;
	parameter.name = kbtf_string(callee->btf, params[index].name_off);
	parameter.is_pointer = type_pointee(callee->btf, params[index].type, &id, &kind);
	parameter.pointee = type_struct_pointee(callee->btf, params[index].type, &id);
	parameter.is_long = parameter.is_pointer && kind == BTF_KIND_INT &&
		!strcmp(kbtf_name(callee->btf, kbtf_type(callee->btf, id)), "unsigned long");
	return parameter;
}

static void put_own(struct translation *c, const struct parameter *parameter, const struct own_struct *own,
	const char *name, int32_t add)
{
	const struct own_member *member = own_struct_member(own, (uint32_t)add);
	bool wants_member = parameter->callee->btf
		? parameter->pointee && member && !strcmp(member->type, parameter->pointee)
		: member != NULL;

	if (wants_member)
		buf_printf(&c->body, "&%s->%s", name, member->name);
	else if (!add)
		buf_puts(&c->body, name);
	else
		c_fail(c);
}

/* The node around a member, or its first member if that is wanted. */
static void put_container(struct translation *c, const struct parameter *parameter,
	const struct variable *variable, int32_t add)
{
	struct own_struct node;

	if (!own_struct_by_id(
		    &c->builder->planner->objects, c->builder->planner->objects.node_id, &c->pool, &node)) {
		c_fail(c);
		return;
	}
	const struct own_member *member = own_struct_member(&node, (uint32_t)-add);
	const struct own_member *first = own_struct_member(&node, 0);
	bool wants_first = parameter->pointee && first && !strcmp(first->type, parameter->pointee);
	c_need_own(c, &node);
	if (!member) {
		c_fail(c);
		return;
	}
	buf_printf(&c->body, "%scontainer_of(%s, struct example_node, %s)", wants_first ? "&" : "",
		variable->name, member->name);
	if (wants_first)
		buf_printf(&c->body, "->%s", first->name);
}

static void put_variable(struct translation *c, const struct parameter *parameter, struct term term)
{
	const struct variable *variable = c_variable(c, term);
	const char *own_name, *type = variable->struct_id
		? kbtf_name(variable->btf, kbtf_type(variable->btf, variable->struct_id))
		: NULL;
	const struct own_struct *own = c_own(c, term, &own_name);
	const char *wanted = parameter->pointee;
	char path[C_PATH_MAX];
	uint32_t type_id;

	if (own) {
		put_own(c, parameter, own, own_name, term.add);
	} else if (term.add < 0) {
		put_container(c, parameter, variable, term.add);
	} else if (!term.add && (!type || !wanted || !strcmp(type, wanted))) {
		bool fits = !type || wanted || !parameter->is_pointer;
		buf_printf(&c->body, "%s%s", fits ? "" : "(void *)", variable->name);
	} else if (type && wanted && c_types_member(&c->types, variable->btf, variable->struct_id,
					     (uint32_t)term.add, wanted, path, &type_id)) {
		buf_printf(&c->body, "&%s->%s", variable->name, path);
	} else if (!term.add) {
		buf_printf(&c->body, "(void *)%s", variable->name);
	} else {
		c_fail(c);
	}
}

static void put_object(struct translation *c, const struct parameter *parameter, int32_t offset)
{
	const struct builder *builder = c->builder;
	size_t at = 0;

	while (at < builder->room_cnt && builder->rooms[at].offset != offset)
		at++;
	if (at == builder->room_cnt) {
		c_fail(c);
		return;
	}
	struct c_object *object = &c->objects[at];
	if (!*object->name && parameter->pointee) {
		c_types_add_opaque(&c->types, parameter->pointee, builder->rooms[at].size_bytes);
		snprintf(object->type, sizeof(object->type), "struct %.50s", parameter->pointee);
		choose_name(c, parameter->pointee, object->name);
	} else if (!*object->name && parameter->is_long) {
		snprintf(object->type, sizeof(object->type), "unsigned long");
		choose_name(c, "flags", object->name);
	} else if (!*object->name) {
		bool is_key = !parameter->callee->btf && builder->rooms[at].size_bytes == KEY_BYTES;
		choose_name(c, is_key ? "key" : "buffer", object->name);
	}
	bool fits = *object->type && (parameter->pointee || parameter->is_long);
	buf_printf(&c->body, "%s%s%s", fits ? "" : "(void *)", *object->type ? "&" : "", object->name);
}

static void put_number(struct translation *c, const struct parameter *parameter, int32_t number)
{
	struct own_struct own;

	if (parameter->is_pointer && !number) {
		buf_puts(&c->body, "NULL");
	} else if (strstr(parameter->name, "local_type_id")) {
		if (!own_struct_by_id(
			    &c->builder->planner->objects, (uint32_t)number, &c->pool, &own)) {
			c_fail(c);
			return;
		}
		c_need_own(c, &own);
		buf_printf(&c->body, "bpf_core_type_id_local(struct %s)", own.name);
	} else if (text_ends(parameter->name, "btf_id__k")) {
		const struct btf_type *type = kbtf_type(c->btf, (uint32_t)number);
		c_types_add(&c->types, c->btf, (uint32_t)number);
		buf_printf(&c->body, "bpf_core_type_id_kernel(struct %s)", kbtf_name(c->btf, type));
	} else {
		buf_printf(&c->body, "%d", number);
	}
}

static void put_map_value(struct translation *c, const struct parameter *parameter, struct term term)
{
	const char *name;
	const struct own_struct *own = c_own(c, term, &name);

	if (own) {
		c_need_own(c, own);
		put_own(c, parameter, own, name, term.add);
		return;
	}
	c->maps[term.number].value_is_used = true;
	buf_puts(&c->body, !strcmp(c->maps[term.number].name, "rodata") ? "(void *)text" : "(void *)memory");
}

void c_put_argument(struct translation *c, const struct callee *callee, uint32_t index, struct term term)
{
	const struct parameter parameter = parameter_at(c, callee, index);
	char map[C_NAME_MAX];

	switch (term.kind) {
	case TERM_NONE:
		c_fail(c);
		break;
	case TERM_NUMBER:
		put_number(c, &parameter, term.number);
		break;
	case TERM_CONTEXT:
		buf_puts(&c->body, callee->btf || c->builder->target->proto_id ? "(void *)ctx" : "ctx");
		break;
	case TERM_STACK:
		put_object(c, &parameter, term.number);
		break;
	case TERM_VARIABLE:
		put_variable(c, &parameter, term);
		break;
	case TERM_MAP:
		c->maps[term.number].is_declared = true;
		c_map_name(c->maps[term.number].name, map);
		buf_printf(&c->body, "%s&%s", callee->btf ? "(void *)" : "", map);
		break;
	case TERM_MAP_VALUE:
		put_map_value(c, &parameter, term);
		break;
	case TERM_CALLBACK:
		c->callbacks[term.number] = true;
		buf_printf(&c->body, "%s%s", callee->btf ? "(void *)" : "",
			term.number == CALLBACK_LESS ? "less" : "callback");
		break;
	case TERM_KSYM:
		buf_printf(&c->body, "&%s", kbtf_name(c->btf, kbtf_type(c->btf, (uint32_t)term.number)));
		break;
	}
}
