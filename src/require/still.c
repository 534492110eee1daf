/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The question that BTF answers to everybody, for an answer that needs a privilege. */
#include <string.h>

#include "kernel/context.h"
#include "require/known.h"
#include "require/rules.h"

static const struct context_row *find_row(const char *name)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strcmp(context_rows[i].name, name))
			return &context_rows[i];
	}
	return NULL;
}

/* The attach type of a context, or else its program type. */
static const char *question_of_context(struct require_context *context, const char *name)
{
	const struct context_row *row = find_row(name);

	if (!row)
		return NULL;
	if (row->attach_type != ATTACH_NONE)
		return require_reason(context, "enum:bpf_attach_type.%s",
			attach_type_enumerator(row->attach_type));
	const char *enumerator = require_type_enumerator(
		context->pool, REQUIRE_PROG, prog_type_word(row->prog_type));
	return enumerator ? require_reason(context, "enum:bpf_prog_type.%s", enumerator) : NULL;
}

/* NULL: BTF cannot answer it. */
static const char *question_for(struct require_context *context, const struct require_node *node)
{
	if (require_is_type(node->kind)) {
		const char *enumerator =
			require_type_enumerator(context->pool, node->kind, node->name);
		return enumerator ? require_reason(context, "enum:%s.%s",
					    require_type_enum(node->kind), enumerator)
				  : NULL;
	}
	switch (node->kind) {
	case REQUIRE_HELPER:
		return require_reason(context, "enum:bpf_func_id.BPF_FUNC_%s",
			strncmp(node->name, "bpf_", 4) ? node->name : node->name + 4);
	case REQUIRE_KFUNC:
		return require_reason(context, "func:%s", node->name);
	case REQUIRE_CONTEXT:
		return question_of_context(context, node->name);
	default:
		return NULL;
	}
}

const char *require_still_answered(
	struct require_context *context, const struct require_node *node, const char *reason)
{
	const struct kernel *kernel = context->scope->kernel;
	const char *question = kernel && kernel->btf ? question_for(context, node) : NULL;

	return question ? require_reason(context, "%s; ask '%s': it needs no privilege", reason, question)
			: reason;
}
