/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct:, union:, typedef:, enum: and field: from the kernel's BTF. */
#include <string.h>

#include "btf/decl.h"
#include "require/near.h"
#include "require/rules.h"

/* Members are looked up along a.b.c. A longer path is a mistake. */
#define PATH_MAX_NAMES 32

enum lookup { LOOKUP_NO, LOOKUP_YES, LOOKUP_UNKNOWN };

/* The BTF kinds that a kind of requirement accepts. BTF_KIND_UNKN ends the list. */
static const unsigned int btf_kinds[REQUIRE_KIND_CNT][4] = {
	[REQUIRE_STRUCT] = {BTF_KIND_STRUCT},
	[REQUIRE_UNION] = {BTF_KIND_UNION},
	[REQUIRE_TYPEDEF] = {BTF_KIND_TYPEDEF},
	[REQUIRE_ENUM] = {BTF_KIND_ENUM, BTF_KIND_ENUM64},
	[REQUIRE_FIELD] = {BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_TYPEDEF},
};

/* One BTF, and whether the type and the member were found in any BTF so far. */
struct search {
	struct require_context *context;
	const struct require_node *node;
	bool type_seen;
	enum lookup member;
	const char *stuck; /* why the answer about a member is unknown */
	const char *type;  /* of field:, what the member is, as the last type of that name has it */
};

/* Follows typedefs, qualifiers, pointers and arrays to a type with members. 0: none. */
static uint32_t strip(const struct kbtf *btf, uint32_t id)
{
	for (unsigned int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		id = kbtf_skip_modifiers(btf, id);
		const struct btf_type *type = kbtf_type(btf, id);
		if (!type)
			return 0;
		if (kbtf_kind(type) == BTF_KIND_PTR)
			id = type->type;
		else if (kbtf_kind(type) == BTF_KIND_ARRAY)
			id = ((const struct btf_array *)kbtf_tail(type))->type;
		else
			return id;
	}
	return 0;
}

/* A forward declaration stands for the definition of that name, if it exists. */
static uint32_t define(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, id);

	if (!type || kbtf_kind(type) != BTF_KIND_FWD)
		return id;
	return kbtf_find(
		btf, kbtf_name(btf, type), kbtf_kind_flag(type) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

static bool has_members(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, id);

	return type && (kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION);
}

static bool is_written_so(struct search *search, const struct kbtf *btf, uint32_t id, const char *wanted)
{
	_cleanup_buf_ struct buf printed = {0}, spelled = {0};

	kbtf_print_decl(btf, id, "", &printed);
	require_type_spell(buf_text(&printed), printed.len, &spelled);
	search->context->no_memory |= printed.failed || spelled.failed;
	if (!search->type)
		search->type = require_reason(search->context, "%s", buf_text(&spelled));
	return wanted && !spelled.failed && !strcmp(buf_text(&spelled), wanted);
}

/* The type as it is declared, or what its qualifiers and typedefs stand for: pid_t is an int, too. */
static enum lookup judge_type(struct search *search, const struct kbtf *btf, uint32_t id)
{
	const char *wanted = search->node->type;

	search->type = NULL;
	for (unsigned int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (is_written_so(search, btf, id, wanted) || !wanted)
			return LOOKUP_YES;
		unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;
		if (kind != BTF_KIND_TYPEDEF && kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE &&
			kind != BTF_KIND_RESTRICT && kind != BTF_KIND_TYPE_TAG)
			break;
		id = type->type;
	}
	return LOOKUP_NO;
}

static enum lookup find_path(struct search *search, const struct kbtf *btf, uint32_t id)
{
	const char *path = search->node->member;
	uint32_t offset;

	for (unsigned int i = 0; i < PATH_MAX_NAMES; i++) {
		size_t len = strcspn(path, ".");
		const char *name = pool_strndup(search->context->pool, path, len);
		if (!name) {
			search->context->no_memory = true;
			return LOOKUP_UNKNOWN;
		}
		id = define(btf, strip(btf, id));
		if (!id) {
			search->stuck = require_reason(search->context,
				"the type that should have %s is only declared in this BTF", name);
			return LOOKUP_UNKNOWN;
		}
		if (!has_members(btf, id) || !kbtf_find_member(btf, id, name, &id, &offset))
			return LOOKUP_NO;
		if (!path[len])
			return search->node->kind == REQUIRE_FIELD ? judge_type(search, btf, id) : LOOKUP_YES;
		path += len + 1;
	}
	search->stuck = "the path is too long";
	return LOOKUP_UNKNOWN;
}

static enum lookup find_enumerator(struct search *search, const struct kbtf *btf, uint32_t id)
{
	int64_t value;

	return kbtf_enum_value(btf, id, search->node->member, &value) ? LOOKUP_YES : LOOKUP_NO;
}

static void types_look_at(struct search *search, const struct kbtf *btf, uint32_t id)
{
	search->type_seen = true;
	if (!search->node->member || search->member == LOOKUP_YES)
		return;
	enum lookup found = search->node->kind == REQUIRE_ENUM ? find_enumerator(search, btf, id)
							       : find_path(search, btf, id);
	if (found != LOOKUP_NO)
		search->member = found;
}

/* Several types may share one name: each file of the kernel can have its own. */
static void search_in(struct search *search, const struct kbtf *btf)
{
	const unsigned int *kind = btf_kinds[search->node->kind];

	for (; *kind != BTF_KIND_UNKN; kind++) {
		uint32_t id = kbtf_find(btf, search->node->name, *kind);
		for (; id; id = kbtf_find_next(btf, id))
			types_look_at(search, btf, id);
	}
}

static bool settled(const struct search *search)
{
	return search->type_seen && (!search->node->member || search->member == LOOKUP_YES);
}

/* " (it is an enumerator: enumerator:NAME)", or the nearest name. */
static const char *type_hint(struct require_context *context, const struct require_node *node)
{
	const struct kernel *kernel = context->scope->files;
	int64_t value;

	if (node->kind == REQUIRE_ENUM && require_find_enumerator(kernel->btf, node->name, &value))
		return require_reason(
			context, " (it is an enumerator: enumerator:%s)", node->name);
	return require_near_type(context, node->name, btf_kinds[node->kind]);
}

/* Also the members of nameless structs inside. */
static void consider_members(const struct kbtf *btf, const struct btf_type *type, const char *name,
	unsigned int depth, struct suggestion *near)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type) && depth < KBTF_DEPTH_MAX; i++) {
		const char *other = kbtf_string(btf, members[i].name_off);
		uint32_t inner = kbtf_skip_modifiers(btf, members[i].type);
		if (*other)
			suggest_consider(near, name, other);
		else if (has_members(btf, inner))
			consider_members(btf, kbtf_type(btf, inner), name, depth + 1, near);
	}
}

/* The member or enumerator of that type of the kernel itself that is nearest to the missing one. */
static const char *near_member(const struct search *search)
{
	const struct require_node *node = search->node;
	const struct kbtf *btf = search->context->scope->files->btf;
	struct suggestion near = {0};

	if (strchr(node->member, '.'))
		return "";
	for (const unsigned int *kind = btf_kinds[node->kind]; *kind != BTF_KIND_UNKN; kind++) {
		for (uint32_t id = kbtf_find(btf, node->name, *kind); id; id = kbtf_find_next(btf, id)) {
			uint32_t inner = strip(btf, id);
			const struct btf_type *type = kbtf_type(btf, inner);
			if (has_members(btf, inner))
				consider_members(btf, type, node->member, 0, &near);
			for (uint32_t i = 0; node->kind == REQUIRE_ENUM && i < kbtf_vlen(type); i++) {
				uint32_t name_off;
				kbtf_enumerator(type, i, &name_off);
				suggest_consider(&near, node->member, kbtf_string(btf, name_off));
			}
		}
	}
	return require_near(search->context, &near);
}

static struct require_verdict search_verdict(const struct search *search, const char *where)
{
	const struct require_node *node = search->node;
	bool field = node->kind == REQUIRE_FIELD;
	const char *word = field ? "struct, union or typedef" : require_kind_word(node->kind);
	struct require_verdict verdict = {.value = TRISTATE_NO, .state = "absent"};

	if (!search->type_seen && require_modules_unread(search->context)) {
		verdict = (struct require_verdict) {
			.reason = require_reason(search->context,
				"no %s %s in %s; the BTF of its modules is not searched%s", word,
				node->name, where, type_hint(search->context, node))};
	} else if (!search->type_seen) {
		verdict.reason = require_reason(search->context, "absent: no %s %s in %s%s", word,
			node->name, where, type_hint(search->context, node));
	} else if (settled(search)) {
		verdict.value = TRISTATE_YES;
		verdict.state = "present";
		verdict.reason = require_reason(search->context, "present in %s%s%s", where, field ? ": " : "",
			field ? search->type : "");
	} else if (search->member == LOOKUP_UNKNOWN) {
		verdict = (struct require_verdict) {.reason = search->stuck ? search->stuck : ""};
	} else if (search->type) {
		verdict.reason = require_reason(search->context, "absent: %s.%s in %s is %s, not %s", node->name,
			node->member, where, search->type, node->type);
	} else {
		verdict.reason = require_reason(search->context, "absent: %s%s%s in %s has no %s%s",
			field ? "" : word, field ? "" : " ", node->name, where, node->member,
			near_member(search));
	}
	return verdict;
}

struct require_verdict require_type(
	struct require_context *context, const struct require_node *node)
{
	const struct kernel *kernel = context->scope->files;
	struct search search = {.context = context, .node = node};

	struct require_verdict verdict;

	if (require_without_btf(context, &verdict))
		return verdict;
	search_in(&search, kernel->btf);
	if (settled(&search))
		return search_verdict(&search, "the kernel's BTF");
	for (size_t i = 0; i < kernel->module_cnt && !settled(&search); i++) {
		search_in(&search, kernel->modules[i].btf);
		if (settled(&search))
			return search_verdict(&search,
				require_reason(
					context, "the BTF of module %s", kernel->modules[i].name));
	}
	return search_verdict(&search,
		kernel->module_cnt && context->scope->kernel
			? "the BTF of the kernel and its loaded modules"
			: "the kernel's BTF");
}
