/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot of any bytes: what is accepted must be written and read again without a difference. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(const struct snapshot *snapshot, struct buf *out)
{
	const struct render_json_options options = {.addresses = true};

	if (render_json(snapshot, &options, out))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf first = {0}, second = {0};
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(data, size, &snapshot);

	if (error) {
		error_free(error);
		return 0;
	}
	render(snapshot, &first);
	snapshot_destroy(snapshot);
	if (load_snapshot_bytes(buf_text(&first), first.len, &snapshot))
		abort();
	render(snapshot, &second);
	snapshot_destroy(snapshot);
	if (strcmp(buf_text(&first), buf_text(&second)))
		abort();
	return 0;
}
