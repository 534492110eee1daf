/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image.h"
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

static const char *image_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Debian's names since 2.0: boot/vmlinu[xz]-RELEASE, from 6.19 on usr/lib/modules/RELEASE/vmlinuz.
 */
static bool is_kernel_name(const char *name)
{
	return begins(image_base_name(name), "vmlinu") || begins(image_base_name(name), "Image");
}

static bool is_config_name(const char *name)
{
	return begins(image_base_name(name), "config-") || !strcmp(image_base_name(name), "config");
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
	bool kernel = is_kernel_name(name);

	if (!kernel && !(is_config_name(name) && !image->config.data))
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
	struct error *error = is_package(path, &package);

	if (error)
		return error;
	if (package)
		return image_read_package(image, path);
	error = file_read("", path, &bytes);
	if (error || !is_config_name(path))
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

/* "kernel/net/netfilter/nf-conntrack.ko.xz" is nf_conntrack; false: not a module. */
static bool module_name(const char *path, char name[MODULE_NAME_MAX])
{
	const char *base = image_base_name(path), *end = strstr(base, ".ko");
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

struct error *lab_image_modules(
	const struct lab_image *image, const struct lab_module_visitor *visitor)
{
	struct error *error = NULL;
	bool package;

	for (size_t i = 0; i < image->path_cnt && !error; i++) {
		error = is_package(image->paths[i], &package);
		if (!error && package)
			error = visit_package(image->paths[i], visitor);
	}
	return error;
}
