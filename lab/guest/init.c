/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /init of the lab's guests: a static program that mounts the file systems, runs one program, and
 * reports its output and its end (lab/guest/protocol.h). It is process 1 and must not exit: the
 * kernel would panic, and the lab would report that panic.
 */
#include "lab/guest/veth.h"
#include "lab/guest/protocol.h"
#include "util/array.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LIST_MAX 512
#define OUTPUT_DIRECTORY LAB_DIRECTORY "/output"
/* Deflated bytes of one line in base64: 76 characters. */
#define LINE_BYTES 57

struct list {
	char *values[LIST_MAX + 1]; /* NULL at the end */
	size_t cnt;
};

static struct {
	char *text;
	size_t size;
	const char *mark;
	struct list args, env, modules, sysctls, drops;
	bool user_namespace;
	unsigned uid;
	unsigned timeout_s;
} config;

static int console = -1;
static int dmesg = -1;

static void write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);
		if (written < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (written <= 0)
			return;
		data += written;
		size -= (size_t)written;
	}
}

/* A line with the mark. A newline comes first, because other output may lack its last newline. */
static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	char words[512], line[768];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	int len = snprintf(line, sizeof(line), "\n%s %s\n", config.mark ? config.mark : "", words);
	write_all(console, line, (size_t)len);
}

static void __attribute__((noreturn)) leave(void)
{
	say("done");
	tcdrain(console);
	sync();
	/* qemu runs with -no-reboot. A power-off needs drivers that a kernel may lack. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	char words[400];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	say("failed %s", words);
	leave();
}

struct mounted {
	const char *type, *path, *options;
	bool optional; /* a kernel may be built without it */
};

static const struct mounted mounts[] = {
	{"proc", "/proc", NULL, false},
	{"sysfs", "/sys", NULL, false},
	{"devtmpfs", "/dev", "mode=0755", false},
	{"devpts", "/dev/pts", "ptmxmode=0666", true},
	{"tmpfs", "/dev/shm", NULL, true},
	{"tmpfs", "/tmp", NULL, false},
	{"tmpfs", "/run", NULL, false},
	{"cgroup2", "/sys/fs/cgroup", NULL, true},
	{"bpf", "/sys/fs/bpf", "mode=0700", true},
	{"debugfs", "/sys/kernel/debug", NULL, true},
	{"tracefs", "/sys/kernel/tracing", NULL, true},
	{"securityfs", "/sys/kernel/security", NULL, true},
};

static void open_console(void)
{
	struct termios state;

	console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (console < 0 || tcgetattr(console, &state))
		return;
	cfmakeraw(&state);
	tcsetattr(console, TCSANOW, &state);
}

static void mount_one(const struct mounted *mounted)
{
	mkdir(mounted->path, 0755);
	if (mount(mounted->type, mounted->path, mounted->type, 0, mounted->options) &&
		!mounted->optional)
		fail("mount %s on %s: %s", mounted->type, mounted->path, strerror(errno));
}

/* For the program and all others: devtmpfs has /dev/null and similar devices. */
static void make_file_systems(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		mount_one(&mounts[i]);
	chmod("/tmp", 01777);
	mkdir(OUTPUT_DIRECTORY, 0700);
}

static void add(struct list *list, char *value)
{
	if (list->cnt == LIST_MAX)
		fail("%s: more than %d of one kind", LAB_CONFIG, LIST_MAX);
	list->values[list->cnt++] = value;
}

/* `record` is "KEY=VALUE". An entry that may fail keeps its key, which shows this. */
static void take_record(char *record)
{
	char *value = strchr(record, '=');

	if (!value)
		fail("%s: %s", LAB_CONFIG, record);
	*value++ = '\0';
	if (!strcmp(record, "mark"))
		config.mark = value;
	else if (!strcmp(record, "arg"))
		add(&config.args, value);
	else if (!strcmp(record, "env"))
		add(&config.env, value);
	else if (!strcmp(record, "module") || !strcmp(record, "may-module"))
		add(&config.modules, record);
	else if (!strcmp(record, "sysctl") || !strcmp(record, "may-sysctl"))
		add(&config.sysctls, record);
	else if (!strcmp(record, "drop"))
		add(&config.drops, value);
	else if (!strcmp(record, "user-namespace"))
		config.user_namespace = true;
	else if (!strcmp(record, "uid"))
		config.uid = (unsigned)strtoul(value, NULL, 10);
	else if (!strcmp(record, "timeout"))
		config.timeout_s = (unsigned)strtoul(value, NULL, 10);
	else
		fail("%s: no such key: %s", LAB_CONFIG, record);
}

/* Removes the file: the program must not read the mark by accident. */
static void read_config(void)
{
	static char text[LAB_CONFIG_MAX_BYTES + 1];
	int fd = open(LAB_CONFIG, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size <= 0)
		fail("%s: %s", LAB_CONFIG, strerror(errno));
	close(fd);
	unlink(LAB_CONFIG);
	for (char *at = text, *next; at < text + size; at = next) {
		next = at + strlen(at) + 1;
		take_record(at);
	}
	if (!config.mark || !config.args.cnt)
		fail("%s: no mark or no program", LAB_CONFIG);
}

static void bring_up_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* A program that needs it reports the failure itself. */
	if (fd >= 0)
		ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

static void set_sysctl(const char *key)
{
	char path[256], *setting = (char *)key + strlen(key) + 1, *value = strchr(setting, '=');
	bool optional = !strcmp(key, "may-sysctl");

	if (!value)
		fail("sysctl %s: no value", setting);
	*value++ = '\0';
	snprintf(path, sizeof(path), "/proc/sys/%s", setting);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if ((fd < 0 || write(fd, value, strlen(value)) < 0) && !optional)
		fail("sysctl %s=%s: %s", setting, value, strerror(errno));
	close(fd);
}

static void load_module(const char *key)
{
	const char *path = key + strlen(key) + 1;
	bool optional = !strcmp(key, "may-module");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if ((fd < 0 || syscall(SYS_finit_module, fd, "", 0)) && errno != EEXIST && !optional)
		fail("module %s: %s", path, strerror(errno));
	close(fd);
	/* Its memory lives as long as the guest. */
	unlink(path);
}

static void prepare(void)
{
	umask(022);
	open_console();
	read_config();
	make_file_systems();
	if (console < 0)
		open_console();
	if (sethostname("lab", 3))
		fail("sethostname: %s", strerror(errno));
	bring_up_loopback();
	for (size_t i = 0; i < config.modules.cnt; i++)
		load_module(config.modules.values[i]);
	/* A kernel without veth has no such device. A program that needs it reports this itself. */
	veth_create();
	for (size_t i = 0; i < config.sysctls.cnt; i++)
		set_sysctl(config.sysctls.values[i]);
}

static int open_output(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), OUTPUT_DIRECTORY "/%s", name);
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

/* One record of /dev/kmsg, linux Documentation/ABI/testing/dev-kmsg:
 * "PRIORITY,NUMBER,TIME,...;TEXT". */
static void keep_message(int kmsg_file, char *record)
{
	char *text = strchr(record, ';');
	unsigned priority;
	unsigned long long number, time_us;

	if (!text || sscanf(record, "%u,%llu,%llu", &priority, &number, &time_us) != 3)
		return;
	text[1 + strcspn(text + 1, "\n")] = '\0';
	dprintf(kmsg_file, "%u %llu.%06llu %s\n", priority & 7, time_us / 1000000,
		time_us % 1000000, text + 1);
}

/* The messages of the kernel since the last call. */
static void keep_messages(int file)
{
	static char record[16384];
	ssize_t size;

	if (dmesg < 0)
		dmesg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while ((size = read(dmesg, record, sizeof(record) - 1)) > 0 ||
		(size < 0 && errno == EPIPE)) {
		if (size < 0)
			continue; /* a record was overwritten before the read: read the next one */
		record[size] = '\0';
		keep_message(file, record);
	}
}

/* Runs in the child. A failure is reported through a pipe that execution closes. */
static void __attribute__((noreturn, format(printf, 2, 3)))
child_fail(int pipe, const char *format, ...)
{
	va_list args;
	int errnum = errno;

	va_start(args, format);
	vdprintf(pipe, format, args);
	va_end(args);
	dprintf(pipe, ": %s", strerror(errnum));
	_exit(127);
}

static void write_file(int pipe, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		child_fail(pipe, "%s", path);
	close(fd);
}

static void enter_user_namespace(int pipe)
{
	if (unshare(CLONE_NEWUSER))
		child_fail(pipe, "user namespace");
	write_file(pipe, "/proc/self/setgroups", "deny");
	write_file(pipe, "/proc/self/uid_map", "0 0 1");
	write_file(pipe, "/proc/self/gid_map", "0 0 1");
}

/* The bounding set limits the capabilities that root gets when it executes a program. */
static void give_up_privileges(int pipe)
{
	for (size_t i = 0; i < config.drops.cnt; i++) {
		if (prctl(PR_CAPBSET_DROP, strtoul(config.drops.values[i], NULL, 10), 0, 0, 0))
			child_fail(pipe, "capability %s", config.drops.values[i]);
	}
	if (config.user_namespace)
		enter_user_namespace(pipe);
	if (config.uid &&
		(setresgid(config.uid, config.uid, config.uid) ||
			setresuid(config.uid, config.uid, config.uid)))
		child_fail(pipe, "user %u", config.uid);
}

static void __attribute__((noreturn)) run_child(int pipe, int out, int err)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		child_fail(pipe, "standard files");
	give_up_privileges(pipe);
	execve(config.args.values[0], config.args.values, config.env.values);
	child_fail(pipe, "%s", config.args.values[0]);
}

/* Also reaps processes whose parent ended. Returns false when the time is over. */
static bool wait_for(pid_t program, int *status)
{
	struct timespec now, end;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += config.timeout_s;
	for (;;) {
		pid_t ended = waitpid(-1, status, WNOHANG);
		if (ended == program)
			return true;
		if (ended > 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return false;
		sigtimedwait(&child, NULL, &(struct timespec) {.tv_nsec = 200000000});
	}
}

static void send_packed(const unsigned char *data, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[LINE_BYTES / 3 * 4 + 1];

	for (size_t at = 0; at < size; at += LINE_BYTES) {
		size_t end = size - at < LINE_BYTES ? size : at + LINE_BYTES, len = 0;
		for (size_t i = at; i < end; i += 3) {
			unsigned bits = (unsigned)data[i] << 16;
			bits |= i + 1 < end ? (unsigned)data[i + 1] << 8 : 0;
			bits |= i + 2 < end ? data[i + 2] : 0;
			line[len++] = digits[bits >> 18];
			line[len++] = digits[bits >> 12 & 63];
			line[len++] = i + 1 < end ? digits[bits >> 6 & 63] : '=';
			line[len++] = i + 2 < end ? digits[bits & 63] : '=';
		}
		line[len++] = '\n';
		write_all(console, line, len);
	}
}

static unsigned char *read_back(int fd, size_t *size)
{
	struct stat status;
	unsigned char *data = fstat(fd, &status) ? NULL : malloc((size_t)status.st_size + 1);
	size_t got = 0;
	ssize_t piece = 1;

	while (data && got < (size_t)status.st_size && piece > 0) {
		piece = pread(fd, data + got, (size_t)status.st_size - got, (off_t)got);
		got += piece > 0 ? (size_t)piece : 0;
	}
	*size = got;
	return data;
}

static void send_file(const char *name, int fd)
{
	size_t size;
	unsigned char *data = read_back(fd, &size);
	uLongf packed_size = compressBound(size);
	unsigned char *packed = malloc(packed_size);

	if (!data || !packed || compress2(packed, &packed_size, data, size, 6) != Z_OK)
		fail("%s: no memory for %zu bytes", name, size);
	say("%s %zu %08lx %lu", name, size, crc32(0, data, (uInt)size), packed_size);
	send_packed(packed, packed_size);
	free(packed);
	free(data);
}

static void say_end(bool ended, int status)
{
	if (!ended)
		say("timeout");
	else if (WIFSIGNALED(status))
		say("signal %d", WTERMSIG(status));
	else
		say("exit %d", WEXITSTATUS(status));
}

/* Starts the program; returns after its execution. */
static pid_t start(int out, int err)
{
	int pipes[2];
	char why[300];

	if (pipe2(pipes, O_CLOEXEC))
		fail("pipe: %s", strerror(errno));
	pid_t program = fork();
	if (program < 0)
		fail("fork: %s", strerror(errno));
	if (!program)
		run_child(pipes[1], out, err);
	close(pipes[1]);
	ssize_t len = read(pipes[0], why, sizeof(why) - 1);
	if (len > 0)
		fail("%.*s", (int)len, why);
	close(pipes[0]);
	return program;
}

int main(void)
{
	sigset_t all;
	int status = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	prepare();
	int out = open_output("stdout"), err = open_output("stderr"),
	    messages = open_output("dmesg");
	keep_messages(messages);
	dprintf(messages, "started\n");
	say("started");
	pid_t program = start(out, err);
	bool ended = wait_for(program, &status);
	kill(-1, SIGKILL);
	keep_messages(messages);
	send_file("stdout", out);
	send_file("stderr", err);
	send_file("dmesg", messages);
	say_end(ended, status);
	leave();
}
