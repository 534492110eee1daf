/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * delegate DIRECTORY OPTION=VALUE... -- PROGRAM [ARGUMENT...]
 *
 * Runs PROGRAM as root of its own user namespace, with a bpffs at DIRECTORY that has the options, such
 * as delegate_cmds=any. Only a process of the initial user namespace may set them and create the file
 * system, of a context that a process of the new namespace opened. 77: this machine does not allow it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SET_STRING 1 /* FSCONFIG_SET_STRING */
#define CREATE 6     /* FSCONFIG_CMD_CREATE */
#define EMPTY_PATH 4 /* MOVE_MOUNT_F_EMPTY_PATH */

static void give_up(const char *what)
{
	perror(what);
	exit(77);
}

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static struct msghdr message_of(union control *control, struct iovec *data)
{
	return (struct msghdr) {.msg_iov = data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(*control)};
}

static void send_fd(int way, int fd)
{
	union control control = {0};
	char byte = 0;
	struct iovec data = {&byte, 1};
	struct msghdr message = message_of(&control, &data);

	control.header = (struct cmsghdr) {
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(way, &message, 0) != 1)
		give_up("sendmsg");
}

static int receive_fd(int way)
{
	union control control = {0};
	char byte;
	struct iovec data = {&byte, 1};
	struct msghdr message = message_of(&control, &data);
	int fd;

	if (recvmsg(way, &message, 0) != 1 || control.header.cmsg_type != SCM_RIGHTS)
		exit(77); /* the child has said why */
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static void wait_for_byte(int way)
{
	char byte;

	if (read(way, &byte, 1) != 1)
		exit(77);
}

static void write_map(pid_t child, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", child, name);
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0 0 65536\n", 10) != 10)
		give_up(path);
	close(fd);
}

static int run_child(int way, const char *directory, char **program)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		give_up("unshare");
	(void)!write(way, "", 1);
	wait_for_byte(way);
	int context = (int)syscall(SYS_fsopen, "bpf", 0);
	if (context < 0)
		give_up("fsopen");
	send_fd(way, context);
	wait_for_byte(way);
	int mount_fd = (int)syscall(SYS_fsmount, context, 0, 0);
	if (mount_fd < 0 ||
		syscall(SYS_move_mount, mount_fd, "", AT_FDCWD, directory, EMPTY_PATH))
		give_up(directory);
	execv(program[0], program);
	perror(program[0]);
	return 2;
}

static void set_option(int context, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		exit(2);
	*value++ = '\0';
	if (syscall(SYS_fsconfig, context, SET_STRING, option, value, 0))
		give_up(option);
}

int main(int argc, char **argv)
{
	int ways[2], status, program = 2;

	while (program < argc && strcmp(argv[program], "--"))
		program++;
	if (program + 1 >= argc || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ways))
		return 2;
	pid_t child = fork();
	if (!child) {
		close(ways[0]);
		return run_child(ways[1], argv[1], argv + program + 1);
	}
	close(ways[1]);
	wait_for_byte(ways[0]);
	write_map(child, "uid_map");
	write_map(child, "gid_map");
	(void)!write(ways[0], "", 1);
	int context = receive_fd(ways[0]);
	for (int i = 2; i < program; i++)
		set_option(context, argv[i]);
	if (syscall(SYS_fsconfig, context, CREATE, NULL, NULL, 0))
		give_up("fsconfig");
	(void)!write(ways[0], "", 1);
	if (waitpid(child, &status, 0) != child)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
