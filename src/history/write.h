/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many snapshots as one history, see history/file.h for the form. */
#ifndef KCOMPAT_HISTORY_WRITE_H
#define KCOMPAT_HISTORY_WRITE_H

#include "history/file.h"
#include "util/buf.h"

/* kernels[].file, tail and size_bytes may be empty. Equal kernels give equal bytes. */
struct error *render_json_history(
	const struct history_kernel *kernels, size_t kernel_cnt, struct buf *out);

#endif
