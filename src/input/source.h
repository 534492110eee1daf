/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that open an input: where its items come from. */
#ifndef KCOMPAT_INPUT_SOURCE_H
#define KCOMPAT_INPUT_SOURCE_H

#include "input/archive.h"
#include "input/kind.h"

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
	struct input_item *first_module; /* peeked for its release; delivered first */
	enum input_role role;
	bool module_seen, modules_ended;

	/* A package. */
	struct archive_reader *reader; /* NULL: closed, or no package */
	bool image_seen;
	bool gathering;            /* the first pass: everything counts, not only modules */
	const char *at_module;     /* name of the module the reader stands at, not yet taken */
	struct input_item **spool; /* modules of the first pass, packed */
	size_t spool_cnt, spool_cap, spool_next, spool_bytes;
	bool spool_full; /* further ones were let go: a second pass is needed */
	size_t skip_cnt; /* of the second pass: modules that were spooled */

	/* A directory. */
	const char **module_paths;
	size_t module_cnt, module_cap, module_next;
};

/* Each takes an input with its path set. */
struct error *input_open_file(struct input *input);
struct error *input_open_package(struct input *input);
struct error *input_open_directory(struct input *input);
struct error *input_next_of_package(struct input *input, struct input_item **ret);
struct error *input_next_of_directory(struct input *input, struct input_item **ret);
struct error *input_rewind_package(struct input *input);

/*
 * Makes an item of a file's whole content and adds it to the list, unless it is none of interest.
 * `alone`: the file is the input, and whatever is wrong is an error instead of a problem.
 */
struct error *input_add(struct input *input, const char *name, enum input_kind kind,
	unsigned char *data, size_t size_bytes, bool alone);
/* Adds the item, which `input` owns from then on, to the list of its kind. */
struct error *input_append(struct input *input, struct input_item *item);
/* Makes a problem of `error` (taken over), but for lack of memory, which is returned. */
struct error *input_add_problem(struct input *input, struct error *error);
/* Do names like this hold detached debug files of modules? Those are of no use. */
bool input_is_debug_path(const char *name);

#endif
