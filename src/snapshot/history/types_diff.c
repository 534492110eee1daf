/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/types_diff.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/history/stored.h"
#include "snapshot/history/type_form.h"
#include "util/glob.h"

/* A line, ended in place. */
struct record {
	const char *key, *body;
	size_t name_len; /* of the key, without "#1" and without what a compiler appended */
};
struct records {
	struct record *list;
	size_t cnt, at;
};
/* All records of one name. */
struct group {
	const struct record *list;
	size_t cnt;
};

struct differ {
	const struct types_wanted *wanted;
	struct type_differences *ret;
	struct pool pool; /* of what is not in the result */
	struct records sides[2][STORE_SECTION_CNT];
	bool lists_data[2];
};

const char *type_outcome_word(enum type_outcome outcome)
{
	static const char *const words[TYPE_OUTCOME_CNT] = {
#define TYPE_OUTCOME_WORD(name, word) word,
		TYPE_OUTCOMES(TYPE_OUTCOME_WORD)
#undef TYPE_OUTCOME_WORD
	};

	return words[outcome];
}

void type_differences_deinit(struct type_differences *differences)
{
	if (differences)
		pool_destroy(&differences->pool);
}

static size_t name_length(const char *key, enum store_section section)
{
	if (section != STORE_SYMBOLS)
		return strcspn(key, "#");
	return *key ? 1 + strcspn(key + 1, ".") : 0;
}

static struct error *take_apart(
	struct differ *differ, struct buf *text, enum store_section section, struct records *ret)
{
	size_t cnt = 0, cap = 0;
	char *at = text->data, *end = at + text->len;

	for (char *c = at; c < end; c++)
		cap += *c == '\n';
	ret->list = pool_calloc(&differ->pool, cap + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory();
	while (at < end) {
		char *tab = memchr(at, '\t', (size_t)(end - at));
		char *newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			break;
		if (tab && tab < newline) {
			*tab = *newline = '\0';
			ret->list[cnt++] = (struct record) {at, tab + 1, name_length(at, section)};
		}
		at = newline + 1;
	}
	ret->cnt = cnt;
	return NULL;
}

static struct error *open_sides(struct differ *differ, const struct types_side *const sides[2])
{
	struct error *error = NULL;

	for (size_t i = 0; i < 2; i++) {
		for (enum store_section section = 0; section < STORE_SECTION_CNT && !error; section++)
			error = take_apart(
				differ, &sides[i]->lines->text[section], section, &differ->sides[i][section]);
	}
	return error;
}

static bool is_listed(const struct differ *differ, enum type_kind kind)
{
	return differ->wanted->listed >> kind & 1;
}

static bool is_wanted(const struct differ *differ, enum type_kind kind, const char *name)
{
	const struct types_wanted *wanted = differ->wanted;
	bool any = !wanted->glob_cnt;

	for (size_t i = 0; i < wanted->glob_cnt; i++) {
		bool matches = glob_any(&wanted->globs[i], 1, name);
		any |= matches;
		if (matches && wanted->seen && is_listed(differ, kind))
			wanted->seen[i] = true;
	}
	return any;
}

static struct error *types_diff_add(struct differ *differ, enum type_kind kind, const char *name, enum type_outcome outcome,
	const struct type_difference *details)
{
	struct type_differences *ret = differ->ret;

	ret->counts[kind][outcome]++;
	if (!is_listed(differ, kind))
		return NULL;
	struct type_difference *list = pool_grow(&ret->pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));
	const char *copy = pool_strdup(&ret->pool, name);
	if (!list || !copy)
		return error_no_memory();
	ret->list = list;
	list[ret->cnt] = details ? *details : (struct type_difference) {0};
	list[ret->cnt].kind = kind;
	list[ret->cnt].name = copy;
	list[ret->cnt++].outcome = outcome;
	return NULL;
}

static struct error *make_form(struct pool *pool, enum type_kind kind, enum store_section section,
	const struct record *from, const struct type_form **ret)
{
	const struct store_record record = {.section = section, .key = from->key, .body = from->body};
	struct type_form *form = pool_calloc(pool, 1, sizeof(*form));
	struct kbtf *btf = NULL;
	uint32_t id;
	struct error *error = form ? store_record_btf(&record, &btf, &id) : error_no_memory();

	if (!error)
		error = type_form_fill(pool, kind, btf, id, form);
	kbtf_destroy(btf);
	if (form)
		form->body = from->body;
	*ret = form;
	return error;
}

static void count_fields(struct type_field_counts *fields, const struct type_change *change)
{
	fields->added += change->added_cnt;
	fields->removed += change->removed_cnt;
	fields->renamed += change->renamed_cnt;
	fields->retyped += change->retyped_cnt;
}

/* The first body that the other side does not have; NULL: it has all. */
static const struct record *rest_of(const struct group *group, const struct group *other)
{
	for (size_t i = 0; i < group->cnt; i++) {
		size_t k = 0;
		while (k < other->cnt && !stored_bodies_equal(other->list[k].body, group->list[i].body))
			k++;
		if (k == other->cnt)
			return &group->list[i];
	}
	return NULL;
}

static struct error *compare_groups(struct differ *differ, enum type_kind kind, enum store_section section,
	const char *name, const struct group *a, const struct group *b)
{
	struct type_difference details = {0};
	const struct record *x = rest_of(a, b), *y = rest_of(b, a);
	bool call = kind == TYPE_FUNCTION || kind == TYPE_LSM_HOOK;
	bool members = kind == TYPE_STRUCT || kind == TYPE_UNION;
	/* Only what is listed stays. */
	struct pool *pool = is_listed(differ, kind) ? &differ->ret->pool : &differ->pool;
	struct error *error = NULL;

	if (!x && !y)
		return NULL;
	if (x && y && (call || members || is_listed(differ, kind))) {
		error = make_form(pool, kind, section, x, &details.a);
		if (!error)
			error = make_form(pool, kind, section, y, &details.b);
		if (error || (call && type_calls_equal(details.a, details.b)))
			return error;
		error = types_compare(details.a, details.b, pool, &details.change);
		if (!error && members)
			count_fields(&differ->ret->fields, &details.change);
	} else if (!call && is_listed(differ, kind)) {
		error = make_form(pool, kind, section, x ? x : y, x ? &details.a : &details.b);
	} else if (call) {
		return NULL;
	}
	return error ? error : types_diff_add(differ, kind, name, TYPE_CHANGED, &details);
}

static struct error *judge(struct differ *differ, enum type_kind kind, enum store_section section, const char *name,
	const struct group *a, const struct group *b)
{
	if (!is_wanted(differ, kind, name) || (!a->cnt && !b->cnt) || !differ->ret->known[kind])
		return NULL;
	if (!a->cnt || !b->cnt)
		return types_diff_add(differ, kind, name, a->cnt ? TYPE_REMOVED : TYPE_ADDED, NULL);
	return compare_groups(differ, kind, section, name, a, b);
}

static int compare_record_names(const struct record *a, const struct record *b)
{
	int order = memcmp(a->key, b->key, a->name_len < b->name_len ? a->name_len : b->name_len);

	return order ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* The records of the least name at the front of the lists: groups[i] of lists[i]. NULL: all are at their end. */
static const struct record *next_name(struct records *const *lists, size_t cnt, struct group *groups)
{
	const struct record *first = NULL;

	for (size_t i = 0; i < cnt; i++) {
		const struct record *record = &lists[i]->list[lists[i]->at];
		if (lists[i]->at < lists[i]->cnt && (!first || compare_record_names(record, first) < 0))
			first = record;
	}
	for (size_t i = 0; i < cnt && first; i++) {
		struct records *records = lists[i];
		size_t from = records->at;
		while (records->at < records->cnt && !compare_record_names(&records->list[records->at], first))
			records->at++;
		groups[i] = (struct group) {&records->list[from], records->at - from};
	}
	return first;
}

static enum type_kind kind_of(const struct record *record)
{
	switch (*record->body) {
	case 's':
		return TYPE_STRUCT;
	case 'u':
		return TYPE_UNION;
	case 'e':
	case 'E':
		return TYPE_ENUM;
	case 't':
		return strncmp(record->key, TRACEPOINT_PREFIX, strlen(TRACEPOINT_PREFIX)) ? TYPE_TYPEDEF
										       : TYPE_TRACEPOINT;
	case 'V':
		return TYPE_VARIABLE;
	default:
		return TYPE_KIND_CNT;
	}
}

/* Those of one kind, copied. */
static struct error *select_kind(
	struct differ *differ, const struct group *from, enum type_kind kind, struct group *ret)
{
	struct record *list = pool_calloc(&differ->pool, from->cnt + 1, sizeof(*list));
	size_t cnt = 0;

	if (!list)
		return error_no_memory();
	for (size_t i = 0; i < from->cnt; i++) {
		if (kind_of(&from->list[i]) == kind)
			list[cnt++] = from->list[i];
	}
	*ret = (struct group) {list, cnt};
	return NULL;
}

static int compare_keys(const void *key, const void *record)
{
	return strcmp(key, ((const struct record *)record)->key);
}

/* A number behind a symbol's name (store/form.h) may be that of a variable of a function, which BTF names without it. */
static bool may_have_data(const struct differ *differ, size_t side, const char *name)
{
	const struct records *data = &differ->sides[side][STORE_DATA];

	return !differ->lists_data[side] ||
		bsearch(name, data->list, data->cnt, sizeof(*data->list), compare_keys);
}

/* pahole gives few variables a type, and other ones in other versions: a kernel whose BTF has none of it may have it. */
static struct error *judge_variable(
	struct differ *differ, const char *name, const struct group *a, const struct group *b)
{
	if ((a->cnt || may_have_data(differ, 0, name)) && (b->cnt || may_have_data(differ, 1, name)) &&
		(!a->cnt || !b->cnt)) {
		is_wanted(differ, TYPE_VARIABLE, name);
		return NULL;
	}
	return judge(differ, TYPE_VARIABLE, STORE_TYPES, name, a, b);
}

static struct error *judge_types(struct differ *differ, const char *name, const struct group groups[2])
{
	struct error *error = NULL;
	unsigned int kinds = 0;

	/* Nearly all are one record that both have. */
	if (!differ->wanted->glob_cnt && groups[0].cnt == 1 && groups[1].cnt == 1 &&
		stored_bodies_equal(groups[0].list->body, groups[1].list->body))
		return NULL;
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < groups[side].cnt; i++)
			kinds |= 1u << kind_of(&groups[side].list[i]);
	}
	kinds &= (1u << TYPE_KIND_CNT) - 1;
	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT && !error; kind++) {
		struct group a, b;
		if (!(kinds >> kind & 1))
			continue;
		error = select_kind(differ, &groups[0], kind, &a);
		if (!error)
			error = select_kind(differ, &groups[1], kind, &b);
		if (!error && kind == TYPE_VARIABLE)
			error = judge_variable(differ, name, &a, &b);
		else if (!error)
			error = judge(differ, kind, STORE_TYPES,
				kind == TYPE_TRACEPOINT ? name + strlen(TRACEPOINT_PREFIX) : name, &a, &b);
	}
	return error;
}

static struct error *diff_types(struct differ *differ)
{
	struct records *const lists[] = {&differ->sides[0][STORE_TYPES], &differ->sides[1][STORE_TYPES]};
	struct error *error = NULL;
	struct group groups[2];

	for (const struct record *first; !error && (first = next_name(lists, 2, groups));) {
		const char *name = pool_strndup(&differ->pool, first->key, first->name_len);
		if (!name)
			error = error_no_memory();
		else if (*name && *name != STORE_NAMELESS)
			error = judge_types(differ, name, groups);
	}
	return error;
}

/* A function is there as a symbol or in BTF; only BTF tells whether it changed. */
static struct error *judge_function(struct differ *differ, const char *name, const struct group groups[4])
{
	const struct group *a = &groups[0], *b = &groups[1], *a_symbols = &groups[2], *b_symbols = &groups[3];

	if (type_is_hook(name))
		return judge(differ, TYPE_LSM_HOOK, STORE_FUNCTIONS, name + strlen(LSM_PREFIX), a, b);
	if (type_function_is_other(name))
		return NULL;
	if (a->cnt && b->cnt)
		return judge(differ, TYPE_FUNCTION, STORE_FUNCTIONS, name, a, b);
	if ((a->cnt || a_symbols->cnt) && (b->cnt || b_symbols->cnt)) {
		/* It may be named, and only one kernel has its prototype. */
		is_wanted(differ, TYPE_FUNCTION, name);
		return NULL;
	}
	return judge(differ, TYPE_FUNCTION, STORE_FUNCTIONS, name, a->cnt ? a : a_symbols, b->cnt ? b : b_symbols);
}

static struct error *diff_functions(struct differ *differ)
{
	struct records *const lists[] = {&differ->sides[0][STORE_FUNCTIONS], &differ->sides[1][STORE_FUNCTIONS],
		&differ->sides[0][STORE_SYMBOLS], &differ->sides[1][STORE_SYMBOLS]};
	struct error *error = NULL;
	struct group groups[4];

	for (const struct record *first; !error && (first = next_name(lists, 4, groups));) {
		const char *name = pool_strndup(&differ->pool, first->key, first->name_len);
		error = name ? judge_function(differ, name, groups) : error_no_memory();
	}
	return error;
}

/* The calls of a side by name, whatever its architecture puts before. */
static struct error *list_calls(struct differ *differ, size_t side, struct records *ret)
{
	const struct records *symbols = &differ->sides[side][STORE_SYMBOLS];

	*ret = (struct records) {.list = pool_calloc(&differ->pool, symbols->cnt + 1, sizeof(*ret->list))};
	if (!ret->list)
		return error_no_memory();
	for (size_t wrapper = 0; wrapper < SYMBOL_SYSCALL_WRAPPERS && !ret->cnt; wrapper++) {
		const char *prefix = symbol_syscall_prefixes[wrapper];
		size_t len = strlen(prefix);
		for (size_t i = 0; i < symbols->cnt; i++) {
			const struct record *symbol = &symbols->list[i];
			bool stub = !symbol->body[strspn(symbol->body, "wW")];
			/* Of a symbol with a suffix, the plain one is there, too. */
			if (!stub && !strncmp(symbol->key, prefix, len) && !symbol->key[symbol->name_len])
				ret->list[ret->cnt++] =
					(struct record) {symbol->key + len, "", symbol->name_len - len};
		}
	}
	return NULL;
}

static struct error *diff_calls(struct differ *differ)
{
	struct records sides[2];
	struct records *const lists[] = {&sides[0], &sides[1]};
	struct error *error = list_calls(differ, 0, &sides[0]);
	struct group groups[2];

	if (!error)
		error = list_calls(differ, 1, &sides[1]);
	/* Where calls are not wrapped, other functions have the prefix, too. */
	if (!error && (!sides[0].cnt || !sides[1].cnt))
		differ->ret->known[TYPE_SYSCALL] = false;
	for (const struct record *first; !error && (first = next_name(lists, 2, groups));)
		error = judge(differ, TYPE_SYSCALL, STORE_SYMBOLS, first->key, &groups[0], &groups[1]);
	return error;
}

static int compare_differences(const void *a, const void *b)
{
	const struct type_difference *left = a, *right = b;

	return left->kind != right->kind ? (int)left->kind - (int)right->kind : strcmp(left->name, right->name);
}

struct error *types_diff(const struct types_side *a, const struct types_side *b,
	const struct types_wanted *wanted, struct type_differences *ret)
{
	const struct types_side *const sides[2] = {a, b};
	struct differ differ = {.wanted = wanted, .ret = ret};

	for (size_t i = 0; i < 2; i++)
		differ.lists_data[i] = sides[i]->whole >> STORE_DATA & 1;

	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT; kind++)
		ret->known[kind] = a->whole & b->whole & 1u << stored_section(kind);
	struct error *error = open_sides(&differ, sides);
	if (!error)
		error = diff_types(&differ);
	if (!error)
		error = diff_functions(&differ);
	if (!error)
		error = diff_calls(&differ);
	pool_destroy(&differ.pool);
	if (!error && ret->cnt)
		qsort(ret->list, ret->cnt, sizeof(*ret->list), compare_differences);
	return error;
}
