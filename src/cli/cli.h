/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command is a const object with a table of its options. Parsing, --help and the check of
 * operands use that table. Only main() prints errors and exits.
 */
#ifndef KCOMPAT_CLI_CLI_H
#define KCOMPAT_CLI_CLI_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

enum { STATUS_OK = 0, STATUS_MISSING = 1, STATUS_ERROR = 2, STATUS_UNKNOWN = 3, STATUS_INTERRUPTED = 130 };

struct cli_option {
	char letter;          /* 0: none */
	const char *name;     /* without dashes */
	const char *argument; /* placeholder of its argument; "..." at its end: may be repeated.
				 NULL: takes none */
	const char *help;     /* one sentence; '\n' starts a new line */
};

/*
 * Options that have no effect beside `option`. They are refused, instead of ignored. "format" as
 * `option` is any form but text.
 */
struct cli_clash {
	const char *option;
	const char *const *others; /* NULL at the end */
};

/* The output forms that --format can name. X(enumerator, word) */
#define CLI_FORMATS(X)                                                                             \
	X(TEXT, "text")                                                                            \
	X(JSON, "json")                                                                            \
	X(JSONL, "jsonl")                                                                          \
	X(MD, "md")                                                                                \
	X(CSV, "csv")                                                                              \
	X(DIFF, "diff")                                                                            \
	X(ENV, "env")                                                                              \
	X(C, "c")                                                                                  \
	X(JUNIT, "junit")                                                                          \
	X(SARIF, "sarif")                                                                          \
	X(GITHUB, "github")                                                                        \
	X(PROMETHEUS, "prometheus")                                                                \
	X(NFD, "nfd")

enum cli_format {
#define CLI_FORMAT_ENUM(name, word) CLI_FORMAT_##name,
	CLI_FORMATS(CLI_FORMAT_ENUM)
#undef CLI_FORMAT_ENUM
};

/* The rows of a command with output forms. `words`: "text|json|jsonl"; the first one is the default. */
#define CLI_FORMAT_OPTION(words, help)                                                             \
	{                                                                                          \
		0, "format", words, help                                                           \
	}
#define CLI_JSON_OPTION                                                                            \
	{                                                                                          \
		'j', "json", NULL, "short for --format=json"                                       \
	}
#define CLI_MARKDOWN_OPTION                                                                        \
	{                                                                                          \
		0, "markdown", NULL, "short for --format=md"                                       \
	}
#define CLI_OUTPUT_OPTION                                                                          \
	{                                                                                          \
		'o', "output", "FILE",                                                             \
			"write to FILE atomically, instead of standard output; .gz at its end compresses" \
	}

#define CLI_ACTION_OPERAND_MAX 2

/* One of several things that a command does: its first operand. */
struct cli_action {
	const char *name;
	/* Placeholders of the operands behind it. Each operand is required. A last one that ends in
	 * "..." may be given several times. Alternatives ("kfuncs|functions") are completed. */
	const char *operands[CLI_ACTION_OPERAND_MAX];
	const char *help;           /* one sentence */
	const char *formats;        /* as of CLI_FORMAT_OPTION; NULL: it prints nothing */
	const char *const *options; /* which not all actions take; NULL at the end */
};

struct cli_args;
struct completion_row;
struct foreign;

struct command {
	const char *name, *summary;
	const char *usage;       /* the text after the command's name: "[OPTION]... [NAME]..." */
	const char *description; /* paragraphs of --help before the options; wrapped to the terminal */
	const struct cli_option *options;
	size_t option_cnt;
	const struct cli_clash *clashes;
	size_t clash_cnt;
	const char *operand;     /* placeholder of its operands, for completion; NULL: takes none */
	const struct cli_action *actions; /* instead of `operand`; without a name at the end; NULL: none */
	const char *rest;        /* the same of those behind "--"; NULL: no others */
	bool pages; /* long output goes to a pager (pager.h); such a command has the option --no-pager */
	const char *epilog;      /* after the options: exit status, examples; printed as it is */
	/* Sets *status only on success. */
	struct error *(*run)(const struct cli_args *args, int *status);
	/*
	 * The files of others that a run reads: it then runs in a process of its own (supervise.h).
	 * NULL: it reads none. Such a command has the option --verbose.
	 */
	struct error *(*reads)(const struct cli_args *args, struct foreign *foreign);
	/* The exit status of an error, also of a wrong command line; NULL: the program's. */
	int (*error_status)(int argc, char *const *argv);
};

/* kcompat itself, or a program that shares its command line. */
struct cli_program {
	const char *name, *purpose;
	int error_status; /* of a wrong command line, and of an error without a status of its own */
	bool limited; /* files have a budget (util/budget.h); a program that starts others has none */
	const struct completion_row *completions; /* complete.h; without a placeholder at the end; NULL: none */
	const char *(*confinement)(void); /* for --version: what can confine a process; NULL: nothing */
	const struct command *const *commands; /* NULL at the end; sorted as --help prints them */
};

/* Whether the option was given; its value, NULL if not given. `name` must be in the table. */
bool cli_has(const struct cli_args *args, const char *name);
const char *cli_value(const struct cli_args *args, const char *name);
/* All values of an option that may be repeated, in order. */
const char *const *cli_values(const struct cli_args *args, const char *name, size_t *cnt);
/*
 * The words of all values, which are separated by commas. Empty words are left out, so *cnt is
 * also 0 if all values are empty. The words live in `pool`.
 */
struct error *cli_words(const struct cli_args *args, const char *name, struct pool *pool,
	const char *const **ret, size_t *cnt);
/* ERROR_USAGE if one of the options (NULL at their end) was given, which have no effect: `because`
 * says why. */
struct error *cli_no_effect(
	const struct cli_args *args, const char *const *options, const char *because);
/* Behind the action, if the command has actions. */
const char *const *cli_operands(const struct cli_args *args, size_t *cnt);
/* What the first operand names; NULL: the command has no actions. */
const struct cli_action *cli_action(const struct cli_args *args);
/* Does the action take the option? NULL: does any? An option that no action lists is one of all. */
bool cli_action_takes(
	const struct command *command, const struct cli_action *action, const char *option);
/* The output form that --format, --json or --markdown names, else the default. The command has the option. */
enum cli_format cli_format(const struct cli_args *args);
/* json or jsonl? They say the same. */
bool cli_prints_json(const struct cli_args *args);
/* A number from 0 to `max`; `fallback` when the option was not given. */
struct error *cli_number(const struct cli_args *args, const char *name, unsigned long max,
	unsigned long fallback, unsigned long *ret);

/*
 * All output goes through these functions, which escape it (util/escape.h). tests/lint/style.sh
 * refuses any other way.
 */
/* Prints an error like main(), for a command that continues with its other arguments. */
void cli_report(const struct error *error);
/* "kcompat: " and one line on standard error. A newline in it is escaped, too. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Lines of text to standard error. */
void cli_print_error(const struct buf *text);
/*
 * One line that is redrawn in place, on standard error if that is a terminal. A percentage that is not
 * above the last one changes nothing. Whatever is printed next removes it, and so does cli_progress_end().
 */
void cli_progress(const char *what, int percent);
void cli_progress_end(void);
/* Writes all of `text` to standard output; a full disk or a closed pipe is an error. */
struct error *cli_print(const struct buf *text);
/* The same for output that a program reads, such as a patch: escaped only on a terminal. */
struct error *cli_print_bytes(const struct buf *text);
/* The columns of the terminal on standard output, or COLUMNS, or 80. */
size_t cli_width(void);
/* Does a person see standard output? */
bool cli_is_on_terminal(void);
/* May text have colours (util/colour.h)? On a terminal, unless NO_COLOR is set. */
bool cli_has_colour(void);

/*
 * Confines the process of a command that reads files of others (supervise.h), and with --verbose
 * says how. Only a command that asked for it later calls it. Elsewhere, and again, it does nothing.
 */
void cli_confine(const struct cli_args *args);

/* Set by SIGINT and SIGTERM. */
extern atomic_bool cli_stop;

/* Runs a command line like main(), but does not exit. Returns the exit status. */
int cli_main(const struct cli_program *program, int argc, char **argv);
/* The name of the program whose command line runs. */
const char *cli_name(void);

#endif
