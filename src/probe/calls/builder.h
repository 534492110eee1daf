/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program under construction: instructions, values on its stack, clean-ups for its end, and the
 * choices that led to it. A failure is sticky: what is added after it has no effect.
 */
#ifndef KCOMPAT_PROBE_CALLS_BUILDER_H
#define KCOMPAT_PROBE_CALLS_BUILDER_H

#include "probe/calls/planner.h"
#include "probe/calls/recipe.h"
#include "probe/insn.h"

#define BUILDER_INSNS_MAX 640
#define BUILDER_STACK_MAX 480 /* bytes; the kernel's limit is 512 for all frames (MAX_BPF_STACK) */
#define BUILDER_ROOMS_MAX (BUILDER_STACK_MAX / 8)
#define BUILDER_CLEANUPS_MAX 12
#define BUILDER_BAILS_MAX 96
#define BUILDER_DEPTH_MAX 5 /* calls that make arguments of calls */
#define ALTERNATIVES_MAX 40
#define KEY_BYTES 8 /* the longest key of the maps of objects.h */
#define WALK_STEPS_MAX 3

/* Subprograms that callees take. */
enum callback { CALLBACK_PLAIN, CALLBACK_LESS, CALLBACK_CNT };

enum value_kind {
	VALUE_NONE,
	VALUE_NUMBER,    /* number */
	VALUE_STACK,     /* an address: the frame's end + number */
	VALUE_SLOT,      /* what is stored at the frame's end + number, plus add */
	VALUE_MAP,       /* the map with the descriptor number */
	VALUE_MAP_VALUE, /* the value of its first element, plus add */
	VALUE_CALLBACK,  /* number: enum callback */
	VALUE_CONTEXT,
	VALUE_KSYM,      /* a variable of the kernel: its BTF id */
};

struct value {
	enum value_kind kind;
	int32_t number, add;
};

#define CALL_ARGS_MAX 5

struct call_args {
	struct value list[CALL_ARGS_MAX];
	unsigned int cnt;
};

/* What a program that is executed tells: its value in OBSERVED_MAP. */
enum observed { OBSERVED_NOTHING, OBSERVED_CALL, OBSERVED_RESULT };
#define OBSERVED_MAP "array@observed"
struct observed_value {
	uint64_t result; /* R0 after the call, for OBSERVED_RESULT */
	uint64_t called; /* 1: the call returned */
	uint64_t rest[6];
};

struct builder;
struct alternatives;

/*
 * Planning is recursive: an argument may come from another call. These are the ways back to the top,
 * so that each file can be read after those that it uses.
 */
struct planner_ways {
	void (*plan_call)(
		struct builder *builder, const struct callee *callee, struct call_args *args);
	void (*add_sources)(
		struct builder *builder, struct alternatives *alternatives, const char *type);
};

/* Where a walk along pointer fields starts. */
enum walk_base { WALK_CONTEXT_ARG, WALK_CURRENT, WALK_KERNEL_CONTEXT, WALK_VMA };

struct walk {
	enum walk_base base;
	int32_t argument_offset; /* of WALK_CONTEXT_ARG */
	uint16_t offsets[WALK_STEPS_MAX];
	uint8_t step_cnt;
	bool may_be_null; /* the base */
};

/* One way to come by a value. make() may make choices of its own below. */
struct alternative {
	char name[RECIPE_NAME_MAX];
	struct value (*make)(struct builder *builder, const struct alternative *alternative);
	struct value value;         /* if make is NULL */
	int32_t number, add;
	const char *text;           /* the name of a type or map */
	const void *object;         /* what make() needs besides */
	const struct callee *callee;
	struct walk walk;
	bool is_named; /* a recipe names it even if it is the first: other kernels may not find it */
};

struct alternatives {
	struct alternative list[ALTERNATIVES_MAX]; /* the best first */
	size_t cnt;
	/* Adds the alternatives that cost loads to find. They come last. NULL: there are no more. */
	void (*more)(struct builder *builder, struct alternatives *alternatives);
	/* An alternative by its name alone, so that a recipe costs no search. May be NULL. */
	bool (*by_name)(struct builder *builder, struct alternatives *alternatives, const char *name);
	const char *wanted; /* the type that is looked for: for `more`, `by_name` and the reason */
};

/* A choice that was made, with what else was possible. */
struct choice {
	const char *path;
	const char **names;
	size_t cnt, taken;
	bool more;
	bool is_named; /* a recipe says it even if it is the first */
};

struct cleanup {
	void (*run)(struct builder *builder, const struct cleanup *cleanup);
	struct value value;
	const struct callee *callee;
};

struct builder {
	struct planner *planner;
	struct recipe *recipe; /* the choices to make; the builder does not change it */
	struct pool pool;      /* of this program */

	struct bpf_insn insns[BUILDER_INSNS_MAX];
	const char *owners[BUILDER_INSNS_MAX]; /* the path that added each */
	size_t insn_cnt;
	int32_t stack_bytes;
	struct {
		int32_t offset, size_bytes; /* from the frame's end */
		bool filled;
	} rooms[BUILDER_ROOMS_MAX];
	size_t room_cnt;

	char path[RECIPE_PATH_MAX];
	const char *path_interned;
	struct choice choices[RECIPE_CHOICES_MAX]; /* in the order they were made */
	size_t choice_cnt;

	struct cleanup cleanups[BUILDER_CLEANUPS_MAX];
	size_t cleanup_cnt;
	struct {
		uint16_t insn;
		uint8_t cleanup_cnt; /* clean-ups that the jump has to run */
	} bails[BUILDER_BAILS_MAX];
	size_t bail_cnt;
	bool callbacks[CALLBACK_CNT];
	struct bpf_func_info funcs[1 + CALLBACK_CNT];
	uint32_t func_cnt;

	const struct callee *stack[BUILDER_DEPTH_MAX]; /* the calls that are being planned */
	size_t depth;
	size_t call_at;        /* the instruction of the call that the program is for */
	bool in_rcu;           /* inside bpf_rcu_read_lock() */
	struct value root;     /* of the graph that arguments share; VALUE_NONE: none yet */
	struct value lock;     /* that was locked for the call */
	struct value irq_flags;
	struct call_target targets[CALL_TARGETS_MAX]; /* to choose from */
	size_t target_cnt;
	const struct call_target *target; /* the one that was chosen */

	enum observed observes; /* set it before program_build() */
	bool no_surveys; /* alternatives that cost loads to find are left out ... */
	bool left_out;   /* ... and there would have been some */
	bool typed;     /* the program needs its BTF */
	bool bound;     /* the program is loaded for a network device, see probe/bound.h */
	bool replaying; /* the recipe is known to be good: alternatives are found by name */
	bool failed;
	const char *failed_at; /* the path of the failure */
	const char *missing;   /* what no way was found to come by; lives in `pool` */
};

/* Zeroes and starts a program. builder_deinit() frees it. */
void builder_init(struct builder *builder, struct planner *planner, struct recipe *recipe,
	const struct call_target *target);
void builder_deinit(struct builder *builder);
void builder_fail(struct builder *builder, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void builder_add(struct builder *builder, struct bpf_insn insn);
#define ADD(builder, ...)                                                                          \
	do {                                                                                       \
		const struct bpf_insn add_insns[] = {__VA_ARGS__};                                 \
		for (size_t add_i = 0; add_i < sizeof(add_insns) / sizeof(*add_insns); add_i++)    \
			builder_add(builder, add_insns[add_i]);                                    \
	} while (0)

/* Room on the stack, a multiple of 8 bytes, filled with zeros if `filled`. */
struct value builder_room(struct builder *builder, size_t size_bytes, bool filled);
/* Keeps a register in a new slot. */
struct value builder_keep(struct builder *builder, uint8_t reg);
/* Puts a value into a register. R0 and R2 to R5 may be lost only by the register that is set. */
void builder_set(struct builder *builder, uint8_t reg, struct value value);
/* The types of the program's own BTF, which it then needs. */
const struct objects *builder_types(struct builder *builder);
void builder_call(struct builder *builder, const struct callee *callee);
/* The conditional jump goes to the end, through the clean-ups that exist now. */
void builder_bail(struct builder *builder, struct bpf_insn jump);
void builder_bail_if_null(struct builder *builder, uint8_t reg);
/* The value of the first element of a map. False: the map cannot be made. */
bool map_value(struct builder *builder, const char *map, int32_t offset, struct value *value);
struct value map_value_or_fail(struct builder *builder, const char *map);
/* The map; fails with "WHAT MAP" if it cannot be made. */
struct value builder_map(struct builder *builder, const char *what, const char *map);
/* R0 = the element of the map for a key of zeros. */
void builder_look_up(struct builder *builder, const char *what, const char *map);
/* Keeps a pointer; jumps to the end if it is null. */
struct value builder_keep_pointer(struct builder *builder, uint8_t reg);
/* The pointer that the map's value is. */
struct value builder_keep_pointer_in(struct builder *builder, const char *map);
/* A jump forward, and the place where it lands. */
size_t builder_jump(struct builder *builder, struct bpf_insn jump);
void builder_land(struct builder *builder, size_t jump);
/* Clean-ups run at the end, the last first. */
void builder_clean_later(struct builder *builder, struct cleanup cleanup);
/* Ends the program. `consumed`: mask of the clean-ups that the normal path leaves out. */
void builder_finish(struct builder *builder, uint32_t consumed);

void builder_enter(struct builder *builder, const char *step);
void builder_leave(struct builder *builder);
/* Makes the choice that the recipe has, or the first one. */
struct value builder_choose(
	struct builder *builder, const char *step, struct alternatives *alternatives);
/* Has a choice at `step` enough alternatives? A recipe that leaves it open takes the first one. */
bool builder_has_enough(
	const struct builder *builder, const char *step, const struct alternatives *alternatives);
/* What the alternative is, or makes. */
struct value alternative_make(struct builder *builder, const struct alternative *alternative);
/* For alternatives: the map `text`, and room for `number` bytes on the stack, filled with zeros. */
struct value make_map(struct builder *builder, const struct alternative *alternative);
struct value make_memory(struct builder *builder, const struct alternative *alternative);
/* A new alternative at the end, with its name. If the list is full, the last one is overwritten. */
void alternatives_add_value(struct alternatives *alternatives, struct value value,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
void alternatives_add_number(struct alternatives *alternatives, int32_t number);
struct alternative *alternatives_add(struct alternatives *alternatives,
	struct value (*make)(struct builder *, const struct alternative *), const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
