/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two kernels, for a person and as docs/schema/diff.json. Both append to `out`. */
#ifndef KCOMPAT_RENDER_DIFF_H
#define KCOMPAT_RENDER_DIFF_H

#include "history/diff.h"
#include "util/buf.h"

#define DIFF_SCHEMA "kcompat/diff/1"

void render_diff_text(const struct history *history, const struct differences *differences,
	size_t width, struct buf *out);
/* In render/json.c. */
struct error *render_json_diff(const struct history *history, const struct difference *differences,
	size_t difference_cnt, struct buf *out);

#endif
