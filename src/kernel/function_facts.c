/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <string.h>

static const struct {
	const char *word;
	enum function_source source, other;
} facts[FUNCTION_FACT_CNT] = {
#define FUNCTION_FACT_ROW(name, word, source, other)                                               \
	[FUNCTION_FACT_##name] = {word, FUNCTION_SOURCE_##source, FUNCTION_SOURCE_##other},
	FUNCTION_FACTS(FUNCTION_FACT_ROW)
};

const char *function_fact_word(enum function_fact fact)
{
	return facts[fact].word;
}

const char *function_fact_source(enum function_fact fact, uint32_t sources)
{
	if (sources & 1u << facts[fact].source)
		return function_source_word(facts[fact].source);
	if (sources & 1u << facts[fact].other)
		return function_source_word(facts[fact].other);
	return NULL;
}

uint32_t function_source_mask(const char *word)
{
	for (int i = 0; i < FUNCTION_SOURCE_CNT; i++) {
		if (!strcmp(word, function_source_word((enum function_source)i)))
			return 1u << i;
	}
	return 0;
}

const char *function_attach_word(enum function_attach attach)
{
	static const char *const words[] = {
#define FUNCTION_ATTACH_WORD(name, word) word,
		FUNCTION_ATTACHES(FUNCTION_ATTACH_WORD)
	};

	return words[attach];
}

static struct function_attachability no(enum predict_rule rule, const char *reason)
{
	return (struct function_attachability) {TRISTATE_NO, rule, reason};
}

static struct function_attachability function_facts_unknown(enum predict_rule rule, const char *reason)
{
	return (struct function_attachability) {TRISTATE_UNKNOWN, rule, reason};
}

static struct function_attachability without_symbol(
	const struct kernel_function *function, uint32_t sources)
{
	if (function->symbol_cnt)
		return no(PREDICT_RENAMED, "all its symbols have names that the compiler changed");
	if (function->kind == FUNCTION_KIND_DECLARATION || function->kind == FUNCTION_KIND_BUILTIN)
		return no(PREDICT_NOT_DEFINED, "the kernel does not define it");
	switch (function_inline(function)) {
	case FUNCTION_INLINE_FULL:
		return no(
			PREDICT_INLINED, "it is inlined at every call and has no code of its own");
	case FUNCTION_INLINE_GONE:
		return no(PREDICT_COMPILED_AWAY, "it is compiled away: nothing calls it");
	default:
		return sources & (1u << FUNCTION_SOURCE_SYMTAB | 1u << FUNCTION_SOURCE_SYMBOLS)
			? no(PREDICT_NO_SYMBOL, "it has no symbol")
			: function_facts_unknown(PREDICT_SYMBOLS_UNREAD, "the symbols were not read");
	}
}

/* Unknown although the table was read: see function_marks_apply(). */
static struct function_attachability function_facts_not_told(uint32_t sources)
{
	return sources & 1u << FUNCTION_SOURCE_ENTRIES
		? function_facts_unknown(PREDICT_PLACE_UNKNOWN,
			  "ftrace can patch no place in it, but one in code without a symbol behind it. "
			  "A kernel may take that place for its own; a program there sees no call of it")
		: function_facts_unknown(PREDICT_PLACE_UNKNOWN,
			  "the table of places that ftrace patches was not found");
}

static struct function_attachability function_facts_by_fentry(const struct kernel_function *function,
	const struct function_symbol *symbol, uint32_t sources, size_t in_btf)
{
	if (symbol->patchable == TRISTATE_NO)
		return no(PREDICT_NOT_PATCHABLE,
			"ftrace has no place to patch in it (notrace, noinstr or assembly)");
	if (sources & 1u << FUNCTION_SOURCE_NO_BTF)
		return no(PREDICT_NO_BTF, "this kernel has no BTF, which names the functions to attach to");
	if (sources & 1u << FUNCTION_SOURCE_BTF && !in_btf)
		return no(PREDICT_NOT_IN_BTF, "BTF has no function of that name");
	if (function->fentry_refused)
		return no(PREDICT_FENTRY_REFUSED, function->fentry_refused);
	if (function->fentry_doubt)
		return function_facts_unknown(PREDICT_FENTRY_UNKNOWN, function->fentry_doubt);
	if (symbol->patchable == TRISTATE_UNKNOWN)
		return function_facts_not_told(sources);
	return sources & 1u << FUNCTION_SOURCE_BTF
		? (struct function_attachability) {TRISTATE_YES, PREDICT_NONE, NULL}
		: function_facts_unknown(PREDICT_BTF_UNREAD, "BTF was not read");
}

static struct function_attachability function_facts_by_kprobe(const struct kernel_function *function,
	const struct function_symbol *symbol, uint32_t sources, bool several)
{
	if (function->namesake && !several && !(sources & 1u << FUNCTION_SOURCE_SYMBOLS))
		return function_facts_unknown(PREDICT_DATA_OF_NAME,
			"data has this name too. A kernel that lists it (CONFIG_KALLSYMS_ALL) "
			"refuses the name");
	if (several || function->namesake)
		return sources & 1u << FUNCTION_SOURCE_SINGLE_ONLY
			? no(PREDICT_SEVERAL,
				  "several symbols have this name, and kprobe events refuse that")
			: function_facts_unknown(PREDICT_SEVERAL,
				  "several symbols have this name: the kernel takes one of "
				  "them or refuses");
	if (symbol->kprobe_refused == TRISTATE_YES)
		return no(PREDICT_KPROBE_BLACKLIST, "it is on the kprobe blacklist");
	if (symbol->patchable == TRISTATE_NO)
		return sources & 1u << FUNCTION_SOURCE_TRACED_ONLY
			? no(PREDICT_NOT_PATCHABLE,
				  "ftrace has no place to patch in it, and kprobe events refuse that")
			: function_facts_unknown(PREDICT_NOT_PATCHABLE,
				  "ftrace has no place to patch in it, and some kernels need one "
				  "for kprobe events (CONFIG_KPROBE_EVENTS_ON_NOTRACE)");
	if (symbol->kprobe_refused == TRISTATE_UNKNOWN)
		return function_facts_unknown(PREDICT_BLACKLIST_UNREAD, "the kprobe blacklist was not found");
	if (symbol->patchable == TRISTATE_UNKNOWN)
		return function_facts_not_told(sources);
	return (struct function_attachability) {TRISTATE_YES, PREDICT_NONE, NULL};
}

static bool is_gone(const struct function_symbol *symbol)
{
	return symbol->region &&
		(!strcmp(symbol->region, "init") || !strcmp(symbol->region, "exit"));
}

/* The first symbol of exactly that name, and whether others have another address. */
static const struct function_symbol *plain_symbol(
	const struct kernel_function *function, bool *several)
{
	const struct function_symbol *plain = NULL;

	*several = false;
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		const struct function_symbol *symbol = &function->symbols[i];
		if (strcmp(symbol->name, function->name))
			continue;
		/* A snapshot may be without addresses. */
		*several |= plain && (plain->address != symbol->address || !symbol->address);
		plain = plain ? plain : symbol;
	}
	return plain;
}

/* Of the definition whose code the symbol is; UNKNOWN: no definition has its address. */
static enum function_inline inline_of_symbol(
	const struct kernel_function *function, const struct function_symbol *symbol)
{
	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		if (instance->has_address && instance->address == symbol->address)
			return instance->inlined;
	}
	return FUNCTION_INLINE_UNKNOWN;
}

/* What a program that attaches must know. */
static struct function_attachability with_restriction(
	const struct kernel_function *function, const struct function_symbol *plain, bool several)
{
	bool inlined = (several ? inline_of_symbol(function, plain) : function_inline(function)) ==
		FUNCTION_INLINE_SELECTIVE;

	if (several)
		return (struct function_attachability) {TRISTATE_YES, PREDICT_FIRST_OF_SEVERAL,
			inlined ? "several functions have this name: the kernel takes the first in memory, "
				  "and a program does not see the calls of that one that are inlined"
				: "several functions have this name: the kernel takes the first in memory"};
	if (inlined)
		return (struct function_attachability) {TRISTATE_YES, PREDICT_INLINED_CALLS,
			"a program does not see the calls of it that are inlined"};
	return (struct function_attachability) {TRISTATE_YES, PREDICT_NONE, NULL};
}

struct function_attachability function_attachability(const struct kernel_function *function,
	uint32_t sources, size_t in_btf, enum function_attach attach)
{
	bool several;
	const struct function_symbol *plain = plain_symbol(function, &several);

	if (!plain)
		return without_symbol(function, sources);
	if (is_gone(plain) && !several)
		return no(PREDICT_FREED, "the kernel frees its code after boot");
	struct function_attachability ret = attach == FUNCTION_ATTACH_FENTRY
		? function_facts_by_fentry(function, plain, sources, in_btf)
		: function_facts_by_kprobe(function, plain, sources, several);
	if (ret.possible == TRISTATE_YES && is_gone(plain))
		return no(PREDICT_FREED,
			"several functions have this name, and the kernel frees the code of the first after boot");
	return ret.possible == TRISTATE_YES ? with_restriction(function, plain, several) : ret;
}
