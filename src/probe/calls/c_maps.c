/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/c_maps.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define INNER_MAP "inner:"

static const struct own_struct plain = {.name = "example_plain"};

static struct own_struct locked(enum object_field field)
{
	return field == OBJECT_SPIN_LOCK
		? (struct own_struct) {"example_locked", {{0, "lock", "bpf_spin_lock", NULL, NULL}}, .member_cnt = 1}
		: (struct own_struct) {
			  "example_res_locked", {{0, "lock", "bpf_res_spin_lock", NULL, NULL}}, .member_cnt = 1};
}

static struct own_struct node(const struct objects *objects)
{
	struct own_struct own = {"example_node", {{0, "list", "bpf_list_node", NULL, NULL}}, .member_cnt = 1};
	uint32_t end = objects->rb_offset;

	if (objects->fields[OBJECT_RB_NODE].id)
		own.members[own.member_cnt++] = (struct own_member) {end, "tree", "bpf_rb_node", NULL, NULL};
	end += objects->fields[OBJECT_RB_NODE].size_bytes;
	if (objects->fields[OBJECT_REFCOUNT].id)
		own.members[own.member_cnt++] = (struct own_member) {end, "count", "bpf_refcount", NULL, NULL};
	return own;
}

static const struct own_struct *keep(struct pool *pool, struct own_struct own)
{
	struct own_struct *kept = pool_calloc(pool, 1, sizeof(*kept));

	own.is_pointed_to = true;
	if (kept)
		*kept = own;
	return kept;
}

static struct own_struct graph(const struct objects *objects, struct pool *pool)
{
	struct own_struct own = {"example_graph",
		{{0, "lock", "bpf_spin_lock", NULL, NULL}, {8, "head", "bpf_list_head", NULL, "example_node:list"}},
		.member_cnt = 2,
		.needs = keep(pool, node(objects))};

	if (objects->fields[OBJECT_RB_ROOT].id)
		own.members[own.member_cnt++] = (struct own_member) {
			objects->root_offset, "root", "bpf_rb_root", NULL, "example_node:tree"};
	return own;
}

bool own_struct_by_id(
	const struct objects *objects, uint32_t id, struct pool *pool, struct own_struct *ret)
{
	if (!id)
		return false;
	if (id == objects->node_id)
		*ret = node(objects);
	else if (id == objects->graph.id)
		*ret = graph(objects, pool);
	else if (id == objects->plain_id)
		*ret = plain;
	else if (id == objects->lock_objects[OBJECT_SPIN_LOCK])
		*ret = locked(OBJECT_SPIN_LOCK);
	else if (id == objects->lock_objects[OBJECT_RES_SPIN_LOCK])
		*ret = locked(OBJECT_RES_SPIN_LOCK);
	else
		return false;
	return true;
}

/* struct NAME_pointer { struct NAME TAG *pointer; }; */
static struct own_struct pointer_to(
	const char *type, const char *tag, const struct own_struct *needs)
{
	struct own_struct own = {
		.members = {{0, "pointer", type, tag, NULL}}, .member_cnt = 1, .needs = needs};

	snprintf(own.name, sizeof(own.name), "%.48s_pointer", type);
	return own;
}

bool own_struct_of_map(
	const struct objects *objects, const char *map, struct pool *pool, struct own_struct *ret)
{
	const char *colon = strchr(map, ':');
	const char *type = colon ? pool_strdup(pool, colon + 1) : "";

	if (!type)
		return false;
	if (!strcmp(map, "graph")) {
		*ret = graph(objects, pool);
	} else if (!strcmp(map, "node")) {
		*ret = pointer_to("example_node", "kptr", keep(pool, node(objects)));
	} else if (!strcmp(map, "percpu")) {
		*ret = pointer_to("example_plain", "percpu_kptr", keep(pool, plain));
	} else if (!strncmp(map, "object:", 7)) {
		const struct own_struct *object = keep(pool, locked(object_field_find(type)));
		*ret = pointer_to(object ? object->name : "", "kptr", object);
	} else if (!strncmp(map, "value:", 6)) {
		*ret = (struct own_struct) {.members = {{0, "field", type, NULL, NULL}}, .member_cnt = 1};
		snprintf(ret->name, sizeof(ret->name), "%.48s_value", type);
	} else if (!strncmp(map, KPTR_MAP, strlen(KPTR_MAP))) {
		*ret = pointer_to(type, "kptr", NULL);
	} else {
		return false;
	}
	return true;
}

const struct own_member *own_struct_member(const struct own_struct *own, uint32_t offset)
{
	for (size_t i = 0; i < own->member_cnt; i++) {
		if (own->members[i].offset == offset)
			return &own->members[i];
	}
	return NULL;
}

void own_struct_print(const struct own_struct *own, struct buf *out)
{
	buf_printf(out, "struct %s {\n", own->name);
	for (size_t i = 0; i < own->member_cnt; i++) {
		const struct own_member *member = &own->members[i];
		buf_printf(out, "\tstruct %s ", member->type);
		if (member->tag)
			buf_printf(out, "__attribute__((btf_type_tag(\"%s\"))) *", member->tag);
		buf_puts(out, member->name);
		if (member->contains)
			buf_printf(out, "\n\t\t__attribute__((btf_decl_tag(\"contains:%s\")))", member->contains);
		buf_puts(out, ";\n");
	}
	buf_puts(out, own->member_cnt && own->members[0].tag ? "};\n" : "\t__u64 data;\n};\n");
}

void c_map_name(const char *map, char name[static C_NAME_MAX])
{
	int len = (int)strcspn(map, "@");

	snprintf(name, C_NAME_MAX, "%.*s_map", len < 48 ? len : 48, map);
	for (char *at = name; *at; at++) {
		if (!isalnum((unsigned char)*at))
			*at = '_';
	}
}

static void print_enumerator(const struct plain_map *map, struct buf *out)
{
	buf_puts(out, "BPF_MAP_TYPE_");
	buf_puts_upper(out, map->name);
}

void c_map_type_print(const struct plain_map *map, struct buf *out)
{
	buf_puts(out, "#define ");
	print_enumerator(map, out);
	buf_printf(out, " %u\n", map->type);
}

static void print_plain(const struct plain_map *map, struct buf *out)
{
	buf_puts(out, "\t__uint(type, ");
	print_enumerator(map, out);
	buf_puts(out, ");\n");
	if (map->typed)
		buf_puts(out, "\t__type(key, int);\n\t__type(value, __u64);\n");
	else if (map->key)
		buf_printf(out, "\t__uint(key_size, %u);\n", map->key);
	if (!map->typed && map->value)
		buf_printf(out, "\t__uint(value_size, %u);\n", map->value);
	if (map->entries)
		buf_printf(out, "\t__uint(max_entries, %u);\n", map->entries);
	if (map->flags)
		buf_printf(out, "\t__uint(map_flags, %u);\n", map->flags);
}

bool c_map_print(const char *map, const struct own_struct *value, struct buf *out)
{
	bool is_outer = !strncmp(map, INNER_MAP, strlen(INNER_MAP));
	const struct plain_map *plain_map =
		objects_plain_map(is_outer ? map + strlen(INNER_MAP) : map);
	char name[C_NAME_MAX];

	if (!value && !plain_map)
		return false;
	c_map_name(map, name);
	if (is_outer) {
		buf_puts(out, "struct inner_map {\n");
		print_plain(plain_map, out);
		buf_puts(out, "};\n\nstruct {\n\t__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);\n"
			      "\t__uint(key_size, 4);\n\t__uint(max_entries, 1);\n"
			      "\t__array(values, struct inner_map);\n");
	} else if (value) {
		buf_printf(out,
			"struct {\n\t__uint(type, BPF_MAP_TYPE_ARRAY);\n\t__uint(max_entries, 1);\n"
			"\t__type(key, int);\n\t__type(value, struct %s);\n", value->name);
	} else {
		buf_puts(out, "struct {\n");
		print_plain(plain_map, out);
	}
	buf_printf(out, "} %s SEC(\".maps\");\n", name);
	return true;
}
