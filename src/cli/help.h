/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help, laid out for a width. */
#ifndef KCOMPAT_CLI_HELP_H
#define KCOMPAT_CLI_HELP_H

#include "cli/cli.h"

/* Does the placeholder stand for one or more? */
bool cli_repeats(const char *placeholder);
/* Does its placeholder say that the option may be repeated? */
bool cli_may_repeat(const struct cli_option *option);

void cli_help(const struct cli_program *program, size_t width, struct buf *out);
void cli_help_command(const struct cli_program *program, const struct command *command, size_t width, struct buf *out);

#endif
