/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of requirements, and how the text of each kind is read. */
#ifndef KCOMPAT_REQUIRE_KIND_H
#define KCOMPAT_REQUIRE_KIND_H

#include <stdbool.h>

/* clang-format off: a table */
/* X(enumerator, word, text after the colon, the question) */
#define REQUIRE_KINDS(X)                                                                           \
	X(KFUNC, "kfunc", "NAME[@CONTEXT][>=loadable]",                                    \
		"a program of the context (of some context) can call the kfunc")                   \
	X(HELPER, "helper", "NAME[@CONTEXT][>=loadable]",                                  \
		"a program of the context (of some context) can call the helper")                  \
	X(CONTEXT, "context", "CONTEXT", "a program can be loaded in the context")                 \
	X(PROG, "prog", "TYPE", "the kernel has the program type")                                 \
	X(MAP, "map", "TYPE[(SIZE)]", "a map of the type (with so many bytes) can be created")                                  \
	X(LINK, "link", "TYPE", "the kernel has the link type")                                    \
	X(ATTACH, "attach", "TYPE or SECTION/TARGET",                                              \
		"the kernel has the attach type; a program of the section can attach to the target") \
	X(TRACEPOINT, "tracepoint", "CATEGORY/NAME", "the kernel has the trace event")             \
	X(RAW_TRACEPOINT, "raw_tracepoint", "NAME",                                                \
		"the kernel has the tracepoint; the reason has its arguments")                     \
	X(LSM, "lsm", "HOOK", "the kernel has the LSM hook, and BPF programs may use it")          \
	X(SYSCALL, "syscall", "NAME", "the kernel has the system call")                            \
	X(FEATURE, "feature", "NAME", "the kernel has the BPF feature")                            \
	X(TAG, "tag", "NAME", "the kernel knows the type tag")                                     \
	X(FUNC, "func", "NAME", "the kernel has the function")                                     \
	X(STRUCT, "struct", "NAME[.MEMBER...]",                                                    \
		"the kernel's BTF has the struct (and the member)")                                \
	X(UNION, "union", "NAME[.MEMBER...]", "the kernel's BTF has the union (and the member)")   \
	X(TYPEDEF, "typedef", "NAME[.MEMBER...]",                                                  \
		"the kernel's BTF has the typedef (and the member)")                               \
	X(ENUM, "enum", "NAME[.VALUE]", "the kernel's BTF has the enum (and the enumerator)")      \
	X(ENUMERATOR, "enumerator", "NAME",                                                        \
		"an enum of the kernel's BTF, with or without a name, has the enumerator")         \
	X(FIELD, "field", "STRUCT.MEMBER[:TYPE]",                                                  \
		"a struct, union or typedef of the kernel's BTF has the member (of the type)")     \
	X(VAR, "var", "NAME", "the kernel has the variable; the reason has its type")              \
	X(CAP, "cap", "CAP_NAME", "the process has the capability, and bpf(2) accepts it")         \
	X(SYSCTL, "sysctl", "NAME[=VALUE]", "the setting exists (with the value)")                 \
	X(ACTIVE_LSM, "active-lsm", "NAME", "the security module is active")                       \
	X(CONFIG, "config", "CONFIG_OPTION[=VALUE]", "the option is set (to the value; n: not set)")
/* clang-format on */

enum require_kind {
#define REQUIRE_KIND_ENUM(name, word, shape, meaning) REQUIRE_##name,
	REQUIRE_KINDS(REQUIRE_KIND_ENUM)
#undef REQUIRE_KIND_ENUM
	REQUIRE_KIND_CNT,
	REQUIRE_ANY = REQUIRE_KIND_CNT,
	REQUIRE_ALL,
	REQUIRE_NOT,
	REQUIRE_WORD_CNT
};

/* "kfunc", "any", ... */
const char *require_kind_word(enum require_kind kind);
/* Only for those below REQUIRE_KIND_CNT. */
const char *require_kind_shape(enum require_kind kind);

enum require_member {
	MEMBER_NONE,
	MEMBER_PATH, /* ".a.b.c" may follow */
	MEMBER_ONE,  /* ".VALUE" may follow */
};

struct require_kind_rule {
	const char *noun;   /* the expected text after the colon */
	const char *extra;  /* characters of a name besides letters, digits and '_' */
	const char *prefix; /* of the kernel's enumerators: cut off, the rest in lower case */
	bool context;       /* "@CONTEXT" may follow */
	bool typed;         /* a member must follow, and ":TYPE" may */
	bool is_context;    /* the name itself is a context */
	const char *section; /* the name is a target of this section: the context is "lsm/NAME" */
	bool is_feature;    /* the name is one of the probe's features */
	bool value;         /* "=VALUE" may follow */
	bool size;          /* "(SIZE)" may follow */
	enum require_member member;
};

/* Only for those below REQUIRE_KIND_CNT. */
const struct require_kind_rule *require_kind_rule(enum require_kind kind);
/*
 * Spells a setting as sysctl(8) does, in place: "net/core/x" becomes "net.core.x". If the first of
 * both characters is a '/', the two are exchanged. False: it is not the name of a file there.
 */
bool require_spell_sysctl(char *name);

#endif
