/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a command line, parsed with the tables of its command. Commands read them with
 * cli.h. */
#ifndef KCOMPAT_CLI_ARGS_H
#define KCOMPAT_CLI_ARGS_H

#include "cli/cli.h"

struct cli_given {
	const char **values;
	size_t cnt;
};

struct cli_args {
	const struct cli_program *program;
	const struct command *command;
	const struct cli_action
		*action;           /* NULL: the command has no actions, or help is asked for */
	struct cli_given *given;   /* [option_cnt] */
	const char *format_option; /* the option that gave the format; NULL: none did */
	const char **operands;     /* behind the action */
	size_t operand_cnt;
	bool help;
};

/* `argv[0]` is the command's name. args_deinit() is due after an error, too. */
struct error *args_parse(const struct cli_program *program, const struct command *command, int argc,
	char **argv, struct cli_args *args);
void args_deinit(struct cli_args *args);

/* One of the actions of the command; NULL: it has none of that name. */
const struct cli_action *action_named(const struct command *command, const char *name);
/* The next word of alternatives such as "text|json". It is not terminated. False at the end. */
bool next_alternative(const char **at, const char **word, size_t *len);

#endif
