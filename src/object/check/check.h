/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Will a BPF object load and attach on a kernel, and if not, why? For each program, the needs that
 * its code, its section, its maps and its externs have, and what the kernel says about each. What
 * only the verifier's own reasoning can tell is no need: it has the last word.
 *
 * A need in code that the verifier never reaches is met: the code is guarded. Reachability follows
 * constants through the relocated instructions (check/flow.h). A need that the loader can still
 * switch off, by a variable in .rodata, is conditional and never unmet.
 */
#ifndef KCOMPAT_CHECK_CHECK_H
#define KCOMPAT_CHECK_CHECK_H

#include "kernel/kernel.h"
#include "object/core/core.h"
#include "object/elf/object.h"
#include "probe/load_object.h"
#include "require/require.h"
#include "util/buf.h"
#include "util/strtab.h"

/* X(enumerator, word, meaning): from the best to the worst */
#define CHECK_STATES(X)                                                                            \
	X(MET, "met", "the kernel has it, or the code that needs it is never reached")             \
	X(CONDITIONAL, "conditional", "it depends on what the loader does")                        \
	X(BLOCKED, "blocked", "a policy or a missing privilege hides the answer")                  \
	X(UNKNOWN, "unknown", "no file that was read has the answer")                              \
	X(UNMET, "unmet", "the kernel lacks it, or refuses it")

enum check_state {
#define CHECK_STATE_ENUM(name, word, meaning) CHECK_##name,
	CHECK_STATES(CHECK_STATE_ENUM)
#undef CHECK_STATE_ENUM
		CHECK_STATE_CNT
};
const char *check_state_word(enum check_state state);

/* X(enumerator, word) */
#define CHECK_KINDS(X)                                                                             \
	X(OBJECT, "object")         /* libbpf's own demands on the file */                         \
	X(EXTERN, "extern")         /* a kfunc, variable or symbol of the kernel, or an option */  \
	X(STRUCT_OPS, "struct_ops") /* the type of a struct_ops map */                             \
	X(MAP, "map")               /* the type of a map */                                        \
	X(SECTION, "section")       /* what a program is, from the name of its section */          \
	X(CONTEXT, "context")       /* a program of the type and with the target loads */          \
	X(LICENSE, "license")                                                                      \
	X(ARGUMENT, "argument") /* of the function, tracepoint or hook, which the context holds */ \
	X(INSN, "insn") /* a form of instructions that not every kernel knows */                   \
	X(CORE, "core") /* a type, field or enumerator that CO-RE looks up */                      \
	X(HELPER, "helper")                                                                        \
	X(KFUNC, "kfunc")                                                                          \
	X(ATTACH, "attach") /* what the section names as a target */

enum check_kind {
#define CHECK_KIND_ENUM(name, word) CHECK_NEEDS_##name,
	CHECK_KINDS(CHECK_KIND_ENUM)
#undef CHECK_KIND_ENUM
		CHECK_KIND_CNT
};
const char *check_kind_word(enum check_kind kind);

struct check_need {
	enum check_kind kind;
	enum check_state state;
	const char *name;   /* "bpf_loop", "struct task_struct.state", "fentry/vfs_read" */
	const char *reason; /* never NULL */
	const char *guard;  /* of CONDITIONAL: what it depends on; else NULL */
	bool of_object; /* for all programs: libbpf refuses the object, whichever of them is loaded
			 */
	bool guarded;   /* its code is never reached, so it is met */
	bool predicted; /* derived from an image, never from a load */
	const char *hint; /* where else it is met, or what it is called here; NULL: nothing is known */
	const struct object_core *core; /* of CORE: what is looked up */
	const struct object_line *line; /* where the source needs it; NULL: not known */
};

/* One program on one kernel. */
struct check_cell {
	enum check_state load,
		attach;           /* the worst of the needs; attach without what the load needs */
	struct check_need *needs; /* each once, in the order of CHECK_KINDS */
	size_t need_cnt, need_cap;
	const struct check_need *first; /* the worst one; NULL: all are met */
};

/* X(enumerator, the feature that has it, whether the kernel also looks at code that is never reached) */
#define CHECK_FORMS(X)                                                                             \
	X(NONE, NULL, false)                                                                       \
	X(JUMP_LESS, "isa_v2", true)                                                               \
	X(JUMP32, "isa_v3", true)                                                                  \
	X(ATOMIC, "atomics", true)                                                                 \
	X(SWAP, "isa_v4", true)                                                                    \
	X(GOTOL, "isa_v4", true)                                                                   \
	X(MEMSX, "isa_v4", true)                                                                   \
	X(SIGNED, "isa_v4", false)                                                                 \
	X(MAY_GOTO, "may_goto", true)                                                              \
	X(CAST, "addr_space_cast", false)                                                          \
	X(ORDERED, "load_acquire", false)

enum check_form {
#define CHECK_FORM_ENUM(name, feature, everywhere) CHECK_FORM_##name,
	CHECK_FORMS(CHECK_FORM_ENUM)
#undef CHECK_FORM_ENUM
		CHECK_FORM_CNT
};

/* X(option without CONFIG_) */
#define CHECK_OPTIONS(X)                                                                           \
	X(HID_BPF)                                                                                 \
	X(NET_SCH_BPF)                                                                             \
	X(SCHED_CLASS_EXT)                                                                         \
	X(FTRACE_SYSCALLS)                                                                         \
	X(BPF_LSM)                                                                                 \
	X(FPROBE)                                                                                  \
	X(BPF_EVENTS)                                                                              \
	X(DYNAMIC_FTRACE_WITH_DIRECT_CALLS)                                                        \
	X(CGROUP_BPF)                                                                              \
	X(BPF_LIRC_MODE2)                                                                          \
	X(NETFILTER_BPF_LINK)                                                                      \
	X(LWTUNNEL_BPF)                                                                            \
	X(NETKIT)                                                                                  \
	X(NET_SOCK_MSG)                                                                            \
	X(BPF_JIT)

enum check_option {
#define CHECK_OPTION_ENUM(name) CHECK_OPTION_##name,
	CHECK_OPTIONS(CHECK_OPTION_ENUM)
#undef CHECK_OPTION_ENUM
		CHECK_OPTION_CNT /* none */
};

struct check_program {
	const char *name, *section;
	const struct object_function *function;
	bool off;            /* by the profile; it is optional, too */
	bool optional;       /* SEC("?..."): libbpf loads it only on request */
	const char *context; /* the context that is asked about; NULL: the loader decides */
	/* Nodes of the list of requirements; NULL: not asked. */
	const struct require_node *asks_context, *asks_attach;
	const struct require_node *asks_forms[CHECK_FORM_CNT]; /* by enum check_form; NULL: it has none */
	const struct require_node *asks_fields[MAP_FIELD_CNT]; /* by enum map_field; NULL: it uses no such map */
	const struct require_node *asks_base; /* the context without its target, for an image */
	/* A way to attach that takes the same of a function, for an image that has no answer about the program's own. */
	const struct require_node *asks_likewise;
	struct check_call *calls;
	size_t call_cnt, call_cap;
	struct texts call_names; /* the number of a call is that of its name here */
	uint32_t *members; /* the functions that it calls, and itself: numbers of the object's
			      functions */
	size_t member_cnt, member_cap;
	bool too_many_members; /* more than a kernel takes, and not all are here */
	struct check_cell *cells; /* [kernel_cnt] */
	struct proof proof;       /* of a load on the running kernel; load NONE: not tried */
};

/* A helper or kfunc that some instruction of a program calls. */
struct check_call {
	bool is_kfunc;
	uint32_t id; /* of a helper; of a kfunc the number of the extern */
	const char *name;
	const char *for_gpl; /* why the object's licence does not allow it; NULL: it does */
	const struct require_node *node;
	/* The same without a target, if what such a program may call does not depend on it; else
	 * NULL. */
	const struct require_node *base_node;
};

struct check_object {
	const char *name;
	struct object *object;
	struct check_program *programs;
	size_t program_cnt;
	const struct require_node **map_nodes; /* [object->map_cnt] */
	unsigned int *map_fields; /* [object->map_cnt]: masks of 1u << enum map_field */
	struct loader_setting *settings; /* of the profile, in its order */
	size_t setting_cnt, setting_cap;
	uint32_t *member_of; /* by function: the number of the last program that has it, from 1 on */
};

/* Of the kernel's files: finds one by its name. */
struct check_symbols {
	const struct kernel_symbols *list; /* NULL: not read */
	bool is_sorted;                    /* by name, and all are of the kernel itself: those of a store */
	struct symbol_index *index;        /* NULL: nobody has asked yet */
};

/* The answers of one kernel to the questions of check_ask(). */
struct check_kernel {
	const char *name; /* as the command line has it */
	const char *version, *arch; /* "6.12", "amd64"; "?" if not known */
	struct require_scope scope;
	const struct require_answer *answer;
	const struct check *check; /* what was asked; set by check_judge() */
	/* NULL: the source has no types, so what CO-RE needs is unknown. Only while it is judged. */
	struct core_target *target;
	struct check_symbols *symbols; /* likewise */
	bool has_types;
};

/* The kernel's files, or the types and functions of its build from a store; NULL: neither. */
static inline const struct kernel *check_files_of(const struct require_scope *scope)
{
	return scope->files ? scope->files : scope->types;
}

struct check {
	struct pool pool;
	struct check_object *objects;
	size_t object_cnt, object_cap;
	struct check_kernel *kernels;
	size_t kernel_cnt;
	struct require_list list;
	bool has_profile;  /* what no statement names is as the object has it */
	bool other_loader; /* another one than libbpf */
	bool only_running; /* before check_ask(): no image is asked, so what only images need is left out */
	const struct require_node *asks_options[CHECK_OPTION_CNT]; /* NULL: nothing depends on it */
	struct texts questions;            /* of the list */
	const struct require_node **nodes; /* by the number of the question; NULL: the language lacks it */
	size_t node_cap;
};
void check_deinit(struct check *check); /* NULL-safe; objects are destroyed, kernels are borrowed */

/* Takes the object, also after an error. The only error is lack of memory. */
struct error *check_add_object(struct check *check, const char *name, struct object *object);
/*
 * Before check_ask(): what the loader does to the objects. ERROR_USAGE names `origin`, the line, and what
 * is wrong with it.
 */
struct error *check_read_profile(
	struct check *check, const char *origin, const char *text, size_t len);
/* Fills the list of requirements with the questions of all objects. `glob` NULL: of all programs.
 */
struct error *check_ask(struct check *check, const char *glob);
/*
 * After check_ask(): a file of requirements with what the objects need of any kernel. What only some loads
 * need is a comment. ERROR_INPUT: an object that libbpf refuses on every kernel.
 */
struct error *check_render_requirements(struct check *check, struct buf *out);
/* Room for the answers of that many kernels. */
struct error *check_reserve(struct check *check, size_t kernel_cnt);
/*
 * Adds the kernel, and fills its cells. Its types (scope.types) are not looked at again; all else must outlive the
 * check.
 */
struct error *check_judge(struct check *check, const struct check_kernel *kernel);
/* Does a program have a target that the symbols of a kernel answer for? */
bool check_asks_symbols(const struct check *check);

struct check_policy {
	bool allow_conditional; /* it counts as met */
	bool ignore_attach;
};
/* The answer for all programs that are not optional: MET, UNMET, or another state: cannot tell. */
enum check_state check_settle(const struct check *check, const struct check_policy *policy);

/* The answer of the loads that were tried. */
enum check_state check_settle_proofs(const struct check *check, const struct check_policy *policy);
/* A kernel that hints look at. */
struct check_past_kernel {
	const char *version, *arch, *btf_sha256;
	struct kbtf *btf;
	size_t number; /* for forms() */
};
struct check_past {
	const struct check_past_kernel *list; /* by version */
	size_t cnt;
	void *context;
	/* Appends the symbols that a compiler made of a function in that kernel. */
	struct error *(*forms)(void *context, size_t number, const char *function, struct buf *out);
	/* Appends since when Linux has a kfunc or helper that a version lacks, and the option that it depends on. */
	void (*since)(const char *name, const char *version, struct buf *out);
};
bool check_wants_hints(const struct check *check);
/* Gives hints to needs that are not met. */
struct error *check_hint(struct check *check, const struct check_past *past);

#define CHECK_SCHEMA "kcompat/check/1"
void check_render_text(const struct check *check, size_t width, bool colour, struct buf *out);
/* Predictions beside loads; the first kernel is the running one. */
void check_render_proofs(const struct check *check, size_t width, bool colour, struct buf *out);
void check_render_markdown(const struct check *check, struct buf *out);
/* For Jenkins and others. */
void check_render_junit(
	const struct check *check, const struct check_policy *policy, struct buf *out);
void check_render_json(
	const struct check *check, enum check_state settled, bool one_line, struct buf *out);

#endif
