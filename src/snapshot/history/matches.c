/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/matches.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/history/stored.h"
#include "util/array.h"
#include "util/glob.h"

/* The kinds that one run through the sections finds, by name. */
static const struct run {
	unsigned int kinds;
	unsigned int sections; /* mask of 1u << enum store_section */
	const char *prefix;    /* of the keys, before the names; NULL: those of system calls */
} runs[] = {
	{1u << TYPE_STRUCT | 1u << TYPE_UNION | 1u << TYPE_ENUM | 1u << TYPE_TYPEDEF | 1u << TYPE_VARIABLE,
		1u << STORE_TYPES, ""},
	{1u << TYPE_TRACEPOINT, 1u << STORE_TYPES, TRACEPOINT_PREFIX},
	{1u << TYPE_LSM_HOOK, 1u << STORE_FUNCTIONS, LSM_PREFIX},
	{1u << TYPE_SYSCALL, 1u << STORE_SYMBOLS, NULL},
	{1u << TYPE_FUNCTION, 1u << STORE_FUNCTIONS | 1u << STORE_SYMBOLS, ""},
};

/* One section of one store, at its next record. */
struct source {
	const struct store *store;
	struct store_cursor *cursor;
	const char *prefix;
	const struct store_record *record; /* NULL: at its end */
};

struct collector {
	const struct history *history;
	const char *glob;
	unsigned int kinds;
	matches_take *take;
	void *context;
	struct pool pool; /* of one run */
	struct source *sources;
	size_t source_cnt, source_cap;
	const struct run *run;
	struct buf name;                 /* that is being collected */
	bool matches;                    /* the glob matches it */
	uint64_t *forms[TYPE_KIND_CNT];  /* of this name, by row; NULL: not of the run */
	bool found[TYPE_KIND_CNT];
	bool stop;
};

/* TYPE_KIND_CNT: none that is listed. */
static enum type_kind kind_of(const struct collector *collector, const struct store_record *record)
{
	static const struct {
		char letter;
		enum type_kind kind;
	} letters[] = {{'s', TYPE_STRUCT}, {'u', TYPE_UNION}, {'e', TYPE_ENUM}, {'E', TYPE_ENUM}, {'t', TYPE_TYPEDEF},
		{'V', TYPE_VARIABLE}};

	if (collector->run->kinds & (collector->run->kinds - 1)) {
		for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
			if (*record->body == letters[i].letter)
				return letters[i].kind == TYPE_TYPEDEF &&
						!strncmp(record->key, TRACEPOINT_PREFIX, strlen(TRACEPOINT_PREFIX))
					? TYPE_KIND_CNT
					: letters[i].kind;
		}
		return TYPE_KIND_CNT;
	}
	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT; kind++) {
		if (collector->run->kinds == 1u << kind)
			return kind;
	}
	return TYPE_KIND_CNT;
}

/* The length of the name in a key behind the prefix: without "#1", and without what a compiler appended. */
static size_t name_length(const struct source *source)
{
	const char *name = source->record->key + strlen(source->prefix);

	if (source->record->section != STORE_SYMBOLS)
		return strcspn(name, "#");
	return *name ? 1 + strcspn(name + 1, ".") : 0;
}

static int compare_names(const struct source *a, const struct source *b)
{
	size_t a_len = name_length(a), b_len = name_length(b);
	const char *x = a->record->key + strlen(a->prefix), *y = b->record->key + strlen(b->prefix);
	int order = memcmp(x, y, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static struct error *collector_add_source(struct collector *collector, const struct store *store,
	enum store_section section, const char *prefix)
{
	struct source *sources = pool_grow(&collector->pool, collector->sources, collector->source_cnt,
		&collector->source_cap, sizeof(*sources));
	/* What stands before the first wildcard leads to the place. */
	const char *begin = pool_printf(&collector->pool, "%s%.*s", prefix, (int)strcspn(collector->glob, "*?[\\"),
		collector->glob);

	if (!sources || !begin)
		return error_no_memory();
	collector->sources = sources;
	struct source *source = &sources[collector->source_cnt];
	*source = (struct source) {.store = store, .prefix = prefix};
	struct error *error = store_cursor_create(store, section, begin, &source->cursor);
	if (error)
		return error;
	collector->source_cnt++;
	return store_cursor_next(source->cursor, &source->record);
}

static struct error *open_store(struct collector *collector, const struct store *store)
{
	const char *const one[] = {collector->run->prefix, NULL};
	const char *const *prefixes = collector->run->prefix ? one : symbol_syscall_prefixes;
	struct error *error = NULL;

	for (enum store_section section = 0; section < STORE_SECTION_CNT && !error; section++) {
		for (size_t i = 0; prefixes[i] && !error && collector->run->sections & 1u << section; i++) {
			/* Where calls are not wrapped, some other functions have the prefix, too. */
			if (collector->run->prefix || i < SYMBOL_SYSCALL_WRAPPERS)
				error = collector_add_source(collector, store, section, prefixes[i]);
		}
	}
	return error;
}

static struct error *collector_open(struct collector *collector)
{
	const struct store **stores;
	size_t cnt;
	struct error *error = stored_list(collector->history, &collector->pool, &stores, &cnt);

	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT && !error; kind++) {
		if (!(collector->run->kinds & 1u << kind))
			continue;
		collector->forms[kind] =
			pool_calloc(&collector->pool, collector->history->row_cnt, sizeof(**collector->forms));
		error = collector->forms[kind] ? NULL : error_no_memory();
	}
	for (size_t i = 0; i < cnt && !error; i++)
		error = open_store(collector, stores[i]);
	return error;
}

static void collector_close(struct collector *collector)
{
	for (size_t i = 0; i < collector->source_cnt; i++)
		store_cursor_destroy(collector->sources[i].cursor);
	collector->sources = NULL;
	collector->source_cnt = collector->source_cap = 0;
	memset(collector->forms, 0, sizeof(collector->forms));
	pool_destroy(&collector->pool);
	buf_deinit(&collector->name);
}

/* COND_SYSCALL() makes a weak function where the call is not built. */
static bool is_stub(const struct collector *collector, const struct store_record *record)
{
	return !collector->run->prefix && !record->body[strspn(record->body, "wW")];
}

static void take_record(struct collector *collector, const struct source *source)
{
	const struct store_record *record = source->record;
	enum type_kind kind = kind_of(collector, record);

	if (kind == TYPE_KIND_CNT || is_stub(collector, record))
		return;
	uint64_t number = record->section == STORE_SYMBOLS ? TYPE_MATCH_UNTYPED : stored_body_hash(record->body) | 2;
	for (size_t row = 0; row < collector->history->row_cnt; row++) {
		const struct kernel_entry *entry = stored_entry(collector->history, row);
		if (!entry || entry->store != source->store || !store_record_is_of(record, entry->store_number))
			continue;
		uint64_t *form = &collector->forms[kind][row];
		/* Further types of the name count, in any order. A symbol adds nothing to a prototype. */
		if (number != TYPE_MATCH_UNTYPED)
			*form = *form == TYPE_MATCH_UNTYPED ? number : *form + number;
		else if (!*form)
			*form = TYPE_MATCH_UNTYPED;
		collector->found[kind] = true;
	}
}

static struct error *give_name(struct collector *collector)
{
	struct error *error = NULL;

	for (enum type_kind kind = 0; kind < TYPE_KIND_CNT && !error && !collector->stop; kind++) {
		if (!collector->found[kind])
			continue;
		const struct type_match match = {kind, buf_text(&collector->name), collector->forms[kind]};
		if (collector->kinds & 1u << kind)
			error = collector->take(collector->context, &match, &collector->stop);
		memset(collector->forms[kind], 0, collector->history->row_cnt * sizeof(**collector->forms));
		collector->found[kind] = false;
	}
	return error;
}

/* All records of the first name; *more is false at the end. */
static struct error *collect_name(struct collector *collector, bool *more)
{
	struct source *first = NULL;
	struct error *error = NULL;

	for (size_t i = 0; i < collector->source_cnt; i++) {
		struct source *source = &collector->sources[i];
		if (source->record && (!first || compare_names(source, first) < 0))
			first = source;
	}
	*more = first != NULL;
	if (!first)
		return NULL;
	size_t len = name_length(first);
	buf_clear(&collector->name);
	buf_add(&collector->name, first->record->key + strlen(first->prefix), len);
	if (collector->name.failed)
		return error_no_memory();
	collector->matches = glob_any(&collector->glob, 1, buf_text(&collector->name));
	for (size_t i = 0; i < collector->source_cnt && !error; i++) {
		struct source *source = &collector->sources[i];
		while (!error && source->record && name_length(source) == len &&
			!memcmp(source->record->key + strlen(source->prefix), buf_text(&collector->name), len)) {
			if (collector->matches && *source->record->key != STORE_NAMELESS)
				take_record(collector, source);
			error = store_cursor_next(source->cursor, &source->record);
		}
	}
	return error ? error : give_name(collector);
}

static struct error *collect_run(struct collector *collector)
{
	struct error *error = collector_open(collector);
	bool more = true;

	while (!error && more && !collector->stop)
		error = collect_name(collector, &more);
	collector_close(collector);
	return error;
}

struct error *matches_find(const struct history *history, const char *glob, unsigned int kinds,
	matches_take *take, void *context)
{
	struct collector collector = {
		.history = history, .glob = glob, .kinds = kinds, .take = take, .context = context};
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(runs) && !error && !collector.stop; i++) {
		collector.run = &runs[i];
		if (runs[i].kinds & kinds)
			error = collect_run(&collector);
	}
	return error;
}
