/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/kind.h"

#include <stddef.h>

static const struct {
	const char *word, *shape;
} kinds[REQUIRE_WORD_CNT] = {
#define REQUIRE_KIND_ROW(name, word, shape, meaning) [REQUIRE_##name] = {word, shape},
	REQUIRE_KINDS(REQUIRE_KIND_ROW)
	[REQUIRE_ANY] = {"any", NULL},
	[REQUIRE_ALL] = {"all", NULL},
	[REQUIRE_NOT] = {"not", NULL},
};

static const struct require_kind_rule rules[REQUIRE_KIND_CNT] = {
	[REQUIRE_KFUNC] = {.noun = "the name of a kfunc", .extra = "", .context = true},
	[REQUIRE_HELPER] = {.noun = "the name of a helper", .extra = "", .context = true},
	[REQUIRE_CONTEXT] = {.noun = "a context", .extra = "./:+*?[]$-", .is_context = true},
	[REQUIRE_PROG] = {.noun = "a program type", .extra = "", .prefix = "BPF_PROG_TYPE_"},
	[REQUIRE_MAP] = {.noun = "a map type", .extra = "", .prefix = "BPF_MAP_TYPE_", .size = true},
	[REQUIRE_LINK] = {.noun = "a link type", .extra = "", .prefix = "BPF_LINK_TYPE_"},
	[REQUIRE_ATTACH] = {.noun = "an attach type, or a section with its target",
		.extra = "./:+*?[]$-",
		.prefix = "BPF_"},
	[REQUIRE_TRACEPOINT] = {.noun = "an event CATEGORY/NAME",
		.extra = "/-",
		.section = "tracepoint"},
	[REQUIRE_RAW_TRACEPOINT] = {.noun = "the name of a tracepoint",
		.extra = "",
		.section = "raw_tracepoint"},
	[REQUIRE_LSM] = {.noun = "the name of an LSM hook", .extra = "", .section = "lsm"},
	[REQUIRE_SYSCALL] = {.noun = "the name of a system call", .extra = "", .section = "ksyscall"},
	[REQUIRE_FEATURE] = {.noun = "the name of a feature", .extra = ":.-", .is_feature = true},
	[REQUIRE_TAG] = {.noun = "the name of a type tag",
		.extra = "",
		.prefix = "__",
		.is_feature = true},
	[REQUIRE_FUNC] = {.noun = "the name of a function", .extra = ".$"},
	[REQUIRE_STRUCT] = {.noun = "the name of a struct", .extra = "", .member = MEMBER_PATH},
	[REQUIRE_UNION] = {.noun = "the name of a union", .extra = "", .member = MEMBER_PATH},
	[REQUIRE_TYPEDEF] = {.noun = "the name of a typedef", .extra = "", .member = MEMBER_PATH},
	[REQUIRE_ENUM] = {.noun = "the name of an enum", .extra = "", .member = MEMBER_ONE},
	[REQUIRE_ENUMERATOR] = {.noun = "the name of an enumerator", .extra = ""},
	[REQUIRE_FIELD] = {.noun = "a member STRUCT.MEMBER",
		.extra = "",
		.member = MEMBER_PATH,
		.typed = true},
	[REQUIRE_VAR] = {.noun = "the name of a variable", .extra = ""},
	[REQUIRE_CAP] = {.noun = "a capability CAP_...", .extra = ""},
	[REQUIRE_SYSCTL] = {.noun = "a setting such as net.core.bpf_jit_enable",
		.extra = "./-",
		.value = true},
	[REQUIRE_ACTIVE_LSM] = {.noun = "the name of a security module", .extra = "-"},
	[REQUIRE_CONFIG] = {.noun = "an option CONFIG_...", .extra = "", .value = true},
};

const char *require_kind_word(enum require_kind kind)
{
	return kinds[kind].word;
}

const char *require_kind_shape(enum require_kind kind)
{
	return kinds[kind].shape;
}

const struct require_kind_rule *require_kind_rule(enum require_kind kind)
{
	return &rules[kind];
}
