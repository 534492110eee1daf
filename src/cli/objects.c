/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/objects.h"
#include "input/system/system.h"
#include "util/argument.h"
#include "util/file.h"
#include "util/reading.h"

#include <stdlib.h>
#include <string.h>

/* Takes the bytes. */
static struct error *add_object(
	struct check *check, const char *name, unsigned char *bytes, size_t size)
{
	struct object *object = NULL;
	struct error *error = object_create(bytes, size, &object);

	return error ? error_prefix(error, "%s", name) : check_add_object(check, name, object);
}

static struct error *copy_object(
	struct check *check, const char *name, const char *bytes, size_t size)
{
	unsigned char *copy = malloc(size);

	if (!copy || !name) {
		free(copy);
		return error_no_memory();
	}
	memcpy(copy, bytes, size);
	return add_object(check, name, copy, size);
}

/* A program of libbpf's skeletons has its objects in it. */
static struct error *add_embedded(struct check *check, const char *path, const struct buf *file)
{
	const char *name = path_base(input_name(path));
	size_t at = 0, size, cnt = 0;
	struct error *error = NULL;

	while (!error && object_next_embedded(file->data, file->len, &at, &size)) {
		error = copy_object(check, pool_printf(&check->pool, "%s[%zu]", name, ++cnt),
			file->data + at, size);
		at += size;
	}
	if (error || cnt)
		return error;
	return error_create(ERROR_INPUT,
		"give a file that clang -target bpf wrote, or a program that contains one",
		"%s: neither a BPF object nor a program with one in it", input_name(path));
}

static struct error *parse_file(struct check *check, const struct object_file *file)
{
	const struct buf *bytes = &file->bytes;

	return object_recognise(bytes->data, bytes->len)
		? copy_object(check, path_base(input_name(file->path)), bytes->data, bytes->len)
		: add_embedded(check, file->path, bytes);
}

void object_files_deinit(struct object_files *files)
{
	for (size_t i = 0; i < files->cnt; i++)
		buf_deinit(&files->list[i].bytes);
	pool_destroy(&files->pool);
	*files = (struct object_files) {0};
}

struct error *object_files_read(
	struct object_files *files, const char *const *paths, size_t cnt)
{
	struct error *error = NULL;

	files->list = pool_calloc(&files->pool, cnt, sizeof(*files->list));
	if (!files->list)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++) {
		struct object_file *file = &files->list[files->cnt++];
		file->path = paths[i];
		reading_begin(file->path);
		error = reading_end(file->path,
			input_read_kernel(file->path, OBJECT_SIZE_MAX_BYTES, &file->bytes));
	}
	return error;
}

struct error *object_files_parse(const struct object_files *files, struct check *check)
{
	struct error *error = NULL;

	for (size_t i = 0; i < files->cnt && !error; i++) {
		reading_begin(files->list[i].path);
		error = reading_end(files->list[i].path, parse_file(check, &files->list[i]));
	}
	return error;
}
