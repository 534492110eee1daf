/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the file that store/store.h describes. Its bytes are hostile input. */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#include "util/argument.h"
#include "util/budget.h"
#include "util/file.h"
#include "store/opened.h"
#include "store/pieces.h"

#define HEAD_BYTES 12u
#define STORE_SUFFIX ".kts"
#define TEXT_MAX_BYTES 4096u
#define SOURCES_MAX 1024u
#define MASKS_MAX (1u << 22)
#define BLOCKS_MAX (1u << 20)
/* Most of a store is neither unpacked nor looked at. */
#define STORE_BUDGET_PART 4u

static const char magic[4] = {'K', 'T', 'S', '1'};

static const char section_letters[STORE_SECTION_CNT] = {
#define STORE_SECTION_LETTER(name, letter, meaning) letter,
	STORE_SECTIONS(STORE_SECTION_LETTER)
#undef STORE_SECTION_LETTER
};

char store_section_letter(enum store_section section)
{
	return section_letters[section];
}

/* What is left of the header. */
struct reader {
	const unsigned char *at, *end;
	const char *why; /* the first mistake; NULL: none */
};

static void reader_fail(struct reader *reader, const char *why)
{
	if (!reader->why)
		reader->why = why;
	reader->at = reader->end;
}

static uint64_t take_number(struct reader *reader, uint64_t max)
{
	uint64_t value = 0;

	if (!pieces_read(&reader->at, reader->end, &value) || value > max)
		reader_fail(reader, "a number in its header is too large or missing");
	return reader->why ? 0 : value;
}

static const unsigned char *take_bytes(struct reader *reader, size_t cnt)
{
	const unsigned char *bytes = reader->at;

	if (reader->why || cnt > (size_t)(reader->end - reader->at)) {
		reader_fail(reader, "its header is too short");
		return NULL;
	}
	reader->at += cnt;
	return bytes;
}

/* A text without control characters. "" after a mistake. */
static const char *take_text(struct reader *reader)
{
	const unsigned char *text = reader->at;
	const unsigned char *nul = memchr(text, '\0', (size_t)(reader->end - text));

	if (reader->why || !nul || (size_t)(nul - text) > TEXT_MAX_BYTES) {
		reader_fail(reader, "a text in its header has no end");
		return "";
	}
	for (const unsigned char *c = text; c < nul; c++) {
		if (*c < ' ' || *c == 0x7f)
			reader_fail(reader, "a text in its header has a control character");
	}
	reader->at = nul + 1;
	return reader->why ? "" : (const char *)text;
}

static bool is_digest(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool read_sources(struct store *store, struct reader *reader, struct store_kernel *kernel)
{
	kernel->source_cnt = (size_t)take_number(reader, SOURCES_MAX);
	kernel->sources = pool_calloc(&store->pool, kernel->source_cnt, sizeof(*kernel->sources));
	for (size_t i = 0; kernel->sources && i < kernel->source_cnt; i++) {
		kernel->sources[i].name = take_text(reader);
		kernel->sources[i].sha256 = take_text(reader);
		if (!is_digest(kernel->sources[i].sha256))
			reader_fail(reader, "a digest is none");
	}
	return kernel->sources;
}

static bool read_kernel(struct store *store, struct reader *reader, size_t index)
{
	struct store_kernel *kernel = &store->kernels[index];

	kernel->name = take_text(reader);
	kernel->release = take_text(reader);
	kernel->version = take_text(reader);
	kernel->machine = take_text(reader);
	kernel->btf_sha256 = take_text(reader);
	kernel->no_btf = take_number(reader, 1);
	kernel->whole = (uint32_t)take_number(reader, UINT32_MAX);
	if (!*kernel->name || (*kernel->btf_sha256 && !is_digest(kernel->btf_sha256)))
		reader_fail(reader, "a kernel has no name, or its digest is none");
	for (size_t i = 0; i < index; i++) {
		if (!strcmp(store->kernels[i].name, kernel->name))
			reader_fail(reader, "two kernels have one name");
	}
	return read_sources(store, reader, kernel);
}

static struct error *read_kernels(struct store *store, struct reader *reader)
{
	store->kernel_cnt = (size_t)take_number(reader, STORE_KERNELS_MAX);
	store->mask_bytes = (store->kernel_cnt + 7) / 8;
	store->kernels = pool_calloc(&store->pool, store->kernel_cnt, sizeof(*store->kernels));
	for (size_t i = 0; store->kernels && i < store->kernel_cnt && !reader->why; i++) {
		if (!read_kernel(store, reader, i))
			return error_no_memory();
	}
	return store->kernels ? NULL : error_no_memory();
}

static void read_masks(struct store *store, struct reader *reader)
{
	store->mask_cnt = (size_t)take_number(reader, MASKS_MAX);
	store->masks = take_bytes(reader, store->mask_cnt * store->mask_bytes);
	for (size_t i = 0; store->masks && i < store->mask_cnt; i++) {
		const unsigned char *mask = store->masks + i * store->mask_bytes;
		unsigned int any = 0;
		for (size_t k = 0; k < store->mask_bytes; k++)
			any |= mask[k];
		if (!any || (store->kernel_cnt % 8 &&
				    mask[store->mask_bytes - 1] >> store->kernel_cnt % 8))
			reader_fail(reader, "a record is of no kernel");
	}
}

/* `used` is where the blocks before it end. */
static struct error *read_section(struct store *store, struct reader *reader, size_t *used, char *last)
{
	const unsigned char *letter = take_bytes(reader, 1);
	size_t cnt = (size_t)take_number(reader, BLOCKS_MAX);
	struct store_index index = {pool_calloc(&store->pool, cnt, sizeof(*index.blocks)), cnt};

	if (!index.blocks)
		return error_no_memory();
	if (letter && *letter <= (unsigned char)*last)
		reader_fail(reader, "its sections are not in order");
	for (size_t i = 0; i < cnt && !reader->why; i++) {
		struct store_index_block *block = &index.blocks[i];
		block->at = *used;
		block->packed_bytes = (size_t)take_number(reader, store->size - *used);
		block->bytes = (size_t)take_number(reader, STORE_BLOCK_MAX_BYTES);
		block->line_cnt = (size_t)take_number(reader, STORE_BLOCK_MAX_BYTES);
		block->first = take_text(reader);
		*used += block->packed_bytes;
		if (!block->line_cnt || (i && strcmp(index.blocks[i - 1].first, block->first) >= 0))
			reader_fail(reader, "its blocks are not in order");
	}
	for (size_t i = 0; letter && i < STORE_SECTION_CNT; i++) {
		if ((unsigned char)section_letters[i] == *letter)
			store->sections[i] = index;
	}
	if (letter && (*letter == STORE_NAMES_LETTER || *letter == STORE_WHOLE_NAMES_LETTER)) {
		store->name_blocks = index;
		store->whole_names = *letter == STORE_WHOLE_NAMES_LETTER;
	}
	*last = letter ? (char)*letter : *last;
	return NULL;
}

/* A program that did not know a section of facts may have added to the file, and left it out. */
static void drop_missing(struct store *store)
{
	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		bool missing = store_section_is_coded(section) && !store->sections[section].cnt;
		for (size_t i = 0; missing && i < store->kernel_cnt; i++)
			store->kernels[i].whole &= ~(1u << section);
	}
}

static struct error *parse_header(struct store *store, size_t size, size_t used)
{
	struct reader reader = {.at = store->header, .end = store->header + size};
	struct error *error = read_kernels(store, &reader);
	char last = '\0';

	if (error)
		return error;
	read_masks(store, &reader);
	size_t section_cnt = (size_t)take_number(&reader, 64);
	for (size_t i = 0; i < section_cnt && !error && !reader.why; i++)
		error = read_section(store, &reader, &used, &last);
	if (!error && !reader.why && (reader.at != reader.end || used != store->size))
		reader_fail(&reader, "it is longer or shorter than its header says");
	if (!error && !reader.why)
		drop_missing(store);
	return error || !reader.why ? error : store_damaged(reader.why);
}

static struct error *read_file(struct store *store)
{
	size_t packed, size;

	if (store->size > STORE_SIZE_MAX_BYTES)
		return error_create(ERROR_INPUT, NULL, "a store of more than 256 MiB");
	if (store->size < HEAD_BYTES || memcmp(store->data, magic, sizeof(magic)))
		return store_damaged("it does not begin as a store does");
	packed = pieces_u32(store->data + 4);
	size = pieces_u32(store->data + 8);
	if (packed > store->size - HEAD_BYTES || size > STORE_HEADER_MAX_BYTES)
		return store_damaged("it is shorter than its header");
	struct error *error = store_unpack(store->unpacker, store->data + HEAD_BYTES, packed, size, &store->header);
	return error ? error : parse_header(store, size, HEAD_BYTES + packed);
}

struct error *store_open_bytes(void *data, size_t size_bytes, struct store **ret)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store) {
		free(data);
		return error_no_memory();
	}
	store->data = data;
	store->size = size_bytes;
	store->unpacker = ZSTD_createDCtx();
	struct error *error = store->unpacker ? read_file(store) : error_no_memory();
	if (!error)
		error = store_names_create(&store->name_blocks, &store->names);
	if (!error)
		error = store_columns_create(store);
	if (error)
		store_close(store);
	else
		*ret = store;
	return error;
}

struct error *store_open(const char *path, struct store **ret)
{
	struct buf bytes = {0};
	struct error *error = input_read(path, STORE_SIZE_MAX_BYTES, &bytes);

	if (error) {
		buf_deinit(&bytes);
		return error;
	}
	budget_add_bytes(bytes.len / STORE_BUDGET_PART);
	return store_open_bytes(bytes.data, bytes.len, ret);
}

static void kept_destroy(struct store_kept *kept)
{
	for (size_t i = 0; kept && i < STORE_SECTION_CNT; i++) {
		for (size_t k = 0; k < kept->cnt[i]; k++)
			store_block_deinit(&kept->blocks[i][k]);
		free(kept->blocks[i]);
	}
	free(kept);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	kept_destroy(store->kept);
	store_names_destroy(store->names);
	store_columns_destroy(store);
	pool_destroy(&store->pool);
	free(store->data);
	free(store->header);
	ZSTD_freeDCtx(store->unpacker);
	free(store);
}

bool store_recognise(const char *path)
{
	char head[sizeof(magic)];
	size_t got = 0;
	_cleanup_error_ struct error *error = file_read_head(path, sizeof(head), head, &got);

	return !error && got == sizeof(head) && !memcmp(head, magic, sizeof(magic));
}

const char *store_callers_path(struct pool *pool, const char *path)
{
	size_t len = strlen(path), suffix = strlen(STORE_SUFFIX);
	bool named = len > suffix && !strcmp(path + len - suffix, STORE_SUFFIX);

	return pool_printf(pool, "%.*s-callers" STORE_SUFFIX, (int)(named ? len - suffix : len), path);
}

size_t store_kernel_cnt(const struct store *store)
{
	return store->kernel_cnt;
}

const struct store_kernel *store_kernel(const struct store *store, size_t index)
{
	return &store->kernels[index];
}

const struct store_index *store_section_index(const struct store *store, enum store_section section)
{
	return &store->sections[section];
}

struct store_kept **store_kept(const struct store *store)
{
	return (struct store_kept **)&store->kept;
}

size_t store_mask_bytes(const struct store *store)
{
	return store->mask_bytes;
}

const unsigned char *store_mask(const struct store *store, uint32_t number)
{
	return store->masks + (size_t)number * store->mask_bytes;
}
