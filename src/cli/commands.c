/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"

#include "cli/names.h"
#include "util/confine.h"

static const struct command *const commands[] = {
	&cmd_check, &cmd_db, &cmd_diff, &cmd_docs, &cmd_kernels, &cmd_probe, &cmd_require, &cmd_scan, &cmd_show, NULL};

const struct cli_program kcompat_program = {
	.name = "kcompat",
	.purpose =
		"Shows, with evidence, which BPF kfuncs, helpers, program types and kernel functions a "
		"kernel has, and in which contexts a program may use them.",
	.error_status = STATUS_ERROR,
	.limited = true,
	.completions = names_completions,
	.confinement = confine_built_in,
	.commands = commands,
};
