/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot images and initramfs in a directory. Each is an input of its own, whose items become the directory's. */
#include "input/source.h"

#include <stdlib.h>

/* Moves what was read of a boot image so far. */
static struct error *take_over(struct input *directory, struct input *boot)
{
	struct error *error = NULL;

	for (size_t i = 0; i < boot->item_cnt && !error; i++) {
		error = input_append(directory, boot->items[i]);
		boot->items[i] = NULL;
	}
	for (size_t i = 0; i < boot->list_cnt && !error; i++) {
		error = input_append(directory, boot->lists[i]);
		boot->lists[i] = NULL;
	}
	for (size_t i = 0; i < boot->problem_cnt && !error; i++)
		error = input_add_problem(
			directory, error_create(ERROR_INPUT, NULL, "%s", boot->problems[i]));
	if (!error)
		boot->item_cnt = boot->list_cnt = boot->problem_cnt = 0;
	return error;
}

static struct error *keep(struct input *directory, struct input *boot)
{
	struct input **list = pool_grow(&directory->pool, directory->boots, directory->boot_cnt,
		&directory->boot_cap, sizeof(struct input *));

	if (!list) {
		input_close(boot);
		return error_no_memory();
	}
	directory->boots = list;
	list[directory->boot_cnt++] = boot;
	directory->module_seen = true;
	return NULL;
}

/* Its first pass is for its kernel. Until its modules are asked for, nothing of it stays in memory. */
static struct error *read_once(struct input *boot)
{
	struct error *error = input_gather_package(boot);

	return error ? error : input_rewind_package(boot);
}

struct error *input_add_boot(struct input *directory, const char *path)
{
	struct input *boot = calloc(1, sizeof(*boot));

	if (!boot)
		return error_no_memory();
	boot->top = -1;
	boot->path = path;
	boot->directory = directory;
	struct error *error = read_once(boot);
	bool whole = !error;
	error = input_add_problem(directory, error);
	if (!error)
		error = take_over(directory, boot);
	if (!error && whole && boot->module_seen && !directory->module_cnt)
		return keep(directory, boot);
	input_close(boot);
	return error;
}

struct error *input_next_of_boots(struct input *directory, struct input_item **ret)
{
	struct error *error = NULL;

	for (; directory->boot_next < directory->boot_cnt && !error; directory->boot_next++) {
		struct input *boot = directory->boots[directory->boot_next];
		error = input_add_problem(directory, input_next_of_package(boot, ret));
		if (!error)
			error = take_over(directory, boot);
		if (!error && *ret)
			return NULL;
		input_item_destroy(*ret);
		*ret = NULL;
	}
	return error;
}

struct error *input_rewind_boots(struct input *directory)
{
	struct error *error = NULL;

	directory->boot_next = 0;
	for (size_t i = 0; i < directory->boot_cnt && !error; i++)
		error = input_rewind_package(directory->boots[i]);
	return error;
}
