/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --token=PATH and LIBBPF_BPF_TOKEN_PATH, for the commands that load programs. */
#ifndef KCOMPAT_CLI_TOKEN_H
#define KCOMPAT_CLI_TOKEN_H

#include "cli/cli.h"
#include "kernel/kernel.h"
#include "probe/probe.h"

/* The row of the option. */
#define CLI_TOKEN_OPTION                                                                           \
	{                                                                                          \
		0, "token", "PATH",                                                                \
			"in a user namespace, load with a BPF token of the bpffs that is mounted at PATH; " \
			"default: LIBBPF_BPF_TOKEN_PATH"                                           \
	}

/*
 * Takes the token that the option or else the variable names. As in libbpf, an empty path means none.
 * `kernel` is loaded. The token is open until the process ends.
 */
struct error *cli_take_token(
	const struct cli_args *args, struct kernel *kernel, struct bpf_sys *sys);

#endif
