/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/search.h"

#include <linux/bpf.h>
#include <string.h>

/* So many entries must lead to a table before it is accepted. */
#define ANCHOR_MIN 3

static void search_add_place(struct search_places *places, uint64_t address, size_t target)
{
	if (places->cnt == SEARCH_PLACE_MAX)
		return;
	places->target[places->cnt] = target;
	places->list[places->cnt++] = address;
}

/* Adds the places of the text with its NUL, also at the end of a longer text. */
static void search_text(const struct image *image, const char *text, struct search_places *places)
{
	size_t size = strlen(text) + 1;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		const unsigned char *end = segment->data + segment->size_bytes, *at = segment->data;
		while ((at = memmem(at, (size_t)(end - at), text, size))) {
			search_add_place(places, segment->address + (uint64_t)(at - segment->data), 0);
			at++;
		}
	}
}

struct pointer_search {
	const uint64_t *targets;
	size_t target_cnt;
	uint64_t lowest, span; /* of the targets: most pointers of an image lie outside of it */
	struct search_places *places;
};

static void kfunc_search_segment(const struct pointer_search *search, const struct image *image,
	const struct image_segment *segment)
{
	size_t size = image->address_bytes;
	size_t at = (size_t)(-segment->address & (size - 1));

	for (; at + size <= segment->size_bytes; at += size) {
		uint64_t pointer = image_number(image, segment->data + at, size);
		if (pointer - search->lowest > search->span)
			continue;
		for (size_t i = 0; i < search->target_cnt; i++) {
			if (search->targets[i] == pointer)
				search_add_place(search->places, segment->address + at, i);
		}
	}
}

/* Adds the places of aligned pointers to one of `targets`. */
static void search_pointers(const struct image *image, const uint64_t *targets, size_t target_cnt,
	struct search_places *places)
{
	struct pointer_search search = {
		.targets = targets,
		.target_cnt = target_cnt,
		.lowest = UINT64_MAX,
		.places = places,
	};
	uint64_t highest = 0;

	for (size_t i = 0; i < target_cnt; i++) {
		search.lowest = targets[i] < search.lowest ? targets[i] : search.lowest;
		highest = targets[i] > highest ? targets[i] : highest;
	}
	search.span = highest - search.lowest;
	for (size_t i = 0; target_cnt && i < image->segment_cnt; i++)
		kfunc_search_segment(&search, image, &image->segments[i]);
}

static uint32_t search_member_bytes(const struct btf_type *type, const struct btf_member *member)
{
	return (member->offset & (kbtf_kind_flag(type) ? 0xffffff : ~0u)) / 8;
}

bool search_is_object(
	const struct kfunc_code *code, uint32_t type_id, uint64_t address, size_t least_cnt)
{
	const struct kfunc_image *source = &code->source;
	const struct btf_type *type = kbtf_type(source->btf, type_id);
	size_t cnt = 0;

	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT)
		return false;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint64_t pointer;
		if (!kbtf_is_function_pointer(source->btf, members[i].type))
			continue;
		if (!image_read(source->image, address + search_member_bytes(type, &members[i]),
			    source->image->address_bytes, &pointer))
			return false;
		if (pointer && !code_map_name(&code->map, pointer))
			return false;
		cnt += pointer != 0;
	}
	return cnt >= least_cnt;
}

/* A static table that every kernel with BPF has. */
static bool has_data_symbols(const struct kfunc_code *code)
{
	return code_map_find(&code->map, "bpf_verifier_ops") != NULL;
}

uint64_t search_struct_ops(const struct kfunc_code *code, const char *name)
{
	const struct kfunc_image *source = &code->source;
	uint32_t type_id = kbtf_find(source->btf, "bpf_struct_ops", BTF_KIND_STRUCT), bits;
	struct search_places texts = {.cnt = 0}, pointers = {.cnt = 0};
	uint64_t found = 0;

	if (has_data_symbols(code) || !type_id ||
		!kbtf_find_member(source->btf, type_id, "name", NULL, &bits))
		return 0;
	search_text(source->image, name, &texts);
	search_pointers(source->image, texts.list, texts.cnt, &pointers);
	/* reg() and unreg() are never missing. */
	for (size_t i = 0; i < pointers.cnt; i++) {
		uint64_t object = pointers.list[i] - bits / 8;
		if (!search_is_object(code, type_id, object, 2))
			continue;
		if (found)
			return 0;
		found = object;
	}
	return texts.cnt < SEARCH_PLACE_MAX && pointers.cnt < SEARCH_PLACE_MAX ? found : 0;
}

/* get_func_proto() of some types that almost every kernel has. */
#define ANCHOR_CNT 8
static const struct {
	uint32_t prog_type;
	const char *function;
} anchors[ANCHOR_CNT] = {
	{BPF_PROG_TYPE_SOCKET_FILTER, "sk_filter_func_proto"},
	{BPF_PROG_TYPE_KPROBE, "kprobe_prog_func_proto"},
	{BPF_PROG_TYPE_SCHED_CLS, "tc_cls_act_func_proto"},
	{BPF_PROG_TYPE_TRACEPOINT, "tp_prog_func_proto"},
	{BPF_PROG_TYPE_XDP, "xdp_func_proto"},
	{BPF_PROG_TYPE_PERF_EVENT, "pe_prog_func_proto"},
	{BPF_PROG_TYPE_CGROUP_SKB, "cg_skb_func_proto"},
	{BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup_func_proto"},
};

/* The place that most of them name; 0: too few, or a tie. */
static uint64_t elect(const struct search_places *places)
{
	size_t best_cnt = 0;
	uint64_t best = 0;

	for (size_t i = 0; i < places->cnt; i++) {
		size_t cnt = 0;
		for (size_t j = 0; j < places->cnt; j++)
			cnt += places->list[j] == places->list[i];
		if (cnt == best_cnt && best != places->list[i])
			best = 0;
		if (cnt > best_cnt) {
			best_cnt = cnt;
			best = places->list[i];
		}
	}
	return best_cnt >= ANCHOR_MIN ? best : 0;
}

uint64_t search_verifier_ops(const struct kfunc_code *code)
{
	const struct kbtf *btf = code->source.btf;
	uint32_t type_id = kbtf_find(btf, "bpf_verifier_ops", BTF_KIND_STRUCT), bits;
	uint64_t functions[ANCHOR_CNT];
	struct search_places uses = {.cnt = 0}, slots = {.cnt = 0};

	if (has_data_symbols(code) || !type_id ||
		!kbtf_find_member(btf, type_id, "get_func_proto", NULL, &bits))
		return 0;
	for (size_t i = 0; i < ANCHOR_CNT; i++) {
		const struct kernel_symbol *symbol =
			code_map_find(&code->map, anchors[i].function);
		if (!symbol)
			return 0;
		functions[i] = symbol->address;
	}
	/* Goes from the functions to the objects that hold them, and to the pointers to these. */
	search_pointers(code->source.image, functions, ANCHOR_CNT, &uses);
	for (size_t i = 0; i < uses.cnt; i++)
		uses.list[i] -= bits / 8;
	search_pointers(code->source.image, uses.list, uses.cnt, &slots);
	for (size_t i = 0; i < slots.cnt; i++) {
		uint32_t type = anchors[uses.target[slots.target[i]]].prog_type;
		slots.list[i] -= (uint64_t)type * code->source.image->address_bytes;
	}
	return elect(&slots);
}
