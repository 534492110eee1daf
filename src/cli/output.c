/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cli/cli.h"
#include "util/file.h"

#define KEPT_MAX_BYTES (8u * 1024 * 1024)

void output_deinit(struct output *output)
{
	if (!output)
		return;
	buf_deinit(&output->text);
	if (output->spool)
		fclose(output->spool);
	*output = (struct output) {0};
}

static struct error *spool_failed(void)
{
	return error_errno(errno, "free some space in /tmp", "temporary file for the output");
}

static struct error *put_aside(struct output *output)
{
	const struct buf *text = &output->text;

	if (!output->spool)
		output->spool = tmpfile();
	if (!output->spool || fwrite(buf_text(text), 1, text->len, output->spool) != text->len)
		return spool_failed();
	output->spooled_bytes += text->len;
	buf_clear(&output->text);
	return NULL;
}

struct error *output_relieve(struct output *output)
{
	if (output->text.failed)
		return error_no_memory();
	return output->text.len < KEPT_MAX_BYTES ? NULL : put_aside(output);
}

bool output_is_empty(const struct output *output)
{
	return !output->text.len && !output->spooled_bytes;
}

/* One piece at a time, in the order of the text. */
static struct error *print_spool(struct output *output)
{
	struct error *error = NULL;
	char *piece = malloc(KEPT_MAX_BYTES);

	if (!piece)
		return error_no_memory();
	rewind(output->spool);
	for (size_t len = 1; len && !error;) {
		len = fread(piece, 1, KEPT_MAX_BYTES, output->spool);
		error = ferror(output->spool)
			? spool_failed()
			: cli_print(&(struct buf) {.data = piece, .len = len});
	}
	free(piece);
	return error;
}

static struct error *write_spool(struct output *output, const char *path)
{
	size_t size_bytes = (size_t)output->spooled_bytes;
	void *data = mmap(NULL, size_bytes, PROT_READ, MAP_PRIVATE, fileno(output->spool), 0);

	if (data == MAP_FAILED)
		return spool_failed();
	struct error *error = file_write_atomic(path, data, size_bytes);
	munmap(data, size_bytes);
	return error;
}

struct error *output_finish(struct output *output, const char *path)
{
	struct buf *text = &output->text;

	if (text->failed)
		return error_no_memory();
	if (!output->spool)
		return path ? file_write_atomic(path, buf_text(text), text->len) : cli_print(text);
	struct error *error = put_aside(output);
	if (!error && fflush(output->spool))
		error = spool_failed();
	if (error)
		return error;
	return path ? write_spool(output, path) : print_spool(output);
}
