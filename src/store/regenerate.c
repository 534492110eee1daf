/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes BTF from the lines of store/form.h. The lines are hostile input. First come the named types, in
 * the order of their lines, then the types without a name, each once, then the decl tags.
 */
#include "store/form.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/nameless.h"
#include "util/strtab.h"

#define VLEN_MAX 0xffffffu
#define HEX_DIGITS_MAX 8u

/* A place in a line. */
struct maker {
	const char *at, *end;
	unsigned int depth;
	const char *bad; /* the first mistake; NULL: none */
	bool stubs, no_memory;
	uint32_t named_cnt;
	uint32_t index_type;
	struct texts names;    /* letter and key; the number is the id less 1, below named_cnt */
	struct texts strings;  /* the number is an index into string_at */
	struct nameless nameless; /* the number is the id less 1 and named_cnt */
	uint32_t *string_at;
	size_t string_cnt, string_cap;
	struct buf named_words, tag_words, string_bytes;
};

/* The words of one type that is being read. */
struct words {
	uint32_t *list;
	size_t cnt, cap;
	uint32_t room[64];
};

static void words_init(struct words *words)
{
	words->list = words->room;
	words->cnt = 0;
	words->cap = sizeof(words->room) / sizeof(words->room[0]);
}

static void words_deinit(struct words *words)
{
	if (words->list != words->room)
		free(words->list);
}

static void mistake(struct maker *maker, const char *why)
{
	if (!maker->bad)
		maker->bad = why;
}

static void no_memory(struct maker *maker)
{
	maker->no_memory = true;
	mistake(maker, "no memory");
}

static void words_add(struct maker *maker, struct words *words, uint32_t word)
{
	if (words->cnt == words->cap) {
		uint32_t *list = malloc(2 * words->cap * sizeof(*list));
		if (!list) {
			no_memory(maker);
			return;
		}
		memcpy(list, words->list, words->cnt * sizeof(*list));
		words_deinit(words);
		words->list = list;
		words->cap *= 2;
	}
	words->list[words->cnt++] = word;
}

static char peek(const struct maker *maker)
{
	return maker->at < maker->end ? *maker->at : '\0';
}

static bool eat(struct maker *maker, char c)
{
	if (maker->at >= maker->end || *maker->at != c)
		return false;
	maker->at++;
	return true;
}

static void need(struct maker *maker, char c)
{
	if (!eat(maker, c))
		mistake(maker, "a character is missing");
}

static uint32_t read_hex(struct maker *maker)
{
	uint32_t value = 0;
	unsigned int digits = 0;

	for (;; maker->at++, digits++) {
		char c = peek(maker);
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	if (!digits || digits > HEX_DIGITS_MAX)
		mistake(maker, "a number is missing or too large");
	return value;
}

/* Of 64 bits, with a sign. */
static uint64_t read_decimal(struct maker *maker)
{
	bool minus = eat(maker, '-');
	uint64_t value = 0, limit = minus ? 1ull << 63 : INT64_MAX;
	unsigned int digits = 0;

	for (; peek(maker) >= '0' && peek(maker) <= '9' && digits < 20; digits++) {
		unsigned int digit = (unsigned int)(*maker->at++ - '0');
		if (value > (limit - digit) / 10)
			mistake(maker, "a number is too large");
		value = value * 10 + digit;
	}
	if (!digits)
		mistake(maker, "a number is missing");
	return minus ? -value : value;
}

static uint32_t read_digit(struct maker *maker)
{
	char c = peek(maker);

	if (c < '0' || c > '9') {
		mistake(maker, "a digit is missing");
		return 0;
	}
	maker->at++;
	return (uint32_t)(c - '0');
}

static uint32_t add_string(struct maker *maker, const char *text, size_t len)
{
	size_t number = len ? texts_number(&maker->strings, text, len) : 0;

	if (!len)
		return 0;
	if (len > KBTF_NAME_MAX_BYTES)
		mistake(maker, "a name is too long");
	if (maker->strings.failed) {
		no_memory(maker);
		return 0;
	}
	if (number < maker->string_cnt)
		return maker->string_at[number];
	if (maker->string_cnt == maker->string_cap) {
		size_t cap = maker->string_cap ? 2 * maker->string_cap : 1024;
		uint32_t *list = reallocarray(maker->string_at, cap, sizeof(*list));
		if (!list) {
			no_memory(maker);
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

static uint32_t read_name(struct maker *maker)
{
	const char *start = maker->at;

	while (maker->at < maker->end && store_is_name_char(*maker->at))
		maker->at++;
	return add_string(maker, start, (size_t)(maker->at - start));
}

static uint32_t read_tag(struct maker *maker)
{
	const char *start = maker->at;

	while (maker->at < maker->end && store_is_tag_char(*maker->at))
		maker->at++;
	if (start == maker->at)
		mistake(maker, "a tag has no name");
	return add_string(maker, start, (size_t)(maker->at - start));
}

static uint32_t info_word(unsigned int kind, size_t vlen, bool kind_flag)
{
	return (uint32_t)kind << 24 | (uint32_t)vlen | (uint32_t)kind_flag << 31;
}

/* A type without a name: one with these words exists, or is added. */
static uint32_t add_nameless(struct maker *maker, const uint32_t *words, size_t cnt)
{
	size_t number = nameless_number(&maker->nameless, words, cnt);

	if (maker->nameless.failed) {
		no_memory(maker);
		return 0;
	}
	return maker->named_cnt + 1 + (uint32_t)number;
}

static uint32_t add_modifier(
	struct maker *maker, unsigned int kind, uint32_t name, bool kind_flag, uint32_t type)
{
	const uint32_t words[] = {name, info_word(kind, 0, kind_flag), type};

	return add_nameless(maker, words, 3);
}

static uint32_t read_type(struct maker *maker);

static size_t read_members(struct maker *maker, struct words *words, bool *flag)
{
	uint64_t offset = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(maker);
	*flag = eat(maker, 'k');
	need(maker, '{');
	for (; !maker->bad && peek(maker) != '}'; cnt++) {
		uint32_t bits = 0;
		words_add(maker, words, read_name(maker));
		need(maker, ':');
		words_add(maker, words, read_type(maker));
		if (eat(maker, '+'))
			offset += 8ull * read_hex(maker);
		else if (eat(maker, '~'))
			offset += read_hex(maker);
		else if (eat(maker, '-'))
			offset -= read_hex(maker);
		if (eat(maker, '%'))
			bits = read_hex(maker);
		need(maker, ';');
		if (offset > (*flag ? 0xffffffu : UINT32_MAX) || bits > (*flag ? 0xffu : 0))
			mistake(maker, "a member lies outside");
		words_add(maker, words, (uint32_t)offset | bits << 24);
	}
	need(maker, '}');
	return cnt;
}

static size_t read_enumerators(struct maker *maker, struct words *words, bool wide, bool *flag)
{
	uint64_t value = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(maker);
	*flag = eat(maker, 'k');
	need(maker, '{');
	for (; !maker->bad && peek(maker) != '}'; cnt++) {
		words_add(maker, words, read_name(maker));
		if (eat(maker, '='))
			value = read_decimal(maker);
		words_add(maker, words, (uint32_t)value);
		if (wide)
			words_add(maker, words, (uint32_t)(value >> 32));
		value++;
		need(maker, ';');
	}
	need(maker, '}');
	return cnt;
}

/* After its '('. */
static size_t read_prototype(struct maker *maker, struct words *words)
{
	size_t cnt = 0;

	for (; !maker->bad && peek(maker) != ')'; cnt++) {
		if (cnt)
			need(maker, ',');
		words_add(maker, words, read_name(maker));
		need(maker, ':');
		words_add(maker, words, read_type(maker));
	}
	need(maker, ')');
	words->list[2] = read_type(maker);
	return cnt;
}

static size_t read_variables(struct maker *maker, struct words *words)
{
	uint64_t offset = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(maker);
	need(maker, '{');
	for (; !maker->bad && peek(maker) != '}'; cnt++) {
		words_add(maker, words, read_type(maker));
		need(maker, '+');
		offset += read_hex(maker);
		words_add(maker, words, (uint32_t)offset);
		need(maker, ',');
		words_add(maker, words, read_hex(maker));
		need(maker, ';');
		if (offset > UINT32_MAX)
			mistake(maker, "a variable lies outside");
	}
	need(maker, '}');
	return cnt;
}

/* Adds all words of a type of that kind. */
static void read_content(
	struct maker *maker, unsigned int kind, bool flag, uint32_t name, struct words *words)
{
	size_t vlen = 0;

	words_add(maker, words, name);
	words_add(maker, words, 0);
	words_add(maker, words, 0);
	switch (kind) {
	case BTF_KIND_INT:
		words->list[2] = read_hex(maker);
		need(maker, ',');
		words_add(maker, words, read_hex(maker));
		break;
	case BTF_KIND_FLOAT:
		words->list[2] = read_hex(maker);
		break;
	case BTF_KIND_TYPEDEF:
		words->list[2] = read_type(maker);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		vlen = read_members(maker, words, &flag);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		vlen = read_enumerators(maker, words, kind == BTF_KIND_ENUM64, &flag);
		break;
	case BTF_KIND_FUNC_PROTO:
		vlen = read_prototype(maker, words);
		break;
	case BTF_KIND_FUNC:
		vlen = read_digit(maker);
		words->list[2] = read_type(maker);
		break;
	case BTF_KIND_VAR:
		words_add(maker, words, read_digit(maker));
		words->list[2] = read_type(maker);
		break;
	case BTF_KIND_DATASEC:
		vlen = read_variables(maker, words);
		break;
	default:
		break;
	}
	if (vlen > VLEN_MAX)
		mistake(maker, "a type has too many parts");
	words->list[1] = info_word(kind, vlen, flag);
}

static uint32_t read_nameless(struct maker *maker, unsigned int kind)
{
	struct words words;

	words_init(&words);
	read_content(maker, kind, false, 0, &words);
	uint32_t id = maker->bad ? 0 : add_nameless(maker, words.list, words.cnt);
	words_deinit(&words);
	return id;
}

static uint32_t read_array(struct maker *maker)
{
	uint32_t words[] = {0, info_word(BTF_KIND_ARRAY, 0, false), 0, 0, maker->index_type, 0};

	words[5] = read_hex(maker);
	if (eat(maker, '/'))
		words[4] = read_type(maker);
	need(maker, ']');
	words[3] = read_type(maker);
	return maker->bad ? 0 : add_nameless(maker, words, 6);
}

static uint32_t read_type_tag(struct maker *maker)
{
	bool flag = eat(maker, '@');
	uint32_t name = read_tag(maker);

	need(maker, ';');
	uint32_t type = read_type(maker);
	return maker->bad ? 0 : add_modifier(maker, BTF_KIND_TYPE_TAG, name, flag, type);
}

static uint32_t read_modifier(struct maker *maker, unsigned int kind)
{
	uint32_t type = read_type(maker);

	return maker->bad ? 0 : add_modifier(maker, kind, 0, false, type);
}

/* A record that is not among the lines: only its name. */
static uint32_t add_stub(struct maker *maker, const char *key, size_t len)
{
	const char *number = memchr(key, '#', len);
	uint32_t words[] = {0, 0, 0, 0};
	bool flag = false;
	unsigned int kind = store_letter_kind(*key, &flag);

	if (!maker->stubs) {
		mistake(maker, "a type refers to one that is not there");
		return 0;
	}
	words[0] = add_string(maker, key + 1, (number ? (size_t)(number - key) : len) - 1);
	words[1] = info_word(kind, 0, flag);
	return add_nameless(maker, words, kind == BTF_KIND_INT || kind == BTF_KIND_VAR ? 4 : 3);
}

/* A letter and a key. */
static uint32_t read_reference(struct maker *maker)
{
	const char *start = maker->at;
	bool flag;

	if (store_letter_kind(peek(maker), &flag) == BTF_KIND_UNKN) {
		mistake(maker, "an unknown letter");
		return 0;
	}
	maker->at++;
	while (maker->at < maker->end && store_is_name_char(*maker->at))
		maker->at++;
	if (maker->at == start + 1)
		mistake(maker, "a type has no name");
	if (eat(maker, '#')) {
		while (peek(maker) >= '0' && peek(maker) <= '9')
			maker->at++;
	}
	if (maker->bad)
		return 0;
	size_t len = (size_t)(maker->at - start);
	size_t number = texts_number(&maker->names, start, len);
	if (maker->names.failed)
		no_memory(maker);
	return number < maker->named_cnt ? (uint32_t)number + 1 : add_stub(maker, start, len);
}

static uint32_t read_type(struct maker *maker)
{
	static const struct {
		char letter;
		unsigned int kind;
		uint32_t (*read)(struct maker *maker, unsigned int kind);
	} forms[] = {
		{'*', BTF_KIND_PTR, read_modifier},
		{'K', BTF_KIND_CONST, read_modifier},
		{'O', BTF_KIND_VOLATILE, read_modifier},
		{'R', BTF_KIND_RESTRICT, read_modifier},
		{'S', BTF_KIND_STRUCT, read_nameless},
		{'U', BTF_KIND_UNION, read_nameless},
		{'N', BTF_KIND_ENUM, read_nameless},
		{'M', BTF_KIND_ENUM64, read_nameless},
		{'(', BTF_KIND_FUNC_PROTO, read_nameless},
	};
	uint32_t id = 0;
	size_t form = 0;

	if (maker->bad)
		return 0;
	if (++maker->depth > STORE_DEPTH_MAX)
		mistake(maker, "a type is nested too deep");
	while (form < sizeof(forms) / sizeof(forms[0]) && forms[form].letter != peek(maker))
		form++;
	if (form < sizeof(forms) / sizeof(forms[0])) {
		maker->at++;
		id = forms[form].read(maker, forms[form].kind);
	} else if (eat(maker, '[')) {
		id = read_array(maker);
	} else if (eat(maker, '@')) {
		id = read_type_tag(maker);
	} else if (!eat(maker, 'v')) {
		id = read_reference(maker);
	}
	maker->depth--;
	return id;
}

static void read_decl_tags(struct maker *maker, uint32_t id)
{
	while (!maker->bad && eat(maker, '!')) {
		bool flag = eat(maker, '!');
		uint32_t name = read_tag(maker), index = (uint32_t)-1;
		if (eat(maker, '@')) {
			uint64_t value = read_decimal(maker);
			if (value > INT32_MAX)
				mistake(maker, "a tag has a bad index");
			index = (uint32_t)value;
		}
		const uint32_t words[] = {name, info_word(BTF_KIND_DECL_TAG, 0, flag), id, index};
		buf_add(&maker->tag_words, words, sizeof(words));
	}
}

static void read_named(struct maker *maker, const struct store_line *line, size_t key_len, uint32_t id)
{
	const char *number = memchr(line->text, '#', key_len);
	size_t name_len = number ? (size_t)(number - line->text) : key_len;
	struct words words;
	bool flag = false;
	unsigned int kind = store_letter_kind(*maker->at++, &flag);

	words_init(&words);
	read_content(maker, kind, flag, add_string(maker, line->text, name_len), &words);
	read_decl_tags(maker, id);
	if (!maker->bad)
		buf_add(&maker->named_words, words.list, words.cnt * sizeof(*words.list));
	words_deinit(&words);
}

/* Every name gets its id before any type is read. */
static void add_names(struct maker *maker, const struct store_line *lines, size_t cnt)
{
	_cleanup_buf_ struct buf key = {0};
	bool flag;

	for (size_t i = 0; i < cnt && !maker->bad; i++) {
		size_t len = store_key_length(&lines[i]);
		char letter = lines[i].len > len + 1 ? lines[i].text[len + 1] : '\0';
		if (letter == ' ' || letter == STORE_KEY_NAMELESS)
			continue;
		if (!len || store_letter_kind(letter, &flag) == BTF_KIND_UNKN) {
			mistake(maker, "a line has no key, or an unknown letter");
			return;
		}
		for (size_t k = 0; k < len; k++) {
			if (!store_is_name_char(lines[i].text[k]) && lines[i].text[k] != '#')
				mistake(maker, "a key is no name");
		}
		buf_clear(&key);
		buf_putc(&key, letter);
		buf_add(&key, lines[i].text, len);
		if (texts_number(&maker->names, buf_text(&key), key.len) != maker->named_cnt)
			mistake(maker, "a kernel has two records of one type");
		maker->named_cnt++;
	}
	if (key.failed || maker->names.failed)
		no_memory(maker);
}

static void read_line(struct maker *maker, const struct store_line *line, uint32_t *id)
{
	size_t len = store_key_length(line);

	maker->at = line->text + len + 1;
	maker->end = line->text + line->len;
	if (peek(maker) == ' ') {
		maker->at++;
		maker->index_type = read_type(maker);
	} else if (eat(maker, STORE_KEY_NAMELESS)) {
		read_type(maker);
	} else {
		read_named(maker, line, len, ++*id);
	}
	if (!maker->bad && maker->at != maker->end)
		mistake(maker, "something stands behind a type");
}

/* The line with the index type comes first, because arrays need it. */
static void read_lines(struct maker *maker, const struct store_line *lines, size_t cnt)
{
	size_t first = cnt;
	uint32_t id = 0;

	for (size_t i = 0; i < cnt && first == cnt; i++) {
		size_t len = store_key_length(&lines[i]);
		if (lines[i].len > len + 1 && lines[i].text[len + 1] == ' ')
			first = i;
	}
	if (first < cnt)
		read_line(maker, &lines[first], &id);
	for (size_t i = 0; i < cnt && !maker->bad; i++) {
		if (i != first)
			read_line(maker, &lines[i], &id);
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
	struct maker maker = {.stubs = stubs};
	struct kbtf *btf = NULL;
	struct error *error = NULL;

	buf_putc(&maker.string_bytes, '\0');
	add_names(&maker, lines, cnt);
	if (!maker.bad)
		read_lines(&maker, lines, cnt);
	if (maker.no_memory)
		error = error_no_memory();
	else if (maker.bad)
		error = error_create(ERROR_INPUT, NULL, "a record is damaged: %s", maker.bad);
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
