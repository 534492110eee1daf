/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"
#include "input/system/ftrace.h"
#include "input/system/kallsyms.h"
#include "util/array.h"

static struct error *load_digest(struct kernel *kernel, const char *root)
{
	(void)root;
	return load_btf_digest(kernel);
}

struct error *load_kernel(struct kernel *kernel, const char *root, unsigned int facts)
{
	/* In the order of dependencies: the environment's limits use everything loaded before. */
	static const struct {
		unsigned int fact;
		struct error *(*load)(struct kernel *kernel, const char *root);
	} steps[] = {
		{0, load_identity},
		{LOAD_CONFIG, load_config},
		{LOAD_BTF, load_btf},
		{LOAD_MODULES, load_btf_modules},
		{LOAD_DIGEST, load_digest},
		{LOAD_SYMBOLS, load_symbols},
		{LOAD_NAMES, load_names},
		{LOAD_EVENTS, load_events},
		{0, load_environment},
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if ((steps[i].fact & facts) != steps[i].fact)
			continue;
		struct error *error = steps[i].load(kernel, root);
		if (error)
			return error;
	}
	return NULL;
}
