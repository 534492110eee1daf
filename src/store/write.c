/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the file that store/store.h describes. */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "store/pieces.h"
#include "store/words.h"
#include "util/hash.h"

/* 19 takes four times as long, and 1 % less room. */
#define BLOCK_LEVEL 15
#define HEADER_LEVEL 19

/* A line and the kernels that have it. */
struct entry {
	struct store_line line;
	unsigned char *mask; /* in the pool of its section */
	uint32_t number;     /* of the mask */
};

struct merged {
	struct pool pool;
	struct entry *list; /* malloc'd; sorted */
	size_t cnt;
};

/* A kernel of the result. */
struct member {
	const struct store_kernel *kernel;
	const struct store_lines *lines; /* NULL: of the old store */
	size_t old;                      /* its number there */
};

struct distinct {
	const unsigned char *mask;
	size_t use_cnt;
	uint32_t rank;
};

struct writer {
	const struct store *old;
	struct member *members;
	size_t member_cnt, mask_bytes;
	struct merged sections[STORE_SECTION_CNT];
	struct distinct *masks; /* malloc'd */
	size_t mask_cnt;
	struct store_words words; /* of the sections with numbers */
	struct buf blocks, section_texts;
	size_t section_cnt;
	ZSTD_CCtx *packer;
	const char *const *forgotten; /* kernels of the old store that do not stay */
	size_t forgotten_cnt;
};

static void set_bit(unsigned char *mask, size_t kernel)
{
	mask[kernel / 8] |= (unsigned char)(1u << kernel % 8);
}

/* The mask of the old store, with the kernels that stay. False: none of them has the line. */
static bool carry_mask(const struct writer *writer, const unsigned char *old, unsigned char *mask)
{
	bool any = false;

	for (size_t i = 0; i < writer->member_cnt; i++) {
		size_t at = writer->members[i].old;
		if (!writer->members[i].lines && old[at / 8] >> at % 8 & 1) {
			set_bit(mask, i);
			any = true;
		}
	}
	return any;
}

static bool merged_reserve(struct merged *merged, size_t more)
{
	struct entry *list = reallocarray(merged->list, merged->cnt + more + 1, sizeof(*list));

	if (list)
		merged->list = list;
	return list;
}

static struct error *take_old_block(
	struct writer *writer, struct merged *merged, const struct store_block *block)
{
	if (!merged_reserve(merged, block->cnt))
		return error_no_memory();
	for (size_t i = 0; i < block->cnt; i++) {
		struct entry *entry = &merged->list[merged->cnt];
		*entry = (struct entry) {
			.line = {pool_strndup(&merged->pool, block->lines[i].text, block->lines[i].len),
				block->lines[i].len},
			.mask = pool_alloc(&merged->pool, writer->mask_bytes),
		};
		if (!entry->line.text || !entry->mask)
			return error_no_memory();
		merged->cnt += carry_mask(writer, store_mask(writer->old, block->masks[i]), entry->mask);
	}
	return NULL;
}

static struct error *take_old(struct writer *writer, enum store_section section)
{
	const struct store_index *index = store_section_index(writer->old, section);
	struct error *error = NULL;

	for (size_t i = 0; i < index->cnt && !error; i++) {
		_cleanup_block_ struct store_block block = {0};
		error = store_read_block(writer->old, section, i, &block);
		if (!error)
			error = take_old_block(writer, &writer->sections[section], &block);
	}
	return error;
}

/* Both lists are sorted. A line that is in both gets the bit of the kernel. */
static struct error *merge(struct writer *writer, struct merged *merged, size_t member,
	const struct store_line *lines, size_t cnt)
{
	struct entry *list = calloc(merged->cnt + cnt + 1, sizeof(*list));
	size_t i = 0, k = 0, at = 0;

	if (!list)
		return error_no_memory();
	while (i < merged->cnt || k < cnt) {
		int order = i == merged->cnt ? 1
			: k == cnt           ? -1
					     : store_compare_lines(&merged->list[i].line, &lines[k]);
		struct entry *entry = &list[at++];
		if (order <= 0)
			*entry = merged->list[i++];
		else
			*entry = (struct entry) {.line = lines[k],
				.mask = pool_alloc(&merged->pool, writer->mask_bytes)};
		if (!entry->mask) {
			free(list);
			return error_no_memory();
		}
		if (order >= 0) {
			set_bit(entry->mask, member);
			k++;
		}
	}
	free(merged->list);
	merged->list = list;
	merged->cnt = at;
	return NULL;
}

static struct error *merge_section(struct writer *writer, enum store_section section)
{
	struct merged *merged = &writer->sections[section];
	struct error *error = writer->old ? take_old(writer, section) : NULL;

	for (size_t i = 0; i < writer->member_cnt && !error; i++) {
		struct store_line *lines = NULL;
		size_t cnt = 0;
		if (!writer->members[i].lines)
			continue;
		error = store_split_lines(
			&writer->members[i].lines->text[section], &merged->pool, &lines, &cnt);
		if (!error)
			error = merge(writer, merged, i, lines, cnt);
	}
	return error;
}

static int compare_uses(const void *a, const void *b)
{
	const struct distinct *const *x = a, *const *y = b;

	/* The first use decides between equal counts: `number` of an entry, in order. */
	if ((*x)->use_cnt != (*y)->use_cnt)
		return (*x)->use_cnt > (*y)->use_cnt ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* The most frequent masks get the smallest numbers. */
static struct error *rank_masks(struct writer *writer)
{
	struct distinct **order = calloc(writer->mask_cnt + 1, sizeof(*order));

	if (!order)
		return error_no_memory();
	for (size_t i = 0; i < writer->mask_cnt; i++)
		order[i] = &writer->masks[i];
	qsort(order, writer->mask_cnt, sizeof(struct distinct *), compare_uses);
	for (size_t i = 0; i < writer->mask_cnt; i++)
		order[i]->rank = (uint32_t)i;
	free(order);
	return NULL;
}

static uint32_t number_of_mask(struct writer *writer, uint32_t *slots, size_t slot_cnt,
	const unsigned char *mask)
{
	size_t at = hash_bytes((const char *)mask, writer->mask_bytes) & (slot_cnt - 1);

	while (slots[at] && memcmp(writer->masks[slots[at] - 1].mask, mask, writer->mask_bytes))
		at = (at + 1) & (slot_cnt - 1);
	if (!slots[at]) {
		writer->masks[writer->mask_cnt++] = (struct distinct) {.mask = mask};
		slots[at] = (uint32_t)writer->mask_cnt;
	}
	writer->masks[slots[at] - 1].use_cnt++;
	return slots[at] - 1;
}

static struct error *number_masks(struct writer *writer)
{
	size_t cnt = 0, slot_cnt = 1;

	for (size_t i = 0; i < STORE_SECTION_CNT; i++)
		cnt += writer->sections[i].cnt;
	while (slot_cnt < 2 * cnt + 2)
		slot_cnt *= 2;
	uint32_t *slots = calloc(slot_cnt, sizeof(*slots));
	writer->masks = calloc(cnt + 1, sizeof(*writer->masks));
	if (!slots || !writer->masks) {
		free(slots);
		return error_no_memory();
	}
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		struct merged *merged = &writer->sections[i];
		for (size_t k = 0; k < merged->cnt; k++)
			merged->list[k].number =
				number_of_mask(writer, slots, slot_cnt, merged->list[k].mask);
	}
	free(slots);
	return rank_masks(writer);
}

static struct error *pack(
	struct writer *writer, const struct buf *text, int level, struct buf *out)
{
	size_t bound = ZSTD_compressBound(text->len);
	char *packed = malloc(bound);

	if (text->failed || !packed) {
		free(packed);
		return error_no_memory();
	}
	ZSTD_CCtx_setParameter(writer->packer, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(writer->packer, ZSTD_c_checksumFlag, 1);
	size_t size = ZSTD_compress2(writer->packer, packed, bound, text->data, text->len);
	if (!ZSTD_isError(size))
		buf_add(out, packed, size);
	free(packed);
	return ZSTD_isError(size) || out->failed ? error_no_memory() : NULL;
}

static bool same_key(const struct store_line *a, const struct store_line *b)
{
	size_t len = store_key_length(a);

	return len == store_key_length(b) && !memcmp(a->text, b->text, len);
}

static void put_index(struct writer *writer, size_t packed_before, size_t bytes, size_t cnt,
	const char *key, size_t key_len)
{
	pieces_put(&writer->section_texts, writer->blocks.len - packed_before);
	pieces_put(&writer->section_texts, bytes);
	pieces_put(&writer->section_texts, cnt);
	buf_add(&writer->section_texts, key, key_len);
	buf_putc(&writer->section_texts, '\0');
}

/* Where the block that begins at `first` ends: the lines of one key are in one block. */
static size_t block_end(const struct merged *merged, size_t first, bool coded)
{
	size_t at = first, bytes = 0;

	while (at < merged->cnt &&
		((coded ? at - first < STORE_CODED_LINES : bytes < STORE_BLOCK_BYTES) ||
			same_key(&merged->list[at - 1].line, &merged->list[at].line)))
		bytes += merged->list[at++].line.len + 1;
	return at;
}

static struct error *encode_entries(
	const struct writer *writer, const struct merged *merged, size_t first, size_t cnt, struct buf *text)
{
	const struct store_line **lines = calloc(cnt + 1, sizeof(*lines));

	if (!lines)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++)
		lines[i] = &merged->list[first + i].line;
	struct error *error = store_encode_lines(&writer->words, lines, cnt, text);
	free(lines);
	return error;
}

/* From the entry `first` on. Returns how many, and sets the index entry. */
static struct error *write_block(
	struct writer *writer, enum store_section section, size_t first, size_t *next)
{
	const struct merged *merged = &writer->sections[section];
	bool coded = store_section_is_coded(section);
	_cleanup_buf_ struct buf text = {0};
	const struct store_line *line = &merged->list[first].line;
	size_t end = block_end(merged, first, coded), before = writer->blocks.len;
	struct error *error = coded ? encode_entries(writer, merged, first, end - first, &text) : NULL;

	for (size_t i = first; i < end && !coded; i++) {
		buf_add(&text, merged->list[i].line.text, merged->list[i].line.len);
		buf_putc(&text, '\n');
	}
	for (size_t i = first; i < end; i++)
		pieces_put(&text, writer->masks[merged->list[i].number].rank);
	if (!error && text.len > STORE_BLOCK_MAX_BYTES)
		error = error_create(ERROR_INPUT, NULL, "one name has too many records to store");
	if (!error)
		error = pack(writer, &text, BLOCK_LEVEL, &writer->blocks);
	put_index(writer, before, text.len, end - first, line->text, store_key_length(line));
	*next = end;
	return error;
}

/* A block of names begins with one that is short enough for the header. */
static struct error *write_names_block(struct writer *writer, size_t first, size_t *next)
{
	const struct store_words *words = &writer->words;
	_cleanup_buf_ struct buf text = {0};
	size_t at = first, bytes = 0, before = writer->blocks.len;

	while (at < words->cnt && (bytes < STORE_NAMES_BLOCK_BYTES || words->list[at].len > STORE_NAMES_FIRST_MAX))
		bytes += words->list[at++].len + 1;
	store_encode_names(words->list + first, at - first, &text);
	struct error *error = pack(writer, &text, BLOCK_LEVEL, &writer->blocks);
	put_index(writer, before, text.len, at - first, words->list[first].text, words->list[first].len);
	*next = at;
	return error;
}

/* The blocks of a section and its part of the header; `section` STORE_SECTION_CNT: the names. */
static struct error *write_section(struct writer *writer, enum store_section section)
{
	bool names = section == STORE_SECTION_CNT;
	size_t cnt = names ? writer->words.cnt : writer->sections[section].cnt, block_cnt = 0;
	struct buf before = writer->section_texts;
	_cleanup_buf_ struct buf index = {0};
	struct error *error = NULL;

	if (!cnt)
		return NULL;
	writer->section_texts = (struct buf) {0};
	for (size_t at = 0; at < cnt && !error; block_cnt++)
		error = names ? write_names_block(writer, at, &at)
			      : write_block(writer, section, at, &at);
	index = writer->section_texts;
	writer->section_texts = before;
	buf_putc(&writer->section_texts, names ? STORE_NAMES_LETTER : store_section_letter(section));
	pieces_put(&writer->section_texts, block_cnt);
	buf_add(&writer->section_texts, buf_text(&index), index.len);
	writer->section_texts.failed |= index.failed;
	writer->section_cnt++;
	return error;
}

/* In the order of their letters. */
static struct error *write_sections(struct writer *writer)
{
	struct error *error = NULL;

	for (int letter = 'A'; letter <= 'z' && !error; letter++) {
		enum store_section section = 0;
		while (section < STORE_SECTION_CNT && store_section_letter(section) != letter)
			section++;
		if (section < STORE_SECTION_CNT || letter == STORE_NAMES_LETTER)
			error = write_section(writer, section);
	}
	return error;
}

static struct error *collect_words(struct writer *writer)
{
	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		const struct merged *merged = &writer->sections[section];
		for (size_t i = 0; store_section_is_coded(section) && i < merged->cnt; i++) {
			if (!store_words_add(&writer->words, &merged->list[i].line))
				return error_no_memory();
		}
	}
	return store_words_sort(&writer->words) ? NULL : error_no_memory();
}

static void put_text(struct buf *out, const char *text)
{
	buf_puts(out, text ? text : "");
	buf_putc(out, '\0');
}

static void put_kernel(struct buf *out, const struct store_kernel *kernel)
{
	const char *const texts[] = {kernel->name, kernel->release, kernel->version, kernel->machine,
		kernel->btf_sha256};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		put_text(out, texts[i]);
	pieces_put(out, kernel->no_btf);
	pieces_put(out, kernel->whole);
	pieces_put(out, kernel->source_cnt);
	for (size_t i = 0; i < kernel->source_cnt; i++) {
		put_text(out, kernel->sources[i].name);
		put_text(out, kernel->sources[i].sha256);
	}
}

static struct error *put_masks(const struct writer *writer, struct buf *out)
{
	const unsigned char **order = calloc(writer->mask_cnt + 1, sizeof(*order));

	if (!order)
		return error_no_memory();
	for (size_t i = 0; i < writer->mask_cnt; i++)
		order[writer->masks[i].rank] = writer->masks[i].mask;
	pieces_put(out, writer->mask_cnt);
	for (size_t i = 0; i < writer->mask_cnt; i++)
		buf_add(out, order[i], writer->mask_bytes);
	free(order);
	return NULL;
}

static struct error *write_file(struct writer *writer, struct buf *out)
{
	_cleanup_buf_ struct buf header = {0}, packed = {0};

	pieces_put(&header, writer->member_cnt);
	for (size_t i = 0; i < writer->member_cnt; i++)
		put_kernel(&header, writer->members[i].kernel);
	struct error *error = put_masks(writer, &header);
	if (error)
		return error;
	pieces_put(&header, writer->section_cnt);
	buf_add(&header, buf_text(&writer->section_texts), writer->section_texts.len);
	if (writer->section_texts.failed || header.failed)
		return error_no_memory();
	error = pack(writer, &header, HEADER_LEVEL, &packed);
	if (error)
		return error;
	buf_puts(out, "KTS1");
	pieces_put_u32(out, (uint32_t)packed.len);
	pieces_put_u32(out, (uint32_t)header.len);
	buf_add(out, packed.data, packed.len);
	buf_add(out, buf_text(&writer->blocks), writer->blocks.len);
	return out->failed || writer->blocks.failed ? error_no_memory() : NULL;
}

static bool is_replaced(const struct writer *writer, const struct store_addition *additions, size_t cnt,
	const struct store_kernel *kernel)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(additions[i].kernel.name, kernel->name))
			return true;
	}
	for (size_t i = 0; i < writer->forgotten_cnt; i++) {
		if (!strcmp(writer->forgotten[i], kernel->name))
			return true;
	}
	return false;
}

static struct error *choose_members(
	struct writer *writer, const struct store_addition *additions, size_t addition_cnt)
{
	size_t old_cnt = writer->old ? store_kernel_cnt(writer->old) : 0;

	writer->members = calloc(old_cnt + addition_cnt + 1, sizeof(*writer->members));
	if (!writer->members)
		return error_no_memory();
	for (size_t i = 0; i < old_cnt; i++) {
		const struct store_kernel *kernel = store_kernel(writer->old, i);
		if (!is_replaced(writer, additions, addition_cnt, kernel))
			writer->members[writer->member_cnt++] = (struct member) {kernel, NULL, i};
	}
	for (size_t i = 0; i < addition_cnt; i++)
		writer->members[writer->member_cnt++] =
			(struct member) {&additions[i].kernel, &additions[i].lines, 0};
	writer->mask_bytes = (writer->member_cnt + 7) / 8;
	if (writer->member_cnt > STORE_KERNELS_MAX)
		return error_create(ERROR_INPUT, "use a second file", "a store holds at most %u kernels",
			STORE_KERNELS_MAX);
	return NULL;
}

static void writer_deinit(struct writer *writer)
{
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		free(writer->sections[i].list);
		pool_destroy(&writer->sections[i].pool);
	}
	free(writer->members);
	free(writer->masks);
	store_words_deinit(&writer->words);
	buf_deinit(&writer->blocks);
	buf_deinit(&writer->section_texts);
	ZSTD_freeCCtx(writer->packer);
}

static struct error *write_all(
	struct writer *writer, const struct store_addition *additions, size_t addition_cnt, struct buf *out)
{
	writer->packer = ZSTD_createCCtx();
	struct error *error = writer->packer ? choose_members(writer, additions, addition_cnt)
					     : error_no_memory();

	for (enum store_section section = 0; section < STORE_SECTION_CNT && !error; section++)
		error = merge_section(writer, section);
	if (!error)
		error = number_masks(writer);
	if (!error)
		error = collect_words(writer);
	if (!error)
		error = write_sections(writer);
	if (!error)
		error = write_file(writer, out);
	writer_deinit(writer);
	return error;
}

struct error *store_write(const struct store *old, const struct store_addition *additions,
	size_t addition_cnt, struct buf *out)
{
	struct writer writer = {.old = old};

	return write_all(&writer, additions, addition_cnt, out);
}

struct error *store_forget(
	const struct store *old, const char *const *names, size_t name_cnt, struct buf *out)
{
	struct writer writer = {.old = old, .forgotten = names, .forgotten_cnt = name_cnt};

	for (size_t i = 0; i < name_cnt; i++) {
		bool found = false;
		for (size_t k = 0; k < store_kernel_cnt(old); k++)
			found |= !strcmp(store_kernel(old, k)->name, names[i]);
		if (!found)
			return error_create(ERROR_NOT_FOUND, "kcompat kernels --store lists them",
				"no kernel %s in the store", names[i]);
	}
	return write_all(&writer, NULL, 0, out);
}
