/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/reading.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

static struct {
	const char *const *names;
	atomic_bool *marks;
	size_t cnt;
} watched;

void reading_watch(const char *const *names, atomic_bool *marks, size_t cnt)
{
	watched.names = names;
	watched.marks = marks;
	watched.cnt = cnt;
}

static bool is_part(const char *path, const char *input)
{
	size_t len = strlen(input);

	while (len > 1 && input[len - 1] == '/')
		len--;
	return !strncmp(path, input, len) && (!path[len] || path[len] == '/');
}

static void mark(const char *path, bool reads)
{
	for (size_t i = 0; i < watched.cnt; i++) {
		if (is_part(path, watched.names[i]))
			atomic_store(&watched.marks[i], reads);
	}
}

void reading_begin(const char *path)
{
	mark(path, true);
}

struct error *reading_end(const char *path, struct error *error)
{
	if (!error || error->code != ERROR_NO_MEMORY)
		mark(path, false);
	return error;
}

static const atomic_bool *stopped_by;

void reading_stop_by(const atomic_bool *stop)
{
	stopped_by = stop;
}

static bool is_stopped(void)
{
	return stopped_by && atomic_load(stopped_by);
}

struct error *reading_wait(int fd)
{
	struct pollfd awaited = {.fd = fd, .events = POLLIN};
	sigset_t both, old;

	/* A signal between the look at the stop and the wait is delivered in the wait. */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &old);
	while (!is_stopped() && ppoll(&awaited, 1, NULL, &old) < 0 && errno == EINTR)
		continue;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return is_stopped() ? error_create(ERROR_INTERRUPTED, NULL, "interrupted") : NULL;
}
