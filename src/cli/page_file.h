/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page of `docs update`. Its tree can belong to another user, who exchanges the page for a link
 * while it is read. So what is written takes the place of what was read, or nothing is written.
 */
#ifndef KCOMPAT_CLI_PAGE_FILE_H
#define KCOMPAT_CLI_PAGE_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/file.h"
#include "util/replace.h"

struct page_file {
	struct place place; /* borrowed */
	struct stat status; /* of the file that was read */
	bool is_linked;     /* the place has a link to it */
	uid_t link_owner;   /* if is_linked */
};

/*
 * Reads the page, also through a link. `in_tree`: it was found in a directory, so it must be a regular
 * file; a page that the user named can also be a FIFO.
 */
struct error *page_file_read(
	const struct place *place, bool in_tree, struct page_file *ret, struct file_bytes *bytes);
/*
 * Refuses a read-only page: a new file would replace it. A page behind a link is written where it
 * lies, if the link and the page have one owner.
 */
struct error *page_file_write(const struct page_file *page, const struct buf *text);

#endif
