/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BTF of one kernel in a store, read as far as somebody looks at it. A type gets its id when something refers to
 * it, and its words when they are asked for, so no closure is needed and no answer differs from that of the whole BTF.
 */
#include <stdlib.h>
#include <string.h>

#include "store/nameless.h"
#include "store/record.h"
#include "util/strtab.h"

struct demand_type {
	const struct btf_type *type; /* NULL: not read yet */
	uint32_t key;                /* of a named one its number in keys, else 0 */
};

struct demand {
	struct record_reader reader; /* the first member */
	const struct store *store;
	size_t kernel;
	struct pool pool;
	struct texts keys;    /* letter and key */
	uint32_t *key_ids;    /* [key_cap]: 0: it has none yet */
	size_t key_cap;
	struct texts strings; /* the number is the offset less 1 */
	struct nameless nameless;
	uint32_t *nameless_ids;
	size_t nameless_cap;
	struct demand_type *types; /* by id; that of 0 is none */
	size_t cnt, cap;
	struct error *error; /* the first one */
	bool whole;
};

static const struct btf_type nothing;

static struct demand *demand_of(struct record_reader *reader)
{
	return (struct demand *)reader;
}

static void fail(struct demand *demand, struct error *error)
{
	if (demand->error)
		error_free(error);
	else
		demand->error = error;
}

/* Of the line that was read last. */
static bool has_failed(struct demand *demand)
{
	struct record_reader *reader = &demand->reader;

	if (!reader->bad)
		return false;
	fail(demand,
		reader->no_memory
			? error_no_memory()
			: error_create(ERROR_INPUT, NULL, "a record is damaged: %s", reader->bad));
	reader->bad = NULL;
	return true;
}

/* 0: no memory. */
static uint32_t add_type(struct demand *demand, const struct btf_type *type, uint32_t key)
{
	struct demand_type *types =
		pool_grow(&demand->pool, demand->types, demand->cnt, &demand->cap, sizeof(*types));

	if (!types || demand->cnt == UINT32_MAX) {
		record_no_memory(&demand->reader);
		return 0;
	}
	demand->types = types;
	types[demand->cnt] = (struct demand_type) {type, key};
	return (uint32_t)demand->cnt++;
}

static const struct btf_type *copy_words(struct demand *demand, const uint32_t *words, size_t cnt)
{
	uint32_t *copy = pool_calloc(&demand->pool, cnt, sizeof(*copy));

	if (!copy) {
		record_no_memory(&demand->reader);
		return &nothing;
	}
	memcpy(copy, words, cnt * sizeof(*copy));
	return (const struct btf_type *)copy;
}

static uint32_t add_string(struct record_reader *reader, const char *text, size_t len)
{
	struct demand *demand = demand_of(reader);

	if (!len)
		return 0;
	if (len > KBTF_NAME_MAX_BYTES)
		record_mistake(reader, "a name is too long");
	size_t number = texts_number(&demand->strings, text, len);
	if (demand->strings.failed)
		record_no_memory(reader);
	return (uint32_t)number + 1;
}

/* Room for the ids of that many. */
static bool grow_ids(struct demand *demand, uint32_t **ids, size_t *cap, size_t cnt)
{
	while (*cap < cnt) {
		size_t before = *cap;
		uint32_t *list = pool_grow(&demand->pool, *ids, before, cap, sizeof(*list));
		if (!list) {
			record_no_memory(&demand->reader);
			return false;
		}
		memset(list + before, 0, (*cap - before) * sizeof(*list));
		*ids = list;
	}
	return true;
}

static uint32_t add_nameless(struct record_reader *reader, const uint32_t *words, size_t cnt)
{
	struct demand *demand = demand_of(reader);
	const struct btf_type *type = (const struct btf_type *)words;
	size_t number = nameless_number(&demand->nameless, words, cnt);

	if (kbtf_kind(type) == BTF_KIND_FUNC_PROTO && kbtf_vlen(type) > KBTF_PARAM_MAX)
		record_mistake(reader, "a prototype has too many parameters");
	if (demand->nameless.failed)
		record_no_memory(reader);
	if (reader->bad ||
		!grow_ids(demand, &demand->nameless_ids, &demand->nameless_cap, number + 1))
		return 0;
	if (!demand->nameless_ids[number])
		demand->nameless_ids[number] = add_type(demand, copy_words(demand, words, cnt), 0);
	return demand->nameless_ids[number];
}

/* The place of the id of a letter and key; NULL: no memory. */
static uint32_t *id_of_key(struct demand *demand, const char *key, size_t len, uint32_t *number)
{
	*number = (uint32_t)texts_number(&demand->keys, key, len);
	if (demand->keys.failed) {
		record_no_memory(&demand->reader);
		return NULL;
	}
	return grow_ids(demand, &demand->key_ids, &demand->key_cap, (size_t)*number + 1)
		? &demand->key_ids[*number]
		: NULL;
}

static uint32_t refer(struct record_reader *reader, const char *key, size_t len)
{
	struct demand *demand = demand_of(reader);
	uint32_t number, *id = id_of_key(demand, key, len, &number);

	if (id && !*id)
		*id = add_type(demand, NULL, number);
	return id ? *id : 0;
}

/* A function must have a prototype. Readers of a function rely on that and do not check it. */
static void check_function(struct demand *demand, const struct btf_type *type)
{
	const struct btf_type *of =
		type->type < demand->cnt ? demand->types[type->type].type : NULL;

	if (!of || kbtf_kind(of) != BTF_KIND_FUNC_PROTO)
		record_mistake(&demand->reader, "a function has no prototype");
}

static void take_named(struct record_reader *reader, uint32_t id, const uint32_t *words, size_t cnt)
{
	struct demand *demand = demand_of(reader);
	const struct btf_type *type = copy_words(demand, words, cnt);

	if (kbtf_kind(type) == BTF_KIND_FUNC)
		check_function(demand, type);
	if (!reader->bad)
		demand->types[id].type = type;
}

static void take_tag(struct record_reader *reader, const uint32_t words[4])
{
	struct demand *demand = demand_of(reader);

	add_type(demand, copy_words(demand, words, 4), 0);
}

/* A text that is read for a while is not moved: a block may be dropped meanwhile. */
static bool copy_line(struct demand *demand, const struct store_line *line, struct store_line *ret)
{
	*ret = (struct store_line) {pool_strndup(&demand->pool, line->text, line->len), line->len};
	if (!ret->text)
		fail(demand, error_no_memory());
	return ret->text;
}

/* The line of a letter and key that the kernel has. False: it has none, or there was an error. */
static bool find_line(struct demand *demand, char letter, const char *key, struct store_line *ret)
{
	enum store_section section = letter == 'F' ? STORE_FUNCTIONS : STORE_TYPES;
	const struct store_index *index = store_section_index(demand->store, section);
	_cleanup_block_ struct store_block scratch = {0};
	const struct store_block *block;
	size_t len = strlen(key);

	if (!index->cnt)
		return false;
	struct error *error = store_look_at_block(
		demand->store, section, store_block_of(index, key), &scratch, &block);
	if (error) {
		fail(demand, error);
		return false;
	}
	for (size_t i = store_line_from(block, key, len);
		i < block->cnt && block->lines[i].len > len && !memcmp(block->lines[i].text, key, len);
		i++) {
		const struct store_line *line = &block->lines[i];
		if (line->text[len] != '\t')
			break;
		if (record_letter(line) == letter &&
			store_line_is_of(demand->store, block, i, demand->kernel))
			return copy_line(demand, line, ret);
	}
	return false;
}

static void read_type(struct demand *demand, uint32_t id, const struct store_line *line)
{
	demand->types[id].type = &nothing;
	record_read(&demand->reader, line, id);
	if (has_failed(demand))
		demand->types[id].type = &nothing;
}

static const struct btf_type *demand_type(void *data, uint32_t id)
{
	struct demand *demand = data;
	struct store_line line;

	if (!id || id >= demand->cnt)
		return NULL;
	if (demand->types[id].type)
		return demand->types[id].type;
	const char *key = demand->keys.list[demand->types[id].key];
	if (find_line(demand, *key, key + 1, &line)) {
		read_type(demand, id, &line);
	} else {
		demand->types[id].type = &nothing;
		fail(demand,
			error_create(ERROR_INPUT, NULL,
				"a record is damaged: a type refers to %s, which is not there", key + 1));
	}
	return demand->types[id].type;
}

static const char *demand_string(void *data, uint32_t offset)
{
	const struct demand *demand = data;

	return offset && offset <= demand->strings.cnt ? demand->strings.list[offset - 1] : "";
}

/* 0: the kernel has no such record. */
static uint32_t find_record(struct demand *demand, char letter, const char *name, uint32_t number)
{
	_cleanup_buf_ struct buf key = {0};
	struct store_line line;
	uint32_t at;

	buf_putc(&key, letter);
	buf_puts(&key, name);
	if (number)
		buf_printf(&key, "#%u", number);
	uint32_t *id = key.failed ? NULL : id_of_key(demand, buf_text(&key), key.len, &at);
	if (id && *id)
		return demand_type(demand, *id) == &nothing ? 0 : *id;
	if (!id || demand->whole || !find_line(demand, letter, buf_text(&key) + 1, &line)) {
		has_failed(demand);
		return 0;
	}
	uint32_t found = *id = add_type(demand, NULL, at);
	if (found)
		read_type(demand, found, &line);
	else
		has_failed(demand);
	return found && demand->types[found].type != &nothing ? found : 0;
}

/* The first record of the name at or behind a letter of the kind and a number. */
static uint32_t find_from(
	struct demand *demand, const char *name, unsigned int kind, char letter, uint32_t number)
{
	for (const char *at = strchr(store_letters, letter); *at; at++, number = 0) {
		bool flag;
		uint32_t id = store_letter_kind(*at, &flag) == kind
			? find_record(demand, *at, name, number)
			: 0;
		if (id)
			return id;
	}
	return 0;
}

static void read_line(struct demand *demand, const struct store_line *line)
{
	_cleanup_buf_ struct buf key = {0};
	const char *problem = record_is_named(line) ? record_key_problem(line) : NULL;
	uint32_t number, *id = NULL;

	if (problem) {
		record_mistake(&demand->reader, problem);
	} else if (record_is_named(line)) {
		buf_putc(&key, record_letter(line));
		buf_add(&key, line->text, store_key_length(line));
		id = key.failed ? NULL : id_of_key(demand, buf_text(&key), key.len, &number);
		if (!id)
			record_no_memory(&demand->reader);
		else if (!*id)
			*id = add_type(demand, NULL, number);
		if (id && *id && !demand->types[*id].type)
			read_type(demand, *id, line);
	} else if (record_letter(line) != ' ') {
		record_read(&demand->reader, line, 0);
	}
	has_failed(demand);
}

typedef void line_fn(struct demand *demand, const struct store_line *line, void *context);

/* Every line of the kernel in a section that begins with the prefix. */
static void each_line(struct demand *demand, enum store_section section, const char *prefix,
	line_fn *each, void *context)
{
	const struct store_index *index = store_section_index(demand->store, section);
	size_t len = strlen(prefix);

	for (size_t i = store_block_of(index, prefix); i < index->cnt; i++) {
		_cleanup_block_ struct store_block scratch = {0};
		const struct store_block *block;
		struct error *error = store_look_at_block(demand->store, section, i, &scratch, &block);
		if (error) {
			fail(demand, error);
			return;
		}
		for (size_t k = store_line_from(block, prefix, len); k < block->cnt; k++) {
			const struct store_line *line = &block->lines[k];
			if (line->len < len || memcmp(line->text, prefix, len))
				return;
			if (store_line_is_of(demand->store, block, k, demand->kernel))
				each(demand, line, context);
		}
	}
}

static void take_line(struct demand *demand, const struct store_line *line, void *context)
{
	(void)context;
	read_line(demand, line);
}

static uint32_t demand_type_cnt(void *data)
{
	struct demand *demand = data;

	if (!demand->whole) {
		each_line(demand, STORE_TYPES, "", take_line, NULL);
		each_line(demand, STORE_FUNCTIONS, "", take_line, NULL);
		for (uint32_t id = 1; id < demand->cnt; id++)
			demand_type(demand, id);
		demand->whole = true;
	}
	return (uint32_t)demand->cnt;
}

static bool has_records(unsigned int kind)
{
	bool flag;

	for (const char *at = store_letters; *at; at++) {
		if (store_letter_kind(*at, &flag) == kind)
			return true;
	}
	return false;
}

/* Tags have names and no records, so all types are looked at. */
static uint32_t find_tag(struct demand *demand, uint32_t from, const char *name, unsigned int kind)
{
	for (uint32_t id = from; id < demand_type_cnt(demand); id++) {
		const struct btf_type *type = demand_type(demand, id);
		if (kbtf_kind(type) == kind && !strcmp(demand_string(demand, type->name_off), name))
			return id;
	}
	return 0;
}

static uint32_t demand_find(void *data, const char *name, unsigned int kind)
{
	if (!has_records(kind))
		return find_tag(data, 1, name, kind);
	/* Such a name would be a key. */
	return strchr(name, '#') || strchr(name, '\t') ? 0 : find_from(data, name, kind, *store_letters, 0);
}

static uint32_t demand_find_next(void *data, uint32_t id)
{
	struct demand *demand = data;
	const struct btf_type *type = demand_type(demand, id);

	if (type && !has_records(kbtf_kind(type)))
		return find_tag(demand, id + 1, demand_string(demand, type->name_off), kbtf_kind(type));
	if (!type || !demand->types[id].key)
		return 0;
	const char *key = demand->keys.list[demand->types[id].key], *number = strchr(key, '#');
	return find_from(demand, demand_string(demand, type->name_off), kbtf_kind(type), *key,
		number ? (uint32_t)strtoul(number + 1, NULL, 10) + 1 : 1);
}

struct name_search {
	unsigned int kind;
	kbtf_each_name_fn *each;
	void *context;
};

static void take_name(struct demand *demand, const struct store_line *line, void *context)
{
	const struct name_search *search = context;
	char name[KBTF_NAME_MAX_BYTES + 1];
	bool flag;

	(void)demand;
	if (store_letter_kind(record_letter(line), &flag) != search->kind)
		return;
	size_t len = store_key_length(line);
	const char *number = memchr(line->text, '#', len);
	len = number ? (size_t)(number - line->text) : len;
	if (len >= sizeof(name))
		return;
	memcpy(name, line->text, len);
	name[len] = '\0';
	search->each(search->context, name);
}

static void demand_each_name(
	void *data, unsigned int kind, const char *prefix, kbtf_each_name_fn *each, void *context)
{
	struct name_search search = {kind, each, context};

	each_line(data, kind == BTF_KIND_FUNC ? STORE_FUNCTIONS : STORE_TYPES, prefix, take_name,
		&search);
}

static struct error *demand_take_error(void *data)
{
	struct demand *demand = data;
	struct error *error = demand->error;

	demand->error = NULL;
	return error;
}

static void demand_destroy(void *data)
{
	struct demand *demand = data;

	error_free(demand->error);
	texts_deinit(&demand->keys);
	texts_deinit(&demand->strings);
	nameless_deinit(&demand->nameless);
	pool_destroy(&demand->pool);
	free(demand);
}

/* Arrays need the usual type of an index before any of them is read. Void and no key have the number 0. */
static void begin(struct demand *demand)
{
	struct store_line line;

	texts_number(&demand->keys, "", 0);
	add_type(demand, &nothing, 0);
	if (find_line(demand, ' ', STORE_KEY_USUAL_INDEX, &line))
		record_read(&demand->reader, &line, 0);
	has_failed(demand);
}

struct error *store_btf_on_demand(const struct store *store, size_t kernel, struct kbtf **ret)
{
	static const struct record_ops ops = {
		.string = add_string,
		.nameless = add_nameless,
		.reference = refer,
		.named = take_named,
		.tag = take_tag,
	};
	const struct store_kernel *entry = store_kernel(store, kernel);
	struct demand *demand;

	if (!(entry->whole & 1u << STORE_TYPES) || !(entry->whole & 1u << STORE_FUNCTIONS))
		return error_create(ERROR_NOT_FOUND, NULL, "the store has no BTF of %s", entry->name);
	demand = calloc(1, sizeof(*demand));
	if (!demand)
		return error_no_memory();
	*demand = (struct demand) {.reader = {.ops = &ops}, .store = store, .kernel = kernel};
	begin(demand);
	struct error *error = demand_take_error(demand);
	if (error) {
		demand_destroy(demand);
		return error;
	}
	const struct kbtf_source source = {
		.data = demand,
		.type = demand_type,
		.string = demand_string,
		.find = demand_find,
		.find_next = demand_find_next,
		.type_cnt = demand_type_cnt,
		.each_name = demand_each_name,
		.take_error = demand_take_error,
		.destroy = demand_destroy,
	};
	return kbtf_create_on_demand(&source, ret);
}
