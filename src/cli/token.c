/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/token.h"
#include "probe/probe.h"

#include <stdlib.h>

struct error *cli_take_token(
	const struct cli_args *args, struct kernel *kernel, struct bpf_sys *sys)
{
	const char *path = cli_value(args, "token");

	if (!path)
		path = getenv("LIBBPF_BPF_TOKEN_PATH");
	return path && *path ? token_take(path, kernel, sys) : NULL;
}
