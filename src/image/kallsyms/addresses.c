/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/kallsyms/addresses.h"

#include <string.h>

#include "image/kallsyms/link.h"
#include "util/array.h"

/* One code symbol in STRAY_ONE_IN may lie outside code: ends of sections, copied vectors. */
#define STRAY_ONE_IN 64u

/* The version decides where the addresses are. The encoding decides the size of an entry. */
static const struct form {
	enum kallsyms_encoding encoding;
	bool first; /* before num_syms */
} forms[] = {
	{KALLSYMS_ENCODING_PLACE, false},
	{KALLSYMS_ENCODING_BASE, false},
	{KALLSYMS_ENCODING_PERCPU, false},
	{KALLSYMS_ENCODING_POINTER, false},
	{KALLSYMS_ENCODING_BASE, true},
	{KALLSYMS_ENCODING_PERCPU, true},
	{KALLSYMS_ENCODING_POINTER, true},
};

/* How far a form matched, for the message if none matches. */
enum stage { STAGE_NOTHING, STAGE_ASCENDING, STAGE_NAMED, STAGE_BASE, STAGE_FOUND };

struct attempt {
	const struct kallsyms_tables *tables;
	struct kernel_symbol *list;
	const struct form *form;
	size_t at, base_at; /* positions in the segment; base_at only with a base */
	uint64_t base;
	bool base_recovered;
};

static bool has_base(const struct form *form)
{
	return form->encoding == KALLSYMS_ENCODING_BASE ||
		form->encoding == KALLSYMS_ENCODING_PERCPU;
}

static size_t entry_size(const struct attempt *attempt)
{
	return attempt->form->encoding == KALLSYMS_ENCODING_POINTER
		? attempt->tables->image->address_bytes
		: 4;
}

static uint64_t addresses_entry(const struct attempt *attempt, size_t i)
{
	size_t size = entry_size(attempt);

	return image_number(attempt->tables->image,
		attempt->tables->segment->data + attempt->at + i * size, size);
}

/* Places the entries and, after them, relative_base. False: they do not fit. */
static bool place_last(struct attempt *attempt)
{
	const struct kallsyms_tables *tables = attempt->tables;
	size_t pointer = tables->image->address_bytes, size = tables->segment->size_bytes;
	size_t align = attempt->form->encoding == KALLSYMS_ENCODING_PLACE ? 4 : pointer;

	attempt->at = kallsyms_align(
		tables->segment, tables->token_index + 2 * KALLSYMS_TOKEN_CNT, align);
	if (attempt->at > size || (size - attempt->at) / entry_size(attempt) < tables->cnt)
		return false;
	attempt->base_at = kallsyms_align(
		tables->segment, attempt->at + tables->cnt * entry_size(attempt), pointer);
	return !has_base(attempt->form) ||
		(attempt->base_at <= size && size - attempt->base_at >= pointer);
}

static bool place_first(struct attempt *attempt)
{
	const struct kallsyms_tables *tables = attempt->tables;
	size_t pointer = tables->image->address_bytes;
	size_t end = tables->num_syms - (has_base(attempt->form) ? pointer : 0);
	size_t size = (tables->cnt * entry_size(attempt) + pointer - 1) / pointer * pointer;

	if (tables->num_syms < pointer || end < size ||
		kallsyms_align(tables->segment, tables->num_syms, pointer) != tables->num_syms)
		return false;
	attempt->base_at = end;
	attempt->at = end - size;
	return true;
}

/* Checks the first entry: the other symbols are relative to the lowest one. */
static bool begins_right(const struct attempt *attempt)
{
	int32_t begin = (int32_t)addresses_entry(attempt, 0);

	switch (attempt->form->encoding) {
	case KALLSYMS_ENCODING_PLACE:
		return begin < 0;
	case KALLSYMS_ENCODING_BASE:
		return begin == 0;
	case KALLSYMS_ENCODING_PERCPU:
		for (size_t i = 0; i < attempt->tables->cnt; i++) {
			begin = (int32_t)addresses_entry(attempt, i);
			if (begin < 0)
				return begin == -1;
		}
		return false;
	default:
		/* Without relocations all entries are 0. The first 32-bit entry is never 0. */
		return addresses_entry(attempt, 0) < addresses_entry(attempt, attempt->tables->cnt - 1) &&
			(addresses_entry(attempt, 0) || entry_size(attempt) == 8);
	}
}

/* While the base is 0, the result is relative to it. */
static uint64_t addresses_address_of(const struct attempt *attempt, size_t i)
{
	uint64_t value = addresses_entry(attempt, i);
	int32_t offset = (int32_t)value;

	switch (attempt->form->encoding) {
	case KALLSYMS_ENCODING_PLACE:
		return attempt->tables->segment->address + attempt->at + 4 * i +
			(uint64_t)(int64_t)offset;
	case KALLSYMS_ENCODING_BASE:
		return attempt->base + value;
	case KALLSYMS_ENCODING_PERCPU:
		return offset >= 0 ? value : attempt->base - 1 - (uint64_t)(int64_t)offset;
	default:
		return value;
	}
}

/* Addresses must ascend, because the kernel uses a binary search. */
static bool read_ascending(const struct attempt *attempt)
{
	uint64_t mask = attempt->tables->image->address_bytes == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t last = 0;

	for (size_t i = 0; i < attempt->tables->cnt; i++) {
		uint64_t address = addresses_address_of(attempt, i) & mask;
		if (address < last)
			return false;
		attempt->list[i].address = last = address;
	}
	return true;
}

static bool addresses_is_code(const struct kernel_symbol *symbol)
{
	return symbol->type == 't' || symbol->type == 'T';
}

/* _text, the start of the kernel, else _stext, the start of its code. */
static const struct kernel_symbol *find_text(const struct attempt *attempt)
{
	const struct kernel_symbol *stext = NULL;

	for (size_t i = 0; i < attempt->tables->cnt; i++) {
		const struct kernel_symbol *symbol = &attempt->list[i];
		if (!strcmp(symbol->name, "_text"))
			return symbol;
		if (!strcmp(symbol->name, "_stext"))
			stext = symbol;
	}
	return stext;
}

/* For an image with a known address. The end of code counts too, because symbols mark it. */
static bool in_code(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		if (segment->executable && address >= segment->address &&
			address - segment->address <= segment->size_bytes)
			return true;
	}
	return false;
}

static uint64_t image_size(const struct image *image)
{
	uint64_t size = 0;

	for (size_t i = 0; i < image->segment_cnt; i++)
		size += image->segments[i].size_bytes;
	return size;
}

/* If the image's address is unknown, only the size of its code limits the addresses. */
static bool code_is_in_image(const struct attempt *attempt, const struct kernel_symbol *text)
{
	const struct image *image = attempt->tables->image;
	bool window =
		image->address_is_offset && attempt->form->encoding != KALLSYMS_ENCODING_PLACE;
	uint64_t size = image_size(image), code_cnt = 0, stray_cnt = 0;

	for (size_t i = 0; i < attempt->tables->cnt; i++) {
		const struct kernel_symbol *symbol = &attempt->list[i];
		if (!addresses_is_code(symbol))
			continue;
		code_cnt++;
		stray_cnt += window ? symbol->address - text->address > size
				    : !in_code(image, symbol->address);
	}
	return code_cnt && stray_cnt <= code_cnt / STRAY_ONE_IN;
}

/* If the base is 0, a relocation sets it at boot. */
static struct error *read_base(struct attempt *attempt)
{
	const struct kallsyms_tables *tables = attempt->tables;
	size_t size = tables->image->address_bytes;

	attempt->base =
		image_number(tables->image, tables->segment->data + attempt->base_at, size);
	if (attempt->base || attempt->form->encoding == KALLSYMS_ENCODING_PERCPU)
		return NULL;
	if (!read_ascending(attempt))
		return NULL;
	attempt->base_recovered = true;
	return kallsyms_vote(tables->image, attempt->list, tables->cnt, &attempt->base);
}

static struct error *try_form(struct attempt *attempt, enum stage *stage)
{
	const struct kernel_symbol *text;

	*stage = STAGE_NOTHING;
	if (!(attempt->form->first ? place_first(attempt) : place_last(attempt)) ||
		!begins_right(attempt))
		return NULL;
	struct error *error = has_base(attempt->form) ? read_base(attempt) : NULL;
	if (error || !read_ascending(attempt))
		return error;
	*stage = STAGE_ASCENDING;
	text = find_text(attempt);
	if (!text)
		return NULL;
	*stage = STAGE_NAMED;
	if (has_base(attempt->form) && !attempt->base)
		*stage = STAGE_BASE;
	else if (code_is_in_image(attempt, text))
		*stage = STAGE_FOUND;
	return NULL;
}

static struct error *no_form(enum stage stage)
{
	static const char *const why[] = {
		[STAGE_NOTHING] = "names, but no table of ascending addresses for them",
		[STAGE_ASCENDING] = "ascending addresses, but neither _text nor _stext",
		[STAGE_NAMED] = "the addresses put code where the image has none",
		[STAGE_BASE] = "the addresses are relative to a base that the image lacks",
	};

	return error_create(ERROR_INPUT, NULL, "kallsyms: %s", why[stage]);
}

/* Turns the offsets of symbols into addresses. */
static struct error *link_place(struct attempt *attempt, struct kallsyms_layout *layout)
{
	const struct kallsyms_tables *tables = attempt->tables;
	struct error *error =
		kallsyms_vote(tables->image, attempt->list, tables->cnt, &layout->link_address);

	layout->link_known = !error && layout->link_address;
	for (size_t i = 0; layout->link_known && i < tables->cnt; i++)
		attempt->list[i].address += layout->link_address;
	return error;
}

static struct error *find_link(struct attempt *attempt, struct kallsyms_layout *layout)
{
	const struct kallsyms_tables *tables = attempt->tables;
	const struct image *image = tables->image;
	uint64_t base_at = tables->segment->address + attempt->base_at;
	struct error *error = NULL;

	layout->link_known = true;
	if (!image->address_is_offset)
		return NULL;
	if (attempt->form->encoding == KALLSYMS_ENCODING_PLACE)
		return link_place(attempt, layout);
	if (kallsyms_link_by_banner(image, attempt->list, tables->cnt, &layout->link_address) ||
		(attempt->base_recovered &&
			kallsyms_link_by_relocation(
				image, base_at, attempt->base, &layout->link_address)))
		return NULL;
	error = kallsyms_link_by_texts(image, &layout->link_address);
	layout->link_known = !error && layout->link_address;
	return error;
}

static struct error *use_form(struct attempt *attempt, struct kallsyms_layout *layout)
{
	layout->encoding = attempt->form->encoding;
	layout->addresses_first = attempt->form->first;
	layout->addresses = attempt->tables->segment->address + attempt->at;
	layout->relative_base = attempt->base;
	layout->base_recovered = attempt->base_recovered;
	read_ascending(attempt);
	return find_link(attempt, layout);
}

/* Offsets from the second on, with the base after them, also look like 32-bit pointers. */
static bool is_part_of(const struct attempt *attempt, const struct attempt *found)
{
	return found->form && found->form->encoding == KALLSYMS_ENCODING_BASE &&
		attempt->form->encoding == KALLSYMS_ENCODING_POINTER && entry_size(attempt) == 4 &&
		attempt->at == found->at + 4;
}

struct error *kallsyms_addresses(const struct kallsyms_tables *tables, struct kernel_symbol *list,
	struct kallsyms_layout *layout)
{
	struct attempt found = {0};
	enum stage best = STAGE_NOTHING;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct attempt attempt = {.tables = tables, .list = list, .form = &forms[i]};
		enum stage stage;
		struct error *error = try_form(&attempt, &stage);
		if (error)
			return error;
		if (stage > best)
			best = stage;
		if (stage != STAGE_FOUND || is_part_of(&attempt, &found))
			continue;
		if (found.form)
			return error_create(ERROR_INPUT, NULL,
				"kallsyms: two encodings of the addresses match: %s and %s",
				kallsyms_encoding_name(found.form->encoding),
				kallsyms_encoding_name(attempt.form->encoding));
		found = attempt;
	}
	return found.form ? use_form(&found, layout) : no_form(best);
}

const char *kallsyms_encoding_name(enum kallsyms_encoding encoding)
{
	static const char *const names[KALLSYMS_ENCODING_CNT] = {
#define KALLSYMS_ENCODING_NAME(name, text, meaning) [KALLSYMS_ENCODING_##name] = text,
		KALLSYMS_ENCODINGS(KALLSYMS_ENCODING_NAME)
#undef KALLSYMS_ENCODING_NAME
	};

	return encoding < KALLSYMS_ENCODING_CNT ? names[encoding] : "?";
}
