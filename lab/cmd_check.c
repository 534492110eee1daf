/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/check.h"
#include "lab/commands.h"
#include "lab/options.h"
#include "lab/session.h"
#include "lab/compare/render.h"
#include "snapshot/file.h"
#include "util/array.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOBS_MAX 64
/* An emulated machine takes minutes for all cells of a new kernel if another guest also runs. */
#define PROBE_TIMEOUT_S 600
/* Status if a kernel did not answer, or if an answer differs from its image. */
enum { CHECK_DIFFERS = 1 };

static const struct cli_option options[] = {
	{0, "quick", NULL, "take the kernels that data/kernels.txt marks quick, if no KERNEL is given"},
	{0, "output-dir", "DIR",
		"write NAME.json, the probed snapshot, and NAME.diff.json, the comparison, for each kernel"},
	{0, "jobs", "N",
		"run N guests at the same time, at least one; default: one for each two processors"},
	{0, "with", "FILE...",
		"another file of the kernel that is given by its path: a package, config-*, a module"},
	{'v', "verbose", NULL, "also print the differences that a rule explains"},
	LAB_TASK_OPTIONS,
	LAB_SESSION_OPTIONS,
};

struct checker {
	const struct cli_args *args;
	struct lab_session session;
	struct lab_selection selection;
	struct lab_task task;
	struct lab_setup setup;
	char *scanner;
	const char *dir;
	const char *const *with; /* further files of a kernel that is given by its path */
	size_t with_cnt;
	struct lab_check *checks; /* [selection.cnt] */
	pthread_mutex_t lock;     /* protects the members below */
	size_t next, done;
	bool unwritten;
	struct error *error; /* the first error; it ends the others */
};

/* The kcompat that was built or installed together with this program. */
static struct error *find_scanner(char **ret)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - sizeof("kcompat"));

	if (len <= 0)
		return error_errno(errno, NULL, "/proc/self/exe");
	self[len] = '\0';
	strcpy(strrchr(self, '/') + 1, "kcompat");
	*ret = strdup(access(self, X_OK) ? "kcompat" : self);
	return *ret ? NULL : error_no_memory();
}

static struct error *select_level(struct checker *checker, enum lab_level level)
{
	struct error *error = NULL;

	for (size_t i = 0; i < checker->session.kernels.cnt && !error; i++) {
		const struct lab_kernel *kernel = &checker->session.kernels.kernels[i];
		if (kernel->level >= level)
			error = lab_session_select(
				&checker->session, kernel->name, &checker->selection);
	}
	return error;
}

static struct error *select_kernels(struct checker *checker)
{
	size_t cnt;
	const char *const *words = cli_operands(checker->args, &cnt);
	struct error *error = NULL;

	if (!cnt)
		return select_level(checker,
			cli_has(checker->args, "quick") ? LAB_LEVEL_QUICK : LAB_LEVEL_FULL);
	for (size_t i = 0; i < cnt && !error; i++)
		error = lab_session_select(&checker->session, words[i], &checker->selection);
	if (!error && !checker->selection.cnt)
		error = error_create(
			ERROR_USAGE, "name its image or package, too", "no kernel in these files");
	return error;
}

static struct error *write_one(
	const char *dir, const char *name, const char *end, const struct buf *text)
{
	_cleanup_buf_ struct buf path = {0};

	buf_printf(&path, "%s/%s%s", dir, name, end);
	if (path.failed || text->failed)
		return error_no_memory();
	return file_write_atomic(buf_text(&path), buf_text(text), text->len);
}

static struct error *cmd_check_write_files(const struct checker *checker, const struct lab_check *check)
{
	const struct render_json_options line = {
		.one_line = true, .evidence = EVIDENCE_KEPT_PACKED};
	_cleanup_buf_ struct buf probed = {0};
	_cleanup_buf_ struct buf difference = {0};

	if (!checker->dir || !check->result)
		return NULL;
	struct error *error = render_json(check->probed, &line, &probed);
	if (!error)
		error = write_one(checker->dir, check->name, ".json", &probed);
	render_compare_json(check->name, check->result, &difference);
	return error ? error : write_one(checker->dir, check->name, ".diff.json", &difference);
}

/* A line for each finished kernel. The table comes at the end. */
static void cmd_check_tell(const struct checker *checker, const struct lab_check *check)
{
	const char *release = check->failure ? "" : check->probed->kernel.release;

	if (check->failure)
		cli_say("%zu of %zu: %s: %s", checker->done, checker->selection.cnt, check->name,
			check->failure);
	else
		cli_say("%zu of %zu: %s: %s, %.1f s", checker->done, checker->selection.cnt, check->name,
			release ? release : "", check->seconds);
	for (const char *line = check->notes; line && *line; line = strchr(line, '\n') + 1)
		cli_say("%s: %.*s", check->name, (int)strcspn(line, "\n"), line);
}

static void keep_error(struct checker *checker, struct error *error)
{
	if (checker->error)
		error_free(error);
	else
		checker->error = error;
}

static void *cmd_check_work(void *context)
{
	struct checker *checker = context;

	pthread_mutex_lock(&checker->lock);
	while (!checker->error && checker->next < checker->selection.cnt) {
		size_t index = checker->next++;
		struct lab_check *check = &checker->checks[index];
		pthread_mutex_unlock(&checker->lock);
		struct error *error =
			lab_check_kernel(&checker->session, &checker->selection.kernels[index],
				checker->with, checker->with_cnt, &checker->task, &checker->setup, checker->scanner, check);
		struct error *unwritten = error ? NULL : cmd_check_write_files(checker, check);
		pthread_mutex_lock(&checker->lock);
		checker->done++;
		if (error)
			keep_error(checker, error);
		else
			cmd_check_tell(checker, check);
		/* After a full disk, the other kernels are still checked. */
		if (unwritten)
			cli_report(unwritten);
		checker->unwritten |= unwritten != NULL;
		error_free(unwritten);
	}
	pthread_mutex_unlock(&checker->lock);
	return NULL;
}

static struct error *work_all(struct checker *checker)
{
	pthread_t threads[JOBS_MAX];
	unsigned long jobs;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct error *error = cli_number(checker->args, "jobs", JOBS_MAX,
		processors > 3 && processors / 2 < JOBS_MAX ? (unsigned long)processors / 2 : 1,
		&jobs);
	size_t cnt = 0;

	if (!error && !jobs)
		error = error_create(ERROR_USAGE, "give 1 or more", "--jobs=0: no guest would run");
	if (error)
		return error;
	while (cnt < jobs && !pthread_create(&threads[cnt], NULL, cmd_check_work, checker))
		cnt++;
	if (!cnt)
		cmd_check_work(checker);
	for (size_t i = 0; i < cnt; i++)
		pthread_join(threads[i], NULL);
	error = checker->error;
	checker->error = NULL;
	return error;
}

static struct error *cmd_check_print(const struct checker *checker, int *status)
{
	_cleanup_buf_ struct buf out = {0};
	size_t cnt = checker->selection.cnt;
	struct compare_row *rows = calloc(cnt, sizeof(*rows));
	bool unasked = false;

	if (!rows)
		return error_no_memory();
	*status = STATUS_OK;
	for (size_t i = 0; i < cnt; i++) {
		const struct lab_check *check = &checker->checks[i];
		rows[i] = (struct compare_row) {check->name, check->result, check->failure};
		if (!check->result || !compare_result_holds(check->result))
			*status = CHECK_DIFFERS;
		unasked |= check->unasked;
		if (check->result)
			render_compare_details(check->name, check->result,
				cli_has(checker->args, "verbose"), &out);
	}
	buf_putc(&out, '\n');
	render_compare_table(rows, cnt, &out);
	free(rows);
	if (checker->unwritten || unasked)
		*status = LAB_STATUS_FAILURE;
	return cli_print(&out);
}

static struct error *cmd_check_prepare(struct checker *checker)
{
	struct error *error = lab_options_task(
		checker->args, &checker->task, &checker->setup, &checker->session.pool);

	checker->with = cli_values(checker->args, "with", &checker->with_cnt);
	if (!cli_has(checker->args, "timeout"))
		checker->task.timeout_s = PROBE_TIMEOUT_S;
	if (!error)
		error = select_kernels(checker);
	if (!error)
		error = find_scanner(&checker->scanner);
	if (!error && checker->dir && mkdir(checker->dir, 0777) && errno != EEXIST)
		error = error_errno(errno, NULL, "%s", checker->dir);
	if (error)
		return error;
	checker->checks = calloc(checker->selection.cnt, sizeof(*checker->checks));
	return checker->checks ? NULL : error_no_memory();
}

static struct error *cmd_check_run(const struct cli_args *args, int *status)
{
	struct checker checker = {.args = args, .dir = cli_value(args, "output-dir")};
	struct error *error = lab_session_init(&checker.session, args);

	pthread_mutex_init(&checker.lock, NULL);
	if (!error)
		error = cmd_check_prepare(&checker);
	if (!error)
		error = work_all(&checker);
	if (!error)
		error = cmd_check_print(&checker, status);
	for (size_t i = 0; checker.checks && i < checker.selection.cnt; i++)
		lab_check_deinit(&checker.checks[i]);
	free(checker.checks);
	free(checker.scanner);
	pthread_mutex_destroy(&checker.lock);
	lab_session_deinit(&checker.session);
	return error;
}

const struct command lab_cmd_check = {
	.name = "check",
	.summary = "compare kernels with their images",
	.usage = "[OPTION]... [KERNEL]...",
	.description =
		"Boots each KERNEL, observes it with kcompat probe, reads the same image with kcompat scan, and "
		"compares the answers. For each difference, either a rule explains it and names the kernel's "
		"code, or it is listed with both sides. KERNEL is what kcompat-lab run takes, a glob of names, "
		"or an architecture. Default: all kernels that data/kernels.txt marks.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.operand = "KERNEL",
	.epilog =
		"Exit status: 0 every kernel answered and no difference is unexplained;\n"
		"1 a kernel did not answer, or a difference is unexplained; 125 the lab failed, or\n"
		"could not ask a kernel; 130 interrupted.\n\n"
		"Examples:\n"
		"  kcompat-lab check amd64-6.12-cloud\n"
		"  kcompat-lab check --output-dir=results 'arm64-7.*' s390x\n",
	.run = cmd_check_run,
};
