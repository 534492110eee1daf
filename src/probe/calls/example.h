/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program with a real call as text, in the notation of the verifier's log. */
#ifndef KCOMPAT_PROBE_CALLS_EXAMPLE_H
#define KCOMPAT_PROBE_CALLS_EXAMPLE_H

#include "probe/calls/calls.h"
#include "util/buf.h"

/*
 * Plans a program with the job's first call in its first context, and prints it. *found is false if
 * none was found: then *out says what was tried. Errors: no memory, interrupted.
 */
struct error *calls_example(
	struct kit *kit, const struct calls_job *job, struct buf *out, bool *found);

#endif
