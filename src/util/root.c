/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/descriptor.h"

#define LINK_MAX_CNT 40   /* the kernel's MAXSYMLINKS */
#define DEPTH_MAX 128     /* directories in directories */
#define RACE_MAX_CNT 1000 /* tries, while somebody renames directories */

/* The way of kernels before 5.6, and where a filter forbids openat2(): one name after the other. */
struct walk {
	int opened[DEPTH_MAX];   /* what the names so far led to, the root first */
	size_t depth;
	char name[NAME_MAX + 1]; /* of the last one, in the one before it */
	char rest[PATH_MAX];     /* what is left to resolve: empty, or it starts with '/' */
	unsigned int link_cnt;
};

static void close_down_to(struct walk *walk, size_t depth)
{
	while (walk->depth > depth)
		close(walk->opened[--walk->depth]);
}

static bool ends_in_directory(const struct walk *walk)
{
	struct stat status;

	return !fstat(walk->opened[walk->depth - 1], &status) && S_ISDIR(status.st_mode);
}

/* Puts the text of a link before the rest. An absolute one starts again at the root. */
static int follow(struct walk *walk, int link)
{
	char text[PATH_MAX];
	size_t rest_size = strlen(walk->rest) + 1;
	ssize_t len = readlinkat(link, "", text, sizeof(text));

	if (len < 0)
		return errno;
	if (++walk->link_cnt > LINK_MAX_CNT)
		return ELOOP;
	/* One byte for the '/' that a relative link lacks. */
	if ((size_t)len + 1 + rest_size > sizeof(walk->rest))
		return ENAMETOOLONG;
	memmove(walk->rest + len + 1, walk->rest, rest_size);
	memcpy(walk->rest + 1, text, (size_t)len);
	walk->rest[0] = '/';
	if (text[0] == '/')
		close_down_to(walk, 1);
	return 0;
}

/* Takes the next name off the rest; an empty one at the end. */
static int take_name(struct walk *walk, char *name)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(start, "/");

	if (len > NAME_MAX)
		return ENAMETOOLONG;
	memcpy(name, start, len);
	name[len] = '\0';
	memmove(walk->rest, start + len, strlen(start + len) + 1);
	return 0;
}

static int enter(struct walk *walk, const char *name)
{
	struct stat status;
	int fd = openat(walk->opened[walk->depth - 1], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno;
	int errnum = fstat(fd, &status) ? errno : 0;
	if (!errnum && S_ISLNK(status.st_mode))
		errnum = follow(walk, fd);
	else if (!errnum && walk->depth == DEPTH_MAX)
		errnum = ENAMETOOLONG;
	else if (!errnum) {
		walk->opened[walk->depth++] = fd;
		strcpy(walk->name, name);
		return 0;
	}
	close(fd);
	return errnum;
}

static int walk_all(struct walk *walk)
{
	char name[NAME_MAX + 1];
	int errnum = 0;

	while (!errnum && *walk->rest) {
		/* Also before a '/' at the end. */
		if (!ends_in_directory(walk))
			return ENOTDIR;
		errnum = take_name(walk, name);
		if (!errnum && !strcmp(name, ".."))
			close_down_to(walk, walk->depth > 1 ? walk->depth - 1 : 1);
		else if (!errnum && *name && strcmp(name, "."))
			errnum = enter(walk, name);
	}
	return errnum;
}

/* Takes `top`. Returns the descriptor, or -1 with errno. */
static int open_by_walking(int top, const char *path, int flags)
{
	struct walk walk = {.opened = {top}, .depth = 1};
	int fd = -1, errnum = strlen(path) < sizeof(walk.rest) ? 0 : ENAMETOOLONG;

	if (!errnum) {
		strcpy(walk.rest, path);
		errnum = walk_all(&walk);
	}
	if (!errnum) {
		/* O_NOFOLLOW: the name can have become a link since. */
		fd = ends_in_directory(&walk)
			? openat(walk.opened[walk.depth - 1], ".", flags)
			: openat(walk.opened[walk.depth - 2], walk.name, flags | O_NOFOLLOW);
		errnum = errno;
	}
	close_down_to(&walk, 0);
	errno = errnum;
	return fd;
}

static int open_by_kernel(int top, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT};
	int fd = -1;

	/* EAGAIN: something was renamed meanwhile, so the kernel cannot tell whether ".." left. */
	for (int i = 0; i < RACE_MAX_CNT && fd < 0 && (!i || errno == EAGAIN); i++)
		fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	return fd;
}

/* Returns the descriptor, or -1 with errno. */
static int open_below(int top, const char *path, int flags)
{
	int fd = open_by_kernel(top, path, flags);

	/* EPERM: the answer of a filter that does not know the call. Walking asks for nothing more. */
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	int first = fcntl(top, F_DUPFD_CLOEXEC, 0);
	return first < 0 ? -1 : open_by_walking(first, path, flags);
}

static int open_in(const char *root, const char *path, int flags)
{
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return -1;
	int fd = open_below(top, path, flags);
	int errnum = errno;
	close(top);
	errno = errnum;
	return fd;
}

static struct error *check_type(int fd, const char *root, const char *path)
{
	struct stat status;

	if (fstat(fd, &status))
		return error_errno(errno, NULL, "%s%s", root, path);
	return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)
		? NULL
		: error_create(ERROR_INPUT, NULL, "%s%s: not a regular file", root, path);
}

#define TREE_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* What was opened in a tree; -1: errno says why it was not. */
static struct error *settle(int fd, const char *root, const char *path, int *ret)
{
	if (fd < 0)
		return error_errno(errno, NULL, "%s%s", root, path);
	struct error *error = check_type(fd, root, path);
	if (error)
		close(fd);
	else
		*ret = fd;
	return error;
}

struct error *root_open(const char *root, const char *path, int flags, int *ret)
{
	if (*root)
		return settle(open_in(root, path, flags | TREE_FLAGS), root, path, ret);
	int fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return error_errno(errno, NULL, "%s", path);
	*ret = fd;
	return NULL;
}

struct error *root_open_at(int top, const char *root, const char *path, int flags, int *ret)
{
	return settle(open_below(top, path, flags | TREE_FLAGS), root, path, ret);
}

bool file_exists(const char *root, const char *path)
{
	_cleanup_fd_ int fd =
		*root ? open_in(root, path, O_PATH | O_CLOEXEC) : open(path, O_PATH | O_CLOEXEC);

	return fd >= 0;
}
