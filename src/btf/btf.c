/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/btf.h"
#include "util/array.h"
#include "util/hash.h"

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HEADER_LEN_MIN 24u
#define HEADER_LEN_LAYOUT 32u
/* Limit of members per search: anonymous structs nested in themselves must end. */
#define MEMBER_BUDGET 100000

/* As in the file. hdr_len says whether the two layout fields exist (linux 7.1). */
struct header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, type_off, type_len, str_off, str_len, layout_off, layout_len;
};

struct kind_layout {
	uint8_t info_size, elem_size;
	uint16_t flags;
};

struct kbtf {
	const struct kbtf *base;
	struct kbtf *own_base; /* destroyed with it; NULL: borrowed, or none */
	void *data; /* as passed to kbtf_create() */
	size_t size;
	enum kbtf_storage storage;
	bool swapped;
	bool of_object; /* kbtf_create_of_object() */
	struct kbtf_source source; /* kbtf_create_on_demand(); else without functions */

	const unsigned char *types; /* inside data, or copied_types */
	uint32_t *copied_types;    /* the type section in host order */
	uint32_t types_len;
	const char *strings;
	uint32_t strings_len;
	uint32_t first_id, first_string; /* lower ones belong to the base */
	const unsigned char *layout;
	uint32_t layout_len;

	uint32_t *offsets; /* where own type i is in types */
	uint32_t cnt, cap;

	/* kbtf_index(): heads[hash] is own index + 1, next[index] likewise. */
	uint32_t *heads, *next;
	uint32_t head_mask;
};

static uint32_t host32(const struct kbtf *btf, uint32_t value)
{
	return btf->swapped ? bswap_32(value) : value;
}

static struct error *btf_bad(const char *why)
{
	return error_create(ERROR_INPUT, NULL, "BTF: %s", why);
}

/* off and len count from the end of the header. */
static bool section_fits(const struct kbtf *btf, uint32_t hdr_len, uint32_t off, uint32_t len)
{
	size_t room = btf->size - hdr_len;

	return off <= room && len <= room - off;
}

/* Looks only for the last NUL of each stretch that is as long as a name may be. */
static bool strings_are_short(const char *strings, size_t size)
{
	while (size > KBTF_NAME_MAX_BYTES) {
		const char *end = memrchr(strings, '\0', KBTF_NAME_MAX_BYTES + 1);
		if (!end)
			return false;
		size -= (size_t)(end + 1 - strings);
		strings = end + 1;
	}
	return true;
}

static struct error *check_strings(const struct kbtf *btf)
{
	if (!btf->strings_len)
		return btf->base ? NULL : btf_bad("no strings");
	if (btf->strings[btf->strings_len - 1])
		return btf_bad("the string section does not end in NUL");
	if (!btf->base && btf->strings[0])
		return btf_bad("the first string is not empty");
	if (!btf->of_object && !strings_are_short(btf->strings, btf->strings_len))
		return error_create(ERROR_INPUT, "give the BTF of a kernel",
			"BTF: a name has more than %u bytes, and no kernel takes such a name",
			KBTF_NAME_MAX_BYTES);
	return NULL;
}

static struct error *take_layout(struct kbtf *btf, const unsigned char *data, struct header *header)
{
	uint32_t off = host32(btf, header->layout_off), len = host32(btf, header->layout_len);

	if (!len)
		return NULL;
	if (!section_fits(btf, header->hdr_len, off, len))
		return btf_bad("the layout section lies outside");
	btf->layout = data + header->hdr_len + off;
	btf->layout_len = len;
	return NULL;
}

static struct error *take_sections(struct kbtf *btf, struct header *header)
{
	const unsigned char *data = btf->data;
	uint32_t type_off = host32(btf, header->type_off), str_off = host32(btf, header->str_off);

	btf->types_len = host32(btf, header->type_len);
	btf->strings_len = host32(btf, header->str_len);
	if (!section_fits(btf, header->hdr_len, type_off, btf->types_len))
		return btf_bad("the type section lies outside");
	if (!section_fits(btf, header->hdr_len, str_off, btf->strings_len))
		return btf_bad("the string section lies outside");
	btf->types = data + header->hdr_len + type_off;
	btf->strings = (const char *)data + header->hdr_len + str_off;
	if (type_off % sizeof(uint32_t))
		return btf_bad("the type section is not aligned to 4 bytes");
	if (header->hdr_len >= HEADER_LEN_LAYOUT) {
		struct error *error = take_layout(btf, data, header);
		if (error)
			return error;
	}
	return check_strings(btf);
}

static struct error *btf_read_header(struct kbtf *btf)
{
	struct header header = {0};

	if (btf->size < HEADER_LEN_MIN)
		return btf_bad("shorter than its header");
	memcpy(&header, btf->data, HEADER_LEN_MIN);
	btf->swapped = header.magic == bswap_16(BTF_MAGIC);
	if (header.magic != BTF_MAGIC && !btf->swapped)
		return btf_bad("bad magic, not BTF");
	if (header.version != BTF_VERSION)
		return error_create(ERROR_INPUT, NULL, "BTF: unknown version %u", header.version);
	uint32_t hdr_len = host32(btf, header.hdr_len);
	if (hdr_len < HEADER_LEN_MIN || hdr_len > btf->size)
		return btf_bad("bad header length");
	if (hdr_len >= HEADER_LEN_LAYOUT)
		memcpy(&header, btf->data, sizeof(header));
	header.hdr_len = hdr_len;
	return take_sections(btf, &header);
}

/*
 * Everything in the type section is a 32-bit number. It is copied if it has another byte order, or lies
 * at an odd address: linkers align the section .BTF of a file, but other tools do not.
 */
static struct error *copy_types(struct kbtf *btf)
{
	uint32_t *copy = malloc(btf->types_len ? btf->types_len : 1);

	if (!copy)
		return error_no_memory();
	if (btf->types_len)
		memcpy(copy, btf->types, btf->types_len);
	for (uint32_t i = 0; btf->swapped && i < btf->types_len / sizeof(*copy); i++)
		copy[i] = bswap_32(copy[i]);
	btf->copied_types = copy;
	btf->types = (const unsigned char *)copy;
	return NULL;
}

/* Bytes after struct btf_type. False: an unknown kind without a layout description. */
static bool tail_len(const struct kbtf *btf, const struct btf_type *type, uint64_t *ret)
{
	static const struct kind_layout known[] = {
		[BTF_KIND_INT] = {.info_size = 4},
		[BTF_KIND_ARRAY] = {.info_size = sizeof(struct btf_array)},
		[BTF_KIND_STRUCT] = {.elem_size = sizeof(struct btf_member)},
		[BTF_KIND_UNION] = {.elem_size = sizeof(struct btf_member)},
		[BTF_KIND_ENUM] = {.elem_size = sizeof(struct btf_enum)},
		[BTF_KIND_FUNC_PROTO] = {.elem_size = sizeof(struct btf_param)},
		[BTF_KIND_VAR] = {.info_size = sizeof(struct btf_var)},
		[BTF_KIND_DATASEC] = {.elem_size = sizeof(struct btf_var_secinfo)},
		[BTF_KIND_DECL_TAG] = {.info_size = sizeof(struct btf_decl_tag)},
		[BTF_KIND_ENUM64] = {.elem_size = 12},
	};
	unsigned int kind = kbtf_kind(type);
	struct kind_layout layout = {0};

	if (kind && kind <= BTF_KIND_ENUM64)
		layout = known[kind];
	else if (kind && kind < btf->layout_len / sizeof(layout))
		memcpy(&layout, btf->layout + kind * sizeof(layout), sizeof(layout));
	else
		return false;
	*ret = layout.info_size + (uint64_t)layout.elem_size * kbtf_vlen(type);
	return true;
}

static bool add_offset(struct kbtf *btf, uint32_t offset)
{
	if (btf->cnt == btf->cap) {
		uint32_t cap = btf->cap ? btf->cap * 2 : btf->types_len / 24 + 16;
		uint32_t *offsets = realloc(btf->offsets, cap * sizeof(*offsets));
		if (!offsets)
			return false;
		btf->offsets = offsets;
		btf->cap = cap;
	}
	btf->offsets[btf->cnt++] = offset;
	return true;
}

static struct error *walk_types(struct kbtf *btf)
{
	uint32_t offset = 0;

	while (offset < btf->types_len) {
		const struct btf_type *type = (const void *)(btf->types + offset);
		uint32_t room = btf->types_len - offset;
		uint64_t tail;

		if (room < sizeof(*type))
			return btf_bad("the last type is cut off");
		if (!tail_len(btf, type, &tail))
			return error_create(ERROR_INPUT, "use a newer kcompat",
				"BTF: type %u has the unknown kind %u",
				btf->first_id + btf->cnt, kbtf_kind(type));
		if (tail > room - sizeof(*type) || tail % sizeof(uint32_t))
			return error_create(ERROR_INPUT, NULL, "BTF: type %u is cut off",
				btf->first_id + btf->cnt);
		if (!btf->of_object && kbtf_kind(type) == BTF_KIND_FUNC_PROTO &&
			kbtf_vlen(type) > KBTF_PARAM_MAX)
			return error_create(ERROR_INPUT, "give the BTF of a kernel",
				"BTF: type %u has more than %u parameters", btf->first_id + btf->cnt,
				KBTF_PARAM_MAX);
		if (!add_offset(btf, offset))
			return error_no_memory();
		offset += (uint32_t)(sizeof(*type) + tail);
	}
	return NULL;
}

static struct error *btf_parse(struct kbtf *btf)
{
	struct error *error = btf_read_header(btf);

	if (error)
		return error;
	btf->first_id = 1;
	if (btf->base) {
		btf->first_id = kbtf_type_cnt(btf->base);
		btf->first_string = btf->base->first_string + btf->base->strings_len;
	}
	if (btf->swapped || (uintptr_t)btf->types % sizeof(uint32_t))
		error = copy_types(btf);
	return error ? error : walk_types(btf);
}

static void release(void *data, size_t size, enum kbtf_storage storage)
{
	if (storage == KBTF_MALLOC)
		free(data);
	else if (storage == KBTF_MMAP)
		munmap(data, size);
}

static struct error *btf_create(const struct kbtf *from, struct kbtf **ret)
{
	struct kbtf *btf = calloc(1, sizeof(*btf));

	if (!btf) {
		release(from->data, from->size, from->storage);
		return error_no_memory();
	}
	*btf = *from;
	struct error *error = btf_parse(btf);
	if (error)
		kbtf_destroy(btf);
	else
		*ret = btf;
	return error;
}

struct error *kbtf_create(void *data, size_t size, enum kbtf_storage storage,
	const struct kbtf *base, struct kbtf **ret)
{
	return btf_create(
		&(struct kbtf) {.base = base, .data = data, .size = size, .storage = storage}, ret);
}

struct error *kbtf_create_of_object(
	void *data, size_t size, enum kbtf_storage storage, struct kbtf **ret)
{
	return btf_create(
		&(struct kbtf) {.data = data, .size = size, .storage = storage, .of_object = true}, ret);
}

struct error *kbtf_create_on_demand(const struct kbtf_source *source, struct kbtf **ret)
{
	struct kbtf *btf = calloc(1, sizeof(*btf));

	if (!btf) {
		source->destroy(source->data);
		return error_no_memory();
	}
	*btf = (struct kbtf) {.source = *source, .first_id = 1};
	*ret = btf;
	return NULL;
}

struct error *kbtf_take_error(const struct kbtf *btf)
{
	return btf && btf->source.take_error ? btf->source.take_error(btf->source.data) : NULL;
}

bool kbtf_is_on_demand(const struct kbtf *btf)
{
	return btf->source.type;
}

void kbtf_each_name(const struct kbtf *btf, unsigned int kind, const char *prefix,
	kbtf_each_name_fn *each, void *context)
{
	size_t len = strlen(prefix);

	if (btf->source.each_name) {
		btf->source.each_name(btf->source.data, kind, prefix, each, context);
		return;
	}
	for (uint32_t id = btf->first_id; id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		const char *name = kbtf_name(btf, type);
		if (kbtf_kind(type) == kind && *name && !strncmp(name, prefix, len))
			each(context, name);
	}
}

struct error *kbtf_create_distilled(
	void *data, size_t size, void *base_data, size_t base_size, struct kbtf **ret)
{
	struct kbtf *base = NULL;
	struct error *error = kbtf_create(base_data, base_size, KBTF_MALLOC, NULL, &base);

	if (error) {
		free(data);
		return error_prefix(error, ".BTF.base");
	}
	error = kbtf_create(data, size, KBTF_MALLOC, base, ret);
	if (error)
		kbtf_destroy(base);
	else
		(*ret)->own_base = base;
	return error;
}

void kbtf_destroy(struct kbtf *btf)
{
	if (!btf)
		return;
	kbtf_destroy(btf->own_base);
	if (btf->source.destroy)
		btf->source.destroy(btf->source.data);
	free(btf->copied_types);
	free(btf->offsets);
	free(btf->heads);
	free(btf->next);
	release(btf->data, btf->size, btf->storage);
	free(btf);
}

uint32_t kbtf_type_cnt(const struct kbtf *btf)
{
	return btf->source.type_cnt ? btf->source.type_cnt(btf->source.data)
				    : btf->first_id + btf->cnt;
}

uint32_t kbtf_first_id(const struct kbtf *btf)
{
	return btf->first_id;
}

uint32_t kbtf_string_end(const struct kbtf *btf)
{
	return btf->first_string + btf->strings_len;
}

const void *kbtf_bytes(const struct kbtf *btf, size_t *size)
{
	*size = btf->size;
	return btf->data;
}

static const struct btf_type *own_type(const struct kbtf *btf, uint32_t index)
{
	return (const void *)(btf->types + btf->offsets[index]);
}

const struct btf_type *kbtf_type(const struct kbtf *btf, uint32_t id)
{
	while (btf->base && id < btf->first_id)
		btf = btf->base;
	if (btf->source.type)
		return btf->source.type(btf->source.data, id);
	if (id < btf->first_id || id - btf->first_id >= btf->cnt)
		return NULL;
	return own_type(btf, id - btf->first_id);
}

const char *kbtf_string(const struct kbtf *btf, uint32_t offset)
{
	while (btf->base && offset < btf->first_string)
		btf = btf->base;
	if (btf->source.string)
		return btf->source.string(btf->source.data, offset);
	if (offset < btf->first_string || offset - btf->first_string >= btf->strings_len)
		return "";
	return btf->strings + (offset - btf->first_string);
}

const char *kbtf_name(const struct kbtf *btf, const struct btf_type *type)
{
	return type ? kbtf_string(btf, type->name_off) : "";
}

static bool type_is(
	const struct kbtf *btf, const struct btf_type *type, const char *name, unsigned int kind)
{
	return kbtf_kind(type) == kind && !strcmp(kbtf_name(btf, type), name);
}

/* Searches from own index `from` on. Returns an index + 1, or 0. */
static uint32_t find_linear(
	const struct kbtf *btf, uint32_t from, const char *name, unsigned int kind)
{
	for (uint32_t i = from; i < btf->cnt; i++) {
		if (type_is(btf, own_type(btf, i), name, kind))
			return i + 1;
	}
	return 0;
}

static uint32_t find_in_chain(
	const struct kbtf *btf, uint32_t entry, const char *name, unsigned int kind)
{
	while (entry && !type_is(btf, own_type(btf, entry - 1), name, kind))
		entry = btf->next[entry - 1];
	return entry;
}

uint32_t kbtf_find(const struct kbtf *btf, const char *name, unsigned int kind)
{
	for (; btf && *name; btf = btf->base) {
		if (btf->source.find)
			return btf->source.find(btf->source.data, name, kind);
		uint32_t hash = hash_bytes(name, strlen(name));
		uint32_t entry = btf->heads
			? find_in_chain(btf, btf->heads[hash & btf->head_mask], name, kind)
			: find_linear(btf, 0, name, kind);
		if (entry)
			return btf->first_id + entry - 1;
	}
	return 0;
}

uint32_t kbtf_find_next(const struct kbtf *btf, uint32_t id)
{
	while (btf->base && id < btf->first_id)
		btf = btf->base;
	if (btf->source.find_next)
		return btf->source.find_next(btf->source.data, id);
	const struct btf_type *type = kbtf_type(btf, id);
	const char *name = kbtf_name(btf, type);
	if (!*name)
		return 0;
	uint32_t index = id - btf->first_id;
	uint32_t entry = btf->heads ? find_in_chain(btf, btf->next[index], name, kbtf_kind(type))
				    : find_linear(btf, index + 1, name, kbtf_kind(type));
	return entry ? btf->first_id + entry - 1 : 0;
}

struct error *kbtf_index(struct kbtf *btf)
{
	uint32_t size = 1024;

	if (btf->heads || btf->source.find)
		return NULL;
	while (size < btf->cnt)
		size *= 2;
	btf->heads = calloc(size, sizeof(*btf->heads));
	btf->next = calloc(btf->cnt ? btf->cnt : 1, sizeof(*btf->next));
	if (!btf->heads || !btf->next) {
		free(btf->heads);
		btf->heads = NULL;
		return error_no_memory();
	}
	btf->head_mask = size - 1;
	/* Insert the last type first: each insertion goes to the front, so chains are ascending. */
	for (uint32_t i = btf->cnt; i-- > 0;) {
		const char *name = kbtf_name(btf, own_type(btf, i));
		if (!*name)
			continue;
		uint32_t *head = &btf->heads[hash_bytes(name, strlen(name)) & btf->head_mask];
		btf->next[i] = *head;
		*head = i + 1;
	}
	return NULL;
}

uint32_t kbtf_skip_modifiers(const struct kbtf *btf, uint32_t id)
{
	for (int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (!type)
			return 0;
		switch (kbtf_kind(type)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type->type;
			break;
		default:
			return id;
		}
	}
	return 0;
}

bool kbtf_is_function_pointer(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, id));

	if (!type || kbtf_kind(type) != BTF_KIND_PTR)
		return false;
	type = kbtf_type(btf, kbtf_skip_modifiers(btf, type->type));
	return type && kbtf_kind(type) == BTF_KIND_FUNC_PROTO;
}

struct member_search {
	const struct kbtf *btf;
	const char *name;
	uint32_t type_id, offset_bits;
	int budget;
};

static const struct btf_type *struct_type(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, id));

	if (type && (kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION))
		return type;
	return NULL;
}

static bool search_members(struct member_search *search, uint32_t id, uint32_t at_bits, int depth)
{
	const struct btf_type *type = struct_type(search->btf, id);

	if (!type || depth > KBTF_DEPTH_MAX)
		return false;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type) && search->budget-- > 0; i++) {
		/* With the kind flag the top 8 bits are a bit-field's size. */
		uint32_t offset = members[i].offset & (kbtf_kind_flag(type) ? 0xffffff : ~0u);
		const char *name = kbtf_string(search->btf, members[i].name_off);
		if (*name && !strcmp(name, search->name)) {
			search->type_id = members[i].type;
			search->offset_bits = at_bits + offset;
			return true;
		}
		if (!*name && search_members(search, members[i].type, at_bits + offset, depth + 1))
			return true;
	}
	return false;
}

bool kbtf_find_member(const struct kbtf *btf, uint32_t struct_id, const char *name,
	uint32_t *type_id, uint32_t *offset_bits)
{
	struct member_search search = {.btf = btf, .name = name, .budget = MEMBER_BUDGET};

	if (!search_members(&search, struct_id, 0, 0))
		return false;
	if (type_id)
		*type_id = search.type_id;
	if (offset_bits)
		*offset_bits = search.offset_bits;
	return true;
}

int64_t kbtf_enumerator(const struct btf_type *type, uint32_t index, uint32_t *name_off)
{
	const uint32_t *words = kbtf_tail(type);
	bool wide = kbtf_kind(type) == BTF_KIND_ENUM64;
	const uint32_t *at = words + (size_t)index * (wide ? 3 : 2);

	*name_off = at[0];
	if (wide)
		return (int64_t)((uint64_t)at[2] << 32 | at[1]);
	/* The kind flag means signed. Older BTF leaves it unset, and its values are signed too. */
	return (int32_t)at[1];
}

bool kbtf_enum_value(const struct kbtf *btf, uint32_t enum_id, const char *name, int64_t *value)
{
	const struct btf_type *type = kbtf_type(btf, enum_id);

	if (!type || (kbtf_kind(type) != BTF_KIND_ENUM && kbtf_kind(type) != BTF_KIND_ENUM64))
		return false;
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t name_off;
		int64_t found = kbtf_enumerator(type, i, &name_off);
		if (!strcmp(kbtf_string(btf, name_off), name)) {
			*value = found;
			return true;
		}
	}
	return false;
}

/* Where type ids are in the tail of a kind: at word `first`, then every `step` words. */
static bool tail_references_hold(const struct btf_type *type, uint32_t type_cnt)
{
	static const struct {
		uint32_t first, step;
	} places[] = {
		[BTF_KIND_STRUCT] = {1, 3},
		[BTF_KIND_UNION] = {1, 3},
		[BTF_KIND_FUNC_PROTO] = {1, 2},
		[BTF_KIND_DATASEC] = {0, 3},
	};
	unsigned int kind = kbtf_kind(type);
	const uint32_t *words = kbtf_tail(type);

	if (kind == BTF_KIND_ARRAY)
		return words[0] < type_cnt && words[1] < type_cnt;
	if (kind >= ARRAY_SIZE(places) || !places[kind].step)
		return true;
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		if (words[(size_t)i * places[kind].step + places[kind].first] >= type_cnt)
			return false;
	}
	return true;
}

static bool refers_by_type(unsigned int kind)
{
	return kind == BTF_KIND_PTR || (kind >= BTF_KIND_TYPEDEF && kind <= BTF_KIND_VAR) ||
		kind == BTF_KIND_DECL_TAG || kind == BTF_KIND_TYPE_TAG;
}

bool kbtf_references_hold(const struct kbtf *btf)
{
	uint32_t type_cnt = kbtf_type_cnt(btf);

	for (uint32_t id = btf->first_id; id < type_cnt; id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		const struct btf_type *target = kbtf_type(btf, type->type);
		unsigned int kind = kbtf_kind(type);
		if (refers_by_type(kind) && type->type >= type_cnt)
			return false;
		if (kind == BTF_KIND_FUNC && (!target || kbtf_kind(target) != BTF_KIND_FUNC_PROTO))
			return false;
		if (!tail_references_hold(type, type_cnt))
			return false;
	}
	return true;
}
