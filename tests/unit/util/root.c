/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files below a root: no link leads out of it, with openat2(2) and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/descriptor.h"
#include "util/file.h"
#include "util/root.h"

static char scratch[] = "/tmp/test_root.XXXXXX";
static char root[PATH_MAX];

static const char *at(const char *name)
{
	static char paths[4][PATH_MAX + 16];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
	return path;
}

static void put(const char *name, const char *text)
{
	assert_null(file_write_atomic(at(name), text, strlen(text)));
}

static void put_link(const char *name, const char *target)
{
	assert_int_equal(symlink(target, at(name)), 0);
}

static int make_tree(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(scratch));
	snprintf(root, sizeof(root), "%s/root", scratch);
	assert_int_equal(mkdir(root, 0755), 0);
	assert_int_equal(mkdir(at("root/etc"), 0755), 0);
	assert_int_equal(mkdir(at("root/etc/deep"), 0755), 0);
	put("secret", "outside");
	put("root/etc/name", "inside");
	put("root/secret", "of the tree");
	put_link("root/relative", "etc/name");
	put_link("root/absolute", "/etc/name");
	put_link("root/up", "../secret");
	put_link("root/far-up", "../../../../../../secret");
	put_link("root/etc/up", "../secret");
	put_link("root/etc/deep/directory", "../../../etc");
	put_link("root/host", scratch);
	put_link("root/host-file", at("secret"));
	put_link("root/two", "one");
	put_link("root/one", "absolute");
	put_link("root/loop", "loop");
	put_link("root/none", "nothing");
	put_link("root/magic", "/proc/self/fd/0");
	assert_int_equal(mkfifo(at("root/fifo"), 0600), 0);
	return 0;
}

static int remove_tree(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", scratch);
	return system(command);
}

static const struct {
	const char *path, *text; /* NULL: an error */
	int errnum;              /* 0: none behind the error */
} rows[] = {
	{"/etc/name", "inside", 0},
	{"//etc/./deep/../name", "inside", 0},
	{"/../../secret", "of the tree", 0},
	{"/relative", "inside", 0},
	{"/absolute", "inside", 0},
	{"/two", "inside", 0},
	{"/up", "of the tree", 0},
	{"/far-up", "of the tree", 0},
	{"/etc/up", "of the tree", 0},
	{"/etc/deep/directory/name", "inside", 0},
	{"/host/secret", NULL, ENOENT},
	{"/host-file", NULL, ENOENT},
	{"/none", NULL, ENOENT},
	{"/magic", NULL, ENOENT},
	{"/loop", NULL, ELOOP},
	{"/etc/name/", NULL, ENOTDIR},
	{"/etc/name/more", NULL, ENOTDIR},
	{"/etc/name/..", NULL, ENOTDIR},
	{"/etc", NULL, EISDIR},
	{"/", NULL, EISDIR},
	{"/fifo", NULL, 0},
};

static void check_row(size_t i)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	_cleanup_error_ struct error *error = file_read(root, rows[i].path, &bytes);

	print_message("%s\n", rows[i].path);
	if (rows[i].text) {
		assert_null(error);
		assert_string_equal((const char *)bytes.data, rows[i].text);
		assert_true(file_exists(root, rows[i].path));
		return;
	}
	assert_non_null(error);
	assert_int_equal(error->errnum, rows[i].errnum);
	assert_non_null(strstr(error->what, rows[i].path));
	if (rows[i].errnum && rows[i].errnum != EISDIR)
		assert_false(file_exists(root, rows[i].path));
}

static void check_rows(void)
{
	_cleanup_fd_ int directory = -1;
	char deep[600] = "", *end = deep;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(i);
	assert_null(root_open(root, "/etc/deep/directory", O_RDONLY | O_DIRECTORY, &directory));
	assert_int_equal(faccessat(directory, "deep", F_OK, 0), 0);
	/* The root's own name can be a link: the user gave it. */
	assert_true(file_exists(at("root/../root"), "/etc/name"));
	assert_false(file_exists(at("no-root"), "/etc/name"));
	while (end < deep + sizeof(deep) - 20)
		end = stpcpy(end, "/etc/deep/../..");
	assert_true(file_exists(root, strcat(deep, "/relative")));
}

static void test_with_the_call(void **state)
{
	(void)state;
	check_rows();
}

/* A filter gives the answer of an old kernel, or of an old filter of containers. */
static bool forbid_openat2(uint32_t errnum)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void check_without(int errnum)
{
	int status;
	pid_t child = fork();

	if (!child) {
		if (!forbid_openat2((uint32_t)errnum))
			_exit(77);
		errno = 0;
		if (syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0) != -1 || errno != errnum)
			_exit(78);
		check_rows(); /* A failed assertion ends the child with another status. */
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skip: no filter of system calls can be set\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_without_the_call(void **state)
{
	(void)state;
	check_without(ENOSYS);
	check_without(EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_the_call),
		cmocka_unit_test(test_without_the_call),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
