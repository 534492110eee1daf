/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/supervise.h"

#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/argument.h"
#include "util/budget.h"
#include "util/descriptor.h"
#include "util/file.h"
#include "util/reading.h"

enum { OUTPUTS_MAX = 2, WALK_MAX = 100000 };

/* What the child tells its parent. The parent reads these bytes and nothing else of it. */
struct told {
	atomic_uint memory_mib; /* of a budget that was exhausted; 0: it was not */
	atomic_uint seconds;
	atomic_bool written[OUTPUTS_MAX];
	atomic_bool reading[]; /* by the index of the input */
};

static struct {
	struct foreign *foreign;
	struct told *told;
	bool *left_out; /* by the index of the input */
	int outputs[OUTPUTS_MAX];
	FILE *spool; /* NULL: spool_errnum says why */
	int spool_errnum;
	bool is_child, is_here, confined;
} own;

static volatile sig_atomic_t child; /* 0: none */

void foreign_deinit(struct foreign *foreign)
{
	pool_destroy(&foreign->pool);
	*foreign = (struct foreign) {0};
}

struct error *foreign_add(struct foreign *foreign, struct paths *paths, const char *path)
{
	if (!path)
		return NULL;
	const char **list =
		pool_grow(&foreign->pool, paths->list, paths->cnt, &paths->cap, sizeof(*list));
	const char *copy = pool_strdup(&foreign->pool, path);
	if (!list || !copy)
		return error_no_memory();
	paths->list = list;
	list[paths->cnt++] = copy;
	return NULL;
}

struct error *foreign_add_parent(struct foreign *foreign, struct paths *paths, const char *path)
{
	struct stat status;
	char *real = realpath(path, NULL);
	const char *name = real ? real : path;
	const char *slash = strrchr(name, '/');
	struct error *error;

	if (!stat(name, &status) && S_ISDIR(status.st_mode))
		error = foreign_add(foreign, paths, name);
	else if (!slash)
		error = foreign_add(foreign, paths, ".");
	else
		error = foreign_add(foreign, paths,
			slash == name ? "/" : pool_strndup(&foreign->pool, name, (size_t)(slash - name)));
	free(real);
	return error;
}

/* What cannot be read here cannot be read later, which is then reported. */
static struct error *add_links_in(struct foreign *foreign, const char *path)
{
	char *const roots[] = {(char *)path, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	struct error *error = NULL;
	size_t cnt = 0;
	FTSENT *entry;

	while (fts && !error && ++cnt < WALK_MAX && (entry = fts_read(fts))) {
		if (entry->fts_info == FTS_SL)
			error = foreign_add(foreign, &foreign->readable, entry->fts_path);
		if (entry->fts_info == FTS_SL && foreign->writes_links && !error)
			error = foreign_add_parent(foreign, &foreign->writable, entry->fts_path);
	}
	if (fts)
		fts_close(fts);
	return error;
}

struct error *foreign_add_input(struct foreign *foreign, const char *path)
{
	struct error *error = foreign_add(foreign, &foreign->inputs, path);
	struct stat status;

	if (error || stat(path, &status) || !S_ISDIR(status.st_mode))
		return error;
	return add_links_in(foreign, path);
}

static struct error *make_outputs(const struct foreign *foreign)
{
	own.spool = foreign->spools ? tmpfile() : NULL;
	own.spool_errnum = errno;
	for (size_t i = 0; i < foreign->outputs.cnt; i++) {
		own.outputs[i] = memfd_create("kcompat output", MFD_CLOEXEC);
		if (own.outputs[i] < 0)
			return error_errno(errno, NULL, "memory for %s", foreign->outputs.list[i]);
	}
	return NULL;
}

static struct error *supervise_init(struct foreign *foreign)
{
	size_t size = sizeof(*own.told) + foreign->inputs.cnt * sizeof(*own.told->reading);

	own.foreign = foreign;
	own.left_out = pool_calloc(&foreign->pool, foreign->inputs.cnt, sizeof(*own.left_out));
	own.told = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!own.left_out || own.told == MAP_FAILED)
		return error_no_memory();
	return make_outputs(foreign);
}

/* For a child that starts. */
static void forget_what_was_told(void)
{
	atomic_store(&own.told->memory_mib, 0);
	atomic_store(&own.told->seconds, 0);
	for (size_t i = 0; i < own.foreign->outputs.cnt; i++)
		atomic_store(&own.told->written[i], false);
	for (size_t i = 0; i < own.foreign->inputs.cnt; i++)
		atomic_store(&own.told->reading[i], false);
}

/* An interrupt of a terminal reaches both processes. The child waits for what its parent sends. */
static void begin_child(pid_t parent)
{
	own.is_child = true;
	signal(SIGINT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	reading_watch(own.foreign->inputs.list, own.told->reading, own.foreign->inputs.cnt);
}

static void forward(int number)
{
	int saved = errno;

	(void)number;
	if (child)
		kill(child, SIGTERM);
	errno = saved;
}

struct signals {
	sigset_t mask;
	struct sigaction interrupt, terminate;
};

static void forward_signals(struct signals *old)
{
	const struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};

	sigaction(SIGINT, &action, &old->interrupt);
	sigaction(SIGTERM, &action, &old->terminate);
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/* Its number may belong to another process as soon as it has been waited for. */
static struct error *wait_for_child(int *ret)
{
	siginfo_t info;
	pid_t ended = child, got;

	while (waitid(P_PID, (id_t)ended, &info, WEXITED | WNOWAIT) && errno == EINTR)
		continue;
	child = 0;
	while ((got = waitpid(ended, ret, 0)) < 0 && errno == EINTR)
		continue;
	return got == ended ? NULL : error_errno(errno, NULL, "the process that reads");
}

/* In the parent, *ret is the child's status for wait(2). */
static struct error *run_child(int *ret)
{
	struct signals old;
	sigset_t both;
	pid_t parent = getpid();

	/* A signal between the two is delivered when the child's number is known. */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &old.mask);
	/* A process that ignores it is not told how its child ends. */
	signal(SIGCHLD, SIG_DFL);
	fflush(NULL);
	pid_t pid = fork();
	if (pid <= 0) {
		struct error *error = pid ? error_errno(errno, NULL, "a process to read in") : NULL;
		if (!pid)
			begin_child(parent);
		sigprocmask(SIG_SETMASK, &old.mask, NULL);
		return error;
	}
	child = pid;
	forward_signals(&old);
	struct error *error = wait_for_child(ret);
	sigaction(SIGINT, &old.interrupt, NULL);
	sigaction(SIGTERM, &old.terminate, NULL);
	return error;
}

/* The inputs that the child was reading; NULL: none is known. */
static const char *describe_inputs(void)
{
	const struct paths *inputs = &own.foreign->inputs;
	const char *text = NULL;

	for (size_t i = 0; i < inputs->cnt; i++) {
		if (!atomic_load(&own.told->reading[i]) || own.left_out[i])
			continue;
		const char *name = input_name(inputs->list[i]);
		text = text ? pool_printf(&own.foreign->pool, "%s, %s", text, name) : name;
	}
	return text ? text : inputs->cnt == 1 ? input_name(inputs->list[0]) : NULL;
}

#define REPORT "nothing was harmed; please report the file"

static struct error *describe_end(int status)
{
	const char *inputs = describe_inputs();
	const char *what = inputs ? inputs : "the given files";
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!number)
		return error_create(ERROR_INPUT, "give fewer or smaller files",
			"%s: reading it takes more than %u MiB of memory", what,
			atomic_load(&own.told->memory_mib));
	if (number == SIGXCPU)
		return error_create(ERROR_INPUT, REPORT,
			"%s: reading it takes more than %u s of CPU time", what,
			atomic_load(&own.told->seconds));
	if (number == SIGKILL || number == SIGTERM)
		return error_create(ERROR_SYSTEM, "free some memory, and try again",
			"%s: the process that read it was killed: %s", what, strsignal(number));
	return error_create(ERROR_INPUT, REPORT, "%s: the process that read it crashed: %s", what,
		strsignal(number));
}

/* Before a new start. False: there is nothing to leave out. */
static bool leave_out(void)
{
	bool some = false;

	for (size_t i = 0; i < own.foreign->inputs.cnt; i++) {
		bool reads = atomic_load(&own.told->reading[i]) && !own.left_out[i];
		own.left_out[i] |= reads;
		some |= reads;
	}
	return some && own.foreign->restarts;
}

static struct error *write_output(const char *path, int fd)
{
	struct stat status;
	void *data = "";

	if (fstat(fd, &status))
		return error_errno(errno, NULL, "%s", path);
	size_t size = (size_t)status.st_size;
	if (size)
		data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return error_errno(errno, NULL, "%s", path);
	struct error *error = file_write_atomic(path, data, size);
	if (size)
		munmap(data, size);
	return error;
}

static struct error *write_outputs(void)
{
	const struct paths *outputs = &own.foreign->outputs;
	struct error *error = NULL;

	for (size_t i = 0; i < outputs->cnt && !error; i++) {
		if (atomic_load(&own.told->written[i]))
			error = write_output(outputs->list[i], own.outputs[i]);
	}
	return error;
}

/* A closed pipe ends this process as it ended the one that wrote to it. */
static void end_like(int number)
{
	signal(number, SIG_DFL);
	raise(number);
}

struct error *supervise(struct foreign *foreign, void (*complain)(const struct error *error),
	bool *is_child, int *status)
{
	struct error *error = supervise_init(foreign);

	while (!error) {
		int ended = 0;
		forget_what_was_told();
		error = run_child(&ended);
		*is_child = own.is_child;
		if (error || own.is_child)
			return error;
		if (WIFEXITED(ended) && !atomic_load(&own.told->memory_mib)) {
			*status = WEXITSTATUS(ended);
			return write_outputs();
		}
		if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGPIPE)
			end_like(SIGPIPE);
		error = describe_end(ended);
		if (!leave_out())
			return error;
		complain(error);
		error_free(error);
		error = NULL;
	}
	return error;
}

void supervise_here(struct foreign *foreign)
{
	own.foreign = foreign;
	own.is_here = true;
}

bool supervise_confine(struct confined *ret)
{
	const struct foreign *foreign = own.foreign;

	if ((!own.is_child && !own.is_here) || own.confined)
		return false;
	own.confined = true;
	budget_end_probe();
	const size_t cnt = foreign->inputs.cnt + foreign->readable.cnt;
	const char **readable = pool_calloc(&own.foreign->pool, cnt, sizeof(*readable));
	struct confinement confinement = {
		.readable = readable,
		.readable_cnt = readable ? cnt : 0,
		.writable = foreign->writable.list,
		.writable_cnt = foreign->writable.cnt,
	};
	for (size_t i = 0; readable && i < cnt; i++)
		readable[i] = i < foreign->inputs.cnt
			? foreign->inputs.list[i]
			: foreign->readable.list[i - foreign->inputs.cnt];
	confine_apply(&confinement, ret);
	return true;
}

/* How a process that makes a text ends. */
enum { TEXT_MADE, TEXT_ERROR, TEXT_NO_MEMORY };

/* The error instead of the text: what, NUL, what to do. */
static int tell_error(const struct error *error, struct buf *text)
{
	buf_clear(text);
	buf_puts(text, error->what);
	buf_putc(text, '\0');
	buf_puts(text, error->todo ? error->todo : "");
	return error->code == ERROR_NO_MEMORY ? TEXT_NO_MEMORY : TEXT_ERROR;
}

static void make_text(struct error *(*make)(void *argument, struct buf *out), void *argument, int fd)
{
	struct confined confined;
	struct buf text = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	supervise_confine(&confined);
	struct error *error = make(argument, &text);
	int end = error ? tell_error(error, &text) : TEXT_MADE;
	_exit(text.failed || descriptor_write(fd, text.data, text.len) ? TEXT_NO_MEMORY : end);
}

static struct error *read_text(int fd, struct buf *ret)
{
	char part[4096];
	ssize_t got;

	for (off_t at = 0; (got = pread(fd, part, sizeof(part), at)) > 0; at += got)
		buf_add(ret, part, (size_t)got);
	if (got < 0)
		return error_errno(errno, NULL, "the text of another process");
	return ret->failed ? error_no_memory() : NULL;
}

static struct error *take_error(const struct buf *text)
{
	const char *what = buf_text(text);
	size_t len = strlen(what);
	const char *todo = len < text->len ? what + len + 1 : "";

	return error_create(ERROR_INPUT, *todo ? todo : NULL, "%s", what);
}

struct error *supervise_text(
	struct error *(*make)(void *argument, struct buf *out), void *argument, struct buf *ret)
{
	int fd = memfd_create("kcompat text", MFD_CLOEXEC), ended;
	struct rusage usage;

	fflush(NULL);
	pid_t pid = fd < 0 ? -1 : fork();
	if (!pid)
		make_text(make, argument, fd);
	if (pid < 0) {
		struct error *error = error_errno(errno, NULL, "a process to read in");
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (waitpid(pid, &ended, 0) < 0 && errno == EINTR)
		continue;
	if (WIFSIGNALED(ended))
		end_like(WTERMSIG(ended));
	if (!getrusage(RUSAGE_CHILDREN, &usage))
		budget_spend((unsigned int)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec));
	struct error *error = read_text(fd, ret);
	close(fd);
	if (error || WEXITSTATUS(ended) == TEXT_MADE)
		return error;
	return WEXITSTATUS(ended) == TEXT_ERROR ? take_error(ret) : error_no_memory();
}

bool supervise_is_confined(void)
{
	return own.confined;
}

bool supervise_is_left_out(const char *path)
{
	for (size_t i = 0; own.is_child && i < own.foreign->inputs.cnt; i++) {
		if (own.left_out[i] && !strcmp(own.foreign->inputs.list[i], path))
			return true;
	}
	return false;
}

bool supervise_out_of_memory(uint64_t limit_bytes)
{
	unsigned int mib = (unsigned int)(limit_bytes >> 20);

	/* Without a limit, the machine has no more. */
	if (own.is_child)
		atomic_store(&own.told->memory_mib, mib ? mib : 1);
	return own.is_child;
}

bool supervise_out_of_time(unsigned int limit_seconds)
{
	if (own.is_child)
		atomic_store(&own.told->seconds, limit_seconds);
	return own.is_child;
}

FILE *supervise_spool(void)
{
	FILE *spool = own.spool;

	if (!own.is_child)
		return tmpfile();
	own.spool = NULL;
	errno = own.spool_errnum;
	return spool;
}

static struct error *hand_over(size_t index, const void *data, size_t size)
{
	int fd = own.outputs[index];
	int errnum = ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) ? errno : descriptor_write(fd, data, size);

	if (errnum)
		return error_errno(errnum, NULL, "%s", own.foreign->outputs.list[index]);
	atomic_store(&own.told->written[index], true);
	return NULL;
}

struct error *supervise_write(const char *path, const void *data, size_t size_bytes)
{
	for (size_t i = 0; own.is_child && i < own.foreign->outputs.cnt; i++) {
		if (!strcmp(own.foreign->outputs.list[i], path))
			return hand_over(i, data, size_bytes);
	}
	return file_write_atomic(path, data, size_bytes);
}
