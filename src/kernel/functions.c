/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORD3(name, word, meaning) word,
#define WORD2(name, word) word,
#define WORDS_OF(function, type, list, row, cnt)                                                   \
	const char *function(type value)                                                           \
	{                                                                                          \
		static const char *const words[] = {list(row)};                                    \
		return (unsigned int)value < cnt ? words[value] : "unknown";                       \
	}

WORDS_OF(function_source_word, enum function_source, FUNCTION_SOURCES, WORD3, FUNCTION_SOURCE_CNT)
WORDS_OF(function_kind_word, enum function_kind, FUNCTION_KINDS, WORD3, FUNCTION_KIND_CNT)
WORDS_OF(function_collision_word, enum function_collision, FUNCTION_COLLISIONS, WORD2,
	FUNCTION_COLLISION_CNT)
WORDS_OF(function_inline_word, enum function_inline, FUNCTION_INLINES, WORD2, FUNCTION_INLINE_CNT)
WORDS_OF(function_binding_word, enum function_binding, FUNCTION_BINDINGS, WORD2,
	FUNCTION_BINDING_CNT)
WORDS_OF(function_export_word, enum function_export, FUNCTION_EXPORTS, WORD2, FUNCTION_EXPORT_CNT)

bool function_name_is_sane(const char *name)
{
	const char *at = name;

	while (*at > ' ' && *at < 0x7f)
		at++;
	return at > name && !*at;
}

void kernel_functions_destroy(struct kernel_functions *functions)
{
	if (!functions)
		return;
	pool_destroy(&functions->pool);
	free(functions);
}

static int compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct kernel_function *)element)->name);
}

const struct kernel_function *kernel_functions_find(
	const struct kernel_functions *functions, const char *name)
{
	if (!functions->cnt)
		return NULL;
	return bsearch(name, functions->list, functions->cnt, sizeof(*functions->list), compare_name);
}

void kernel_functions_limit(struct kernel_functions *functions, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = pool_vprintf(&functions->pool, format, args);
	va_end(args);
	for (size_t i = 0; text && i < functions->limit_cnt; i++) {
		if (!strcmp(functions->limits[i], text))
			return;
	}
	const char **list = text ? pool_grow(&functions->pool, functions->limits,
					   functions->limit_cnt, &functions->limit_cap, sizeof(*list))
				 : NULL;
	if (!list)
		return;
	functions->limits = list;
	list[functions->limit_cnt++] = text;
}

static bool functions_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Without a file name, copies of one definition look like several definitions. */
static enum function_collision collision_of_static(const struct kernel_function *function)
{
	const struct function_instance *first = NULL;
	size_t cnt = 0;
	bool same = true;

	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		if (instance->external != TRISTATE_NO || instance->renamed)
			continue;
		first = first ? first : instance;
		same &= first->line == instance->line && functions_same_text(first->file, instance->file);
		cnt++;
	}
	if (cnt < 2)
		return FUNCTION_COLLISION_UNIQUE_STATIC;
	if (same)
		return first->file ? FUNCTION_COLLISION_STATIC_DUPLICATION
				   : FUNCTION_COLLISION_UNKNOWN;
	return FUNCTION_COLLISION_STATIC_STATIC;
}

enum function_collision function_collision(const struct kernel_function *function)
{
	size_t external = 0, local = 0, unknown = 0;

	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		if (instance->overridden || instance->renamed)
			continue;
		external += instance->external == TRISTATE_YES;
		local += instance->external == TRISTATE_NO;
		unknown += instance->external == TRISTATE_UNKNOWN;
	}
	if (external && local)
		return FUNCTION_COLLISION_STATIC_GLOBAL;
	if (unknown || !(external + local))
		return FUNCTION_COLLISION_UNKNOWN;
	return external ? FUNCTION_COLLISION_UNIQUE_GLOBAL : collision_of_static(function);
}

enum function_inline function_inline(const struct kernel_function *function)
{
	bool code = false, inlined = false, gone = false;

	for (size_t i = 0; i < function->instance_cnt; i++) {
		enum function_inline each = function->instances[i].inlined;
		code |= each == FUNCTION_INLINE_NO || each == FUNCTION_INLINE_SELECTIVE;
		inlined |= each == FUNCTION_INLINE_FULL || each == FUNCTION_INLINE_SELECTIVE;
		gone |= each == FUNCTION_INLINE_GONE;
	}
	if (code)
		return inlined ? FUNCTION_INLINE_SELECTIVE : FUNCTION_INLINE_NO;
	if (inlined)
		return FUNCTION_INLINE_FULL;
	return gone ? FUNCTION_INLINE_GONE : FUNCTION_INLINE_UNKNOWN;
}

uint32_t function_changes(const struct kernel_function *function)
{
	uint32_t all = 0;

	for (size_t i = 0; i < function->symbol_cnt; i++) {
		unsigned int changes;
		symbol_base_length(function->symbols[i].name, &changes);
		all |= changes;
	}
	return all;
}
