/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What agents ask a kernel for before they start, as `kcompat require` would answer it. */
#ifndef KCOMPAT_CLI_AGENT_FEATURES_H
#define KCOMPAT_CLI_AGENT_FEATURES_H

#include "kernel/kernel.h"
#include "render/render.h"
#include "snapshot/snapshot.h"
#include "util/error.h"
#include "util/pool.h"

/*
 * Answers from the snapshot and from the files of the same kernel. *ret and its texts live in
 * `pool`, in the snapshot or in the kernel.
 */
struct error *agent_features_answer(const struct snapshot *snapshot, const struct kernel *kernel,
	struct pool *pool, struct summary_answer **ret, size_t *cnt);

#endif
