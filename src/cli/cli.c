/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/array.h"
#include "cli/cli.h"
#include "cli/complete.h"
#include "cli/crash.h"
#include "cli/help.h"
#include "cli/near.h"
#include "cli/pager.h"
#include "cli/print.h"
#include "cli/supervise.h"
#include "util/argument.h"
#include "util/budget.h"
#include "util/escape.h"
#include "util/sanitizer.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_ONLY 256 /* getopt's value of option i is LONG_ONLY + i */

atomic_bool cli_stop;
static const struct cli_program *running; /* of cli_main(); for messages */
/* What ends a run from outside of its commands: prepared before one runs. */
static struct {
	int status;     /* of an error */
	bool finished;  /* cli_main() returns: its status holds */
	const char *text; /* of a run that takes too long */
	size_t text_len;
	struct buf memory; /* a line for when there is no more; empty: none was made */
} ending;

struct cli_given {
	const char **values;
	size_t cnt;
};

struct cli_args {
	const struct command *command;
	struct cli_given *given; /* [option_cnt] */
	const char **operands;
	size_t operand_cnt;
	bool help;
};

static const struct cli_option help_option = {'h', "help", NULL, "show this help and exit"};

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
static bool split_value(struct pool *pool, const char *value, const char ***words, size_t *cnt, size_t *cap)
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
		return error_create(ERROR_USAGE, NULL, "--%s=%s: expected a number from 0 to %lu", name,
			text, max);
	*ret = value;
	return NULL;
}

static void args_deinit(struct cli_args *args)
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

static struct error *wrong_option(const struct command *command, int value, char *const *argv)
{
	const char *text = argv[optind - 1];
	char letter[3] = {'-', (char)optopt, '\0'};

	if (optopt && optopt < LONG_ONLY)
		text = letter;
	/* The number of an option that is there: it has a value, and takes none. */
	if (value != ':' && optopt < LONG_ONLY)
		return near_option_error(running, command, text);
	char todo[96];
	snprintf(todo, sizeof(todo), "see %s %s --help", running->name, command->name);
	return error_create(ERROR_USAGE, todo,
		value == ':' ? "%s: the option needs an argument"
			     : "%s: the option takes no argument",
		text);
}

static struct error *take_option(struct cli_args *args, size_t index, const char *value)
{
	const struct cli_option *option = &args->command->options[index];
	struct cli_given *given = &args->given[index];

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
			return wrong_option(args->command, value, argv);
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
	if (!args->command->operand && optind < argc && !args->help)
		return error_create(ERROR_USAGE, NULL, "%s: %s %s takes no operands", argv[optind],
			running->name, args->command->name);
	args->operands = calloc((size_t)(argc - optind) + 1, sizeof(*args->operands));
	if (!args->operands)
		return error_no_memory();
	for (int i = optind; i < argc; i++)
		args->operands[args->operand_cnt++] = argv[i];
	return NULL;
}

struct error *cli_no_effect(
	const struct cli_args *args, const char *const *options, const char *because)
{
	for (; *options; options++) {
		if (cli_has(args, *options))
			return error_create(ERROR_USAGE, "leave it out", "--%s: no effect %s",
				*options, because);
	}
	return NULL;
}

static struct error *check_clashes(const struct cli_args *args)
{
	struct error *error = NULL;

	for (size_t i = 0; i < args->command->clash_cnt && !error; i++) {
		const struct cli_clash *clash = &args->command->clashes[i];
		char because[64];
		snprintf(because, sizeof(because), "with --%s", clash->option);
		if (cli_has(args, clash->option))
			error = cli_no_effect(args, clash->others, because);
	}
	return error;
}

static struct error *args_parse(
	const struct command *command, int argc, char **argv, struct cli_args *args)
{
	__attribute__((cleanup(getopt_table_deinit))) struct getopt_table table = {0};

	*args = (struct cli_args) {
		.command = command,
		.given = calloc(command->option_cnt + 1, sizeof(*args->given)),
	};
	if (!args->given || !getopt_table_init(&table, command))
		return error_no_memory();
	struct error *error = parse_options(args, &table, argc, argv);
	if (!error)
		error = take_operands(args, argc, argv);
	return error || args->help ? error : check_clashes(args);
}

void cli_report(const struct error *error)
{
	uint64_t limit = budget_memory_bytes() >> 20;

	if (error->code == ERROR_NO_MEMORY && ending.memory.len)
		print_escaped(&ending.memory);
	else if (error->code == ERROR_NO_MEMORY && limit)
		cli_say("out of memory: a run may use %llu MiB for input of this size (the input is damaged "
			"or hostile, or too much was asked of it: see Limits in kcompat-scan(8))",
			(unsigned long long)limit);
	else if (error->todo)
		cli_say("%s (%s)", error->what, error->todo);
	else
		cli_say("%s", error->what);
}

static bool is_verbose(const struct cli_args *args)
{
	return args->command->reads && cli_has(args, "verbose");
}

void cli_confine(const struct cli_args *args)
{
	_cleanup_buf_ struct buf text = {0};
	struct confined confined;

	if (!supervise_confine(&confined) || !is_verbose(args))
		return;
	confine_describe(&confined, &text);
	cli_say("the process that reads is confined: %s", buf_text(&text));
}

static void complain_of_pager(const char *command, const char *why)
{
	cli_say("%s: %s, so no pager runs", command, why);
}

#define REPORT " (nothing was harmed; please report the file)"

/* A line for when it is too late to make one. `safe` stays until the process ends. */
static struct error *render_end(const struct paths *inputs, const char *why, struct buf *safe)
{
	_cleanup_buf_ struct buf line = {0};

	buf_clear(safe);
	buf_printf(&line, "%s: ", running->name);
	for (size_t i = 0; i < inputs->cnt; i++)
		buf_printf(&line, "%s%s", i ? ", " : "", input_name(inputs->list[i]));
	buf_printf(&line, ": %s", why);
	escape_text(safe, buf_text(&line));
	buf_putc(safe, '\n');
	return line.failed || safe->failed ? error_no_memory() : NULL;
}

/* The parent of a process that reads would say the same. */
static struct error *prepare_ends(const struct paths *inputs)
{
	static struct buf crash, time;
	struct error *error = render_end(inputs, "the process that read it crashed" REPORT, &crash);

	if (!error)
		error = render_end(inputs, "reading it takes too much CPU time" REPORT, &time);
	if (!error)
		error = render_end(inputs,
			"reading it takes too much memory (see Limits in kcompat-scan(8))", &ending.memory);
	if (error)
		return error;
	ending.text = buf_text(&time);
	ending.text_len = time.len;
	return crash_catch(buf_text(&crash), ending.status);
}

static struct error *run_here(const struct cli_args *args, struct foreign *foreign, int *status)
{
	struct error *error = prepare_ends(&foreign->inputs);

	if (error)
		return error;
	supervise_here(foreign);
	cli_confine(args);
	return args->command->run(args, status);
}

/* What a run reads stays until the process ends: a child may start at any time. */
static struct error *run_here_or_in_child(const struct cli_args *args, int *status)
{
	static struct foreign foreign;
	const struct command *command = args->command;
	bool is_child = false;

	if (command->pages && !cli_has(args, "no-pager"))
		pager_start(complain_of_pager);
	struct error *error = command->reads ? command->reads(args, &foreign) : NULL;

	if (!error && !foreign.inputs.cnt) {
		if (is_verbose(args))
			cli_say("no file of others is read, so nothing is confined");
		return command->run(args, status);
	}
	/* A sanitizer reports crashes itself. */
	if (!error && foreign.in_place && !HAS_SANITIZER)
		return run_here(args, &foreign, status);
	if (!error)
		error = supervise(&foreign, cli_report, &is_child, status);
	if (error || !is_child)
		return error;
	if (foreign.restarts)
		print_hold();
	if (!foreign.later)
		cli_confine(args);
	return command->run(args, status);
}

static struct error *run_command(const struct command *command, int argc, char **argv, int *status)
{
	struct cli_args args;
	struct error *error = args_parse(command, argc, argv, &args);

	if (!error && args.help) {
		_cleanup_buf_ struct buf text = {0};
		cli_help_command(running, command, cli_width(), &text);
		*status = STATUS_OK;
		error = cli_print(&text);
	} else if (!error) {
		error = run_here_or_in_child(&args, status);
	}
	args_deinit(&args);
	return error;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; running->commands[i]; i++) {
		if (!strcmp(running->commands[i]->name, name))
			return running->commands[i];
	}
	return NULL;
}

static int cli_finish(const struct command *command, struct error *error, int status, int argc, char **argv)
{
	/* The parent knows what was read, and may leave it out. */
	if (error && error->code == ERROR_NO_MEMORY && supervise_out_of_memory(budget_memory_bytes()))
		return STATUS_ERROR;
	if (error)
		cli_report(error);
	print_let_go();
	if (!error)
		return status;
	status = command && command->error_status ? command->error_status(argc, argv)
						  : running->error_status;
	/* A style (systemd's 255) also covers an interrupt: 130 has another meaning there. */
	if (error->code == ERROR_INTERRUPTED && status == running->error_status)
		status = STATUS_INTERRUPTED;
	error_free(error);
	return status;
}

/* `word` NULL: of the program. */
static struct error *print_help(const char *word)
{
	const struct command *command = word ? find_command(word) : NULL;
	_cleanup_buf_ struct buf text = {0};

	if (word && !command)
		return near_command_error(running, word);
	if (command)
		cli_help_command(running, command, cli_width(), &text);
	else
		cli_help(running, cli_width(), &text);
	return cli_print(&text);
}

static struct error *print_version(void)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s " KCOMPAT_VERSION "\n", running->name);
	if (running->confinement)
		buf_printf(&text, "confinement: %s\n", running->confinement());
	return cli_print(&text);
}

static struct error *print_completion(const struct cli_program *program, size_t cnt, char *const *words)
{
	_cleanup_buf_ struct buf out = {0};
	struct error *error = complete_line(program, cnt, words, &out);

	return error ? error : cli_print(&out);
}

static bool is_among(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

/* What is no command: the words of every program. */
static struct error *run_general(int argc, char **argv)
{
	static const char *const help[] = {"help", "--help", "-h", NULL};
	static const char *const version[] = {"--version", "-V", NULL};
	bool helps = is_among(argv[1], help);

	if (!helps && !is_among(argv[1], version))
		return near_command_error(running, argv[1]);
	if (argc > (helps ? 3 : 2))
		return error_create(ERROR_USAGE, NULL, "%s: too many words", argv[argc - 1]);
	return helps ? print_help(argv[2]) : print_version();
}

/* A script whose word is empty by mistake must not read success, so this is no --help. */
static int run_nothing(void)
{
	_cleanup_buf_ struct buf text = {0};

	cli_help(running, cli_width(), &text);
	cli_print_error(&text);
	return running->error_status;
}

static void on_signal(int number)
{
	(void)number;
	/* A second signal ends the process: descriptors close, and the kernel keeps nothing. */
	if (atomic_exchange(&cli_stop, true))
		_exit(STATUS_INTERRUPTED);
}

/* Safe in a handler of a signal. */
static void end_with(const char *text, size_t len)
{
	if (write(STDERR_FILENO, text, len) < 0)
		_exit(ending.status);
	_exit(ending.status);
}

/* SIGXCPU: the limit of util/budget.h. Files are written at the end, so none is left incomplete. */
static void on_time_limit(int number)
{
	if (!supervise_out_of_time(budget_seconds()))
		end_with(ending.text, ending.text_len);
	/* The parent says which file it was. */
	signal(number, SIG_DFL);
	raise(number);
}

/* Some libraries exit if memory is exhausted. Their status must not be read as an answer. */
static void on_exit_of_library(void)
{
	static const char text[] =
		"kcompat: a library ended the run, probably out of memory: the input is damaged or too large\n";

	if (ending.finished)
		return;
	if (supervise_out_of_memory(budget_memory_bytes()))
		_exit(ending.status);
	end_with(text, sizeof(text) - 1);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	struct sigaction limit = {.sa_handler = on_time_limit};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGXCPU, &limit, NULL);
}

static void prepare_ending(const struct command *command, int argc, char **argv)
{
	static char text[200];

	ending.status = command->error_status ? command->error_status(argc, argv) : running->error_status;
	ending.text = text;
	ending.text_len = (size_t)snprintf(text, sizeof(text),
		"%s: more processor time than any kernel of this size takes: the input is damaged or "
		"hostile (see Limits in kcompat-scan(8))\n",
		running->name);
	if (!running->limited)
		return;
	atexit(on_exit_of_library);
	budget_start();
}

const char *cli_name(void)
{
	return running->name;
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	running = program;
	print_name(program->name);
	if (argc < 2)
		return run_nothing();
	const struct command *command = find_command(argv[1]);
	struct error *error;
	int status = STATUS_OK;

	if (command) {
		prepare_ending(command, argc, argv);
		catch_signals();
		error = run_command(command, argc - 1, argv + 1, &status);
	} else if (!strcmp(argv[1], "complete")) {
		error = print_completion(program, (size_t)argc - 2, argv + 2);
	} else {
		error = run_general(argc, argv);
	}
	status = cli_finish(command, error, status, argc, argv);
	cli_progress_end();
	pager_end();
	ending.finished = true;
	return status;
}
