/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "util/descriptor.h"

static struct {
	volatile pid_t process; /* that collects; 0: none */
	pid_t owner;            /* whose child that is */
	volatile sig_atomic_t waits, stopped;
	int terminal;  /* standard output as it was */
	struct winsize size;
	void (*complain)(const char *command, const char *why);
} pager;

/* NULL: none is wanted. */
static const char *pager_command(void)
{
	const char *command = getenv("KCOMPAT_PAGER");

	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = "less";
	return !*command || !strcmp(command, "cat") ? NULL : command;
}

/* The rows that a text takes. A line that is longer than the screen is wide takes several. */
struct rows {
	size_t full, column, width;
	bool in_colour; /* inside of an escape sequence */
};

static void rows_count(struct rows *rows, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '\n') {
			rows->full++;
			rows->column = 0;
		} else if (rows->in_colour || c == '\033') {
			rows->in_colour = c != 'm';
		} else if ((c & 0xc0) != 0x80 && rows->column++ == rows->width) {
			rows->full++;
			rows->column = 1;
		}
	}
}

static struct rows copy(int from, int to, char *bytes, size_t size)
{
	struct rows rows = {.width = pager.size.ws_col ? pager.size.ws_col : 80};
	ssize_t got;

	while ((got = read(from, bytes, size)) > 0 || (got < 0 && errno == EINTR)) {
		if (got > 0 && !descriptor_write(to, bytes, (size_t)got))
			rows_count(&rows, bytes, (size_t)got);
	}
	return rows;
}

/* less: ends at once if all fits on the screen, shows colours, leaves the text on the screen. */
static void set_environment(void)
{
	setenv("LESS", "FRX", 0);
	/* A user who may run only this program as root must get no shell from the pager. */
	if (getenv("SUDO_UID") || getenv("PKEXEC_UID"))
		setenv("LESSSECURE", "1", 1);
}

/* Returns if it cannot run. */
static void become(const char *command)
{
	wordexp_t words;

	if (wordexp(command, &words, WRDE_NOCMD)) {
		pager.complain(command, "not a command of plain words");
		return;
	}
	set_environment();
	signal(SIGINT, SIG_DFL);
	if (words.we_wordc)
		execvp(words.we_wordv[0], words.we_wordv);
	if (strcmp(command, "less"))
		pager.complain(command, strerror(errno));
	wordfree(&words);
}

static void collect(int from, const char *command)
{
	static char bytes[64 * 1024];
	int text = memfd_create("kcompat output", MFD_CLOEXEC);

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	if (text < 0) {
		copy(from, STDOUT_FILENO, bytes, sizeof(bytes));
		_exit(EXIT_SUCCESS);
	}
	struct rows rows = copy(from, text, bytes, sizeof(bytes));
	lseek(text, 0, SEEK_SET);
	if (rows.full >= pager.size.ws_row && dup2(text, STDIN_FILENO) == STDIN_FILENO)
		become(command);
	copy(text, STDOUT_FILENO, bytes, sizeof(bytes));
	_exit(EXIT_SUCCESS);
}

bool terminal_is_dumb(void)
{
	const char *terminal = getenv("TERM");

	return !terminal || !strcmp(terminal, "dumb");
}

void pager_start(void (*complain)(const char *command, const char *why))
{
	const char *command = pager_command();
	int ends[2];

	if (!command || terminal_is_dumb() || !isatty(STDOUT_FILENO) ||
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &pager.size) || !pager.size.ws_row || pipe(ends))
		return;
	pager.complain = complain;
	fflush(NULL);
	pid_t process = fork();
	if (!process) {
		close(ends[1]);
		collect(ends[0], command);
	}
	close(ends[0]);
	pager.terminal = process > 0 ? dup(STDOUT_FILENO) : -1;
	if (process > 0) {
		pager.process = process;
		pager.owner = getpid();
		dup2(ends[1], STDOUT_FILENO);
	}
	close(ends[1]);
}

bool pager_end(void)
{
	pid_t process = pager.process;
	siginfo_t info;
	int status;

	if (!process)
		return true;
	fflush(stdout);
	/* An interrupt is now for the pager, which shares the terminal. */
	signal(SIGINT, SIG_IGN);
	if (pager.terminal < 0 || dup2(pager.terminal, STDOUT_FILENO) < 0)
		close(STDOUT_FILENO);
	pager.waits = true;
	if (pager.stopped)
		kill(process, SIGTERM);
	/* Its number may belong to another process as soon as it has been waited for. */
	while (waitid(P_PID, (id_t)process, &info, WEXITED | WNOWAIT) && errno == EINTR)
		continue;
	pager.waits = false;
	pager.process = 0;
	while (waitpid(process, &status, 0) < 0 && errno == EINTR)
		continue;
	if (pager.terminal >= 0)
		close(pager.terminal);
	return !pager.stopped;
}

void pager_stop(void)
{
	int saved = errno;

	pager.stopped = true;
	if (pager.waits && pager.owner == getpid())
		kill(pager.process, SIGTERM);
	errno = saved;
}

bool pager_is_active(void)
{
	return pager.process > 0;
}

size_t pager_width(void)
{
	return pager.process > 0 ? pager.size.ws_col : 0;
}
