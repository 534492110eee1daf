/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests/lab/boot.sh runs in a guest, built static: guest WORD [ARGUMENT...]. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int leave_with(char **arguments)
{
	fputs("leaving\n", stderr);
	return atoi(arguments[0]);
}

static int be_ended(char **arguments)
{
	puts("before the signal");
	fflush(stdout);
	return raise(atoi(arguments[0]));
}

static int spin(char **arguments)
{
	volatile int on = 1;

	(void)arguments;
	puts("spinning");
	fflush(stdout);
	while (on)
		;
	return 0;
}

/* A child that outlives this process and keeps its output open. */
static int leave_child(char **arguments)
{
	(void)arguments;
	if (!fork())
		for (;;)
			pause();
	puts("left a child");
	return 0;
}

static int panic(char **arguments)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	(void)arguments;
	if (write(fd, "c", 1) < 0)
		perror("/proc/sysrq-trigger");
	return 1;
}

/* Bytes that no compressor makes smaller, the same wherever this runs. */
static int flood(char **arguments)
{
	uint64_t state = 88172645463325252u;

	for (long left = atol(arguments[0]) / 8; left > 0; left--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		fwrite(&state, sizeof(state), 1, stdout);
	}
	return 0;
}

static int cat(char **arguments)
{
	static char data[65536];
	size_t size;

	for (; *arguments; arguments++) {
		FILE *file = fopen(*arguments, "re");
		if (!file) {
			perror(*arguments);
			return 1;
		}
		while ((size = fread(data, 1, sizeof(data), file)) > 0)
			fwrite(data, 1, size, stdout);
		fclose(file);
	}
	return 0;
}

static const struct {
	const char *word;
	int argument_cnt;
	int (*run)(char **arguments);
} words[] = {
	{"status", 1, leave_with},
	{"signal", 1, be_ended},
	{"spin", 0, spin},
	{"child", 0, leave_child},
	{"panic", 0, panic},
	{"flood", 1, flood},
	{"cat", 1, cat},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].word, argv[1]) && argc - 2 >= words[i].argument_cnt)
			return words[i].run(argv + 2);
	}
	fputs("usage: guest WORD [ARGUMENT...]\n", stderr);
	return 2;
}
