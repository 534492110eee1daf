/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF objects that the command line names, or programs that contain some. */
#ifndef KCOMPAT_CLI_OBJECTS_H
#define KCOMPAT_CLI_OBJECTS_H

#include "object/check/check.h"

/* A file as bytes. */
struct object_file {
	const char *path;
	struct buf bytes;
};

struct object_files {
	struct object_file *list; /* in `pool` */
	size_t cnt;
	struct pool pool;
};
void object_files_deinit(struct object_files *files);

/* Reads the files and looks at nothing in them, so this needs no confined process. The error names the file. */
struct error *object_files_read(
	struct object_files *files, const char *const *paths, size_t cnt);
/* Adds the objects in them. The error names the file. */
struct error *object_files_parse(const struct object_files *files, struct check *check);

#endif
