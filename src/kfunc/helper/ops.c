/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/helper/ops.h"
#include "kernel/context.h"
#include "kfunc/hooks.h"
#include "kfunc/search.h"

#include <string.h>

/* Counts and flags of a struct bpf_iter_reg are small numbers. */
#define ITER_ARG_MAX 8
#define ITER_FEATURE_MAX 0xffff

static bool member_offset(const struct kfunc_code *code, const char *type, const char *member,
	uint32_t *type_id, uint64_t *ret)
{
	uint32_t bits;

	*type_id = kbtf_find(code->source.btf, type, BTF_KIND_STRUCT);
	if (!*type_id || !kbtf_find_member(code->source.btf, *type_id, member, NULL, &bits))
		return false;
	*ret = bits / 8;
	return true;
}

static bool read_pointer(const struct kfunc_code *code, uint64_t address, uint64_t *ret)
{
	const struct image *image = code->source.image;

	return image_read(image, address, image->address_bytes, ret);
}

struct iter_layout {
	uint32_t reg_id, info_id, ops_id;
	uint64_t target, attach, detach, get_func_proto, arg_cnt, feature, info, ops;
	bool has_feature;
};

static bool read_iter_layout(const struct kfunc_code *code, struct iter_layout *layout)
{
	static const char reg[] = "bpf_iter_reg", info[] = "bpf_iter_seq_info";
	uint32_t id;

	layout->ops_id = kbtf_find(code->source.btf, "seq_operations", BTF_KIND_STRUCT);
	layout->has_feature = member_offset(code, reg, "feature", &id, &layout->feature);
	return layout->ops_id &&
		member_offset(code, reg, "target", &layout->reg_id, &layout->target) &&
		member_offset(code, reg, "attach_target", &id, &layout->attach) &&
		member_offset(code, reg, "detach_target", &id, &layout->detach) &&
		member_offset(code, reg, "get_func_proto", &id, &layout->get_func_proto) &&
		member_offset(code, reg, "ctx_arg_info_size", &id, &layout->arg_cnt) &&
		member_offset(code, reg, "seq_info", &id, &layout->info) &&
		member_offset(code, info, "seq_ops", &layout->info_id, &layout->ops);
}

static bool ops_read_text(const struct image *image, uint64_t address, char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint64_t byte;
		if (!image_read(image, address + i, 1, &byte))
			return false;
		text[i] = (char)byte;
		if (!byte)
			return i > 0;
		if (byte <= ' ' || byte > '~')
			return false;
	}
	return false;
}

/* An iterator over maps of several types attaches to a map. The maps have the seq_info. */
static bool has_seq_info(
	const struct kfunc_code *code, const struct iter_layout *layout, uint64_t reg)
{
	uint64_t info, ops, attach, detach;

	if (!read_pointer(code, reg + layout->info, &info))
		return false;
	if (!info)
		return read_pointer(code, reg + layout->attach, &attach) && attach &&
			read_pointer(code, reg + layout->detach, &detach) && detach;
	return read_pointer(code, info + layout->ops, &ops) && ops &&
		search_is_object(code, layout->info_id, info, 0) &&
		search_is_object(code, layout->ops_id, ops, 4);
}

/* The reliable checks come last because they cost most. */
static bool is_iter(const struct kfunc_code *code, const struct iter_layout *layout, uint64_t reg,
	struct helper_iter *ret)
{
	const struct image *image = code->source.image;
	uint64_t cnt, feature = 0, name;

	return image_read(image, reg + layout->arg_cnt, 4, &cnt) && cnt && cnt <= ITER_ARG_MAX &&
		(!layout->has_feature ||
			(image_read(image, reg + layout->feature, 4, &feature) &&
				feature <= ITER_FEATURE_MAX)) &&
		read_pointer(code, reg + layout->target, &name) && name &&
		ops_read_text(image, name, ret->name, sizeof(ret->name)) &&
		search_is_object(code, layout->reg_id, reg, 0) && has_seq_info(code, layout, reg) &&
		read_pointer(code, reg + layout->get_func_proto, &ret->function);
}

static void add_iter(struct helper_ops *ops, const struct helper_iter *iter)
{
	for (size_t i = 0; i < ops->iter_cnt; i++) {
		struct helper_iter *other = &ops->iters[i];
		if (strcmp(other->name, iter->name))
			continue;
		other->several |= other->function != iter->function;
		return;
	}
	if (ops->iter_cnt < HELPER_ITER_MAX)
		ops->iters[ops->iter_cnt++] = *iter;
}

static void find_iters(const struct kfunc_code *code, struct helper_ops *ops)
{
	const struct image *image = code->source.image;
	struct iter_layout layout = {0};
	struct helper_iter iter = {.several = false};

	if (image->address_bytes != 8 || !read_iter_layout(code, &layout))
		return;
	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		bool code_only = segment->executable && !segment->writable && segment->name[0];
		uint64_t skip = -segment->address & 7;
		if (code_only)
			continue;
		for (uint64_t at = skip; at + 8 <= segment->size_bytes; at += 8) {
			/* The low halves of addresses in an image differ. */
			if (at + layout.target + 8 > segment->size_bytes ||
				image_number(image, segment->data + at + layout.target, 8) >> 32 !=
					segment->address >> 32)
				continue;
			if (is_iter(code, &layout, segment->address + at, &iter))
				add_iter(ops, &iter);
		}
	}
}

void helper_ops_read(const struct kfunc_code *code, struct helper_ops *ops)
{
	const struct kernel_symbol *symbol = code_map_find(&code->map, "bpf_verifier_ops");

	*ops = (struct helper_ops) {.code = code};
	ops->type_cnt = kfunc_prog_type_cnt(code->source.btf);
	ops->table = symbol ? symbol->address : search_verifier_ops(code);
	find_iters(code, ops);
}

static uint64_t function_of(const struct helper_ops *ops, uint64_t pointer, const char **why)
{
	const struct kfunc_code *code = ops->code;
	uint64_t object, offset, function;
	uint32_t id;

	if (!member_offset(code, "bpf_verifier_ops", "get_func_proto", &id, &offset) ||
		!read_pointer(code, pointer, &object) || !object ||
		!search_is_object(code, id, object, 1) ||
		!read_pointer(code, object + offset, &function)) {
		*why = "the struct bpf_verifier_ops of this program type was not found in the image";
		return 0;
	}
	return function;
}

uint64_t helper_ops_function(
	const struct helper_ops *ops, const struct kfunc_place *place, const char **why)
{
	/* A program that replaces another counts as a program of the other type. */
	uint32_t type =
		place->prog_type == PROG_TYPE_EXT ? (uint32_t)PROG_TYPE_XDP : place->prog_type;
	uint64_t offset;
	uint32_t id;

	if (type == PROG_TYPE_STRUCT_OPS) {
		if (place->ops && !place->ops->module && place->ops->address &&
			member_offset(ops->code, "bpf_struct_ops", "verifier_ops", &id, &offset))
			return function_of(ops, place->ops->address + offset, why);
		*why = place->ops && place->ops->module
			? "the type's get_func_proto() is in a module, whose code is not run"
			: "the struct bpf_struct_ops of this type was not found in the image";
		return 0;
	}
	if (!ops->table || type >= ops->type_cnt) {
		*why = "bpf_verifier_ops[] was not found in the image";
		return 0;
	}
	return function_of(
		ops, ops->table + (uint64_t)type * ops->code->source.image->address_bytes, why);
}

const struct helper_iter *helper_ops_iter(const struct helper_ops *ops, const char *name)
{
	for (size_t i = 0; i < ops->iter_cnt; i++) {
		if (!strcmp(ops->iters[i].name, name))
			return &ops->iters[i];
	}
	return NULL;
}
