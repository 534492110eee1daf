/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/input.h"
#include "image/image.h"
#include "input/source.h"
#include "input/unread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/layers.h"
#include "util/budget.h"
#include "util/file.h"
#include "util/reading.h"

void input_set_role(struct input *input, enum input_role role)
{
	input->role = role;
}

enum input_role input_role(const struct input *input)
{
	return input->role;
}

const char *input_path(const struct input *input)
{
	return input->path;
}

const char *input_format(const struct input *input)
{
	return input->format;
}

size_t input_item_cnt(const struct input *input)
{
	return input->item_cnt;
}

struct input_item *input_item(const struct input *input, size_t index)
{
	return input->items[index];
}

size_t input_module_list_cnt(const struct input *input)
{
	return input->list_cnt;
}

const struct input_item *input_module_list(const struct input *input, size_t index)
{
	return input->lists[index];
}

size_t input_problem_cnt(const struct input *input)
{
	return input->problem_cnt;
}

const char *input_problem(const struct input *input, size_t index)
{
	return input->problems[index];
}

bool input_has_modules(const struct input *input)
{
	return input->module_seen;
}

/* Recognises a placeholder for a file in another package, so that the message can name it. */
static struct error *input_explain(const char *path, const struct file_bytes *bytes)
{
	static const char placeholder[] = "The real System.map is in";

	if (bytes->size && memmem(bytes->data, bytes->size, placeholder, sizeof(placeholder) - 1))
		return error_create(ERROR_INPUT, "give the file of that package",
			"%s: a placeholder of Debian: the symbols are in the -dbg package", path);
	if (!bytes->size)
		return error_create(ERROR_INPUT, NULL, "%s: empty", path);
	return error_create(ERROR_INPUT,
		"give a kernel image, a package, a directory, BTF, System.map or a configuration",
		"%s: unrecognised file type", path);
}

/* A single module is the only one of its input. */
static struct error *input_open_module(struct input *input, struct file_bytes *bytes)
{
	struct input_item *item = input_item_create(input->path);

	if (!item)
		return error_no_memory();
	struct error *error = input_item_fill(item, INPUT_MODULE, bytes->data, bytes->size);
	bytes->data = NULL;
	if (!error)
		error = input_module_unpack(item);
	if (error) {
		input_item_destroy(item);
		return error_prefix(error, "%s", input->path);
	}
	if (item->kind != INPUT_MODULE)
		return input_append(input, item);
	input->module_seen = true;
	input->first_module = item;
	return NULL;
}

/* Before all of it is read: a disk may be large. */
static struct error *refuse_unread(const char *path)
{
	unsigned char *head = malloc(INPUT_HEAD_BYTES);
	size_t size = 0;
	struct error *error =
		head ? file_read_head(path, INPUT_HEAD_BYTES, head, &size) : error_no_memory();

	if (!error)
		error = unread_explain(path, head, size);
	free(head);
	return error;
}

struct error *input_open_file(struct input *input)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = refuse_unread(input->path);

	if (!error)
		error = elf_file_read(input->path, &bytes);
	if (error)
		return error;
	enum input_kind kind = input_classify(
		bytes.data, bytes.size < INPUT_HEAD_MAX_BYTES ? bytes.size : INPUT_HEAD_MAX_BYTES);
	input->format = "file";
	if (kind == INPUT_MODULE)
		return input_open_module(input, &bytes);
	struct error *unknown = kind == INPUT_NONE ? input_explain(input->path, &bytes) : NULL;
	unsigned char *data = bytes.data;
	bytes.data = NULL;
	if (!unknown)
		return input_add(input, input->path, kind, data, bytes.size, true);
	/* A raw kernel has no header: all of it tells. */
	error = input_add(input, input->path, INPUT_IMAGE, data, bytes.size, true);
	if (!error || error->code == ERROR_NO_MEMORY) {
		error_free(unknown);
		return error;
	}
	error_free(error);
	return unknown;
}

static struct error *open_by_kind(struct input *input)
{
	struct stat status;
	bool is_package;

	if (stat(input->path, &status))
		return error_errno(errno, NULL, "%s", input->path);
	budget_add(&status);
	if (S_ISDIR(status.st_mode))
		return layers_recognise_directory(input->path) ? input_open_package(input)
								: input_open_directory(input);
	if (!S_ISREG(status.st_mode))
		return error_create(ERROR_INPUT, NULL, "%s: neither a regular file nor a directory",
			input->path);
	struct error *error = members_recognise_file(input->path, &is_package);
	if (error)
		return error;
	return is_package ? input_open_package(input) : input_open_file(input);
}

struct error *input_open(const char *path, struct input **ret)
{
	struct input *input = calloc(1, sizeof(*input));

	if (!input)
		return error_no_memory();
	input->top = -1;
	input->path = pool_strdup(&input->pool, path);
	struct error *error = input->path ? open_by_kind(input) : error_no_memory();
	if (error)
		input_close(input);
	else
		*ret = input;
	return error;
}

struct error *input_next_module(struct input *input, struct input_item **ret)
{
	*ret = input->first_module;
	input->first_module = NULL;
	if (*ret)
		return NULL;
	struct error *error = NULL;
	if (input->top >= 0)
		error = input_next_of_directory(input, ret);
	else if (input->spool || input->reader || input->spool_full)
		error = input_next_of_package(input, ret);
	input->modules_ended = !error && !*ret;
	return error;
}

bool input_modules_ended(const struct input *input)
{
	return input->modules_ended;
}

struct error *input_rewind(struct input *input)
{
	if (!input->module_seen)
		return NULL;
	input_item_destroy(input->first_module);
	input->first_module = NULL;
	input->modules_ended = false;
	if (input->top >= 0) {
		input->module_next = 0;
		return input_rewind_boots(input);
	}
	return input_rewind_package(input);
}

struct error *input_first_module(struct input *input, const struct input_item **ret)
{
	struct error *error = NULL;

	*ret = NULL;
	reading_begin(input->path);
	while (!error && !*ret) {
		if (!input->first_module)
			error = input_next_module(input, &input->first_module);
		struct input_item *item = input->first_module;
		if (error || !item)
			break;
		error = input_module_unpack(item);
		if (!error) {
			*ret = item;
			break;
		}
		input->first_module = NULL;
		error = input_add_problem(input, error_prefix(error, "%s", item->name));
		input_item_destroy(item);
	}
	return reading_end(input->path, error);
}
