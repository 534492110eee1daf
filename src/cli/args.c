/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/args.h"

#include "cli/help.h"
#include "cli/near.h"
#include "util/array.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_ONLY 256 /* getopt's value of option i is LONG_ONLY + i */
#define WORD_MAX 16   /* words of an option, bytes of a format's word, actions of a command */

static const struct cli_option help_option = {'h', "help", NULL, "show this help and exit"};

static const char *const format_words[] = {
#define FORMAT_WORD(name, word) word,
	CLI_FORMATS(FORMAT_WORD)
#undef FORMAT_WORD
};

/* Options that are short for --format. */
static const struct {
	const char *option;
	enum cli_format format;
} short_forms[] = {
	{"json", CLI_FORMAT_JSON},
	{"markdown", CLI_FORMAT_MD},
};

static size_t option_index(const struct cli_args *args, const char *name)
{
	size_t i = 0;

	while (strcmp(args->command->options[i].name, name))
		i++;
	return i;
}

bool cli_has(const struct cli_args *args, const char *name)
{
	return args->given[option_index(args, name)].cnt > 0;
}

const char *cli_value(const struct cli_args *args, const char *name)
{
	const struct cli_given *given = &args->given[option_index(args, name)];

	return given->cnt ? given->values[0] : NULL;
}

const char *const *cli_values(const struct cli_args *args, const char *name, size_t *cnt)
{
	const struct cli_given *given = &args->given[option_index(args, name)];

	*cnt = given->cnt;
	return given->values;
}

/* Appends the words of one value. */
static bool split_value(
	struct pool *pool, const char *value, const char ***words, size_t *cnt, size_t *cap)
{
	for (const char *at = value; *at;) {
		size_t len = strcspn(at, ",");
		const char **grown = pool_grow(pool, *words, *cnt, cap, sizeof(*grown));
		const char *word = pool_strndup(pool, at, len);
		if (!grown || !word)
			return false;
		*words = grown;
		if (len)
			grown[(*cnt)++] = word;
		at += len + (at[len] == ',');
	}
	return true;
}

struct error *cli_words(const struct cli_args *args, const char *name, struct pool *pool,
	const char *const **ret, size_t *ret_cnt)
{
	const char **words = NULL;
	size_t value_cnt, cnt = 0, cap = 0;
	const char *const *values = cli_values(args, name, &value_cnt);

	*ret = NULL;
	*ret_cnt = 0;
	for (size_t i = 0; i < value_cnt; i++) {
		if (!split_value(pool, values[i], &words, &cnt, &cap))
			return error_no_memory();
	}
	*ret = words;
	*ret_cnt = cnt;
	return NULL;
}

const char *const *cli_operands(const struct cli_args *args, size_t *cnt)
{
	*cnt = args->operand_cnt;
	return args->operands;
}

const struct cli_action *cli_action(const struct cli_args *args)
{
	return args->action;
}

struct error *cli_number(const struct cli_args *args, const char *name, unsigned long max,
	unsigned long fallback, unsigned long *ret)
{
	const char *text = cli_value(args, name);
	char *end;

	*ret = fallback;
	if (!text)
		return NULL;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || value > max)
		return error_create(ERROR_USAGE, NULL, "--%s=%s: expected a number from 0 to %lu",
			name, text, max);
	*ret = value;
	return NULL;
}

void args_deinit(struct cli_args *args)
{
	for (size_t i = 0; args->given && i < args->command->option_cnt; i++)
		free(args->given[i].values);
	free(args->given);
	free(args->operands);
	*args = (struct cli_args) {0};
}

static bool add_value(struct cli_given *given, const char *value)
{
	const char **values = realloc(given->values, (given->cnt + 1) * sizeof(*values));

	if (!values)
		return false;
	values[given->cnt++] = value;
	given->values = values;
	return true;
}

/* getopt's two forms of the table: long options, and the letters. */
struct getopt_table {
	struct option *longs;
	char *letters;
};

static void getopt_table_deinit(struct getopt_table *table)
{
	free(table->longs);
	free(table->letters);
}

static void add_option(struct getopt_table *table, size_t at, const struct cli_option *option)
{
	table->longs[at] = (struct option) {
		.name = option->name,
		.has_arg = option->argument ? required_argument : no_argument,
		.val = LONG_ONLY + (int)at,
	};
	if (option->letter) {
		char text[3] = {option->letter, option->argument ? ':' : '\0', '\0'};
		strcat(table->letters, text);
	}
}

static bool getopt_table_init(struct getopt_table *table, const struct command *command)
{
	size_t cnt = command->option_cnt;

	table->longs = calloc(cnt + 2, sizeof(*table->longs));
	table->letters = calloc(2 * cnt + 8, 1);
	if (!table->longs || !table->letters)
		return false;
	strcpy(table->letters, ":");
	for (size_t i = 0; i < cnt; i++)
		add_option(table, i, &command->options[i]);
	add_option(table, cnt, &help_option);
	return true;
}

static size_t given_index(const struct command *command, int value)
{
	if (value >= LONG_ONLY)
		return (size_t)(value - LONG_ONLY);
	size_t i = 0;
	while (i < command->option_cnt && command->options[i].letter != value)
		i++;
	return i; /* option_cnt: --help */
}

static struct error *wrong_option(const struct cli_args *args, int value, char *const *argv)
{
	const char *text = argv[optind - 1];
	char letter[3] = {'-', (char)optopt, '\0'};

	if (optopt && optopt < LONG_ONLY)
		text = letter;
	/* The number of an option that is there: it has a value, and takes none. */
	if (value != ':' && optopt < LONG_ONLY)
		return near_option_error(args->program, args->command, text);
	char todo[96];
	snprintf(todo, sizeof(todo), "see %s %s --help", args->program->name, args->command->name);
	return error_create(ERROR_USAGE, todo,
		value == ':' ? "%s: the option needs an argument"
			     : "%s: the option takes no argument",
		text);
}

/* "--json", or "--format=json" */
static void put_format(const char *option, const char *word, struct buf *out)
{
	buf_printf(out, "--%s", option);
	if (!strcmp(option, "format"))
		buf_printf(out, "=%s", word);
}

/* Several options can give one format. */
static struct error *take_format(struct cli_args *args, const char *option, const char *word)
{
	struct cli_given *given = &args->given[option_index(args, "format")];
	_cleanup_buf_ struct buf before = {0}, now = {0};

	if (!given->cnt) {
		args->format_option = option;
		return add_value(given, word) ? NULL : error_no_memory();
	}
	if (!strcmp(given->values[0], word))
		return NULL;
	put_format(args->format_option, given->values[0], &before);
	put_format(option, word, &now);
	return error_create(ERROR_USAGE, "give one of them", "%s and %s contradict",
		buf_text(&before), buf_text(&now));
}

static struct error *take_option(struct cli_args *args, size_t index, const char *value)
{
	const struct cli_option *option = &args->command->options[index];
	struct cli_given *given = &args->given[index];

	for (size_t i = 0; i < ARRAY_SIZE(short_forms); i++) {
		if (!strcmp(option->name, short_forms[i].option))
			return take_format(args, option->name, format_words[short_forms[i].format]);
	}
	if (!strcmp(option->name, "format"))
		return take_format(args, option->name, value);
	/* Twice a word without an argument is the same word. */
	if (given->cnt && option->argument && !cli_may_repeat(option))
		return error_create(ERROR_USAGE, "give it once",
			"--%s: given twice, with '%s' and '%s', and only one value can hold",
			option->name, given->values[0], value);
	return add_value(given, value) ? NULL : error_no_memory();
}

static struct error *parse_options(
	struct cli_args *args, const struct getopt_table *table, int argc, char **argv)
{
	int value;

	/* 0 makes glibc forget an earlier run. */
	optind = 0;
	opterr = 0;
	while ((value = getopt_long(argc, argv, table->letters, table->longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			return wrong_option(args, value, argv);
		size_t index = given_index(args->command, value);
		struct error *error = NULL;
		if (index == args->command->option_cnt)
			args->help = true;
		else
			error = take_option(args, index, optarg ? optarg : "");
		if (error)
			return error;
	}
	return NULL;
}

static struct error *take_operands(struct cli_args *args, int argc, char **argv)
{
	if (!args->command->operand && !args->command->actions && optind < argc && !args->help)
		return error_create(ERROR_USAGE, NULL, "%s: %s %s takes no operands", argv[optind],
			args->program->name, args->command->name);
	args->operands = calloc((size_t)(argc - optind) + 1, sizeof(*args->operands));
	if (!args->operands)
		return error_no_memory();
	for (int i = optind; i < argc; i++)
		args->operands[args->operand_cnt++] = argv[i];
	return NULL;
}

static struct error *no_action(const struct cli_args *args, const char *word)
{
	const struct cli_action *actions = args->command->actions;
	const char *words[WORD_MAX];
	size_t cnt = 0;

	while (actions[cnt].name && cnt < WORD_MAX) {
		words[cnt] = actions[cnt].name;
		cnt++;
	}
	return word ? near_error(word, words, cnt, NULL, "%s: %s %s has no such action", word,
			      args->program->name, args->command->name)
		    : near_error("", words, cnt, NULL, "%s %s: no action given",
			      args->program->name, args->command->name);
}

const struct cli_action *action_named(const struct command *command, const char *name)
{
	for (const struct cli_action *action = command->actions; action && action->name; action++) {
		if (!strcmp(action->name, name))
			return action;
	}
	return NULL;
}

/* The first operand is the action. */
static struct error *take_action(struct cli_args *args)
{
	const char *word = args->operand_cnt ? args->operands[0] : NULL;

	args->action = word ? action_named(args->command, word) : NULL;
	if (!args->action)
		return no_action(args, word);
	args->operand_cnt--;
	memmove(args->operands, args->operands + 1, args->operand_cnt * sizeof(*args->operands));
	return NULL;
}

static struct error *check_operands(const struct cli_args *args)
{
	const struct cli_action *action = args->action;
	const char *last = NULL;
	size_t cnt = 0;
	char todo[96];

	snprintf(todo, sizeof(todo), "see %s %s --help", args->program->name, args->command->name);
	while (cnt < CLI_ACTION_OPERAND_MAX && action->operands[cnt])
		last = action->operands[cnt++];
	if (args->operand_cnt < cnt)
		return error_create(ERROR_USAGE, todo, "%s %s: %s is missing", args->command->name,
			action->name, action->operands[args->operand_cnt]);
	if (args->operand_cnt > cnt && !(last && cli_repeats(last)))
		return error_create(ERROR_USAGE, "leave it out", "%s: one too many for %s %s",
			args->operands[cnt], args->command->name, action->name);
	return NULL;
}

static bool action_takes(const struct cli_action *action, const char *option)
{
	for (const char *const *own = action->options; *own; own++) {
		if (!strcmp(*own, option))
			return true;
	}
	return false;
}

bool cli_action_takes(
	const struct command *command, const struct cli_action *action, const char *option)
{
	for (const struct cli_action *other = command->actions; other && other->name; other++) {
		if (action_takes(other, option))
			return !action || action_takes(action, option);
	}
	return true;
}

static struct error *check_action(const struct cli_args *args)
{
	const struct command *command = args->command;
	struct error *error = check_operands(args);
	char because[64];

	snprintf(because, sizeof(because), "with %s %s", command->name, args->action->name);
	for (size_t i = 0; i < command->option_cnt && !error; i++) {
		const char *const option[] = {command->options[i].name, NULL};
		if (!cli_action_takes(command, args->action, option[0]))
			error = cli_no_effect(args, option, because);
	}
	return error;
}

bool next_alternative(const char **at, const char **word, size_t *len)
{
	*word = *at;
	*len = strcspn(*at, "|");
	*at += *len + ((*at)[*len] == '|');
	return *len;
}

/* "text|json|jsonl": the first one is the default. */
static const char *formats_of(const struct cli_args *args)
{
	return args->action ? args->action->formats
			    : args->command->options[option_index(args, "format")].argument;
}

/* ERROR_USAGE, with all formats of the command and the nearest one. */
static struct error *no_format(const struct cli_args *args, const char *word)
{
	const struct cli_action *action = args->action;
	const char *words[WORD_MAX], *formats = formats_of(args);
	char texts[WORD_MAX][WORD_MAX];
	_cleanup_buf_ struct buf given = {0}, list = {0};
	size_t cnt = 0, len;

	for (const char *at = formats, *one;
		at && cnt < WORD_MAX && next_alternative(&at, &one, &len); cnt++) {
		snprintf(texts[cnt], sizeof(texts[cnt]), "%.*s", (int)len, one);
		words[cnt] = texts[cnt];
		buf_printf(&list, "%s%s", cnt ? ", " : " has ", texts[cnt]);
	}
	put_format(args->format_option, word, &given);
	return near_error(word, words, cnt, cnt ? "name one of them" : "leave it out",
		"%s: %s%s%s%s", buf_text(&given), args->command->name, action ? " " : "",
		action ? action->name : "", cnt ? buf_text(&list) : " prints no format");
}

static bool is_format_of(const char *formats, const char *word)
{
	size_t len;

	for (const char *at = formats, *one; at && next_alternative(&at, &one, &len);) {
		if (strlen(word) == len && !strncmp(one, word, len))
			return true;
	}
	return false;
}

static struct error *check_format(const struct cli_args *args)
{
	const char *word = args->format_option ? cli_value(args, "format") : NULL;

	return !word || is_format_of(formats_of(args), word) ? NULL : no_format(args, word);
}

enum cli_format cli_format(const struct cli_args *args)
{
	const char *word = cli_value(args, "format"), *at = word ? word : formats_of(args);
	size_t i = 0, len;

	next_alternative(&at, &word, &len);
	while (strlen(format_words[i]) != len || strncmp(format_words[i], word, len) != 0)
		i++;
	return i;
}

bool cli_prints_json(const struct cli_args *args)
{
	return cli_format(args) == CLI_FORMAT_JSON || cli_format(args) == CLI_FORMAT_JSONL;
}

static void put_option(const struct cli_args *args, const char *option, struct buf *out)
{
	if (!strcmp(option, "format"))
		put_format(args->format_option, cli_value(args, "format"), out);
	else
		buf_printf(out, "--%s", option);
}

struct error *cli_no_effect(
	const struct cli_args *args, const char *const *options, const char *because)
{
	_cleanup_buf_ struct buf text = {0};

	while (*options && !cli_has(args, *options))
		options++;
	if (!*options)
		return NULL;
	put_option(args, *options, &text);
	return error_create(
		ERROR_USAGE, "leave it out", "%s: no effect %s", buf_text(&text), because);
}

/* Text is what a command prints anyway. */
static bool clashes(const struct cli_args *args, const char *option)
{
	return cli_has(args, option) &&
		(strcmp(option, "format") || cli_format(args) != CLI_FORMAT_TEXT);
}

static struct error *check_clashes(const struct cli_args *args)
{
	struct error *error = NULL;

	for (size_t i = 0; i < args->command->clash_cnt && !error; i++) {
		const struct cli_clash *clash = &args->command->clashes[i];
		_cleanup_buf_ struct buf because = {0};
		if (!clashes(args, clash->option))
			continue;
		buf_puts(&because, "with ");
		put_option(args, clash->option, &because);
		error = cli_no_effect(args, clash->others, buf_text(&because));
	}
	return error;
}

static struct error *check(struct cli_args *args)
{
	struct error *error = args->command->actions ? take_action(args) : NULL;

	if (!error && args->action)
		error = check_action(args);
	if (!error)
		error = check_format(args);
	return error ? error : check_clashes(args);
}

struct error *args_parse(const struct cli_program *program, const struct command *command, int argc,
	char **argv, struct cli_args *args)
{
	__attribute__((cleanup(getopt_table_deinit))) struct getopt_table table = {0};

	*args = (struct cli_args) {
		.program = program,
		.command = command,
		.given = calloc(command->option_cnt + 1, sizeof(*args->given)),
	};
	if (!args->given || !getopt_table_init(&table, command))
		return error_no_memory();
	struct error *error = parse_options(args, &table, argc, argv);
	if (!error)
		error = take_operands(args, argc, argv);
	return error || args->help ? error : check(args);
}
