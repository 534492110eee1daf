/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"

#define SYSCTL_ROOT "/proc/sys/"

/* "net.ipv4.conf.eth0/1.forwarding" stands for a path with '/' for '.' and '.' for '/'. */
static char *path_of(struct pool *pool, const char *name)
{
	char *path = pool_printf(pool, SYSCTL_ROOT "%s", name);

	for (char *c = path ? path + strlen(SYSCTL_ROOT) : NULL; c && *c; c++)
		*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
	return path;
}

static struct error *load_one(
	struct pool *pool, const char *root, const char *name, struct kernel_sysctl *ret)
{
	const char *path = path_of(pool, name);
	char *text = NULL;

	if (!path)
		return error_no_memory();
	*ret = (struct kernel_sysctl) {.name = name};
	struct error *error = file_read_line(root, path, &text);
	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	ret->errnum = error ? error->errnum : 0;
	error_free(error);
	if (!text)
		return NULL;
	/* Tabs stand between the numbers of a list. */
	for (char *c = text; *c; c++)
		*c = isspace((unsigned char)*c) ? ' ' : *c;
	ret->value = pool_strdup(pool, text);
	free(text);
	return ret->value ? NULL : error_no_memory();
}

struct error *load_sysctls(
	struct kernel *kernel, const char *root, const char *const *names, size_t cnt)
{
	struct kernel_sysctl *list = pool_calloc(&kernel->pool, cnt + 1, sizeof(*list));
	struct error *error = list ? NULL : error_no_memory();

	for (size_t i = 0; !error && i < cnt; i++)
		error = load_one(&kernel->pool, root, names[i], &list[i]);
	kernel->sysctls = list;
	kernel->sysctl_cnt = error ? 0 : cnt;
	/* Without procfs, a missing file proves nothing. */
	kernel->sysctls_missing = file_exists(root, SYSCTL_ROOT "kernel") ? NULL : "/proc/sys is not there";
	return error;
}
