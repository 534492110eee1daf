/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes BTF from the lines of store/form.h. First come the named types, in the order of their lines, then the types
 * without a name, each once, then the decl tags.
 */
#include <stdlib.h>
#include <string.h>

#include "store/nameless.h"
#include "store/record.h"
#include "util/strtab.h"

struct maker {
	struct record_reader reader; /* the first member */
	bool stubs;
	uint32_t named_cnt;
	struct texts names;    /* letter and key; the number is the id less 1, below named_cnt */
	struct texts strings;  /* the number is an index into string_at */
	struct nameless nameless; /* the number is the id less 1 and named_cnt */
	uint32_t *string_at;
	size_t string_cnt, string_cap;
	struct buf named_words, tag_words, string_bytes;
};

static struct maker *maker_of(struct record_reader *reader)
{
	return (struct maker *)reader;
}

static uint32_t add_string(struct record_reader *reader, const char *text, size_t len)
{
	struct maker *maker = maker_of(reader);
	size_t number = len ? texts_number(&maker->strings, text, len) : 0;

	if (!len)
		return 0;
	if (len > KBTF_NAME_MAX_BYTES)
		record_mistake(reader, "a name is too long");
	if (maker->strings.failed) {
		record_no_memory(reader);
		return 0;
	}
	if (number < maker->string_cnt)
		return maker->string_at[number];
	if (maker->string_cnt == maker->string_cap) {
		size_t cap = maker->string_cap ? 2 * maker->string_cap : 1024;
		uint32_t *list = reallocarray(maker->string_at, cap, sizeof(*list));
		if (!list) {
			record_no_memory(reader);
			return 0;
		}
		maker->string_at = list;
		maker->string_cap = cap;
	}
	maker->string_at[maker->string_cnt++] = (uint32_t)maker->string_bytes.len;
	buf_add(&maker->string_bytes, text, len);
	buf_putc(&maker->string_bytes, '\0');
	return maker->string_at[number];
}

/* A type without a name: one with these words exists, or is added. */
static uint32_t add_nameless(struct record_reader *reader, const uint32_t *words, size_t cnt)
{
	struct maker *maker = maker_of(reader);
	size_t number = nameless_number(&maker->nameless, words, cnt);

	if (maker->nameless.failed) {
		record_no_memory(reader);
		return 0;
	}
	return maker->named_cnt + 1 + (uint32_t)number;
}

/* A record that is not among the lines: only its name. */
static uint32_t add_stub(struct record_reader *reader, const char *key, size_t len)
{
	const char *number = memchr(key, '#', len);
	uint32_t words[] = {0, 0, 0, 0};
	bool flag = false;
	unsigned int kind = store_letter_kind(*key, &flag);

	if (!maker_of(reader)->stubs) {
		record_mistake(reader, "a type refers to one that is not there");
		return 0;
	}
	words[0] = add_string(reader, key + 1, (number ? (size_t)(number - key) : len) - 1);
	words[1] = (uint32_t)kind << 24 | (uint32_t)flag << 31;
	return add_nameless(reader, words, kind == BTF_KIND_INT || kind == BTF_KIND_VAR ? 4 : 3);
}

static uint32_t refer(struct record_reader *reader, const char *key, size_t len)
{
	struct maker *maker = maker_of(reader);
	size_t number = texts_number(&maker->names, key, len);

	if (maker->names.failed)
		record_no_memory(reader);
	return number < maker->named_cnt ? (uint32_t)number + 1 : add_stub(reader, key, len);
}

static void take_named(struct record_reader *reader, uint32_t id, const uint32_t *words, size_t cnt)
{
	(void)id;
	buf_add(&maker_of(reader)->named_words, words, cnt * sizeof(*words));
}

static void take_tag(struct record_reader *reader, const uint32_t words[4])
{
	buf_add(&maker_of(reader)->tag_words, words, 4 * sizeof(*words));
}

/* Every name gets its id before any type is read. */
static void add_names(struct maker *maker, const struct store_line *lines, size_t cnt)
{
	_cleanup_buf_ struct buf key = {0};

	for (size_t i = 0; i < cnt && !maker->reader.bad; i++) {
		if (!record_is_named(&lines[i]))
			continue;
		const char *problem = record_key_problem(&lines[i]);
		if (problem) {
			record_mistake(&maker->reader, problem);
			return;
		}
		buf_clear(&key);
		buf_putc(&key, record_letter(&lines[i]));
		buf_add(&key, lines[i].text, store_key_length(&lines[i]));
		if (texts_number(&maker->names, buf_text(&key), key.len) != maker->named_cnt)
			record_mistake(&maker->reader, "a kernel has two records of one type");
		maker->named_cnt++;
	}
	if (key.failed || maker->names.failed)
		record_no_memory(&maker->reader);
}

/* The line with the index type comes first, because arrays need it. */
static void read_lines(struct maker *maker, const struct store_line *lines, size_t cnt)
{
	size_t first = 0;
	uint32_t id = 0;

	while (first < cnt && record_letter(&lines[first]) != ' ')
		first++;
	if (first < cnt)
		record_read(&maker->reader, &lines[first], 0);
	for (size_t i = 0; i < cnt && !maker->reader.bad; i++) {
		if (i != first)
			record_read(&maker->reader, &lines[i], record_is_named(&lines[i]) ? ++id : 0);
	}
}

static struct error *assemble(struct maker *maker, struct kbtf **ret)
{
	size_t type_len = maker->named_words.len + maker->nameless.words.len + maker->tag_words.len;
	size_t size = sizeof(struct btf_header) + type_len + maker->string_bytes.len;
	bool failed = maker->named_words.failed || maker->nameless.words.failed ||
		maker->tag_words.failed || maker->string_bytes.failed;
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = (uint32_t)type_len,
		.str_off = (uint32_t)type_len,
		.str_len = (uint32_t)maker->string_bytes.len,
	};
	const struct buf *const parts[] = {&maker->named_words, &maker->nameless.words,
		&maker->tag_words, &maker->string_bytes};

	if (failed)
		return error_no_memory();
	if (size > UINT32_MAX)
		return error_create(ERROR_INPUT, NULL, "its types are too large");
	unsigned char *data = malloc(size);
	if (!data)
		return error_no_memory();
	memcpy(data, &header, sizeof(header));
	unsigned char *at = data + sizeof(header);
	for (size_t i = 0; i < 4; i++) {
		if (parts[i]->len)
			memcpy(at, parts[i]->data, parts[i]->len);
		at += parts[i]->len;
	}
	return kbtf_create(data, size, KBTF_MALLOC, NULL, ret);
}

static void maker_deinit(struct maker *maker)
{
	texts_deinit(&maker->names);
	texts_deinit(&maker->strings);
	nameless_deinit(&maker->nameless);
	free(maker->string_at);
	buf_deinit(&maker->named_words);
	buf_deinit(&maker->tag_words);
	buf_deinit(&maker->string_bytes);
}

struct error *store_regenerate(
	const struct store_line *lines, size_t cnt, bool stubs, struct kbtf **ret)
{
	static const struct record_ops ops = {
		.string = add_string,
		.nameless = add_nameless,
		.reference = refer,
		.named = take_named,
		.tag = take_tag,
	};
	struct maker maker = {.reader = {.ops = &ops}, .stubs = stubs};
	struct kbtf *btf = NULL;
	struct error *error = NULL;

	buf_putc(&maker.string_bytes, '\0');
	add_names(&maker, lines, cnt);
	if (!maker.reader.bad)
		read_lines(&maker, lines, cnt);
	if (maker.reader.no_memory)
		error = error_no_memory();
	else if (maker.reader.bad)
		error = error_create(ERROR_INPUT, NULL, "a record is damaged: %s", maker.reader.bad);
	else
		error = assemble(&maker, &btf);
	maker_deinit(&maker);
	if (!error && !kbtf_references_hold(btf))
		error = error_create(ERROR_INPUT, NULL, "a record is damaged: it refers to no such type");
	if (!error)
		error = store_check_cycles(btf);
	if (error)
		kbtf_destroy(btf);
	else
		*ret = btf;
	return error;
}
