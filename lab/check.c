/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/check.h"
#include "lab/process.h"
#include "snapshot/file.h"
#include "util/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scan of all modules takes about 10 s on one idle processor. */
#define SCAN_TIMEOUT_S 600
#define SCAN_MAX_BYTES (256u * 1024 * 1024)

void lab_check_deinit(struct lab_check *check)
{
	if (!check)
		return;
	compare_result_destroy(check->result);
	snapshot_destroy(check->predicted);
	snapshot_destroy(check->probed);
	free(check->failure);
	free(check->notes);
	*check = (struct lab_check) {0};
}

/* Takes ownership of `error`. An error of this kernel alone becomes its failure. */
static struct error *check_settle(struct lab_check *check, struct error *error)
{
	if (!error || error->code == ERROR_NO_MEMORY || error->code == ERROR_INTERRUPTED)
		return error;
	if (asprintf(&check->failure, "%s%s%s%s", error->what, error->todo ? " (" : "",
		    error->todo ? error->todo : "", error->todo ? ")" : "") < 0)
		check->failure = NULL;
	error_free(error);
	return check->failure ? NULL : error_no_memory();
}

static const char **scan_argv(const struct lab_files *files, const char *scanner)
{
	static const char *const words[] = {NULL, "scan", "--format=jsonl", "--evidence=packed"};
	const size_t cnt = ARRAY_SIZE(words);
	const char **argv = calloc(cnt + files->packages.cnt + 1, sizeof(*argv));

	if (!argv)
		return NULL;
	memcpy(argv, words, sizeof(words));
	argv[0] = scanner;
	for (size_t i = 0; i < files->packages.cnt; i++)
		argv[cnt + i] = files->packages.paths[i];
	return argv;
}

static struct error *scan(
	struct lab_check *check, const struct lab_files *files, const char *scanner)
{
	_cleanup_result_ struct lab_result result = {0};
	const char **argv = scan_argv(files, scanner);

	if (!argv)
		return error_no_memory();
	struct lab_process process = {
		.argv = argv, .timeout_s = SCAN_TIMEOUT_S, .output_max_bytes = SCAN_MAX_BYTES};
	struct error *error = lab_process_run(&process, &result);
	free(argv);
	if (error)
		return error;
	if (result.end != LAB_PROCESS_EXIT || result.number) {
		const char *said = buf_text(&result.err);
		return error_create(
			ERROR_INPUT, NULL, "scan failed: %.*s", (int)strcspn(said, "\n"), said);
	}
	error = load_snapshot_bytes(buf_text(&result.out), result.out.len, &check->predicted);
	return error ? error_prefix(error, "scan") : NULL;
}

/* The last line on the standard error of a failed program is its reason. */
static struct error *program_failed(const struct lab_outcome *outcome)
{
	const struct buf *said = &outcome->report.streams[LAB_STREAM_STDERR];
	const char *text = buf_text(said);
	size_t end = said->len;

	while (end && text[end - 1] == '\n')
		end--;
	size_t begin = end;
	while (begin && text[begin - 1] != '\n')
		begin--;
	return error_create(ERROR_INPUT, NULL, "probe ended with status %d: %.*s", outcome->status,
		(int)(end - begin), text + begin);
}

static struct error *take_probed(struct lab_check *check, struct lab_outcome *outcome)
{
	const struct buf *out = &outcome->report.streams[LAB_STREAM_STDOUT];

	check->boots = outcome->boots;
	check->seconds = outcome->seconds;
	check->notes = strdup(buf_text(&outcome->notes));
	if (!check->notes)
		return error_no_memory();
	check->unasked = outcome->status == LAB_STATUS_FAILURE;
	if (outcome->why.len)
		return error_create(ERROR_INPUT, NULL, "%s", buf_text(&outcome->why));
	if (outcome->status)
		return program_failed(outcome);
	struct error *error = load_snapshot_bytes(buf_text(out), out->len, &check->probed);
	return error ? error_prefix(error, "probe") : NULL;
}

static struct error *check_probe(struct lab_check *check, const struct lab_files *files,
	const struct lab_task *task, const struct lab_setup *setup)
{
	static const char *const argv[] = {
		"kcompat", "probe", "--format=jsonl", "--evidence=packed", "--run", "--layout"};
	struct lab_task probing = *task;
	struct lab_outcome outcome = {0};

	probing.argv = argv;
	probing.argc = ARRAY_SIZE(argv);
	/* Checks the kernel's abilities, not its defaults: riscv64 kernels leave the JIT off. */
	probing.jit = true;
	struct error *error = lab_run(files->image, &probing, setup, &outcome);
	if (!error)
		error = take_probed(check, &outcome);
	lab_outcome_deinit(&outcome);
	return error;
}

/* The image of the kernel. The texts are copied, so that the snapshots are independent. */
static struct error *check_name_inputs(struct lab_check *check)
{
	const struct snapshot *from = check->predicted;
	struct snapshot *to = check->probed;

	to->inputs = pool_calloc(&to->pool, from->input_cnt, sizeof(*to->inputs));
	if (!to->inputs)
		return error_no_memory();
	to->input_cnt = from->input_cnt;
	for (size_t i = 0; i < from->input_cnt; i++) {
		to->inputs[i].name = pool_strdup(&to->pool, from->inputs[i].name);
		to->inputs[i].sha256 = pool_strdup(&to->pool, from->inputs[i].sha256);
		if (!to->inputs[i].name || !to->inputs[i].sha256)
			return error_no_memory();
	}
	return NULL;
}

static struct error *check_files(struct lab_check *check, struct lab_session *session,
	const struct lab_files *files, const struct lab_task *task, const struct lab_setup *setup,
	const char *scanner)
{
	struct lab_setup with_qemu = *setup;
	struct error *error = lab_session_qemu(session, files->image->arch, &with_qemu.qemu);

	check->unasked = error != NULL;
	if (!error)
		error = check_probe(check, files, task, &with_qemu);
	if (!error)
		error = scan(check, files, scanner);
	if (!error)
		error = check_name_inputs(check);
	return error ? error : compare_prediction(check->predicted, check->probed, &check->result);
}

struct error *lab_check_kernel(struct lab_session *session, const struct lab_kernel *kernel,
	const char *const *with, size_t with_cnt, const struct lab_task *task, const struct lab_setup *setup, const char *scanner,
	struct lab_check *ret)
{
	const char *slash = kernel->name ? NULL : strrchr(kernel->suites, '/');
	struct lab_check check = {.name = kernel->name ? kernel->name
			: slash                        ? slash + 1
						       : kernel->suites};
	struct lab_files files = {0};
	struct error *error = lab_session_open(session, kernel, with, with_cnt, &files);

	check.unasked = error != NULL;
	if (!error)
		error = check_files(&check, session, &files, task, setup, scanner);
	lab_files_deinit(&files);
	error = check_settle(&check, error);
	if (error)
		lab_check_deinit(&check);
	else
		*ret = check;
	return error;
}
