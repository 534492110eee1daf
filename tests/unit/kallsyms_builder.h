/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small kernels with kallsyms tables of every layout, for tests: code, tables, pointers. */
#ifndef KCOMPAT_TEST_KALLSYMS_BUILDER_H
#define KCOMPAT_TEST_KALLSYMS_BUILDER_H

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_image.h"
#include "load_image_kallsyms.h"

#define BUILD_SYMBOLS_MAX 2000
#define BUILD_CODE_BYTES 0x100000u
#define BUILD_LONG_TOKEN 4u
#define BUILD_POINTERS 1500u

enum build_seqs { SEQS_NONE, SEQS_BEFORE_TOKENS, SEQS_LAST };

struct build {
	/* What to build. */
	bool big_endian;
	uint8_t address_bytes;
	uint64_t link; /* address of the first byte */
	enum kallsyms_encoding encoding;
	bool first;               /* addresses before num_syms */
	unsigned int label_align; /* 0: address_bytes */
	enum build_seqs seqs;
	unsigned int symbol_cnt;
	bool code_only;   /* without KALLSYMS_ALL */
	bool offset;      /* a raw image: its segment begins at 0 */
	bool relocations; /* relative_base is 0 and set by a relocation, as all pointers are */
	bool no_pointers;
	bool rivals;             /* every second pointer is as if linked a page further */
	bool texts;              /* and pointers to them */
	unsigned int code_bytes; /* 0: BUILD_CODE_BYTES; less: symbols lie close together */
	/* What was built: data[size] malloc'd; positions in it. */
	unsigned char *data;
	size_t size, num_syms, names, markers, token_table, token_index, addresses, base, end;
	struct {
		uint64_t address;
		char type;
		char name[256];
	} symbols[BUILD_SYMBOLS_MAX];
	struct image_segment segments[2];
	struct image image;
};

static inline void build_number(struct build *build, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		build->data[at + (build->big_endian ? size - 1 - i : i)] =
			(unsigned char)(value >> 8 * i);
}

static inline size_t build_append(struct build *build, uint64_t value, size_t size)
{
	size_t at = build->size;

	build_number(build, at, value, size);
	build->size += size;
	return at;
}

static inline size_t build_label(struct build *build)
{
	size_t align = build->label_align ? build->label_align : build->address_bytes;

	while (build->size % align)
		build->data[build->size++] = 0;
	return build->size;
}

static inline void build_symbol(
	struct build *build, unsigned int *at, uint64_t address, char type, const char *name)
{
	build->symbols[*at].address = address;
	build->symbols[*at].type = type;
	snprintf(build->symbols[*at].name, sizeof(build->symbols[*at].name), "%s", name);
	++*at;
}

/* Functions at odd distances, some under two names, one with a name of two length bytes. */
static inline void build_symbols(struct build *build)
{
	unsigned int at = 0, random = 12345;
	uint64_t address = build->link;
	char name[256];

	if (build->encoding == KALLSYMS_ENCODING_PERCPU) {
		build_symbol(build, &at, 0, 'A', "fixed_percpu_data");
		build_symbol(build, &at, 0x1000, 'A', "cpu_debug_store");
	}
	if (!build->code_only)
		build_symbol(build, &at, address, 'T', "_text");
	address += build->code_only ? 0x1000 : build->address_bytes;
	build_symbol(build, &at, address, 'T', "_stext");
	while (at < build->symbol_cnt - (build->code_only ? 0 : 2)) {
		if (at == 100)
			memset(name, 'n', 200), name[200] = '\0';
		else
			snprintf(name, sizeof(name), at % 7 ? "function_%u" : "sys_%u.isra.0", at);
		build_symbol(build, &at, address, at % 5 ? 't' : 'T', name);
		random = random * 1103515245 + 12345;
		if (at % 9)
			address += build->code_bytes < BUILD_CODE_BYTES
				? 4
				: 16 + (random >> 16) % 60 * 16;
	}
	if (build->code_only)
		return;
	build_symbol(build, &at, build->link + build->code_bytes, 'D', "linux_banner");
	build_symbol(build, &at, build->link + build->code_bytes * 16, 'B', "_end");
}

static inline const char *build_token(unsigned int token)
{
	static char text[256][16];
	static const char *const words[] = {"tfunction_", "Tfunction_", ".isra.0", "sys_"};
	static const char longest[] =
		"a_token_that_no_name_has_and_that_is_as_long_as_a_whole_name";

	if (token < 4)
		return words[token];
	if (token == BUILD_LONG_TOKEN)
		return longest;
	if (token > ' ' && token < 0x7f)
		snprintf(text[token], sizeof(text[token]), "%c", (char)token);
	else if (token >= 0x80)
		snprintf(text[token], sizeof(text[token]), "unused%u", token);
	return text[token];
}

static inline void build_name(struct build *build, unsigned int i)
{
	char text[300];
	unsigned char codes[300];
	size_t cnt = 0;

	snprintf(text, sizeof(text), "%c%s", build->symbols[i].type, build->symbols[i].name);
	for (const char *at = text; *at;) {
		unsigned int token = 0;
		while (token < 4 && strncmp(at, build_token(token), strlen(build_token(token))))
			token++;
		codes[cnt++] = (unsigned char)(token < 4 ? token : (unsigned char)*at);
		at += token < 4 ? strlen(build_token(token)) : 1;
	}
	if (cnt >= 0x80) {
		build_append(build, (cnt & 0x7f) | 0x80, 1);
		build_append(build, cnt >> 7, 1);
	} else {
		build_append(build, cnt, 1);
	}
	memcpy(build->data + build->size, codes, cnt);
	build->size += cnt;
}

static inline void build_addresses(struct build *build)
{
	bool has_base = build->encoding == KALLSYMS_ENCODING_BASE ||
		build->encoding == KALLSYMS_ENCODING_PERCPU;
	unsigned int lowest = build->encoding == KALLSYMS_ENCODING_PERCPU ? 2 : 0;
	uint64_t base = build->symbols[lowest].address;

	build->addresses = build_label(build);
	for (unsigned int i = 0; i < build->symbol_cnt; i++) {
		uint64_t address = build->symbols[i].address, value = address;
		if (build->encoding == KALLSYMS_ENCODING_PLACE)
			value = address - build->link - build->size;
		else if (build->encoding == KALLSYMS_ENCODING_BASE)
			value = address - base;
		else if (build->encoding == KALLSYMS_ENCODING_PERCPU && i >= lowest)
			value = base - 1 - address;
		build_append(build, value,
			build->encoding == KALLSYMS_ENCODING_POINTER ? build->address_bytes : 4);
	}
	if (!has_base)
		return;
	build->base = build_label(build);
	build_append(build, build->relocations ? 0 : base, build->address_bytes);
}

static inline void build_seqs(struct build *build, enum build_seqs place)
{
	if (build->seqs != place)
		return;
	build_label(build);
	for (unsigned int i = 0; i < build->symbol_cnt; i++) {
		unsigned int seq = build->symbol_cnt - 1 - i;
		build->data[build->size++] = (unsigned char)(seq >> 16);
		build->data[build->size++] = (unsigned char)(seq >> 8);
		build->data[build->size++] = (unsigned char)seq;
	}
}

static inline void build_tokens(struct build *build)
{
	size_t begins[256];

	build->token_table = build_label(build);
	for (unsigned int i = 0; i < 256; i++) {
		begins[i] = build->size - build->token_table;
		strcpy((char *)build->data + build->size, build_token(i));
		build->size += strlen(build_token(i)) + 1;
	}
	build->token_index = build_label(build);
	for (unsigned int i = 0; i < 256; i++)
		build_append(build, begins[i], 2);
}

static inline void build_tables(struct build *build)
{
	unsigned int markers[BUILD_SYMBOLS_MAX / 256 + 1];

	if (build->first)
		build_addresses(build);
	build->num_syms = build_label(build);
	build_append(build, build->symbol_cnt, 4);
	build->names = build_label(build);
	for (unsigned int i = 0; i < build->symbol_cnt; i++) {
		if (i % 256 == 0)
			markers[i / 256] = (unsigned int)(build->size - build->names);
		build_name(build, i);
	}
	build->markers = build_label(build);
	for (unsigned int i = 0; i < (build->symbol_cnt + 255) / 256; i++)
		build_append(build, markers[i], 4);
	build_seqs(build, SEQS_BEFORE_TOKENS);
	build_tokens(build);
	if (!build->first)
		build_addresses(build);
	build_seqs(build, SEQS_LAST);
	build->end = build->size;
}

/* In place, or as relocations {where, type, what}. */
static inline void build_pointers(struct build *build)
{
	unsigned int random = 99;
	size_t relocation = 8;

	while (build->size % 8)
		build->data[build->size++] = 0;
	if (build->relocations) {
		build_append(build, build->link + build->base, 8);
		build_append(build, R_AARCH64_RELATIVE, 8);
		build_append(build, build->symbols[0].address, 8);
	}
	for (unsigned int i = 0; i < BUILD_POINTERS && !build->no_pointers; i++) {
		random = random * 1103515245 + 12345;
		uint64_t address = build->symbols[(random >> 8) % build->symbol_cnt].address;
		/* Two of three point to something without a symbol. */
		address += i % 3 ? 4 + (random >> 4) % 4096 : 0;
		address += build->rivals && i / 3 % 2 ? 4096 : 0;
		if (build->relocations) {
			build_append(build, build->link + relocation, 8);
			build_append(build, R_AARCH64_RELATIVE, 8);
			relocation += 24;
		}
		build_append(build, address, build->address_bytes);
	}
}

/* Texts of no regular length behind each other, then a pointer to each. */
static inline void build_texts(struct build *build)
{
	uint64_t begins[600];
	unsigned int random = 7;

	for (unsigned int i = 0; i < 600 && build->texts; i++) {
		random = random * 1103515245 + 12345;
		build->size += (random >> 16) % 90;
		build->data[build->size++] = 0;
		begins[i] = build->link + build->size;
		build->size += (size_t)sprintf((char *)build->data + build->size,
			"a text that is long enough, number %u", i);
	}
	build->data[build->size++] = 0;
	while (build->size % 8)
		build->data[build->size++] = 0;
	for (unsigned int i = 0; i < 600 && build->texts; i++)
		build_append(build, begins[i], build->address_bytes);
}

/* Fills what was built; build_free() takes it back. */
static inline void build_image(struct build *build)
{
	build->data = calloc(1, 4u << 20);
	if (!build->data)
		abort();
	if (!build->code_bytes)
		build->code_bytes = BUILD_CODE_BYTES;
	build_symbols(build);
	memset(build->data, 0x90, build->code_bytes);
	build->size = build->code_bytes;
	build->size += (size_t)sprintf(
		(char *)build->data + build->size, "Linux version 6.0.0-test (test@test) #1 SMP\n");
	/* As linux has it since 6.1: without its number, for the same text in all links. */
	if (build->code_bytes > 0x1000)
		sprintf((char *)build->data + 0x123, "Linux version 6.0.0-test (test@test) # SMP");
	build_tables(build);
	build_pointers(build);
	build_texts(build);
	build->segments[0] = (struct image_segment) {.name = build->offset ? "" : ".text",
		.address = build->offset ? 0 : build->link,
		.data = build->data,
		.size_bytes = build->offset ? build->size : build->code_bytes,
		.executable = true};
	build->segments[1] = (struct image_segment) {.name = ".rodata",
		.address = build->link + build->code_bytes,
		.data = build->data + build->code_bytes,
		.size_bytes = build->size - build->code_bytes};
	build->image = (struct image) {.machine = EM_AARCH64,
		.big_endian = build->big_endian,
		.address_bytes = build->address_bytes,
		.segments = build->segments,
		.segment_cnt = build->offset ? 1 : 2,
		.address_is_offset = build->offset};
}

/* The table segment's data ends at `size` bytes of the built. */
static inline void build_cut(struct build *build, size_t size)
{
	if (build->offset)
		build->segments[0].size_bytes = size;
	else
		build->segments[1].size_bytes = size - build->code_bytes;
}

static inline void build_free(struct build *build)
{
	free(build->data);
}

#endif
