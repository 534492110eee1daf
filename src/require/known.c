/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/known.h"

#include <stddef.h>
#include <string.h>

#include "kernel/context.h"
#include "probe/probe.h"

static const char *program_type_name(size_t index)
{
	return prog_type_word((uint32_t)index);
}

static const char *attach_type_name(size_t index)
{
	return attach_type_word((uint32_t)index);
}

static const struct {
	const char *type; /* the kernel's enum */
	const char *(*name)(size_t index); /* of kcompat's table; NULL: no name, or after the end */
	size_t offset; /* of the struct snapshot_features */
} families[REQUIRE_KIND_CNT] = {
	[REQUIRE_PROG] = {"bpf_prog_type", program_type_name, offsetof(struct snapshot, program_types)},
	[REQUIRE_MAP] = {"bpf_map_type", probe_map_type_name, offsetof(struct snapshot, map_types)},
	[REQUIRE_LINK] = {"bpf_link_type", probe_link_type_name, offsetof(struct snapshot, link_types)},
	[REQUIRE_ATTACH] = {"bpf_attach_type", attach_type_name, offsetof(struct snapshot, attach_types)},
};

/* The tables have fewer rows than this, and some have gaps. */
#define TYPES_MAX 256u

bool require_is_type(enum require_kind kind)
{
	return kind < REQUIRE_KIND_CNT && families[kind].type;
}

const char *require_type_enum(enum require_kind kind)
{
	return families[kind].type;
}

const char *require_type_prefix(enum require_kind kind)
{
	return require_kind_rule(kind)->prefix;
}

const char *require_type_enumerator(struct pool *pool, enum require_kind kind, const char *name)
{
	_cleanup_buf_ struct buf text = {0};

	buf_puts(&text, require_type_prefix(kind));
	buf_puts_upper(&text, name);
	return text.failed ? NULL : pool_strdup(pool, buf_text(&text));
}

bool require_type_is_known(enum require_kind kind, const char *name)
{
	for (size_t i = 0; i < TYPES_MAX; i++) {
		const char *known = families[kind].name(i);
		if (known && !strcmp(known, name))
			return true;
	}
	return false;
}

void require_type_near(enum require_kind kind, const char *name, struct suggestion *near)
{
	for (size_t i = 0; i < TYPES_MAX; i++) {
		const char *known = families[kind].name(i);
		if (known)
			suggest_consider(near, name, known);
	}
}

void require_type_hint(enum require_kind kind, const char *name, struct buf *out)
{
	struct suggestion near = {0};
	struct section section;

	require_type_near(kind, name, &near);
	if (kind == REQUIRE_ATTACH && section_parse(name, &section))
		buf_printf(out, section.kind == SECTION_NONE ? "it is a section: ask 'context:%s'"
							     : "it is a section: ask 'context:%s', or name a target",
			name);
	else if (near.best)
		buf_printf(out, "did you mean '%s'?", near.best);
	else
		buf_printf(out, "neither kcompat nor this kernel's enum %s has it", families[kind].type);
}

static enum tristate in_enum(const struct kernel *kernel, enum require_kind kind, const char *name)
{
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, families[kind].type, BTF_KIND_ENUM) : 0;
	_cleanup_pool_ struct pool pool = {0};
	const char *enumerator = require_type_enumerator(&pool, kind, name);
	int64_t value;

	if (!id || !enumerator)
		return TRISTATE_UNKNOWN;
	return kbtf_enum_value(kernel->btf, id, enumerator, &value) ? TRISTATE_YES : TRISTATE_NO;
}

/* The list has every type of the kernel's BTF, unless something was left out on request. */
static enum tristate in_list(const struct snapshot *snapshot, enum require_kind kind, const char *name)
{
	const struct snapshot_features *list =
		(const void *)((const char *)snapshot + families[kind].offset);

	if (snapshot_find_feature(list, name))
		return TRISTATE_YES;
	return list->cnt && snapshot_has_fact(snapshot, "btf") && !snapshot_has_fact(snapshot, "filtered")
		? TRISTATE_NO
		: TRISTATE_UNKNOWN;
}

enum tristate require_type_in_kernel(const struct kernel *kernel, const struct snapshot *snapshot,
	enum require_kind kind, const char *name)
{
	if (kernel)
		return in_enum(kernel, kind, name);
	return snapshot ? in_list(snapshot, kind, name) : TRISTATE_UNKNOWN;
}
