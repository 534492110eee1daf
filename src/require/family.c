/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/family.h"
#include "require/near.h"

#include <string.h>

#include "util/array.h"

bool require_family_parse(struct pool *pool, const char *context, struct family_name *ret)
{
	static const struct {
		const char *stem, *prefix;
		unsigned int kind;
	} families[] = {
		{"iter", "bpf_iter_", BTF_KIND_FUNC},
		{"iter.s", "bpf_iter_", BTF_KIND_FUNC},
		{"struct_ops", "bpf_struct_ops_", BTF_KIND_STRUCT},
		{"struct_ops.s", "bpf_struct_ops_", BTF_KIND_STRUCT},
	};
	size_t stem_len = strcspn(context, "/");

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strncmp(context, families[i].stem, stem_len) || families[i].stem[stem_len] ||
			!context[stem_len])
			continue;
		const char *type = context + stem_len + 1;
		size_t type_len = strcspn(type, "/");
		bool has_member = type[type_len] && families[i].kind == BTF_KIND_STRUCT;
		*ret = (struct family_name) {
			.stem = families[i].stem,
			.prefix = families[i].prefix,
			.type = pool_strndup(pool, type, type_len),
			.member = has_member ? type + type_len + 1 : NULL,
			.kind = families[i].kind,
		};
		ret->symbol = pool_printf(pool, "%s%s", families[i].prefix, ret->type ? ret->type : "");
		return ret->type && ret->symbol;
	}
	return false;
}

/* Why the struct has no such function; NULL: it has, or is not in the kernel's own BTF. */
static const char *member_problem(
	struct require_context *context, const struct kbtf *btf, const struct family_name *name)
{
	uint32_t id = kbtf_find(btf, name->type, BTF_KIND_STRUCT), type;

	if (!name->member || !id || !kbtf_find(btf, name->symbol, name->kind))
		return NULL;
	if (!kbtf_find_member(btf, id, name->member, &type, NULL))
		return require_reason(context, "struct %s in the kernel's BTF has no %s", name->type,
			name->member);
	return kbtf_is_function_pointer(btf, type)
		? NULL
		: require_reason(context, "%s in struct %s is no function", name->member, name->type);
}

static const char *absent_live(struct require_context *context, const struct family_name *name)
{
	const struct kernel *kernel = context->scope->kernel;

	if (!kernel->btf)
		return NULL;
	if (hook_find_type(kernel, name->symbol, name->kind).id)
		return member_problem(context, kernel->btf, name);
	return require_reason(context, "no %s in the BTF of the kernel%s%s", name->symbol,
		kernel->module_cnt ? " and its loaded modules" : "",
		require_near_prefixed(context, name->type, name->prefix, name->kind));
}

/* Does the snapshot have a context whose name starts with "STEM/TYPE" and `rest`? */
static bool has_context(struct require_context *context, const struct family_name *name,
	const char *stem, const char *rest)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	const char *text = require_reason(context, "%s/%s%s", stem, name->type, rest);
	size_t len = strlen(text);

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const char *other = snapshot->contexts[i].name;
		if (!strncmp(other, text, len) && (!other[len] || rest[strlen(rest) - 1] == '/'))
			return true;
	}
	return false;
}

/* A snapshot has a context for every type, and for every function of a struct_ops type. */
static const char *absent_in_snapshot(
	struct require_context *context, const struct family_name *name)
{
	if (!snapshot_has_fact(context->scope->snapshot, "targets") || require_not_whole(context))
		return NULL;
	if (!has_context(context, name, name->stem, ""))
		return require_reason(
			context, "%s/%s is not among the snapshot's contexts", name->stem, name->type);
	if (!name->member || !has_context(context, name, "struct_ops", "/") ||
		has_context(context, name, "struct_ops",
			require_reason(context, "/%s", name->member)))
		return NULL;
	return require_reason(context, "%s is not among the functions of struct %s", name->member,
		name->type);
}

bool require_family_absent(
	struct require_context *context, const char *name, struct require_verdict *ret)
{
	struct family_name family;

	if (!require_family_parse(context->pool, name, &family))
		return false;
	const char *why = context->scope->kernel ? absent_live(context, &family)
						 : absent_in_snapshot(context, &family);
	if (!why)
		return false;
	*ret = (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = support_state_word(SUPPORT_UNSUPPORTED),
		.reason = require_reason(context, "unsupported: %s", why),
	};
	return true;
}
