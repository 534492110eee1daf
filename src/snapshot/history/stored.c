/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/stored.h"

#include <string.h>

#include "util/hash.h"

const struct kernel_entry *stored_entry(const struct history *history, size_t row)
{
	const struct history_row *entries = &history->rows[row];

	for (size_t i = 0; i < entries->entry_cnt; i++) {
		if (entries->entries[i]->store)
			return entries->entries[i];
	}
	return NULL;
}

bool types_are_stored(const struct history *history, size_t row)
{
	return stored_entry(history, row) != NULL;
}

enum store_section stored_section(enum type_kind kind)
{
	if (kind == TYPE_SYSCALL || kind == TYPE_FUNCTION)
		return STORE_SYMBOLS;
	return kind == TYPE_LSM_HOOK ? STORE_FUNCTIONS : STORE_TYPES;
}

bool types_are_known(const struct history *history, size_t row, enum type_kind kind)
{
	const struct kernel_entry *entry = stored_entry(history, row);
	uint32_t needed = 1u << stored_section(kind);

	/* BTF has few variables. */
	if (kind == TYPE_VARIABLE)
		needed |= 1u << STORE_DATA;
	return entry && (store_kernel(entry->store, entry->store_number)->whole & needed) == needed;
}

/* Behind the number of a type, if one stands there. */
static const char *skip_number(const char *text)
{
	return *text == '#' ? text + 1 + strspn(text + 1, "0123456789") : text;
}

bool stored_bodies_equal(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip_number(a);
		b = skip_number(b);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

uint64_t stored_body_hash(const char *body)
{
	uint64_t hash = 0;

	for (body = skip_number(body); *body; body = skip_number(body + 1))
		hash = hash_mix(hash, (unsigned char)*body);
	return hash;
}

struct error *stored_list(const struct history *history, struct pool *pool, const struct store ***ret, size_t *ret_cnt)
{
	const struct store **list = pool_calloc(pool, history->row_cnt + 1, sizeof(*list));
	size_t cnt = 0;

	*ret_cnt = 0;
	if (!list)
		return error_no_memory();
	for (size_t row = 0; row < history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(history, row);
		size_t i = 0;
		while (entry && i < cnt && list[i] != entry->store)
			i++;
		if (entry && i == cnt)
			list[cnt++] = entry->store;
	}
	*ret = list;
	*ret_cnt = cnt;
	return NULL;
}
