/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be read and probed on a running kernel before requirements can be answered. */
#ifndef KCOMPAT_REQUIRE_NEEDS_H
#define KCOMPAT_REQUIRE_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "require/parse.h"

struct require_needs {
	struct pool pool;
	/* As struct probe_request has them: nothing else need be asked. parts 0: no probe at all.
	 */
	unsigned int parts;
	const char **contexts; /* cnt 0: all contexts */
	size_t context_cnt, context_cap;
	const char **names; /* kfuncs, helpers and functions */
	size_t name_cnt, name_cap;
	const char **features; /* within map types, link types and features */
	size_t feature_cnt, feature_cap;
	/* Which of the kernel's files. */
	bool btf;
	bool config;
	bool symbols;
};

/* Borrows the list's strings. The only error is lack of memory. */
struct error *require_needs(const struct require_list *list, struct require_needs *ret);
void require_needs_deinit(struct require_needs *needs); /* NULL-safe */

/*
 * Does the list ask for a kfunc or a type that the kernel's own BTF (loaded, if there is any)
 * does not have, so that the modules' BTF has to be read?
 */
bool require_wants_modules(const struct require_list *list, const struct kernel *kernel);

#endif
