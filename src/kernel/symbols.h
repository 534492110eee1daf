/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of symbols: the suffixes that compilers append to a function's name, and look-ups by the
 * base name. No I/O, and no memory except for the index.
 */
#ifndef KCOMPAT_KERNEL_SYMBOLS_H
#define KCOMPAT_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* What a tracer of the symbol must expect. */
enum symbol_effect {
	SYMBOL_EFFECT_NONE,      /* the function as the source has it */
	SYMBOL_EFFECT_SPLIT,     /* a part was moved; the plain symbol is still the entry */
	SYMBOL_EFFECT_RENAMED,   /* the whole function under a longer name */
	SYMBOL_EFFECT_ARGUMENTS, /* its arguments differ from the source */
	SYMBOL_EFFECT_BODY,      /* only some calls, or a part of the body, run here */
};

/*
 * X(enumerator, suffix without its dots, effect, meaning). A ".NUMBER" may follow the suffix.
 * clone_function_name() in gcc/cgraphclones.cc and its callers make GCC's names. The named passes
 * make LLVM's names; only some development versions make the last three.
 */
#define SYMBOL_CHANGES(X)                                                                          \
	X(COLD, "cold", SPLIT,                                                                     \
		"the unlikely part of the function, moved away; the entry is the plain symbol")    \
	X(ISRA, "isra", ARGUMENTS,                                                                 \
		"interprocedural scalar replacement: arguments removed, or passed as their parts") \
	X(CONSTPROP, "constprop", ARGUMENTS,                                                       \
		"a copy for constant arguments: those are not passed, other calls go elsewhere")   \
	X(PART, "part", BODY,                                                                      \
		"partial inlining: the rest of the body, reached only from its inlined start")     \
	X(LLVM, "llvm", RENAMED, "ThinLTO made a local function global under a unique name")       \
	X(UNIQ, "__uniq", RENAMED, "a local function under a name unique by its file")             \
	X(LTO_PRIV, "lto_priv", RENAMED, "link-time optimization made equal local names distinct") \
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
enum symbol_effect symbol_change_effect(enum symbol_change change);

/*
 * The length of `name` without compiler suffixes, in any combination ("f.isra.0.cold" is f). Sets
 * *changes, unless NULL, to a mask of 1u << enum symbol_change. An unlisted suffix stays part of
 * the name, and so does a leading dot (powerpc's entries).
 */
size_t symbol_base_length(const char *name, unsigned int *changes);
bool symbol_base_equals(const char *name, const char *base);
/* The most severe effect of a symbol's name: NONE < SPLIT < RENAMED < ARGUMENTS < BODY. */
enum symbol_effect symbol_effect(const char *name);

/*
 * Gives the kernel's own data the letters of data. The letters are those of nm, which calls a whole section code if its
 * flags do: so it says T of jiffies where .data has such flags, as in Debian's builds of amd64 since 6.16. What lies
 * between _sdata and _edata is data (RW_DATA of include/asm-generic/vmlinux.lds.h). `list` is as the kernel lists it, by
 * address; addresses may be hidden. Nothing happens unless both names are listed.
 */
void symbols_letter_data(struct kernel_symbol *list, size_t cnt);

/* Is it code, by its nm letter (t, T, w, W), not data or an absolute value? */
bool symbol_is_function(const struct kernel_symbol *symbol);

/*
 * Selects functions by base name, by the whole name of a symbol with its compiler suffixes, or by a
 * glob (fnmatch(3)) on base names. Globs skip __pfx_* and __cfi_*, the preambles of functions. Lives in `pool`; the patterns must live as long.
 */
struct symbol_filter;
struct error *symbol_filter_create(struct pool *pool, const char *const *patterns,
	size_t pattern_cnt, struct symbol_filter **ret);
/* `name` is a symbol's, including compiler suffixes. */
bool symbol_filter_wants(const struct symbol_filter *filter, const char *name);

/*
 * What the functions of system calls begin with; NULL ends the list. Where an architecture wraps them
 * (arch/.../include/asm/syscall_wrapper.h), all have its prefix; these come first. Elsewhere they have one of
 * the others (SYSCALL_DEFINEx() in include/linux/syscalls.h, and SYSCALL_DEFINE0()).
 */
#define SYMBOL_SYSCALL_WRAPPERS 4
extern const char *const symbol_syscall_prefixes[];

/* The nm letter of the first symbol of exactly that name that is no function; 0: there is none. */
struct error *symbols_find_data(const struct kernel_symbols *symbols, const char *name, char *type);

/* Does the list contain data, or can it be asked for? A kernel with KALLSYMS_ALL and every System.map list it. */
bool symbols_list_data(const struct kernel_symbols *symbols);

/*
 * Finds symbols by base name. It points into `symbols`, which must outlive it. It takes about 8
 * bytes a symbol. Creation reads every name once (some milliseconds); a look-up is cheap.
 */
struct symbol_index;
struct error *symbol_index_create(const struct kernel_symbols *symbols, struct symbol_index **ret);
void symbol_index_destroy(struct symbol_index *index); /* NULL-safe */

/* The symbols of one base name in the file's order; NULL: no more. */
const struct kernel_symbol *symbol_index_first(const struct symbol_index *index, const char *base);
const struct kernel_symbol *symbol_index_next(
	const struct symbol_index *index, const struct kernel_symbol *symbol);

/* The symbols of one address in the file's order, after the index was told to find them. */
struct error *symbol_index_add_addresses(struct symbol_index *index);
const struct kernel_symbol *symbol_index_first_at(
	const struct symbol_index *index, uint64_t address);
const struct kernel_symbol *symbol_index_next_at(
	const struct symbol_index *index, const struct kernel_symbol *symbol);

/*
 * The base names of functions that match any of the patterns of a symbol_filter: sorted, unique,
 * in `pool`. One pass over all symbols serves all globs; a pattern without *?[ costs a look-up.
 */
struct error *symbol_index_expand(const struct symbol_index *index, struct pool *pool,
	const char *const *patterns, size_t pattern_cnt, const char ***ret, size_t *ret_cnt);

/* Counts `name` in an array sorted by strcmp: kernel->traceable, kernel->kprobe_blacklist. */
size_t names_count(const char *const *sorted, size_t cnt, const char *name);

#endif
