/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/descriptor.h"

static struct error *page_failed(const struct place *place)
{
	return error_errno(errno, NULL, "%s", place->path);
}

static struct error *open_page(
	const struct place *place, bool in_tree, struct page_file *page, int *ret)
{
	const int flags = O_RDONLY | O_CLOEXEC | (in_tree ? O_NONBLOCK | O_NOCTTY : 0);
	struct stat link;

	*page = (struct page_file) {.place = *place};
	*ret = openat(place->directory, place->name, flags | O_NOFOLLOW);
	if (*ret < 0 && errno == ELOOP) {
		if (fstatat(place->directory, place->name, &link, AT_SYMLINK_NOFOLLOW))
			return page_failed(place);
		page->is_linked = true;
		page->link_owner = link.st_uid;
		*ret = openat(place->directory, place->name, flags);
	}
	if (*ret < 0 || fstat(*ret, &page->status))
		return page_failed(place);
	if (in_tree && !S_ISREG(page->status.st_mode))
		return error_create(ERROR_INPUT, NULL, "%s: not a regular file", place->path);
	return NULL;
}

struct error *page_file_read(
	const struct place *place, bool in_tree, struct page_file *ret, struct file_bytes *bytes)
{
	_cleanup_fd_ int fd = -1;
	struct error *error = open_page(place, in_tree, ret, &fd);

	return error ? error : file_read_open(fd, place->path, bytes);
}

static struct error *replace_page(
	const struct place *place, const struct stat *status, const struct buf *text)
{
	if (!(status->st_mode & 0222) || faccessat(place->directory, place->name, W_OK, 0))
		return error_create(ERROR_DENIED, "make it writable first",
			"%s: read-only, so it is left as it is", place->path);
	return place_replace(place, status, buf_text(text), text->len);
}

/*
 * Whoever made the link chose the file. It is written only if its owner did: otherwise a user could
 * have any page of root's written. What the path leads to by now must still be what was read.
 */
static struct error *replace_linked(const struct page_file *page, const struct buf *text)
{
	_cleanup_place_ struct place place = {.directory = -1};
	const char *path = page->place.path;

	if (page->link_owner != page->status.st_uid)
		return error_create(ERROR_DENIED, "name the page itself",
			"%s: a link of user %u to a page of user %u, so it is left as it is", path,
			page->link_owner, page->status.st_uid);
	char *real = realpath(path, NULL);
	if (!real)
		return page_failed(&page->place);
	struct error *error = place_open(real, &place);
	place.path = path;
	if (!error)
		error = replace_page(&place, &page->status, text);
	free(real);
	return error;
}

struct error *page_file_write(const struct page_file *page, const struct buf *text)
{
	if (!S_ISREG(page->status.st_mode))
		return error_create(ERROR_INPUT, NULL, "%s: not a regular file, so it is left as it is",
			page->place.path);
	return page->is_linked ? replace_linked(page, text)
			       : replace_page(&page->place, &page->status, text);
}
