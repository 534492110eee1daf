/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of facts about functions: see store/facts.h. */
#include "store/facts.h"

#include <stdlib.h>
#include <string.h>

#include "util/sort.h"

#define NAME_MAX_BYTES 1024u

/* No name of a function that anybody asks for has other characters, or is longer. */
static bool is_plain(const char *name)
{
	const char *c = name;

	for (; *c && c - name <= NAME_MAX_BYTES; c++) {
		if (*c <= ' ' || *c >= 0x7f || strchr("#*;|", *c))
			return false;
	}
	return *name && c - name <= NAME_MAX_BYTES;
}

static bool is_text(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	}
	return true;
}

static bool is_stored(const struct kernel_function *function)
{
	/* The symbols before an entry are not among the symbols of a store, either. */
	if (!is_plain(function->name) || function->kind == FUNCTION_KIND_PADDING)
		return false;
	/* What is only declared is not in the kernel. */
	if (!function->symbol_cnt &&
		(function->kind == FUNCTION_KIND_DECLARATION || function->kind == FUNCTION_KIND_BUILTIN))
		return false;
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		if (!is_plain(function->symbols[i].name))
			return false;
	}
	return true;
}

/* The section of a symbol: a symbol table may tell it, and the other source does not. */
static const char *section_of(const struct function_symbol *symbol, const struct kernel_function *other)
{
	for (size_t i = 0; !symbol->section && other && i < other->symbol_cnt; i++) {
		if (other->symbols[i].address == symbol->address && other->symbols[i].section)
			return other->symbols[i].section;
	}
	return symbol->section;
}

static void put_symbol(struct buf *out, const struct kernel_function *function,
	const struct kernel_function *other, size_t index)
{
	const struct function_symbol *symbol = &function->symbols[index];
	const char *name = symbol->name;
	size_t len = strlen(function->name);

	if (index && symbol->address && symbol->address == symbol[-1].address)
		buf_putc(out, STORE_SAME_ADDRESS);
	/* The base of a symbol's name is that of the function. */
	buf_puts(out, strncmp(name, function->name, len) ? name : name + len);
	buf_putc(out, ':');
	buf_putc(out, store_binding_letters[symbol->binding]);
	buf_putc(out, store_tristate_letters[symbol->patchable]);
	buf_putc(out, store_tristate_letters[symbol->kprobe_refused]);
	buf_putc(out, store_export_letters[symbol->exported]);
	if (symbol->region)
		buf_printf(out, "/%s", symbol->region);
	const char *section = section_of(symbol, other);
	if (section && strcmp(section, ".text") && is_plain(section))
		buf_printf(out, "@%s", section);
}

static void put_attach(struct buf *out, const struct kernel_function *function,
	const struct kernel_function *other)
{
	buf_printf(out, "%s\t%c%s", function->name, store_kind_letters[function->kind],
		function->namesake ? "n" : "");
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		buf_putc(out, i ? ';' : ' ');
		put_symbol(out, function, other, i);
	}
	if (function->fentry_refused && is_text(function->fentry_refused))
		buf_printf(out, "\t!%s", function->fentry_refused);
	else if (function->fentry_doubt && is_text(function->fentry_doubt))
		buf_printf(out, "\t?%s", function->fentry_doubt);
	buf_putc(out, '\n');
}

static void put_sources(struct buf *out, uint32_t sources)
{
	buf_printf(out, "%s\tS\t", STORE_KEY_SOURCES);
	for (int i = 0, cnt = 0; i < FUNCTION_SOURCE_CNT; i++) {
		if (sources & 1u << i)
			buf_printf(out, "%s%s", cnt++ ? " " : "", function_source_word(i));
	}
	buf_putc(out, '\n');
}

/* The symbol of the function at an address; symbol_cnt: none. */
static size_t symbol_at(const struct kernel_function *function, uint64_t address)
{
	size_t at = 0;

	while (at < function->symbol_cnt && function->symbols[at].address != address)
		at++;
	return at;
}

/* "CALLER" or "CALLER TAB *2"; behind '#', the number of the symbol that is called, if it is not the first. */
static void put_callers(struct buf *out, const struct kernel_function *function)
{
	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		size_t symbol = symbol_at(function, instance->address);
		for (size_t k = 0; k < instance->direct_cnt; k++) {
			const struct function_caller *caller = &instance->direct[k];
			if (!is_plain(caller->function) || symbol == function->symbol_cnt)
				continue;
			buf_printf(out, "%s\t%s", function->name, caller->function);
			if (caller->cnt > 1 || symbol)
				buf_putc(out, '\t');
			if (caller->cnt > 1)
				buf_printf(out, "*%u", caller->cnt);
			if (symbol)
				buf_printf(out, "#%zu", symbol);
			buf_putc(out, '\n');
		}
	}
}

struct error *store_emit_attach(const struct kernel_functions *functions,
	const struct kernel_functions *sections, struct store_lines *lines)
{
	_cleanup_buf_ struct buf attach = {0}, callers = {0};
	bool code = functions->sources & 1u << FUNCTION_SOURCE_CODE;

	put_sources(&attach, functions->sources);
	for (size_t i = 0; i < functions->cnt; i++) {
		const struct kernel_function *function = &functions->list[i];
		if (!is_stored(function) || !function->symbol_cnt)
			continue;
		put_attach(&attach, function,
			sections ? kernel_functions_find(sections, function->name) : NULL);
		if (code)
			put_callers(&callers, function);
	}
	struct error *error = store_sort_lines(&attach, &lines->text[STORE_ATTACH]);
	return error ? error : store_sort_lines(&callers, &lines->text[STORE_CALLERS]);
}

static const char *unit_word(const char *unit)
{
	return unit && *unit && is_text(unit) && strlen(unit) <= NAME_MAX_BYTES ? unit : STORE_UNIT_UNKNOWN;
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static void put_instance(
	struct buf *out, const struct kernel_function *function, const struct function_instance *instance)
{
	size_t symbol = symbol_at(function, instance->address);

	buf_printf(out, "%s\t%s\t%c%c%s", function->name, unit_word(instance->unit),
		store_inline_letters[instance->inlined], store_tristate_letters[instance->external],
		instance->overridden ? "o" : "");
	if (instance->has_address && symbol < function->symbol_cnt)
		buf_printf(out, "@%zu", symbol);
	else if (instance->has_address)
		buf_putc(out, '@');
	if (instance->renamed && is_plain(instance->renamed))
		buf_printf(out, "=%s", instance->renamed);
	if (instance->language && *instance->language != 'C' && is_plain(instance->language))
		buf_printf(out, "%%%s", instance->language);
	buf_putc(out, '\n');
}

/* The place that most definitions in a header share has no unit behind it. */
static const struct function_instance *usual_place(const struct kernel_function *function)
{
	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		if (instance->file && !same_text(instance->file, instance->unit))
			return instance;
	}
	return NULL;
}

static void put_place(struct buf *out, const struct kernel_function *function,
	const struct function_instance *instance, const struct function_instance *usual)
{
	const char *file = instance->file;

	if (!file || !*file || !is_text(file) || strlen(file) > NAME_MAX_BYTES)
		return;
	buf_printf(out, "%s\t%s\t:%u", function->name, file, instance->line);
	if (!same_text(file, instance->unit) &&
		(!same_text(file, usual->file) || instance->line != usual->line))
		buf_printf(out, "=%s", unit_word(instance->unit));
	buf_putc(out, '\n');
}

/* All instances of a name: a caller that is one of several is named with its unit. */
static bool is_lone(const struct kernel_functions *functions, const char *name, const char *unit)
{
	const struct kernel_function *function = kernel_functions_find(functions, name);

	return function && function->instance_cnt == 1 && same_text(function->instances[0].unit, unit);
}

static void put_inliners(struct buf *out, const struct kernel_functions *functions,
	const struct kernel_function *function, const struct function_instance *instance)
{
	for (size_t i = 0; i < instance->inline_site_cnt; i++) {
		const struct function_caller *caller = &instance->inline_sites[i];
		bool told = function->instance_cnt == 1 || (same_text(caller->unit, instance->unit) &&
			is_lone(functions, caller->function, caller->unit));
		if (!is_plain(caller->function))
			continue;
		buf_printf(out, "%s\t%s", function->name, caller->function);
		if (caller->cnt > 1 || !told)
			buf_putc(out, '\t');
		if (caller->cnt > 1)
			buf_printf(out, "*%u", caller->cnt);
		if (!told)
			buf_printf(out, "=%s", unit_word(instance->unit));
		buf_putc(out, '\n');
	}
}

/* What BTF lacks of a function with code, if all definitions agree. */
static void put_prototype(struct buf *out, const struct kernel_function *function)
{
	const char *prototype = function->instance_cnt ? function->instances[0].prototype : NULL;

	if (function->prototype || !function->symbol_cnt || !prototype || !*prototype || !is_text(prototype))
		return;
	for (size_t i = 1; i < function->instance_cnt; i++) {
		if (!same_text(function->instances[i].prototype, prototype))
			return;
	}
	buf_printf(out, "%s\t=\t%s\n", function->name, prototype);
}

static void put_kind(struct buf *out, const struct kernel_function *function)
{
	bool alias = function->alias_of && is_plain(function->alias_of);

	buf_printf(out, "%s\t!\t%c%s%s\n", function->name, store_kind_letters[function->kind], alias ? "=" : "",
		alias ? function->alias_of : "");
}

struct error *store_emit_instances(const struct kernel_functions *functions, struct store_lines *lines)
{
	struct buf text[STORE_SECTION_CNT] = {0};
	bool callers = !lines->text[STORE_CALLERS].len;
	struct error *error = NULL;

	put_sources(&text[STORE_INSTANCES], functions->sources);
	for (size_t i = 0; i < functions->cnt; i++) {
		const struct kernel_function *function = &functions->list[i];
		const struct function_instance *usual = usual_place(function);
		if (!is_stored(function))
			continue;
		if (function->kind != FUNCTION_KIND_FUNCTION)
			put_kind(&text[STORE_INSTANCES], function);
		for (size_t k = 0; k < function->instance_cnt; k++) {
			const struct function_instance *instance = &function->instances[k];
			put_instance(&text[STORE_INSTANCES], function, instance);
			put_place(&text[STORE_DECLARED], function, instance, usual);
			put_inliners(&text[STORE_INLINERS], functions, function, instance);
		}
		put_prototype(&text[STORE_PROTOTYPES], function);
		if (callers)
			put_callers(&text[STORE_CALLERS], function);
	}
	for (size_t i = STORE_ATTACH; i < STORE_SECTION_CNT; i++) {
		if (!error && text[i].len)
			error = store_sort_lines(&text[i], &lines->text[i]);
		buf_deinit(&text[i]);
	}
	return error;
}
