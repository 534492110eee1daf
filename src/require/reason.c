/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/rules.h"

#include <stdarg.h>
#include <string.h>

const char *require_reason(struct require_context *context, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *reason = pool_vprintf(context->pool, format, args);
	va_end(args);
	if (!reason)
		context->no_memory = true;
	return reason ? reason : "";
}

const char *require_with_errno(struct require_context *context, const char *text, int errnum)
{
	const char *name = strerrorname_np(errnum);

	if (!errnum)
		return text;
	/* Kernels return numbers that have no name in the C library, such as 524. */
	return name ? require_reason(context, "%s (%s)", text, name)
		    : require_reason(context, "%s (errno %d)", text, errnum);
}

bool require_is_part(const struct require_context *context)
{
	return !context->scope->kernel && snapshot_has_fact(context->scope->snapshot, "filtered");
}

const char *require_derivation(struct require_context *context)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	_cleanup_buf_ struct buf text = {0};

	buf_puts(&text, "derived from the image, not observed");
	for (size_t i = 0; i < snapshot->fact_cnt; i++)
		buf_printf(&text, "%s%s", i ? ", " : ": ", snapshot->facts[i]);
	if (text.failed)
		context->no_memory = true;
	return require_reason(context, "%s", buf_text(&text));
}

const char *require_not_whole(const struct require_context *context)
{
	if (!snapshot_has_fact(context->scope->snapshot, "btf"))
		return "the kernel's BTF was not read or does not exist";
	return require_is_part(context) ? "something was left out when it was made" : NULL;
}

bool require_without_btf(struct require_context *context, struct require_verdict *ret)
{
	const struct kernel *kernel = context->scope->files;

	bool whole = context->scope->kernel ||
		snapshot_has_fact(context->scope->snapshot, "btf");

	if (kernel && kernel->btf && whole)
		return false;
	if (kernel && kernel->btf) {
		*ret = (struct require_verdict) {.reason = "the image's BTF was not read whole"};
		return true;
	}
	*ret = (struct require_verdict) {
		.reason = kernel ? require_reason(context, "the kernel's BTF cannot be read: %s",
					   kernel->btf_missing ? kernel->btf_missing : "not loaded")
				 : "a snapshot does not hold the layout of types: ask the kernel itself, or "
				   "its image (require -k IMAGE)",
	};
	return true;
}

bool require_modules_unread(const struct require_context *context)
{
	const struct kernel *files = context->scope->files;

	/* A scan keeps the types of those modules that register kfuncs. */
	return !context->scope->kernel &&
		(!files->environment.config_source || kernel_config_value(files, "CONFIG_MODULES"));
}
