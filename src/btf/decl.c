/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/decl.h"
#include "util/array.h"
#include "util/cdecl.h"

#include <string.h>

static const char *spelled(const struct kbtf *btf, uint32_t name_off)
{
	return cdecl_name(kbtf_string(btf, name_off));
}

/* The kernel's macro for a tag (include/linux/compiler_types.h), else the attribute itself. */
static void put_type_tag(struct buf *out, const char *tag, bool attribute)
{
	static const struct {
		const char *tag, *macro;
	} macros[] = {
		{"user", "__user"}, {"rcu", "__rcu"}, {"percpu", "__percpu"}, {"kptr", "__kptr"},
		{"kptr_ref", "__kptr_ref"}, {"kptr_untrusted", "__kptr_untrusted"},
		{"percpu_kptr", "__percpu_kptr"}, {"uptr", "__uptr"}, {"arena", "__arena"},
		{"address_space(1)", "__arena"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		if (!strcmp(macros[i].tag, tag)) {
			buf_puts(out, macros[i].macro);
			return;
		}
	}
	buf_printf(out, attribute ? "__attribute__((%s))" : "__attribute__((btf_type_tag(\"%s\")))", tag);
}

static struct cdecl_type decl_type_at(const struct kbtf *btf, uint32_t id)
{
	static const enum cdecl_kind kinds[] = {
		[BTF_KIND_INT] = CDECL_NAMED, [BTF_KIND_PTR] = CDECL_POINTER,
		[BTF_KIND_ARRAY] = CDECL_ARRAY, [BTF_KIND_STRUCT] = CDECL_NAMED,
		[BTF_KIND_UNION] = CDECL_NAMED, [BTF_KIND_ENUM] = CDECL_NAMED,
		[BTF_KIND_FWD] = CDECL_NAMED, [BTF_KIND_TYPEDEF] = CDECL_NAMED,
		[BTF_KIND_VOLATILE] = CDECL_QUALIFIER, [BTF_KIND_CONST] = CDECL_QUALIFIER,
		[BTF_KIND_RESTRICT] = CDECL_QUALIFIER, [BTF_KIND_FUNC_PROTO] = CDECL_FUNCTION,
		[BTF_KIND_FLOAT] = CDECL_NAMED, [BTF_KIND_TYPE_TAG] = CDECL_TAG,
		[BTF_KIND_ENUM64] = CDECL_NAMED,
	};
	const struct btf_type *type = kbtf_type(btf, id);
	unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;

	return (struct cdecl_type) {
		.kind = !id ? CDECL_NAMED : kind < ARRAY_SIZE(kinds) ? kinds[kind] : CDECL_INVALID,
		.at = {id},
	};
}

static const char *decl_keyword(const struct btf_type *type)
{
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	case BTF_KIND_FWD:
		return kbtf_kind_flag(type) ? "union " : "struct ";
	default:
		return "";
	}
}

static void decl_put(const void *context, const struct cdecl_type *place, struct buf *out)
{
	const struct kbtf *btf = context;
	uint32_t id = (uint32_t)place->at[0];
	const struct btf_type *type = kbtf_type(btf, id);

	if (place->kind == CDECL_INVALID) {
		buf_printf(out, "<invalid type %u>", id);
	} else if (place->kind == CDECL_ARRAY) {
		buf_printf(out, "[%u]", ((const struct btf_array *)kbtf_tail(type))->nelems);
	} else if (place->kind == CDECL_TAG) {
		put_type_tag(out, spelled(btf, type->name_off), kbtf_kind_flag(type));
	} else if (place->kind == CDECL_QUALIFIER) {
		unsigned int kind = kbtf_kind(type);
		buf_puts(out, kind == BTF_KIND_CONST ? "const"
				: kind == BTF_KIND_VOLATILE ? "volatile" : "restrict");
	} else {
		const char *name = id ? spelled(btf, type->name_off) : "void";
		buf_printf(out, "%s%s", id ? decl_keyword(type) : "", *name ? name : "{ ... }");
	}
}

static struct cdecl_type decl_next(const void *context, const struct cdecl_type *place)
{
	const struct btf_type *type = kbtf_type(context, (uint32_t)place->at[0]);

	return decl_type_at(context, place->kind == CDECL_ARRAY
			? ((const struct btf_array *)kbtf_tail(type))->type : type->type);
}

static bool decl_param(const void *context, const struct cdecl_type *function, struct cdecl_param *ret)
{
	const struct btf_type *proto = kbtf_type(context, (uint32_t)function->at[0]);
	const struct btf_param *params = kbtf_tail(proto);

	if (ret->index >= kbtf_vlen(proto))
		return false;
	ret->name = spelled(context, params[ret->index].name_off);
	ret->rest = !params[ret->index].type && !*ret->name;
	ret->type = decl_type_at(context, params[ret->index].type);
	return true;
}

void kbtf_print_decl(const struct kbtf *btf, uint32_t type_id, const char *name, struct buf *out)
{
	const struct cdecl_reader reader = {decl_put, decl_next, decl_param, btf};

	cdecl_print(&reader, decl_type_at(btf, type_id), name, out);
}

void kbtf_print_func(const struct kbtf *btf, uint32_t func_id, struct buf *out)
{
	const struct btf_type *func = kbtf_type(btf, func_id);

	if (!func || kbtf_kind(func) != BTF_KIND_FUNC) {
		buf_printf(out, "<invalid type %u>", func_id);
		return;
	}
	const struct btf_type *proto = kbtf_type(btf, func->type);
	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO) {
		buf_printf(out, "<invalid type %u>", func->type);
		return;
	}
	kbtf_print_decl(btf, func->type, spelled(btf, func->name_off), out);
}
