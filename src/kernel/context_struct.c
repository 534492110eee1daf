/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/context_struct.h"

#include "kernel/context.h"

#include <stdio.h>

enum tristate context_kernel_struct(const struct kbtf *btf, uint32_t prog_type, uint32_t *id)
{
	const char *enumerator = prog_type_enumerator(prog_type);
	uint32_t list = btf ? kbtf_find(btf, "bpf_ctx_convert", BTF_KIND_STRUCT) : 0;
	char name[64];

	if (!enumerator || !list)
		return TRISTATE_UNKNOWN;
	snprintf(name, sizeof(name), "%s_kern", enumerator);
	if (!kbtf_find_member(btf, list, name, id, NULL))
		return TRISTATE_UNKNOWN;
	/* As get_kern_ctx_btf_id(): a name for a struct is not a struct. */
	const struct btf_type *type = kbtf_type(btf, *id);
	unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION ? TRISTATE_YES : TRISTATE_NO;
}
