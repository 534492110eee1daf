/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small kernel images of every format, made by the tests themselves. */
#ifndef KCOMPAT_TESTS_IMAGE_BUILDER_H
#define KCOMPAT_TESTS_IMAGE_BUILDER_H

#include <bzlib.h>
#include <elf.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "load_decompress.h"
#include "util_buf.h"

struct elf_section {
	const char *name;
	uint32_t type;
	uint64_t flags, address;
	const void *data; /* NULL: zeros */
	size_t size;
	uint64_t align;
};

struct elf_plan {
	bool narrow, big; /* 32 bit; big-endian */
	uint16_t type, machine;
	const struct elf_section *sections;
	size_t section_cnt;
	bool programs; /* PT_LOAD instead of section headers */
};

static inline void put_number(struct buf *out, uint64_t value, size_t size, bool big)
{
	for (size_t i = 0; i < size; i++)
		buf_putc(out, (char)(value >> 8 * (big ? size - 1 - i : i)));
}

static inline void set_number(struct buf *out, size_t at, uint64_t value, size_t size, bool big)
{
	for (size_t i = 0; i < size; i++)
		out->data[at + i] = (char)(value >> 8 * (big ? size - 1 - i : i));
}

static inline void put_section_header(struct buf *out, const struct elf_plan *plan, uint32_t name,
	const struct elf_section *section, uint64_t offset)
{
	size_t word = plan->narrow ? 4 : 8;

	put_number(out, name, 4, plan->big);
	put_number(out, section->type, 4, plan->big);
	put_number(out, section->flags, word, plan->big);
	put_number(out, section->address, word, plan->big);
	put_number(out, offset, word, plan->big);
	put_number(out, section->size, word, plan->big);
	put_number(out, 0, 4, plan->big);
	put_number(out, 0, 4, plan->big);
	put_number(out, section->align ? section->align : 1, word, plan->big);
	put_number(out, 0, word, plan->big);
}

static inline void put_program_header(struct buf *out, const struct elf_plan *plan,
	const struct elf_section *section, uint64_t offset)
{
	size_t word = plan->narrow ? 4 : 8;
	uint32_t flags = PF_R | (section->flags & SHF_EXECINSTR ? PF_X : 0) |
		(section->flags & SHF_WRITE ? PF_W : 0);

	put_number(out, PT_LOAD, 4, plan->big);
	if (!plan->narrow)
		put_number(out, flags, 4, plan->big);
	put_number(out, offset, word, plan->big);
	put_number(out, section->address, word, plan->big);
	put_number(out, section->address, word, plan->big);
	put_number(out, section->size, word, plan->big);
	put_number(out, section->size, word, plan->big);
	if (plan->narrow)
		put_number(out, flags, 4, plan->big);
	put_number(out, 1, word, plan->big);
}

static inline void put_elf_header(struct buf *out, const struct elf_plan *plan, uint64_t headers)
{
	size_t word = plan->narrow ? 4 : 8, cnt = plan->section_cnt;
	char ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', plan->narrow ? ELFCLASS32 : ELFCLASS64,
		plan->big ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT};

	buf_add(out, ident, sizeof(ident));
	put_number(out, plan->type, 2, plan->big);
	put_number(out, plan->machine, 2, plan->big);
	put_number(out, EV_CURRENT, 4, plan->big);
	put_number(out, 0, word, plan->big);
	put_number(out, plan->programs ? headers : 0, word, plan->big);
	put_number(out, plan->programs ? 0 : headers, word, plan->big);
	put_number(out, 0, 4, plan->big);
	put_number(out, plan->narrow ? 52 : 64, 2, plan->big);
	put_number(out, plan->narrow ? 32 : 56, 2, plan->big);
	put_number(out, plan->programs ? cnt : 0, 2, plan->big);
	put_number(out, plan->narrow ? 40 : 64, 2, plan->big);
	/* The null section and .shstrtab on top. */
	put_number(out, plan->programs ? 0 : cnt + 2, 2, plan->big);
	put_number(out, plan->programs ? 0 : cnt + 1, 2, plan->big);
}

/* Where section i's bytes begin, for tests that damage them. */
static inline size_t elf_offset(const struct elf_plan *plan, size_t index)
{
	size_t offset = 64;

	for (size_t i = 0; i < index; i++)
		offset += plan->sections[i].type == SHT_NOBITS
			? 0
			: (plan->sections[i].size + 15) & ~15u;
	return offset;
}

/* Header, the sections' bytes from 64 on, each padded to 16, .shstrtab, then the header table. */
static inline void build_elf(struct buf *out, const struct elf_plan *plan)
{
	struct elf_section names = {".shstrtab", SHT_STRTAB, 0, 0, NULL, 0, 1}, null = {0};
	struct buf table = {0};
	size_t names_at, start = out->len;
	uint32_t name = 1;

	buf_putc(&table, '\0');
	for (size_t i = 0; i < plan->section_cnt; i++)
		buf_add(&table, plan->sections[i].name, strlen(plan->sections[i].name) + 1);
	buf_add(&table, ".shstrtab", 10);
	names.size = table.len;
	names_at = elf_offset(plan, plan->section_cnt);
	put_elf_header(
		out, plan, plan->programs ? names_at : (names_at + table.len + 15) & ~(size_t)15);
	buf_pad(out, '\0', start + 64 - out->len);
	for (size_t i = 0; i < plan->section_cnt; i++) {
		const struct elf_section *section = &plan->sections[i];
		if (section->type == SHT_NOBITS)
			continue;
		if (section->data)
			buf_add(out, section->data, section->size);
		else
			buf_pad(out, '\0', section->size);
		buf_pad(out, '\0', (16 - section->size % 16) % 16);
	}
	if (!plan->programs) {
		buf_add(out, table.data, table.len);
		buf_pad(out, '\0', (16 - table.len % 16) % 16);
		put_section_header(out, plan, 0, &null, 0);
	}
	for (size_t i = 0; i < plan->section_cnt; i++) {
		if (plan->programs)
			put_program_header(out, plan, &plan->sections[i], elf_offset(plan, i));
		else
			put_section_header(
				out, plan, name, &plan->sections[i], elf_offset(plan, i));
		name += (uint32_t)strlen(plan->sections[i].name) + 1;
	}
	if (!plan->programs)
		put_section_header(out, plan, name, &names, names_at);
	buf_deinit(&table);
}

static inline void put_lz4(struct buf *out, const char *data, size_t size)
{
	const size_t block_max = 8u << 20;

	put_number(out, 0x184c2102, 4, false);
	for (size_t at = 0; at < size; at += block_max) {
		int part = (int)(size - at < block_max ? size - at : block_max);
		char *packed = malloc((size_t)LZ4_compressBound(part));
		int len = LZ4_compress_default(data + at, packed, part, LZ4_compressBound(part));
		put_number(out, (uint64_t)len, 4, false);
		buf_add(out, packed, (size_t)len);
		free(packed);
	}
}

/* As lzop makes it: no checksums but the header's, which nobody checks. */
static inline void put_lzo(struct buf *out, const char *data, size_t size)
{
	static const char magic[] = {(char)0x89, 'L', 'Z', 'O', 0, 13, 10, 26, 10};
	const size_t block_max = 256u << 10;
	void *work = malloc(LZO1X_1_MEM_COMPRESS);
	unsigned char *packed = malloc(block_max * 2);

	lzo_init();
	buf_add(out, magic, sizeof(magic));
	put_number(out, 0x1030, 2, true);
	put_number(out, 0x2080, 2, true);
	put_number(out, 0x0940, 2, true);
	put_number(out, 1, 1, true);
	put_number(out, 5, 1, true);
	put_number(out, 0, 4, true); /* flags */
	buf_pad(out, '\0', 12);      /* mode and time */
	put_number(out, 3, 1, true);
	buf_add(out, "abc", 3);
	put_number(out, 0, 4, true);
	for (size_t at = 0; at < size; at += block_max) {
		size_t part = size - at < block_max ? size - at : block_max;
		lzo_uint len = block_max * 2;
		lzo1x_1_compress((const unsigned char *)data + at, part, packed, &len, work);
		bool stored = len >= part;
		put_number(out, part, 4, true);
		put_number(out, stored ? part : len, 4, true);
		buf_add(out, stored ? (const void *)(data + at) : packed, stored ? part : len);
	}
	put_number(out, 0, 4, true);
	free(work);
	free(packed);
}

static inline void put_lzma(struct buf *out, const char *data, size_t size, bool alone)
{
	lzma_options_lzma options;
	lzma_stream stream = LZMA_STREAM_INIT;
	size_t cap = size + size / 3 + 1024;
	unsigned char *packed = malloc(cap);

	lzma_lzma_preset(&options, 1);
	if (alone)
		(void)!lzma_alone_encoder(&stream, &options);
	else
		(void)!lzma_easy_encoder(&stream, 1, LZMA_CHECK_CRC32);
	stream.next_in = (const uint8_t *)data;
	stream.avail_in = size;
	stream.next_out = packed;
	stream.avail_out = cap;
	(void)!lzma_code(&stream, LZMA_FINISH);
	buf_add(out, packed, cap - stream.avail_out);
	lzma_end(&stream);
	free(packed);
}

static inline void put_gzip(struct buf *out, const char *data, size_t size)
{
	z_stream stream = {0};
	size_t cap = size + size / 100 + 1024;
	unsigned char *packed = malloc(cap);

	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	stream.next_in = (Bytef *)data;
	stream.avail_in = (uInt)size;
	stream.next_out = packed;
	stream.avail_out = (uInt)cap;
	deflate(&stream, Z_FINISH);
	buf_add(out, packed, cap - stream.avail_out);
	deflateEnd(&stream);
	free(packed);
}

static inline void put_packed(
	struct buf *out, enum compression compression, const void *data, size_t size)
{
	size_t cap = ZSTD_compressBound(size) + size / 50 + 1024;
	unsigned int bz = (unsigned int)cap;
	char *packed;

	switch (compression) {
	case COMPRESSION_GZIP:
		put_gzip(out, data, size);
		break;
	case COMPRESSION_BZIP2:
		packed = malloc(cap);
		BZ2_bzBuffToBuffCompress(packed, &bz, (char *)data, (unsigned int)size, 9, 0, 0);
		buf_add(out, packed, bz);
		free(packed);
		break;
	case COMPRESSION_LZMA:
	case COMPRESSION_XZ:
		put_lzma(out, data, size, compression == COMPRESSION_LZMA);
		break;
	case COMPRESSION_LZO:
		put_lzo(out, data, size);
		break;
	case COMPRESSION_LZ4:
		put_lz4(out, data, size);
		break;
	case COMPRESSION_ZSTD:
		packed = malloc(cap);
		buf_add(out, packed, ZSTD_compress(packed, cap, data, size, 1));
		free(packed);
		break;
	default:
		buf_add(out, data, size);
	}
}

/* Two sectors of setup, `gap` bytes of code, the payload with its length, something behind. */
static inline void build_bzimage(
	struct buf *out, enum compression compression, const void *kernel, size_t size)
{
	struct buf payload = {0};
	const uint32_t gap = 100;

	put_packed(&payload, compression, kernel, size);
	if (compression != COMPRESSION_GZIP)
		put_number(&payload, size, 4, false);
	buf_pad(out, '\0', 3 * 512);
	out->data[0x1f1] = 2;
	set_number(out, 0x1fe, 0xaa55, 2, false);
	memcpy(out->data + 0x202, "HdrS", 4);
	set_number(out, 0x206, 0x20f, 2, false);
	set_number(out, 0x248, gap, 4, false);
	set_number(out, 0x24c, payload.len, 4, false);
	buf_pad(out, '\x1f', gap);
	buf_add(out, payload.data, payload.len);
	buf_pad(out, '\xcc', 64);
	set_number(out, 0x1f4, (out->len - 3 * 512 + 15) / 16, 4, false);
	buf_deinit(&payload);
}

static inline void build_zboot(
	struct buf *out, enum compression compression, const void *kernel, size_t size)
{
	struct buf payload = {0};

	put_packed(&payload, compression, kernel, size);
	buf_add(out, "MZ\0\0zimg", 8);
	put_number(out, 512, 4, false);
	put_number(out, payload.len, 4, false);
	buf_pad(out, '\0', 8);
	buf_add(out, compression_word(compression), strlen(compression_word(compression)) + 1);
	buf_pad(out, '\0', 512 - out->len);
	buf_add(out, payload.data, payload.len);
	put_number(out, size, 4, false);
	buf_deinit(&payload);
}

/* The 64 bytes of an Image's header and what follows. */
static inline void build_arm64(struct buf *out, const void *rest, size_t size)
{
	buf_add(out, "MZ", 2);
	buf_pad(out, '\0', 54);
	buf_add(out, "ARM\x64", 4);
	buf_pad(out, '\0', 4);
	buf_add(out, rest, size);
}

static inline void build_riscv(struct buf *out, const void *rest, size_t size)
{
	buf_add(out, "MZ", 2);
	buf_pad(out, '\0', 46);
	buf_add(out, "RISCV\0\0\0RSC\x05\0\0\0\0", 16);
	buf_add(out, rest, size);
}

#define BUILD_VERSION "#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-08-29)"
#define BUILD_BANNER(release, version)                                                             \
	"Linux version " release " (debian-kernel@lists.debian.org) (gcc-14 (Debian 14.2.0-19) "   \
	"14.2.0, GNU ld (GNU Binutils for Debian) 2.44) " version "\n"

#endif
