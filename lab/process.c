/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/process.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The interval for checks of a stop request while the program prints nothing. */
#define POLL_MS 200

struct pipes {
	int out[2], err[2], why[2]; /* why: errno of a failed start */
};

struct running {
	const struct lab_process *process;
	struct lab_result *result;
	pid_t pid;
	struct pollfd files[2]; /* fd -1: at its end */
	int64_t end_ms;         /* of its time; INT64_MAX: none */
};

void lab_result_deinit(struct lab_result *result)
{
	if (!result)
		return;
	buf_deinit(&result->out);
	buf_deinit(&result->err);
	*result = (struct lab_result) {0};
}

static int64_t process_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

static void close_pipes(struct pipes *pipes)
{
	close_pair(pipes->out);
	close_pair(pipes->err);
	close_pair(pipes->why);
}

static struct error *open_pipes(struct pipes *pipes)
{
	*pipes = (struct pipes) {{-1, -1}, {-1, -1}, {-1, -1}};
	if (!pipe2(pipes->out, O_CLOEXEC) && !pipe2(pipes->err, O_CLOEXEC) &&
		!pipe2(pipes->why, O_CLOEXEC))
		return NULL;
	struct error *error = error_errno(errno, NULL, "pipe");
	close_pipes(pipes);
	return error;
}

static void __attribute__((noreturn))
run_child(const struct lab_process *process, const struct pipes *pipes, pid_t lab)
{
	int null = open("/dev/null", O_RDONLY);
	bool ok = null >= 0 && dup2(null, 0) >= 0 && dup2(pipes->out[1], 1) >= 0;

	if (!process->show_errors)
		ok &= dup2(pipes->err[1], 2) >= 0;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != lab)
		_exit(127);
	for (size_t i = 0; i < process->fd_cnt; i++)
		ok &= !fcntl(process->fds[i], F_SETFD, 0);
	for (size_t i = 0; process->env && process->env[i]; i++)
		ok &= !putenv((char *)process->env[i]);
	if (ok)
		execvp(process->argv[0], (char *const *)process->argv);
	ssize_t written = write(pipes->why[1], &errno, sizeof(errno));
	(void)written;
	_exit(127);
}

/* NULL if the program was executed. */
static struct error *start(const struct lab_process *process, struct pipes *pipes, pid_t *pid)
{
	pid_t lab = getpid();
	int errnum = 0;

	*pid = fork();
	if (*pid < 0)
		return error_errno(errno, NULL, "fork");
	if (!*pid)
		run_child(process, pipes, lab);
	/* Both sides set the group: either may run first. */
	setpgid(*pid, *pid);
	close(pipes->out[1]);
	close(pipes->err[1]);
	close(pipes->why[1]);
	pipes->out[1] = pipes->err[1] = pipes->why[1] = -1;
	ssize_t got;
	while ((got = read(pipes->why[0], &errnum, sizeof(errnum))) < 0 && errno == EINTR)
		;
	if (got <= 0)
		return NULL;
	waitpid(*pid, NULL, 0);
	return error_errno(errnum, NULL, "%s", process->argv[0]);
}

static struct error *read_some(struct running *running, size_t index)
{
	struct buf *into = index ? &running->result->err : &running->result->out;
	char data[65536];
	ssize_t size = read(running->files[index].fd, data, sizeof(data));

	if (size < 0 && errno == EINTR)
		return NULL;
	if (size <= 0) {
		running->files[index].fd = -1;
		return NULL;
	}
	buf_add(into, data, (size_t)size);
	return into->failed ? error_no_memory() : NULL;
}

/* True if the lab must end it. */
static bool must_end(struct running *running)
{
	struct lab_result *result = running->result;
	size_t max = running->process->output_max_bytes;

	if (process_now_ms() >= running->end_ms)
		result->end = LAB_PROCESS_TIMEOUT;
	else if (result->out.len > max || result->err.len > max)
		result->end = LAB_PROCESS_FLOOD;
	else
		return false;
	return true;
}

/* A program with closed output may still run. */
static bool ended(struct running *running, int *status)
{
	if (running->files[0].fd >= 0 || running->files[1].fd >= 0)
		return false;
	if (waitpid(running->pid, status, WNOHANG) == running->pid)
		return true;
	poll(NULL, 0, 5);
	return false;
}

/* *killed: the program still runs, and the lab must end it. */
static struct error *process_follow(struct running *running, bool *killed, int *status)
{
	struct error *error = NULL;

	*killed = false;
	while (!error && !ended(running, status)) {
		if (cli_stop)
			error = error_create(ERROR_INTERRUPTED, NULL, "interrupted");
		*killed = error || must_end(running);
		if (*killed)
			break;
		if (running->files[0].fd < 0 && running->files[1].fd < 0)
			continue;
		if (poll(running->files, 2, POLL_MS) <= 0)
			continue;
		for (size_t i = 0; i < 2 && !error; i++) {
			if (running->files[i].fd >= 0 && running->files[i].revents)
				error = read_some(running, i);
		}
	}
	*killed |= error != NULL;
	return error;
}

static struct error *run_to_end(struct running *running)
{
	bool killed;
	int status = 0;
	struct error *error = process_follow(running, &killed, &status);

	/* Also ends the processes that it started and left behind. */
	kill(-running->pid, SIGKILL);
	if (killed) {
		while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
			;
		return error;
	}
	running->result->end = WIFSIGNALED(status) ? LAB_PROCESS_SIGNAL : LAB_PROCESS_EXIT;
	running->result->number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	return NULL;
}

struct error *lab_process_run(const struct lab_process *process, struct lab_result *ret)
{
	struct lab_result result = {0};
	struct running running = {.process = process, .result = &result, .end_ms = INT64_MAX};
	struct pipes pipes;
	struct error *error = open_pipes(&pipes);

	if (error)
		return error;
	error = start(process, &pipes, &running.pid);
	if (!error) {
		running.files[0] = (struct pollfd) {.fd = pipes.out[0], .events = POLLIN};
		running.files[1] = (struct pollfd) {.fd = pipes.err[0], .events = POLLIN};
		if (process->timeout_s)
			running.end_ms = process_now_ms() + (int64_t)process->timeout_s * 1000;
		error = run_to_end(&running);
	}
	close_pipes(&pipes);
	if (error)
		lab_result_deinit(&result);
	else
		*ret = result;
	return error;
}
