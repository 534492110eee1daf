/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/c_text.h"
#include "btf/decl.h"
#include "inventory/inventory.h"
#include "probe/calls/c_translation.h"
#include "probe/calls/types.h"

#include <stdlib.h>
#include <string.h>

static void print_map_types(const struct translation *c, struct buf *out)
{
	for (size_t i = 0; i < c->map_cnt; i++) {
		const char *name = c->maps[i].name;
		bool is_outer = !strncmp(name, "inner:", 6);
		const struct plain_map *plain = objects_plain_map(is_outer ? name + 6 : name);
		if (is_outer)
			buf_puts(out, "#define BPF_MAP_TYPE_ARRAY_OF_MAPS 12\n");
		if (c->maps[i].has_value)
			buf_puts(out, "#define BPF_MAP_TYPE_ARRAY 2\n");
		else if (plain && (c->maps[i].is_declared || is_outer))
			c_map_type_print(plain, out);
	}
}

static void print_head(struct translation *c, struct buf *out)
{
	buf_puts(out, "#ifndef __VMLINUX_H__\n#include <linux/types.h>\n\n#define NULL ((void *)0)\n");
	print_map_types(c, out);
	c_types_print(&c->types, out);
	buf_puts(out, "#endif\n#include <bpf/bpf_helpers.h>\n");
	if (strstr(buf_text(&c->body), "bpf_core_"))
		buf_puts(out, "#include <bpf/bpf_core_read.h>\n");
	buf_putc(out, '\n');
}

/*
 * The verifier finds a struct by its name in the program's BTF. A compiler leaves out the inside of a struct
 * that only a member points to, and all of one that only a tag names.
 */
static void print_in_btf(const struct translation *c, struct buf *out)
{
	for (size_t i = 0; i < c->own_cnt; i++) {
		_cleanup_buf_ struct buf used = {0};
		buf_printf(&used, "local(struct %s)", c->owns[i].name);
		if (!c->owns[i].is_pointed_to || strstr(buf_text(&c->body), buf_text(&used)))
			continue;
		buf_printf(out, "struct %s *%s_in_btf;\n\n", c->owns[i].name, c->owns[i].name);
	}
}

static void print_globals(const struct translation *c, struct buf *out)
{
	for (size_t i = 0; i < c->own_cnt; i++) {
		own_struct_print(&c->owns[i], out);
		buf_putc(out, '\n');
	}
	print_in_btf(c, out);
	for (size_t i = 0; i < c->map_cnt; i++) {
		const struct c_map *map = &c->maps[i];
		if (map->is_declared || (map->has_value && map->value_is_used)) {
			c_map_print(map->name, map->has_value ? &map->value : NULL, out);
			buf_putc(out, '\n');
		} else if (map->value_is_used) {
			buf_puts(out, !strcmp(map->name, "rodata")
					? "static const char text[64] = \"kcompat\";\n\n"
					: "static char memory[64];\n\n");
		}
	}
	for (size_t i = 0; i < c->ksym_cnt; i++) {
		const struct btf_type *type = kbtf_type(c->btf, c->ksyms[i]);
		buf_puts(out, "extern const ");
		kbtf_print_decl(c->btf, type->type, kbtf_name(c->btf, type), out);
		buf_puts(out, " __ksym;\n\n");
	}
	for (size_t i = 0; i < c->callee_cnt; i++) {
		buf_puts(out, "extern ");
		kbtf_print_func(c->callees[i]->btf, c->callees[i]->func_id, out);
		buf_puts(out, i + 1 < c->callee_cnt ? " __ksym;\n" : " __ksym;\n\n");
	}
	if (c->callbacks[CALLBACK_PLAIN])
		buf_puts(out, "static int callback(void)\n{\n\treturn 0;\n}\n\n");
	if (c->callbacks[CALLBACK_LESS])
		buf_puts(out,
			"static int less(void *a, const void *b)\n{\n\treturn 0;\n}\n\n");
}

/* "tp_btf/task_newtask": the section, with the target unless the context's name has one. */
static void print_section(const struct translation *c, struct buf *out)
{
	const struct probe_context *context = c->builder->planner->context;
	const char *target = c->builder->target->name;
	bool named = context->section.target || context->row->target == TARGET_ITER ||
		context->row->target == TARGET_STRUCT_OPS || !c->builder->target->btf_id;

	if (context->row->target == TARGET_STRUCT_OPS) {
		buf_printf(out, "SEC(\"%s/example\")\n", context->row->name);
		return;
	}
	buf_printf(out, "SEC(\"%s", context->name);
	if (!named && !strncmp(target, HOOK_TYPE_TRACEPOINT, strlen(HOOK_TYPE_TRACEPOINT)))
		target += strlen(HOOK_TYPE_TRACEPOINT);
	else if (!named && !strncmp(target, HOOK_TYPE_LSM, strlen(HOOK_TYPE_LSM)))
		target += strlen(HOOK_TYPE_LSM);
	buf_printf(out, named ? "\")\n" : "/%s\")\n", target);
}

/* No section says this, so the reader's loader has to. A replacement takes the device of what it replaces. */
static void print_bound(const struct translation *c, struct buf *out)
{
	if (c->builder->planner->context->row->target == TARGET_PROGRAM)
		buf_puts(out, "/* Its target must be loaded for a network device, with BPF_F_XDP_DEV_BOUND_ONLY. */\n");
	else
		buf_puts(out,
			"/*\n * It must be loaded for a network device whose driver has XDP. Before bpf_object__load():\n"
			" * bpf_program__set_ifindex(program, ifindex);\n"
			" * bpf_program__set_flags(program, BPF_F_XDP_DEV_BOUND_ONLY);\n */\n");
}

static void print_objects(const struct translation *c, struct buf *out)
{
	for (size_t i = 0; i < c->builder->room_cnt; i++) {
		const struct c_object *object = &c->objects[i];
		if (!*object->name)
			continue;
		if (*object->type)
			buf_printf(out, "\t%s %s", object->type, object->name);
		else
			buf_printf(out, "\t__u64 %s[%d]", object->name, c->builder->rooms[i].size_bytes / 8);
		buf_puts(out, c->builder->rooms[i].filled ? " = {};\n" : ";\n");
	}
}

static void print_variables(const struct translation *c, struct buf *out)
{
	for (size_t i = 0; i < c->variable_cnt; i++) {
		const struct variable *variable = &c->variables[i];
		if (variable->is_used)
			buf_printf(out, "\t%s%s%s;\n", variable->type,
				text_ends(variable->type, "*") ? "" : " ", variable->name);
	}
}

static const struct c_map *map_with_value(const struct translation *c)
{
	for (size_t i = 0; i < c->map_cnt; i++) {
		if (c->maps[i].has_value && c->maps[i].value_is_used)
			return &c->maps[i];
	}
	return NULL;
}

/* The value of the map is looked up first, where nothing has to be given back. */
static void print_lookup(const struct translation *c, const struct c_map *map, struct buf *out)
{
	char name[C_NAME_MAX];

	c_map_name(map->name, name);
	buf_printf(out, "\tint zero = 0;\n\tstruct %s *value = bpf_map_lookup_elem(&%s, &zero);\n",
		map->value.name, name);
	print_objects(c, out);
	print_variables(c, out);
	buf_printf(out, "\n\tif (!value)\n\t\treturn %d;\n", c->builder->planner->context->place.ret);
}

static void print_struct_ops(const struct translation *c, struct buf *out)
{
	const struct probe_context *context = c->builder->planner->context;
	const struct btf_type *type = kbtf_type(c->btf, context->type_id);
	uint32_t member = c->builder->target->attach_type;

	if (!type || member >= kbtf_vlen(type))
		return;
	const char *name =
		kbtf_string(c->btf, ((const struct btf_member *)kbtf_tail(type))[member].name_off);
	buf_printf(out,
		"\n#ifndef __VMLINUX_H__\nstruct %s {\n\tint (*%s)(void);\n};\n#endif\n\n"
		"SEC(\".struct_ops\")\nstruct %s ops = {\n\t.%s = (void *)example,\n};\n",
		kbtf_name(c->btf, type), name, kbtf_name(c->btf, type), name);
}

static void print_source(struct translation *c, struct buf *out)
{
	const struct c_map *map = map_with_value(c);
	const char *type = c_context_type(c);
	bool is_void = !type;

	print_head(c, out);
	print_globals(c, out);
	if (c->builder->bound)
		print_bound(c, out);
	print_section(c, out);
	buf_printf(out, "int example(%s%s *ctx)\n{\n",
		is_void || !strcmp(type, CONTEXT_ARRAY) ? "" : "struct ", is_void ? "void" : type);
	if (map) {
		print_lookup(c, map, out);
	} else {
		size_t before = out->len;
		print_objects(c, out);
		print_variables(c, out);
		if (out->len > before)
			buf_putc(out, '\n');
	}
	buf_puts(out, buf_text(&c->body));
	buf_puts(out, "}\n");
	if (c->builder->planner->context->row->target == TARGET_STRUCT_OPS)
		print_struct_ops(c, out);
	buf_puts(out, "\nchar _license[] SEC(\"license\") = \"GPL\";\n");
}

static bool has_two_values(const struct translation *c)
{
	size_t cnt = 0;

	for (size_t i = 0; i < c->map_cnt; i++)
		cnt += c->maps[i].has_value && c->maps[i].value_is_used;
	return cnt > 1;
}

bool c_text_print(const struct builder *builder, struct buf *out)
{
	struct translation *c = calloc(1, sizeof(*c));

	if (!c)
		return false;
	c->builder = builder;
	c->btf = builder->planner->kernel->btf;
	/* The first pass finds which variables are used, and which labels there are. */
	if (c->btf)
		c_follow(c);
	if (c->btf && !c->failed)
		c_follow(c);
	bool printed = c->btf && !c->failed && !c->types.failed && !c->body.failed && !has_two_values(c);
	if (printed)
		print_source(c, out);
	buf_deinit(&c->body);
	pool_destroy(&c->pool);
	free(c);
	return printed;
}
