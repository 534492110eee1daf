/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions as types: their prototypes in the BTF of stored kernels. */
#include "snapshot/history/types.h"

#include "snapshot/history/stored.h"
#include "snapshot/history/type_form.h"
#include "store/store.h"

struct function_search {
	const struct history *history;
	struct pool *pool;
	struct type_subject *subject;
	struct type_prototype *list;
	size_t cnt, cap;
};

static struct error *fill_form(
	struct function_search *search, const struct store_record *record, struct type_form **ret)
{
	struct type_form *form = pool_calloc(search->pool, 1, sizeof(*form));
	struct kbtf *btf = NULL;
	uint32_t id;
	struct error *error = form ? store_record_btf(record, &btf, &id) : error_no_memory();

	if (!error)
		error = type_form_fill(search->pool, TYPE_FUNCTION, btf, id, form);
	if (form)
		form->body = record->body;
	kbtf_destroy(btf);
	*ret = form;
	return error;
}

/* Of several of one name, the row shows the one with most arguments. */
static void take_row(struct type_subject *subject, size_t row, const struct type_form *form)
{
	const struct type_form *had = subject->forms[row];

	if (had && had->declaration)
		subject->more[row]++;
	if (!had || !had->declaration || had->part_cnt < form->part_cnt)
		subject->forms[row] = form;
}

static struct error *take_prototype(
	struct function_search *search, const struct store *store, const struct store_record *record)
{
	struct type_prototype *list =
		pool_grow(search->pool, search->list, search->cnt, &search->cap, sizeof(*list));
	bool *rows = pool_calloc(search->pool, search->history->row_cnt, sizeof(*rows));
	struct type_form *form = NULL;
	struct error *error = list && rows ? fill_form(search, record, &form) : error_no_memory();

	if (error)
		return error;
	search->list = list;
	list[search->cnt++] = (struct type_prototype) {form, rows};
	for (size_t row = 0; row < search->history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(search->history, row);
		rows[row] = entry && entry->store == store && store_record_is_of(record, entry->store_number);
		if (rows[row])
			take_row(search->subject, row, form);
	}
	return NULL;
}

static struct error *take_store(struct function_search *search, const struct store *store)
{
	struct store_records found = {0};
	struct error *error =
		store_find(store, STORE_FUNCTIONS, search->subject->name, search->pool, &found);

	for (size_t i = 0; i < found.cnt && !error; i++)
		error = take_prototype(search, store, &found.list[i]);
	return error;
}

static struct error *begin(struct function_search *search, const char *name, const bool *has)
{
	size_t cnt = search->history->row_cnt;
	struct type_form *bare = pool_calloc(search->pool, 1, sizeof(*bare));
	struct type_subject *subject = search->subject;

	*subject = (struct type_subject) {
		.kind = TYPE_FUNCTION,
		.name = name,
		.forms = pool_calloc(search->pool, cnt, sizeof(*subject->forms)),
		.more = pool_calloc(search->pool, cnt, sizeof(*subject->more)),
		.absent = pool_calloc(search->pool, cnt, sizeof(*subject->absent)),
		.known = pool_calloc(search->pool, cnt, sizeof(*subject->known)),
	};
	if (!bare || !subject->forms || !subject->more || !subject->absent || !subject->known)
		return error_no_memory();
	bare->body = "";
	for (size_t row = 0; row < cnt; row++) {
		subject->known[row] = types_are_known(search->history, row, TYPE_FUNCTION);
		subject->forms[row] = has[row] ? bare : NULL;
	}
	return NULL;
}

struct error *types_find_functions(const struct history *history, const char *name, const bool *has,
	struct pool *pool, struct type_subject *ret, struct type_prototype **prototypes, size_t *cnt)
{
	struct function_search search = {.history = history, .pool = pool, .subject = ret};
	const struct store **stores;
	size_t store_cnt = 0;
	struct error *error = begin(&search, name, has);

	if (!error)
		error = stored_list(history, pool, &stores, &store_cnt);
	for (size_t i = 0; i < store_cnt && !error; i++)
		error = take_store(&search, stores[i]);
	*prototypes = search.list;
	*cnt = search.cnt;
	return error;
}
