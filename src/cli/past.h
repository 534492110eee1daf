/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shipped kernels whose types tell where else a need is met. */
#ifndef KCOMPAT_CLI_PAST_H
#define KCOMPAT_CLI_PAST_H

#include "cli/kernels.h"
#include "object/check/check.h"

/* Gives hints to what is not met. Nothing without the shipped store. */
struct error *past_hint(struct opened *opened, struct check *check);

#endif
