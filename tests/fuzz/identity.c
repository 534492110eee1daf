/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The release, and behind a newline the version. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_identity identity = {0};
	char *release = pool_strndup(&pool, (const char *)data, size), *version;

	if (!release)
		return 0;
	version = strchr(release, '\n');
	if (version)
		*version++ = '\0';
	identity_parse_release(&pool, release, version, &identity);
	if (identity.flavor &&
		(!identity.distribution || !*identity.flavor || !strstr(release, identity.flavor)))
		abort();
	identity_arch(release);
	return 0;
}
