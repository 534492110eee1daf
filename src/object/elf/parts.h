/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the reader; private to this folder. */
#ifndef KCOMPAT_OBJECT_PARTS_H
#define KCOMPAT_OBJECT_PARTS_H

#include <byteswap.h>
#include <elf.h>
#include <string.h>

#include "object/elf/object.h"

/* A symbol of the table, in the host's order. */
struct object_symbol {
	const char *name;
	uint64_t value, size;
	uint32_t section; /* 0: undefined; SHN_ABS and its like stay as they are */
	unsigned char type, bind;
};

struct object_symbols {
	struct object_symbol *list;
	size_t cnt;
};

static inline uint32_t object_word(const struct object *object, const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return object->swapped ? bswap_32(value) : value;
}

static inline uint64_t object_long(const struct object *object, const void *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return object->swapped ? bswap_64(value) : value;
}

static inline uint16_t object_half(const struct object *object, const void *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return object->swapped ? bswap_16(value) : value;
}

/* Sets the byte order from the file's identification, which object_recognise() has checked. */
static inline void object_set_order(struct object *object)
{
	object->big_endian = object->bytes[EI_DATA] == ELFDATA2MSB;
	object->swapped = object->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* ERROR_INPUT: "damaged BPF object: WHY". */
struct error *object_bad(const char *why);

/* Sections, symbols and instructions of the file. The symbols live in the object's pool. */
struct error *object_read_elf(struct object *object, struct object_symbols *symbols);
/* 0: there is none of that name. */
uint32_t object_find_section(const struct object *object, const char *name);

/* The maps of .maps, and the names of a section `maps`. */
struct error *object_read_maps(struct object *object);
/* Functions, externs, and the links of instructions; after the maps. */
struct error *object_read_code(struct object *object, const struct object_symbols *symbols);
/* Variables of data sections; after the code. */
struct error *object_read_variables(struct object *object, const struct object_symbols *symbols);
/* The VAR or FUNC of that name in a DATASEC; 0: none. */
uint32_t object_find_in_datasec(const struct kbtf *btf, const char *datasec, const char *name);
/* .BTF.ext. */
struct error *object_read_ext(struct object *object);
/* The struct_ops maps, and which functions are members of them; after the variables. */
struct error *object_read_ops(struct object *object, const struct object_symbols *symbols);

/* Keeps the first reason why libbpf refuses the object. */
struct error *object_refuse(struct object *object, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
