/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments of calls: of kfuncs by their prototype in BTF with the suffixes of parameter names
 * (Documentation/bpf/kfuncs.rst), of helpers by the kinds of their struct bpf_func_proto. All
 * functions add to the builder's program and make choices.
 */
#ifndef KCOMPAT_PROBE_CALLS_ARGUMENTS_H
#define KCOMPAT_PROBE_CALLS_ARGUMENTS_H

#include "probe/calls/builder.h"

/*
 * Plans all arguments and adds the call. `args` may be NULL; those that are set in it on entry (not
 * VALUE_NONE) are used as they are, and all are set on return. The result is in R0.
 */
static inline void call_plan(
	struct builder *builder, const struct callee *callee, struct call_args *args)
{
	builder->planner->ways->plan_call(builder, callee, args);
}
void kfunc_args_plan(
	struct builder *builder, const struct callee *callee, struct call_args *args);
void helper_args_plan(
	struct builder *builder, const struct callee *callee, struct call_args *args);

/* Sources of typed pointers. */

/* Adds everything that may give a pointer to struct `type` here, the certain ones first. */
void sources_add(struct builder *builder, struct alternatives *alternatives, const char *type);
/* sources_add(), for files that it needs itself. */
static inline void sources_add_later(
	struct builder *builder, struct alternatives *alternatives, const char *type)
{
	builder->planner->ways->add_sources(builder, alternatives, type);
}
void sockets_add(struct builder *builder, struct alternatives *alternatives, const char *type);
/*
 * R0 is a pointer to `type` or NULL. Jumps to the end for NULL, keeps the pointer, and gives a
 * reference back at the end in a way that is chosen.
 */
struct value keep_acquired(struct builder *builder, const char *type);
/* The functions that give back a reference to `type`; writes at most `max`. */
size_t releasers_find(
	struct planner *planner, const char *type, const struct callee **callees, size_t max);
/* Does a function of this kernel give it back, whether or not the context may call it? */
bool has_releaser(struct planner *planner, const char *type);
/* Gives back what R1 holds. */
void release_register(struct builder *builder, const struct callee *callee);
/* Gives back what is in `value` with the callee, now. */
void release_now(struct builder *builder, const struct callee *callee, struct value value);
struct cleanup release_cleanup(const struct callee *callee, struct value value);

/* Objects that the program makes. */

struct value dynptr_choose(struct builder *builder);
struct value ring_dynptr(struct builder *builder);
/*
 * "bpf_dynptr_from_X" makes a dynptr that "bpf_dynptr_X_discard" has to give back, if there is such a function: each
 * from the name of the other. NULL: it is none of them, or the context may not call the other.
 */
const struct callee *dynptr_maker(struct planner *planner, const char *discarder);
const struct callee *dynptr_discarder(struct planner *planner, const char *maker);
/* The dynptr among the arguments of a kfunc; VALUE_NONE: there is none. */
struct value dynptr_argument(const struct callee *callee, const struct call_args *args);
/* struct bpf_iter_TYPE of a function "bpf_iter_TYPE_next" and others: made and given back. */
struct value iterator_open(struct builder *builder, const char *type, const struct kbtf *btf, uint32_t struct_id);
struct value node_new(struct builder *builder);
struct value percpu_new(struct builder *builder);
struct value ring_memory(struct builder *builder);
/* The place of a lock, of the struct `type`. */
struct value lock_choose(struct builder *builder, const char *type);
/* Chooses where the graph is, and takes its lock. */
void graph_open(struct builder *builder);
void graph_lock(struct builder *builder);
struct value graph_at(const struct builder *builder, uint32_t offset);
/* Opens a section of bpf_rcu_read_lock() until the program's end. */
void rcu_section(struct builder *builder);

#endif
