/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/snapshot.h"
#include "kernel/kernel.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const char kernel_itself[] = "vmlinux";

const struct function_symbol *snapshot_symbol_facts(
	const struct snapshot_function *function, const struct snapshot_symbol *symbol)
{
	const struct kernel_function *facts = function->facts;

	if (!facts || strcmp(symbol->module, kernel_itself))
		return NULL;
	for (size_t i = 0; i < facts->symbol_cnt; i++) {
		if ((facts->ranked || facts->symbols[i].address == symbol->address) &&
			!strcmp(facts->symbols[i].name, symbol->name))
			return &facts->symbols[i];
	}
	return NULL;
}

static bool functions_is_listed(const struct snapshot_function *function, const struct function_symbol *fact)
{
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		if ((function->facts->ranked || function->symbols[i].address == fact->address) &&
			!strcmp(function->symbols[i].name, fact->name))
			return true;
	}
	return false;
}

/* A symbol table may have symbols that kallsyms leaves out, or exist without kallsyms. */
static bool add_symbols(struct snapshot *snapshot, struct snapshot_function *function)
{
	static const char letters[] = {[FUNCTION_BINDING_UNKNOWN] = 't', [FUNCTION_BINDING_LOCAL] = 't',
		[FUNCTION_BINDING_GLOBAL] = 'T', [FUNCTION_BINDING_WEAK] = 'W'};
	const struct kernel_function *facts = function->facts;
	size_t cnt = function->symbol_cnt;
	struct snapshot_symbol *list =
		pool_calloc(&snapshot->pool, cnt + facts->symbol_cnt, sizeof(*list));

	if (!list)
		return false;
	if (cnt)
		memcpy(list, function->symbols, cnt * sizeof(*list));
	for (size_t i = 0; i < facts->symbol_cnt; i++) {
		if (functions_is_listed(function, &facts->symbols[i]))
			continue;
		list[cnt++] = (struct snapshot_symbol) {
			.name = facts->symbols[i].name,
			.module = kernel_itself,
			.type = letters[facts->symbols[i].binding],
			.address = facts->ranked ? 0 : facts->symbols[i].address,
		};
	}
	function->symbols = list;
	function->symbol_cnt = cnt;
	return true;
}

/* Gives the reason why no symbol was found: the function is inlined everywhere or compiled away. */
static bool functions_explain(struct snapshot *snapshot, struct snapshot_function *function)
{
	struct function_attachability code = function_attachability(function->facts,
		snapshot->function_sources, function->prototype_cnt, FUNCTION_ATTACH_KPROBE);

	if (code.possible != TRISTATE_NO)
		return true;
	function->reason = strcmp(function->state, "unknown")
		? code.reason
		: pool_printf(&snapshot->pool, "%s; %s", code.reason, function->reason);
	return function->reason;
}

static bool functions_take_facts(struct snapshot *snapshot, const struct kernel_functions *functions,
	struct snapshot_function *function)
{
	function->facts = kernel_functions_find(functions, function->name);
	if (!function->facts)
		return true;
	if (function->facts->symbol_cnt && !add_symbols(snapshot, function))
		return false;
	if (!function->symbol_cnt)
		return functions_explain(snapshot, function);
	if (strcmp(function->state, "present")) {
		function->state = "present";
		function->reason = NULL;
	}
	return true;
}

bool snapshot_take_functions(struct snapshot *snapshot, const struct kernel_functions *functions)
{
	bool ok = true;

	snapshot->function_sources = functions->sources;
	if (functions->sources & 1u << FUNCTION_SOURCE_DWARF)
		ok = snapshot_add_fact(snapshot, "dwarf");
	for (size_t i = 0; i < snapshot->function_cnt && ok; i++)
		ok = functions_take_facts(snapshot, functions, &snapshot->functions[i]);
	return ok;
}

static bool is_asked(
	const struct kernel_function *function, const char *const *patterns, size_t pattern_cnt)
{
	for (size_t i = 0; i < pattern_cnt; i++) {
		if (strpbrk(patterns[i], "*?[\\") && !fnmatch(patterns[i], function->name, 0))
			return true;
	}
	return false;
}

bool snapshot_function_names(const struct kernel_functions *functions, bool with_symbols,
	struct pool *pool, const char *const **patterns, size_t *pattern_cnt)
{
	size_t given = *pattern_cnt, cnt = given, cap = given + 1;
	const char **list = pool_calloc(pool, cap, sizeof(*list));

	if (!list)
		return false;
	if (given)
		memcpy(list, *patterns, given * sizeof(*list));
	for (size_t i = 0; i < functions->cnt; i++) {
		const struct kernel_function *function = &functions->list[i];
		bool counts = function->symbol_cnt ? with_symbols
						   : function->kind == FUNCTION_KIND_FUNCTION;
		if (!counts || !is_asked(function, *patterns, given))
			continue;
		list = pool_grow(pool, list, cnt, &cap, sizeof(*list));
		if (!list)
			return false;
		list[cnt++] = function->name;
	}
	*patterns = list;
	*pattern_cnt = cnt;
	return true;
}
