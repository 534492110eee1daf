/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json.h"
#include "util/budget.h"
#include "util/escape.h"
#include "util/json_memory.h"

#include <string.h>

/* Bytes of memory of jansson's values on a machine of 64 bits, from their structs and malloc(). */
enum { OBJECT_BYTES = 256, MEMBER_BYTES = 112, ARRAY_BYTES = 128, ELEMENT_BYTES = 80 };

/* No byte of a text becomes more: the brace of an object, and the first place in it. */
#define BYTE_MAX_BYTES (OBJECT_BYTES + ELEMENT_BYTES)

/* At least the memory that the values take. Signs inside of texts count, too. */
static uint64_t values_bytes(const char *text, size_t len)
{
	uint64_t objects = 0, arrays = 0, members = 0, elements = 0;

	for (size_t i = 0; i < len; i++) {
		objects += text[i] == '{';
		arrays += text[i] == '[';
		members += text[i] == ':';
		elements += text[i] == ',';
	}
	return len + objects * OBJECT_BYTES + arrays * ARRAY_BYTES + members * MEMBER_BYTES +
		(elements + objects + arrays) * ELEMENT_BYTES;
}

static struct error *check_values(const char *text, size_t len)
{
	uint64_t limit = budget_memory_bytes() ? budget_memory_bytes() : BUDGET_MEMORY_MAX_BYTES;

	/* The text stays in memory, and the result is made from the values. */
	limit -= limit / 8;
	if (len < limit / BYTE_MAX_BYTES)
		return NULL;
	uint64_t bytes = values_bytes(text, len);
	if (bytes <= limit)
		return NULL;
	return error_create(ERROR_INPUT, "no kernel needs so much: give what kcompat wrote, unchanged",
		"its values would take %llu MiB of memory, and %llu MiB are the limit for a file of its size",
		(unsigned long long)(bytes >> 20), (unsigned long long)(limit >> 20));
}

struct error *json_parse(const char *text, size_t len, size_t flags, json_t **ret)
{
	json_error_t syntax;
	bool no_memory;
	struct error *error = check_values(text, len);

	if (error)
		return error;
	*ret = json_read(text, len, flags, &syntax, &no_memory);
	if (*ret)
		return NULL;
	if (no_memory)
		return error_no_memory();
	return error_create(ERROR_INPUT, NULL, "line %d, column %d: %s", syntax.line, syntax.column,
		syntax.text);
}

static const char *json_type_name(const json_t *value)
{
	if (!value)
		return "nothing";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a truth value";
	case JSON_NULL:
		return "null";
	}
	return "something else";
}

void json_no_memory(struct json_reader *reader)
{
	if (!reader->error)
		reader->error = error_no_memory();
}

#define QUOTED_MAX_BYTES 64

/* The start of a text, up to a whole character. Who prints the message escapes it. */
static const char *quotable(const char *text, char out[QUOTED_MAX_BYTES])
{
	size_t len = 0, step;
	uint32_t code;

	while ((step = escape_next(text + len, strlen(text + len), &code)) && len + step < QUOTED_MAX_BYTES)
		len += step;
	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}

static void json_refuse(struct json_reader *reader, struct json_place place, const char *key,
	const char *wanted, const char *found)
{
	char at[32] = "", quoted[QUOTED_MAX_BYTES];

	if (reader->error)
		return;
	if (place.at != JSON_PLACE_ALONE)
		snprintf(at, sizeof(at), "[%zu]", place.at);
	reader->error = error_create(ERROR_INPUT, NULL, "%s%s%s%s%sexpected %s, found %s",
		place.list, at, key && *place.list ? "." : "", key ? quotable(key, quoted) : "",
		key || *place.list ? ": " : "", wanted, found);
}

void json_expected_key(struct json_reader *reader, struct json_place place, const char *key,
	const char *wanted, const char *text)
{
	char quoted[QUOTED_MAX_BYTES], found[QUOTED_MAX_BYTES + 2];

	snprintf(found, sizeof(found), "'%s'", quotable(text, quoted));
	json_refuse(reader, place, key, wanted, found);
}

void json_expected(struct json_reader *reader, struct json_place place, const char *key,
	const char *wanted, const json_t *found)
{
	if (json_is_string(found))
		json_expected_key(reader, place, key, wanted, json_string_value(found));
	else
		json_refuse(reader, place, key, wanted, json_type_name(found));
}

/* The member; NULL if it is missing or null, or if an error was found before. */
static const json_t *member(struct json_reader *reader, const json_t *object, const char *key)
{
	const json_t *value = reader->error ? NULL : json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static const char *util_json_copy(struct json_reader *reader, const json_t *text)
{
	const char *interned =
		pool_intern(reader->pool, json_string_value(text), json_string_length(text));

	if (!interned)
		json_no_memory(reader);
	return interned;
}

const char *json_text(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = member(reader, object, key);

	if (!value)
		return NULL;
	if (json_is_string(value))
		return util_json_copy(reader, value);
	json_expected(reader, place, key, "a text", value);
	return NULL;
}

const char *json_required_text(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const char *text = json_text(reader, place, object, key);

	if (!text)
		json_expected(reader, place, key, "a text", json_object_get(object, key));
	return text ? text : "";
}

bool json_flag(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = member(reader, object, key);

	if (value && !json_is_boolean(value))
		json_expected(reader, place, key, "true or false", value);
	return json_is_true(value);
}

uint64_t json_number(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, uint64_t max)
{
	const json_t *value = member(reader, object, key);
	json_int_t number = json_integer_value(value);

	if (!value)
		return 0;
	if (json_is_integer(value) && number >= 0 && (uint64_t)number <= max)
		return (uint64_t)number;
	json_expected(reader, place, key, "a number in range", value);
	return 0;
}

int json_errno(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return (int)json_number(reader, place, object, key, ERRNO_MAX);
	for (int errnum = 1; errnum <= ERRNO_MAX; errnum++) {
		const char *name = strerrorname_np(errnum);
		if (name && !strcmp(name, json_string_value(value)))
			return errnum;
	}
	json_expected(reader, place, key, "an errno", value);
	return 0;
}

const json_t *json_member_object(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = member(reader, object, key);

	if (!value || json_is_object(value))
		return value;
	json_expected(reader, place, key, "an object", value);
	return NULL;
}

const json_t *json_member_array(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = member(reader, object, key);

	if (!value || json_is_array(value))
		return value;
	json_expected(reader, place, key, "an array", value);
	return NULL;
}

const char **json_texts(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, size_t *cnt)
{
	const json_t *array = json_member_array(reader, place, object, key);
	size_t size = json_array_size(array);
	const char **texts = array ? pool_calloc(reader->pool, size, sizeof(*texts)) : NULL;

	*cnt = 0;
	if (array && !texts)
		json_no_memory(reader);
	for (size_t i = 0; i < size && !reader->error; i++) {
		const json_t *value = json_array_get(array, i);
		if (json_is_string(value))
			texts[(*cnt)++] = util_json_copy(reader, value);
		else
			json_expected(reader, place, key, "texts", value);
	}
	return texts;
}

void json_fill(struct json_reader *reader, struct json_place place, const json_t *object,
	const struct json_text_field *fields, size_t field_cnt, void *base)
{
	for (size_t i = 0; i < field_cnt; i++) {
		const char **text = (void *)((char *)base + fields[i].offset);
		*text = json_text(reader, place, object, fields[i].key);
	}
}

void *json_objects(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, size_t size_bytes, json_element_function *each, void *context, size_t *cnt)
{
	const json_t *array = json_member_array(reader, place, object, key);
	size_t size = json_array_size(array);
	char *elements = array ? pool_calloc(reader->pool, size, size_bytes) : NULL;

	*cnt = 0;
	if (array && !elements)
		json_no_memory(reader);
	for (size_t i = 0; i < size && !reader->error; i++) {
		const json_t *value = json_array_get(array, i);
		struct json_place element = {.list = key, .at = i};
		if (!json_is_object(value))
			json_expected(reader, element, NULL, "an object", value);
		else
			each(reader, element, value, elements + i * size_bytes, context);
		*cnt = i + 1;
	}
	return elements;
}
