/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes facts about functions of the lines that store/facts.h describes. */
#include "store/facts.h"

#include <stdlib.h>
#include <string.h>

#include "util/sort.h"

const char store_kind_letters[FUNCTION_KIND_CNT + 1] = "fsaldbtp";
const char store_binding_letters[FUNCTION_BINDING_CNT + 1] = "?lgw";
const char store_export_letters[FUNCTION_EXPORT_CNT + 1] = "?nyg";
const char store_tristate_letters[4] = "?ny";
const char store_inline_letters[FUNCTION_INLINE_CNT + 1] = "?nsfg";

#define SYMBOLS_MAX 65536u
#define CALLS_MAX 1000000u

/* Where the facts of one kernel come from. */
struct facts {
	const struct store *sections[STORE_SECTION_CNT]; /* NULL: no store has this one whole */
	size_t kernels[STORE_SECTION_CNT];
	struct pool *pool; /* of the result */
	struct pool scratch;
	bool damaged;
};

/* What is left of a text. */
struct cursor {
	const char *at;
	bool bad;
};

static bool take(struct cursor *cursor, char c)
{
	bool there = *cursor->at == c;

	cursor->at += there;
	return there;
}

/* The place of the next letter in `letters`. */
static unsigned int take_letter(struct cursor *cursor, const char *letters)
{
	const char *found = *cursor->at ? strchr(letters, *cursor->at) : NULL;

	cursor->bad |= !found;
	cursor->at += found != NULL;
	return found ? (unsigned int)(found - letters) : 0;
}

static uint32_t take_count(struct cursor *cursor, uint32_t max)
{
	uint64_t value = 0;
	const char *begin = cursor->at;

	while (*cursor->at >= '0' && *cursor->at <= '9' && value <= max)
		value = value * 10 + (uint64_t)(*cursor->at++ - '0');
	cursor->bad |= cursor->at == begin || value > max;
	return cursor->bad ? 0 : (uint32_t)value;
}

/* The text before one of the letters or the end, in the pool. */
static const char *take_until(struct cursor *cursor, struct pool *pool, const char *letters)
{
	size_t len = strcspn(cursor->at, letters);
	const char *text = pool_intern(pool, cursor->at, len);

	cursor->bad |= !len || !text;
	cursor->at += len;
	return text;
}

/* A line of one kernel: its word, and what stands behind it ("": nothing). */
struct fact_line {
	const char *word, *rest;
};

struct fact_lines {
	struct fact_line *list;
	size_t cnt;
};

/* The lines with this key that the kernel has in a section; in the scratch pool. */
static struct error *find_lines(
	struct facts *facts, enum store_section section, const char *key, struct fact_lines *ret)
{
	const struct store *store = facts->sections[section];
	struct store_records found = {0};
	struct error *error = store ? store_find(store, section, key, &facts->scratch, &found) : NULL;

	*ret = (struct fact_lines) {pool_calloc(&facts->scratch, found.cnt, sizeof(*ret->list)), 0};
	if (!error && !ret->list)
		error = error_no_memory();
	for (size_t i = 0; i < found.cnt && !error; i++) {
		if (strcmp(found.list[i].key, key) || !store_record_is_of(&found.list[i], facts->kernels[section]))
			continue;
		char *word = pool_strdup(&facts->scratch, found.list[i].body);
		char *tab = word ? strchr(word, '\t') : NULL;
		if (!word)
			return error_no_memory();
		if (tab)
			*tab = '\0';
		ret->list[ret->cnt++] = (struct fact_line) {word, tab ? tab + 1 : ""};
	}
	return error;
}

static const char *take_symbol_name(
	struct cursor *cursor, struct pool *pool, const struct kernel_function *function)
{
	size_t len = strcspn(cursor->at, ":");
	const char *name = len ? pool_printf(pool, "%s%.*s", function->name, (int)len, cursor->at)
			       : function->name;

	cursor->bad |= !name || (len && *cursor->at != '.');
	cursor->at += len;
	cursor->bad |= !take(cursor, ':');
	return name;
}

static void read_symbol(struct cursor *cursor, struct pool *pool, struct kernel_function *function)
{
	struct function_symbol *symbol = &function->symbols[function->symbol_cnt];
	bool same = take(cursor, STORE_SAME_ADDRESS);
	uint64_t before = function->symbol_cnt ? symbol[-1].address : 0;

	symbol->name = take_symbol_name(cursor, pool, function);
	symbol->address = same && before ? before : before + 1;
	symbol->binding = take_letter(cursor, store_binding_letters);
	symbol->patchable = take_letter(cursor, store_tristate_letters);
	symbol->kprobe_refused = take_letter(cursor, store_tristate_letters);
	symbol->exported = take_letter(cursor, store_export_letters);
	if (take(cursor, '/'))
		symbol->region = take_until(cursor, pool, "@;");
	if (take(cursor, '@'))
		symbol->section = take_until(cursor, pool, ";");
	function->symbol_cnt++;
}

static void read_attach(struct facts *facts, const struct fact_line *line, struct kernel_function *function)
{
	struct cursor cursor = {.at = line->word};
	size_t cnt = 1;

	function->kind = take_letter(&cursor, store_kind_letters);
	function->namesake = take(&cursor, 'n');
	for (const char *c = cursor.at; *c; c++)
		cnt += *c == ';';
	function->symbols = cnt > SYMBOLS_MAX ? NULL : pool_calloc(facts->pool, cnt, sizeof(*function->symbols));
	if (!function->symbols || function->symbol_cnt) {
		facts->damaged = true;
		return;
	}
	bool more = take(&cursor, ' ');
	while (more && !cursor.bad) {
		read_symbol(&cursor, facts->pool, function);
		more = take(&cursor, ';');
	}
	if (*line->rest == '!')
		function->fentry_refused = pool_strdup(facts->pool, line->rest + 1);
	else if (*line->rest == '?')
		function->fentry_doubt = pool_strdup(facts->pool, line->rest + 1);
	facts->damaged |= cursor.bad || *cursor.at || (*line->rest && *line->rest != '!' && *line->rest != '?');
}

static struct function_instance *add_instance(struct facts *facts, struct kernel_function *function, size_t cap)
{
	if (!function->instances)
		function->instances = pool_calloc(facts->pool, cap, sizeof(*function->instances));
	if (!function->instances || function->instance_cnt == cap) {
		facts->damaged |= function->instances != NULL;
		return NULL;
	}
	return &function->instances[function->instance_cnt++];
}

static enum tristate external_of(enum function_binding binding)
{
	return binding == FUNCTION_BINDING_UNKNOWN ? TRISTATE_UNKNOWN
		: binding == FUNCTION_BINDING_LOCAL ? TRISTATE_NO
						    : TRISTATE_YES;
}

/* Symbols alone show one definition for each plain one, else one (functions/callers.c). */
static void instances_of_symbols(struct facts *facts, struct kernel_function *function)
{
	bool plain = false;

	for (size_t i = 0; i < function->symbol_cnt; i++)
		plain |= !strcmp(function->symbols[i].name, function->name);
	for (size_t i = 0; i < (plain ? function->symbol_cnt : function->symbol_cnt > 0); i++) {
		const struct function_symbol *symbol = &function->symbols[i];
		struct function_instance *instance = NULL;
		if (!plain || !strcmp(symbol->name, function->name))
			instance = add_instance(facts, function, function->symbol_cnt + 1);
		if (instance)
			*instance = (struct function_instance) {.has_address = true,
				.address = symbol->address, .external = external_of(symbol->binding)};
	}
}

/* "!" and the kind of what is no function of C. */
static void read_kind(struct facts *facts, const struct fact_line *line, struct kernel_function *function)
{
	struct cursor cursor = {.at = line->rest};

	function->kind = take_letter(&cursor, store_kind_letters);
	if (take(&cursor, '='))
		function->alias_of = take_until(&cursor, facts->pool, "");
	facts->damaged |= cursor.bad || *cursor.at;
}

static void read_instance(struct facts *facts, const struct fact_line *line, size_t cap,
	struct kernel_function *function)
{
	struct cursor cursor = {.at = line->rest};
	struct function_instance *instance = add_instance(facts, function, cap);

	if (!instance)
		return;
	if (strcmp(line->word, STORE_UNIT_UNKNOWN))
		instance->unit = pool_intern(facts->pool, line->word, strlen(line->word));
	instance->inlined = take_letter(&cursor, store_inline_letters);
	instance->external = take_letter(&cursor, store_tristate_letters);
	instance->overridden = take(&cursor, 'o');
	instance->has_address = take(&cursor, '@');
	if (instance->has_address && *cursor.at >= '0' && *cursor.at <= '9') {
		uint32_t symbol = take_count(&cursor, SYMBOLS_MAX);
		if (symbol < function->symbol_cnt)
			instance->address = function->symbols[symbol].address;
		else
			cursor.bad = true;
	}
	if (take(&cursor, '='))
		instance->renamed = take_until(&cursor, facts->pool, "%");
	if (take(&cursor, '%'))
		instance->language = take_until(&cursor, facts->pool, "");
	facts->damaged |= cursor.bad || *cursor.at;
}

static struct error *read_instances(struct facts *facts, struct kernel_function *function, bool *found)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_INSTANCES, function->name, &lines);

	if (error || !facts->sections[STORE_INSTANCES]) {
		instances_of_symbols(facts, function);
		return error;
	}
	*found |= lines.cnt;
	/* Debug information was read: what it does not tell is a function. */
	if (lines.cnt)
		function->kind = FUNCTION_KIND_FUNCTION;
	for (size_t i = 0; i < lines.cnt; i++) {
		if (!strcmp(lines.list[i].word, "!"))
			read_kind(facts, &lines.list[i], function);
		else
			read_instance(facts, &lines.list[i], lines.cnt + function->symbol_cnt + 1, function);
	}
	return NULL;
}

/* The unit of a function that has one definition. NULL: not known, or there are several. */
static struct error *unit_of(struct facts *facts, const char *name, const char **ret)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_INSTANCES, name, &lines);
	const char *unit = NULL;
	size_t cnt = 0;

	for (size_t i = 0; i < lines.cnt; i++) {
		if (!strcmp(lines.list[i].word, "!"))
			continue;
		unit = lines.list[i].word;
		cnt++;
	}
	*ret = cnt == 1 && strcmp(unit, STORE_UNIT_UNKNOWN) ? pool_intern(facts->pool, unit, strlen(unit)) : NULL;
	return error;
}

/* The instance with the code of a symbol. Assembly has none: it gets one. */
static struct function_instance *instance_of_symbol(
	struct facts *facts, struct kernel_function *function, uint32_t symbol)
{
	if (symbol >= function->symbol_cnt) {
		facts->damaged = true;
		return NULL;
	}
	for (size_t i = 0; i < function->instance_cnt; i++) {
		struct function_instance *instance = &function->instances[i];
		if (instance->has_address && instance->address == function->symbols[symbol].address)
			return instance;
	}
	/* Room for it was left by read_instances(), and symbols are counted there. */
	struct function_instance *list =
		pool_calloc(facts->pool, function->instance_cnt + 1, sizeof(*list));
	if (!list)
		return NULL;
	if (function->instance_cnt)
		memcpy(list, function->instances, function->instance_cnt * sizeof(*list));
	struct function_instance *ret = &list[function->instance_cnt++];
	*ret = (struct function_instance) {.has_address = true,
		.address = function->symbols[symbol].address,
		.inlined = facts->sections[STORE_INSTANCES] ? FUNCTION_INLINE_NO : FUNCTION_INLINE_UNKNOWN,
		.external = external_of(function->symbols[symbol].binding)};
	function->instances = list;
	return ret;
}

/* The instance in a unit; without one, the first. */
static struct function_instance *instance_in(struct kernel_function *function, const char *unit)
{
	for (size_t i = 0; unit && i < function->instance_cnt; i++) {
		struct function_instance *instance = &function->instances[i];
		if (instance->unit && !strcmp(instance->unit, unit))
			return instance;
	}
	return function->instance_cnt ? &function->instances[0] : NULL;
}

static struct error *add_caller(struct facts *facts, const struct function_caller *caller,
	struct function_caller **list, size_t *cnt)
{
	/* Full if the count is a power of two: there is no place for the capacity. */
	size_t cap = *cnt && *cnt & (*cnt - 1) ? *cnt + 1 : *cnt;
	struct function_caller *grown = pool_grow(facts->pool, *list, *cnt, &cap, sizeof(*grown));

	if (!grown)
		return error_no_memory();
	*list = grown;
	grown[(*cnt)++] = *caller;
	return NULL;
}

/* "[*COUNT] [#SYMBOL] [=UNIT]". */
static void read_call(struct facts *facts, const char *rest, struct function_caller *caller, uint32_t *symbol,
	const char **unit)
{
	struct cursor cursor = {.at = rest};

	caller->cnt = take(&cursor, '*') ? take_count(&cursor, CALLS_MAX) : 1;
	*symbol = take(&cursor, '#') ? take_count(&cursor, SYMBOLS_MAX) : 0;
	*unit = take(&cursor, '=') ? take_until(&cursor, facts->pool, "") : NULL;
	facts->damaged |= cursor.bad || *cursor.at;
}

static struct error *read_direct(struct facts *facts, struct kernel_function *function)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_CALLERS, function->name, &lines);

	for (size_t i = 0; i < lines.cnt && !error && !facts->damaged; i++) {
		struct function_caller caller = {.function = pool_strdup(facts->pool, lines.list[i].word)};
		const char *unit;
		uint32_t symbol;
		read_call(facts, lines.list[i].rest, &caller, &symbol, &unit);
		struct function_instance *instance = instance_of_symbol(facts, function, symbol);
		if (!caller.function || (!instance && !facts->damaged))
			return error_no_memory();
		if (instance)
			error = unit_of(facts, caller.function, &caller.unit);
		if (instance && !error)
			error = add_caller(facts, &caller, &instance->direct, &instance->direct_cnt);
	}
	return error;
}

static struct error *read_inliners(struct facts *facts, struct kernel_function *function)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_INLINERS, function->name, &lines);

	for (size_t i = 0; i < lines.cnt && !error; i++) {
		struct function_caller caller = {.function = pool_strdup(facts->pool, lines.list[i].word)};
		const char *unit;
		uint32_t symbol;
		read_call(facts, lines.list[i].rest, &caller, &symbol, &unit);
		if (!caller.function)
			return error_no_memory();
		error = unit_of(facts, caller.function, &caller.unit);
		/* A function is inlined within its unit. */
		if (unit && !caller.unit)
			caller.unit = unit;
		struct function_instance *instance = instance_in(function, unit ? unit : caller.unit);
		if (instance && !error)
			error = add_caller(
				facts, &caller, &instance->inline_sites, &instance->inline_site_cnt);
	}
	return error;
}

struct place {
	const char *file, *unit;
	uint32_t line;
};

static const struct place *place_of(
	const struct place *places, size_t cnt, const struct function_instance *instance)
{
	const struct place *own = NULL, *usual = NULL;

	for (size_t i = 0; i < cnt; i++) {
		const struct place *place = &places[i];
		if (place->unit) {
			if (instance->unit && !strcmp(place->unit, instance->unit))
				return place;
		} else if (instance->unit && !strcmp(place->file, instance->unit)) {
			own = own ? own : place;
		} else {
			usual = usual ? usual : place;
		}
	}
	return own ? own : usual;
}

static struct error *read_places(struct facts *facts, struct kernel_function *function)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_DECLARED, function->name, &lines);
	struct place *places = pool_calloc(&facts->scratch, lines.cnt, sizeof(*places));

	if (error || !places)
		return error ? error : error_no_memory();
	for (size_t i = 0; i < lines.cnt; i++) {
		struct cursor cursor = {.at = lines.list[i].rest};
		places[i].file = pool_intern(facts->pool, lines.list[i].word, strlen(lines.list[i].word));
		cursor.bad |= !take(&cursor, ':') || !places[i].file;
		places[i].line = take_count(&cursor, INT32_MAX);
		if (take(&cursor, '='))
			places[i].unit = take_until(&cursor, facts->pool, "");
		facts->damaged |= cursor.bad || *cursor.at;
	}
	for (size_t i = 0; i < function->instance_cnt && !facts->damaged; i++) {
		const struct place *place = place_of(places, lines.cnt, &function->instances[i]);
		if (!place || (!function->instances[i].unit && function->instance_cnt > 1))
			continue;
		function->instances[i].file = place->file;
		function->instances[i].line = place->line;
	}
	return NULL;
}

static struct error *read_prototype(struct facts *facts, struct kernel_function *function)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_PROTOTYPES, function->name, &lines);
	const char *text = lines.cnt ? pool_strdup(facts->pool, lines.list[0].rest) : NULL;

	for (size_t i = 0; text && i < function->instance_cnt; i++)
		function->instances[i].prototype = text;
	return error;
}

/* *found: one of the sections has the function. */
static struct error *load_function(struct facts *facts, struct kernel_function *function, bool *found)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, STORE_ATTACH, function->name, &lines);

	function->ranked = true;
	function->callers_left_out = !facts->sections[STORE_CALLERS];
	for (size_t i = 0; i < lines.cnt; i++)
		read_attach(facts, &lines.list[i], function);
	*found = lines.cnt;
	/* A symbol table was read, and ".text" is left out. */
	for (size_t i = 0; i < function->symbol_cnt && facts->sections[STORE_INSTANCES]; i++)
		function->symbols[i].section = function->symbols[i].section ? function->symbols[i].section : ".text";
	if (!error)
		error = read_instances(facts, function, found);
	if (!error)
		error = read_direct(facts, function);
	if (!error)
		error = read_places(facts, function);
	if (!error)
		error = read_inliners(facts, function);
	return error ? error : read_prototype(facts, function);
}

static struct error *read_sources(struct facts *facts, enum store_section section, uint32_t *ret)
{
	struct fact_lines lines = {0};
	struct error *error = find_lines(facts, section, STORE_KEY_SOURCES, &lines);

	for (size_t i = 0; i < lines.cnt; i++) {
		const char *at = strcmp(lines.list[i].word, "S") ? "" : lines.list[i].rest;
		while (*at) {
			size_t len = strcspn(at, " ");
			const char *word = pool_strndup(&facts->scratch, at, len);
			if (!word)
				return error_no_memory();
			*ret |= function_source_mask(word);
			at += len + (at[len] == ' ');
		}
	}
	return error;
}

static void find_sections(
	struct facts *facts, const struct store *store, const struct store *callers, size_t kernel)
{
	const struct store_kernel *entry = store_kernel(store, kernel);
	size_t other = 0, cnt = callers ? store_kernel_cnt(callers) : 0;

	/* The same build, not just the same name. */
	while (other < cnt && (strcmp(store_kernel(callers, other)->name, entry->name) ||
				      strcmp(store_kernel(callers, other)->version, entry->version) ||
				      strcmp(store_kernel(callers, other)->btf_sha256, entry->btf_sha256)))
		other++;
	for (enum store_section section = STORE_ATTACH; section < STORE_SECTION_CNT; section++) {
		if (entry->whole & 1u << section) {
			facts->sections[section] = store;
			facts->kernels[section] = kernel;
		} else if (other < cnt && store_kernel(callers, other)->whole & 1u << section) {
			facts->sections[section] = callers;
			facts->kernels[section] = other;
		}
	}
}

static struct error *load_all(struct facts *facts, const char *const *names, size_t cnt,
	struct kernel_functions *ret)
{
	struct error *error = read_sources(facts, STORE_ATTACH, &ret->sources);

	if (!error && facts->sections[STORE_INSTANCES])
		error = read_sources(facts, STORE_INSTANCES, &ret->sources);
	if (!facts->sections[STORE_CALLERS])
		ret->sources &= ~(1u << FUNCTION_SOURCE_CODE);
	ret->list = pool_calloc(facts->pool, cnt, sizeof(*ret->list));
	if (!error && !ret->list)
		error = error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++) {
		bool found = false;
		if (i && !strcmp(names[i - 1], names[i]))
			continue;
		struct kernel_function *function = &ret->list[ret->cnt];
		*function = (struct kernel_function) {.name = pool_strdup(facts->pool, names[i])};
		error = function->name ? load_function(facts, function, &found) : error_no_memory();
		ret->cnt += found;
	}
	if (!error && facts->damaged)
		error = error_create(ERROR_INPUT, "make it again with kcompat scan --store",
			"the store is damaged: a fact about a function has another form");
	return error;
}

struct error *store_load_facts(const struct store *store, const struct store *callers, size_t kernel,
	const char *const *names, size_t name_cnt, struct kernel_functions **ret)
{
	struct facts facts = {0};
	struct kernel_functions *functions = NULL;
	const char **sorted = NULL;

	*ret = NULL;
	find_sections(&facts, store, callers, kernel);
	if (!facts.sections[STORE_ATTACH])
		return NULL;
	functions = calloc(1, sizeof(*functions));
	sorted = calloc(name_cnt + 1, sizeof(*sorted));
	struct error *error = functions && sorted ? NULL : error_no_memory();
	if (!error) {
		facts.pool = &functions->pool;
		if (name_cnt) {
			memcpy(sorted, names, name_cnt * sizeof(*sorted));
			qsort(sorted, name_cnt, sizeof(*sorted), compare_texts);
		}
		error = load_all(&facts, sorted, name_cnt, functions);
	}
	pool_destroy(&facts.scratch);
	free(sorted);
	if (error)
		kernel_functions_destroy(functions);
	else
		*ret = functions;
	return error;
}
