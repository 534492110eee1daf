/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli, cli_help and the commands' tables: errors of wrong command lines, and the layout of help.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "cli/commands.h"
#include "util/array.h"

#define ARGS_MAX 8

struct output {
	int status;
	char out[32768], err[4096];
};

static void read_back(FILE *file, char *text, size_t size)
{
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

/* Runs it in a separate process, like main(). `out_path` NULL: the output is kept. */
static void run(const char *const *args, const char *out_path, struct output *output)
{
	FILE *out = out_path ? fopen(out_path, "w+") : tmpfile(), *err = tmpfile();
	char *argv[ARGS_MAX + 2] = {(char *)"kcompat"};
	int argc = 1, status;

	for (; args[argc - 1]; argc++)
		argv[argc] = (char *)args[argc - 1];
	fflush(NULL);
	pid_t child = fork();
	if (!child) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		exit(cli_main(&kcompat_program, argc, argv));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	output->status = WEXITSTATUS(status);
	read_back(out, output->out, sizeof(output->out));
	read_back(err, output->err, sizeof(output->err));
}

static void test_wrong_command_lines(void **state)
{
	static const struct {
		const char *args[ARGS_MAX];
		const char *says;
	} cases[] = {
		{{"nosuch"}, "nosuch: no such command (see kcompat --help)"},
		{{""}, ": no such command"},
		{{"--nosuch"}, "--nosuch: no such command"},
		{{"help", "nosuch"}, "nosuch: no such command"},
		{{"help", "probe", "scan"}, "scan: too many words"},
		{{"--version", "probe"}, "probe: too many words"},
		{{"probe", "--nosuch"}, "--nosuch: no such option (see kcompat probe --help)"},
		{{"probe", "-Z"}, "-Z: no such option"},
		{{"probe", "-jZ"}, "-Z: no such option"},
		{{"probe", "--context"}, "--context: the option needs an argument"},
		{{"probe", "-c"}, "-c: the option needs an argument"},
		{{"probe", "--threads=many"}, "--threads=many: expected a number from 0 to 64"},
		{{"probe", "--threads="}, "expected a number"},
		{{"probe", "--threads=-1"}, "expected a number"},
		{{"probe", "--threads=65"}, "expected a number"},
		{{"probe", "--threads=1x"}, "expected a number"},
		{{"probe", "--threads=99999999999999999999999"}, "expected a number"},
		{{"probe", "--only=nothing"}, "--only=nothing: no such part"},
		{{"probe", "--only=kfuncs,kfunk"},
			"--only=kfunk: no such part (did you mean 'kfuncs'?)"},
		{{"probe", "--only=,"}, "--only=: no part given"},
		{{"probe", "--only=kfuncs", "--only=nothing"}, "--only=nothing: no such part"},
		{{"probe", "-o", "a", "--output=b"}, "--output: given twice, with 'a' and 'b'"},
		{{"probe", "--threads=1", "--threads=1"}, "--threads: given twice"},
		{{"scan", "-o", "a", "-o", "b", "x"}, "--output: given twice"},
		{{"scan", "--functions=a", "--functions=b", "x"}, "--functions: given twice"},
		{{"show", "-b", "a", "-b", "b", "x"}, "--baseline: given twice"},
		{{"diff", "--only=kfunc", "--only=programs", "x", "y"},
			"--only=programs: no such part"},
		{{"diff", "--only=,", "x", "y"}, "--only=: no part given"},
		{{"docs", "page", "kfunc", "a", "-phook", "-phook"}, "--policy: given twice"},
		{{"require", "-k", "a", "-k", "live", "map:hash"}, "a: no such file"},
		{{"require", "--need=all", "--need=any", "map:hash"}, "--need: given twice, with 'all' and 'any'"},
		{{"require", "--need=each", "map:hash"}, "--need=each: no such value"},
		{{"require", "--format=c", "--format=env", "map:hash"}, "--format=c and --format=env contradict"},
		{{"probe", "--verifier-log=bpf_loop"}, "expected NAME@CONTEXT"},
		{{"probe", "--verifier-log=@xdp"}, "expected NAME@CONTEXT"},
		{{"probe", "--verifier-log=bpf_loop@"}, "expected NAME@CONTEXT"},
		{{"probe", "--root=/no/such/root"}, "/no/such/root/proc"},
		{{"require"}, "kcompat: "},
		{{"require", "--nosuch"}, "--nosuch: no such option (see kcompat require --help)"},
		{{"require", "nonsense"}, "kcompat: "},
	};
	static struct output output;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		run(cases[i].args, NULL, &output);
		if (output.status != STATUS_ERROR || !strstr(output.err, cases[i].says))
			fail_msg("%s %s: status %d, \"%s\"", cases[i].args[0], cases[i].args[1],
				output.status, output.err);
		/* One line on standard error, and nothing on standard output. */
		assert_int_equal(strncmp(output.err, "kcompat: ", 9), 0);
		assert_ptr_equal(strchr(output.err, '\n'), output.err + strlen(output.err) - 1);
		assert_string_equal(output.out, "");
	}
}

static void test_general_words(void **state)
{
	static const char *const help[] = {"--help", "-h", "help"},
				 *const version[] = {"--version", "-V"};
	static struct output output;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(help); i++) {
		run((const char *[]) {help[i], NULL}, NULL, &output);
		assert_int_equal(output.status, STATUS_OK);
		assert_string_equal(output.err, "");
		for (size_t k = 0; kcompat_program.commands[k]; k++)
			assert_non_null(strstr(output.out, kcompat_program.commands[k]->summary));
	}
	for (size_t i = 0; i < ARRAY_SIZE(version); i++) {
		run((const char *[]) {version[i], NULL}, NULL, &output);
		assert_int_equal(output.status, STATUS_OK);
		assert_non_null(strstr(output.out, "kcompat " KCOMPAT_VERSION "\nconfinement: Landlock"));
	}
}

/* Without a command, the overview is no answer: it goes to standard error, and the status is that of an error. */
static void test_no_command(void **state)
{
	static struct output help, output;

	(void)state;
	run((const char *[]) {"help", NULL}, NULL, &help);
	run((const char *[]) {NULL}, NULL, &output);
	assert_int_equal(output.status, STATUS_ERROR);
	assert_string_equal(output.out, "");
	assert_string_equal(output.err, help.out);
}

static void test_help_with_a_command(void **state)
{
	static const char *const words[] = {"help", "--help", "-h"};
	static struct output expected, output;

	(void)state;
	for (size_t i = 0; kcompat_program.commands[i]; i++) {
		const char *name = kcompat_program.commands[i]->name;
		run((const char *[]) {name, "--help", NULL}, NULL, &expected);
		for (size_t k = 0; k < ARRAY_SIZE(words); k++) {
			run((const char *[]) {words[k], name, NULL}, NULL, &output);
			assert_int_equal(output.status, STATUS_OK);
			assert_string_equal(output.out, expected.out);
		}
	}
}

/* --help has priority over all mistakes on the command line. */
static void test_help_of_a_command(void **state)
{
	static struct output output;

	(void)state;
	for (size_t i = 0; kcompat_program.commands[i]; i++) {
		const struct command *command = kcompat_program.commands[i];
		char usage[128];
		snprintf(usage, sizeof(usage), "Usage: kcompat %s ", command->name);
		run((const char *[]) {command->name, "-h", "operand", NULL}, NULL, &output);
		assert_int_equal(output.status, STATUS_OK);
		assert_int_equal(strncmp(output.out, usage, strlen(usage)), 0);
		for (size_t k = 0; k < command->option_cnt; k++) {
			char option[64];
			snprintf(option, sizeof(option), "--%s", command->options[k].name);
			assert_non_null(strstr(output.out, option));
		}
	}
}

static void test_standard_output_is_full(void **state)
{
	static struct output output;

	(void)state;
	if (access("/dev/full", W_OK)) {
		print_message("skip: there is no /dev/full\n");
		skip();
	}
	run((const char *[]) {"--help", NULL}, "/dev/full", &output);
	assert_int_equal(output.status, STATUS_ERROR);
	assert_non_null(strstr(output.err, "standard output: No space left on device"));
	run((const char *[]) {"probe", "--help", NULL}, "/dev/full", &output);
	assert_int_equal(output.status, STATUS_ERROR);
}

static bool has_option(const struct command *command, const char *name)
{
	size_t at = 0;

	while (at < command->option_cnt && strcmp(command->options[at].name, name))
		at++;
	return at < command->option_cnt;
}

static void test_tables_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; kcompat_program.commands[i]; i++) {
		const struct command *command = kcompat_program.commands[i];
		assert_true(command->name && command->summary && command->usage && command->run);
		for (size_t k = 0; k < command->clash_cnt; k++) {
			assert_true(has_option(command, command->clashes[k].option));
			for (const char *const *other = command->clashes[k].others; *other; other++)
				assert_true(has_option(command, *other));
		}
		for (size_t k = 0; k < command->option_cnt; k++) {
			const struct cli_option *option = &command->options[k];
			assert_true(option->name && *option->name != '-' && option->help);
			assert_true(option->letter != 'h' && strcmp(option->name, "help"));
			for (size_t other = 0; other < k; other++) {
				assert_string_not_equal(option->name, command->options[other].name);
				assert_true(!option->letter ||
					option->letter != command->options[other].letter);
			}
		}
	}
}

/* No line is wider than the terminal if it can break. An example is one command line, and stays in
 * one piece. */
static void check_width(const char *text, size_t width)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), indent = strspn(text, " ");
		bool breakable = len > indent && memchr(text + indent, ' ', len - indent) &&
			strncmp(text + indent, "kcompat", 7) && strncmp(text + indent, "eval ", 5);
		if (len > width && breakable)
			fail_msg("width %zu: %.*s", width, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void test_help_at_any_width(void **state)
{
	static const size_t widths[] = {0, 1, 20, 40, 59, 60, 80, 100, 200, SIZE_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		size_t width = widths[i] < 40 ? 40 : widths[i];
		_cleanup_buf_ struct buf general = {0};
		cli_help(&kcompat_program, widths[i], &general);
		check_width(buf_text(&general), width);
		for (size_t k = 0; kcompat_program.commands[k]; k++) {
			_cleanup_buf_ struct buf text = {0};
			cli_help_command(
				&kcompat_program, kcompat_program.commands[k], widths[i], &text);
			assert_false(text.failed);
			check_width(buf_text(&text), width);
			assert_int_equal(buf_text(&text)[text.len - 1], '\n');
		}
	}
}

/* Examples fit on a usual terminal, and tables have their own lines. */
static void test_examples_fit(void **state)
{
	(void)state;
	for (size_t i = 0; kcompat_program.commands[i]; i++) {
		const char *text = kcompat_program.commands[i]->epilog;
		for (; *text; text += strcspn(text, "\n") + 1)
			assert_true(strcspn(text, "\n") <= 80);
	}
}

static size_t count_lines(const char *text)
{
	size_t cnt = 0;

	for (; *text; text++)
		cnt += *text == '\n';
	return cnt;
}

/* COLUMNS decides, up and down: the same words in fewer lines. */
static void test_help_follows_columns(void **state)
{
	static const char *const columns[] = {"40", "60", "80", "200"};
	static struct output output;

	(void)state;
	for (size_t i = 0; kcompat_program.commands[i]; i++) {
		const char *const args[] = {"help", kcompat_program.commands[i]->name, NULL};
		size_t lines[ARRAY_SIZE(columns)];
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
			setenv("COLUMNS", columns[k], 1);
			run(args, NULL, &output);
			check_width(output.out, (size_t)atoi(columns[k]));
			lines[k] = count_lines(output.out);
			assert_true(!k || lines[k] < lines[k - 1]);
		}
	}
	unsetenv("COLUMNS");
}

static void test_width_of_the_terminal(void **state)
{
	static const struct {
		const char *columns;
		size_t width;
	} cases[] = {{"132", 132}, {"20", 20}, {"0", 80}, {"-5", 80}, {"wide", 80}, {"", 80}};
	int out = dup(STDOUT_FILENO), none = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t widths[ARRAY_SIZE(cases)];

	(void)state;
	fflush(stdout);
	dup2(none, STDOUT_FILENO);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setenv("COLUMNS", cases[i].columns, 1);
		widths[i] = cli_width();
	}
	unsetenv("COLUMNS");
	size_t usual = cli_width();
	dup2(out, STDOUT_FILENO);
	close(out);
	close(none);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(widths[i], cases[i].width);
	assert_int_equal(usual, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_command_lines),
		cmocka_unit_test(test_general_words),
		cmocka_unit_test(test_no_command),
		cmocka_unit_test(test_help_with_a_command),
		cmocka_unit_test(test_help_of_a_command),
		cmocka_unit_test(test_standard_output_is_full),
		cmocka_unit_test(test_tables_are_sound),
		cmocka_unit_test(test_help_at_any_width),
		cmocka_unit_test(test_examples_fit),
		cmocka_unit_test(test_help_follows_columns),
		cmocka_unit_test(test_width_of_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
