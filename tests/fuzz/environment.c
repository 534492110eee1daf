/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/system/container.h"
#include "input/system/system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All the small parsers over one text, as bytes and as a string. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *mode, **list;
	uint64_t set = 0;
	size_t cnt;

	if (environment_status_number((const char *)data, size, "CapEff", 16, &set)) {
		if (!environment_capabilities(&pool, set, &cnt) ||
			cnt != (size_t)__builtin_popcountll(set))
			abort();
	}
	environment_status_number((const char *)data, size, "Seccomp", 10, &set);
	char *text = pool_strndup(&pool, (const char *)data, size);
	if (!text)
		return 0;
	if (environment_lockdown(&pool, text, &mode) || (mode && !*mode))
		abort();
	if (environment_list(&pool, text, &list, &cnt) || !list != !cnt)
		abort();
	for (size_t i = 0; i < cnt; i++) {
		if (!*list[i] || strchr(list[i], ','))
			abort();
	}
	mounts_have(text, "tracefs", "/sys/kernel/tracing");
	container_of_cgroup(text);
	return 0;
}
