/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One load for each kernel function: does the verifier accept it as the target of an fentry program? */
#ifndef KCOMPAT_PROBE_FENTRY_H
#define KCOMPAT_PROBE_FENTRY_H

#include "inventory/contexts.h"
#include "probe/load.h"

/*
 * Fills `fentry` of the snapshot's functions. `context` is the context fentry after its controls: its
 * state shows whether a load is an answer.
 */
struct error *fentry_try(const struct bpf_sys *sys, const struct kernel *kernel,
	const struct probe_context *context, struct snapshot *snapshot);

#endif
