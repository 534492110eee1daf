/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/btf.h"

#include <elf.h>

/* MAX_BPF_FUNC_ARGS (include/linux/bpf.h) */
#define FUNC_ARG_MAX 12

static uint32_t size_class(const struct kbtf *btf, uint32_t id, const struct btf_type **type)
{
	*type = kbtf_type(btf, kbtf_skip_modifiers(btf, id));
	return *type ? kbtf_kind(*type) : BTF_KIND_UNKN;
}

static bool is_passable(unsigned int kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_PTR || kind == BTF_KIND_ENUM ||
		kind == BTF_KIND_ENUM64 || kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

static const char *proto_problem(const struct kbtf *btf, const struct btf_type *proto)
{
	const struct btf_param *params = kbtf_tail(proto);
	const struct btf_type *type;
	uint32_t cnt = kbtf_vlen(proto);

	if (cnt > FUNC_ARG_MAX)
		return "it has more arguments than a program can pass";
	unsigned int kind = size_class(btf, proto->type, &type);
	if (proto->type &&
		(!is_passable(kind) || kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION))
		return "no program can receive its return type";
	for (uint32_t i = 0; i < cnt; i++) {
		if (i == cnt - 1 && !params[i].type)
			return "it takes variable arguments";
		kind = size_class(btf, params[i].type, &type);
		if (!is_passable(kind) ||
			((kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) && type->size > 16))
			return "no program can pass the type of one of its arguments";
	}
	return NULL;
}

const char *kbtf_func_problem(const struct kbtf *btf, uint32_t func_id)
{
	const struct btf_type *func = kbtf_type(btf, func_id);
	const struct btf_type *proto = func ? kbtf_type(btf, func->type) : NULL;

	if (!func || kbtf_kind(func) != BTF_KIND_FUNC || !proto ||
		kbtf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return "BTF has no prototype for it";
	return proto_problem(btf, proto);
}

/* The change that passes seven arguments also added this test function (linux 6.6). */
static const char seven_arguments[] = "bpf_modify_return_test2";

static uint32_t register_cnt(const struct kbtf *btf, uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return kbtf_find(btf, seven_arguments, BTF_KIND_FUNC) ? FUNC_ARG_MAX : 6;
	case EM_S390:
		return FUNC_ARG_MAX;
	default:
		return 8;
	}
}

const char *kbtf_func_doubt(const struct kbtf *btf, uint32_t func_id, uint16_t machine)
{
	const struct btf_type *type, *proto = kbtf_type(btf, kbtf_type(btf, func_id)->type);
	const struct btf_param *params = kbtf_tail(proto);
	uint32_t registers = 0;

	for (uint32_t i = 0; i < kbtf_vlen(proto); i++) {
		unsigned int kind = size_class(btf, params[i].type, &type);
		if (kind == BTF_KIND_UNION)
			return "some kernels refuse a union as an argument (accepted since 6.17)";
		registers += kind == BTF_KIND_STRUCT && type->size > 8 ? 2 : 1;
	}
	if (registers > register_cnt(btf, machine))
		return "some kernels cannot pass more arguments than fit into registers";
	return NULL;
}
