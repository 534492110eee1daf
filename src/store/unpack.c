/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/opened.h"

#include <stdlib.h>
#include <zstd.h>

struct error *store_damaged(const char *why)
{
	return error_create(ERROR_INPUT, "make it again with kcompat scan --store",
		"the store is damaged: %s", why);
}

/* One frame says how long it is, and nothing stands behind it. */
static const char *check_frame(const unsigned char *data, size_t size, size_t want)
{
	if (ZSTD_findFrameCompressedSize(data, size) != size)
		return "a part of it is not packed with zstd";
	return ZSTD_getFrameContentSize(data, size) == want
		? NULL
		: "a part of it has another length than its header says";
}

struct error *store_unpack(
	ZSTD_DCtx *unpacker, const unsigned char *data, size_t size, size_t want, unsigned char **ret)
{
	const char *why = check_frame(data, size, want);
	unsigned char *out = why ? NULL : malloc(want + 1);

	if (why)
		return store_damaged(why);
	if (!out)
		return error_no_memory();
	if (ZSTD_decompressDCtx(unpacker, out, want, data, size) != want) {
		free(out);
		return store_damaged("a part of it cannot be unpacked");
	}
	*ret = out;
	return NULL;
}
