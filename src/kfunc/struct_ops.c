/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/struct_ops.h"
#include "kfunc/search.h"

#include <string.h>

#define NAME_LEN_MAX 128
#define VALUE_PREFIX "bpf_struct_ops_"

static bool member_pointer(
	const struct kfunc_code *code, uint64_t object, const char *member, uint64_t *ret)
{
	const struct kfunc_image *source = &code->source;
	uint32_t id = kbtf_find(source->btf, "bpf_struct_ops", BTF_KIND_STRUCT), bits;

	return id && kbtf_find_member(source->btf, id, member, NULL, &bits) &&
		image_read(source->image, object + bits / 8, source->image->address_bytes, ret);
}

static const char *struct_ops_read_name(const struct image *image, uint64_t address, struct pool *pool)
{
	char name[NAME_LEN_MAX];

	for (size_t i = 0; i < sizeof(name); i++) {
		uint64_t byte;
		if (!image_read(image, address + i, 1, &byte))
			return NULL;
		name[i] = (char)byte;
		if (!byte)
			return i ? pool_strdup(pool, name) : NULL;
	}
	return NULL;
}

/* cfi_stubs: a struct of the ops' type with a function where a program may stand (6.7). */
static bool read_stubs(const struct kfunc_code *code, uint64_t stubs, struct pool *pool,
	struct kfunc_struct_ops *ops)
{
	const struct kfunc_image *source = &code->source;
	uint32_t id = kbtf_find(source->btf, ops->name, BTF_KIND_STRUCT);
	const struct btf_type *type = kbtf_type(source->btf, id);

	if (!type)
		return true;
	const struct btf_member *members = kbtf_tail(type);
	uint32_t *offsets = pool_calloc(pool, kbtf_vlen(type) + 1, sizeof(*offsets));
	if (!offsets)
		return false;
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t offset = (members[i].offset & (kbtf_kind_flag(type) ? 0xffffff : ~0u)) / 8;
		uint64_t pointer;
		if (!kbtf_is_function_pointer(source->btf, members[i].type))
			continue;
		if (!image_read(
			    source->image, stubs + offset, source->image->address_bytes, &pointer))
			return true;
		if (pointer)
			offsets[ops->stub_cnt++] = offset;
	}
	ops->stubs = offsets;
	ops->stubs_known = true;
	return true;
}

static struct error *take_ops(const struct kfunc_code *code, uint64_t address, struct pool *pool,
	struct kernel_kfuncs *kfuncs, const char *must_be)
{
	struct kfunc_struct_ops ops = {.address = address, .module = code->source.module};
	uint64_t name, stubs;

	if (!member_pointer(code, ops.address, "name", &name))
		return NULL;
	ops.name = struct_ops_read_name(code->source.image, name, pool);
	if (!ops.name || (must_be && strcmp(ops.name, must_be)))
		return NULL;
	ops.check_known = member_pointer(code, ops.address, "check_member", &ops.check_member);
	if (member_pointer(code, ops.address, "cfi_stubs", &stubs) && stubs &&
		!read_stubs(code, stubs, pool, &ops))
		return error_no_memory();
	return kernel_kfuncs_add_struct_ops(pool, kfuncs, &ops) ? NULL : error_no_memory();
}

struct error *kfunc_ops_take(const struct kfunc_code *code, const struct kfunc_call *call,
	struct pool *pool, struct kernel_kfuncs *kfuncs)
{
	return call->resolved ? take_ops(code, call->args[0], pool, kfuncs, NULL) : NULL;
}

struct error *kfunc_ops_find_static(
	const struct kfunc_code *code, struct pool *pool, struct kernel_kfuncs *kfuncs)
{
	const struct kbtf *btf = code->source.btf;
	struct error *error = NULL;

	for (uint32_t id = 1; id < kbtf_type_cnt(btf) && !error; id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		const char *name = kbtf_name(btf, type);
		if (kbtf_kind(type) != BTF_KIND_STRUCT ||
			strncmp(name, VALUE_PREFIX, strlen(VALUE_PREFIX)))
			continue;
		name += strlen(VALUE_PREFIX);
		const char *symbol_name = pool_printf(pool, "bpf_%s", name);
		if (!symbol_name)
			return error_no_memory();
		const struct kernel_symbol *symbol = code_map_find(&code->map, symbol_name);
		uint64_t address = symbol ? symbol->address : search_struct_ops(code, name);
		if (address)
			error = take_ops(code, address, pool, kfuncs, name);
	}
	return error;
}
