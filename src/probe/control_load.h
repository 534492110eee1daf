/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first control of a context: does a trivial program load, and with which target? */
#ifndef KCOMPAT_PROBE_CONTROL_LOAD_H
#define KCOMPAT_PROBE_CONTROL_LOAD_H

#include "probe/control.h"

/* Fills state, reason, rule, target and place of the context. The only error is lack of memory. */
struct error *control_load(struct controls *controls, struct probe_context *context);
/* Opens controls->hooks, unless it is open. */
struct error *controls_hooks(struct controls *controls);
/* The descriptor of an arena, made at first use; 0: no arena could be made. */
int controls_arena_fd(struct controls *controls);

#endif
