/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/types.h"

#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/history/stored.h"
#include "snapshot/history/type_form.h"
#include "store/store.h"

struct search {
	const struct history *history;
	struct pool *pool;
	struct type_subject *list;
	size_t cnt, cap;
	const char *name, *member; /* "task_struct", "__state"; member NULL: the type itself */
	const char *last_name;     /* of the subject that is shown */
	bool enumerator;           /* the member is an enumerator, of whatever enum */
};

/* Only the member. *ret NULL: the type has none of that name. */
static struct error *only_member(
	struct search *search, const struct type_form *form, const struct type_form **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < form->part_cnt; i++) {
		if (strcmp(form->parts[i].name, search->member))
			continue;
		struct type_form *member = pool_alloc(search->pool, sizeof(*member));
		if (!member)
			return error_no_memory();
		*member = (struct type_form) {.of = form->of, .body = form->body, .parts = &form->parts[i], .part_cnt = 1};
		*ret = member;
		return NULL;
	}
	return NULL;
}

static struct error *subject_of(struct search *search, enum type_kind kind, struct type_subject **ret)
{
	size_t rows = search->history->row_cnt;

	if (search->member)
		kind = search->enumerator ? TYPE_ENUMERATOR : TYPE_FIELD;
	for (size_t i = 0; i < search->cnt; i++) {
		*ret = &search->list[i];
		if ((*ret)->kind == kind && !strcmp((*ret)->name, search->last_name))
			return NULL;
	}
	struct type_subject *list =
		pool_grow(search->pool, search->list, search->cnt, &search->cap, sizeof(*list));
	if (!list)
		return error_no_memory();
	search->list = list;
	*ret = &list[search->cnt++];
	**ret = (struct type_subject) {
		.kind = kind,
		.name = search->last_name,
		.forms = pool_calloc(search->pool, rows, sizeof(*(*ret)->forms)),
		.more = pool_calloc(search->pool, rows, sizeof(*(*ret)->more)),
		.absent = pool_calloc(search->pool, rows, sizeof(*(*ret)->absent)),
		.known = pool_calloc(search->pool, rows, sizeof(*(*ret)->known)),
	};
	if (!(*ret)->forms || !(*ret)->more || !(*ret)->absent || !(*ret)->known)
		return error_no_memory();
	for (size_t row = 0; row < rows; row++) {
		(*ret)->known[row] = types_are_known(search->history, row, kind);
		(*ret)->absent[row] =
			(*ret)->known[row] && (kind == TYPE_SYSCALL || kind == TYPE_LSM_HOOK);
	}
	return NULL;
}

/* Gives the form to every row whose kernel has the record. */
static void spread(const struct search *search, const struct store *store, const struct store_record *record,
	const struct type_form *form, struct type_subject *subject)
{
	for (size_t row = 0; row < search->history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(search->history, row);
		if (!entry || entry->store != store || !store_record_is_of(record, entry->store_number))
			continue;
		const struct type_form *had = subject->forms[row];
		if (!form) {
			subject->absent[row] = !had;
			continue;
		}
		subject->more[row] += had != NULL;
		subject->known[row] = true;
		subject->absent[row] = false;
		if (!had || had->part_cnt < form->part_cnt)
			subject->forms[row] = form;
	}
}

/* The enum that has the enumerator: it may be a type without a name inside the record. */
static uint32_t enum_with(const struct kbtf *btf, const char *enumerator)
{
	int64_t value;

	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		unsigned int kind = kbtf_kind(kbtf_type(btf, id));
		if ((kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64) &&
			kbtf_enum_value(btf, id, enumerator, &value))
			return id;
	}
	return 0;
}

static struct error *take_record(
	struct search *search, const struct store *store, const struct store_record *record)
{
	struct type_form *form = pool_calloc(search->pool, 1, sizeof(*form));
	const struct type_form *shown = form;
	struct type_subject *subject = NULL;
	struct kbtf *btf = NULL;
	uint32_t id;
	struct error *error = form ? store_record_btf(record, &btf, &id) : error_no_memory();

	if (error)
		return error;
	form->body = record->body;
	if (search->enumerator) {
		uint32_t found = enum_with(btf, search->member);
		id = found ? found : id;
	}
	const struct btf_type *type = kbtf_type(btf, id);
	enum type_kind kind = type_form_kind(type, kbtf_name(btf, type));
	if (kind != TYPE_KIND_CNT) {
		error = type_form_fill(search->pool, kind, btf, id, form);
		if (!error && search->enumerator) {
			const char *name = kbtf_name(btf, type);
			form->of = *name ? pool_printf(search->pool, "enum %s", name) : "an enum without a name";
			error = form->of ? NULL : error_no_memory();
		}
		if (!error && search->member)
			error = only_member(search, form, &shown);
		if (!error)
			error = subject_of(search, kind, &subject);
		if (!error)
			spread(search, store, record, shown, subject);
	}
	kbtf_destroy(btf);
	return error;
}

static struct error *take_name(
	struct search *search, const struct store *store, enum store_section section, const char *name)
{
	struct store_records found = {0};
	struct error *error = name ? store_find(store, section, name, search->pool, &found) : error_no_memory();

	for (size_t i = 0; i < found.cnt && !error; i++)
		error = take_record(search, store, &found.list[i]);
	return error;
}

/* COND_SYSCALL() makes a weak function that only returns ENOSYS where the call is not built. */
static bool is_stub(const struct store_record *record)
{
	return !record->body[strspn(record->body, "wW")];
}

/* Only those whose calls have the prefix: sys_copyarea() of fbdev is no call where they are wrapped. */
static void spread_call(const struct search *search, const struct store *store, const struct store_record *record,
	const struct type_form *form, const unsigned char *others, struct type_subject *subject)
{
	for (size_t row = 0; row < search->history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(search->history, row);
		if (!entry || entry->store != store || !store_record_is_of(record, entry->store_number))
			continue;
		if (others[entry->store_number / 8] >> entry->store_number % 8 & 1 || subject->forms[row])
			continue;
		subject->forms[row] = form;
		subject->absent[row] = false;
	}
}

/* Where BTF has no such variable. */
static void spread_data(const struct search *search, const struct store *store, const struct store_record *record,
	const struct type_form *form, struct type_subject *subject)
{
	for (size_t row = 0; row < search->history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(search->history, row);
		if (!entry || entry->store != store || !store_record_is_of(record, entry->store_number) ||
			subject->forms[row])
			continue;
		subject->forms[row] = form;
		subject->known[row] = true;
	}
}

static struct error *take_call(struct search *search, const struct store *store,
	const struct store_record *record, const unsigned char *others)
{
	struct type_form *form = pool_calloc(search->pool, 1, sizeof(*form));
	struct type_subject *subject = NULL;
	struct error *error = form ? subject_of(search, TYPE_SYSCALL, &subject) : error_no_memory();

	if (error)
		return error;
	form->of = record->key;
	form->body = "";
	spread_call(search, store, record, form, others, subject);
	return NULL;
}

/* The records of exactly one symbol: store_find() also gives those with what a compiler appended. */
static struct error *find_call(struct search *search, const struct store *store, const char *prefix,
	const char *name, struct store_records *ret)
{
	const char *symbol = pool_printf(search->pool, "%s%s", prefix, name);
	struct error *error = symbol ? store_find(store, STORE_SYMBOLS, symbol, search->pool, ret) : error_no_memory();
	size_t cnt = 0;

	for (size_t i = 0; i < ret->cnt && !error; i++) {
		if (!strcmp(ret->list[i].key, symbol))
			ret->list[cnt++] = ret->list[i];
	}
	ret->cnt = error ? 0 : cnt;
	return error;
}

static struct error *take_calls(struct search *search, const struct store *store)
{
	size_t bytes = store_kernel_cnt(store) / 8 + 1;
	unsigned char *wrapped = pool_calloc(search->pool, bytes, 1), *none = pool_calloc(search->pool, bytes, 1);
	struct error *error = wrapped && none ? NULL : error_no_memory();

	for (size_t i = 0; symbol_syscall_prefixes[i] && !error; i++) {
		const char *prefix = symbol_syscall_prefixes[i];
		bool wraps = i < SYMBOL_SYSCALL_WRAPPERS;
		struct store_records found = {0}, reads = {0};
		error = find_call(search, store, prefix, search->name, &found);
		for (size_t k = 0; k < found.cnt && !error; k++) {
			if (!is_stub(&found.list[k]))
				error = take_call(search, store, &found.list[k], wraps ? none : wrapped);
		}
		if (!error && wraps)
			error = find_call(search, store, prefix, "read", &reads);
		for (size_t k = 0; k < reads.cnt && !error; k++) {
			for (size_t at = 0; at < (store_kernel_cnt(store) + 7) / 8; at++)
				wrapped[at] |= reads.list[k].mask[at];
		}
	}
	return error;
}

/* A variable without a type in BTF, which has those with a value for each CPU. */
static struct error *take_data(struct search *search, const struct store *store)
{
	struct store_records found = {0};
	struct type_form *form = pool_calloc(search->pool, 1, sizeof(*form));
	struct type_subject *subject = NULL;
	struct error *error =
		form ? store_find_data_of_any_number(store, search->last_name, search->pool, &found) : error_no_memory();

	if (!error && found.cnt)
		error = subject_of(search, TYPE_VARIABLE, &subject);
	if (error)
		return error;
	bool padding = !strncmp(search->last_name, "__pfx_", 6) || !strncmp(search->last_name, "__cfi_", 6);
	form->declaration = padding ? "what lies before the entry of a function" : "data, without a type in BTF";
	form->body = "";
	for (size_t i = 0; i < found.cnt; i++)
		spread_data(search, store, &found.list[i], form, subject);
	return NULL;
}

/* The type, or the tracepoint or hook that a type or function of the kernel stands for, or the system call. */
static struct error *search_store(struct search *search, const struct store *store)
{
	struct error *error = take_name(search, store, STORE_TYPES, search->name);

	if (error || search->member)
		return error;
	error = take_name(search, store, STORE_TYPES,
		pool_printf(search->pool, TRACEPOINT_PREFIX "%s", search->name));
	if (!error)
		error = take_name(search, store, STORE_FUNCTIONS,
			pool_printf(search->pool, LSM_PREFIX "%s", search->name));
	return error ? error : take_calls(search, store);
}

typedef struct error *search_function(struct search *search, const struct store *store);

static struct error *search_stores(struct search *search, search_function *look)
{
	const struct store **stores;
	size_t cnt;
	struct error *error = stored_list(search->history, search->pool, &stores, &cnt);

	for (size_t i = 0; i < cnt && !error; i++)
		error = look(search, stores[i]);
	return error;
}

/* Also the forms of those enums without the enumerator, which prove that some kernels lack it. */
static struct error *take_enums(
	struct search *search, const struct store *store, const struct store_records *found)
{
	struct error *error = NULL;

	for (size_t i = 0; i < found->cnt && !error; i++) {
		const char *key = found->list[i].key;
		bool named = *key != STORE_NAMELESS && (*found->list[i].body == 'e' || *found->list[i].body == 'E');
		const char *name = pool_strndup(search->pool, key, strcspn(key, "#"));
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= !strncmp(found->list[k].key, key, strcspn(key, "#")) &&
				strcspn(found->list[k].key, "#") == strcspn(key, "#");
		if (!name)
			return error_no_memory();
		if (!named)
			error = take_record(search, store, &found->list[i]);
		else if (!again)
			error = take_name(search, store, STORE_TYPES, name);
	}
	return error;
}

static struct error *search_enumerator(struct search *search, const struct store *store)
{
	struct store_records found = {0};
	struct error *error = store_find_enumerator(store, search->member, search->pool, &found);

	return error ? error : take_enums(search, store, &found);
}

/* A member that no kernel has is no subject. */
static size_t keep_found(struct search *search)
{
	size_t kept = 0;

	for (size_t i = 0; i < search->cnt; i++) {
		bool any = false;
		for (size_t row = 0; row < search->history->row_cnt; row++)
			any |= search->list[i].forms[row] != NULL;
		if (any)
			search->list[kept++] = search->list[i];
	}
	return kept;
}

static struct error *search_begin(struct search *search)
{
	const char *dot = strchr(search->name, '.');

	if (!dot || dot == search->name)
		return NULL;
	search->member = dot + 1;
	search->name = pool_strndup(search->pool, search->name, (size_t)(dot - search->name));
	return search->name ? NULL : error_no_memory();
}

struct error *types_find(const struct history *history, const char *name, struct pool *pool,
	struct type_subject **ret, size_t *cnt)
{
	struct search search = {.history = history, .pool = pool, .name = name, .last_name = name};
	struct error *error = search_begin(&search);

	if (!error)
		error = search_stores(&search, search_store);
	/* The whole name: one of data can have a dot. */
	bool dotted = search.member;
	search.member = NULL;
	if (!error)
		error = search_stores(&search, take_data);
	if (!error && !search.cnt && !dotted) {
		search.member = name;
		search.enumerator = true;
		error = search_stores(&search, search_enumerator);
	}
	*cnt = error ? 0 : keep_found(&search);
	*ret = search.list;
	return error;
}
