/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Program types and attach types, concluded from the contexts that were tried. */
#ifndef KCOMPAT_INVENTORY_TYPES_H
#define KCOMPAT_INVENTORY_TYPES_H

#include "probe/probe.h"

/*
 * Every type of this kernel's BTF and of our tables: ok when a context of it loads. One that no
 * context stands for is unknown.
 */
struct error *program_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);
struct error *attach_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);

#endif
