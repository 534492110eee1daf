/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One kernel function on one kernel as a report shows it, whichever source it came from: a snapshot
 * (symbols, prototypes) or all functions of a kernel (snapshot/functions_file.h). What no source told is
 * NULL, empty with its *_known false, or TRISTATE_UNKNOWN. Texts live in the pool given when made.
 */
#ifndef KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H
#define KCOMPAT_SNAPSHOT_FUNCTION_VIEW_H

#include "kernel/kernel.h"

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

#endif
