/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/archive.h"
#include "input/container/container.h"
#include "input/layers.h"
#include "util/file.h"

/* A boot image in a package, and an initramfs in that, which has a few archives. */
#define DEPTH_MAX 4u

struct members {
	struct archive_reader *archive; /* NULL: a container, or layers */
	struct layers *layers;          /* NULL: not these */
	struct container container;
	unsigned char *owned; /* behind `data`; NULL: borrowed */
	const unsigned char *data;
	size_t part_next;
	const struct container_part *part; /* the current one */
	struct members *inner;             /* what that holds; NULL: it is a member itself */
	unsigned int depth;
	bool at_end, is_lost;
	char outer[ARCHIVE_NAME_MAX_BYTES]; /* the current one's name */
	char name[2 * ARCHIVE_NAME_MAX_BYTES]; /* with the name of what is inside */
};

static void close_members(struct members **members)
{
	members_close(*members);
}

void members_close(struct members *members)
{
	if (!members)
		return;
	members_close(members->inner);
	archive_reader_close(members->archive);
	layers_close(members->layers);
	container_deinit(&members->container);
	free(members->owned);
	free(members);
}

/* `of_archives`: the data is one archive of an initramfs. */
static struct error *open_bytes(
	const void *data, size_t size, bool of_archives, unsigned int depth, struct members **ret)
{
	__attribute__((cleanup(close_members))) struct members *members =
		calloc(1, sizeof(*members));
	struct error *error;

	if (!members)
		return error_no_memory();
	members->data = data;
	members->depth = depth;
	if (container_recognised(data, size))
		error = container_read(&members->container, data, size);
	else if (initramfs_recognised(data, size) && !of_archives)
		error = initramfs_read(&members->container, data, size);
	else
		error = archive_reader_open(NULL, data, size, &members->archive);
	if (error)
		return error;
	*ret = members;
	members = NULL;
	return NULL;
}

struct error *members_open_memory(const void *data, size_t size, struct members **ret)
{
	return open_bytes(data, size, false, 0, ret);
}

struct error *members_open_bytes(struct file_bytes *bytes, struct members **ret)
{
	struct members *members = NULL;
	struct error *error = members_open_memory(bytes->data, bytes->size, &members);

	if (error)
		return error;
	members->owned = bytes->data;
	bytes->data = NULL;
	*ret = members;
	return NULL;
}

bool members_is_boot_image(const void *head, size_t size)
{
	return container_recognised(head, size);
}

bool members_is_initramfs(const void *head, size_t size)
{
	return initramfs_recognised(head, size) || archive_is_initramfs(head, size);
}

static struct error *recognise_container(const char *path, bool *ret)
{
	unsigned char head[CONTAINER_HEAD_BYTES];
	size_t size = 0;
	struct error *error = file_read_head(path, sizeof(head), head, &size);

	*ret = !error && (container_recognised(head, size) || initramfs_recognised(head, size));
	return error;
}

struct error *members_recognise_file(const char *path, bool *ret)
{
	struct error *error = recognise_container(path, ret);

	return error || *ret ? error : archive_recognise_file(path, ret);
}

static struct error *open_path(const char *path, struct members **ret)
{
	struct members *members = calloc(1, sizeof(*members));

	if (!members)
		return error_no_memory();
	struct error *error = layers_open(path, &members->layers);
	if (!error && !members->layers)
		error = archive_reader_open(path, NULL, 0, &members->archive);
	if (error)
		members_close(members);
	else
		*ret = members;
	return error;
}

struct error *members_open(const char *path, struct members **ret)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	bool container = false;
	/* A directory has no first bytes: it is the layout of a container image. */
	struct error *error = layers_recognise_directory(path)
		? NULL
		: recognise_container(path, &container);

	if (!error && container)
		error = file_read("", path, &bytes);
	if (error)
		return error;
	return container ? members_open_bytes(&bytes, ret) : open_path(path, ret);
}

const char *members_format(const struct members *members)
{
	return members->layers    ? "container image"
		: members->archive ? archive_reader_format(members->archive)
				   : members->container.format;
}

/* Opens the file in memory in place of the current member. Takes `owned`, also after an error. */
static struct error *descend(struct members *members, const void *data, size_t size, void *owned)
{
	struct error *error = open_bytes(data, size, members->container.of_archives,
		members->depth + 1, &members->inner);

	if (error)
		free(owned);
	else
		members->inner->owned = owned;
	return error;
}

/* Is the part something that holds files? Any other part is a member. */
static bool holds_files(const struct members *members, const unsigned char *data, size_t size)
{
	return members->depth < DEPTH_MAX &&
		(members->container.of_archives || initramfs_recognised(data, size) ||
			archive_recognised(data, size));
}

static struct error *next_part(struct members *members, const char **name)
{
	struct container *container = &members->container;

	if (members->part_next == container->part_cnt)
		return NULL;
	members->part = &container->parts[members->part_next++];
	*name = members->part->name;
	const unsigned char *data = members->data + members->part->offset;
	size_t size = members->part->size_bytes;
	return holds_files(members, data, size) ? descend(members, data, size, NULL) : NULL;
}

/* The stream that has the current member; NULL: it is a part of the container. */
static struct archive_reader *stream_of(const struct members *members)
{
	return members->layers ? layers_reader(members->layers) : members->archive;
}

static bool is_stream(const struct members *members)
{
	return members->layers || members->archive;
}

/* A boot image in a package: FIT, uImage, boot.img. */
static struct error *next_in_archive(struct members *members, const char **name)
{
	const unsigned char *head;
	unsigned char *data;
	size_t size;
	struct error *error = members->layers ? layers_next(members->layers, name)
					       : archive_reader_next(members->archive, name);

	if (error || !*name || members->depth >= DEPTH_MAX)
		return error;
	error = archive_reader_peek(stream_of(members), CONTAINER_HEAD_BYTES, &head, &size);
	if (error || !container_recognised(head, size))
		return error;
	error = archive_reader_take(stream_of(members), &data, &size);
	return error ? error : descend(members, data, size, data);
}

/* The current member of this level, and what it holds, if it holds files. */
static struct error *advance(struct members *members)
{
	const char *name = NULL;
	struct error *error =
		is_stream(members) ? next_in_archive(members, &name) : next_part(members, &name);

	snprintf(members->outer, sizeof(members->outer), "%s", name ? name : "");
	members->at_end = !name;
	members->is_lost = error && is_stream(members) && !name;
	return error;
}

/* What is inside the current member is damaged. The next one may be whole. */
static struct error *give_up_inner(struct members *members, struct error *error)
{
	members_close(members->inner);
	members->inner = NULL;
	return *members->outer ? error_prefix(error, "%s", members->outer) : error;
}

/* An archive of an initramfs has no name of its own. */
static const char *join_names(struct members *members, const char *inner)
{
	snprintf(members->name, sizeof(members->name), "%s%s%s", members->outer,
		*members->outer ? "/" : "", inner);
	return members->name;
}

struct error *members_next(struct members *members, const char **name)
{
	const char *inner = NULL;

	*name = NULL;
	for (;;) {
		struct error *error = members->inner ? NULL : advance(members);
		if (error)
			return members->is_lost ? error : give_up_inner(members, error);
		if (!members->inner) {
			*name = members->at_end ? NULL : members->outer;
			return NULL;
		}
		error = members_next(members->inner, &inner);
		if (error)
			return give_up_inner(members, error);
		if (inner) {
			*name = join_names(members, inner);
			return NULL;
		}
		members_close(members->inner);
		members->inner = NULL;
	}
}

bool members_are_lost(const struct members *members)
{
	return members->is_lost;
}

bool members_at_kernel(const struct members *members)
{
	if (members->inner)
		return members_at_kernel(members->inner);
	return !is_stream(members) && members->part && members->part->is_kernel;
}

static struct error *peek_part(
	struct members *members, size_t want, const unsigned char **head, size_t *got)
{
	*head = members->data + members->part->offset;
	*got = members->part->size_bytes < want ? members->part->size_bytes : want;
	return NULL;
}

struct error *members_peek(
	struct members *members, size_t want, const unsigned char **head, size_t *got)
{
	struct error *error;

	if (members->inner) {
		error = members_peek(members->inner, want, head, got);
		return error ? give_up_inner(members, error) : NULL;
	}
	if (!is_stream(members))
		return peek_part(members, want, head, got);
	error = archive_reader_peek(stream_of(members), want, head, got);
	members->is_lost = error;
	return error;
}

static struct error *take_part(struct members *members, unsigned char **data, size_t *size)
{
	*size = members->part->size_bytes;
	*data = malloc(*size + 1);
	if (!*data)
		return error_no_memory();
	memcpy(*data, members->data + members->part->offset, *size);
	(*data)[*size] = '\0';
	return NULL;
}

struct error *members_take(struct members *members, unsigned char **data, size_t *size)
{
	struct error *error;

	if (members->inner) {
		error = members_take(members->inner, data, size);
		return error ? give_up_inner(members, error) : NULL;
	}
	if (!is_stream(members))
		return take_part(members, data, size);
	error = archive_reader_take(stream_of(members), data, size);
	members->is_lost = error;
	return error;
}
