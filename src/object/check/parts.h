/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of this folder; private. */
#ifndef KCOMPAT_CHECK_PARTS_H
#define KCOMPAT_CHECK_PARTS_H

#include "object/check/check.h"
#include "object/check/flow.h"

/* Loading and attaching are two answers: the word says which one fails. "ok", "no attach", ... */
const char *check_cell_word(const struct check_cell *cell);

/* Of the column with the names of an object and its programs, in a table for people. */
size_t check_name_width(const struct check_object *checked);
/* Escaped, and at least so wide. */
void check_put_padded(struct buf *out, const char *text, size_t width);

/* The worse of loading and attaching, as far as the policy counts it. */
enum check_state check_settle_cell(
	const struct check_cell *cell, const struct check_policy *policy);

/*
 * A program for a function, a tracepoint or a hook reads an argument at `offset` of its context. Sets *need to what
 * the target must have for that. False: the target is not such a one, or its types are unknown.
 */
bool check_argument(const struct world *world, const char *section, int64_t offset,
	struct pool *pool, struct check_need *need);

enum check_form check_form_of(const struct object_insn *insn);
/* "isa_v4" */
const char *check_form_feature(enum check_form form);
/* Does the kernel refuse the form also where no code path leads? */
bool check_form_is_everywhere(enum check_form form);

/* The functions of a program, with its own: BPF_MAX_SUBPROGS of include/linux/bpf_verifier.h. */
#define CHECK_MEMBERS_MAX 256u
/* NULL: it has none, or there is no memory (call_names.failed). */
struct check_call *check_find_call(struct check_program *program, bool is_kfunc, uint32_t id);

/* Does the kernel refuse the call in a program of the context whose licence is not compatible with the GPL? */
bool check_helper_is_for_gpl(const char *helper, const char *context);

#define QUESTION_MAX_BYTES 512u
/* Can it stand in a question? Names come from the object: only one question can be made of them. */
bool check_is_plain(const char *text);
/* Does a program of this section name what it attaches to when it is loaded, and the section does not? */
bool check_lacks_target(const char *section);

/* What the profile states of the variable, map or program; NULL: nothing. */
const struct loader_setting *check_setting(
	const struct check_object *checked, enum loader_word word, const char *name);
/* Sets the section of a program, and whether it is loaded. The error is lack of memory. */
struct error *check_apply_profile(
	struct check *check, const struct check_object *checked, struct check_program *program);

/* A question of the list. *ret NULL: it is none that the language has. */
struct error *check_ask_one(struct check *check, const struct require_node **ret, const char *kind,
	const char *name, const char *context);
/* A mask of 1u << enum map_field: the fields in the values of the map. */
unsigned int check_map_fields(const struct object *object, const struct object_map *map);
/* The program refers to a map of the object, by its number. */
struct error *check_ask_fields(struct check *check, const struct check_object *checked,
	struct check_program *program, uint32_t map);

/* Asks about the option that such a name or context depends on, or about one. */
struct error *check_ask_option(struct check *check, enum check_option option);
struct error *check_ask_option_of_name(struct check *check, const char *name);
struct error *check_ask_option_of_context(struct check *check, const char *context);
/* UNKNOWN also if nobody asked. */
enum tristate check_has_option(const struct check_kernel *kernel, enum check_option option);
/*
 * The option that builds a function or a struct_ops type of this name, or a context, if the kernel's configuration lacks
 * it. NULL: there is no such option, it is set, or the configuration is not known.
 */
#define CHECK_NOT_BUILT "the option that builds it is not set in the kernel's configuration"
const char *check_option_of_name(const struct check_kernel *kernel, const char *name);
const char *check_option_of_context(const struct check_kernel *kernel, const char *context);

/* What the kernel's types tell about a map type, if no map of it was created. Leaves the need if
 * they tell nothing. */
void check_map_from_types(
	const struct require_scope *scope, uint32_t type, struct check_need *need);

/* What a loader still has to do to a map, or what a kernel refuses about it. Leaves the need if nothing. */
void check_map_of_loader(struct check *check, const struct require_scope *scope, const struct check_object *checked,
	const struct object_map *map, struct check_need *need);

/* Whether the kernel has the type of a struct_ops map. The error is lack of memory. */
struct error *check_struct_ops(struct pool *pool, const struct world *world,
	const struct object_ops *ops, struct check_need *need);

/* The context without a target whose answer decides, if an image can answer for the target of the section; else
 * NULL. */
const char *check_target_base(const char *section);
/* The answer of an image about such a section, if programs of the kind load at all. Leaves the need
 * without files. */
void check_target_from_files(
	const struct check_kernel *kernel, const char *section, struct check_need *need);

/* Does the answer of an image about the target of the section take symbols? */
bool check_target_has_symbol(const char *section);
/* Of the kernel itself or of a module, and of exactly that name; NULL: none, or no symbols were read. */
const struct kernel_symbol *check_symbol_find(struct check_symbols *symbols, const char *name);
const struct kernel_symbol *check_symbol_of_kernel(struct check_symbols *symbols, const char *name);

/* "attach:kprobe/NAME" for kretprobe/NAME; NULL: no other way takes the same. The error is lack of memory. */
struct error *check_attach_likewise(struct pool *pool, const char *section, const char **ret);
/* What the types and symbols of an image tell about attaching to the section's target, if its snapshot does not. */
void check_attach_from_files(
	const struct check_kernel *kernel, const char *section, struct check_need *need);

/* The runs of flow over one program on one kernel. */
struct check_flows {
	const struct world *world;
	const struct object_function *entry;
	struct flow_result any; /* with any value in .rodata */
	struct flow_run {
		bool done;
		struct flow_case how;
		struct flow_result result;
	} runs[2 * FLOW_VARIABLE_MAX + 3];
	bool no_memory;
};
void check_flows_deinit(struct check_flows *flows);
/*
 * What a need at this instruction depends on besides the kernel: a variable of .rodata, or a test
 * that has no answer; NULL: the instruction is reached in any case. Only for an instruction that
 * can be reached. In the pool.
 */
const char *check_guard_of(
	struct check_flows *flows, struct pool *pool, uint32_t section, uint32_t insn);

#endif
