/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One compressed stream in memory, in any format of a kernel image or module (the CONFIG_KERNEL_*
 * and CONFIG_MODULE_COMPRESS_* choices of linux). Bytes after the stream are ignored: images put
 * the unpacked length, a signature or padding there. Thread-safe.
 */
#ifndef KCOMPAT_UTIL_DECOMPRESS_H
#define KCOMPAT_UTIL_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/*
 * X(enumerator, word). LZ4 is the legacy frame ("lz4 -l"), LZ4_FRAME the one that lz4 writes by
 * default, LZO the file format of lzop, LZMA the ".lzma" one. zImages of arm and s390x need no more.
 */
#define COMPRESSIONS(X)                                                                            \
	X(NONE, "none")                                                                            \
	X(GZIP, "gzip")                                                                            \
	X(BZIP2, "bzip2")                                                                          \
	X(LZMA, "lzma")                                                                            \
	X(XZ, "xz")                                                                                \
	X(LZO, "lzo")                                                                              \
	X(LZ4, "lz4")                                                                              \
	X(LZ4_FRAME, "lz4-frame")                                                                  \
	X(ZSTD, "zstd")

enum compression {
#define COMPRESSION_ENUM(name, word) COMPRESSION_##name,
	COMPRESSIONS(COMPRESSION_ENUM)
#undef COMPRESSION_ENUM
		COMPRESSION_CNT
};

const char *compression_word(enum compression compression);
/* By the magic number at the start of the data; NONE for an unknown one. */
enum compression compression_detect(const void *data, size_t size_bytes);

struct decompressed {
	unsigned char *data; /* malloc'd; NULL: no bytes were unpacked */
	size_t size_bytes;
	size_t consumed_bytes; /* where the stream ended in the input */
	size_t reached_bytes;  /* unpacked before an error: a measure of the work done */
};

/*
 * Unpacks data that compression_detect() recognised. `expected_bytes` is a hint for the first
 * allocation, 0 when unknown. ERROR_INPUT: the result exceeds `max_bytes`, or the input is
 * damaged or truncated. On an error, only reached_bytes of *ret is set.
 */
struct error *decompress(enum compression compression, const void *data, size_t size_bytes,
	size_t expected_bytes, size_t max_bytes, struct decompressed *ret);
/*
 * So many bytes of a stream are enough to unpack its first ones. Some formats give nothing before a
 * whole block was read. The largest one is the 8 MiB of the legacy lz4 frame, where nothing got smaller.
 */
#define DECOMPRESS_BLOCK_MAX_BYTES (9u << 20)
/*
 * Unpacks the first `size_bytes_out` bytes, or fewer if the stream is shorter or damaged.
 * Returns how many, 0 when nothing could be unpacked.
 */
size_t decompress_head(enum compression compression, const void *data, size_t size_bytes, void *out,
	size_t size_bytes_out);
/* Is compressed data cut before its first `want` bytes come out, so that more of it would help? */
bool decompress_head_is_short(const void *data, size_t size_bytes, size_t want_bytes);

#endif
