/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a package or a boot image, and as each single thing that may be in one. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "input/archive.h"
#include "input/container/container.h"
#include "input/kind.h"
#include "input/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes `data`. */
static void make_item(const char *name, unsigned char *data, size_t size)
{
	enum input_kind kind =
		input_classify(data, size < INPUT_HEAD_BYTES ? size : INPUT_HEAD_BYTES);
	struct input_item *item = input_item_create(name);

	if (!item || kind == INPUT_NONE) {
		free(data);
		input_item_destroy(item);
		return;
	}
	struct error *error = input_item_fill(item, kind, data, size);
	if (!error && item->kind == INPUT_MODULE)
		error = input_module_unpack(item);
	if (!error && item->data && item->data[item->size_bytes])
		abort();
	if (!error && item->kind == INPUT_IMAGE && !item->release)
		abort();
	error_free(error);
	input_item_destroy(item);
}

static struct error *read_member(struct members *members, const char *name)
{
	const unsigned char *head;
	unsigned char *whole;
	size_t want = strlen(name) % 7 * 100, got, size;

	struct error *error = members_peek(members, want, &head, &got);
	if (error)
		return error;
	if (got > want)
		abort();
	/* Members are left alone, peeked into only, or taken. */
	if (strlen(name) % 3 == 0)
		return NULL;
	error = members_take(members, &whole, &size);
	if (error)
		return error;
	if (size < got || whole[size])
		abort();
	make_item(name, whole, size);
	return NULL;
}

static bool recognised(const uint8_t *data, size_t size)
{
	return archive_recognised(data, size) || container_recognised(data, size) ||
		initramfs_recognised(data, size);
}

/* After a damaged member, the next one can be read, unless the package itself is damaged. */
static void read_members(struct members *members)
{
	const char *name = NULL;

	for (;;) {
		struct error *error = members_next(members, &name);
		if (!error && !name)
			return;
		if (!error)
			error = read_member(members, name);
		bool ends = error && members_are_lost(members);
		error_free(error);
		if (ends)
			return;
	}
}

/* As a file: an image of containers is opened by its path, and again for each pass. */
static void read_file(const uint8_t *data, size_t size)
{
	struct members *members = NULL;
	char path[64];
	int fd = memfd_create("archive", MFD_CLOEXEC);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size) {
		struct error *error = members_open(path, &members);
		if (!error)
			read_members(members);
		error_free(error);
		members_close(members);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct members *members = NULL;

	unsigned char *copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	struct error *error = members_open_memory(data, size, &members);
	if (!error != !!members)
		abort();
	if (!error && !recognised(data, size))
		abort();
	if (!error)
		read_members(members);
	error_free(error);
	members_close(members);
	read_file(data, size);
	make_item("config-6.1.0-50-amd64", copy, size);
	return 0;
}
