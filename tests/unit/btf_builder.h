/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF built by a test: types are added in the order of their ids, then the bytes are taken. The
 * builder writes what it is told, valid or not.
 */
#ifndef KCOMPAT_TESTS_BTF_BUILDER_H
#define KCOMPAT_TESTS_BTF_BUILDER_H

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>
#include <linux/btf.h>

#include "kernel_btf.h"
#include "util_buf.h"

#define BUILDER_HEADER_LEN 24u
#define BUILDER_HEADER_LEN_LAYOUT 32u

struct btf_builder {
	struct buf types, strings;
	uint32_t next_id;      /* of the next type; 1 without a base */
	uint32_t first_string; /* where own strings begin: the length of the base's */
	/* {info_size, elem_size, flags low, flags high} of kinds 0 and on; none: no layout section.
	 */
	unsigned char layout[128][4];
	uint32_t layout_cnt;
	bool swapped; /* the other byte order */
};

static inline void builder_init(struct btf_builder *builder)
{
	*builder = (struct btf_builder) {.next_id = 1};
	buf_putc(&builder->strings, '\0');
}

/* For BTF split over what `base` holds. */
static inline void builder_init_split(struct btf_builder *builder, const struct btf_builder *base)
{
	*builder = (struct btf_builder) {
		.next_id = base->next_id,
		.first_string = base->first_string + (uint32_t)base->strings.len,
	};
}

static inline void builder_deinit(struct btf_builder *builder)
{
	buf_deinit(&builder->types);
	buf_deinit(&builder->strings);
}

static inline uint32_t builder_string(struct btf_builder *builder, const char *text)
{
	uint32_t offset = builder->first_string + (uint32_t)builder->strings.len;

	if (!text || !*text)
		return 0;
	buf_add(&builder->strings, text, strlen(text) + 1);
	return offset;
}

static inline void builder_word(struct btf_builder *builder, uint32_t word)
{
	buf_add(&builder->types, &word, sizeof(word));
}

static inline uint32_t builder_type(struct btf_builder *builder, const char *name,
	unsigned int kind, uint32_t vlen, bool kind_flag, uint32_t size_or_type)
{
	builder_word(builder, builder_string(builder, name));
	builder_word(builder, (uint32_t)kind_flag << 31 | kind << 24 | vlen);
	builder_word(builder, size_or_type);
	return builder->next_id++;
}

static inline uint32_t builder_int(
	struct btf_builder *builder, const char *name, uint32_t size_bytes)
{
	uint32_t id = builder_type(builder, name, BTF_KIND_INT, 0, false, size_bytes);

	builder_word(builder, BTF_INT_SIGNED << 24 | size_bytes * 8);
	return id;
}

/* PTR, CONST, VOLATILE, RESTRICT, TYPEDEF, TYPE_TAG, FWD: all there is to them is in the header. */
static inline uint32_t builder_ref(
	struct btf_builder *builder, unsigned int kind, const char *name, uint32_t type)
{
	return builder_type(builder, name, kind, 0, false, type);
}

static inline uint32_t builder_ptr(struct btf_builder *builder, uint32_t type)
{
	return builder_ref(builder, BTF_KIND_PTR, NULL, type);
}

static inline uint32_t builder_array(struct btf_builder *builder, uint32_t type, uint32_t cnt)
{
	uint32_t id = builder_type(builder, NULL, BTF_KIND_ARRAY, 0, false, 0);

	builder_word(builder, type);
	builder_word(builder, 1);
	builder_word(builder, cnt);
	return id;
}

/* One member, parameter or enumerator: its words. */
static inline void builder_member(
	struct btf_builder *builder, const char *name, uint32_t type, uint32_t offset_bits)
{
	builder_word(builder, builder_string(builder, name));
	builder_word(builder, type);
	builder_word(builder, offset_bits);
}

static inline void builder_pair(struct btf_builder *builder, const char *name, uint32_t word)
{
	builder_word(builder, builder_string(builder, name));
	builder_word(builder, word);
}

/* A prototype with parameters {name, type}; a name of NULL and type 0 is "...". */
struct builder_param {
	const char *name;
	uint32_t type;
};

static inline uint32_t builder_proto(struct btf_builder *builder, uint32_t result,
	const struct builder_param *params, uint32_t cnt)
{
	uint32_t id = builder_type(builder, NULL, BTF_KIND_FUNC_PROTO, cnt, false, result);

	for (uint32_t i = 0; i < cnt; i++)
		builder_pair(builder, params[i].name, params[i].type);
	return id;
}

static inline uint32_t builder_func(struct btf_builder *builder, const char *name, uint32_t proto)
{
	return builder_type(builder, name, BTF_KIND_FUNC, BTF_FUNC_STATIC, false, proto);
}

static inline uint32_t builder_decl_tag(
	struct btf_builder *builder, const char *tag, uint32_t type, int32_t component)
{
	uint32_t id = builder_type(builder, tag, BTF_KIND_DECL_TAG, 0, false, type);

	builder_word(builder, (uint32_t)component);
	return id;
}

static inline uint32_t builder_order(const struct btf_builder *builder, uint32_t value)
{
	return builder->swapped ? bswap_32(value) : value;
}

static inline void builder_put(struct btf_builder *builder, unsigned char **at, uint32_t value)
{
	value = builder_order(builder, value);
	memcpy(*at, &value, sizeof(value));
	*at += sizeof(value);
}

/* The whole blob, malloc'd with exactly *size bytes, so that a sanitizer sees every overrun. */
static inline void *builder_bytes(struct btf_builder *builder, size_t *size)
{
	uint32_t layout_len = builder->layout_cnt * 4;
	uint32_t header_len = layout_len ? BUILDER_HEADER_LEN_LAYOUT : BUILDER_HEADER_LEN;
	uint32_t types_len = (uint32_t)builder->types.len,
		 strings_len = (uint32_t)builder->strings.len;

	*size = header_len + types_len + strings_len + layout_len;
	unsigned char *bytes = malloc(*size), *at = bytes + 4;
	uint16_t magic = builder->swapped ? bswap_16(BTF_MAGIC) : BTF_MAGIC;
	memcpy(bytes, &magic, sizeof(magic));
	bytes[2] = BTF_VERSION;
	bytes[3] = 0;
	builder_put(builder, &at, header_len);
	builder_put(builder, &at, 0);
	builder_put(builder, &at, types_len);
	builder_put(builder, &at, types_len);
	builder_put(builder, &at, strings_len);
	if (layout_len) {
		builder_put(builder, &at, types_len + strings_len);
		builder_put(builder, &at, layout_len);
	}
	for (uint32_t i = 0; i < types_len; i += 4) {
		uint32_t word;
		memcpy(&word, builder->types.data + i, sizeof(word));
		builder_put(builder, &at, word);
	}
	if (strings_len)
		memcpy(at, builder->strings.data, strings_len);
	if (layout_len)
		memcpy(at + strings_len, builder->layout, layout_len);
	return bytes;
}

static inline struct error *builder_create(
	struct btf_builder *builder, const struct kbtf *base, struct kbtf **ret)
{
	size_t size;
	void *bytes = builder_bytes(builder, &size);

	return kbtf_create(bytes, size, KBTF_MALLOC, base, ret);
}

#endif
