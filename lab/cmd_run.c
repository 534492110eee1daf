/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/commands.h"
#include "lab/options.h"
#include "lab/run.h"
#include "lab/session.h"
#include "util/array.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CONSOLE_TAIL_LINES 40

static const struct cli_option options[] = {
	LAB_TASK_OPTIONS,
	{0, "add", "FILE[:PATH]...",
		"copy a file into the guest, as /FILE or PATH"},
	{0, "with", "FILE...",
		"another file of a kernel given by its path: a package, config-*"},
	{0, "dmesg", NULL,
		"also print the kernel warnings from the run, on standard error"},
	{0, "output-dir", "DIR", "write stdout, stderr, dmesg and console to DIR, unchanged"},
	LAB_SESSION_OPTIONS,
};

static struct error *pick(
	struct lab_session *session, const char *word, struct lab_selection *selection)
{
	struct error *error = lab_session_select(session, word, selection);

	if (error || selection->cnt == 1)
		return error;
	if (!selection->cnt)
		return error_create(ERROR_USAGE, "name its image or package; --with adds other files",
			"%s: no kernel in it", word);
	return error_create(ERROR_USAGE, "kcompat-lab list shows them",
		"%s: %zu kernels, run takes one", word, selection->cnt);
}

static struct error *save_one(const char *dir, const char *name, const struct buf *bytes)
{
	_cleanup_buf_ struct buf path = {0};

	buf_printf(&path, "%s/%s", dir, name);
	return path.failed ? error_no_memory()
			   : file_write_atomic(buf_text(&path), buf_text(bytes), bytes->len);
}

static struct error *save(const char *dir, const struct lab_outcome *outcome)
{
	if (mkdir(dir, 0777) && errno != EEXIST)
		return error_errno(errno, NULL, "%s", dir);
	struct error *error = save_one(dir, "console", &outcome->console);
	for (size_t i = 0; i < LAB_STREAM_CNT && !error; i++)
		error = save_one(
			dir, lab_stream_word((enum lab_stream)i), &outcome->report.streams[i]);
	return error;
}

/* Lines "LEVEL TIME TEXT" from "started" on, of warnings and worse. */
static void print_warnings(const struct buf *dmesg)
{
	_cleanup_buf_ struct buf out = {0};
	const char *line = strstr(buf_text(dmesg), "started\n");

	while (line && (line = strchr(line, '\n')) && *++line) {
		if (*line >= '0' && *line <= '4')
			buf_printf(&out, "dmesg: %.*s\n", (int)strcspn(line, "\n"), line);
	}
	cli_print_error(&out);
}

static void print_lines(const char *prefix, const char *text)
{
	_cleanup_buf_ struct buf out = {0};

	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		buf_printf(&out, "%s: %.*s\n", prefix, (int)len, text);
	}
	cli_print_error(&out);
}

static struct error *cmd_run_print(const struct cli_args *args, const struct lab_outcome *outcome)
{
	const struct lab_report *report = &outcome->report;
	struct error *error = cli_print_bytes(&report->streams[LAB_STREAM_STDOUT]);

	cli_print_error(&report->streams[LAB_STREAM_STDERR]);
	if (cli_has(args, "dmesg"))
		print_warnings(&report->streams[LAB_STREAM_DMESG]);
	if (!report->done || outcome->status == LAB_STATUS_FAILURE) {
		_cleanup_buf_ struct buf tail = {0};
		lab_console_tail(outcome->mark, buf_text(&outcome->console), outcome->console.len,
			CONSOLE_TAIL_LINES, &tail);
		print_lines("console", buf_text(&tail));
	}
	print_lines(cli_name(), buf_text(&outcome->notes));
	if (outcome->why.len)
		print_lines(cli_name(), buf_text(&outcome->why));
	return error;
}

static struct error *run_in(struct lab_session *session, const struct cli_args *args,
	const struct lab_files *files, int *status)
{
	struct lab_task task;
	struct lab_setup setup = {0};
	struct lab_outcome outcome = {0};
	const char *dir = cli_value(args, "output-dir");
	struct error *error = lab_options_task(args, &task, &setup, &session->pool);

	if (!error) {
		size_t cnt;
		const char *const *words = cli_operands(args, &cnt);
		task.adds = cli_values(args, "add", &task.add_cnt);
		if (cnt > 1) {
			task.argv = words + 1;
			task.argc = cnt - 1;
		}
		error = lab_session_qemu(session, files->image->arch, &setup.qemu);
	}
	if (!error)
		error = lab_run(files->image, &task, &setup, &outcome);
	if (!error)
		error = cmd_run_print(args, &outcome);
	if (!error && dir)
		error = save(dir, &outcome);
	if (!error)
		*status = outcome.status;
	lab_outcome_deinit(&outcome);
	return error;
}

static struct error *cmd_run_run(const struct cli_args *args, int *status)
{
	struct lab_session session;
	struct lab_selection selection = {0};
	struct lab_files files = {0};
	size_t cnt, with_cnt;
	const char *const *words = cli_operands(args, &cnt);
	const char *const *with = cli_values(args, "with", &with_cnt);

	if (!cnt)
		return error_create(ERROR_USAGE, "see kcompat-lab run --help", "no kernel given");
	struct error *error = lab_session_init(&session, args);
	if (!error)
		error = pick(&session, words[0], &selection);
	if (!error)
		error = lab_session_open(&session, &selection.kernels[0], with, with_cnt, &files);
	if (!error)
		error = run_in(&session, args, &files, status);
	lab_files_deinit(&files);
	lab_session_deinit(&session);
	return error;
}

const struct command lab_cmd_run = {
	.name = "run",
	.summary = "run a program on a kernel",
	.usage = "[OPTION]... KERNEL [-- PROGRAM [ARGUMENT]...]",
	.description =
		"Boots KERNEL in qemu and runs PROGRAM there as root. PROGRAM is a static program, or "
		"`kcompat`, which means the kcompat built for the kernel's architecture. Default: kcompat "
		"probe --json. KERNEL is a name that kcompat-lab list prints, a package, or a kernel image.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.operand = "KERNEL",
	.rest = "PROGRAM",
	.epilog =
		"Exit status: 0 to 123 the program's own; 124 the program or the guest did not\n"
		"end in time; 125 the lab failed, standard error gives the reason; 126 the kernel\n"
		"panicked; 128+N signal N ended the program; 130 interrupted.\n\n"
		"Examples:\n"
		"  kcompat-lab run amd64-6.12-cloud -- kcompat require map:arena\n"
		"  kcompat-lab run --append lockdown=integrity arm64-7.2 -- kcompat probe\n"
		"  kcompat-lab run ./linux-image-6.1.0-56-amd64_6.1.192-2_amd64.deb -- ./my-test\n",
	.run = cmd_run_run,
};
