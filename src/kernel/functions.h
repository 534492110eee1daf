/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of every function of one kernel: where it was compiled, inlined, split or copied to,
 * who calls it, and whether a tracer can attach. functions/functions.h fills it from an image,
 * snapshot/functions_file.h from a file. Strings and arrays live in the pool of the struct
 * kernel_functions; NULL is "not known".
 */
#ifndef KCOMPAT_KERNEL_FUNCTIONS_H
#define KCOMPAT_KERNEL_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/pool.h"

/*
 * X(enumerator, word, meaning): where facts come from. What no source was read for is unknown, and
 * kernel_functions.sources tells which were.
 */
#define FUNCTION_SOURCES(X)                                                                        \
	X(DWARF, "dwarf", "instances, inlining, callers and prototypes from debug information")    \
	X(SYMTAB, "symtab", "symbols with binding and size from an ELF symbol table")              \
	X(SYMBOLS, "symbols", "symbols without size from kallsyms or System.map")                  \
	X(BTF, "btf", "prototypes from BTF")                                                       \
	X(CODE, "code", "direct callers from the instructions of the image")                       \
	X(ENTRIES, "entries", "the table of places that ftrace patches")                           \
	X(BLACKLIST, "blacklist", "the functions marked NOKPROBE_SYMBOL()")                        \
	X(EXPORTS, "exports", "the table of symbols exported to modules")                          \
	X(REGIONS, "regions", "the marks around special parts of the text")                        \
	X(TRACED_ONLY, "traced-only", "kprobe events refuse what ftrace cannot patch")             \
	X(SINGLE_ONLY, "single-only", "kprobe events refuse a name that several functions have")

enum function_source {
#define FUNCTION_SOURCE_ENUM(name, word, meaning) FUNCTION_SOURCE_##name,
	FUNCTION_SOURCES(FUNCTION_SOURCE_ENUM)
#undef FUNCTION_SOURCE_ENUM
	FUNCTION_SOURCE_CNT
};

/* X(enumerator, word, meaning). All but FUNCTION are not functions of the kernel's source. */
#define FUNCTION_KINDS(X)                                                                          \
	X(FUNCTION, "function", "compiled from source")                                            \
	X(SYMBOL, "symbol", "a symbol of code; without debug information no more is known")        \
	X(ASSEMBLY, "assembly", "written in assembly: no prototype, no inlining")                  \
	X(ALIAS, "alias", "another name of a function that is compiled under its own")             \
	X(DECLARATION, "declaration", "declared and nowhere defined")                              \
	X(BUILTIN, "builtin", "the compiler's own")                                                \
	X(TRAMPOLINE, "trampoline", "made by the build: static calls, thunks, veneers")            \
	X(PADDING, "padding", "the bytes before an entry, which have a symbol of their own")

enum function_kind {
#define FUNCTION_KIND_ENUM(name, word, meaning) FUNCTION_KIND_##name,
	FUNCTION_KINDS(FUNCTION_KIND_ENUM)
#undef FUNCTION_KIND_ENUM
	FUNCTION_KIND_CNT
};

/* X(enumerator, word). Of the functions that share one name; weak ones that lost do not count. */
#define FUNCTION_COLLISIONS(X)                                                                     \
	X(UNKNOWN, "unknown")                                                                      \
	X(UNIQUE_GLOBAL, "unique global")                                                          \
	X(UNIQUE_STATIC, "unique static")                                                          \
	X(STATIC_DUPLICATION, "static duplication") /* one definition, in several units */         \
	X(STATIC_STATIC, "static-static")           /* several definitions, none of them global */ \
	X(STATIC_GLOBAL, "static-global")

enum function_collision {
#define FUNCTION_COLLISION_ENUM(name, word) FUNCTION_COLLISION_##name,
	FUNCTION_COLLISIONS(FUNCTION_COLLISION_ENUM)
#undef FUNCTION_COLLISION_ENUM
	FUNCTION_COLLISION_CNT
};

/* X(enumerator, word). SELECTIVE: inlined here and called there. GONE: neither code nor inlined. */
#define FUNCTION_INLINES(X)                                                                        \
	X(UNKNOWN, "unknown")                                                                      \
	X(NO, "no")                                                                                \
	X(SELECTIVE, "selective")                                                                  \
	X(FULL, "full")                                                                            \
	X(GONE, "gone")

enum function_inline {
#define FUNCTION_INLINE_ENUM(name, word) FUNCTION_INLINE_##name,
	FUNCTION_INLINES(FUNCTION_INLINE_ENUM)
#undef FUNCTION_INLINE_ENUM
	FUNCTION_INLINE_CNT
};

/* X(enumerator, word) */
#define FUNCTION_BINDINGS(X)                                                                       \
	X(UNKNOWN, "unknown")                                                                      \
	X(LOCAL, "local")                                                                          \
	X(GLOBAL, "global")                                                                        \
	X(WEAK, "weak")

enum function_binding {
#define FUNCTION_BINDING_ENUM(name, word) FUNCTION_BINDING_##name,
	FUNCTION_BINDINGS(FUNCTION_BINDING_ENUM)
#undef FUNCTION_BINDING_ENUM
	FUNCTION_BINDING_CNT
};

/* X(enumerator, word) */
#define FUNCTION_EXPORTS(X)                                                                        \
	X(UNKNOWN, "unknown")                                                                      \
	X(NO, "no")                                                                                \
	X(YES, "yes")                                                                              \
	X(GPL, "gpl")

enum function_export {
#define FUNCTION_EXPORT_ENUM(name, word) FUNCTION_EXPORT_##name,
	FUNCTION_EXPORTS(FUNCTION_EXPORT_ENUM)
#undef FUNCTION_EXPORT_ENUM
	FUNCTION_EXPORT_CNT
};

/* The function that the code of a call or of an inlined body lies in. */
struct function_caller {
	const char *function; /* its name without what the compiler appended */
	const char *unit;     /* NULL: not known */
	uint32_t cnt;         /* calls, or inlined bodies */
};

/* One definition in one compilation unit. */
struct function_instance {
	const char *unit;      /* "kernel/bpf/memalloc.c"; NULL: not known */
	const char *file;      /* declared at file:line; NULL: not known */
	uint32_t line;         /* 0: not known */
	const char *language;  /* "C11", "Rust", "assembly"; NULL: not known */
	const char *prototype; /* by DWARF; C only */
	bool has_address;      /* there is code that can be called */
	bool overridden;       /* weak, and another definition has taken its symbol */
	const char *renamed;   /* the symbol of its code where that is another; else NULL */
	uint64_t address;      /* of the plain copy where there is one, else of any */
	enum tristate external;
	enum function_inline inlined;
	/* Sorted by unit, function. Known where DWARF or, the direct ones, CODE is a source. */
	struct function_caller *direct, *inline_sites;
	size_t direct_cnt, inline_site_cnt;
};

/* One symbol of the function: "f", "f.cold", "f.isra.0". */
struct function_symbol {
	const char *name;
	uint64_t address, size_bytes; /* size 0: not known */
	enum function_binding binding;
	const char *section; /* ".text", ".init.text"; NULL: not known */
	const char *region;  /* see functions/marks.h: "noinstr", "init"; NULL: an ordinary one */
	enum tristate patchable; /* ftrace and fentry have a place to patch */
	enum tristate kprobe_refused; /* blacklisted, by itself or by its region */
	enum function_export exported;
};

struct kernel_function {
	const char *name; /* without what the compiler appended: key of the list */
	enum function_kind kind;
	const char *alias_of;  /* of an ALIAS */
	const char *prototype; /* by BTF; NULL: BTF has none or several */
	/* Why the verifier refuses it as a target, and why it may; NULL: nothing known. */
	const char *fentry_refused, *fentry_doubt;
	bool namesake; /* data has that name too */
	struct function_instance *instances; /* sorted by unit, file, line, address */
	size_t instance_cnt;
	struct function_symbol *symbols; /* sorted by address, name */
	size_t symbol_cnt;
};

struct kernel_functions {
	struct pool pool;
	struct kernel_function *list; /* sorted by strcmp, each name once */
	size_t cnt;
	uint32_t sources;  /* mask of 1u << enum function_source */
	uint16_t machine;  /* EM_ */
	const char *release, *build_id; /* of the image; NULL: not known */
	const char **limits; /* what could not be read and what is unknown for it, one line each */
	size_t limit_cnt, limit_cap;
};

/* A name as a symbol may have it: ASCII without blanks. What debug files and tables hold may be any. */
bool function_name_is_sane(const char *name);
void kernel_functions_destroy(struct kernel_functions *functions); /* NULL-safe; frees it */
const struct kernel_function *kernel_functions_find(
	const struct kernel_functions *functions, const char *name);
/* Adds a limit once. Lack of memory is ignored: it is advice. */
void kernel_functions_limit(struct kernel_functions *functions, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* How many are of that kind. */
size_t kernel_functions_count(const struct kernel_functions *functions, enum function_kind kind);

enum function_collision function_collision(const struct kernel_function *function);
/* Of all its instances together; UNKNOWN without DWARF. */
enum function_inline function_inline(const struct kernel_function *function);
/*
 * What the compiler did to it by its symbols: mask of 1u << enum symbol_change (kernel/symbols.h),
 * which tells the harmless ones by symbol_change_effect().
 */
uint32_t function_changes(const struct kernel_function *function);

const char *function_source_word(enum function_source source);
const char *function_kind_word(enum function_kind kind);
const char *function_collision_word(enum function_collision collision);
const char *function_inline_word(enum function_inline inlined);
const char *function_binding_word(enum function_binding binding);
const char *function_export_word(enum function_export exported);

static inline void kernel_functions_cleanup(struct kernel_functions **functions)
{
	kernel_functions_destroy(*functions);
}
#define _cleanup_kernel_functions_ __attribute__((cleanup(kernel_functions_cleanup)))

#endif
