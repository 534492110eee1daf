/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_function_facts.h"

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

static struct function_attachability no(const char *reason)
{
	return (struct function_attachability) {TRISTATE_NO, reason};
}

static struct function_attachability unknown(const char *reason)
{
	return (struct function_attachability) {TRISTATE_UNKNOWN, reason};
}

static struct function_attachability without_symbol(
	const struct kernel_function *function, uint32_t sources)
{
	if (function->symbol_cnt)
		return no("it has symbols only under names that the compiler changed");
	if (function->kind == FUNCTION_KIND_DECLARATION || function->kind == FUNCTION_KIND_BUILTIN)
		return no("the kernel does not define it");
	switch (function_inline(function)) {
	case FUNCTION_INLINE_FULL:
		return no("inlined wherever it is called: it has no code of its own");
	case FUNCTION_INLINE_GONE:
		return no("compiled away: nothing calls it");
	default:
		return sources & (1u << FUNCTION_SOURCE_SYMTAB | 1u << FUNCTION_SOURCE_SYMBOLS)
			? no("it has no symbol")
			: unknown("the symbols were not read");
	}
}

static struct function_attachability by_fentry(
	const struct function_symbol *symbol, uint32_t sources, size_t in_btf)
{
	if (symbol->patchable == TRISTATE_NO)
		return no("ftrace has no place to patch in it (notrace, noinstr or assembly)");
	if (sources & 1u << FUNCTION_SOURCE_BTF && !in_btf)
		return no("BTF has no function of that name");
	if (symbol->patchable == TRISTATE_UNKNOWN)
		return unknown("the table of places that ftrace patches was not found");
	return sources & 1u << FUNCTION_SOURCE_BTF
		? (struct function_attachability) {TRISTATE_YES, NULL}
		: unknown("BTF was not read");
}

static struct function_attachability by_kprobe(const struct function_symbol *symbol)
{
	if (symbol->kprobe_refused == TRISTATE_YES)
		return no("it is on the kprobe blacklist");
	if (symbol->kprobe_refused == TRISTATE_UNKNOWN)
		return unknown("the kprobe blacklist was not found");
	return (struct function_attachability) {TRISTATE_YES, NULL};
}

struct function_attachability function_attachability(const struct kernel_function *function,
	uint32_t sources, size_t in_btf, enum function_attach attach)
{
	const struct function_symbol *plain = NULL;

	for (size_t i = 0; i < function->symbol_cnt; i++) {
		const struct function_symbol *symbol = &function->symbols[i];
		if (strcmp(symbol->name, function->name))
			continue;
		if (plain && plain->address != symbol->address)
			return unknown("several functions have this name: the kernel takes one of "
				       "them, or refuses");
		plain = symbol;
	}
	if (!plain)
		return without_symbol(function, sources);
	if (plain->region && (!strcmp(plain->region, "init") || !strcmp(plain->region, "exit")))
		return no("its code is gone after boot");
	struct function_attachability ret = attach == FUNCTION_ATTACH_FENTRY
		? by_fentry(plain, sources, in_btf)
		: by_kprobe(plain);
	if (ret.possible == TRISTATE_YES && function_inline(function) == FUNCTION_INLINE_SELECTIVE)
		ret.reason = "calls of it that were inlined are not seen";
	return ret;
}
