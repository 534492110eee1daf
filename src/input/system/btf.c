/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"
#include "util/file.h"
#include "util/root.h"
#include "util/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BTF_DIRECTORY "/sys/kernel/btf"

/*
 * Since linux 6.17 (btf_sysfs_vmlinux_mmap) the file can be mapped. This saves copying megabytes to
 * find one name. Only for sysfs: an ordinary file can shrink while mapped, and cause SIGBUS.
 */
static void *map_file(const char *root, const char *path, size_t *size)
{
	struct stat status;
	void *data = MAP_FAILED;

	if (*root)
		return NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &status) && status.st_size > 0) {
		*size = (size_t)status.st_size;
		data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	}
	close(fd);
	return data == MAP_FAILED ? NULL : data;
}

static struct error *btf_load_file(
	const char *root, const char *path, const struct kbtf *base, struct kbtf **ret)
{
	size_t size;
	void *data = map_file(root, path, &size);

	if (data)
		return kbtf_create(data, size, KBTF_MMAP, base, ret);
	struct file_bytes bytes;
	struct error *error = file_read(root, path, &bytes);
	return error ? error : kbtf_create(bytes.data, bytes.size, KBTF_MALLOC, base, ret);
}

struct error *load_btf(struct kernel *kernel, const char *root)
{
	struct error *error = btf_load_file(root, BTF_DIRECTORY "/vmlinux", NULL, &kernel->btf);

	if (!error || error->code == ERROR_NO_MEMORY)
		return error;
	kernel->btf_missing = pool_strdup(&kernel->pool, error->what);
	/* system/limits.c reports a missing file. */
	if (error->code != ERROR_NOT_FOUND)
		kernel_add_limit(kernel, kernel->btf_missing, "reinstall the kernel, or report it");
	error_free(error);
	return kernel->btf_missing ? NULL : error_no_memory();
}

static struct error *btf_add_module(struct kernel *kernel, const char *root, const char *name, size_t *cap)
{
	struct kernel_module *modules = pool_grow(
		&kernel->pool, kernel->modules, kernel->module_cnt, cap, sizeof(*modules));
	char *path = pool_printf(&kernel->pool, BTF_DIRECTORY "/%s", name);
	struct kernel_module module = {.name = pool_strdup(&kernel->pool, name)};

	if (!modules || !path || !module.name)
		return error_no_memory();
	kernel->modules = modules;
	struct error *error = btf_load_file(root, path, kernel->btf, &module.btf);
	if (!error) {
		modules[kernel->module_cnt++] = module;
		return NULL;
	}
	if (error->code == ERROR_NO_MEMORY)
		return error;
	kernel_add_limit(kernel, error->what, "its kfuncs are unknown; reload the module");
	error_free(error);
	return NULL;
}

static DIR *open_directory(const char *root)
{
	int fd = -1;

	error_free(root_open(root, BTF_DIRECTORY, O_RDONLY | O_DIRECTORY, &fd));
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory && fd >= 0)
		close(fd);
	return directory;
}

struct error *load_btf_modules(struct kernel *kernel, const char *root)
{
	struct error *error = NULL;
	struct dirent *entry;
	size_t cap = 0;
	DIR *directory = kernel->btf ? open_directory(root) : NULL;

	if (!directory)
		return NULL;
	while (!error && (entry = readdir(directory))) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux"))
			error = btf_add_module(kernel, root, entry->d_name, &cap);
	}
	closedir(directory);
	if (kernel->module_cnt)
		qsort(kernel->modules, kernel->module_cnt, sizeof(*kernel->modules),
			kernel_compare_modules);
	return error;
}

struct error *load_btf_digest(struct kernel *kernel)
{
	char hex[DIGEST_TEXT_BYTES];
	size_t size;

	if (!kernel->btf)
		return NULL;
	const void *data = kbtf_bytes(kernel->btf, &size);
	digest_bytes(data, size, hex);
	kernel->identity.btf_sha256 = pool_strdup(&kernel->pool, hex);
	return kernel->identity.btf_sha256 ? NULL : error_no_memory();
}
