/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One kernel function on one kernel as a report shows it, whichever source it came from: a snapshot
 * (symbols, prototypes) or all functions of a kernel (snapshot/functions_file.h). What no source told is
 * NULL, empty with its *_known false, or TRISTATE_UNKNOWN. Texts live in the pool given when made.
 */
#ifndef KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H
#define KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

struct view_instance {
	const char *unit, *file; /* compiled in, declared in */
	uint32_t line;
	const char *language, *prototype;
	const char *inlined;     /* "no", "selective", "full", "gone"; NULL: not known */
	bool has_address;
	uint64_t address;
	enum tristate external;
	const char **direct, **inlines; /* callers, "UNIT:NAME", as often as they call */
	size_t direct_cnt, inline_cnt;
};

struct view_symbol {
	const char *name, *module; /* module NULL: vmlinux */
	const char *binding;       /* "local", "global", "weak"; NULL: not known */
	const char *section, *region;
	const char *exported;      /* "no", "yes", "gpl"; NULL: not known */
	uint64_t address, size_bytes; /* 0: not known */
	enum tristate patchable, kprobe_refused;
};

struct function_view {
	const char *name;
	const char *state;  /* "present", "absent", "unknown" */
	const char *reason; /* why unknown, what absence was proved from; NULL: none needed */
	const char *kind;   /* "assembly", "alias", ... of what is no function from C; else NULL */
	const char *alias_of;
	const char *collision; /* "unique global", ..., or "several" where not more is known; NULL: not known */
	const char *inlined;   /* "no", "selective", "full", "gone"; NULL: not known */
	bool changes_known;    /* symbols were read */
	const char **changes;  /* suffixes: ".cold", ".isra" */
	size_t change_cnt;
	bool changed;          /* one of them changes what a tracer sees; .cold does not */
	const char **prototypes; /* each once */
	size_t prototype_cnt;
	bool instances_known, callers_known, inlines_known;
	struct view_instance *instances;
	size_t instance_cnt;
	struct view_symbol *symbols;
	size_t symbol_cnt;
	enum tristate traceable, kprobe_blacklisted; /* as a whole, where symbols do not tell */
	const char *fentry;  /* state of a load; NULL: not asked */
	const char *sources; /* "dwarf symtab btf" */
};

/* Facts of functions, of a NAME.functions.gz (snapshot/functions_file.h) or of a snapshot, as views. */

struct functions_file;

struct error *function_views_open(const char *path, struct functions_file **ret);
void function_views_close(struct functions_file *file); /* NULL-safe */
/* Of the file's header; NULL: not known. They live as long as the file. */
const char *function_views_release(const struct functions_file *file);
const char *function_views_machine(const struct functions_file *file); /* "x86_64" */

/* What facts from these sources (mask of 1u << enum function_source) say; in `pool`, and of `function`. */
struct error *function_view_fill(uint32_t sources, const struct kernel_function *function,
	struct pool *pool, struct function_view *ret);
/* Fills *ret, in `pool`: state "absent" where the file has no function of that name. */
struct error *function_views_find(struct functions_file *file, const char *name, struct pool *pool,
	struct function_view *ret);
/* Calls `each` with the names that match the glob, sorted; false ends it. */
struct error *function_views_names(struct functions_file *file, const char *glob,
	bool (*each)(void *context, const char *name), void *context);

#endif
