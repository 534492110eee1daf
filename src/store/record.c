/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the lines of store/form.h, which are hostile input. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#define VLEN_MAX 0xffffffu
#define HEX_DIGITS_MAX 8u

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

void record_mistake(struct record_reader *reader, const char *why)
{
	if (!reader->bad)
		reader->bad = why;
}

void record_no_memory(struct record_reader *reader)
{
	reader->no_memory = true;
	record_mistake(reader, "no memory");
}

static void words_add(struct record_reader *reader, struct words *words, uint32_t word)
{
	if (words->cnt == words->cap) {
		uint32_t *list = malloc(2 * words->cap * sizeof(*list));
		if (!list) {
			record_no_memory(reader);
			return;
		}
		memcpy(list, words->list, words->cnt * sizeof(*list));
		words_deinit(words);
		words->list = list;
		words->cap *= 2;
	}
	words->list[words->cnt++] = word;
}

static char peek(const struct record_reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool eat(struct record_reader *reader, char c)
{
	if (reader->at >= reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static void need(struct record_reader *reader, char c)
{
	if (!eat(reader, c))
		record_mistake(reader, "a character is missing");
}

static uint32_t read_hex(struct record_reader *reader)
{
	uint32_t value = 0;
	unsigned int digits = 0;

	for (;; reader->at++, digits++) {
		char c = peek(reader);
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	if (!digits || digits > HEX_DIGITS_MAX)
		record_mistake(reader, "a number is missing or too large");
	return value;
}

/* Of 64 bits, with a sign. */
static uint64_t read_decimal(struct record_reader *reader)
{
	bool minus = eat(reader, '-');
	uint64_t value = 0, limit = minus ? 1ull << 63 : INT64_MAX;
	unsigned int digits = 0;

	for (; peek(reader) >= '0' && peek(reader) <= '9' && digits < 20; digits++) {
		unsigned int digit = (unsigned int)(*reader->at++ - '0');
		if (value > (limit - digit) / 10)
			record_mistake(reader, "a number is too large");
		value = value * 10 + digit;
	}
	if (!digits)
		record_mistake(reader, "a number is missing");
	return minus ? -value : value;
}

static uint32_t read_digit(struct record_reader *reader)
{
	char c = peek(reader);

	if (c < '0' || c > '9') {
		record_mistake(reader, "a digit is missing");
		return 0;
	}
	reader->at++;
	return (uint32_t)(c - '0');
}

static uint32_t read_name(struct record_reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && store_is_name_char(*reader->at))
		reader->at++;
	return reader->ops->string(reader, start, (size_t)(reader->at - start));
}

static uint32_t read_tag(struct record_reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && store_is_tag_char(*reader->at))
		reader->at++;
	if (start == reader->at)
		record_mistake(reader, "a tag has no name");
	return reader->ops->string(reader, start, (size_t)(reader->at - start));
}

static uint32_t info_word(unsigned int kind, size_t vlen, bool kind_flag)
{
	return (uint32_t)kind << 24 | (uint32_t)vlen | (uint32_t)kind_flag << 31;
}

static uint32_t add_modifier(
	struct record_reader *reader, unsigned int kind, uint32_t name, bool kind_flag, uint32_t type)
{
	const uint32_t words[] = {name, info_word(kind, 0, kind_flag), type};

	return reader->ops->nameless(reader, words, 3);
}

static uint32_t read_type(struct record_reader *reader);

static size_t read_members(struct record_reader *reader, struct words *words, bool *flag)
{
	uint64_t offset = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(reader);
	*flag = eat(reader, 'k');
	need(reader, '{');
	for (; !reader->bad && peek(reader) != '}'; cnt++) {
		uint32_t bits = 0;
		words_add(reader, words, read_name(reader));
		need(reader, ':');
		words_add(reader, words, read_type(reader));
		if (eat(reader, '+'))
			offset += 8ull * read_hex(reader);
		else if (eat(reader, '~'))
			offset += read_hex(reader);
		else if (eat(reader, '-'))
			offset -= read_hex(reader);
		if (eat(reader, '%'))
			bits = read_hex(reader);
		need(reader, ';');
		if (offset > (*flag ? 0xffffffu : UINT32_MAX) || bits > (*flag ? 0xffu : 0))
			record_mistake(reader, "a member lies outside");
		words_add(reader, words, (uint32_t)offset | bits << 24);
	}
	need(reader, '}');
	return cnt;
}

static size_t read_enumerators(struct record_reader *reader, struct words *words, bool wide, bool *flag)
{
	uint64_t value = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(reader);
	*flag = eat(reader, 'k');
	need(reader, '{');
	for (; !reader->bad && peek(reader) != '}'; cnt++) {
		words_add(reader, words, read_name(reader));
		if (eat(reader, '='))
			value = read_decimal(reader);
		words_add(reader, words, (uint32_t)value);
		if (wide)
			words_add(reader, words, (uint32_t)(value >> 32));
		value++;
		need(reader, ';');
	}
	need(reader, '}');
	return cnt;
}

/* After its '('. */
static size_t read_prototype(struct record_reader *reader, struct words *words)
{
	size_t cnt = 0;

	for (; !reader->bad && peek(reader) != ')'; cnt++) {
		if (cnt)
			need(reader, ',');
		words_add(reader, words, read_name(reader));
		need(reader, ':');
		words_add(reader, words, read_type(reader));
	}
	need(reader, ')');
	words->list[2] = read_type(reader);
	return cnt;
}

static size_t read_variables(struct record_reader *reader, struct words *words)
{
	uint64_t offset = 0;
	size_t cnt = 0;

	words->list[2] = read_hex(reader);
	need(reader, '{');
	for (; !reader->bad && peek(reader) != '}'; cnt++) {
		words_add(reader, words, read_type(reader));
		need(reader, '+');
		offset += read_hex(reader);
		words_add(reader, words, (uint32_t)offset);
		need(reader, ',');
		words_add(reader, words, read_hex(reader));
		need(reader, ';');
		if (offset > UINT32_MAX)
			record_mistake(reader, "a variable lies outside");
	}
	need(reader, '}');
	return cnt;
}

/* Adds all words of a type of that kind. */
static void read_content(
	struct record_reader *reader, unsigned int kind, bool flag, uint32_t name, struct words *words)
{
	size_t vlen = 0;

	words_add(reader, words, name);
	words_add(reader, words, 0);
	words_add(reader, words, 0);
	switch (kind) {
	case BTF_KIND_INT:
		words->list[2] = read_hex(reader);
		need(reader, ',');
		words_add(reader, words, read_hex(reader));
		break;
	case BTF_KIND_FLOAT:
		words->list[2] = read_hex(reader);
		break;
	case BTF_KIND_TYPEDEF:
		words->list[2] = read_type(reader);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		vlen = read_members(reader, words, &flag);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		vlen = read_enumerators(reader, words, kind == BTF_KIND_ENUM64, &flag);
		break;
	case BTF_KIND_FUNC_PROTO:
		vlen = read_prototype(reader, words);
		break;
	case BTF_KIND_FUNC:
		vlen = read_digit(reader);
		words->list[2] = read_type(reader);
		break;
	case BTF_KIND_VAR:
		words_add(reader, words, read_digit(reader));
		words->list[2] = read_type(reader);
		break;
	case BTF_KIND_DATASEC:
		vlen = read_variables(reader, words);
		break;
	default:
		break;
	}
	if (vlen > VLEN_MAX)
		record_mistake(reader, "a type has too many parts");
	words->list[1] = info_word(kind, vlen, flag);
}

static uint32_t read_nameless(struct record_reader *reader, unsigned int kind)
{
	struct words words;

	words_init(&words);
	read_content(reader, kind, false, 0, &words);
	uint32_t id = reader->bad ? 0 : reader->ops->nameless(reader, words.list, words.cnt);
	words_deinit(&words);
	return id;
}

static uint32_t read_array(struct record_reader *reader)
{
	uint32_t words[] = {0, info_word(BTF_KIND_ARRAY, 0, false), 0, 0, reader->index_type, 0};

	words[5] = read_hex(reader);
	if (eat(reader, '/'))
		words[4] = read_type(reader);
	need(reader, ']');
	words[3] = read_type(reader);
	return reader->bad ? 0 : reader->ops->nameless(reader, words, 6);
}

static uint32_t read_type_tag(struct record_reader *reader)
{
	bool flag = eat(reader, '@');
	uint32_t name = read_tag(reader);

	need(reader, ';');
	uint32_t type = read_type(reader);
	return reader->bad ? 0 : add_modifier(reader, BTF_KIND_TYPE_TAG, name, flag, type);
}

static uint32_t read_modifier(struct record_reader *reader, unsigned int kind)
{
	uint32_t type = read_type(reader);

	return reader->bad ? 0 : add_modifier(reader, kind, 0, false, type);
}

/* A letter and a key. */
static uint32_t read_reference(struct record_reader *reader)
{
	const char *start = reader->at;
	bool flag;

	if (store_letter_kind(peek(reader), &flag) == BTF_KIND_UNKN) {
		record_mistake(reader, "an unknown letter");
		return 0;
	}
	reader->at++;
	while (reader->at < reader->end && store_is_name_char(*reader->at))
		reader->at++;
	if (reader->at == start + 1)
		record_mistake(reader, "a type has no name");
	if (eat(reader, '#')) {
		while (peek(reader) >= '0' && peek(reader) <= '9')
			reader->at++;
	}
	if (reader->bad)
		return 0;
	return reader->ops->reference(reader, start, (size_t)(reader->at - start));
}

static uint32_t read_type(struct record_reader *reader)
{
	static const struct {
		char letter;
		unsigned int kind;
		uint32_t (*read)(struct record_reader *reader, unsigned int kind);
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

	if (reader->bad)
		return 0;
	if (++reader->depth > STORE_DEPTH_MAX)
		record_mistake(reader, "a type is nested too deep");
	while (form < sizeof(forms) / sizeof(forms[0]) && forms[form].letter != peek(reader))
		form++;
	if (form < sizeof(forms) / sizeof(forms[0])) {
		reader->at++;
		id = forms[form].read(reader, forms[form].kind);
	} else if (eat(reader, '[')) {
		id = read_array(reader);
	} else if (eat(reader, '@')) {
		id = read_type_tag(reader);
	} else if (!eat(reader, 'v')) {
		id = read_reference(reader);
	}
	reader->depth--;
	return id;
}

static void read_decl_tags(struct record_reader *reader, uint32_t id)
{
	while (!reader->bad && eat(reader, '!')) {
		bool flag = eat(reader, '!');
		uint32_t name = read_tag(reader), index = (uint32_t)-1;
		if (eat(reader, '@')) {
			uint64_t value = read_decimal(reader);
			if (value > INT32_MAX)
				record_mistake(reader, "a tag has a bad index");
			index = (uint32_t)value;
		}
		const uint32_t words[] = {name, info_word(BTF_KIND_DECL_TAG, 0, flag), id, index};
		if (!reader->bad)
			reader->ops->tag(reader, words);
	}
}

static void read_named(struct record_reader *reader, const struct store_line *line, size_t key_len, uint32_t id)
{
	const char *number = memchr(line->text, '#', key_len);
	size_t name_len = number ? (size_t)(number - line->text) : key_len;
	struct words words;
	bool flag = false;
	unsigned int kind = store_letter_kind(*reader->at++, &flag);

	words_init(&words);
	read_content(reader, kind, flag, reader->ops->string(reader, line->text, name_len), &words);
	read_decl_tags(reader, id);
	if (!reader->bad)
		reader->ops->named(reader, id, words.list, words.cnt);
	words_deinit(&words);
}

char record_letter(const struct store_line *line)
{
	size_t len = store_key_length(line);

	return line->len > len + 1 ? line->text[len + 1] : '\0';
}

bool record_is_named(const struct store_line *line)
{
	char letter = record_letter(line);

	return letter != ' ' && letter != STORE_KEY_NAMELESS;
}

const char *record_key_problem(const struct store_line *line)
{
	size_t len = store_key_length(line);
	bool flag;

	if (!len || store_letter_kind(record_letter(line), &flag) == BTF_KIND_UNKN)
		return "a line has no key, or an unknown letter";
	for (size_t i = 0; i < len; i++) {
		if (!store_is_name_char(line->text[i]) && line->text[i] != '#')
			return "a key is no name";
	}
	return NULL;
}

void record_read(struct record_reader *reader, const struct store_line *line, uint32_t id)
{
	size_t len = store_key_length(line);

	reader->at = line->text + len + 1;
	reader->end = line->text + line->len;
	if (peek(reader) == ' ') {
		reader->at++;
		reader->index_type = read_type(reader);
	} else if (eat(reader, STORE_KEY_NAMELESS)) {
		read_type(reader);
	} else {
		read_named(reader, line, len, id);
	}
	if (!reader->bad && reader->at != reader->end)
		record_mistake(reader, "something stands behind a type");
}
