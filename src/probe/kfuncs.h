/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which candidates are kfuncs, and with which flags, as far as the verifier's words prove it. */
#ifndef KCOMPAT_PROBE_KFUNCS_H
#define KCOMPAT_PROBE_KFUNCS_H

#include "inventory/inventory.h"

/*
 * After the cells: flags that the verifier's words prove; and candidates that only the list or
 * only the command line named, which every answering context refused, are functions of that name
 * and no kfuncs here.
 */
struct error *kfuncs_conclude(const struct kfunc_candidates *candidates, struct snapshot *snapshot);

#endif
