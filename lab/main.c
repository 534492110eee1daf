/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/commands.h"
#include "lab/run.h"
#include "lab/words.h"

static const struct command *const commands[] = {&lab_cmd_check, &lab_cmd_list, &lab_cmd_run, NULL};

static const struct cli_program program = {
	.name = "kcompat-lab",
	.purpose =
		"Boots kernels in qemu, without a disk and without root, and runs a program there: kcompat "
		"probe, to compare a kernel with its image, or any other static program.",
	.error_status = LAB_STATUS_FAILURE,
	.completions = lab_completions,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
