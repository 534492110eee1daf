/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/crash.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "util/array.h"

/* The registers of a machine with wide vectors take 11 KiB. */
#define STACK_BYTES 65536

static struct {
	const char *text;
	size_t len;
	int status;
} crash;

/* Calls only what is safe in a process whose state is damaged. */
static void on_crash(int number)
{
	(void)number;
	if (write(STDERR_FILENO, crash.text, crash.len) < 0)
		_exit(crash.status);
	_exit(crash.status);
}

struct error *crash_catch(const char *text, int status)
{
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};
	static char stack[STACK_BYTES];
	/* A stack that has no room left cannot take a handler. */
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	const struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

	crash.text = text;
	crash.len = strlen(text);
	crash.status = status;
	if (sigaltstack(&other, NULL))
		return error_errno(errno, NULL, "a stack for signals");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &action, NULL);
	return NULL;
}
