/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot of any bytes: what is accepted must be written and read again without a difference. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/file.h"
#include "snapshot/lean.h"
#include "util/array.h"
#include "util/decompress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(const struct snapshot *snapshot, struct buf *out)
{
	const struct render_json_options options = {.addresses = true};

	if (render_json(snapshot, &options, out))
		abort();
}

/* What is accepted as a whole is accepted without the cells that nobody asks. */
static void check_lean(const uint8_t *data, size_t size, bool accepted)
{
	static const char *const names[] = {"bpf_a", "bpf_loop"};
	_cleanup_buf_ struct buf lean = {0};
	struct snapshot *snapshot = NULL;

	lean_text((const char *)data, size, names, ARRAY_SIZE(names), &lean);
	struct error *error = load_snapshot_bytes(buf_text(&lean), lean.len, &snapshot);
	if (error && accepted && compression_detect(data, size) == COMPRESSION_NONE)
		abort();
	error_free(error);
	snapshot_destroy(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf first = {0}, second = {0};
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(data, size, &snapshot);

	check_lean(data, size, !error);
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
