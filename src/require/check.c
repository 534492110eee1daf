/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/context.h"
#include "require/parser.h"
#include "require/known.h"
#include "require/require.h"
#include "util/buf.h"
#include "util/suggest.h"

#include <string.h>

#define CONTEXT_MAX_BYTES 512

static bool is_among(const char *const *words, size_t cnt, const char *word)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(words[i], word))
			return true;
	}
	return false;
}

static bool needs_target(const char *context)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		if (!strcmp(row->name, context))
			return row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS;
	}
	return false;
}

static bool unknown_context(struct parser *parser, const char *context, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};
	const char *near = context_near(context, vocabulary ? vocabulary->contexts : NULL,
		vocabulary ? vocabulary->context_cnt : 0, &parser->list->pool);

	if (near)
		buf_printf(&todo, "did you mean '%s'?", near);
	else
		buf_puts(&todo, "'kcompat probe --only contexts' lists them");
	return parser_mistake(parser, at, "a context", buf_text(&todo));
}

/* "kprobe/do_exit" and "kprobe" are one context; `*context` becomes its one name. */
bool require_check_context(struct parser *parser, const char **context, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};
	char name[CONTEXT_MAX_BYTES];

	const struct require_vocabulary *vocabulary = parser->vocabulary;

	if (vocabulary && is_among(vocabulary->contexts, vocabulary->context_cnt, *context))
		return true;
	if (!context_canonical(*context, name, sizeof(name)))
		return unknown_context(parser, *context, at);
	if (needs_target(name)) {
		buf_printf(&todo, "write %s/NAME: each has its own answer", name);
		return parser_mistake(parser, at, "a context with its target", buf_text(&todo));
	}
	*context = pool_strdup(&parser->list->pool, name);
	return *context || parser_no_memory(parser);
}

/* feature: and tag: need a test of the probe. Another name would never get an answer.
 */
bool require_check_feature(struct parser *parser, const struct require_node *node, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	const char *before = node->kind == REQUIRE_TAG ? "tag:" : "";
	_cleanup_buf_ struct buf name = {0}, todo = {0};
	size_t skip = strlen(before);

	if (!vocabulary || !vocabulary->feature_cnt)
		return true;
	buf_printf(&name, "%s%s", before, node->name);
	if (is_among(vocabulary->features, vocabulary->feature_cnt, buf_text(&name)))
		return true;
	const char *near =
		suggest_word(buf_text(&name), vocabulary->features, vocabulary->feature_cnt);
	if (near && !strncmp(near, before, skip))
		buf_printf(&todo, "did you mean '%s'?", near + skip);
	else
		buf_puts(&todo, "'kcompat probe --only features' lists them");
	return parser_mistake(parser, at, require_kind_rule(node->kind)->noun, buf_text(&todo));
}

/* A name that neither the kernel nor kcompat knows is no type of any kernel. */
bool require_check_type(struct parser *parser, const struct require_node *node, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};

	if (!vocabulary || !vocabulary->has_type || require_type_is_known(node->kind, node->name) ||
		vocabulary->has_type(vocabulary->asked, node->kind, node->name) != TRISTATE_NO)
		return true;
	require_type_hint(node->kind, node->name, &todo);
	return parser_mistake(parser, at, require_kind_rule(node->kind)->noun, buf_text(&todo));
}

static bool check_option(struct parser *parser, const char *name, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};

	if (!strncmp(name, "CONFIG_", 7) && name[7])
		return true;
	buf_puts(&todo, "did you mean 'CONFIG_");
	buf_puts_upper(&todo, name);
	buf_puts(&todo, "'?");
	return parser_mistake(parser, at, require_kind_rule(REQUIRE_CONFIG)->noun,
		strlen(name) > 64 ? NULL : buf_text(&todo));
}

/* A section, with a target unless the program attaches without one ("cgroup/dev"). */
bool require_check_attach_point(struct parser *parser, struct require_node *node, size_t at)
{
	if (!require_check_context(parser, &node->name, at))
		return false;
	node->context = node->name;
	return true;
}

bool require_make_context(struct parser *parser, struct require_node *node, const char *section)
{
	node->context = pool_printf(&parser->list->pool, "%s/%s", section, node->name);
	return node->context || parser_no_memory(parser);
}

static bool check_capability(struct parser *parser, const char *name, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};

	if (!vocabulary || !vocabulary->capability_cnt ||
		is_among(vocabulary->capabilities, vocabulary->capability_cnt, name))
		return true;
	const char *near = suggest_word(name, vocabulary->capabilities, vocabulary->capability_cnt);
	if (near)
		buf_printf(&todo, "did you mean '%s'?", near);
	return parser_mistake(parser, at, require_kind_rule(REQUIRE_CAP)->noun, near ? buf_text(&todo) : NULL);
}

/* The names of an option, a capability and a setting have a form of their own. */
bool require_check_environment(struct parser *parser, struct require_node *node, size_t at)
{
	switch (node->kind) {
	case REQUIRE_CONFIG:
		return check_option(parser, node->name, at);
	case REQUIRE_CAP:
		return check_capability(parser, node->name, at);
	case REQUIRE_SYSCTL:
		return require_spell_sysctl((char *)node->name) ||
			parser_mistake(parser, at, require_kind_rule(REQUIRE_SYSCTL)->noun, NULL);
	default:
		return true;
	}
}
