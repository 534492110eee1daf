/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types, their members and enumerators, tracepoints, LSM hooks and system calls on the kernels of a history that
 * are in a store (store/store.h). What only a module has is not there.
 */
#ifndef KCOMPAT_HISTORY_TYPES_H
#define KCOMPAT_HISTORY_TYPES_H

#include "snapshot/history/history.h"

/* X(enumerator, word of JSON, noun of a text, noun of its parts) */
#define TYPE_KINDS(X)                                                                              \
	X(STRUCT, "struct", "struct", "member")                                                    \
	X(UNION, "union", "union", "member")                                                       \
	X(ENUM, "enum", "enum", "enumerator")                                                      \
	X(TYPEDEF, "typedef", "typedef", "member")                                                 \
	X(VARIABLE, "variable", "variable", "member")                                              \
	X(TRACEPOINT, "tracepoint", "tracepoint", "argument")                                      \
	X(LSM_HOOK, "lsm_hook", "LSM hook", "argument")                                            \
	X(SYSCALL, "syscall", "system call", "argument")                                           \
	X(FUNCTION, "function", "function", "argument")                                            \
	X(ENUMERATOR, "enumerator", "enumerator", "enumerator")                                    \
	X(FIELD, "field", "member", "member")

enum type_kind {
#define TYPE_KIND_ENUM(name, word, noun, part) TYPE_##name,
	TYPE_KINDS(TYPE_KIND_ENUM)
#undef TYPE_KIND_ENUM
	TYPE_KIND_CNT
};
const char *type_kind_word(enum type_kind kind);
const char *type_kind_noun(enum type_kind kind);
const char *type_kind_part(enum type_kind kind);

/* A member, an enumerator or an argument. Members of nameless structs inside are members. */
struct type_part {
	const char *name; /* "" for an argument without one */
	const char *type; /* in C, as "unsigned int"; NULL for an enumerator */
	const char *text; /* its declaration, "unsigned int __state"; the name of an enumerator */
	int64_t at;       /* offset in bits, value of an enumerator, or place of an argument */
	uint32_t bits;    /* of a bit field; else 0 */
};

/* What a type looks like on some kernels. */
struct type_form {
	const char *declaration; /* of a typedef, a variable, a hook or a member; else NULL */
	/* The function of a system call, "enum bpf_map_type" of an enumerator; else NULL. No part of what is
	 * compared. */
	const char *of;
	const char *returns;     /* of a function and a hook: the type that it returns; else NULL */
	const char *body;        /* of the record that it is made of: equal ones have equal forms */
	uint32_t size_bytes;     /* of a struct, union or enum */
	struct type_part *parts; /* in their order */
	size_t part_cnt;
};

struct type_subject {
	enum type_kind kind;
	const char *name; /* "task_struct", "task_struct.__state" */
	/* By row of the history: its form. NULL: the row does not have it, or is not known. */
	const struct type_form **forms;
	/* How many further types of that name the row has; the form is that of the one with most parts. */
	size_t *more;
	/* Is its absence proved? A module may have a type that the kernel lacks, but no further member, hook or
	 * system call. */
	bool *absent;
	bool *known; /* is the row in a store with everything of this kind? */
};

/* Is the function of that name an LSM hook, or a system call? These have kinds of their own. */
bool type_function_is_other(const char *name);

/* False also if only types without a name inside differ. NULL equals nothing. */
bool type_forms_equal(const struct type_form *a, const struct type_form *b);
/* Of functions: the same types in the same order. A caller sees no other name of a parameter. */
bool type_calls_equal(const struct type_form *a, const struct type_form *b);
/* Is the row in a store? */
bool types_are_stored(const struct history *history, size_t row);
/* The same, with everything of this kind. */
bool types_are_known(const struct history *history, size_t row, enum type_kind kind);
/*
 * Every type, tracepoint, hook and system call of that name, or the member that "TYPE.MEMBER" names. If there is
 * none, the enumerator of that name, of any enum. Results in `pool`.
 */
struct error *types_find(const struct history *history, const char *name, struct pool *pool,
	struct type_subject **ret, size_t *cnt);

/* A function of that name in BTF, and by row of the history: does it have this one? */
struct type_prototype {
	const struct type_form *form;
	const bool *rows;
};
/*
 * The functions of that name. `has`, by row: is a function of that name there, in BTF or as a symbol? The form of a
 * row without a prototype has no declaration. Results in `pool`.
 */
struct error *types_find_functions(const struct history *history, const char *name, const bool *has,
	struct pool *pool, struct type_subject *ret, struct type_prototype **prototypes, size_t *cnt);

/* The nearest name of all stores, in `pool`; for "TYPE.MEMBER", if the type exists, its nearest member. NULL: none. */
struct error *types_suggest(
	const struct history *history, const char *name, struct pool *pool, const char **ret);

/* What is different in `b`. Parts of `a` and `b`, in their order. */
struct type_change {
	const struct type_part **added, **removed;
	/* Pairs, one behind the other: of another type, with another name, elsewhere. */
	const struct type_part **retyped, **renamed, **moved;
	size_t added_cnt, removed_cnt, retyped_cnt, renamed_cnt, moved_cnt;
	bool declared; /* another declaration */
	bool resized;
};
struct error *types_compare(const struct type_form *a, const struct type_form *b, struct pool *pool,
	struct type_change *ret);
/* Is nothing different that can be said? */
bool type_change_is_empty(const struct type_change *change);

#endif
