/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/require.h"

#include <string.h>

#include "kernel/context.h"
#include "probe/probe.h"
#include "require/family.h"
#include "require/rules.h"

#define PART(name) (1u << PROBE_##name)

typedef bool row_test(const struct context_row *row, const char *name);

static bool is_of_program_type(const struct context_row *row, const char *name)
{
	const char *word = prog_type_word(row->prog_type);

	return word && !strcmp(word, name);
}

static bool is_of_attach_type(const struct context_row *row, const char *name)
{
	const char *word =
		row->attach_type == ATTACH_NONE ? NULL : attach_type_word(row->attach_type);

	return word && !strcmp(word, name);
}

/* The parts that each kind needs. */
static const struct need_rule {
	unsigned int parts;
	bool contexts;       /* the given context, or all contexts */
	row_test *rows;      /* all contexts of the table's rows that pass */
	bool names;          /* the name as a kfunc's, helper's or function's */
	const char *feature; /* the name as a feature's, after this */
	bool config, symbols;
	bool environment; /* which is always read */
} need_rules[REQUIRE_KIND_CNT] = {
	[REQUIRE_KFUNC] = {.parts = PART(CONTEXTS) | PART(KFUNCS), .contexts = true, .names = true},
	[REQUIRE_HELPER] = {.parts = PART(CONTEXTS) | PART(HELPERS),
		.contexts = true,
		.names = true},
	[REQUIRE_CONTEXT] = {.parts = PART(CONTEXTS), .contexts = true},
	[REQUIRE_PROG] = {.parts = PART(PROGRAM_TYPES) | PART(CONTEXTS),
		.rows = is_of_program_type},
	[REQUIRE_MAP] = {.parts = PART(MAP_TYPES), .feature = ""},
	[REQUIRE_LINK] = {.parts = PART(LINK_TYPES), .feature = ""},
	[REQUIRE_ATTACH] = {.parts = PART(ATTACH_TYPES) | PART(CONTEXTS),
		.rows = is_of_attach_type},
	[REQUIRE_LSM] = {.parts = PART(CONTEXTS), .contexts = true},
	[REQUIRE_FEATURE] = {.parts = PART(FEATURES), .feature = ""},
	[REQUIRE_TAG] = {.parts = PART(FEATURES), .feature = "tag:"},
	[REQUIRE_FUNC] = {.parts = PART(FUNCTIONS), .names = true, .symbols = true},
	[REQUIRE_VAR] = {.symbols = true},
	[REQUIRE_CONFIG] = {.config = true},
	[REQUIRE_CAP] = {.environment = true},
	[REQUIRE_SYSCTL] = {.environment = true},
	[REQUIRE_ACTIVE_LSM] = {.environment = true},
};

struct needs_builder {
	struct require_needs *needs;
	bool all_contexts;
	bool no_memory;
};

static void needs_add_text(struct needs_builder *builder, const char ***texts, size_t *cnt, size_t *cap,
	const char *text)
{
	for (size_t i = 0; i < *cnt; i++) {
		if (!strcmp((*texts)[i], text))
			return;
	}
	const char **grown = pool_grow(&builder->needs->pool, *texts, *cnt, cap, sizeof(*grown));
	if (!grown) {
		builder->no_memory = true;
		return;
	}
	grown[(*cnt)++] = text;
	*texts = grown;
}

/* The files that know whether a target exists, and whether anything can attach to it. */
static void needs_add_target(
	struct require_needs *needs, enum require_kind kind, const char *context)
{
	struct section section;

	if (!section_parse(context, &section) || (!section.target && kind != REQUIRE_ATTACH))
		return;
	needs->symbols |= kind == REQUIRE_ATTACH || kind == REQUIRE_LSM || section.kind == SECTION_KPROBE ||
		section.kind == SECTION_KRETPROBE || section.kind == SECTION_KPROBE_MULTI ||
		section.kind == SECTION_FUNCTION_MULTI || section.kind == SECTION_SYSCALL;
	needs->traceable |= kind == REQUIRE_ATTACH;
	needs->events |= section.kind == SECTION_TRACEPOINT;
}

static void needs_add_context(struct needs_builder *builder, const struct require_node *node)
{
	struct require_needs *needs = builder->needs;
	const char *context = node->kind == REQUIRE_CONTEXT ? node->name : node->context;

	if (!context) {
		builder->all_contexts = true;
		return;
	}
	needs_add_text(
		builder, &needs->contexts, &needs->context_cnt, &needs->context_cap, context);
	needs_add_target(needs, node->kind, context);
}

static void needs_add_sleepable(struct needs_builder *builder, const char *hook)
{
	struct require_needs *needs = builder->needs;
	const char *name = pool_printf(&needs->pool, "lsm.s/%s", hook);

	if (name)
		needs_add_text(
			builder, &needs->contexts, &needs->context_cnt, &needs->context_cap, name);
	else
		builder->no_memory = true;
}

/* A type exists if one of its contexts exists. Iterators and struct_ops have many contexts. */
static void add_rows(
	struct needs_builder *builder, const struct require_node *node, row_test *passes)
{
	struct require_needs *needs = builder->needs;

	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		bool many = row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS;
		if (!passes(row, node->name))
			continue;
		const char *glob = many ? pool_printf(&needs->pool, "%s/*", row->name) : row->name;
		if (!glob)
			builder->no_memory = true;
		else
			needs_add_text(builder, &needs->contexts, &needs->context_cnt,
				&needs->context_cap, glob);
	}
}

static void needs_add_feature(
	struct needs_builder *builder, const struct require_node *node, const char *before)
{
	struct require_needs *needs = builder->needs;
	const char *name = pool_printf(&needs->pool, "%s%s", before, node->name);

	if (name)
		needs_add_text(builder, &needs->features, &needs->feature_cnt, &needs->feature_cap, name);
	else
		builder->no_memory = true;
}

static void add_kind(struct needs_builder *builder, const struct require_node *node)
{
	const struct need_rule *rule = &need_rules[node->kind];
	struct require_needs *needs = builder->needs;

	needs->parts |= rule->parts;
	needs->proof |= node->proof;
	needs->btf |= !rule->config && !rule->environment;
	needs->config |= rule->config;
	needs->symbols |= rule->symbols;
	if (node->kind == REQUIRE_ATTACH && attach_type_of_link(node->name) != ATTACH_NONE) {
		needs->parts |= PART(LINK_TYPES);
		needs_add_feature(builder, node, "");
	}
	if (node->kind == REQUIRE_LSM)
		needs_add_sleepable(builder, node->name);
	if (rule->contexts || (node->kind == REQUIRE_ATTACH && node->context))
		needs_add_context(builder, node);
	else if (node->context && !rule->contexts)
		needs_add_target(needs, node->kind, node->context);
	else if (rule->rows)
		add_rows(builder, node, rule->rows);
	if (rule->names)
		needs_add_text(builder, &needs->names, &needs->name_cnt, &needs->name_cap, node->name);
	if (rule->feature)
		needs_add_feature(builder, node, rule->feature);
	if (node->kind == REQUIRE_SYSCTL)
		needs_add_text(builder, &needs->sysctls, &needs->sysctl_cnt, &needs->sysctl_cap, node->name);
}

static void needs_add_node(struct needs_builder *builder, const struct require_node *node)
{
	for (size_t i = 0; i < node->member_cnt; i++)
		needs_add_node(builder, node->members[i]);
	if (node->kind < REQUIRE_KIND_CNT)
		add_kind(builder, node);
}

struct error *require_needs(const struct require_list *list, struct require_needs *ret)
{
	struct require_needs needs = {0};
	struct needs_builder builder = {.needs = &needs};

	for (size_t i = 0; i < list->cnt; i++)
		needs_add_node(&builder, list->list[i].root);
	if (builder.no_memory) {
		require_needs_deinit(&needs);
		return error_no_memory();
	}
	if (builder.all_contexts)
		needs.context_cnt = 0;
	else if (!needs.context_cnt)
		/* Types without a context: BTF answers. No globs would mean all contexts. */
		needs.parts &= ~(PART(CONTEXTS) | PART(PROGRAM_TYPES) | PART(ATTACH_TYPES));
	*ret = needs;
	return NULL;
}

void require_needs_deinit(struct require_needs *needs)
{
	if (!needs)
		return;
	pool_destroy(&needs->pool);
	*needs = (struct require_needs) {0};
}

/* The target of a context in vmlinux. */
static bool target_in_btf(const struct kbtf *btf, const char *context)
{
	_cleanup_pool_ struct pool pool = {0};
	struct section section;
	struct hook_type type;

	if (!context || !section_parse(context, &section) || section.kind == SECTION_LSM)
		return true;
	_cleanup_error_ struct error *error = hook_type_of(&pool, &section, &type);
	return error || !type.name || (!type.module && kbtf_find(btf, type.name, type.kind));
}

static bool in_btf(const struct kbtf *btf, const struct require_node *node)
{
	int64_t value;

	if (!target_in_btf(btf, node->kind == REQUIRE_CONTEXT ? node->name : node->context))
		return false;
	switch (node->kind) {
	case REQUIRE_KFUNC:
		return kbtf_find(btf, node->name, BTF_KIND_FUNC);
	case REQUIRE_STRUCT:
		return kbtf_find(btf, node->name, BTF_KIND_STRUCT);
	case REQUIRE_UNION:
		return kbtf_find(btf, node->name, BTF_KIND_UNION);
	case REQUIRE_TYPEDEF:
		return kbtf_find(btf, node->name, BTF_KIND_TYPEDEF);
	case REQUIRE_ENUM:
		return kbtf_find(btf, node->name, BTF_KIND_ENUM) ||
			kbtf_find(btf, node->name, BTF_KIND_ENUM64);
	case REQUIRE_FIELD:
		return kbtf_find(btf, node->name, BTF_KIND_STRUCT) || kbtf_find(btf, node->name, BTF_KIND_UNION) ||
			kbtf_find(btf, node->name, BTF_KIND_TYPEDEF);
	case REQUIRE_VAR:
		return kbtf_find(btf, node->name, BTF_KIND_VAR);
	case REQUIRE_ENUMERATOR:
		return require_find_enumerator(btf, node->name, &value);
	default:
		return true;
	}
}

/* An iterator or struct_ops type may be a module's. */
static bool context_in_btf(const struct kbtf *btf, const char *context)
{
	_cleanup_pool_ struct pool pool = {0};
	struct family_name name;

	return !context || !require_family_parse(&pool, context, &name) ||
		kbtf_find(btf, name.symbol, name.kind);
}

static bool node_wants_modules(const struct require_node *node, const struct kbtf *btf)
{
	for (size_t i = 0; i < node->member_cnt; i++) {
		if (node_wants_modules(node->members[i], btf))
			return true;
	}
	const char *place = node->kind == REQUIRE_CONTEXT ? node->name : node->context;
	return !in_btf(btf, node) || !context_in_btf(btf, place);
}

bool require_wants_modules(const struct require_list *list, const struct kernel *kernel)
{
	for (size_t i = 0; kernel->btf && i < list->cnt; i++) {
		if (node_wants_modules(list->list[i].root, kernel->btf))
			return true;
	}
	return false;
}
