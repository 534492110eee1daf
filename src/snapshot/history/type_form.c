/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/type_form.h"

#include <string.h>

#include "btf/decl.h"
#include "kernel/kernel.h"
#include "snapshot/history/stored.h"

static const struct {
	const char *word, *noun, *part;
} kinds[TYPE_KIND_CNT] = {
#define TYPE_KIND_ROW(name, word, noun, part) {word, noun, part},
	TYPE_KINDS(TYPE_KIND_ROW)
#undef TYPE_KIND_ROW
};

const char *type_kind_word(enum type_kind kind)
{
	return kinds[kind].word;
}

const char *type_kind_noun(enum type_kind kind)
{
	return kinds[kind].noun;
}

const char *type_kind_part(enum type_kind kind)
{
	return kinds[kind].part;
}

static struct type_part *add_part(struct pool *pool, struct type_form *form, size_t *cap)
{
	struct type_part *parts =
		pool_grow(pool, form->parts, form->part_cnt, cap, sizeof(*parts));

	if (!parts)
		return NULL;
	form->parts = parts;
	parts[form->part_cnt] = (struct type_part) {0};
	return &parts[form->part_cnt++];
}

static const char *declare(struct pool *pool, const struct kbtf *btf, uint32_t id, const char *name)
{
	_cleanup_buf_ struct buf text = {0};

	kbtf_print_decl(btf, id, name, &text);
	return text.failed ? NULL : pool_strdup(pool, buf_text(&text));
}

static struct error *add_members(struct pool *pool, const struct kbtf *btf, const struct btf_type *type,
	int64_t base_bits, unsigned int depth, struct type_form *form, size_t *cap)
{
	const struct btf_member *members = kbtf_tail(type);
	struct error *error = NULL;

	for (uint32_t i = 0; i < kbtf_vlen(type) && !error; i++) {
		const char *name = kbtf_string(btf, members[i].name_off);
		const struct btf_type *inner = kbtf_type(btf, kbtf_skip_modifiers(btf, members[i].type));
		bool flag = kbtf_kind_flag(type);
		int64_t at = base_bits + (flag ? members[i].offset & 0xffffff : members[i].offset);
		bool nests = inner && !*name && depth < KBTF_DEPTH_MAX &&
			(kbtf_kind(inner) == BTF_KIND_STRUCT || kbtf_kind(inner) == BTF_KIND_UNION);
		if (nests) {
			error = add_members(pool, btf, inner, at, depth + 1, form, cap);
			continue;
		}
		struct type_part *part = add_part(pool, form, cap);
		if (!part)
			return error_no_memory();
		*part = (struct type_part) {
			.name = pool_strdup(pool, name),
			.type = declare(pool, btf, members[i].type, ""),
			.text = declare(pool, btf, members[i].type, name),
			.at = at,
			.bits = flag ? members[i].offset >> 24 : 0,
		};
		if (!part->name || !part->type || !part->text)
			return error_no_memory();
	}
	return error;
}

static struct error *add_enumerators(
	struct pool *pool, const struct kbtf *btf, const struct btf_type *type, struct type_form *form)
{
	size_t cap = 0;

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		struct type_part *part = add_part(pool, form, &cap);
		uint32_t name_off;
		if (!part)
			return error_no_memory();
		part->at = kbtf_enumerator(type, i, &name_off);
		part->name = part->text = pool_strdup(pool, kbtf_string(btf, name_off));
		if (!part->name)
			return error_no_memory();
	}
	return NULL;
}

/* Of a pointer to a function, or of a function. The first argument of a tracepoint is the kernel's own. */
static struct error *add_arguments(struct pool *pool, const struct kbtf *btf, uint32_t proto_id,
	bool tracepoint, struct type_form *form)
{
	const struct btf_type *proto = kbtf_type(btf, proto_id);
	const struct btf_param *params = proto ? kbtf_tail(proto) : NULL;
	size_t cap = 0;

	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	for (uint32_t i = tracepoint; i < kbtf_vlen(proto); i++) {
		struct type_part *part = add_part(pool, form, &cap);
		if (!part)
			return error_no_memory();
		part->at = i - tracepoint;
		part->name = pool_strdup(pool, kbtf_string(btf, params[i].name_off));
		part->type = declare(pool, btf, params[i].type, "");
		part->text = declare(pool, btf, params[i].type, part->name ? part->name : "");
		if (!part->name || !part->type || !part->text)
			return error_no_memory();
	}
	return NULL;
}

struct error *type_form_fill(struct pool *pool, enum type_kind kind, const struct kbtf *btf,
	uint32_t id, struct type_form *form)
{
	const struct btf_type *type = kbtf_type(btf, id);
	const char *name = kbtf_name(btf, type);
	const struct btf_type *target;
	size_t cap = 0;

	switch (kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		form->size_bytes = type->size;
		return add_members(pool, btf, type, 0, 0, form, &cap);
	case TYPE_ENUM:
		form->size_bytes = type->size;
		return add_enumerators(pool, btf, type, form);
	case TYPE_TRACEPOINT:
		target = kbtf_type(btf, type->type);
		return target && kbtf_kind(target) == BTF_KIND_PTR
			? add_arguments(pool, btf, target->type, true, form)
			: NULL;
	case TYPE_LSM_HOOK:
	case TYPE_FUNCTION:
		target = kbtf_type(btf, type->type);
		form->returns = target ? declare(pool, btf, target->type, "") : "";
		if (!form->returns)
			return error_no_memory();
		form->declaration = declare(pool, btf, type->type, name);
		if (!form->declaration)
			return error_no_memory();
		return add_arguments(pool, btf, type->type, false, form);
	case TYPE_TYPEDEF:
		target = kbtf_type(btf, type->type);
		if (target && (kbtf_kind(target) == BTF_KIND_STRUCT || kbtf_kind(target) == BTF_KIND_UNION) &&
			!*kbtf_name(btf, target)) {
			form->size_bytes = target->size;
			return add_members(pool, btf, target, 0, 0, form, &cap);
		}
		form->declaration = declare(pool, btf, type->type, name);
		return form->declaration ? NULL : error_no_memory();
	default:
		form->declaration = declare(pool, btf, type->type, name);
		return form->declaration ? NULL : error_no_memory();
	}
}

enum type_kind type_form_kind(const struct btf_type *type, const char *name)
{
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
		return TYPE_STRUCT;
	case BTF_KIND_UNION:
		return TYPE_UNION;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return TYPE_ENUM;
	case BTF_KIND_TYPEDEF:
		return strncmp(name, TRACEPOINT_PREFIX, strlen(TRACEPOINT_PREFIX)) ? TYPE_TYPEDEF
									       : TYPE_TRACEPOINT;
	case BTF_KIND_VAR:
		return TYPE_VARIABLE;
	case BTF_KIND_FUNC:
		return TYPE_LSM_HOOK;
	default:
		return TYPE_KIND_CNT;
	}
}

bool type_is_hook(const char *function)
{
	return !strncmp(function, LSM_PREFIX, strlen(LSM_PREFIX));
}

bool type_function_is_other(const char *name)
{
	bool is_call = false;

	for (size_t i = 0; i < SYMBOL_SYSCALL_WRAPPERS && !is_call; i++)
		is_call = !strncmp(name, symbol_syscall_prefixes[i], strlen(symbol_syscall_prefixes[i]));
	return is_call || type_is_hook(name);
}
