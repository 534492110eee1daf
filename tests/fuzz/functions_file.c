/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a file of functions: whole, and as the lines in it, which gzip's checksums hide. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snapshot/file.h"
#include "snapshot/functions_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool touch(void *context, const struct kernel_function *function)
{
	struct buf *line = context;

	buf_clear(line);
	functions_put_function(line, function);
	return true;
}

static void read_whole(const char *path)
{
	_cleanup_buf_ struct buf line = {0};
	_cleanup_pool_ struct pool pool = {0};
	const struct kernel_function *found;
	struct functions_file *file = NULL;
	struct error *error = functions_file_open(path, &file);

	if (!error != !!file || (error && !*error->what))
		abort();
	if (!error)
		error = functions_file_find(file, "vfs_read", &pool, &found);
	if (!error && found && strcmp(found->name, "vfs_read"))
		abort();
	error_free(error);
	if (file)
		error_free(functions_file_each(file, "*", touch, &line));
	functions_file_close(file);
}

/* What was understood is written so that it is understood again, and alike. */
static void read_line(const char *text, size_t size)
{
	_cleanup_buf_ struct buf one = {0}, two = {0};
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_functions header = {0};
	struct kernel_function function;

	error_free(functions_parse_header(text, size, &header));
	pool_destroy(&header.pool);
	struct error *error = functions_parse_function(text, size, &pool, &function);
	error_free(error);
	if (error)
		return;
	functions_put_function(&one, &function);
	for (size_t i = 0; i < one.len; i++) {
		/* Bytes that are not ASCII do not come out as they went in. */
		if (!strncmp(one.data + i, "\\u00", 4))
			return;
	}
	error = functions_parse_function(one.data, one.len, &pool, &function);
	if (error)
		abort();
	functions_put_function(&two, &function);
	if (one.len != two.len || memcmp(one.data, two.data, one.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int descriptor = memfd_create("functions", MFD_CLOEXEC);

	if (descriptor < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	if (size && write(descriptor, data, size) == (ssize_t)size)
		read_whole(path);
	close(descriptor);
	read_line((const char *)data, size);
	return 0;
}
