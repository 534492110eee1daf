/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many snapshots as one history, see load_history.h for the form. */
#ifndef KCOMPAT_RENDER_JSON_HISTORY_H
#define KCOMPAT_RENDER_JSON_HISTORY_H

#include "load_history.h"
#include "util_buf.h"

/* kernels[].file, tail and size_bytes may be empty. Equal kernels give equal bytes. */
struct error *render_json_history(
	const struct history_kernel *kernels, size_t kernel_cnt, struct buf *out);

#endif
