/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks behind the allow check: may a program of a context refer to a map with the field that a call
 * needs (kernel/map_fields.h)? One load for each context answers, and cells take the verifier's line.
 */
#ifndef KCOMPAT_PROBE_FIELDS_H
#define KCOMPAT_PROBE_FIELDS_H

#include "probe/control.h"

/*
 * Changes usable cells of calls that need such a field. If a program may not refer to the map, a cell
 * becomes conditional (a map inside a map may have the field), impossible (neither may), or unknown. Other
 * cells keep their state: no answer, or an answer without its control, changes nothing.
 * Errors: no memory.
 */
struct error *fields_conclude(struct controls *controls, const struct probe_contexts *contexts,
	struct snapshot *snapshot);

/* Does the verifier refuse every call with a timer? Then *verdict is unsupported, with its line. */
bool field_timer_refused(struct kit *kit, struct kit_verdict *verdict);

#endif
