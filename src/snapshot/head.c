/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of a snapshot: nine tenths of the file are the cells, which come later. */
#include <stdlib.h>

#include "snapshot/file.h"
#include "snapshot/lean.h"
#include "util/argument.h"
#include "util/decompress.h"

/* The configuration of a kernel has some 250 KiB. */
#define HEAD_MAX_BYTES (512u * 1024)

/* What kcompat writes before this member: identity, source, environment, configuration. */
#define AFTER_HEAD "contexts"

/* The first bytes of a file that may be compressed. The caller frees *unpacked. */
static size_t unpack_head(const struct buf *bytes, char **unpacked, const char **ret)
{
	*ret = buf_text(bytes);
	if (compression_detect(buf_text(bytes), bytes->len) != COMPRESSION_GZIP)
		return bytes->len;
	*ret = *unpacked = malloc(HEAD_MAX_BYTES);
	return *unpacked ? decompress_head(COMPRESSION_GZIP, bytes->data, bytes->len, *unpacked,
				   HEAD_MAX_BYTES)
			 : 0;
}

struct error *load_snapshot_head(
	const char *path, const char *const *names, size_t name_cnt, struct snapshot **ret)
{
	_cleanup_buf_ struct buf bytes = {0}, head = {0};
	char *unpacked = NULL;
	const char *text;
	struct error *error = input_read_kernel(path, SNAPSHOT_SIZE_MAX_BYTES, &bytes);

	if (error)
		return error;
	size_t len = unpack_head(&bytes, &unpacked, &text);
	bool found = len && lean_head(text, len, AFTER_HEAD, names, name_cnt, &head);
	free(unpacked);
	if (head.failed)
		return error_no_memory();
	/* Another program may write the members in another order. */
	return found ? error_prefix(load_snapshot_bytes(buf_text(&head), head.len, ret), "%s",
			       input_name(path))
		     : load_snapshot_of(path, NULL, 0, ret);
}
