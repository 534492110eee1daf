/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internal to the folder: the sources of items. */
#ifndef KCOMPAT_INPUT_SOURCE_H
#define KCOMPAT_INPUT_SOURCE_H

#include "input/kind.h"
#include "input/members.h"
#include "util/file.h"

struct input {
	struct pool pool;
	const char *path;
	const char *format;
	struct input_item **items;
	size_t item_cnt, item_cap;
	struct input_item **lists; /* of modules */
	size_t list_cnt, list_cap;
	const char **problems;
	size_t problem_cnt, problem_cap;
	struct input_item *first_module; /* read early for its release; delivered first */
	enum input_role role;
	bool module_seen, modules_ended;

	/* A package. */
	struct members *reader; /* NULL: closed, or no package */
	bool image_seen;
	bool gathering;            /* the first pass: reads all kinds, not only modules */
	const char *at_module;     /* name of the current module, not yet taken */
	struct input_item **spool; /* modules of the first pass, compressed */
	size_t spool_cnt, spool_cap, spool_next, spool_bytes;
	bool spool_full; /* modules were dropped: a second pass is needed */
	size_t skip_cnt; /* for the second pass: the number of spooled modules */

	/* A directory. */
	int top; /* held open, so that no other one takes its place; -1: no directory */
	const char **module_paths;
	size_t module_cnt, module_cap, module_next;
	struct input **boots; /* its boot images and initramfs that have modules */
	size_t boot_cnt, boot_cap, boot_next;
	const struct input *directory; /* that this boot image is in; NULL: none */
};

/* Each takes an input with its path set. */
struct error *input_open_file(struct input *input);
struct error *input_open_package(struct input *input);
/* The same, and it may contain nothing. */
struct error *input_gather_package(struct input *input);
struct error *input_open_directory(struct input *input);
struct error *input_next_of_package(struct input *input, struct input_item **ret);
struct error *input_next_of_directory(struct input *input, struct input_item **ret);
struct error *input_rewind_package(struct input *input);

/* Boot images and initramfs in a directory. */
/*
 * Adds what one contains. Its modules are delivered later, and only if the directory has no files of
 * modules: they would be copies of these. What is wrong with it is a problem.
 */
struct error *input_add_boot(struct input *directory, const char *path);
struct error *input_next_of_boots(struct input *directory, struct input_item **ret);
struct error *input_rewind_boots(struct input *directory);

/* A file in a directory, by the path that the walk gave it. */
struct error *input_read_in(
	const struct input *directory, const char *path, struct file_bytes *ret);

/*
 * Makes an item from a file's content and adds it to the list, if its kind is useful. `alone`: the
 * file is the input, and a problem becomes an error.
 */
struct error *input_add(struct input *input, const char *name, enum input_kind kind,
	unsigned char *data, size_t size_bytes, bool alone);
/* Adds the item, which `input` owns from then on, to the list of its kind. */
struct error *input_append(struct input *input, struct input_item *item);
/* Turns `error` into a problem (takes ownership). Lack of memory is returned. */
struct error *input_add_problem(struct input *input, struct error *error);
/* Does the name belong to a detached debug file of a module? These are useless here. */
bool input_is_debug_path(const char *name);

#endif
