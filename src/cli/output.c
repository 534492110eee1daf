/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"
#include "cli/supervise.h"
#include "util/gzip.h"

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

static bool is_packed(const char *path)
{
	size_t len = strlen(path), suffix_len = strlen(".gz");

	return len > suffix_len && !strcmp(path + len - suffix_len, ".gz");
}

struct error *output_write(const char *path, const void *data, size_t size_bytes)
{
	_cleanup_buf_ struct buf packed = {0};

	if (!is_packed(path))
		return supervise_write(path, data, size_bytes);
	struct error *error = gzip_add(&packed, data, size_bytes);
	return error ? error : supervise_write(path, packed.data, packed.len);
}

static struct error *spool_failed(void)
{
	return error_errno(errno, "free some space in /tmp", "temporary file for the output");
}

static struct error *put_aside(struct output *output)
{
	const struct buf *text = &output->text;

	if (!output->spool)
		output->spool = supervise_spool();
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

/* The spool's bytes, mapped; the caller unmaps. */
static struct error *map_spool(const struct output *output, const char **ret)
{
	void *data = mmap(NULL, (size_t)output->spooled_bytes, PROT_READ, MAP_PRIVATE,
		fileno(output->spool), 0);

	if (data == MAP_FAILED)
		return spool_failed();
	*ret = data;
	return NULL;
}

/* How much of a text is printed at once. A character is not cut in two: it would be escaped as bytes. */
static size_t piece_length(const char *text, size_t len)
{
	size_t piece = KEPT_MAX_BYTES;

	if (len <= piece)
		return len;
	while (piece > KEPT_MAX_BYTES - 3 && ((unsigned char)text[piece] & 0xc0) == 0x80)
		piece--;
	return piece;
}

static struct error *print_spool(struct output *output)
{
	size_t left = (size_t)output->spooled_bytes;
	const char *data = NULL;
	struct error *error = map_spool(output, &data);

	if (error)
		return error;
	for (const char *at = data; left && !error;) {
		size_t len = piece_length(at, left);
		error = cli_print(&(struct buf) {.data = (char *)at, .len = len});
		at += len;
		left -= len;
	}
	munmap((void *)data, (size_t)output->spooled_bytes);
	return error;
}

static struct error *write_spool(struct output *output, const char *path)
{
	const char *data = NULL;
	struct error *error = map_spool(output, &data);

	if (error)
		return error;
	error = output_write(path, data, (size_t)output->spooled_bytes);
	munmap((void *)data, (size_t)output->spooled_bytes);
	return error;
}

struct error *output_finish(struct output *output, const char *path)
{
	struct buf *text = &output->text;

	if (text->failed)
		return error_no_memory();
	if (!output->spool)
		return path ? output_write(path, buf_text(text), text->len) : cli_print(text);
	struct error *error = put_aside(output);
	if (!error && fflush(output->spool))
		error = spool_failed();
	if (error)
		return error;
	return path ? write_spool(output, path) : print_spool(output);
}
