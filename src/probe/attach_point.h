/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a program of a context attach to the target that the context's name selects? The load of the
 * context, the kernel's files, and with request->attach a real attachment answer together.
 */
#ifndef KCOMPAT_PROBE_ATTACH_POINT_H
#define KCOMPAT_PROBE_ATTACH_POINT_H

#include "probe/control.h"

/*
 * Fills `attach` of the snapshot's contexts, which are those of `contexts` after their controls. A real
 * attachment that is refused counts only if another one in the same way succeeded, or if the files say
 * the same. Errors: no memory.
 */
struct error *attach_points_find(const struct probe_request *request, struct controls *controls,
	const struct probe_contexts *contexts, struct snapshot *snapshot);

#endif
