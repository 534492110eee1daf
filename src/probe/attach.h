/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real attachments: a program that does nothing is loaded, attached to a kernel function by fentry
 * and by a kprobe, and detached at once. If the kernel accepts it, attaching is possible. A refusal
 * counts only if the same way worked just before with a function that every kernel has.
 */
#ifndef KCOMPAT_PROBE_ATTACH_H
#define KCOMPAT_PROBE_ATTACH_H

#include "kernel/kernel.h"
#include "probe/kit.h"

/*
 * Gives each function of the snapshot its `attached`. Errors: no memory, an interrupt. If the machine
 * lacks something (the PMU, BTF) or has a policy, the result is unknown with the reason.
 */
struct error *attachments_try(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

#endif
