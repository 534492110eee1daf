/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/unread.h"
#include "util/array.h"

/* A boot image says which part is the kernel. It may be a raw one, which has no header. */
static struct error *classify_member(
	struct members *members, const char *name, enum input_kind *kind)
{
	static const size_t amounts[] = {INPUT_HEAD_BYTES, INPUT_HEAD_MAX_BYTES};
	const unsigned char *head;
	size_t size;

	*kind = INPUT_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++) {
		struct error *error = members_peek(members, amounts[i], &head, &size);
		if (error)
			return error;
		*kind = input_classify_member(name, head, size);
		if (*kind != INPUT_NONE || !input_head_is_short(head, size))
			break;
	}
	if (*kind != INPUT_NONE)
		return NULL;
	if (members_at_kernel(members))
		*kind = INPUT_IMAGE;
	return *kind == INPUT_NONE ? unread_explain(name, head, size) : NULL;
}

/* What is damaged inside a member is a problem. Only a damaged package is an error. */
static struct error *package_settle(struct input *input, struct error *error)
{
	error = error_prefix(error, "%s", input->path);
	if (!error || error->code != ERROR_INPUT || members_are_lost(input->reader))
		return error;
	return input_add_problem(input, error);
}

/*
 * Reads to the next useful member and returns its kind; INPUT_NONE at the end. A package inside a
 * package is skipped: only kernels, modules and texts are useful.
 */
static struct error *find_member(struct input *input, const char **name, enum input_kind *kind)
{
	for (;;) {
		*kind = INPUT_NONE;
		struct error *error = members_next(input->reader, name);
		if (!error && !*name)
			return NULL;
		if (!error)
			error = classify_member(input->reader, *name, kind);
		error = package_settle(input, error);
		if (error || *kind != INPUT_NONE)
			return error;
	}
}

/* Takes the current member. Its name includes the package. */
static struct error *package_take_member(
	struct input *input, const char *member, char **name, unsigned char **data, size_t *size)
{
	if (asprintf(name, "%s: %s", input->path, member) < 0)
		return error_no_memory();
	struct error *error = members_take(input->reader, data, size);
	if (!error)
		return NULL;
	free(*name);
	return error;
}

static struct error *package_add_member(struct input *input, const char *member, enum input_kind kind)
{
	unsigned char *data;
	size_t size;
	char *name;

	struct error *error = package_take_member(input, member, &name, &data, &size);
	if (error)
		return error;
	error = input_add(input, name, kind, data, size, false);
	free(name);
	return error;
}

/* The current member as a module, still compressed. */
static struct error *take_module(struct input *input, const char *member, struct input_item **ret)
{
	unsigned char *data;
	size_t size;
	char *name;

	struct error *error = package_take_member(input, member, &name, &data, &size);
	if (error)
		return error;
	struct input_item *item = input_item_create(name);
	free(name);
	if (!item) {
		free(data);
		return error_no_memory();
	}
	*ret = item;
	return input_item_fill(item, INPUT_MODULE, data, size);
}

static struct error *spool_module(struct input *input, const char *member)
{
	struct input_item *item = NULL;

	if (input->spool_full)
		return NULL;
	struct input_item **list = pool_grow(
		&input->pool, input->spool, input->spool_cnt, &input->spool_cap, sizeof(*list));
	if (!list)
		return error_no_memory();
	input->spool = list;
	struct error *error = take_module(input, member, &item);
	if (error || item->size_bytes > INPUT_SPOOL_MAX_BYTES - input->spool_bytes) {
		input_item_destroy(item);
		input->spool_full = true;
		return error;
	}
	input->spool_bytes += item->size_bytes;
	list[input->spool_cnt++] = item;
	return NULL;
}

static void close_package(struct input *input)
{
	members_close(input->reader);
	input->reader = NULL;
	input->at_module = NULL;
}

static struct error *package_read_package(struct input *input)
{
	const char *member;
	enum input_kind kind;

	for (;;) {
		struct error *error = find_member(input, &member, &kind);
		if (error)
			return error;
		if (!member) {
			close_package(input);
			return NULL;
		}
		bool debug = kind == INPUT_MODULE && input_is_debug_path(member);
		input->module_seen |= kind == INPUT_MODULE && !debug;
		if (kind == INPUT_MODULE && input->image_seen) {
			input->at_module = member;
			return NULL;
		}
		if (debug)
			continue;
		error = package_settle(input,
			kind == INPUT_MODULE ? spool_module(input, member)
					     : package_add_member(input, member, kind));
		if (error)
			return error;
	}
}

static struct error *open_in_directory(struct input *input)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = input_read_in(input->directory, input->path, &bytes);

	return error ? error
		     : error_prefix(members_open_bytes(&bytes, &input->reader), "%s", input->path);
}

static struct error *package_open_reader(struct input *input)
{
	return input->directory
		? open_in_directory(input)
		: error_prefix(members_open(input->path, &input->reader), "%s", input->path);
}

struct error *input_gather_package(struct input *input)
{
	struct error *error = package_open_reader(input);

	if (error)
		return error;
	input->format = members_format(input->reader);
	input->gathering = true;
	return package_read_package(input);
}

struct error *input_open_package(struct input *input)
{
	struct error *error = input_gather_package(input);

	if (error || input->item_cnt || input->module_seen || input->problem_cnt)
		return error;
	return error_create(ERROR_INPUT, "give the package that holds the kernel or its modules",
		"%s: this %s contains no kernel and no module", input->path, input->format);
}

static struct error *reopen(struct input *input, size_t skip_cnt)
{
	close_package(input);
	input->gathering = false;
	input->skip_cnt = skip_cnt;
	return package_open_reader(input);
}

struct error *input_rewind_package(struct input *input)
{
	/* Read to the end first: items may follow the modules. */
	while (input->gathering && input->reader) {
		struct input_item *item = NULL;
		struct error *error = input_next_of_package(input, &item);
		input_item_destroy(item);
		if (error)
			return error;
	}
	for (size_t i = 0; i < input->spool_cnt; i++)
		input_item_destroy(input->spool[i]);
	input->spool_cnt = input->spool_next = input->spool_bytes = 0;
	/* It is opened again for the first module. */
	close_package(input);
	input->gathering = false;
	input->spool_full = true;
	return NULL;
}

static struct error *read_on(struct input *input, struct input_item **ret)
{
	enum input_kind kind = INPUT_MODULE;
	const char *member = input->at_module;
	struct error *error = NULL;

	input->at_module = NULL;
	for (;; member = NULL) {
		if (!member)
			error = find_member(input, &member, &kind);
		if (error)
			return error;
		if (!member) {
			close_package(input);
			return NULL;
		}
		if (kind == INPUT_MODULE && input_is_debug_path(member))
			continue;
		if (kind == INPUT_MODULE && !input->skip_cnt) {
			error = package_settle(input, take_module(input, member, ret));
			if (error || *ret)
				return error;
		} else if (kind == INPUT_MODULE) {
			input->skip_cnt--;
		} else if (input->gathering) {
			error = package_settle(input, package_add_member(input, member, kind));
		}
	}
}

struct error *input_next_of_package(struct input *input, struct input_item **ret)
{
	*ret = NULL;
	if (input->spool_next < input->spool_cnt) {
		*ret = input->spool[input->spool_next];
		input->spool[input->spool_next++] = NULL;
		return NULL;
	}
	if (input->spool_full && !input->reader) {
		input->spool_full = false;
		struct error *error = reopen(input, input->spool_cnt);
		if (error)
			return error;
	}
	struct error *error = input->reader ? read_on(input, ret) : NULL;
	/* A damaged package stays at its end. */
	if (error) {
		input_item_destroy(*ret);
		*ret = NULL;
		close_package(input);
	}
	return error;
}
