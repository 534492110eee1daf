/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_TRIES 100
#define OWN_DESCRIPTORS 256 /* descriptors that may be standard output under another name */

struct error *place_open(const char *path, struct place *ret)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");

	*ret = (struct place) {-1, slash ? slash + 1 : path, path};
	if (!directory)
		return error_no_memory();
	ret->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	return ret->directory < 0 ? error_errno(errno, NULL, "%s", path) : NULL;
}

struct error *place_open_below(int top, const char *relative, const char *path, struct place *ret)
{
	const char *slash;
	int fd = openat(top, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && (slash = strchr(relative, '/'))) {
		char name[NAME_MAX + 1] = "";
		int above = fd;
		if (slash - relative <= NAME_MAX)
			memcpy(name, relative, (size_t)(slash - relative));
		fd = openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int errnum = errno;
		close(above);
		errno = errnum;
		relative = slash + 1;
	}
	*ret = (struct place) {fd, relative, path};
	return fd < 0 ? error_errno(errno, NULL, "%s", path) : NULL;
}

struct error *place_look(const struct place *place, bool *exists, struct stat *ret)
{
	*exists = !fstatat(place->directory, place->name, ret, AT_SYMLINK_NOFOLLOW);
	return *exists || errno == ENOENT ? NULL : error_errno(errno, NULL, "%s", place->path);
}

/* The file begins as 0600. open() would give this mode. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/*
 * Keeps the owner, also when root writes. Never the bits 07000: the bytes are new, and what was set
 * for the old ones must not make them a program of another user.
 */
static int set_attributes(int fd, const struct stat *old)
{
	mode_t mode = old ? old->st_mode & 0777 : default_mode();

	/* Without the right to chown, the file becomes ours. */
	if (old && fchown(fd, old->st_uid, old->st_gid))
		errno = 0;
	return fchmod(fd, mode) ? errno : 0;
}

static int open_temporary(const struct place *place, char **name)
{
	int fd = -1;

	errno = EEXIST;
	for (int i = 0; i < NAME_TRIES && fd < 0 && errno == EEXIST; i++) {
		unsigned long long number = 0;
		free(*name);
		if (getrandom(&number, sizeof(number), 0) < 0 ||
			asprintf(name, ".kcompat-%016llx", number) < 0) {
			*name = NULL;
			return -1;
		}
		fd = openat(place->directory, *name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	}
	return fd;
}

static struct error *place_failed(const struct place *place, int errnum)
{
	return error_errno(errnum, "use a writable directory with free space", "%s", place->path);
}

struct error *staged_write(const struct place *place, const struct stat *old, const void *data,
	size_t size, bool durable, struct staged *ret)
{
	_cleanup_staged_ struct staged staged = {.place = *place};
	int fd = open_temporary(place, &staged.name);

	if (fd < 0) {
		struct error *error = place_failed(place, errno);
		free(staged.name); /* of somebody else's file */
		staged.name = NULL;
		return error;
	}
	int errnum = descriptor_write(fd, data, size);
	if (!errnum)
		errnum = set_attributes(fd, old);
	if (!errnum && durable && fsync(fd))
		errnum = errno;
	if (close(fd) && !errnum)
		errnum = errno;
	if (errnum)
		return place_failed(place, errnum);
	*ret = staged;
	staged.name = NULL;
	return NULL;
}

struct error *staged_commit(struct staged *staged)
{
	const struct place *place = &staged->place;

	if (renameat(place->directory, staged->name, place->directory, place->name))
		return place_failed(place, errno);
	free(staged->name);
	staged->name = NULL;
	return NULL;
}

void staged_deinit(struct staged *staged)
{
	if (!staged || !staged->name)
		return;
	unlinkat(staged->place.directory, staged->name, 0);
	free(staged->name);
	staged->name = NULL;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The same content, too, as far as the file system tells. */
static bool is_unchanged(const struct stat *old, const struct stat *now)
{
	return is_same_file(old, now) && old->st_size == now->st_size &&
		old->st_ctim.tv_sec == now->st_ctim.tv_sec &&
		old->st_ctim.tv_nsec == now->st_ctim.tv_nsec;
}

struct error *place_replace(
	const struct place *place, const struct stat *old, const void *data, size_t size)
{
	_cleanup_staged_ struct staged staged = {0};
	struct stat now;
	bool exists = false;
	struct error *error = staged_write(place, old, data, size, false, &staged);

	/* As late as possible. */
	if (!error)
		error = place_look(place, &exists, &now);
	if (!error && !(exists && is_unchanged(old, &now)))
		error = error_create(ERROR_INPUT, "run it again",
			"%s: it changed meanwhile, so it is left as it is", place->path);
	return error ? error : staged_commit(&staged);
}

/* A descriptor of this process that writes to that file; -1: none. */
static int own_descriptor(const struct stat *wanted)
{
	for (int fd = 0; fd < OWN_DESCRIPTORS; fd++) {
		struct stat status;
		int flags = fcntl(fd, F_GETFL);
		if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !fstat(fd, &status) &&
			is_same_file(&status, wanted))
			return fd;
	}
	return -1;
}

/* A FIFO or a device, which has no content to replace. */
static struct error *write_in_place(
	const struct place *place, const struct stat *seen, const void *data, size_t size)
{
	struct stat status;
	int fd = openat(place->directory, place->name, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	int errnum = fd < 0 || fstat(fd, &status) ? errno : 0;

	if (!errnum && !is_same_file(seen, &status)) {
		close(fd);
		return error_create(ERROR_INPUT, "run it again", "%s: it changed meanwhile", place->path);
	}
	if (!errnum)
		errnum = descriptor_write(fd, data, size);
	if (fd >= 0 && close(fd) && !errnum)
		errnum = errno;
	return errnum ? error_errno(errnum, NULL, "%s", place->path) : NULL;
}

/*
 * Nobody knows who made a link, and whether it is still the same. /dev/stdout is one that is needed:
 * a link to what this process may write already. Any other link makes room for a new file.
 */
static struct error *replace_link(const struct place *place, const void *data, size_t size)
{
	_cleanup_staged_ struct staged staged = {0};
	struct stat target;
	bool leads = !fstatat(place->directory, place->name, &target, 0);
	int fd = leads ? own_descriptor(&target) : -1;

	if (fd >= 0) {
		int errnum = descriptor_write(fd, data, size);
		return errnum ? error_errno(errnum, NULL, "%s", place->path) : NULL;
	}
	if (leads && !S_ISREG(target.st_mode))
		return error_create(ERROR_INPUT, "name that file itself",
			"%s: a link to what is no regular file, not followed", place->path);
	struct error *error = staged_write(place, NULL, data, size, true, &staged);
	return error ? error : staged_commit(&staged);
}

struct error *place_write(const struct place *place, const void *data, size_t size)
{
	_cleanup_staged_ struct staged staged = {0};
	struct stat old;
	bool exists = false;
	struct error *error = place_look(place, &exists, &old);

	if (error)
		return error;
	if (exists && S_ISLNK(old.st_mode))
		return replace_link(place, data, size);
	if (exists && !S_ISREG(old.st_mode))
		return write_in_place(place, &old, data, size);
	error = staged_write(place, exists ? &old : NULL, data, size, true, &staged);
	return error ? error : staged_commit(&staged);
}
