/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/file.h"
#include "util/budget.h"
#include "util/escape.h"
#include "util/decompress.h"
#include "util/gzip.h"
#include "snapshot/functions_json.h"
#include "util/json.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The end of the file without the two numbers: RFC 1952, FLG.FEXTRA, an empty deflate block. */
static const unsigned char tail_begin[16] = {
	0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 20, 0, 'K', 'C', 16, 0};
static const unsigned char tail_end[10] = {3, 0};

struct block {
	const char *first; /* the first function's name */
	uint64_t offset, end;
};

struct functions_file {
	char *path;
	int descriptor;
	uint64_t size;
	struct kernel_functions header; /* its pool also holds the blocks */
	struct block *blocks;
	size_t block_cnt;
	/* The block that was read last. */
	size_t current;
	struct decompressed lines;
};

static void put_u64(struct buf *out, uint64_t number)
{
	for (int i = 0; i < 64; i += 8)
		buf_putc(out, (char)(number >> i));
}

static struct error *functions_file_add_member(struct buf *out, struct buf *lines)
{
	struct error *error = lines->failed || lines->len > UINT32_MAX / 2 ? error_no_memory()
									  : NULL;

	if (!error)
		error = gzip_add(out, lines->data, lines->len);
	buf_clear(lines);
	return error;
}

static struct error *add_blocks(
	struct buf *out, const struct kernel_functions *functions, struct buf *lines, struct buf *index)
{
	struct error *error = NULL;

	for (size_t i = 0; i < functions->cnt && !error; i++) {
		const struct kernel_function *function = &functions->list[i];
		if (function->kind == FUNCTION_KIND_PADDING)
			continue;
		if (!lines->len) {
			buf_puts(index, index->data[index->len - 1] == '[' ? "[" : ",[");
			escape_json(index, function->name);
			buf_printf(index, ",%zu]", out->len);
		}
		functions_put_function(lines, function);
		buf_putc(lines, '\n');
		if (lines->len >= FUNCTIONS_BLOCK_BYTES)
			error = functions_file_add_member(out, lines);
	}
	return error || !lines->len ? error : functions_file_add_member(out, lines);
}

struct error *functions_file_build(const struct kernel_functions *functions, struct buf *ret)
{
	_cleanup_buf_ struct buf lines = {0}, index = {0}, out = {0};

	functions_put_header(&lines, functions);
	buf_putc(&lines, '\n');
	struct error *error = functions_file_add_member(&out, &lines);
	buf_puts(&index, "{\"index\":[");
	if (!error && index.failed)
		error = error_no_memory();
	if (!error)
		error = add_blocks(&out, functions, &lines, &index);
	if (error)
		return error;
	size_t end = out.len;
	buf_printf(&index, "],\"end\":%zu}\n", end);
	error = functions_file_add_member(&out, &index);
	if (error)
		return error;
	size_t index_bytes = out.len - end;
	buf_add(&out, tail_begin, sizeof(tail_begin));
	put_u64(&out, end);
	put_u64(&out, index_bytes);
	buf_add(&out, tail_end, sizeof(tail_end));
	if (out.failed)
		return error_no_memory();
	*ret = out;
	out = (struct buf) {0};
	return NULL;
}

void functions_file_close(struct functions_file *file)
{
	if (!file)
		return;
	if (file->descriptor >= 0)
		close(file->descriptor);
	free(file->path);
	free(file->lines.data);
	pool_destroy(&file->header.pool);
	free(file);
}

static void close_file(struct functions_file **file)
{
	functions_file_close(*file);
}

static struct error *functions_file_damaged(const struct functions_file *file, const char *what)
{
	return error_create(ERROR_INPUT, "make the file again", "%s: %s", file->path, what);
}

static struct error *read_at(
	const struct functions_file *file, uint64_t offset, void *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(file->descriptor, (char *)data + done, size - done,
			(off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(errno, NULL, "%s", file->path);
		if (!got)
			return functions_file_damaged(file, "the file became shorter during reading");
		done += (size_t)got;
	}
	return NULL;
}

/* One member, from `offset` to `end`. */
static struct error *read_member(
	const struct functions_file *file, uint64_t offset, uint64_t end, struct decompressed *ret)
{
	if (offset > end || end > file->size)
		return functions_file_damaged(file, "its index leads nowhere");
	size_t size = (size_t)(end - offset);
	unsigned char *packed = malloc(size + 1);
	if (!packed)
		return error_no_memory();
	struct error *error = read_at(file, offset, packed, size);
	if (!error && compression_detect(packed, size) != COMPRESSION_GZIP)
		error = functions_file_damaged(file, "a part is not gzip data");
	if (!error) {
		error = decompress(COMPRESSION_GZIP, packed, size, FUNCTIONS_BLOCK_BYTES * 2,
			FUNCTIONS_MEMBER_MAX_BYTES, ret);
		error = error ? error_prefix(error, "%s", file->path) : NULL;
	}
	free(packed);
	return error;
}

static uint64_t get_u64(const unsigned char *at)
{
	uint64_t number = 0;

	for (int i = 7; i >= 0; i--)
		number = number << 8 | at[i];
	return number;
}

static struct error *read_tail(const struct functions_file *file, uint64_t *offset, uint64_t *end)
{
	unsigned char tail[FUNCTIONS_TAIL_BYTES];

	if (file->size < sizeof(tail) || file->size > FUNCTIONS_FILE_MAX_BYTES)
		return functions_file_damaged(file, "not a file of functions");
	struct error *error = read_at(file, file->size - sizeof(tail), tail, sizeof(tail));
	if (error)
		return error;
	if (memcmp(tail, tail_begin, sizeof(tail_begin)) ||
		memcmp(tail + 32, tail_end, sizeof(tail_end)))
		return functions_file_damaged(file, "not a file of functions, or truncated");
	*offset = get_u64(tail + 16);
	*end = file->size - sizeof(tail);
	if (*offset > *end || get_u64(tail + 24) != *end - *offset)
		return functions_file_damaged(file, "its index leads nowhere");
	return NULL;
}

/* Names and offsets ascend. */
static struct error *take_blocks(struct functions_file *file, const json_t *root, uint64_t end)
{
	const json_t *list = json_object_get(root, "index");
	size_t cnt = json_array_size(list);
	struct pool *pool = &file->header.pool;

	file->blocks = pool_calloc(pool, cnt + 1, sizeof(*file->blocks));
	if (!file->blocks)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		const json_t *pair = json_array_get(list, i);
		const char *first = json_string_value(json_array_get(pair, 0));
		json_int_t offset = json_integer_value(json_array_get(pair, 1));
		struct block *block = &file->blocks[i];
		if (!first || offset <= 0 || (uint64_t)offset >= end ||
			(i && ((uint64_t)offset <= block[-1].offset ||
				strcmp(first, block[-1].first) <= 0)))
			return functions_file_damaged(file, "its index is damaged");
		*block = (struct block) {pool_strdup(pool, first), (uint64_t)offset, end};
		if (!block->first)
			return error_no_memory();
		if (i)
			block[-1].end = block->offset;
	}
	file->block_cnt = cnt;
	return NULL;
}

static struct error *read_index(struct functions_file *file)
{
	uint64_t offset = 0, end = 0;
	struct decompressed text = {0};
	json_t *root = NULL;

	struct error *error = read_tail(file, &offset, &end);
	if (!error)
		error = read_member(file, offset, end, &text);
	if (error)
		return error;
	error = json_parse(text.data ? (const char *)text.data : "", text.size_bytes, 0, &root);
	if (error)
		error = error_prefix(error, "%s: its index", file->path);
	else if (!json_is_array(json_object_get(root, "index")) ||
		json_integer_value(json_object_get(root, "end")) != (json_int_t)offset)
		error = functions_file_damaged(file, "its index is damaged");
	else
		error = take_blocks(file, root, offset);
	json_decref(root);
	free(text.data);
	return error;
}

static struct error *functions_file_read_header(struct functions_file *file, uint64_t end)
{
	struct decompressed text = {0};
	struct error *error = read_member(file, 0, end, &text);

	if (error)
		return error;
	error = functions_parse_header((const char *)text.data, text.size_bytes, &file->header);
	free(text.data);
	return error ? error_prefix(error, "%s", file->path) : NULL;
}

struct error *functions_file_open(const char *path, struct functions_file **ret)
{
	__attribute__((cleanup(close_file))) struct functions_file *file = calloc(1, sizeof(*file));
	struct stat status;

	if (!file)
		return error_no_memory();
	file->current = SIZE_MAX;
	file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->descriptor < 0 || fstat(file->descriptor, &status))
		return error_errno(errno, NULL, "%s", path);
	budget_add(&status);
	file->size = S_ISREG(status.st_mode) && status.st_size > 0 ? (uint64_t)status.st_size : 0;
	file->path = strdup(path);
	if (!file->path)
		return error_no_memory();
	struct error *error = read_index(file);
	/* The data after the header's member is ignored. */
	if (!error)
		error = functions_file_read_header(
			file, file->block_cnt ? file->blocks[0].offset : file->size);
	if (error)
		return error;
	*ret = file;
	file = NULL;
	return NULL;
}

const struct kernel_functions *functions_file_header(const struct functions_file *file)
{
	return &file->header;
}

static struct error *read_block(struct functions_file *file, size_t index)
{
	struct decompressed lines = {0};

	if (file->current == index)
		return NULL;
	struct error *error =
		read_member(file, file->blocks[index].offset, file->blocks[index].end, &lines);
	if (error)
		return error;
	free(file->lines.data);
	file->lines = lines;
	file->current = index;
	return NULL;
}

/* The next line from *at on, without its newline; false at the end. */
static bool functions_file_next_line(const struct functions_file *file, size_t *at, const char **line, size_t *len)
{
	size_t left = file->lines.size_bytes - *at;

	if (!left)
		return false;
	*line = (const char *)file->lines.data + *at;
	const char *end = memchr(*line, '\n', left);
	*len = end ? (size_t)(end - *line) : left;
	*at += end ? *len + 1 : left;
	return true;
}

/* The name at the start of a line, without escapes. False: only a parser can read it. */
static bool plain_name(const char *line, size_t len, const char **name, size_t *name_len)
{
	static const char begin[] = "{\"name\":\"";
	size_t skip = sizeof(begin) - 1;

	if (len < skip || memcmp(line, begin, skip))
		return false;
	*name = line + skip;
	const char *end = memchr(*name, '"', len - skip);
	*name_len = end ? (size_t)(end - *name) : 0;
	return end && !memchr(*name, '\\', *name_len);
}

/* The last block whose first name is this name or an earlier one; block_cnt: none. */
static size_t block_of(const struct functions_file *file, const char *name)
{
	size_t low = 0, high = file->block_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(file->blocks[middle].first, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : file->block_cnt;
}

static struct error *functions_file_parse(const struct functions_file *file, const char *line, size_t len,
	struct pool *pool, struct kernel_function *ret)
{
	struct error *error = functions_parse_function(line, len, pool, ret);

	return error ? error_prefix(error, "%s", file->path) : NULL;
}

struct error *functions_file_find(struct functions_file *file, const char *name, struct pool *pool,
	const struct kernel_function **ret)
{
	size_t block = block_of(file, name), at = 0, len, other_len;
	const char *line, *other;

	*ret = NULL;
	if (block == file->block_cnt)
		return NULL;
	struct error *error = read_block(file, block);
	while (!error && functions_file_next_line(file, &at, &line, &len)) {
		if (plain_name(line, len, &other, &other_len) &&
			(other_len != strlen(name) || memcmp(other, name, other_len)))
			continue;
		struct kernel_function *function = pool_alloc(pool, sizeof(*function));
		if (!function)
			return error_no_memory();
		error = functions_file_parse(file, line, len, pool, function);
		if (!error && !strcmp(function->name, name)) {
			*ret = function;
			return NULL;
		}
	}
	return error;
}

static bool wanted(const char *pattern, const char *line, size_t len)
{
	char small[512];
	const char *name;
	size_t name_len;

	if (!pattern || !plain_name(line, len, &name, &name_len) || name_len >= sizeof(small))
		return true;
	memcpy(small, name, name_len);
	small[name_len] = '\0';
	return !fnmatch(pattern, small, 0);
}

struct error *functions_file_each(struct functions_file *file, const char *pattern,
	functions_file_fn *each, void *context)
{
	struct error *error = NULL;
	bool more = true;

	for (size_t i = 0; i < file->block_cnt && more && !error; i++) {
		_cleanup_pool_ struct pool pool = {0};
		size_t at = 0, len;
		const char *line;
		error = read_block(file, i);
		while (!error && more && functions_file_next_line(file, &at, &line, &len)) {
			struct kernel_function function;
			if (!wanted(pattern, line, len))
				continue;
			error = functions_file_parse(file, line, len, &pool, &function);
			if (!error && (!pattern || !fnmatch(pattern, function.name, 0)))
				more = each(context, &function);
		}
	}
	return error;
}
