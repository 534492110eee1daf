/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What files already say of the kernel: its functions, configuration and types. */
#include "probe/kit.h"
#include "util/buf.h"

#include <stdio.h>
#include <string.h>

enum tristate kit_config(const struct kernel *kernel, const char *option)
{
	const char *value;

	if (!option || !kernel->environment.config_source)
		return TRISTATE_UNKNOWN;
	value = kernel_config_value(kernel, option);
	return value && strcmp(value, "n") ? TRISTATE_YES : TRISTATE_NO;
}

enum tristate kit_enum(
	const struct kernel *kernel, const char *name, const char *enumerator, int64_t *value)
{
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, name, BTF_KIND_ENUM) : 0;

	if (!id)
		return TRISTATE_UNKNOWN;
	return kbtf_enum_value(kernel->btf, id, enumerator, value) ? TRISTATE_YES : TRISTATE_NO;
}

enum tristate kit_enum_word(
	const struct kernel *kernel, const char *name, const char *prefix, const char *word)
{
	_cleanup_buf_ struct buf enumerator = {0};
	int64_t value;

	buf_puts(&enumerator, prefix);
	buf_puts_upper(&enumerator, word);
	return enumerator.failed ? TRISTATE_UNKNOWN
				 : kit_enum(kernel, name, buf_text(&enumerator), &value);
}

uint32_t kit_find_type(const struct kernel *kernel, const char *const *names, unsigned int kind)
{
	uint32_t id = 0;

	for (; kernel->btf && *names && !id; names++)
		id = kbtf_find(kernel->btf, *names, kind);
	return id;
}
