/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One function of one kernel, as a report shows it. The source is a snapshot (symbols, prototypes) or
 * the file of all functions of a kernel (snapshot/file.h). An unknown value is NULL,
 * empty with its *_known false, or TRISTATE_UNKNOWN. Texts live in the pool given when made.
 */
#ifndef KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H
#define KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

struct view_instance {
	const char *unit, *file; /* where it is compiled, where it is declared */
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
	const char *reason; /* why it is unknown, or what proves absence; NULL: none needed */
	const char *kind;   /* "assembly", "alias", ... if it is not a C function; else NULL */
	const char *alias_of;
	const char *collision; /* "unique global", ..., or "several" if no more is known; NULL: not known */
	const char *inlined;   /* "no", "selective", "full", "gone"; NULL: not known */
	bool changes_known;    /* symbols were read */
	const char **changes;  /* suffixes: ".cold", ".isra" */
	size_t change_cnt;
	bool changed;          /* a suffix changes what a tracer sees; .cold does not */
	const char **prototypes; /* each once */
	size_t prototype_cnt;
	bool instances_known, callers_known, inlines_known;
	bool callers_left_out; /* callers are not known because their source leaves them out */
	struct view_instance *instances;
	size_t instance_cnt;
	struct view_symbol *symbols;
	size_t symbol_cnt;
	enum tristate traceable, kprobe_blacklisted; /* of the function, if symbols do not say it */
	const char *fentry;  /* state of a load; NULL: not asked */
	const char *sources; /* "dwarf symtab btf" */
};

/* Facts of functions as views, from a NAME.functions.gz (snapshot/file.h) or a snapshot. */

struct functions_file;

struct error *function_views_open(const char *path, struct functions_file **ret);
void function_views_close(struct functions_file *file); /* NULL-safe */
/* From the file's header; NULL: not known. They live as long as the file. */
const char *function_views_release(const struct functions_file *file);
const char *function_views_machine(const struct functions_file *file); /* "x86_64" */

/* A view of `function`, whose facts come from these sources (mask of 1u << enum function_source). The
 * texts are in `pool` or belong to `function`. */
struct error *function_view_fill(uint32_t sources, const struct kernel_function *function,
	struct pool *pool, struct function_view *ret);
/* Adds to `view` what it does not know and `other`, of the same function and build, knows. False: no memory. */
bool function_view_complete(
	struct function_view *view, const struct function_view *other, struct pool *pool);
/* Fills *ret, in `pool`. The state is "absent" if the file has no function of that name. */
struct error *function_views_find(struct functions_file *file, const char *name, struct pool *pool,
	struct function_view *ret);
/* Calls `each` with the names that match the glob, sorted, until it returns false. */
struct error *function_views_names(struct functions_file *file, const char *glob,
	bool (*each)(void *context, const char *name), void *context);

#endif
