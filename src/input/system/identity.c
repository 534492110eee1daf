/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"
#include "kernel/kernel.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "util/file.h"

/* The line of a file, else the value of uname(2) for the running system, else NULL. */
static struct error *identity_read_field(struct pool *pool, const char *root, const char *path,
	const char *uname_text, const char **ret)
{
	char *line = NULL;
	struct error *error = file_read_line(root, path, &line);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	const char *text = line && *line ? line : !*root ? uname_text : NULL;
	*ret = pool_strdup(pool, text);
	free(line);
	return text && !*ret ? error_no_memory() : NULL;
}

struct error *load_identity(struct kernel *kernel, const char *root)
{
	struct kernel_identity *identity = &kernel->identity;
	struct pool *pool = &kernel->pool;
	struct utsname names = {0};

	/* It fails only for a bad pointer. */
	uname(&names);
	struct error *error = identity_read_field(
		pool, root, "/proc/sys/kernel/osrelease", names.release, &identity->release);
	if (!error)
		error = identity_read_field(
			pool, root, "/proc/sys/kernel/version", names.version, &identity->version);
	if (!error)
		error = identity_read_field(
			pool, root, "/proc/sys/kernel/arch", names.machine, &identity->machine);
	if (error)
		return error;
	identity->arch = identity->machine ? identity_arch(identity->machine) : NULL;
	identity_parse_release(pool, identity->release, identity->version, identity);
	return NULL;
}
