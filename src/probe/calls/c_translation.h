/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The translation of a planned program to C. The instructions are followed once from the first to the
 * last. What a register or a slot holds is a term; each call and each load makes a variable. The planner
 * adds instructions in order, jumps forward alone, and takes what it needs behind a jump from a slot again,
 * so one value for each is enough.
 */
#ifndef KCOMPAT_PROBE_CALLS_C_TRANSLATION_H
#define KCOMPAT_PROBE_CALLS_C_TRANSLATION_H

#include "probe/calls/builder.h"
#include "probe/calls/c_maps.h"
#include "probe/calls/c_types.h"

#define VARIABLES_MAX 64
#define MAPS_MAX 16
#define LABELS_MAX 32
#define BLOCKS_MAX 4
#define CALLEES_MAX 32
#define OWN_STRUCTS_MAX 8
#define KSYMS_MAX 4
#define CONTEXT_ARRAY "unsigned long long"

enum term_kind {
	TERM_NONE,
	TERM_NUMBER,
	TERM_CONTEXT,
	TERM_STACK,     /* an address: the frame's end + number */
	TERM_VARIABLE,  /* number: its index */
	TERM_MAP,       /* number: the index of the map */
	TERM_MAP_VALUE, /* the same */
	TERM_CALLBACK,
	TERM_KSYM,
};

struct term {
	enum term_kind kind;
	int32_t number, add;
};

struct variable {
	char name[C_NAME_MAX];
	char type[C_NAME_MAX];   /* "struct task_struct *" */
	const struct kbtf *btf;
	uint32_t struct_id;      /* what it points to; 0: not a struct of the kernel */
	bool is_own;             /* it points to `own` */
	struct own_struct own;
	bool is_used;
};

/* Room on the stack whose address the program takes. */
struct c_object {
	char name[C_NAME_MAX];
	char type[C_NAME_MAX]; /* "struct bpf_dynptr"; "": an array of words */
};

struct c_map {
	const char *name; /* in objects.h */
	bool has_value, is_declared, value_is_used;
	struct own_struct value;
};

struct translation {
	const struct builder *builder;
	const struct kbtf *btf;
	struct c_types types;
	struct pool pool;
	struct term regs[11], slots[BUILDER_STACK_MAX / 8 + 1];
	struct c_object objects[BUILDER_ROOMS_MAX];
	struct variable variables[VARIABLES_MAX];
	size_t variable_cnt;
	struct c_map maps[MAPS_MAX];
	size_t map_cnt;
	const struct callee *callees[CALLEES_MAX]; /* kfuncs, each once */
	size_t callee_cnt;
	uint32_t ksyms[KSYMS_MAX];
	size_t ksym_cnt;
	struct own_struct owns[OWN_STRUCTS_MAX]; /* structs of the program's own that must be declared */
	size_t own_cnt;
	bool callbacks[CALLBACK_CNT];
	size_t labels[LABELS_MAX];
	size_t label_cnt;
	size_t blocks[BLOCKS_MAX]; /* the ends of the blocks that are open */
	size_t block_cnt;
	struct buf body;
	bool failed;
};

static inline void c_fail(struct translation *c)
{
	c->failed = true;
}
static inline void c_begin_line(struct translation *c)
{
	buf_pad(&c->body, '\t', c->block_cnt + 1);
}

/* Follows all instructions: fills `body` and what it needs. */
void c_follow(struct translation *c);
/* The type of the context: a struct, CONTEXT_ARRAY, or NULL. */
const char *c_context_type(const struct translation *c);

/* New variables. The last one is the value of c_last_variable(). */
struct variable *c_add_variable(struct translation *c, const char *stem, const char *type);
struct variable *c_add_struct_pointer(struct translation *c, const struct kbtf *btf, uint32_t struct_id);
struct variable *c_add_own_pointer(struct translation *c, const struct own_struct *own);
struct term c_last_variable(const struct translation *c);
/* The variable, which is used here. */
struct variable *c_variable(struct translation *c, struct term term);
/* The struct of the program's own that the term points to. NULL: it points to something else. */
const struct own_struct *c_own(struct translation *c, struct term term, const char **name);
void c_need_own(struct translation *c, const struct own_struct *own);
/* Appends an argument of a call. */
void c_put_argument(struct translation *c, const struct callee *callee, uint32_t index, struct term term);

#endif
