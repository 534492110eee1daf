/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers the types that share a letter and a name. Each type gets a colour from its own content, which
 * is then refined with the colours of the types that it refers to. Their order is that of the colours. A
 * first colour ignores sizes, offsets and values: it changes less from one kernel to the next.
 */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 12

struct colouring {
	const struct kbtf *btf;
	uint32_t cnt;
	uint64_t *shapes, *colours, *next;
};

/* A type that is ordered. */
struct shared {
	const char *name;
	uint64_t shape, colour;
	uint32_t id;
	char letter;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15ull + (hash << 6) + (hash >> 2);
	hash *= 0xff51afd7ed558ccdull;
	return hash ^ hash >> 32;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	uint64_t sum = 1469598103934665603ull;

	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211ull;
	return mix(hash, sum);
}

/* Words of the tail: which hold a name, which a type, how many for each entry. 9: none. */
static void tail_form(unsigned int kind, unsigned int *step, unsigned int *name, unsigned int *type)
{
	*name = 0;
	*type = 9;
	*step = 0;
	switch (kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*step = 3;
		*type = 1;
		break;
	case BTF_KIND_ENUM64:
		*step = 3;
		break;
	case BTF_KIND_ENUM:
		*step = 2;
		break;
	case BTF_KIND_FUNC_PROTO:
		*step = 2;
		*type = 1;
		break;
	case BTF_KIND_DATASEC:
		*step = 3;
		*name = 9;
		*type = 0;
		break;
	default:
		break;
	}
}

static bool has_size(unsigned int kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION ||
		kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64 || kind == BTF_KIND_FLOAT ||
		kind == BTF_KIND_DATASEC;
}

static uint64_t own_colour(const struct kbtf *btf, uint32_t id, bool shape_only)
{
	const struct btf_type *type = kbtf_type(btf, id);
	unsigned int kind = kbtf_kind(type), step, name, reference;
	const uint32_t *tail = kbtf_tail(type);
	uint64_t hash = mix_text(mix(kind, type->info), kbtf_name(btf, type));

	if (has_size(kind) && !shape_only)
		hash = mix(hash, type->size);
	if (kind == BTF_KIND_INT || kind == BTF_KIND_VAR || kind == BTF_KIND_DECL_TAG)
		hash = mix(hash, tail[0]);
	if (kind == BTF_KIND_ARRAY)
		hash = mix(hash, tail[2]);
	tail_form(kind, &step, &name, &reference);
	for (size_t i = 0; step && i < kbtf_vlen(type); i++) {
		for (unsigned int word = 0; word < step; word++) {
			if (word == name)
				hash = mix_text(hash, kbtf_string(btf, tail[i * step + word]));
			else if (word != reference && !shape_only)
				hash = mix(hash, tail[i * step + word]);
		}
	}
	return hash;
}

static uint64_t refined(const struct colouring *colouring, uint32_t id)
{
	const struct btf_type *type = kbtf_type(colouring->btf, id);
	unsigned int kind = kbtf_kind(type), step, name, reference;
	const uint32_t *tail = kbtf_tail(type);
	uint64_t hash = colouring->colours[id];

	tail_form(kind, &step, &name, &reference);
	if (kind == BTF_KIND_ARRAY)
		return mix(hash, colouring->colours[tail[0]]);
	if (!has_size(kind) && kind != BTF_KIND_FWD)
		hash = mix(hash, colouring->colours[type->type]);
	for (size_t i = 0; step && reference != 9 && i < kbtf_vlen(type); i++)
		hash = mix(hash, colouring->colours[tail[i * step + reference]]);
	return hash;
}

static int compare_shared(const void *a, const void *b)
{
	const struct shared *x = a, *y = b;

	if (x->letter != y->letter)
		return x->letter < y->letter ? -1 : 1;
	int order = strcmp(x->name, y->name);
	if (order)
		return order;
	if (x->shape != y->shape)
		return x->shape < y->shape ? -1 : 1;
	if (x->colour != y->colour)
		return x->colour < y->colour ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void colour_all(struct colouring *colouring)
{
	for (uint32_t id = 1; id < colouring->cnt; id++) {
		colouring->shapes[id] = own_colour(colouring->btf, id, true);
		colouring->colours[id] = own_colour(colouring->btf, id, false);
	}
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t *swap = colouring->colours;
		for (uint32_t id = 1; id < colouring->cnt; id++)
			colouring->next[id] = refined(colouring, id);
		colouring->colours = colouring->next;
		colouring->next = swap;
	}
}

static void number_all(const struct colouring *colouring, struct shared *list, uint32_t *numbers)
{
	uint32_t cnt = 0;

	for (uint32_t id = 1; id < colouring->cnt; id++) {
		const struct btf_type *type = kbtf_type(colouring->btf, id);
		const char *name = kbtf_name(colouring->btf, type);
		if (store_letter(type) && *name)
			list[cnt++] = (struct shared) {name, colouring->shapes[id],
				colouring->colours[id], id, store_letter(type)};
	}
	if (cnt)
		qsort(list, cnt, sizeof(*list), compare_shared);
	for (uint32_t i = 1; i < cnt; i++) {
		if (list[i].letter == list[i - 1].letter && !strcmp(list[i].name, list[i - 1].name))
			numbers[list[i].id] = numbers[list[i - 1].id] + 1;
	}
}

struct error *store_number_types(const struct kbtf *btf, uint32_t **ret)
{
	uint32_t cnt = kbtf_type_cnt(btf);
	struct colouring colouring = {
		.btf = btf,
		.cnt = cnt,
		.shapes = calloc(cnt, sizeof(uint64_t)),
		.colours = calloc(cnt, sizeof(uint64_t)),
		.next = calloc(cnt, sizeof(uint64_t)),
	};
	struct shared *list = calloc(cnt, sizeof(*list));
	uint32_t *numbers = calloc(cnt, sizeof(*numbers));
	bool ok = colouring.shapes && colouring.colours && colouring.next && list && numbers;

	if (ok) {
		colour_all(&colouring);
		number_all(&colouring, list, numbers);
		*ret = numbers;
	} else {
		free(numbers);
	}
	free(list);
	free(colouring.shapes);
	free(colouring.colours);
	free(colouring.next);
	return ok ? NULL : error_no_memory();
}
