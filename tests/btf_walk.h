/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that can be asked of a BTF object, asked of every type: for hostile input. */
#ifndef KCOMPAT_TESTS_BTF_WALK_H
#define KCOMPAT_TESTS_BTF_WALK_H

#include <stdlib.h>
#include <string.h>

#include "kernel_btf.h"
#include "kernel_btf_decl.h"
#include "kernel_btf_fields.h"

/* More of a hostile file's types than this say nothing new. */
#define WALK_TYPES_MAX 512
#define WALK_TEXT_MAX (64u << 20)

static inline void walk_check(bool holds)
{
	if (!holds)
		abort();
}

static inline void walk_members(const struct kbtf *btf, uint32_t id, const struct btf_type *type)
{
	const struct btf_member *members = kbtf_tail(type);
	uint32_t cnt = kbtf_vlen(type) < 32 ? kbtf_vlen(type) : 32, member_id, offset_bits;

	for (uint32_t i = 0; i < cnt; i++) {
		const char *name = kbtf_string(btf, members[i].name_off);
		bool found = kbtf_find_member(btf, id, name, &member_id, &offset_bits);
		/* What stands in the type itself is found, unless it has no name. */
		walk_check(found || !*name);
	}
	kbtf_find_member(btf, id, "no such member", NULL, NULL);
}

static inline void walk_enumerators(
	const struct kbtf *btf, uint32_t id, const struct btf_type *type)
{
	uint32_t cnt = kbtf_vlen(type) < 32 ? kbtf_vlen(type) : 32;

	for (uint32_t i = 0; i < cnt; i++) {
		uint32_t name_off;
		int64_t value;
		kbtf_enumerator(type, i, &name_off);
		walk_check(kbtf_enum_value(btf, id, kbtf_string(btf, name_off), &value));
	}
}

/* Own duplicates in ascending order, and an end. */
static inline void walk_duplicates(const struct kbtf *btf, const struct btf_type *type)
{
	uint32_t id = kbtf_find(btf, kbtf_name(btf, type), kbtf_kind(type));

	walk_check((id != 0) == (*kbtf_name(btf, type) != '\0'));
	for (int i = 0; id && i < 8; i++) {
		uint32_t next = kbtf_find_next(btf, id);
		walk_check(!next || next > id);
		walk_check(!next ||
			!strcmp(kbtf_name(btf, kbtf_type(btf, next)), kbtf_name(btf, type)));
		id = next;
	}
}

static inline void walk_print(const struct kbtf *btf, uint32_t id)
{
	_cleanup_buf_ struct buf text = {0};

	kbtf_print_decl(btf, id, "name", &text);
	kbtf_print_func(btf, id, &text);
	walk_check(!text.failed && text.len && text.len < WALK_TEXT_MAX);
}

static inline void walk_fields(const struct kbtf *btf, uint32_t id)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kbtf_field *fields = NULL;
	size_t cnt = 0;
	_cleanup_error_ struct error *error = kbtf_fields(btf, id, &pool, &fields, &cnt);

	walk_check(cnt <= KBTF_FIELDS_MAX);
	for (size_t i = 0; !error && i < cnt; i++)
		walk_check(*fields[i].name && fields[i].size_bytes && fields[i].offset_bytes <= INT16_MAX);
}

static inline void walk_type(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, id);
	unsigned int kind = kbtf_kind(type);

	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
		walk_members(btf, id, type);
		walk_fields(btf, id);
	}
	if (kind == BTF_KIND_ENUM || kind == KBTF_KIND_ENUM64)
		walk_enumerators(btf, id, type);
	walk_duplicates(btf, type);
	walk_print(btf, id);
	kbtf_skip_modifiers(btf, id);
}

static inline void walk_btf(const struct kbtf *btf)
{
	uint32_t first = kbtf_first_id(btf), cnt = kbtf_type_cnt(btf);

	walk_check(first >= 1 && cnt >= first);
	walk_check(!kbtf_type(btf, 0) && !kbtf_type(btf, cnt) && !kbtf_type(btf, UINT32_MAX));
	walk_check(!*kbtf_string(btf, 0) && !*kbtf_string(btf, UINT32_MAX));
	for (uint32_t id = 1; id < cnt; id++)
		walk_check(kbtf_type(btf, id) != NULL);
	for (uint32_t id = first; id < cnt && id - first < WALK_TYPES_MAX; id++)
		walk_type(btf, id);
}

/* Looks without an index, makes one, looks again. */
static inline void walk_btf_twice(struct kbtf *btf)
{
	walk_btf(btf);
	walk_check(!kbtf_index(btf));
	walk_btf(btf);
}

#endif
