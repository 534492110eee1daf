/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/functions_json.h"
#include "kernel/kernel.h"
#include "util/escape.h"
#include "util/json.h"

#include <string.h>

/* Between the members of an object or array. */
static void put_key(struct buf *out, const char *key)
{
	char before = out->len ? out->data[out->len - 1] : '{';

	if (before != '{' && before != '[')
		buf_putc(out, ',');
	if (key)
		buf_printf(out, "\"%s\":", key);
}

static void functions_json_put_member(struct buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	put_key(out, key);
	escape_json(out, text);
}

static void functions_json_put_number(struct buf *out, const char *key, uint64_t number)
{
	if (!number)
		return;
	put_key(out, key);
	buf_printf(out, "%llu", (unsigned long long)number);
}

static void functions_json_put_tristate(struct buf *out, const char *key, enum tristate value)
{
	put_key(out, key);
	buf_puts(out,
		value == TRISTATE_YES         ? "true"
			: value == TRISTATE_NO ? "false"
					       : "null");
}

static void put_address(struct buf *out, const char *prefix, uint64_t address)
{
	put_key(out, "address");
	buf_printf(out, "\"%s%llx\"", prefix, (unsigned long long)address);
}

/* The lines of a file leave out values that a reader can derive. A snapshot leaves out nothing. */
struct style {
	bool whole, addresses;
	uint32_t sources; /* for a snapshot: callers that none of them knows are null */
};
static const struct style of_file = {.addresses = true};

static void put_caller(struct buf *out, const char *unit, const struct function_caller *caller,
	const struct style *style)
{
	const char *other = caller->unit;
	bool same = style->whole ? !other && !unit
				 : other == unit || (other && unit && !strcmp(other, unit));

	put_key(out, NULL);
	if (strchr(caller->function, ':') || (!same && other && strchr(other, ':'))) {
		buf_putc(out, '[');
		escape_json(out, same ? unit ? unit : "" : other ? other : "");
		buf_putc(out, ',');
		escape_json(out, caller->function);
		buf_putc(out, ']');
		return;
	}
	_cleanup_buf_ struct buf text = {0};
	if (!same)
		buf_printf(&text, "%s:", other ? other : "");
	buf_puts(&text, caller->function);
	escape_json(out, buf_text(&text));
	out->failed |= text.failed;
}

/* Writes that no function calls it, or that its callers are unknown. */
static void put_no_callers(
	struct buf *out, const char *key, enum function_fact fact, const struct style *style)
{
	if (!style->whole)
		return;
	put_key(out, key);
	buf_puts(out, function_fact_source(fact, style->sources) ? "[]" : "null");
}

static void put_callers(struct buf *out, enum function_fact fact, const char *unit,
	const struct function_caller *list, size_t cnt, const struct style *style)
{
	const char *key = function_fact_word(fact);

	if (!cnt) {
		put_no_callers(out, key, fact, style);
		return;
	}
	put_key(out, key);
	buf_putc(out, '[');
	for (size_t i = 0; i < cnt; i++) {
		for (uint32_t n = 0; n < list[i].cnt; n++)
			put_caller(out, unit, &list[i], style);
	}
	buf_putc(out, ']');
}

static bool functions_json_same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Writes a text unless a reader derives the same text. null means that there is none. */
static void put_implied(struct buf *out, const char *key, const char *text, const char *implied)
{
	if (text && !functions_json_same_text(text, implied)) {
		functions_json_put_member(out, key, text);
	} else if (!text && implied) {
		put_key(out, key);
		buf_puts(out, "null");
	}
}

static bool is_c(const char *language)
{
	return language && *language == 'C';
}

static void put_instance(struct buf *out, const struct kernel_function *function,
	const struct function_instance *instance, const struct style *style)
{
	const char *own_unit = !style->whole && instance->line ? instance->unit : NULL;
	const char *prototype =
		!style->whole && is_c(instance->language) ? function->prototype : NULL;

	put_key(out, NULL);
	buf_putc(out, '{');
	functions_json_put_member(out, "unit", instance->unit);
	put_implied(out, "file", instance->file, own_unit);
	functions_json_put_number(out, "line", instance->line);
	functions_json_put_member(out, "language", instance->language);
	functions_json_put_tristate(out, "external", instance->external);
	if (instance->has_address && style->addresses)
		put_address(out, style->whole ? "0x" : "", instance->address);
	functions_json_put_member(out, "inline", function_inline_word(instance->inlined));
	if (instance->overridden)
		functions_json_put_tristate(out, "overridden", TRISTATE_YES);
	functions_json_put_member(out, "renamed", instance->renamed);
	put_implied(out, "prototype", instance->prototype, prototype);
	put_callers(out, FUNCTION_FACT_DIRECT_CALLERS, instance->unit, instance->direct,
		instance->direct_cnt, style);
	put_callers(out, FUNCTION_FACT_INLINE_CALLERS, instance->unit, instance->inline_sites,
		instance->inline_site_cnt, style);
	buf_putc(out, '}');
}

static void functions_json_put_symbol(struct buf *out, const struct kernel_function *function,
	const struct function_symbol *symbol)
{
	put_key(out, NULL);
	buf_putc(out, '{');
	functions_json_put_member(out, "name", functions_json_same_text(symbol->name, function->name) ? NULL : symbol->name);
	put_address(out, "", symbol->address);
	functions_json_put_number(out, "size", symbol->size_bytes);
	functions_json_put_member(out, "binding", function_binding_word(symbol->binding));
	functions_json_put_member(out, "section", symbol->section);
	functions_json_put_member(out, "region", symbol->region);
	functions_json_put_tristate(out, "patchable", symbol->patchable);
	functions_json_put_tristate(out, "kprobe_refused", symbol->kprobe_refused);
	if (symbol->exported != FUNCTION_EXPORT_UNKNOWN)
		functions_json_put_member(out, "exported", function_export_word(symbol->exported));
	buf_putc(out, '}');
}

static void functions_json_put_changes(struct buf *out, uint32_t changes)
{
	put_key(out, "changes");
	buf_putc(out, '[');
	for (int i = 0; i < SYMBOL_CHANGE_CNT; i++) {
		if (changes & 1u << i)
			functions_json_put_member(out, NULL, symbol_change_suffix((enum symbol_change)i));
	}
	buf_putc(out, ']');
}

static void functions_json_put_instances(
	struct buf *out, const struct kernel_function *function, const struct style *style)
{
	put_key(out, "instances");
	buf_putc(out, '[');
	for (size_t i = 0; i < function->instance_cnt; i++)
		put_instance(out, function, &function->instances[i], style);
	buf_putc(out, ']');
}

void functions_put_facts(struct buf *out, const struct kernel_function *function, uint32_t sources,
	bool addresses)
{
	const struct style style = {.whole = true, .addresses = addresses, .sources = sources};

	buf_putc(out, '{');
	functions_json_put_member(out, "kind", function_kind_word(function->kind));
	functions_json_put_member(out, "collision_type", function_collision_word(function_collision(function)));
	functions_json_put_member(out, "inline", function_inline_word(function_inline(function)));
	functions_json_put_changes(out, function_changes(function));
	functions_json_put_member(out, "alias_of", function->alias_of);
	if (function->namesake)
		functions_json_put_tristate(out, "namesake", TRISTATE_YES);
	functions_json_put_member(out, "fentry_refused", function->fentry_refused);
	functions_json_put_member(out, "fentry_doubt", function->fentry_doubt);
	functions_json_put_instances(out, function, &style);
	buf_putc(out, '}');
}

void functions_put_function(struct buf *out, const struct kernel_function *function)
{
	buf_putc(out, '{');
	functions_json_put_member(out, "name", function->name);
	if (function->kind != FUNCTION_KIND_FUNCTION)
		functions_json_put_member(out, "kind", function_kind_word(function->kind));
	functions_json_put_member(out, "collision", function_collision_word(function_collision(function)));
	functions_json_put_member(out, "inline", function_inline_word(function_inline(function)));
	if (function_changes(function))
		functions_json_put_changes(out, function_changes(function));
	functions_json_put_member(out, "alias_of", function->alias_of);
	if (function->namesake)
		functions_json_put_tristate(out, "namesake", TRISTATE_YES);
	functions_json_put_member(out, "fentry_refused", function->fentry_refused);
	functions_json_put_member(out, "fentry_doubt", function->fentry_doubt);
	functions_json_put_member(out, "prototype", function->prototype);
	if (function->instance_cnt)
		functions_json_put_instances(out, function, &of_file);
	if (function->symbol_cnt) {
		put_key(out, "symbols");
		buf_putc(out, '[');
		for (size_t i = 0; i < function->symbol_cnt; i++)
			functions_json_put_symbol(out, function, &function->symbols[i]);
		buf_putc(out, ']');
	}
	buf_putc(out, '}');
}

void functions_put_header(struct buf *out, const struct kernel_functions *functions)
{
	buf_putc(out, '{');
	functions_json_put_member(out, "schema", FUNCTIONS_SCHEMA);
	functions_json_put_member(out, "release", functions->release);
	functions_json_put_number(out, "machine", functions->machine);
	functions_json_put_member(out, "build_id", functions->build_id);
	put_key(out, "sources");
	buf_putc(out, '[');
	for (int i = 0; i < FUNCTION_SOURCE_CNT; i++) {
		if (functions->sources & 1u << i)
			functions_json_put_member(out, NULL, function_source_word((enum function_source)i));
	}
	buf_putc(out, ']');
	put_key(out, "limits");
	buf_putc(out, '[');
	for (size_t i = 0; i < functions->limit_cnt; i++)
		functions_json_put_member(out, NULL, functions->limits[i]);
	buf_puts(out, "]}");
}

/* The word at `key` as its number, `missing` without one. */
#define WORD_NUMBER(function, word_of, type, cnt)                                                  \
	static type function(struct json_reader *reader, struct json_place place,                  \
		const json_t *object, const char *key, type missing)                               \
	{                                                                                          \
		const char *text = json_text(reader, place, object, key);                          \
		for (int i = 0; text && i < cnt; i++) {                                            \
			if (!strcmp(word_of((type)i), text))                                       \
				return (type)i;                                                    \
		}                                                                                  \
		if (text)                                                                          \
			json_expected(reader, place, key, "a word of the schema",                  \
				json_object_get(object, key));                                     \
		return missing;                                                                    \
	}
WORD_NUMBER(kind_at, function_kind_word, enum function_kind, FUNCTION_KIND_CNT)
WORD_NUMBER(inline_at, function_inline_word, enum function_inline, FUNCTION_INLINE_CNT)
WORD_NUMBER(binding_at, function_binding_word, enum function_binding, FUNCTION_BINDING_CNT)
WORD_NUMBER(export_at, function_export_word, enum function_export, FUNCTION_EXPORT_CNT)

static enum tristate tristate_at(struct json_reader *reader, struct json_place place,
	const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return TRISTATE_UNKNOWN;
	return json_flag(reader, place, object, key) ? TRISTATE_YES : TRISTATE_NO;
}

static bool address_at(struct json_reader *reader, struct json_place place, const json_t *object,
	uint64_t *ret)
{
	const char *text = json_text(reader, place, object, "address");
	uint64_t number = 0;
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return false;
	if (!strncmp(text, "0x", 2)) {
		text += 2;
		len -= 2;
	}
	if (!len || len > 16 || strspn(text, "0123456789abcdef") != len) {
		json_expected(reader, place, "address", "hexadecimal digits",
			json_object_get(object, "address"));
		return false;
	}
	for (; *text; text++)
		number = number << 4 | (unsigned int)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	*ret = number;
	return true;
}

static const char *implied_at(struct json_reader *reader, struct json_place place,
	const json_t *object, const char *key, const char *implied)
{
	return json_object_get(object, key) ? json_text(reader, place, object, key) : implied;
}

static bool split_caller(struct json_reader *reader, const json_t *element, const char *own_unit,
	struct function_caller *ret)
{
	const char *text = json_string_value(element), *unit = NULL, *name = text;
	size_t unit_len = 0;

	if (json_is_array(element)) {
		unit = json_string_value(json_array_get(element, 0));
		name = json_string_value(json_array_get(element, 1));
		unit_len = unit ? strlen(unit) : 0;
		if (!unit)
			return false;
	} else if (text && strchr(text, ':')) {
		unit = text;
		unit_len = strcspn(text, ":");
		name = text + unit_len + 1;
	}
	if (!name)
		return false;
	ret->unit = unit ? pool_intern(reader->pool, unit, unit_len) : own_unit;
	ret->function = pool_intern(reader->pool, name, strlen(name));
	if (!ret->function || (unit && !ret->unit))
		json_no_memory(reader);
	if (unit && !unit_len)
		ret->unit = NULL;
	ret->cnt = 1;
	return true;
}

static struct function_caller *callers_at(struct json_reader *reader, struct json_place place,
	const json_t *object, const char *key, const char *unit, size_t *ret_cnt)
{
	const json_t *array = json_member_array(reader, place, object, key);
	size_t cnt = json_array_size(array), unique = 0;

	*ret_cnt = 0;
	if (!cnt || reader->error)
		return NULL;
	struct function_caller *list = pool_calloc(reader->pool, cnt, sizeof(*list));
	if (!list) {
		json_no_memory(reader);
		return NULL;
	}
	for (size_t i = 0; i < cnt && !reader->error; i++) {
		struct function_caller caller;
		if (!split_caller(reader, json_array_get(array, i), unit, &caller)) {
			json_expected(reader, (struct json_place) {key, i}, NULL, "a caller",
				json_array_get(array, i));
			break;
		}
		/* Texts are interned, except the unit of the instance. */
		struct function_caller *last = unique ? &list[unique - 1] : NULL;
		if (last && last->function == caller.function &&
			(last->unit == caller.unit || functions_json_same_text(last->unit, caller.unit)))
			last->cnt++;
		else
			list[unique++] = caller;
	}
	*ret_cnt = unique;
	return list;
}

static void parse_instance(struct json_reader *reader, struct json_place place,
	const json_t *object, void *element, void *context)
{
	const struct kernel_function *function = context;
	struct function_instance *instance = element;

	instance->unit = json_text(reader, place, object, "unit");
	instance->line = (uint32_t)json_number(reader, place, object, "line", UINT32_MAX);
	instance->file =
		implied_at(reader, place, object, "file", instance->line ? instance->unit : NULL);
	instance->language = json_text(reader, place, object, "language");
	instance->external = tristate_at(reader, place, object, "external");
	instance->has_address = address_at(reader, place, object, &instance->address);
	instance->inlined =
		inline_at(reader, place, object, "inline", FUNCTION_INLINE_UNKNOWN);
	instance->overridden = json_flag(reader, place, object, "overridden");
	instance->renamed = json_text(reader, place, object, "renamed");
	instance->prototype = implied_at(reader, place, object, "prototype",
		is_c(instance->language) ? function->prototype : NULL);
	instance->direct = callers_at(reader, place, object, "direct_callers", instance->unit,
		&instance->direct_cnt);
	instance->inline_sites = callers_at(reader, place, object, "inline_callers",
		instance->unit, &instance->inline_site_cnt);
}

static void parse_symbol(struct json_reader *reader, struct json_place place,
	const json_t *object, void *element, void *context)
{
	const struct kernel_function *function = context;
	struct function_symbol *symbol = element;

	symbol->name = json_text(reader, place, object, "name");
	symbol->name = symbol->name ? symbol->name : function->name;
	address_at(reader, place, object, &symbol->address);
	symbol->size_bytes = json_number(reader, place, object, "size", INT64_MAX);
	symbol->binding =
		binding_at(reader, place, object, "binding", FUNCTION_BINDING_UNKNOWN);
	symbol->section = json_text(reader, place, object, "section");
	symbol->region = json_text(reader, place, object, "region");
	symbol->patchable = tristate_at(reader, place, object, "patchable");
	symbol->kprobe_refused = tristate_at(reader, place, object, "kprobe_refused");
	symbol->exported = export_at(reader, place, object, "exported", FUNCTION_EXPORT_UNKNOWN);
}

/* Drops symbols without a binding: the facts do not describe them. */
static size_t keep_described(const json_t *array, struct function_symbol *symbols, size_t cnt)
{
	size_t kept = 0;

	for (size_t i = 0; i < cnt; i++) {
		if (json_object_get(json_array_get(array, i), "binding"))
			symbols[kept++] = symbols[i];
	}
	return kept;
}

static void parse_facts(struct json_reader *reader, struct json_place place, const json_t *object,
	struct kernel_function *ret)
{
	ret->kind = kind_at(reader, place, object, "kind", FUNCTION_KIND_FUNCTION);
	ret->alias_of = json_text(reader, place, object, "alias_of");
	ret->namesake = tristate_at(reader, place, object, "namesake") == TRISTATE_YES;
	ret->fentry_refused = json_text(reader, place, object, "fentry_refused");
	ret->fentry_doubt = json_text(reader, place, object, "fentry_doubt");
	ret->instances = json_objects(reader, place, object, "instances", sizeof(*ret->instances),
		parse_instance, ret, &ret->instance_cnt);
	ret->symbols = json_objects(reader, place, object, "symbols", sizeof(*ret->symbols),
		parse_symbol, ret, &ret->symbol_cnt);
}

void functions_parse_facts(struct json_reader *reader, struct json_place place,
	const json_t *object, struct kernel_function *ret)
{
	parse_facts(reader, place, object, ret);
	if (!reader->error)
		ret->symbol_cnt = keep_described(
			json_object_get(object, "symbols"), ret->symbols, ret->symbol_cnt);
}

static const struct json_place whole = {"", JSON_PLACE_ALONE};

static struct error *functions_json_parse_line(const char *line, size_t len, json_t **ret)
{
	struct error *error = json_parse(line, len, JSON_REJECT_DUPLICATES, ret);

	if (!error && !json_is_object(*ret)) {
		json_decref(*ret);
		error = error_create(ERROR_INPUT, NULL, "not an object");
	}
	return error_prefix(error, "a line of a function file");
}

struct error *functions_parse_function(
	const char *line, size_t len, struct pool *pool, struct kernel_function *ret)
{
	struct json_reader reader = {.pool = pool};
	struct kernel_function function = {0};
	json_t *root;
	struct error *error = functions_json_parse_line(line, len, &root);

	if (error)
		return error;
	function.name = json_required_text(&reader, whole, root, "name");
	function.prototype = json_text(&reader, whole, root, "prototype");
	parse_facts(&reader, whole, root, &function);
	for (size_t i = 0; !reader.error && i < function.symbol_cnt; i++) {
		const json_t *symbol = json_array_get(json_object_get(root, "symbols"), i);
		if (!json_object_get(symbol, "address"))
			json_expected(&reader, (struct json_place) {"symbols", i}, "address",
				"an address", NULL);
	}
	json_decref(root);
	if (!reader.error)
		*ret = function;
	return reader.error;
}

static uint32_t sources_of(struct json_reader *reader, const json_t *root)
{
	size_t cnt;
	const char **words = json_texts(reader, whole, root, "sources", &cnt);
	uint32_t mask = 0;

	for (size_t i = 0; words && i < cnt; i++) {
		for (int s = 0; s < FUNCTION_SOURCE_CNT; s++) {
			if (!strcmp(words[i], function_source_word((enum function_source)s)))
				mask |= 1u << s;
		}
	}
	return mask;
}

struct error *functions_parse_header(const char *line, size_t len, struct kernel_functions *ret)
{
	struct json_reader reader = {.pool = &ret->pool};
	json_t *root;
	struct error *error = functions_json_parse_line(line, len, &root);

	if (error)
		return error;
	const char *schema = json_required_text(&reader, whole, root, "schema");
	if (!reader.error && strcmp(schema, FUNCTIONS_SCHEMA))
		json_expected(&reader, whole, "schema", FUNCTIONS_SCHEMA,
			json_object_get(root, "schema"));
	ret->release = json_text(&reader, whole, root, "release");
	ret->machine = (uint16_t)json_number(&reader, whole, root, "machine", UINT16_MAX);
	ret->build_id = json_text(&reader, whole, root, "build_id");
	ret->sources = sources_of(&reader, root);
	ret->limits = json_texts(&reader, whole, root, "limits", &ret->limit_cnt);
	ret->limit_cap = ret->limit_cnt;
	json_decref(root);
	return reader.error;
}
