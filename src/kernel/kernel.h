/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of one kernel. The folders that read files fill it, all other code reads it. Strings
 * and arrays live in `pool`; NULL means unknown everywhere.
 */
#ifndef KCOMPAT_KERNEL_KERNEL_H
#define KCOMPAT_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf/btf.h"
#include "util/pool.h"

struct kernel_identity {
	const char *release;      /* "6.12.43+deb13-cloud-amd64" */
	const char *version;      /* "#1 SMP PREEMPT_DYNAMIC Debian 6.12.43-1 (2025-08-27)" */
	const char *machine;      /* uname -m: "x86_64" */
	const char *arch;         /* the kernel's own name, arch/ directory: "x86" */
	const char *distribution; /* of the kernel, not the root file system: "debian", "rhel" */
	const char *flavor;       /* "cloud-amd64", "generic", ... */
	const char *btf_sha256;   /* of the vmlinux BTF, 64 hex digits */
};

struct kernel_module {
	const char *name;
	struct kbtf *btf; /* split over the kernel's; owned by the kernel */
};

struct kernel_config_option {
	const char *name;  /* "CONFIG_BPF_LSM" */
	const char *value; /* "y", "m", "100", "\"text\""; an unset option is not listed */
};

struct kernel_symbol {
	uint64_t address;   /* 0: the kernel hides it, or the module was never loaded */
	const char *name;
	const char *module; /* NULL for vmlinux; "bpf" for BPF programs */
	char type;          /* nm letter */
};

struct symbol_filter;

struct kernel_symbols {
	struct kernel_symbol *list; /* in the file's order, then symbols from module files */
	size_t cnt;
	bool addresses_hidden; /* kptr_restrict: all zero; names are still complete */
	size_t odd_lines;      /* malformed lines, which are left out */
	bool cut; /* the file stops before the kernel's end: symbols may be missing */
	const char *modules_missing; /* why symbols of modules are missing; NULL: none is */
	/* Selects the functions of modules to list; NULL: all symbols. Borrowed. */
	const struct symbol_filter *module_filter;
	/*
	 * Asks for data of the kernel itself that is not in the list; NULL: all that was read is in it. *type is the nm
	 * letter, '?': not known, 0: it has none of that name. Ask symbols_find_data().
	 */
	struct error *(*find_data)(const void *source, const char *name, char *type);
	const void *data_source;
};

/* A function in the BTF of a module. That BTF is not kept. */
struct kernel_prototype {
	const char *function, *module;
	const char *text; /* as kbtf_print_func() writes it */
};

struct kernel_limit {
	const char *what;   /* the fact that is unknown */
	const char *remedy; /* one line */
};

enum tristate { TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES };

struct kernel_environment {
	const char **capabilities; /* effective ones, "CAP_BPF"; unknown bits as "CAP_41" */
	size_t capability_cnt;
	const char *lockdown;      /* "none", "integrity", "confidentiality" */
	const char **lsm;          /* active modules in order; NULL when unreadable */
	size_t lsm_cnt;
	const char *jit;           /* "0", "1", "2" of bpf_jit_enable, "always" or "none" as built */
	const char *unprivileged_bpf_disabled; /* "0", "1", "2" */
	const char *kptr_restrict;
	const char *container;     /* "docker", "lxc", "kubernetes", ...; NULL: no sign of one */
	const char *config_source; /* path the configuration was read from; NULL: none readable */
	uint32_t page_bytes;       /* of the running kernel; 0: unknown */
	enum tristate cgroup2;     /* a hierarchy of cgroup v2 is mounted */
	enum tristate perf_events; /* the process may open perf events: was tried on the running kernel */
	bool in_user_namespace;    /* not the initial one: bpf(2) ignores all capabilities ... */
	bool has_token;            /* ... except for what a BPF token delegates */
	struct kernel_limit *limits;
	size_t limit_cnt, limit_cap;
};

/* A file below /proc/sys, by its name with dots. */
struct kernel_sysctl {
	const char *name, *value; /* value NULL: not read */
	int errnum;               /* why it was not read */
};

struct kernel {
	struct pool pool;
	struct kernel_identity identity;
	struct kernel_environment environment;
	struct kernel_config_option *config; /* sorted by name */
	size_t config_cnt;
	struct kbtf *btf;                    /* vmlinux; owned; NULL when there is none */
	const char *btf_missing;             /* why btf is NULL */
	bool btf_absent;                     /* proved: the whole image was read and has no BTF */
	struct kernel_module *modules;       /* sorted by name */
	size_t module_cnt;
	struct kernel_prototype *prototypes; /* sorted by function and module; none of `modules` */
	size_t prototype_cnt;
	struct kernel_symbols *symbols;      /* NULL when not loaded */
	const char *symbols_missing;         /* why symbols is NULL although requested */
	/* Functions that ftrace can trace (available_filter_functions), functions that kprobes
	 * refuse. Sorted; NULL: unreadable. */
	const char **traceable, **kprobe_blacklist;
	size_t traceable_cnt, kprobe_blacklist_cnt;
	/* "CATEGORY:NAME" of the trace events that programs can use (available_events of tracefs).
	 * Sorted; NULL: unreadable. */
	const char **events;
	size_t event_cnt;
	struct kernel_sysctl *sysctls;       /* only those that were asked for */
	size_t sysctl_cnt;
	const char *sysctls_missing;         /* why no file can be read; NULL: they can */
};

void kernel_deinit(struct kernel *kernel); /* NULL-safe; leaves an empty kernel */

int kernel_compare_modules(const void *a, const void *b); /* of kernel->modules, for qsort() */
/* The value in a list that is sorted by name; NULL: not set. */
const char *kernel_config_find(
	const struct kernel_config_option *options, size_t cnt, const char *name);
/* NULL when the option is not set; only meaningful when environment.config_source is not NULL. */
const char *kernel_config_value(const struct kernel *kernel, const char *name);
/* The place of the function's first prototype in kernel->prototypes, or where it would be. */
size_t kernel_first_prototype(const struct kernel *kernel, const char *function);
/* Does the observing process have a capability that bpf(2) accepts? */
bool kernel_has_capability(const struct kernel *kernel, const char *name);
/* Do the symbols hold every name of the kernel itself? Else a name that is missing tells nothing. */
bool kernel_symbols_are_whole(const struct kernel_symbols *symbols);
/*
 * Does the kernel have a function of that name? NULL: unknown. From BTF, else from the symbols. It is
 * absent only if `control` is found there, and if the symbols are whole. `control` is a function of the same
 * sort that every kernel has.
 */
enum tristate kernel_has_function(const struct kernel *kernel, const char *name, const char *control);
/* Is a security module active? Unknown when the list could not be read. */
enum tristate kernel_has_lsm(const struct kernel *kernel, const char *name);
/* Adds a limit once; `remedy` may be NULL. Ignores lack of memory: a limit is only advice. */
void kernel_add_limit(struct kernel *kernel, const char *what, const char *remedy);

/* The rest of the model: other folders include only this header. */
#include "kernel/identity.h"
#include "kernel/symbols.h"
#include "kernel/functions.h"
#include "kernel/predict_rules.h"
#include "kernel/function_facts.h"
#include "kernel/kfuncs.h"
#include "kernel/helpers.h"
#include "kernel/map_fields.h"
#include "kernel/call_rules.h"
#include "kernel/context_struct.h"

#endif
