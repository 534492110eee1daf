/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The target of a section, from the files of the kernel that is asked. */
#include "require/near.h"
#include "require/rules.h"

#include <string.h>

struct hooks *require_hooks(struct require_context *context)
{
	if (!context->hooks) {
		_cleanup_error_ struct error *error =
			hooks_open(context->scope->files, context->pool, &context->hooks);
		context->no_memory |= error != NULL;
	}
	return context->hooks;
}

/* Only the kernel itself has LSM hooks and system calls. */
static bool module_may_have(const struct require_context *context, const struct section *section)
{
	return section->kind != SECTION_LSM && section->kind != SECTION_SYSCALL &&
		require_modules_unread(context);
}

static struct hook_answer not_in_image(
	struct require_context *context, const struct section *section, struct hook_answer answer)
{
	bool of_btf = section->kind == SECTION_FUNCTION || section->kind == SECTION_LSM ||
		section->kind == SECTION_RAW_TRACEPOINT || section->kind == SECTION_TRACEPOINT;
	struct require_verdict unread;

	if (of_btf && require_without_btf(context, &unread))
		return (struct hook_answer) {.missing = answer.missing, .reason = unread.reason};
	if (!module_may_have(context, section))
		return answer;
	return (struct hook_answer) {
		.missing = answer.missing,
		.reason = require_reason(context, "the image itself has no %s, and a module may have it%s",
			section->target, require_near_target(context, section)),
	};
}

/* Its files are on this machine, and the image may be another one's. */
static bool is_of_program_file(const struct section *section)
{
	return section->kind == SECTION_UPROBE || section->kind == SECTION_UPROBE_MULTI ||
		section->kind == SECTION_USDT;
}

bool require_find_target(
	struct require_context *context, const struct section *section, struct hook_answer *ret)
{
	struct hook_answer answer = {0};

	if (!context->scope->files || !section->target || !require_hooks(context))
		return false;
	if (!context->scope->kernel && is_of_program_file(section))
		return false;
	_cleanup_error_ struct error *error = hook_exists(context->hooks, section, &answer);
	context->no_memory |= error != NULL;
	if (!error && answer.value == TRISTATE_NO && !context->scope->kernel)
		answer = not_in_image(context, section, answer);
	*ret = answer;
	return !error;
}
