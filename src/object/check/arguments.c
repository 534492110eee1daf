/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The context of a program for a function, a tracepoint or a hook is an array of its arguments, of
 * eight bytes each (btf_ctx_access() of kernel/bpf/btf.c).
 */
#include "object/check/parts.h"
#include "kernel/context.h"

#include <stdio.h>
#include <string.h>

struct signature {
	const struct kbtf *btf;
	const struct btf_type *prototype;
	const struct btf_param *params;
	uint32_t param_cnt;
	bool has_result; /* it comes behind the arguments */
};

static bool is_of(const char *row, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(row, name, len) && (!row[len] || !strcmp(row + len, ".s"));
}

static const struct btf_type *prototype_of(
	const struct world *world, const char *row, const char *target, const struct kbtf **btf)
{
	char name[256];
	const char *prefix = is_of(row, "tp_btf") ? "btf_trace_"
		: is_of(row, "lsm")               ? "bpf_lsm_"
						  : "";
	unsigned int kind = is_of(row, "tp_btf") ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC;
	int len = snprintf(name, sizeof(name), "%s%s", prefix, target);
	uint32_t id;

	*btf = len > 0 && (size_t)len < sizeof(name) ? world_find_type(world, name, kind, &id)
						     : NULL;
	const struct btf_type *type = *btf ? kbtf_type(*btf, kbtf_type(*btf, id)->type) : NULL;
	if (type && kind == BTF_KIND_TYPEDEF)
		type = kbtf_kind(type) == BTF_KIND_PTR ? kbtf_type(*btf, type->type) : NULL;
	return type && kbtf_kind(type) == BTF_KIND_FUNC_PROTO ? type : NULL;
}

/* Of a tracepoint, the first one is the kernel's own. A struct by value takes more than one place.
 */
static bool read_signature(
	const struct world *world, const char *row, const char *target, struct signature *ret)
{
	uint32_t hidden = is_of(row, "tp_btf");

	*ret = (struct signature) {0};
	ret->prototype = prototype_of(world, row, target, &ret->btf);
	if (!ret->prototype || kbtf_vlen(ret->prototype) < hidden)
		return false;
	ret->params = (const struct btf_param *)kbtf_tail(ret->prototype) + hidden;
	ret->param_cnt = kbtf_vlen(ret->prototype) - hidden;
	ret->has_result = !is_of(row, "fentry") && !is_of(row, "tp_btf");
	for (uint32_t i = 0; i < ret->param_cnt; i++) {
		const struct btf_type *type =
			kbtf_type(ret->btf, kbtf_skip_modifiers(ret->btf, ret->params[i].type));
		if (type &&
			(kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION))
			return false;
	}
	return true;
}

/* Kernels differ about a pointer to what is neither a struct nor a number: older ones take only
 * void itself. */
static bool is_open(const struct signature *signature, uint32_t number)
{
	const struct kbtf *btf = signature->btf;
	const struct btf_type *type =
		kbtf_type(btf, kbtf_skip_modifiers(btf, signature->params[number].type));

	if (!type || kbtf_kind(type) != BTF_KIND_PTR || !type->type)
		return false;
	uint32_t id = kbtf_skip_modifiers(btf, type->type);
	return !id || kbtf_kind(kbtf_type(btf, id)) == BTF_KIND_PTR;
}

bool check_argument(const struct world *world, const char *section, int64_t offset,
	struct pool *pool, struct check_need *need)
{
	struct section parsed;
	struct signature signature;
	const struct kernel *files = check_files_of(&world->kernel->scope);

	if (offset < 0 || !files || !files->btf || !section_parse(section, &parsed) ||
		!parsed.target || strchr(parsed.target, ':') ||
		(parsed.row->prog_type != PROG_TYPE_TRACING &&
			parsed.row->prog_type != PROG_TYPE_LSM) ||
		!strncmp(parsed.row->name, "iter", 4) ||
		!read_signature(world, parsed.row->name, parsed.target, &signature))
		return false;
	uint64_t number = (uint64_t)offset / 8, cnt = signature.param_cnt;
	*need = (struct check_need) {.kind = CHECK_NEEDS_ARGUMENT,
		.state = CHECK_MET,
		.name = pool_printf(
			pool, "argument %llu of %s", (unsigned long long)number + 1, parsed.target),
		.reason = "the kernel has it"};
	if (number >= cnt + signature.has_result) {
		need->state = CHECK_UNMET;
		need->reason = pool_printf(
			pool, "%s has %llu argument%s", parsed.target, (unsigned long long)cnt, cnt == 1 ? "" : "s");
	} else if (number < cnt && is_open(&signature, (uint32_t)number)) {
		need->state = CHECK_UNKNOWN;
		need->reason = "kernels differ about whether a program may read such a pointer";
	}
	return true;
}
