/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands; each in its own cli/NAME.c. */
#ifndef KCOMPAT_CLI_COMMANDS_H
#define KCOMPAT_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_program kcompat_program;
extern const struct command cmd_check, cmd_db, cmd_diff, cmd_docs, cmd_kernels, cmd_probe, cmd_require, cmd_scan,
	cmd_show;

#endif
