/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image.h"
#include "lab/paths.h"
#include "input/archive.h"
#include "util/sha256.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MODULE_NAME_MAX 128

static void free_reader(struct archive_reader **reader)
{
	archive_reader_close(*reader);
}
#define _cleanup_reader_ __attribute__((cleanup(free_reader)))

void lab_image_close(struct lab_image *image)
{
	if (!image)
		return;
	file_bytes_deinit(&image->kernel);
	file_bytes_deinit(&image->config);
	pool_destroy(&image->pool);
	free(image);
}

/* Reads the release and the machine from the bytes. This unpacks a copy. */
static struct error *identify(struct lab_image *image, const char *path)
{
	struct image *parsed = NULL;
	void *copy = malloc(image->kernel.size + 1);

	if (!copy)
		return error_no_memory();
	memcpy(copy, image->kernel.data, image->kernel.size);
	struct error *error = image_create(copy, image->kernel.size, &parsed);
	if (error)
		return error_prefix(error, "%s", path);
	image->arch = lab_arch_of_elf(parsed->machine, parsed->big_endian);
	image->release = parsed->release ? pool_strdup(&image->pool, parsed->release) : NULL;
	if (!parsed->release)
		error = error_create(ERROR_INPUT, NULL, "%s: not a kernel image", path);
	else if (!image->release)
		error = error_no_memory();
	else if (!image->arch)
		error = error_create(ERROR_INPUT, NULL,
			"%s: the lab does not boot this architecture", path);
	image_destroy(parsed);
	return error;
}

static struct error *take_kernel(struct lab_image *image, const char *path, struct file_bytes bytes)
{
	if (image->kernel.data) {
		file_bytes_deinit(&bytes);
		return error_create(ERROR_INPUT, NULL, "%s: a second kernel", path);
	}
	image->kernel = bytes;
	digest_bytes(bytes.data, bytes.size, image->kernel_sha256);
	return identify(image, path);
}

static struct error *image_take_member(
	struct lab_image *image, const char *path, struct archive_reader *reader, const char *name)
{
	struct file_bytes bytes = {0};
	bool kernel = lab_path_is_kernel(name);

	if (!kernel && !(lab_path_is_config(name) && !image->config.data))
		return NULL;
	struct error *error = archive_reader_take(reader, &bytes.data, &bytes.size);
	if (error)
		return error;
	if (kernel)
		return take_kernel(image, path, bytes);
	image->config = bytes;
	return NULL;
}

/* A package has the kernel before the modules, so the modules need not be unpacked. */
static struct error *image_read_package(struct lab_image *image, const char *path)
{
	_cleanup_reader_ struct archive_reader *reader = NULL;
	struct error *error = archive_reader_open(path, NULL, 0, &reader);
	const char *name = "";

	while (!error && !(image->kernel.data && image->config.data)) {
		error = archive_reader_next(reader, &name);
		if (error || !name)
			break;
		error = image_take_member(image, path, reader, name);
	}
	return error ? error_prefix(error, "%s", path) : NULL;
}

static struct error *is_package(const char *path, bool *ret)
{
	struct archive_reader *reader = NULL;
	struct stat status;

	if (stat(path, &status))
		return error_errno(errno, NULL, "%s", path);
	if (!S_ISREG(status.st_mode))
		return error_create(
			ERROR_USAGE, NULL, "%s: neither a package nor a kernel image", path);
	struct error *error = archive_reader_open(path, NULL, 0, &reader);
	*ret = !error;
	error_free(error);
	archive_reader_close(reader);
	return NULL;
}

static struct error *read_path(struct lab_image *image, const char *path)
{
	struct file_bytes bytes = {0};
	bool package = false;
	struct error *error = lab_path_is_module(path) ? NULL : is_package(path, &package);

	if (error || lab_path_is_module(path) || lab_path_is_builtin_list(path))
		return error;
	if (package)
		return image_read_package(image, path);
	error = file_read("", path, &bytes);
	if (error || !lab_path_is_config(path))
		return error ? error : take_kernel(image, path, bytes);
	file_bytes_deinit(&image->config);
	image->config = bytes;
	return NULL;
}

struct error *lab_image_open(const char *const *paths, size_t path_cnt, struct lab_image **ret)
{
	struct lab_image *image = calloc(1, sizeof(*image));
	struct error *error = NULL;

	if (!image)
		return error_no_memory();
	image->paths = paths;
	image->path_cnt = path_cnt;
	for (size_t i = 0; i < path_cnt && !error; i++)
		error = read_path(image, paths[i]);
	if (!error && !image->kernel.data)
		error = error_create(
			ERROR_INPUT, NULL, "%s: no kernel in it", path_cnt ? paths[0] : "");
	if (error) {
		lab_image_close(image);
		return error;
	}
	*ret = image;
	return NULL;
}

struct error *lab_image_has_kernel(const char *path, bool *ret)
{
	_cleanup_reader_ struct archive_reader *reader = NULL;
	const char *name = "";
	bool package;

	*ret = false;
	if (lab_path_is_module(path) || lab_path_is_config(path) || lab_path_is_builtin_list(path))
		return NULL;
	struct error *error = is_package(path, &package);
	if (error || !package) {
		*ret = !error;
		return error;
	}
	error = archive_reader_open(path, NULL, 0, &reader);
	while (!error && name && !*ret) {
		error = archive_reader_next(reader, &name);
		*ret = !error && name && lab_path_is_kernel(name);
	}
	return error ? error_prefix(error, "%s", path) : NULL;
}

/* "kernel/net/netfilter/nf-conntrack.ko.xz" is nf_conntrack; false: not a module. */
static bool module_name(const char *path, char name[MODULE_NAME_MAX])
{
	const char *base = lab_path_base(path), *end = strstr(base, ".ko");
	size_t len = end ? (size_t)(end - base) : 0;

	if (!len || len >= MODULE_NAME_MAX || (end[3] && end[3] != '.'))
		return false;
	for (size_t i = 0; i < len; i++)
		name[i] = base[i] == '-' ? '_' : base[i];
	name[len] = '\0';
	return true;
}

static struct error *visit_package(const char *path, const struct lab_module_visitor *visitor)
{
	_cleanup_reader_ struct archive_reader *reader = NULL;
	struct error *error = archive_reader_open(path, NULL, 0, &reader);
	char name[MODULE_NAME_MAX];
	const char *member;

	while (!error) {
		error = archive_reader_next(reader, &member);
		if (error || !member)
			break;
		if (!module_name(member, name) || !visitor->wants(visitor->context, name, member))
			continue;
		struct lab_module_file file = {.name = name};
		error = archive_reader_take(reader, &file.data, &file.size_bytes);
		if (!error)
			error = visitor->take(visitor->context, &file);
	}
	return error ? error_prefix(error, "%s", path) : NULL;
}

/* A module that was given as a file. */
static struct error *visit_module(const char *path, const struct lab_module_visitor *visitor)
{
	struct file_bytes bytes = {0};
	char name[MODULE_NAME_MAX];

	if (!module_name(path, name) || !visitor->wants(visitor->context, name, path))
		return NULL;
	struct error *error = file_read("", path, &bytes);
	if (error)
		return error;
	return visitor->take(visitor->context,
		&(struct lab_module_file) {
			.name = name, .data = bytes.data, .size_bytes = bytes.size});
}

struct error *lab_image_modules(
	const struct lab_image *image, const struct lab_module_visitor *visitor)
{
	struct error *error = NULL;
	bool package;

	for (size_t i = 0; i < image->path_cnt && !error; i++) {
		if (lab_path_is_module(image->paths[i])) {
			error = visit_module(image->paths[i], visitor);
			continue;
		}
		error = is_package(image->paths[i], &package);
		if (!error && package)
			error = visit_package(image->paths[i], visitor);
	}
	return error;
}

/* Lines "kernel/net/ipv4/tcp_cubic.ko". */
static bool lists_module(const char *text, size_t size, const char *wanted)
{
	const char *end = text + size, *line = text;
	char path[512], name[MODULE_NAME_MAX];

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);
		if (len < sizeof(path)) {
			memcpy(path, line, len);
			path[len] = '\0';
			if (module_name(path, name) && !strcmp(name, wanted))
				return true;
		}
		line += len + 1;
	}
	return false;
}

static struct error *search_package(const char *path, const char *wanted, bool *ret)
{
	_cleanup_reader_ struct archive_reader *reader = NULL;
	struct error *error = archive_reader_open(path, NULL, 0, &reader);
	struct file_bytes bytes = {0};
	const char *name = "";

	while (!error && name && !*ret) {
		error = archive_reader_next(reader, &name);
		if (error || !name || !lab_path_is_builtin_list(name))
			continue;
		error = archive_reader_take(reader, &bytes.data, &bytes.size);
		*ret = !error && lists_module((const char *)bytes.data, bytes.size, wanted);
		file_bytes_deinit(&bytes);
	}
	return error;
}

struct error *lab_image_has_builtin(const struct lab_image *image, const char *name, bool *ret)
{
	struct file_bytes bytes = {0};
	struct error *error = NULL;
	bool package;

	*ret = false;
	for (size_t i = 0; i < image->path_cnt && !error && !*ret; i++) {
		if (lab_path_is_module(image->paths[i]))
			continue;
		if (lab_path_is_builtin_list(image->paths[i])) {
			error = file_read("", image->paths[i], &bytes);
			*ret = !error && lists_module((const char *)bytes.data, bytes.size, name);
			file_bytes_deinit(&bytes);
			continue;
		}
		error = is_package(image->paths[i], &package);
		if (!error && package)
			error = search_package(image->paths[i], name, ret);
	}
	return error;
}
