/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/gzip.h"

#include <zlib.h>

/* The default of gzip(1). Level 9 takes twice the time and saves a tenth. */
#define LEVEL 6
/* zlib counts what is left in an unsigned int. */
#define STEP_MAX_BYTES (1u << 30)

struct error *gzip_add(struct buf *out, const void *data, size_t size_bytes)
{
	const Bytef *at = data;
	unsigned char chunk[16384];
	z_stream z = {0};
	int status = Z_OK;

	/* 15 bits of window, plus 16 for a gzip header without a time. */
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return error_no_memory();
	while (status == Z_OK) {
		if (!z.avail_in) {
			z.next_in = (Bytef *)at;
			z.avail_in =
				size_bytes < STEP_MAX_BYTES ? (uInt)size_bytes : STEP_MAX_BYTES;
			at += z.avail_in;
			size_bytes -= z.avail_in;
		}
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		status = deflate(&z, size_bytes ? Z_NO_FLUSH : Z_FINISH);
		buf_add(out, chunk, sizeof(chunk) - z.avail_out);
	}
	deflateEnd(&z);
	return status == Z_STREAM_END && !out->failed ? NULL : error_no_memory();
}
