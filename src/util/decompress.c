/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/decompress.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* A block of the legacy frame unpacks to this or less (LEGACY_BLOCKSIZE of the lz4 tool). */
#define LZ4_BLOCK_SIZE_BYTES (8u * 1024 * 1024)
/* The block size lzop and linux lib/decompress_unlzo.c use; larger ones are refused there too. */
#define LZO_BLOCK_SIZE_BYTES (256u * 1024)
/* No kernel uses a larger dictionary (xz -9 has 64 MiB, zstd --ultra -22 has 128 MiB). */
#define WINDOW_MAX_BYTES (160u * 1024 * 1024)
#define FIRST_SIZE_BYTES (64u * 1024)

const char *compression_word(enum compression compression)
{
	static const char *const words[] = {
#define COMPRESSION_WORD(name, word) word,
		COMPRESSIONS(COMPRESSION_WORD)
#undef COMPRESSION_WORD
	};

	return (unsigned int)compression < COMPRESSION_CNT ? words[compression] : "unknown";
}

struct stream {
	const unsigned char *in;
	size_t in_size, in_used;
	unsigned char *out;
	size_t out_size, out_cap, max;
	bool head; /* only the first bytes are wanted: `out` is the caller's, and may fill up */
	bool full; /* with `head`: `out` is full */
};

/* Succeeds when the whole stream was read, or when stream->full is set. */
typedef struct error *(*unpack_fn)(struct stream *stream);

static struct error *decompress_damaged(const char *what)
{
	return error_create(ERROR_INPUT, NULL, "%s", what);
}

static struct error *too_early(void)
{
	return decompress_damaged("the compressed data is truncated");
}

/* Makes room for at least one byte. If a head is full, sets stream->full and succeeds. */
static struct error *decompress_make_room(struct stream *stream)
{
	if (stream->out_size < stream->out_cap)
		return NULL;
	if (stream->head) {
		stream->full = true;
		return NULL;
	}
	/* One byte over the limit distinguishes a stream that ends there from a longer one. */
	if (stream->out_cap > stream->max)
		return error_create(
			ERROR_INPUT, NULL, "unpacks to more than %zu bytes", stream->max);
	size_t cap = stream->out_cap ? stream->out_cap : FIRST_SIZE_BYTES / 2;
	cap = cap > stream->max / 2 ? stream->max + 1 : cap * 2;
	unsigned char *out = realloc(stream->out, cap);
	if (!out)
		return error_no_memory();
	stream->out = out;
	stream->out_cap = cap;
	return NULL;
}

static unsigned int chunk(size_t size)
{
	return size > INT_MAX ? INT_MAX : (unsigned int)size;
}

static struct error *unpack_gzip(struct stream *stream)
{
	z_stream z = {0};
	struct error *error = NULL;
	int status = Z_OK;

	/* 15 bits of window, plus 16: a gzip header and trailer. */
	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return error_no_memory();
	while (!error && !stream->full && status != Z_STREAM_END) {
		error = decompress_make_room(stream);
		if (error || stream->full)
			break;
		unsigned int in = chunk(stream->in_size - stream->in_used);
		unsigned int out = chunk(stream->out_cap - stream->out_size);
		z.next_in = (Bytef *)stream->in + stream->in_used;
		z.avail_in = in;
		z.next_out = stream->out + stream->out_size;
		z.avail_out = out;
		status = inflate(&z, Z_NO_FLUSH);
		stream->in_used += in - z.avail_in;
		stream->out_size += out - z.avail_out;
		if (status == Z_MEM_ERROR)
			error = error_no_memory();
		else if (status == Z_BUF_ERROR && !z.avail_in)
			error = too_early();
		else if (status != Z_OK && status != Z_STREAM_END)
			error = decompress_damaged(z.msg ? z.msg : "damaged gzip data");
	}
	inflateEnd(&z);
	return error;
}

static struct error *unpack_bzip2(struct stream *stream)
{
	bz_stream bz = {0};
	struct error *error = NULL;
	int status = BZ_OK;

	if (BZ2_bzDecompressInit(&bz, 0, 0) != BZ_OK)
		return error_no_memory();
	while (!error && !stream->full && status != BZ_STREAM_END) {
		error = decompress_make_room(stream);
		if (error || stream->full)
			break;
		unsigned int in = chunk(stream->in_size - stream->in_used);
		unsigned int out = chunk(stream->out_cap - stream->out_size);
		bz.next_in = (char *)stream->in + stream->in_used;
		bz.avail_in = in;
		bz.next_out = (char *)stream->out + stream->out_size;
		bz.avail_out = out;
		status = BZ2_bzDecompress(&bz);
		stream->in_used += in - bz.avail_in;
		stream->out_size += out - bz.avail_out;
		if (status == BZ_MEM_ERROR)
			error = error_no_memory();
		else if (status != BZ_OK && status != BZ_STREAM_END)
			error = decompress_damaged("damaged bzip2 data");
		else if (status == BZ_OK && !bz.avail_in && bz.avail_out)
			error = too_early();
	}
	BZ2_bzDecompressEnd(&bz);
	return error;
}

static struct error *lzma_failure(lzma_ret status)
{
	switch (status) {
	case LZMA_MEM_ERROR:
		return error_no_memory();
	case LZMA_MEMLIMIT_ERROR:
		return decompress_damaged("the dictionary is larger than in any kernel");
	case LZMA_BUF_ERROR:
		return too_early();
	default:
		return decompress_damaged("damaged xz or lzma data");
	}
}

static struct error *run_lzma(struct stream *stream, lzma_stream *lzma)
{
	lzma_ret status = LZMA_OK;

	while (status == LZMA_OK) {
		struct error *error = decompress_make_room(stream);
		if (error || stream->full)
			return error;
		size_t in = stream->in_size - stream->in_used;
		size_t out = stream->out_cap - stream->out_size;
		lzma->next_in = stream->in + stream->in_used;
		lzma->avail_in = in;
		lzma->next_out = stream->out + stream->out_size;
		lzma->avail_out = out;
		status = lzma_code(lzma, LZMA_RUN);
		stream->in_used += in - lzma->avail_in;
		stream->out_size += out - lzma->avail_out;
		/* liblzma reports missing progress only on the second call. */
		if (status == LZMA_OK && !lzma->avail_in && lzma->avail_out)
			status = LZMA_BUF_ERROR;
	}
	return status == LZMA_STREAM_END ? NULL : lzma_failure(status);
}

static struct error *unpack_xz(struct stream *stream)
{
	lzma_stream lzma = LZMA_STREAM_INIT;

	if (lzma_stream_decoder(&lzma, WINDOW_MAX_BYTES, 0) != LZMA_OK)
		return error_no_memory();
	struct error *error = run_lzma(stream, &lzma);
	lzma_end(&lzma);
	return error;
}

static struct error *unpack_lzma(struct stream *stream)
{
	lzma_stream lzma = LZMA_STREAM_INIT;

	if (lzma_alone_decoder(&lzma, WINDOW_MAX_BYTES) != LZMA_OK)
		return error_no_memory();
	struct error *error = run_lzma(stream, &lzma);
	lzma_end(&lzma);
	return error;
}

static struct error *run_zstd(struct stream *stream, ZSTD_DCtx *context)
{
	ZSTD_inBuffer in = {stream->in, stream->in_size, 0};
	size_t left = 1;

	/* 0: the frame is complete and all of its bytes are in the output. */
	while (left) {
		struct error *error = decompress_make_room(stream);
		if (error || stream->full)
			return error;
		ZSTD_outBuffer out = {stream->out, stream->out_cap, stream->out_size};
		size_t before = in.pos;
		left = ZSTD_decompressStream(context, &out, &in);
		bool moved = in.pos != before || out.pos != stream->out_size;
		stream->in_used = in.pos;
		stream->out_size = out.pos;
		if (ZSTD_isError(left))
			return decompress_damaged(ZSTD_getErrorName(left));
		if (left && !moved)
			return too_early();
	}
	return NULL;
}

/*
 * Unpacks a frame that fits into the buffer in one step. Streaming would allocate a window as
 * large as the image. False: nothing was done.
 */
static bool unpack_zstd_frame(struct stream *stream, ZSTD_DCtx *context)
{
	size_t frame = ZSTD_findFrameCompressedSize(stream->in, stream->in_size);

	if (stream->head || !stream->out_cap || ZSTD_isError(frame))
		return false;
	size_t got = ZSTD_decompressDCtx(context, stream->out, stream->out_cap, stream->in, frame);
	if (ZSTD_isError(got))
		return false;
	stream->in_used = frame;
	stream->out_size = got;
	return true;
}

static struct error *unpack_zstd(struct stream *stream)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();

	if (!context)
		return error_no_memory();
	if (unpack_zstd_frame(stream, context)) {
		ZSTD_freeDCtx(context);
		return NULL;
	}
	ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
	/* zstd -22 --ultra uses a window of 2^27 bytes. */
	ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27);
	struct error *error = run_zstd(stream, context);
	ZSTD_freeDCtx(context);
	return error;
}

static bool decompress_take(struct stream *stream, void *out, size_t size)
{
	if (size > stream->in_size - stream->in_used)
		return false;
	memcpy(out, stream->in + stream->in_used, size);
	stream->in_used += size;
	return true;
}

static bool take_be32(struct stream *stream, uint32_t *ret)
{
	unsigned char bytes[4];

	if (!decompress_take(stream, bytes, sizeof(bytes)))
		return false;
	*ret = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
		bytes[3];
	return true;
}

static bool take_le32(struct stream *stream, uint32_t *ret)
{
	if (!take_be32(stream, ret))
		return false;
	*ret = __builtin_bswap32(*ret);
	return true;
}

static struct error *decompress_append(struct stream *stream, const unsigned char *data, size_t size)
{
	while (size && !stream->full) {
		struct error *error = decompress_make_room(stream);
		if (error)
			return error;
		size_t room = stream->out_cap - stream->out_size;
		size_t part = size < room ? size : room;
		memcpy(stream->out + stream->out_size, data, part);
		stream->out_size += part;
		data += part;
		size -= part;
	}
	return NULL;
}

static const unsigned char lz4_magic[] = {0x02, 0x21, 0x4c, 0x18};

static struct error *unpack_lz4_blocks(struct stream *stream, unsigned char *block)
{
	uint32_t size;

	/*
	 * The frame has no end mark. It ends where the next block size is implausible. In an image,
	 * the unpacked length follows, and it is larger than the rest of the input.
	 */
	while (!stream->full && take_le32(stream, &size)) {
		if (size == 0x184c2102) /* frames may follow each other */
			continue;
		if (!size || size > stream->in_size - stream->in_used ||
			size > (uint32_t)LZ4_COMPRESSBOUND(LZ4_BLOCK_SIZE_BYTES)) {
			stream->in_used -= sizeof(size);
			return stream->out_size ? NULL : too_early();
		}
		int got = LZ4_decompress_safe((const char *)stream->in + stream->in_used,
			(char *)block, (int)size, (int)LZ4_BLOCK_SIZE_BYTES);
		if (got < 0)
			return decompress_damaged("damaged lz4 data");
		stream->in_used += size;
		struct error *error = decompress_append(stream, block, (size_t)got);
		if (error)
			return error;
		/* Only the last block is shorter. */
		if ((unsigned int)got < LZ4_BLOCK_SIZE_BYTES)
			return NULL;
	}
	return stream->out_size ? NULL : too_early();
}

static struct error *unpack_lz4(struct stream *stream)
{
	unsigned char *block = malloc(LZ4_BLOCK_SIZE_BYTES);

	if (!block)
		return error_no_memory();
	stream->in_used = sizeof(lz4_magic);
	struct error *error = unpack_lz4_blocks(stream, block);
	free(block);
	return error;
}

static const unsigned char lz4_frame_magic[] = {0x04, 0x22, 0x4d, 0x18};

/* Flags of the header (doc/lz4_Frame_format.md of lz4). */
#define LZ4_FRAME_VERSION 0xc0u
#define LZ4_FRAME_BLOCK_SUM 0x10u
#define LZ4_FRAME_SIZE 0x08u
#define LZ4_FRAME_SUM 0x04u
#define LZ4_FRAME_DICTIONARY 0x01u
#define LZ4_FRAME_STORED 0x80000000u /* of a block's size: it is not compressed */
#define LZ4_WINDOW_BYTES 65536u      /* a block may refer to so many bytes before it */

static struct error *lz4_frame_header(struct stream *stream, unsigned int *flags, size_t *block_max)
{
	unsigned char head[2], rest[9];

	stream->in_used = sizeof(lz4_frame_magic);
	if (!decompress_take(stream, head, sizeof(head)))
		return too_early();
	*flags = head[0];
	unsigned int size = head[1] >> 4 & 7;
	if ((head[0] & LZ4_FRAME_VERSION) != 0x40 || (head[0] & LZ4_FRAME_DICTIONARY) || size < 4)
		return decompress_damaged("an lz4 frame of an unknown kind");
	*block_max = (size_t)1 << (8 + 2 * size);
	/* The size of the content, and a checksum. */
	return decompress_take(stream, rest, head[0] & LZ4_FRAME_SIZE ? 9 : 1) ? NULL : too_early();
}

/* `window` has *before bytes in front of it. The block comes behind them, and moves into their place. */
static struct error *lz4_frame_block(
	struct stream *stream, uint32_t word, size_t block_max, unsigned char *window, size_t *before)
{
	uint32_t size = word & ~LZ4_FRAME_STORED;
	unsigned char *block = window + LZ4_WINDOW_BYTES;
	int got = (int)size;

	if (size > block_max)
		return decompress_damaged("damaged lz4 data");
	if (size > stream->in_size - stream->in_used)
		return too_early();
	const unsigned char *data = stream->in + stream->in_used;
	stream->in_used += size;
	if (word & LZ4_FRAME_STORED)
		memcpy(block, data, size);
	else
		got = LZ4_decompress_safe_usingDict((const char *)data, (char *)block, (int)size,
			(int)block_max, (const char *)block - *before, (int)*before);
	if (got < 0)
		return decompress_damaged("damaged lz4 data");
	struct error *error = decompress_append(stream, block, (size_t)got);
	size_t kept = *before + (size_t)got;
	*before = kept < LZ4_WINDOW_BYTES ? kept : LZ4_WINDOW_BYTES;
	memmove(block - *before, block + got - *before, *before);
	return error;
}

/* liblz4 reads frames, too. Its static form needs another library for that on some systems. */
static struct error *unpack_lz4_frame(struct stream *stream)
{
	unsigned char sum[4];
	unsigned int flags = 0;
	size_t block_max = 0, before = 0;
	uint32_t word;
	struct error *error = lz4_frame_header(stream, &flags, &block_max);
	unsigned char *window = error ? NULL : malloc(LZ4_WINDOW_BYTES + block_max);

	if (!error && !window)
		error = error_no_memory();
	while (!error && !stream->full) {
		if (!take_le32(stream, &word)) {
			error = too_early();
			break;
		}
		if (!word) {
			if ((flags & LZ4_FRAME_SUM) && !decompress_take(stream, sum, sizeof(sum)))
				error = too_early();
			break;
		}
		error = lz4_frame_block(stream, word, block_max, window, &before);
		if (!error && !stream->full && (flags & LZ4_FRAME_BLOCK_SUM) &&
			!decompress_take(stream, sum, sizeof(sum)))
			error = too_early();
	}
	free(window);
	return error;
}

static const unsigned char lzo_magic[] = {0x89, 'L', 'Z', 'O', 0, 13, 10, 26, 10};

/* Flags of the header of an lzop file (lzop's src/conf.h; linux lib/decompress_unlzo.c). */
#define LZOP_ADLER32_D 0x1u
#define LZOP_ADLER32_C 0x2u
#define LZOP_EXTRA_FIELD 0x40u
#define LZOP_CRC32_D 0x100u
#define LZOP_CRC32_C 0x200u
#define LZOP_FILTER 0x800u

static struct error *lzop_header(struct stream *stream, uint32_t *flags)
{
	unsigned char versions[6], method[2] = {0}, rest[12], name_len;
	uint32_t filter;

	stream->in_used = sizeof(lzo_magic);
	if (!decompress_take(stream, versions, sizeof(versions)))
		return too_early();
	unsigned int version = (unsigned int)versions[0] << 8 | versions[1];
	/* Version 0.940 added the level and the third word of the time stamp. */
	bool modern = version >= 0x940;
	if (!decompress_take(stream, method, modern ? 2 : 1) || !take_be32(stream, flags))
		return too_early();
	if (*flags & LZOP_EXTRA_FIELD)
		return decompress_damaged("lzo with an extra field is not supported");
	if ((*flags & LZOP_FILTER) && !take_be32(stream, &filter))
		return too_early();
	/* mode, time stamp, length of the name; then the name and a checksum. */
	if (!decompress_take(stream, rest, modern ? 12 : 8) || !decompress_take(stream, &name_len, 1))
		return too_early();
	if (stream->in_size - stream->in_used < (size_t)name_len + 4)
		return too_early();
	stream->in_used += (size_t)name_len + 4;
	return NULL;
}

static struct error *lzop_block(struct stream *stream, uint32_t size, uint32_t flags)
{
	unsigned char *block, buffer[16];
	uint32_t packed;

	if (!take_be32(stream, &packed))
		return too_early();
	if (size > LZO_BLOCK_SIZE_BYTES || !packed || packed > size)
		return decompress_damaged("damaged lzo data: bad block size");
	size_t sums = 4 * (!!(flags & LZOP_ADLER32_D) + !!(flags & LZOP_CRC32_D));
	if (packed < size)
		sums += 4 * (!!(flags & LZOP_ADLER32_C) + !!(flags & LZOP_CRC32_C));
	if (!decompress_take(stream, buffer, sums) || packed > stream->in_size - stream->in_used)
		return too_early();
	const unsigned char *data = stream->in + stream->in_used;
	stream->in_used += packed;
	if (packed == size)
		return decompress_append(stream, data, size);
	block = malloc(size);
	if (!block)
		return error_no_memory();
	lzo_uint got = size;
	struct error *error = NULL;
	if (lzo1x_decompress_safe(data, packed, block, &got, NULL) != LZO_E_OK || got != size)
		error = decompress_damaged("damaged lzo data");
	else
		error = decompress_append(stream, block, size);
	free(block);
	return error;
}

static struct error *unpack_lzo(struct stream *stream)
{
	uint32_t flags, size;

	if (lzo_init() != LZO_E_OK)
		return decompress_damaged("the lzo library does not work");
	struct error *error = lzop_header(stream, &flags);
	while (!error && !stream->full) {
		if (!take_be32(stream, &size))
			return too_early();
		/* A block of length 0 ends the file. */
		if (!size)
			return NULL;
		error = lzop_block(stream, size, flags);
	}
	return error;
}

static const unsigned char gzip_magic[] = {0x1f, 0x8b, 8};
static const unsigned char bzip2_magic[] = {'B', 'Z', 'h'};
/* Every tool writes lc 3, lp 0, pb 2 and a dictionary size that is a multiple of 64 KiB. */
static const unsigned char lzma_magic[] = {0x5d, 0, 0};
static const unsigned char xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
static const unsigned char zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};

#define MAGIC(array) array, sizeof(array)

static const struct {
	const unsigned char *magic;
	size_t magic_size;
	unpack_fn unpack;
} codecs[COMPRESSION_CNT] = {
	[COMPRESSION_GZIP] = {MAGIC(gzip_magic), unpack_gzip},
	[COMPRESSION_BZIP2] = {MAGIC(bzip2_magic), unpack_bzip2},
	[COMPRESSION_LZMA] = {MAGIC(lzma_magic), unpack_lzma},
	[COMPRESSION_XZ] = {MAGIC(xz_magic), unpack_xz},
	[COMPRESSION_LZO] = {MAGIC(lzo_magic), unpack_lzo},
	[COMPRESSION_LZ4] = {MAGIC(lz4_magic), unpack_lz4},
	[COMPRESSION_LZ4_FRAME] = {MAGIC(lz4_frame_magic), unpack_lz4_frame},
	[COMPRESSION_ZSTD] = {MAGIC(zstd_magic), unpack_zstd},
};

static bool decompress_is_of(enum compression compression, const void *data, size_t size)
{
	return (unsigned int)compression < COMPRESSION_CNT && codecs[compression].unpack &&
		size >= codecs[compression].magic_size &&
		!memcmp(data, codecs[compression].magic, codecs[compression].magic_size);
}

enum compression compression_detect(const void *data, size_t size)
{
	for (int i = COMPRESSION_NONE + 1; i < COMPRESSION_CNT; i++) {
		if (decompress_is_of((enum compression)i, data, size))
			return (enum compression)i;
	}
	return COMPRESSION_NONE;
}

/* Doubling may leave much of the buffer unused: frees that part. */
static void shrink(struct stream *stream)
{
	unsigned char *out = NULL;

	if (stream->out_cap - stream->out_size > FIRST_SIZE_BYTES && stream->out_size)
		out = realloc(stream->out, stream->out_size);
	stream->out = out ? out : stream->out;
}

struct error *decompress(enum compression compression, const void *data, size_t size,
	size_t expected, size_t max, struct decompressed *ret)
{
	struct stream stream = {.in = data, .in_size = size, .max = max};
	struct error *error = NULL;

	*ret = (struct decompressed) {0};
	if (!decompress_is_of(compression, data, size))
		return error_create(ERROR_INPUT, NULL, "%s: not compressed as it was said to be",
			compression_word(compression));
	/* The hint may be hostile. If it is too large, the extra pages are never touched. */
	if (expected && expected <= max) {
		stream.out = malloc(expected + 1);
		stream.out_cap = stream.out ? expected + 1 : 0;
	}
	error = codecs[compression].unpack(&stream);
	if (!error && stream.out_size > max)
		error = error_create(ERROR_INPUT, NULL, "unpacks to more than %zu bytes", max);
	ret->reached_bytes = stream.out_size;
	if (error) {
		free(stream.out);
		return error_prefix(error, "%s", compression_word(compression));
	}
	shrink(&stream);
	ret->data = stream.out;
	ret->size_bytes = stream.out_size;
	ret->consumed_bytes = stream.in_used;
	return NULL;
}

size_t decompress_head(
	enum compression compression, const void *data, size_t size, void *out, size_t out_size)
{
	struct stream stream = {
		.in = data, .in_size = size, .out = out, .out_cap = out_size, .head = true};

	if (!decompress_is_of(compression, data, size))
		return 0;
	error_free(codecs[compression].unpack(&stream));
	return stream.out_size;
}

bool decompress_head_is_short(const void *data, size_t size, size_t want)
{
	enum compression compression = compression_detect(data, size);

	if (compression == COMPRESSION_NONE || size >= DECOMPRESS_BLOCK_MAX_BYTES)
		return false;
	unsigned char *head = malloc(want);
	size_t got = head ? decompress_head(compression, data, size, head, want) : want;
	free(head);
	return got < want;
}
