/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/kallsyms/link.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "image/kallsyms/tables.h"
#include "util/array.h"
#include "util/sort.h"

/* Kernels are linked at a page boundary. */
#define PAGE_BYTES 4096u
/* Pointers into one kernel share the bits above these, sometimes except for the lowest. */
#define REGION_SHIFT 28
#define REGION_SLOTS (1u << 12)
#define REGION_STRIDE 5u /* a fifth of the words is a sufficient sample */
#define REGION_CNT 8u    /* the most frequent regions; others are instructions and texts */
/* Smaller words are never pointers: no kernel is linked lower (s390: 1 MiB). */
#define ADDRESS_MIN (1u << 20)
#define SAMPLE_CNT 8192u
#define VOTE_CNT_MIN 32u
/* Short texts form rows that match by chance. Long texts are rare enough. */
#define TEXT_BYTES 24u
#define TEXT_CNT_MAX 65536u
#define VOTE_SLOTS (1u << 19)

struct region {
	uint64_t key; /* address >> REGION_SHIFT */
	uint32_t cnt;
};

struct vote {
	uint64_t base;
	uint32_t cnt;
};

/* Symbols by the low bits of their address. A page-aligned base does not change these bits. */
struct voters {
	const struct image *image;
	const struct kernel_symbol *list;
	uint32_t first[PAGE_BYTES + 1];
	uint32_t *order;
	struct vote *votes; /* VOTE_SLOTS */
	size_t vote_cnt;
};

typedef void word_fn(void *context, uint64_t word);

/* One in `stride` of the image's aligned words, if it can be a pointer. */
static inline void each_word(const struct image *image, size_t stride, word_fn *each, void *context)
{
	size_t size = image->address_bytes;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		size_t at = kallsyms_align(segment, 0, size);
		for (; segment->data && at + size <= segment->size_bytes; at += size * stride) {
			uint64_t word = image_number(image, segment->data + at, size);
			if (word >= ADDRESS_MIN)
				each(context, word);
		}
	}
}

/* Frequent regions stay in their slot, rare ones replace each other. */
static void count_region(void *context, uint64_t word)
{
	uint64_t key = word >> REGION_SHIFT;
	struct region *slot = (struct region *)context + (key * 0x9e3779b97f4a7c15u >> 52);

	if (slot->key == key) {
		slot->cnt++;
	} else if (!slot->cnt) {
		*slot = (struct region) {.key = key, .cnt = 1};
	} else {
		slot->cnt--;
	}
}

static int by_count(const void *a, const void *b)
{
	const struct region *left = a, *right = b;

	if (left->cnt != right->cnt)
		return left->cnt < right->cnt ? 1 : -1;
	return order_numbers(left->key, right->key);
}

struct sample {
	uint64_t key, random;
	uint32_t stride, cnt;
	uint64_t words[SAMPLE_CNT];
};

/*
 * Samples one word of `stride`, in pseudorandom order (the high bits of a linear congruence),
 * because tables of structures and relocations are periodic. The image may cross two regions.
 */
static void take_sample(void *context, uint64_t word)
{
	struct sample *sample = context;

	if ((word >> REGION_SHIFT) - sample->key > 1)
		return;
	sample->random = sample->random * 6364136223846793005u + 1442695040888963407u;
	if ((sample->random >> 33) % sample->stride == 0 && sample->cnt < SAMPLE_CNT)
		sample->words[sample->cnt++] = word;
}

/* Only code: data has long rows of equal objects that also match some pages away. */
static bool is_voter(const struct kernel_symbol *symbol)
{
	return symbol->type == 't' || symbol->type == 'T';
}

static void sort_voters(struct voters *voters, size_t cnt)
{
	uint32_t *first = voters->first;

	for (size_t i = 0; i < cnt; i++) {
		if (is_voter(&voters->list[i]))
			first[voters->list[i].address % PAGE_BYTES]++;
	}
	for (size_t i = 1; i <= PAGE_BYTES; i++)
		first[i] += first[i - 1];
	/* Fill each run from its end, so that first[] becomes its start. */
	for (size_t i = cnt; i-- > 0;) {
		if (is_voter(&voters->list[i]))
			voters->order[--first[voters->list[i].address % PAGE_BYTES]] = (uint32_t)i;
	}
}

static void add_vote(struct voters *voters, uint64_t base)
{
	size_t slot = (base / PAGE_BYTES * 0x9e3779b97f4a7c15u) >> 45;

	if (!base || voters->vote_cnt >= VOTE_SLOTS / 4 * 3)
		return;
	while (voters->votes[slot].cnt && voters->votes[slot].base != base)
		slot = (slot + 1) % VOTE_SLOTS;
	if (!voters->votes[slot].cnt++)
		voters->vote_cnt++;
	voters->votes[slot].base = base;
}

/* Each word votes for every base that puts a symbol there. Aliases count once. */
static void vote_word(struct voters *voters, uint64_t word)
{
	uint64_t last = 0;

	for (size_t i = voters->first[word % PAGE_BYTES]; i < voters->first[word % PAGE_BYTES + 1];
		i++) {
		uint64_t base = word - voters->list[voters->order[i]].address;
		if (voters->image->address_bytes == 4)
			base = (uint32_t)base;
		if (base != last)
			add_vote(voters, base);
		last = base;
	}
}

/*
 * The base with twice the votes of any other; 0: none. One word in ten votes for the right base.
 * The wrong bases share the votes of chance matches.
 */
static uint64_t count_votes(const struct voters *voters)
{
	struct vote best = {0}, second = {0};

	for (size_t i = 0; i < VOTE_SLOTS; i++) {
		if (voters->votes[i].cnt > best.cnt) {
			second = best;
			best = voters->votes[i];
		} else if (voters->votes[i].cnt > second.cnt) {
			second = voters->votes[i];
		}
	}
	return best.cnt >= VOTE_CNT_MIN && best.cnt / 2 >= second.cnt ? best.base : 0;
}

static uint64_t vote_region(struct voters *voters, const struct region *region)
{
	struct sample sample = {
		.key = region->key, .stride = region->cnt / (SAMPLE_CNT / REGION_STRIDE) + 1};

	each_word(voters->image, 1, take_sample, &sample);
	memset(voters->votes, 0, VOTE_SLOTS * sizeof(*voters->votes));
	voters->vote_cnt = 0;
	qsort(sample.words, sample.cnt, sizeof(*sample.words), compare_u64);
	/* A frequent target has one vote: it would support wrong bases as much as the right one. */
	for (size_t i = 0; i < sample.cnt; i++) {
		if (!i || sample.words[i] != sample.words[i - 1])
			vote_word(voters, sample.words[i]);
	}
	return count_votes(voters);
}

static void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}
#define _cleanup_free_ __attribute__((cleanup(free_pointer)))

struct error *kallsyms_vote(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret)
{
	_cleanup_free_ struct region *regions = calloc(REGION_SLOTS, sizeof(*regions));
	_cleanup_free_ struct voters *voters = calloc(1, sizeof(*voters));
	_cleanup_free_ uint32_t *order = calloc(cnt + 1, sizeof(*order));
	_cleanup_free_ struct vote *votes = malloc(VOTE_SLOTS * sizeof(*votes));

	if (!regions || !voters || !order || !votes)
		return error_no_memory();
	*voters = (struct voters) {.image = image, .list = list, .order = order, .votes = votes};
	sort_voters(voters, cnt);
	each_word(image, REGION_STRIDE, count_region, regions);
	qsort(regions, REGION_SLOTS, sizeof(*regions), by_count);
	*ret = 0;
	for (size_t i = 0; i < REGION_CNT && regions[i].cnt && !*ret; i++)
		*ret = vote_region(voters, &regions[i]);
	return NULL;
}

static const struct kernel_symbol *find_symbol(
	const struct kernel_symbol *list, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i].name, name))
			return &list[i];
	}
	return NULL;
}

bool kallsyms_link_by_banner(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret)
{
	static const char text[] = "Linux version ";
	const struct kernel_symbol *symbol = find_symbol(list, cnt, "linux_banner");
	size_t found_cnt = 0;

	if (!symbol)
		return false;
	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		const unsigned char *at = segment->data, *end = at + segment->size_bytes;
		while (at && (at = memmem(at, (size_t)(end - at), text, sizeof(text) - 1))) {
			uint64_t link = symbol->address - segment->address -
				(uint64_t)(at++ - segment->data);
			if (link % PAGE_BYTES)
				continue;
			*ret = link;
			found_cnt++;
		}
	}
	return found_cnt == 1;
}

/* Visits each possible place of the relocation "load offset plus addend" in a raw image. */
static uint64_t link_relative_type(uint16_t machine)
{
	static const struct {
		uint16_t machine, type;
	} types[] = {
		{EM_AARCH64, R_AARCH64_RELATIVE},
		{EM_RISCV, R_RISCV_RELATIVE},
		{EM_S390, R_390_RELATIVE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].machine == machine)
			return types[i].type;
	}
	return 0;
}

bool kallsyms_link_by_relocation(
	const struct image *image, uint64_t at, uint64_t addend, uint64_t *ret)
{
	uint64_t type = link_relative_type(image->machine);
	size_t found_cnt = 0;

	for (size_t i = 0; type && image->address_bytes == 8 && i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		size_t where = kallsyms_align(segment, 0, 8);
		for (; segment->data && where + sizeof(Elf64_Rela) <= segment->size_bytes;
			where += 8) {
			const unsigned char *data = segment->data + where;
			uint64_t link = image_number(image, data, 8) - at;
			if (image_number(image, data + 16, 8) != addend ||
				image_number(image, data + 8, 8) != type || link % PAGE_BYTES)
				continue;
			*ret = link;
			found_cnt++;
		}
	}
	return found_cnt == 1;
}

static bool link_is_printable(unsigned char c)
{
	return c >= ' ' && c < 0x7f;
}

/* Lists each long text after a NUL as a symbol of code. Returns their number. */
static size_t list_texts(const struct image *image, struct kernel_symbol *list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		size_t run = 0;
		for (size_t at = 0; segment->data && at < segment->size_bytes; at++) {
			run = link_is_printable(segment->data[at]) ? run + 1 : 0;
			if (run != TEXT_BYTES || at < TEXT_BYTES ||
				segment->data[at - TEXT_BYTES] || cnt == TEXT_CNT_MAX)
				continue;
			list[cnt++] = (struct kernel_symbol) {
				.address = segment->address + at + 1 - TEXT_BYTES, .type = 't'};
		}
	}
	return cnt;
}

struct error *kallsyms_link_by_texts(const struct image *image, uint64_t *ret)
{
	_cleanup_free_ struct kernel_symbol *list = calloc(TEXT_CNT_MAX, sizeof(*list));

	if (!list)
		return error_no_memory();
	return kallsyms_vote(image, list, list_texts(image, list), ret);
}
