/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kfuncs to try: from tags, modules, the shipped list and the command line. */
#ifndef KCOMPAT_INVENTORY_INVENTORY_H
#define KCOMPAT_INVENTORY_INVENTORY_H

#include "kernel/context.h"
#include "kernel/kernel.h"
#include "snapshot/snapshot.h"
#include "util/suggest.h"

struct kfunc_candidate {
	const char *name;
	const struct kernel_module *module; /* NULL: vmlinux */
	uint32_t btf_id;
	unsigned int found_by; /* mask of 1u << enum kfunc_source */
	bool fastcall;         /* tagged bpf_fastcall */
};

struct kfunc_candidates {
	struct kfunc_candidate *list; /* sorted by name, then module, after kfuncs_find() */
	size_t cnt, cap;
	bool tagged;                  /* vmlinux BTF has at least one bpf_kfunc tag */
};

/* names: globs; none: all. A name without a wildcard is tried if BTF has a function of that name. */
struct error *kfuncs_find(struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct pool *pool, struct kfunc_candidates *candidates);
struct error *kfuncs_add(struct pool *pool, struct kfunc_candidates *candidates,
	struct kfunc_candidate candidate);
void kfuncs_sort(struct kfunc_candidates *candidates);

/* The snapshot's rows for the candidates, with prototypes; cells are allocated, not filled. */
struct error *kfuncs_describe(const struct kernel *kernel, const struct kfunc_candidates *candidates,
	struct snapshot *snapshot);

/* The helpers of a kernel, from enum bpf_func_id of its BTF. Without BTF, from the shipped list. */

/* Fills snapshot->helpers. Cells are allocated and empty. names: globs; none: all. */
struct error *helpers_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/*
 * The nearest helper or function of this kernel, in `pool`, for a name that was not found. *ret NULL:
 * none is near.
 */
struct error *inventory_near_name(
	const struct kernel *kernel, const char *name, struct pool *pool, const char **ret);
/*
 * What to do about a context that the kernel lacks, for an error, in `pool`: its nearest context, also
 * of an iterator or a struct_ops type, or where the list is.
 */
struct error *inventory_context_todo(
	const struct kernel *kernel, const char *name, struct pool *pool, const char **ret);
/* The functions among the symbols. */
void inventory_consider_symbols(
	const struct kernel_symbols *symbols, const char *name, struct suggestion *near);

/* Kernel functions that a program can hook: whether they are in the symbols, in BTF, traceable. */

/* The names of data/lists/watch.txt, in `pool`. */
struct error *functions_watched(struct pool *pool, const char ***ret, size_t *ret_cnt);

/* Fills snapshot->functions for these names and globs. Without any, it uses data/lists/watch.txt. */
struct error *functions_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/*
 * What a program of a section attaches to, from the kernel's files: nothing is loaded and nothing is
 * touched. Missing files give unknown.
 */

/* X(enumerator, id, what it is): what an attachment takes. The ids are for programs. */
#define HOOK_NEEDS(X)                                                                              \
	X(NONE, "none", "nothing is missing")                                                      \
	X(TARGET, "target", "the function, tracepoint, hook or file that is named")                \
	X(LOAD, "load", "the verifier's consent to a program with this target")                    \
	X(ONE_OF_NAME, "one-of-name", "a name that only one function has")                         \
	X(TRACE_ENTRY, "trace-entry", "a place in the function that ftrace patches")               \
	X(KPROBE_ALLOWED, "kprobe-allowed", "a function that is not on the kprobe blacklist")      \
	X(CODE, "code", "code that the kernel keeps after its start")                              \
	X(KPROBES, "kprobes", "kprobes (CONFIG_KPROBES, CONFIG_KPROBE_EVENTS)")                    \
	X(UPROBES, "uprobes", "uprobes (CONFIG_UPROBES, CONFIG_UPROBE_EVENTS)")                    \
	X(FPROBE, "fprobe", "fprobe (CONFIG_FPROBE)")                                              \
	X(PERF_EVENTS, "perf-events", "perf events (CONFIG_PERF_EVENTS)")                          \
	X(TRAMPOLINE, "trampoline",                                                                \
		"trampolines on kernel functions (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)")       \
	X(ARGUMENTS, "arguments", "arguments that a trampoline of this kernel can pass")           \
	X(ACTIVE_LSM, "active-lsm", "the security module bpf among the active ones")               \
	X(CGROUP2, "cgroup2", "a mounted hierarchy of cgroup v2")                                  \
	X(LOCKDOWN, "lockdown", "a lockdown below confidentiality")                                \
	X(PERMISSION, "permission", "a privilege of this process, or the consent of a policy")                                   \
	X(ATTACH, "attach", "the kernel's consent to the attachment itself")

enum hook_need {
#define HOOK_NEED_ENUM(name, id, meaning) HOOK_NEED_##name,
	HOOK_NEEDS(HOOK_NEED_ENUM)
#undef HOOK_NEED_ENUM
	HOOK_NEED_CNT
};
const char *hook_need_id(enum hook_need need);

struct hook_answer {
	enum tristate value;
	enum hook_need missing; /* what is missing, or not known to be there; NONE for yes */
	const char *reason;     /* one sentence, in the pool; NULL: nothing to say */
	size_t match_cnt;       /* functions that a glob matches; 0 for other hooks */
};

/* The files of one kernel, with an index. The kernel and the pool must outlive it. */
struct hooks;
struct error *hooks_open(const struct kernel *kernel, struct pool *pool, struct hooks **ret);
void hooks_close(struct hooks *hooks); /* NULL-safe */

/* Does what the section names exist? A section without a target has nothing to look for: yes. */
struct error *hook_exists(struct hooks *hooks, const struct section *section, struct hook_answer *ret);
/*
 * Is everything there that an attachment takes, besides the program? Only for a target that exists and
 * a program that loads. In linux: kernel/trace/trace_kprobe.c, kernel/trace/fprobe.c,
 * kernel/bpf/trampoline.c (register_fentry()), kernel/bpf/bpf_lsm.c, kernel/events/core.c.
 */
struct error *hook_attaches(struct hooks *hooks, const struct section *section, struct hook_answer *ret);

/* The BTF type that stands for a section's target: btf_trace_NAME, bpf_lsm_HOOK or the function. */
struct hook_type {
	const char *name; /* in the pool or of the section; NULL: BTF does not list such targets */
	unsigned int kind;
	const char *module; /* "MODULE:" of the target, not terminated; NULL: the kernel or any module */
	size_t module_len;
};
#define HOOK_TYPE_LSM "bpf_lsm_"
#define HOOK_TYPE_TRACEPOINT "btf_trace_"
/* The error is lack of memory. */
struct error *hook_type_of(struct pool *pool, const struct section *section, struct hook_type *ret);

/* A type in vmlinux or in a loaded module; id 0: there is none. */
struct hook_place {
	const struct kbtf *btf;
	const struct kernel_module *module; /* NULL: vmlinux */
	uint32_t id;
};
struct hook_place hook_type_find(const struct kernel *kernel, const struct hook_type *type);
struct hook_place hook_find_type(const struct kernel *kernel, const char *name, unsigned int kind);

/* The name of the kernel's function for a system call: "__x64_sys_read"; NULL: there is none. */
const char *hook_syscall_symbol(struct hooks *hooks, const char *name);
/* "read" for "__x64_sys_read"; NULL: it is not such a function's name. */
const char *hook_syscall_name(const char *symbol);
/* Is that function weak? COND_SYSCALL() makes one that returns ENOSYS where the real one is not built. */
bool hook_is_stub(const struct hooks *hooks, const char *symbol);

/* Program types and attach types, derived from the contexts that were tried. */

/*
 * Every type of this kernel's BTF and of our tables. It is ok if a context of it loads. A type without
 * a context is unknown.
 */
struct error *program_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);
struct error *attach_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);

#endif
