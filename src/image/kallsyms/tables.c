/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/kallsyms/tables.h"

#include <string.h>

#include "image/kallsyms/kallsyms.h"

/* Ten tokens of every kernel: each digit is its own token. The string's NUL ends the last one. */
static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
#define FIRST_DIGIT 0x30u
/* token_index is u16, so every string starts below 64 KiB. No string is longer than a name. */
#define TOKEN_TABLE_MAX_BYTES (64u * 1024 + KALLSYMS_NAME_LEN_MAX_BYTES)

#define BLOCK_CNT 256u             /* names a marker */
#define NAME_LEN_MAX_BYTES 0x3fffu /* the largest length in two bytes */
#define BLOCK_MIN_BYTES (2u * BLOCK_CNT)
#define BLOCK_MAX_BYTES ((2u + NAME_LEN_MAX_BYTES) * BLOCK_CNT)
#define LABEL_ALIGN_MAX_BYTES 8u
/* The data after the markers may look like one or two more markers. */
#define MARKER_OVERRUN 4u
/* seqs_of_names is between markers and token_table: three bytes a symbol, in some versions four. */
#define SEQS_MAX_BYTES (4u * KALLSYMS_CNT_MAX)

/* Limits of work for a hostile image. A real image has one table and takes about 1,000,000 steps.
 */
#define DIGIT_TRIES 4096u
#define TOKEN_TABLE_TRIES 8u
#define STEPS_MAX (1u << 27)

/* How far a candidate matched, for the message if none matches. */
enum stage { STAGE_NOTHING, STAGE_TOKENS, STAGE_MARKERS, STAGE_TIRED, STAGE_FOUND };

struct search {
	struct kallsyms_tables *tables;
	const struct image *image;
	const struct image_segment *segment;
	unsigned int digit_tries, table_tries;
	size_t steps;
	enum stage stage;
};

static void reached(struct search *search, enum stage stage)
{
	if (stage > search->stage)
		search->stage = stage;
}

static uint32_t u32_at(const struct search *search, size_t at)
{
	return (uint32_t)image_number(search->image, search->segment->data + at, 4);
}

/* The start of token 1, found backwards from the start of token "0"; 0: none. */
static size_t second_token(const struct image_segment *segment, size_t digits_at)
{
	size_t low = digits_at > TOKEN_TABLE_MAX_BYTES ? digits_at - TOKEN_TABLE_MAX_BYTES : 0;
	size_t at = digits_at;

	for (unsigned int token = FIRST_DIGIT; token > 1; token--) {
		if (at < low + 2 || segment->data[at - 1])
			return 0;
		const unsigned char *nul = memrchr(segment->data + low, 0, at - 1 - low);
		if (!nul)
			return 0;
		at = (size_t)(nul - segment->data) + 1;
	}
	return at > low && !segment->data[at - 1] ? at : 0;
}

/* Sets the starts of tokens, relative to token 1. Returns the end of the last token; 0: none. */
static size_t read_tokens(const struct image_segment *segment, size_t second, size_t *begins)
{
	size_t high = segment->size_bytes, at = second;

	if (high - second > TOKEN_TABLE_MAX_BYTES)
		high = second + TOKEN_TABLE_MAX_BYTES;
	for (unsigned int token = 1; token < KALLSYMS_TOKEN_CNT; token++) {
		const unsigned char *nul =
			at < high ? memchr(segment->data + at, 0, high - at) : NULL;
		if (!nul)
			return 0;
		begins[token] = at - second;
		at = (size_t)(nul - segment->data) + 1;
	}
	return at;
}

/*
 * token_index at `at` must be the starts of all strings. Only it has the start of the first string,
 * because the bytes before that string need not be zero.
 */
static bool check_token_index(const struct search *search, size_t at, size_t second,
	const size_t *begins, struct kallsyms_tables *ret)
{
	const struct image_segment *segment = search->segment;
	uint16_t index[KALLSYMS_TOKEN_CNT];

	if (at > segment->size_bytes || segment->size_bytes - at < sizeof(index))
		return false;
	for (unsigned int i = 0; i < KALLSYMS_TOKEN_CNT; i++)
		index[i] = (uint16_t)image_number(search->image, segment->data + at + 2 * i, 2);
	if (index[0] || !index[1] || index[1] > second)
		return false;
	for (unsigned int i = 1; i < KALLSYMS_TOKEN_CNT; i++) {
		if (index[i] != index[1] + begins[i])
			return false;
	}
	ret->token_table = second - index[1];
	if (strnlen((const char *)segment->data + ret->token_table, index[1]) + 1 != index[1])
		return false;
	ret->token_index = at;
	memcpy(ret->token_at, index, sizeof(index));
	return true;
}

static void measure_tokens(struct kallsyms_tables *tables, size_t end)
{
	for (unsigned int i = 0; i < KALLSYMS_TOKEN_CNT; i++) {
		size_t next = i + 1 < KALLSYMS_TOKEN_CNT ? tables->token_at[i + 1]
							 : end - tables->token_table;
		tables->token_len_bytes[i] = (uint16_t)(next - tables->token_at[i] - 1);
	}
}

static bool find_tokens(struct search *search, size_t digits_at)
{
	size_t begins[KALLSYMS_TOKEN_CNT];
	size_t second = second_token(search->segment, digits_at);
	size_t end = second ? read_tokens(search->segment, second, begins) : 0;

	if (!end)
		return false;
	for (size_t align = 4; align <= LABEL_ALIGN_MAX_BYTES; align *= 2) {
		size_t at = kallsyms_align(search->segment, end, align);
		if (!check_token_index(search, at, second, begins, search->tables))
			continue;
		measure_tokens(search->tables, end);
		reached(search, STAGE_TOKENS);
		return true;
	}
	return false;
}

size_t kallsyms_name_at(
	const struct image_segment *segment, size_t at, size_t end, size_t *len_bytes)
{
	if (end > segment->size_bytes || at >= end)
		return 0;
	size_t len = segment->data[at++];
	if (len & 0x80) {
		if (at >= end)
			return 0;
		len = (len & 0x7f) | (size_t)segment->data[at++] << 7;
	}
	if (!len || len > end - at)
		return 0;
	*len_bytes = len;
	return at;
}

/* The position after `cnt` names; 0 if they do not end before `end`. */
static size_t skip_names(struct search *search, size_t at, size_t cnt, size_t end)
{
	for (size_t i = 0, len; i < cnt; i++) {
		search->steps++;
		at = kallsyms_name_at(search->segment, at, end, &len);
		if (!at)
			return 0;
		at += len;
	}
	return at;
}

/* Is there only padding between the last name and the markers? */
static bool is_padding(const struct search *search, size_t at, size_t end)
{
	if (!at || end - at >= LABEL_ALIGN_MAX_BYTES)
		return false;
	while (at < end && !search->segment->data[at])
		at++;
	return at == end;
}

/*
 * Do `cnt` names from `names` on agree with the markers? Checks the last block first, because few
 * wrong candidates end exactly at the markers.
 */
static bool names_agree(struct search *search, size_t names, uint32_t cnt, size_t markers)
{
	size_t last = (cnt - 1) / BLOCK_CNT, at = names;

	if (!is_padding(search,
		    skip_names(search, names + u32_at(search, markers + 4 * last),
			    cnt - last * BLOCK_CNT, markers),
		    markers))
		return false;
	for (size_t block = 0; block < last; block++) {
		at = skip_names(search, at, BLOCK_CNT, markers);
		if (!at || at - names != u32_at(search, markers + 4 * (block + 1)))
			return false;
	}
	return true;
}

/* num_syms is before the names, aligned to a label: 8 on 64 bit until 6.19, else 4. */
static bool try_names(struct search *search, size_t names, size_t markers, size_t block_cnt)
{
	for (size_t align = 4; align <= LABEL_ALIGN_MAX_BYTES && align <= names; align *= 2) {
		uint32_t cnt = u32_at(search, names - align);
		search->steps++;
		if (cnt > KALLSYMS_CNT_MAX ||
			((size_t)cnt + BLOCK_CNT - 1) / BLOCK_CNT != block_cnt ||
			!names_agree(search, names, cnt, markers))
			continue;
		search->tables->cnt = cnt;
		search->tables->names = names;
		search->tables->num_syms = names - align;
		search->tables->markers = markers;
		reached(search, STAGE_FOUND);
		return true;
	}
	return false;
}

/* The last marker and the size of a block limit where the names can start. */
static bool find_names(struct search *search, size_t markers, size_t block_cnt)
{
	size_t last = u32_at(search, markers + 4 * (block_cnt - 1));

	if (last > markers)
		return false;
	size_t high = markers - last;
	size_t low = high > BLOCK_MAX_BYTES ? high - BLOCK_MAX_BYTES : 0;
	for (size_t at = kallsyms_align(search->segment, low, 4) + (high - low) / 4 * 4; at > low;
		at -= 4) {
		if (search->steps > STEPS_MAX)
			return false;
		if (at < high && try_names(search, at, markers, block_cnt))
			return true;
	}
	return false;
}

/* Counts the u32 from `at` on that ascend like markers. */
static size_t count_markers(const struct search *search, size_t at, size_t end)
{
	size_t cnt = 1;

	for (uint32_t last = 0; end - at >= 4 * (cnt + 1); cnt++) {
		uint32_t next = u32_at(search, at + 4 * cnt);
		if (next < last || next - last < BLOCK_MIN_BYTES || next - last > BLOCK_MAX_BYTES)
			break;
		last = next;
	}
	return cnt;
}

/* Markers start with 0 and end before token_table. Only the right ones have names before them. */
static bool find_markers(struct search *search)
{
	size_t end = search->tables->token_table;
	size_t low = end > SEQS_MAX_BYTES + 4 * KALLSYMS_CNT_MAX / BLOCK_CNT
		? end - SEQS_MAX_BYTES - 4 * KALLSYMS_CNT_MAX / BLOCK_CNT
		: 0;

	for (size_t at = kallsyms_align(search->segment, low, 4) + (end - low) / 4 * 4; at > low;
		at -= 4) {
		if (at + 8 > end || u32_at(search, at))
			continue;
		size_t cnt = count_markers(search, at, end);
		for (size_t over = 0; over < MARKER_OVERRUN && cnt >= over + 2; over++) {
			reached(search, STAGE_MARKERS);
			if (find_names(search, at, cnt - over))
				return true;
			if (search->steps > STEPS_MAX) {
				reached(search, STAGE_TIRED);
				return false;
			}
		}
	}
	return false;
}

static struct error *not_found(enum stage stage)
{
	static const char *const why[] = {
		[STAGE_NOTHING] =
			"no table of tokens in the image (built without CONFIG_KALLSYMS?)",
		[STAGE_TOKENS] = "a table of tokens, but no markers before it",
		[STAGE_MARKERS] = "tokens and markers, but no names that agree with them",
		[STAGE_TIRED] = "too many tables that only look right",
	};

	return error_create(ERROR_INPUT, NULL, "kallsyms: %s", why[stage]);
}

static bool tables_search_segment(struct search *search)
{
	const struct image_segment *segment = search->segment;
	const unsigned char *at = segment->data, *end = at + segment->size_bytes;

	while ((at = memmem(at, (size_t)(end - at), digits, sizeof(digits)))) {
		if (search->digit_tries++ == DIGIT_TRIES ||
			search->table_tries == TOKEN_TABLE_TRIES) {
			reached(search, STAGE_TIRED);
			return false;
		}
		if (find_tokens(search, (size_t)(at - segment->data))) {
			search->table_tries++;
			if (find_markers(search))
				return true;
		}
		at++;
	}
	return false;
}

struct error *kallsyms_tables_find(const struct image *image, struct kallsyms_tables *ret)
{
	struct search search = {.tables = ret, .image = image};

	*ret = (struct kallsyms_tables) {.image = image};
	for (size_t i = 0; i < image->segment_cnt && search.stage != STAGE_TIRED; i++) {
		search.segment = ret->segment = &image->segments[i];
		if (search.segment->data && tables_search_segment(&search))
			return NULL;
	}
	return not_found(search.stage);
}
