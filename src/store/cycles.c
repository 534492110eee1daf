/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No type may contain itself: env_resolve_ptr() and btf_check_all_types() of linux kernel/bpf/btf.c. */
#include "store/form.h"

#include <stdlib.h>

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct frame {
	uint32_t id, next; /* the next part to look at */
};

/* The `index`th type that a type needs whole. 0: none; *more says whether there are further ones. */
static uint32_t part_of(const struct btf_type *type, uint32_t index, bool *more)
{
	const struct btf_member *members = kbtf_tail(type);
	const struct btf_array *array = kbtf_tail(type);

	*more = index == 0;
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*more = index < kbtf_vlen(type);
		return *more ? members[index].type : 0;
	case BTF_KIND_ARRAY:
		*more = index < 2;
		return *more ? (index ? array->index_type : array->type) : 0;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return *more ? type->type : 0;
	default:
		*more = false;
		return 0;
	}
}

/* Each type is on the stack once at most. False: one needs itself. */
static bool walk(const struct kbtf *btf, uint32_t start, unsigned char *marks, struct frame *stack)
{
	size_t depth = 1;

	stack[0] = (struct frame) {start, 0};
	marks[start] = MARK_OPEN;
	while (depth) {
		struct frame *top = &stack[depth - 1];
		bool more;
		uint32_t part = part_of(kbtf_type(btf, top->id), top->next++, &more);
		if (!more) {
			marks[top->id] = MARK_DONE;
			depth--;
		} else if (part && marks[part] == MARK_OPEN) {
			return false;
		} else if (part && marks[part] == MARK_NEW) {
			marks[part] = MARK_OPEN;
			stack[depth++] = (struct frame) {part, 0};
		}
	}
	return true;
}

struct error *store_check_cycles(const struct kbtf *btf)
{
	uint32_t cnt = kbtf_type_cnt(btf);
	unsigned char *marks = calloc(cnt, 1);
	struct frame *stack = calloc(cnt, sizeof(*stack));
	struct error *error = marks && stack ? NULL : error_no_memory();

	for (uint32_t id = 1; id < cnt && !error; id++) {
		if (marks[id] == MARK_NEW && !walk(btf, id, marks, stack))
			error = error_create(ERROR_INPUT, NULL, "a record is damaged: type %s contains itself",
				kbtf_name(btf, kbtf_type(btf, id)));
	}
	free(marks);
	free(stack);
	return error;
}
