/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the planning of calls knows: the kernel's functions that a program may call, what each
 * context gives a program, and what earlier loads told. One planner belongs to one thread.
 */
#ifndef KCOMPAT_PROBE_CALLS_PLANNER_H
#define KCOMPAT_PROBE_CALLS_PLANNER_H

#include "inventory/contexts.h"
#include "probe/calls/calls.h"
#include "probe/calls/objects.h"
#include "probe/calls/recipe.h"
#include "probe/load.h"

/* A kfunc or helper that a program may call. */
struct callee {
	const char *name;
	enum call_kind kind;
	struct bpf_insn insn;
	const struct cell *cells;  /* [contexts]; NULL: not asked, so the verifier has to tell */
	const struct kbtf *btf;    /* of a kfunc */
	uint32_t func_id;          /* in it */
	bool releases;             /* by its name, a kfunc that gives a reference back */
	const char *arguments;     /* of a helper: kinds, see helper_args.h; NULL: not known */
};

/* What a program of the context is attached to, and the arguments that it gets. */
struct call_target {
	const char *name;          /* NULL: the context has one place only */
	uint32_t btf_id, attach_type;
	bool has_attach_type;
	uint32_t proto_id;         /* in vmlinux BTF; 0: the context is no list of arguments */
	uint32_t first_param;      /* parameters before it are not passed */
};
#define CALL_TARGETS_MAX 8

/* A pointer that the verifier was seen to load. */
struct survey_pointer {
	const char *field;
	uint32_t offset, struct_id;
	bool good; /* trusted or inside an RCU section: it may be passed and walked further */
	bool may_be_null;
};
struct survey {
	const char *key;
	struct survey_pointer *list;
	size_t cnt;
};

/* A struct that some functions return. */
struct returner {
	const char *type; /* "task_struct" */
	uint32_t struct_id;
	const struct callee *callee;
};

/* Is a pointer to struct `struct_id` also one to `type`? offset -1: no. */
struct held {
	const char *type; /* interned */
	uint32_t struct_id;
	int32_t offset;
};

/* Types of the kernel, found at the first question. */
struct type_ids {
	uint32_t *list;
	size_t cnt, cap;
	bool found;
};

struct planner_ways;

struct planner {
	struct kit *kit;
	struct loader loader;
	const struct planner_ways *ways; /* of program.h */
	const struct kernel *kernel;
	const struct probe_contexts *contexts;
	const struct probe_context *context; /* the one that is being planned for */
	size_t context_at;
	struct callee *callees; /* sorted by name and kind */
	size_t callee_cnt;
	struct {
		const char *name;
		const struct callee *callee; /* NULL: this kernel does not have it */
	} *others;              /* functions that were not asked about, as they are looked up */
	size_t other_cnt, other_cap;
	struct returner *returners;
	size_t returner_cnt;
	struct type_ids tracepoints, lsm_hooks;
	struct objects objects;
	struct survey *surveys;
	size_t survey_cnt, survey_cap;
	struct held *held; /* answers of planner_holds(): open addressing */
	size_t held_cnt, held_cap;
	struct pool pool;
	bool no_memory;
};

/* `kit` and `job` outlive the planner. planner_destroy() it also after an error: no memory. */
struct error *planner_create(struct planner *planner, struct kit *kit, const struct calls_job *job,
	const struct planner_ways *ways);
void planner_destroy(struct planner *planner);
void planner_enter(struct planner *planner, size_t context_at);

/* One of the calls that planner_create() was given, with its insn.off; NULL: there is none. */
const struct callee *planner_asked(
	const struct planner *planner, const char *name, enum call_kind kind, int16_t module);
/* A function by name, whether or not its cells were asked. NULL: this kernel does not have it. */
const struct callee *planner_callee(struct planner *planner, const char *name);
/* What the instruction of a planned program calls. NULL: it is no call. */
const struct callee *planner_callee_of(const struct planner *planner, const struct bpf_insn *insn);
/* May programs of the context call it? Also true if that is not known. NULL: false. */
bool planner_may_call(const struct planner *planner, const struct callee *callee);
/* planner_callee(), unless the context refuses it. */
const struct callee *planner_usable(struct planner *planner, const char *name);
/* type_holds() in the kernel's BTF, remembered. */
bool planner_holds(struct planner *planner, uint32_t struct_id, const char *type, uint32_t *offset);
/* The places that a program of the context may be loaded for, the usual one first. `wanted`: structs
 * that an argument should be, or hold. Returns the number. */
size_t planner_targets(struct planner *planner, const char *const *wanted, size_t wanted_cnt,
	struct call_target *targets, size_t max);

struct builder;
/* Loads a finished program: 0 or the errno. The loader's log has its messages. */
int planner_load(struct planner *planner, const struct builder *builder, uint32_t log_level);
/* The descriptor of the loaded program (caller closes), or -errno. */
int planner_open(struct planner *planner, const struct builder *builder);

#endif
