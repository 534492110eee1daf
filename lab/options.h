/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that say what a guest is like, for the commands that have them in their table. */
#ifndef KCOMPAT_LAB_OPTIONS_H
#define KCOMPAT_LAB_OPTIONS_H

#include "cli/cli.h"
#include "lab/run.h"

#define LAB_TASK_OPTIONS                                                                                \
	{'m', "modules", "NAME[,NAME]",                                                                 \
		"loads these modules of its packages before, with what they need; default: those with " \
		"kfuncs that a kernel loads only on demand, as far as there are any; empty: none"},     \
		{0, "append", "WORDS",                                                                  \
			"adds to the kernel's command line: \"lockdown=integrity\" (repeatable)"},      \
		{0, "sysctl", "NAME=VALUE",                                                             \
			"sets net.core.bpf_jit_enable=0 and the like before (repeatable)"},             \
		{0, "without-cap", "CAP_NAME",                                                          \
			"takes a capability from the program (repeatable)"},                            \
		{0, "user-namespace", NULL,                                                             \
			"runs the program as root of a user namespace of its own"},                     \
		{0, "unprivileged", NULL, "runs the program as user and group 65534"},                  \
		{0, "timeout", "SECONDS", "the program's time; default 120, of check 600"},             \
		{0, "boot-timeout", "SECONDS",                                                          \
			"what the guest may take beside the program's time; default 90"},               \
	{                                                                                               \
		0, "memory", "MIB", "of the guest; default 1024"                                        \
	}

/*
 * Fills both from the options; setup->qemu is left NULL, the program is "kcompat probe --json".
 * The texts live as long as `args` and the pool.
 */
struct error *lab_options_task(const struct cli_args *args, struct lab_task *task,
	struct lab_setup *setup, struct pool *pool);

#endif
