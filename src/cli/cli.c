/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/array.h"
#include "cli/args.h"
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
#include "util/reading.h"
#include "util/json_memory.h"
#include "util/sanitizer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	if (!line.failed && !safe->failed)
		return NULL;
	/* A part of a line says nothing. */
	buf_deinit(safe);
	return error_no_memory();
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
	struct error *error = args_parse(running, command, argc, argv, &args);

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
	/* SIGINT is for the pager itself, which shares the terminal. */
	if (number == SIGTERM)
		pager_stop();
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
	reading_stop_by(&cli_stop);
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
	json_watch_memory();
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
	if (!pager_end())
		status = STATUS_INTERRUPTED;
	ending.finished = true;
	return status;
}
