/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One load for each kernel function: does the verifier let an fentry program name it? */
#ifndef KCOMPAT_PROBE_FENTRY_H
#define KCOMPAT_PROBE_FENTRY_H

#include "inventory/contexts.h"
#include "probe/load.h"

/*
 * Fills `fentry` of the snapshot's functions. `context` is the context fentry after its controls: its
 * state tells whether a load says anything.
 */
struct error *fentry_try(const struct bpf_sys *sys, const struct kernel *kernel,
	const struct probe_context *context, struct snapshot *snapshot);

#endif
