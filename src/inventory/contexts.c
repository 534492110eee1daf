/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/contexts.h"
#include "util/glob.h"

#include <string.h>

#define ITER_PREFIX "bpf_iter_"
#define STRUCT_OPS_PREFIX "bpf_struct_ops_"

struct expansion {
	const struct kernel *kernel;
	const char *const *globs;
	size_t glob_cnt;
	struct pool *pool;
	struct probe_contexts *contexts;
	size_t found; /* types that the row expands over, including those that no glob matches */
};

struct load_place row_place(const struct context_row *row)
{
	return (struct load_place) {
		.prog_type = row->prog_type,
		.expected_attach_type = row->attach_type == ATTACH_NONE ? 0 : (uint32_t)row->attach_type,
		.prog_flags = row->prog_flags,
		.ret = row->ret,
	};
}

static struct error *contexts_append(struct expansion *expansion, const struct context_row *row,
	const char *name, uint32_t type_id, int32_t member)
{
	struct probe_contexts *contexts = expansion->contexts;
	struct section section = {.row = row};

	section_parse(name, &section);
	struct probe_context *list = pool_grow(
		expansion->pool, contexts->list, contexts->cnt, &contexts->cap, sizeof(*list));
	if (!list)
		return error_no_memory();
	contexts->list = list;
	list[contexts->cnt++] = (struct probe_context) {
		.row = row,
		.name = name,
		.section = section,
		.type_id = type_id,
		.member = member,
		.place = row_place(row),
	};
	return NULL;
}

static struct error *contexts_add_context(struct expansion *expansion, const struct context_row *row,
	const char *name, uint32_t type_id, int32_t member)
{
	if (!name)
		return error_no_memory();
	return glob_any(expansion->globs, expansion->glob_cnt, name)
		? contexts_append(expansion, row, name, type_id, member)
		: NULL;
}

static bool points_to_struct(const struct kbtf *btf, uint32_t id, const char *name)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, id));

	if (!type || kbtf_kind(type) != BTF_KIND_PTR)
		return false;
	type = kbtf_type(btf, kbtf_skip_modifiers(btf, type->type));
	return type && kbtf_kind(type) == BTF_KIND_STRUCT && !strcmp(kbtf_name(btf, type), name);
}

/* DEFINE_BPF_ITER_FUNC (include/linux/bpf.h). Its parameters and return type identify it. */
static bool is_iterator(const struct kbtf *btf, const struct btf_type *type)
{
	if (kbtf_kind(type) != BTF_KIND_FUNC ||
		strncmp(kbtf_name(btf, type), ITER_PREFIX, strlen(ITER_PREFIX)))
		return false;
	const struct btf_type *proto = kbtf_type(btf, type->type);
	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO || !kbtf_vlen(proto))
		return false;
	const struct btf_type *result = kbtf_type(btf, proto->type);
	const struct btf_param *params = kbtf_tail(proto);
	return result && kbtf_kind(result) == BTF_KIND_INT &&
		points_to_struct(btf, params[0].type, "bpf_iter_meta");
}

/* The struct X of a value type bpf_struct_ops_X { ...; struct X data; }; 0 for any other type. */
static uint32_t struct_ops_type(const struct kbtf *btf, const struct btf_type *type, uint32_t id)
{
	uint32_t data_id;

	if (kbtf_kind(type) != BTF_KIND_STRUCT ||
		strncmp(kbtf_name(btf, type), STRUCT_OPS_PREFIX, strlen(STRUCT_OPS_PREFIX)) ||
		!kbtf_find_member(btf, id, "data", &data_id, NULL))
		return 0;
	data_id = kbtf_skip_modifiers(btf, data_id);
	const struct btf_type *data = kbtf_type(btf, data_id);
	if (!data || kbtf_kind(data) != BTF_KIND_STRUCT ||
		strcmp(kbtf_name(btf, data), kbtf_name(btf, type) + strlen(STRUCT_OPS_PREFIX)))
		return 0;
	return data_id;
}

static bool is_named(const struct expansion *expansion, const char *name)
{
	for (size_t i = 0; i < expansion->glob_cnt; i++) {
		if (!strcmp(expansion->globs[i], name))
			return true;
	}
	return false;
}

/*
 * "struct_ops/T" for the type, and "struct_ops/T/M" for each of its functions. The sleepable form of a
 * function is a context only if it is named, because it gives few programs more than that of the type.
 */
static struct error *expand_struct_ops(
	struct expansion *expansion, const struct context_row *row, uint32_t type_id)
{
	const struct kbtf *btf = expansion->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, type_id);
	const struct btf_member *members = kbtf_tail(type);
	const char *name = pool_printf(
		expansion->pool, "%s/%s", row->name, kbtf_name(btf, type));
	struct error *error = contexts_add_context(expansion, row, name, type_id, -1);

	for (uint32_t i = 0; !error && i < kbtf_vlen(type); i++) {
		if (!kbtf_is_function_pointer(btf, members[i].type))
			continue;
		const char *member = pool_printf(
			expansion->pool, "%s/%s", name, kbtf_string(btf, members[i].name_off));
		if (member && row->prog_flags & BPF_F_SLEEPABLE && !is_named(expansion, member))
			continue;
		error = contexts_add_context(expansion, row, member, type_id, (int32_t)i);
	}
	return error;
}

static struct error *expand_type(
	struct expansion *expansion, const struct context_row *row, uint32_t id)
{
	const struct kbtf *btf = expansion->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, id);

	uint32_t ops = row->target == TARGET_STRUCT_OPS ? struct_ops_type(btf, type, id) : 0;
	bool iterator = row->target == TARGET_ITER && is_iterator(btf, type);

	expansion->found += ops || iterator;
	if (ops)
		return expand_struct_ops(expansion, row, ops);
	if (!iterator)
		return NULL;
	return contexts_add_context(expansion, row,
		pool_printf(expansion->pool, "%s/%s", row->name,
			kbtf_name(btf, type) + strlen(ITER_PREFIX)),
		id, -1);
}

/* Can a glob match a context that starts with the row's stem? If not, the walk through BTF is skipped. */
static bool stem_wanted(const struct expansion *expansion, const char *stem)
{
	size_t len = strlen(stem);

	for (size_t i = 0; i < expansion->glob_cnt; i++) {
		const char *glob = expansion->globs[i];
		size_t literal = strcspn(glob, "*?[\\");
		if (!strncmp(glob, stem, literal < len ? literal : len))
			return true;
	}
	return !expansion->glob_cnt;
}

static struct error *expand_row(struct expansion *expansion, const struct context_row *row)
{
	const struct kbtf *btf = expansion->kernel->btf;
	struct error *error = NULL;

	if (row->target != TARGET_ITER && row->target != TARGET_STRUCT_OPS)
		return contexts_add_context(expansion, row, row->name, 0, -1);
	if (!stem_wanted(expansion, row->name))
		return NULL;
	expansion->found = 0;
	for (uint32_t id = 1; btf && !error && id < kbtf_type_cnt(btf); id++)
		error = expand_type(expansion, row, id);
	/* A row that expands over no type is still listed, so that it is not silently missing. */
	if (!error && !expansion->found)
		error = contexts_add_context(expansion, row, row->name, 0, -1);
	return error;
}

/* A context that a name with a target asks for. */
static struct error *add_targeted(struct expansion *expansion, const char *glob)
{
	struct section section;

	if (!section_parse(glob, &section) || !section.target)
		return NULL;
	const char *name = pool_strdup(expansion->pool, glob);
	return name ? contexts_append(expansion, section.row, name, 0, -1) : error_no_memory();
}

struct error *contexts_expand(const struct kernel *kernel, const char *const *globs,
	size_t glob_cnt, struct pool *pool, struct probe_contexts *contexts)
{
	struct expansion expansion = {kernel, globs, glob_cnt, pool, contexts, 0};

	struct error *error = NULL;

	*contexts = (struct probe_contexts) {0};
	for (size_t i = 0; i < context_row_cnt && !error; i++)
		error = expand_row(&expansion, &context_rows[i]);
	for (size_t i = 0; i < glob_cnt && !error; i++)
		error = add_targeted(&expansion, globs[i]);
	return error;
}

static bool has_targets(const struct kbtf *btf)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (is_iterator(btf, type) || struct_ops_type(btf, type, id))
			return true;
	}
	return false;
}

bool modules_have_targets(const struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (has_targets(kernel->modules[i].btf))
			return true;
	}
	return false;
}
