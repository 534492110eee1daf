/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/inventory.h"
#include "kernel/context.h"

#include <ctype.h>
#include <string.h>

struct family {
	const struct kernel *kernel;
	struct snapshot *snapshot;
	struct snapshot_features *features;
	const char *enum_name, *prefix;
	const char *(*word)(uint32_t number);
	const char *(*of_context)(const struct snapshot_context *context);
	uint32_t known_cnt;
};

static const char *program_type_of(const struct snapshot_context *context)
{
	return context->program_type;
}

static const char *attach_type_of(const struct snapshot_context *context)
{
	return context->attach_type;
}

/* The best state among the type's contexts, in this order. */
static int types_rank(enum support_state state)
{
	static const int ranks[SUPPORT_STATE_CNT] = {
		[SUPPORT_OK] = 3, [SUPPORT_BLOCKED] = 2, [SUPPORT_UNKNOWN] = 1, [SUPPORT_UNSUPPORTED] = 0};

	return ranks[state];
}

static const struct snapshot_context *best_context(const struct family *family, const char *name)
{
	const struct snapshot_context *best = NULL;

	for (size_t i = 0; i < family->snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &family->snapshot->contexts[i];
		const char *type = family->of_context(context);
		if (type && !strcmp(type, name) && (!best || types_rank(context->state) > types_rank(best->state)))
			best = context;
	}
	return best;
}

static bool enum_lacks(const struct family *family, const char *enumerator)
{
	const struct kbtf *btf = family->kernel->btf;
	uint32_t id = btf ? kbtf_find(btf, family->enum_name, BTF_KIND_ENUM) : 0;
	int64_t value;

	return id && !kbtf_enum_value(btf, id, enumerator, &value);
}

/* A type that no program names when it is loaded: the kernel's enum or the link type answers. */
static struct error *conclude_of_link(
	const struct family *family, const char *name, const char *enumerator)
{
	const struct snapshot_feature *link =
		snapshot_find_feature(&family->snapshot->link_types, name);
	struct snapshot_feature answer = {.state = SUPPORT_UNKNOWN,
		.reason = "only links have it, and no link of this type was tried"};

	if (enum_lacks(family, enumerator))
		answer = (struct snapshot_feature) {.state = SUPPORT_UNSUPPORTED,
			.reason = pool_printf(&family->snapshot->pool, "this kernel's enum %s has no %s",
				family->enum_name, enumerator)};
	else if (link)
		answer = *link;
	return snapshot_add_feature(family->snapshot, family->features, name, answer.state,
		       answer.errnum, answer.reason)
		? NULL
		: error_no_memory();
}

static struct error *conclude_one(const struct family *family, const char *name)
{
	const struct snapshot_context *context = best_context(family, name);
	enum attach_type of_link =
		family->of_context == attach_type_of ? attach_type_of_link(name) : ATTACH_NONE;

	if (of_link != ATTACH_NONE)
		return conclude_of_link(family, name, attach_type_enumerator(of_link));
	bool added = context
		? snapshot_add_feature(family->snapshot, family->features, name, context->state,
			  context->errnum, context->reason)
		: snapshot_add_feature(family->snapshot, family->features, name, SUPPORT_UNKNOWN, 0,
			  snapshot_has_fact(family->snapshot, "filtered")
				  ? "no requested context has this type"
				  : "no program names it when it is loaded");

	return added ? NULL : error_no_memory();
}

/* "BPF_PROG_TYPE_NEW_ONE" becomes "new_one". NULL: the enumerator does not name a type. */
static const char *enumerator_word(const struct family *family, const char *enumerator)
{
	size_t len = strlen(family->prefix);
	char *word;

	if (strncmp(enumerator, family->prefix, len) || strstr(enumerator, "_UNSPEC"))
		return NULL;
	word = pool_strdup(&family->snapshot->pool, enumerator + len);
	for (char *c = word; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return word;
}

/* Adds types that are newer than our table, under this kernel's names. */
static struct error *conclude_newer(const struct family *family)
{
	const struct kbtf *btf = family->kernel->btf;
	uint32_t id = btf ? kbtf_find(btf, family->enum_name, BTF_KIND_ENUM) : 0;
	const struct btf_type *type = btf ? kbtf_type(btf, id) : NULL;
	struct error *error = NULL;

	for (uint32_t i = 0; type && i < kbtf_vlen(type) && !error; i++) {
		uint32_t name_off;
		int64_t number = kbtf_enumerator(type, i, &name_off);
		const char *word = enumerator_word(family, kbtf_string(btf, name_off));
		if (number >= family->known_cnt && word)
			error = conclude_one(family, word);
	}
	return error;
}

static struct error *types_conclude(const struct family *family)
{
	struct error *error = NULL;

	for (uint32_t i = 0; i < family->known_cnt && !error; i++) {
		const char *name = family->word(i);
		if (name)
			error = conclude_one(family, name);
	}
	return error ? error : conclude_newer(family);
}

struct error *program_types_conclude(const struct kernel *kernel, struct snapshot *snapshot)
{
	return types_conclude(&(struct family) {kernel, snapshot, &snapshot->program_types, "bpf_prog_type",
		"BPF_PROG_TYPE_", prog_type_word, program_type_of, PROG_TYPE_CNT});
}

struct error *attach_types_conclude(const struct kernel *kernel, struct snapshot *snapshot)
{
	return types_conclude(&(struct family) {kernel, snapshot, &snapshot->attach_types, "bpf_attach_type",
		"BPF_", attach_type_word, attach_type_of, ATTACH_TYPE_CNT});
}
