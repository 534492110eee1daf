/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which candidates are kfuncs, and which flags they have, as far as verifier messages prove it. */
#ifndef KCOMPAT_PROBE_KFUNCS_H
#define KCOMPAT_PROBE_KFUNCS_H

#include "inventory/inventory.h"

/*
 * Call it after the cells. Adds flags that verifier messages prove. Removes candidates that only the
 * list or the command line names if every answering context refused them: they are functions of that
 * name but not kfuncs.
 */
struct error *kfuncs_conclude(const struct kfunc_candidates *candidates, struct snapshot *snapshot);

#endif
