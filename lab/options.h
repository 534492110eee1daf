/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that describe a guest, for the commands that have them in their table. */
#ifndef KCOMPAT_LAB_OPTIONS_H
#define KCOMPAT_LAB_OPTIONS_H

#include "cli/cli.h"
#include "lab/run.h"

#define LAB_TASK_OPTIONS                                                                                \
	{0, "modules", "NAME,...",                                                                    \
		"load these modules and their dependencies first; default: modules with kfuncs that a " \
		"kernel loads only on demand, if they exist; empty: none"},                             \
		{0, "append", "WORDS...",                                                               \
			"add to the kernel command line: \"lockdown=integrity\""},                      \
		{0, "sysctl", "NAME=VALUE...",                                                          \
			"set a sysctl first: net.core.bpf_jit_enable=0"},                               \
		{0, "without-cap", "CAP_NAME...",                                                       \
			"remove a capability from the program"},                                        \
		{0, "user-namespace", NULL,                                                             \
			"run the program as root of its own user namespace"},                           \
		{0, "unprivileged", NULL, "run the program as user and group 65534"},                   \
		{0, "timeout", "SECONDS", "time limit of the program; default: 120, for check 600"},    \
		{0, "boot-timeout", "SECONDS",                                                          \
			"time limit of the rest of the guest; default: 90"},                            \
	{                                                                                               \
		0, "memory", "MIB", "memory of the guest; default: 1024"                                \
	}

/*
 * Fills both from the options. setup->qemu stays NULL, and the program is "kcompat probe --json".
 * The texts live as long as `args` and the pool.
 */
struct error *lab_options_task(const struct cli_args *args, struct lab_task *task,
	struct lab_setup *setup, struct pool *pool);

#endif
