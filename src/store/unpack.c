/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/opened.h"

#include <stdlib.h>

#include "util/decompress.h"

struct error *store_damaged(const char *why)
{
	return error_create(ERROR_INPUT, "make it again with kcompat scan --store",
		"the store is damaged: %s", why);
}

struct error *store_unpack(const unsigned char *data, size_t size, size_t want, unsigned char **ret)
{
	struct decompressed unpacked = {0};

	if (compression_detect(data, size) != COMPRESSION_ZSTD)
		return store_damaged("a part of it is not packed with zstd");
	struct error *error = decompress(COMPRESSION_ZSTD, data, size, want, want, &unpacked);
	if (error && error->code == ERROR_INPUT) {
		error_free(error);
		return store_damaged("a part of it cannot be unpacked");
	}
	if (!error && (unpacked.size_bytes != want || unpacked.consumed_bytes != size || !unpacked.data)) {
		free(unpacked.data);
		return store_damaged("a part of it has another length than its header says");
	}
	*ret = unpacked.data;
	return error;
}
