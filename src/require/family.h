/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iterators and struct_ops types: each kernel has its own, and a context for each. So a context of a
 * type that the kernel lacks does not exist there.
 */
#ifndef KCOMPAT_REQUIRE_FAMILY_H
#define KCOMPAT_REQUIRE_FAMILY_H

#include "require/rules.h"

/* "iter/task", "struct_ops.s/T/M" in its parts. */
struct family_name {
	const char *stem;   /* "struct_ops.s" */
	const char *prefix; /* "bpf_struct_ops_" */
	const char *type;   /* "tcp_congestion_ops" */
	const char *member; /* of a struct_ops type; NULL: the type itself */
	const char *symbol; /* its BTF object: "bpf_struct_ops_T", "bpf_iter_task" */
	unsigned int kind;  /* of the BTF object */
};

/* False: a context of another family, or no memory. All parts live in `pool`. */
bool require_family_parse(struct pool *pool, const char *context, struct family_name *ret);

/* Is it proved that the kernel has no such context? Then *ret is no, with the reason. */
bool require_family_absent(
	struct require_context *context, const char *name, struct require_verdict *ret);

#endif
