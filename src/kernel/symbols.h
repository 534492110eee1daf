/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of symbols: what the compiler appended to a function's name, and look-ups by the name
 * without it. Pure: no I/O, no memory but the index.
 */
#ifndef KCOMPAT_KERNEL_SYMBOLS_H
#define KCOMPAT_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* What a tracer that hooks the symbol must expect. */
enum symbol_effect {
	SYMBOL_EFFECT_NONE,      /* the function as the source has it */
	SYMBOL_EFFECT_SPLIT,     /* a part moved elsewhere; the plain symbol is still the entry */
	SYMBOL_EFFECT_RENAMED,   /* the whole function under a longer name */
	SYMBOL_EFFECT_ARGUMENTS, /* its arguments are not those of the source */
	SYMBOL_EFFECT_BODY,      /* only some of the calls, or a part of the body, come here */
};

/*
 * X(enumerator, suffix without its dots, effect, meaning). Behind the suffix a ".NUMBER" may
 * stand. GCC's names are made by clone_function_name() in gcc/cgraphclones.cc and its callers,
 * LLVM's by the passes named; the last three by some of its development versions only.
 */
#define SYMBOL_CHANGES(X)                                                                          \
	X(COLD, "cold", SPLIT,                                                                     \
		"the unlikely part of the function, moved away; the entry is the plain symbol")    \
	X(ISRA, "isra", ARGUMENTS,                                                                 \
		"interprocedural scalar replacement: arguments removed, or passed as their parts") \
	X(CONSTPROP, "constprop", ARGUMENTS,                                                       \
		"a copy for constant arguments: those are not passed, other calls go elsewhere")   \
	X(PART, "part", BODY,                                                                      \
		"partial inlining: the rest of the body, reached only from its inlined begin")     \
	X(LLVM, "llvm", RENAMED, "ThinLTO made a local function global under a unique name")       \
	X(UNIQ, "__uniq", RENAMED, "a local function under a name unique by its file")             \
	X(LTO_PRIV, "lto_priv", RENAMED, "link-time optimization told equal local names apart")    \
	X(LOCALALIAS, "localalias", RENAMED, "a local alias of the same function")                 \
	X(SPECIALIZED, "specialized", ARGUMENTS,                                                   \
		"LLVM function specialization: a copy for constant arguments")                     \
	X(ARGPROM, "argprom", ARGUMENTS, "LLVM argument promotion: pointers became values")        \
	X(ARGELIM, "argelim", ARGUMENTS, "LLVM dead argument elimination: arguments are missing")  \
	X(RETELIM, "retelim", ARGUMENTS, "LLVM dead argument elimination: nothing is returned")

enum symbol_change {
#define SYMBOL_CHANGE_ENUM(name, suffix, effect, meaning) SYMBOL_CHANGE_##name,
	SYMBOL_CHANGES(SYMBOL_CHANGE_ENUM)
#undef SYMBOL_CHANGE_ENUM
	SYMBOL_CHANGE_CNT
};

const char *symbol_change_suffix(enum symbol_change change);  /* ".isra" */
const char *symbol_change_meaning(enum symbol_change change); /* one clause */
enum symbol_effect symbol_change_effect(enum symbol_change change);

/*
 * The length of `name` without what the compiler appended, in any combination
 * ("f.isra.0.cold" is f), and in *changes, unless NULL, a mask of 1u << enum symbol_change. A
 * suffix that is not listed stays part of the name, as does a leading dot (powerpc's entries).
 */
size_t symbol_base_length(const char *name, unsigned int *changes);
bool symbol_base_equals(const char *name, const char *base);
/* `pattern` as in fnmatch(3) against the base name. */
bool symbol_base_matches(const char *name, const char *pattern);
/* The gravest effect of a symbol's name: NONE < SPLIT < RENAMED < ARGUMENTS < BODY. */
enum symbol_effect symbol_effect(const char *name);

/* By its nm letter: code (t, T, w, W); not data, not an absolute value. */
bool symbol_is_function(const struct kernel_symbol *symbol);

/*
 * Which functions were asked for: by base name, or by a glob (fnmatch(3)) that base names match.
 * Globs leave out __pfx_* and __cfi_*, the preambles of functions. Lives in `pool`; the patterns
 * must live as long.
 */
struct symbol_filter;
struct error *symbol_filter_create(struct pool *pool, const char *const *patterns,
	size_t pattern_cnt, struct symbol_filter **ret);
/* `name` is a symbol's, with what the compiler appended. */
bool symbol_filter_wants(const struct symbol_filter *filter, const char *name);

/* Is data in the list? In that of a kernel with KALLSYMS_ALL, and in every System.map. */
bool symbols_list_data(const struct kernel_symbols *symbols);

/*
 * Finds symbols by base name. It points into `symbols`, which must outlive it; some 8 bytes a
 * symbol. Creating one reads every name once (some milliseconds), a look-up costs nothing.
 */
struct symbol_index;
struct error *symbol_index_create(const struct kernel_symbols *symbols, struct symbol_index **ret);
void symbol_index_destroy(struct symbol_index *index); /* NULL-safe */

/* The symbols of one base name in the file's order; NULL: no (further) one. */
const struct kernel_symbol *symbol_index_first(const struct symbol_index *index, const char *base);
const struct kernel_symbol *symbol_index_next(
	const struct symbol_index *index, const struct kernel_symbol *symbol);

/*
 * The base names of functions that any of the patterns matches, as a symbol_filter understands them:
 * sorted, each once, in `pool`. One pass over all symbols whatever the number of patterns; a pattern
 * without *?[ costs a look-up.
 */
struct error *symbol_index_expand(const struct symbol_index *index, struct pool *pool,
	const char *const *patterns, size_t pattern_cnt, const char ***ret, size_t *ret_cnt);

/* How often `name` is in an array sorted by strcmp: kernel->traceable, kernel->kprobe_blacklist. */
size_t names_count(const char *const *sorted, size_t cnt, const char *name);

#endif
