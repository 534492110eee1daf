/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/documents.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/argument.h"
#include "util/budget.h"
#include "util/buf.h"
#include "util/decompress.h"
#include "util/reading.h"

enum { CHUNK_BYTES = 65536 };

struct reader {
	int fd;
	const char *name;
	size_t max_bytes;
	bool is_stream; /* its size was not known before */
	bool ended;
	struct buf text; /* what was read, and not yet used */
	size_t seen;     /* so much of it has no newline */
	size_t number;   /* of the last line */
	document_fn *each;
	void *context;
};

/* Appends what can be had. */
static struct error *read_more(struct reader *reader)
{
	char chunk[CHUNK_BYTES];
	struct error *error = reading_wait(reader->fd);
	ssize_t got = error ? 0 : read(reader->fd, chunk, sizeof(chunk));

	if (error || (got < 0 && errno == EINTR))
		return error;
	if (got < 0)
		return error_errno(errno, NULL, "%s", reader->name);
	reader->ended = !got;
	if (reader->is_stream)
		budget_add_bytes((size_t)got);
	buf_add(&reader->text, chunk, (size_t)got);
	if (reader->text.failed)
		return error_no_memory();
	return reader->text.len > reader->max_bytes + CHUNK_BYTES
		? error_create(ERROR_INPUT, NULL, "%s: larger than %zu bytes", reader->name,
			  reader->max_bytes)
		: NULL;
}

static struct error *read_all(struct reader *reader)
{
	struct error *error = NULL;

	while (!reader->ended && !error)
		error = read_more(reader);
	if (!error && reader->text.len > reader->max_bytes)
		error = error_create(ERROR_INPUT, NULL, "%s: larger than %zu bytes", reader->name,
			reader->max_bytes);
	return error;
}

static struct error *take(struct reader *reader, const char *text, size_t len_bytes, size_t number)
{
	if (len_bytes > reader->max_bytes)
		return error_create(ERROR_INPUT, NULL, "%s: document %zu: larger than %zu bytes",
			reader->name, number, reader->max_bytes);
	struct error *error = reader->each(reader->context, text, len_bytes, number);
	if (error && error->code == ERROR_INPUT && number)
		error = error_prefix(error, "document %zu", number);
	return error_prefix(error, "%s", reader->name);
}

/* The lines that are whole, and at the end also the last one. */
static struct error *take_lines(struct reader *reader)
{
	const char *text = buf_text(&reader->text), *end = text + reader->text.len, *line = text;
	struct error *error = NULL;

	while (!error && line < end) {
		const char *from = line == text ? text + reader->seen : line;
		const char *newline = memchr(from, '\n', (size_t)(end - from));
		if (!newline && !reader->ended)
			break;
		const char *stop = newline ? newline : end;
		reader->number++;
		if (stop > line)
			error = take(reader, line, (size_t)(stop - line), reader->number);
		line = newline ? newline + 1 : end;
		reader->seen = 0;
	}
	size_t rest = (size_t)(end - line);
	if (line > text) {
		memmove(reader->text.data, line, rest);
		reader->text.len = rest;
		reader->text.data[rest] = '\0';
	}
	reader->seen = rest;
	return error;
}

static struct error *read_lines(struct reader *reader)
{
	struct error *error = take_lines(reader);

	while (!error && !reader->ended) {
		error = read_more(reader);
		if (!error)
			error = take_lines(reader);
	}
	return error;
}

/* Of bytes in memory: does the first document end with the first line, and does another one follow?
 */
static bool is_lines(const char *text, size_t len_bytes)
{
	const char *newline = memchr(text, '\n', len_bytes);

	return newline && newline > text && newline[-1] == '}' && newline + 1 < text + len_bytes;
}

static struct error *take_unpacked(struct reader *reader)
{
	struct decompressed unpacked = {0};
	struct error *error = read_all(reader);

	if (error)
		return error;
	error = decompress(COMPRESSION_GZIP, reader->text.data, reader->text.len, 0,
		reader->max_bytes, &unpacked);
	if (!error && unpacked.consumed_bytes != reader->text.len)
		error = error_create(ERROR_INPUT, NULL, "gzip: data after the end of the stream");
	error = error_prefix(error, "%s", reader->name);
	buf_clear(&reader->text);
	if (!error)
		buf_add(&reader->text, unpacked.data ? (const char *)unpacked.data : "",
			unpacked.size_bytes);
	free(unpacked.data);
	if (error || reader->text.failed)
		return error ? error : error_no_memory();
	return is_lines(buf_text(&reader->text), reader->text.len)
		? take_lines(reader)
		: take(reader, buf_text(&reader->text), reader->text.len, 0);
}

/* Reads until it is known whether there are lines. */
static struct error *begin(struct reader *reader, bool *lines)
{
	const char *newline = NULL;
	struct error *error = NULL;

	*lines = false;
	while (!error && !reader->ended && !newline) {
		size_t seen = reader->text.len;
		error = read_more(reader);
		const char *text = buf_text(&reader->text);
		newline = memchr(text + seen, '\n', reader->text.len - seen);
		if (compression_detect(text, reader->text.len) == COMPRESSION_GZIP)
			return error;
	}
	if (error || !newline || newline == reader->text.data || newline[-1] != '}')
		return error;
	/* A single line has a newline at its end. */
	size_t after = (size_t)(newline - reader->text.data) + 1;
	while (!error && !reader->ended && reader->text.len == after)
		error = read_more(reader);
	*lines = reader->text.len > after;
	return error;
}

static struct error *each_document(struct reader *reader)
{
	bool lines;
	struct error *error = begin(reader, &lines);

	if (error)
		return error;
	if (lines)
		return read_lines(reader);
	if (compression_detect(buf_text(&reader->text), reader->text.len) == COMPRESSION_GZIP)
		return take_unpacked(reader);
	error = read_all(reader);
	return error ? error : take(reader, buf_text(&reader->text), reader->text.len, 0);
}

struct error *documents_each(const char *path, size_t max_bytes, document_fn *each, void *context)
{
	struct reader reader = {
		.name = input_name(path), .max_bytes = max_bytes, .each = each, .context = context};
	struct error *error = input_open_kernel(path, &reader.fd, &reader.is_stream);

	if (error)
		return error;
	error = each_document(&reader);
	if (reader.fd != STDIN_FILENO)
		close(reader.fd);
	buf_deinit(&reader.text);
	return error;
}
