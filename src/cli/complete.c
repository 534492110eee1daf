/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete.h"

#include <ctype.h>
#include <string.h>

#include "cli/args.h"
#include "cli/help.h"
#include "util/escape.h"

struct completion {
	const struct cli_program *program;
	const char *word;   /* the last one of the line */
	const char *prefix; /* its part that is completed */
	struct buf *out;
};

const char *complete_prefix(const struct completion *completion)
{
	return completion->prefix;
}

void complete_pass(struct completion *completion, size_t len)
{
	completion->prefix += len;
}

void complete_offer(struct completion *completion, const char *word, const char *meaning)
{
	struct buf *out = completion->out;
	size_t before = (size_t)(completion->prefix - completion->word);

	if (strncmp(word, completion->prefix, strlen(completion->prefix)) != 0)
		return;
	buf_printf(out, "%.*s", (int)before, completion->word);
	escape_text(out, word);
	/* The first sentence, or the first part of one. */
	if (meaning) {
		buf_putc(out, '\t');
		escape_text_len(out, meaning, strcspn(meaning, ";:\n"));
	}
	buf_putc(out, '\n');
}

void complete_offer_words(struct completion *completion, const char *const *words, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		complete_offer(completion, words[i], NULL);
}

void complete_offer_names(struct completion *completion, bool directories)
{
	buf_printf(completion->out, "%s\n", directories ? COMPLETE_DIRECTORIES : COMPLETE_FILES);
}

/* "pass|fail", or one word */
static void offer_alternatives(struct completion *completion, const char *placeholder)
{
	char word[64];
	size_t len;

	for (const char *at = placeholder, *one; next_alternative(&at, &one, &len);) {
		if (len >= sizeof(word))
			continue;
		memcpy(word, one, len);
		word[len] = '\0';
		complete_offer(completion, word, NULL);
	}
}

/* The last element of a list, unless it is the first one. */
static void pass_elements(struct completion *completion)
{
	const char *comma = strrchr(completion->prefix, ',');

	if (comma)
		complete_pass(completion, (size_t)(comma + 1 - completion->prefix));
}

static struct error *offer_row(struct completion *completion, const char *placeholder)
{
	const struct completion_row *row = completion->program->completions;

	while (row && row->placeholder && strcmp(row->placeholder, placeholder))
		row++;
	return row && row->placeholder ? row->offer(completion) : NULL;
}

static struct error *offer_placeholder(struct completion *completion, const char *placeholder)
{
	char name[64];
	size_t len = strcspn(placeholder, ",.[");

	if (!strncmp(placeholder + len, ",...", 4))
		pass_elements(completion);
	if (len >= sizeof(name))
		return NULL;
	memcpy(name, placeholder, len);
	name[len] = '\0';
	if (strchr(name, '|') || islower((unsigned char)*name))
		offer_alternatives(completion, name);
	else if (!strcmp(name, "FILE") || !strcmp(name, "DIR"))
		complete_offer_names(completion, !strcmp(name, "DIR"));
	else
		return offer_row(completion, name);
	return NULL;
}

static const struct command *command_named(const struct cli_program *program, const char *name)
{
	for (size_t i = 0; program->commands[i]; i++) {
		if (!strcmp(program->commands[i]->name, name))
			return program->commands[i];
	}
	return NULL;
}

/* The option that the word names and that has its argument in the next word; NULL: none. */
static const struct cli_option *option_waiting(const struct command *command, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < command->option_cnt; i++) {
		const struct cli_option *option = &command->options[i];

		if (!option->argument)
			continue;
		if (!strncmp(word, "--", 2)
				? !strcmp(word + 2, option->name)
				: *word == '-' && option->letter && word[len - 1] == option->letter)
			return option;
	}
	return NULL;
}

static bool is_given(const struct cli_option *option, size_t cnt, char *const *words)
{
	size_t len = strlen(option->name);

	for (size_t i = 0; i < cnt; i++) {
		if (!strncmp(words[i], "--", 2) && !strncmp(words[i] + 2, option->name, len) &&
			(!words[i][2 + len] || words[i][2 + len] == '='))
			return true;
	}
	return false;
}

static void offer_option(struct completion *completion, const struct cli_option *option)
{
	char word[64];

	if (strlen(option->name) + 4 > sizeof(word))
		return;
	strcpy(word, "--");
	strcat(word, option->name);
	if (option->argument)
		strcat(word, "=");
	complete_offer(completion, word, option->help);
}

/* Only what the action takes, as soon as there is one. */
static void offer_options(struct completion *completion, const struct command *command,
	const struct cli_action *action, size_t cnt, char *const *words)
{
	for (size_t i = 0; i < command->option_cnt; i++) {
		const struct cli_option *option = &command->options[i];

		if ((cli_may_repeat(option) || !is_given(option, cnt, words)) &&
			cli_action_takes(command, action, option->name))
			offer_option(completion, option);
	}
	complete_offer(completion, "--help", "show this help and exit");
}

static struct error *offer_argument(struct completion *completion, const struct cli_option *option,
	const struct cli_action *action)
{
	bool narrows = action && action->formats && !strcmp(option->name, "format");

	return offer_placeholder(completion, narrows ? action->formats : option->argument);
}

/* "--only=ku": the argument of the option in the same word. */
static struct error *offer_attached(struct completion *completion, const struct command *command,
	const struct cli_action *action)
{
	size_t len = strcspn(completion->word + 2, "=");

	for (size_t i = 0; i < command->option_cnt; i++) {
		const struct cli_option *option = &command->options[i];

		if (strlen(option->name) != len ||
			strncmp(completion->word + 2, option->name, len) || !option->argument)
			continue;
		complete_pass(completion, 2 + len + 1);
		return offer_argument(completion, option, action);
	}
	return NULL;
}

static bool has_ended_options(size_t cnt, char *const *words)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(words[i], "--"))
			return true;
	}
	return false;
}

/* The words that are operands: neither options nor their arguments. */
static size_t find_operands(const struct command *command, size_t cnt, char *const *words,
	const char **operands, size_t max)
{
	size_t found = 0;
	bool ended = false;

	for (size_t i = 0; i < cnt; i++) {
		bool argument = i && !ended && option_waiting(command, words[i - 1]);
		bool end = !ended && !argument && !strcmp(words[i], "--");
		if (!argument && !end && (ended || *words[i] != '-' || !words[i][1])) {
			if (found < max)
				operands[found] = words[i];
			found++;
		}
		ended |= end;
	}
	return found;
}

static void offer_actions(struct completion *completion, const struct cli_action *actions)
{
	for (; actions->name; actions++)
		complete_offer(completion, actions->name, actions->help);
}

/* The action that the words name. NULL: none does. *operand_cnt: the operands, with the action. */
static const struct cli_action *action_of(
	const struct command *command, size_t cnt, char *const *words, size_t *operand_cnt)
{
	const char *name = NULL;

	*operand_cnt = find_operands(command, cnt, words, &name, 1);
	return name ? action_named(command, name) : NULL;
}

static struct error *offer_action_operand(
	struct completion *completion, const struct cli_action *action, size_t index)
{
	size_t last = 0;

	while (last + 1 < CLI_ACTION_OPERAND_MAX && action->operands[last + 1])
		last++;
	if (index > last && !cli_repeats(action->operands[last]))
		return NULL;
	return offer_placeholder(completion, action->operands[index < last ? index : last]);
}

/* `words` are those before the last one, which is the completion's. */
static struct error *offer_of_command(struct completion *completion, const struct command *command,
	size_t cnt, char *const *words)
{
	bool ended = has_ended_options(cnt, words);
	const struct cli_option *option =
		cnt && !ended ? option_waiting(command, words[cnt - 1]) : NULL;
	const char *operand = ended && command->rest ? command->rest : command->operand;
	size_t operand_cnt;
	const struct cli_action *action = action_of(command, cnt, words, &operand_cnt);

	if (option)
		return offer_argument(completion, option, action);
	if (!ended && !strncmp(completion->word, "--", 2) && strchr(completion->word, '='))
		return offer_attached(completion, command, action);
	if (!ended && completion->word[0] == '-')
		offer_options(completion, command, action, cnt, words);
	else if (action)
		return offer_action_operand(completion, action, operand_cnt - 1);
	else if (command->actions && !operand_cnt)
		offer_actions(completion, command->actions);
	else if (operand)
		return offer_placeholder(completion, operand);
	return NULL;
}

static void offer_commands(struct completion *completion)
{
	const struct command *const *commands = completion->program->commands;

	for (size_t i = 0; commands[i]; i++)
		complete_offer(completion, commands[i]->name, commands[i]->summary);
	complete_offer(completion, "help", "describe the commands");
	complete_offer(completion, "--help", "describe the commands");
	complete_offer(completion, "--version", "print the version");
}

struct error *complete_line(
	const struct cli_program *program, size_t cnt, char *const *words, struct buf *out)
{
	struct completion completion = {.program = program, .out = out};

	if (cnt && !strcmp(words[0], "--")) {
		words++;
		cnt--;
	}
	completion.word = completion.prefix = cnt ? words[cnt - 1] : "";
	const struct command *command = cnt > 1 ? command_named(program, words[0]) : NULL;
	if (command)
		return offer_of_command(&completion, command, cnt - 2, words + 1);
	if (cnt < 2 || (cnt == 2 && !strcmp(words[0], "help")))
		offer_commands(&completion);
	return NULL;
}
