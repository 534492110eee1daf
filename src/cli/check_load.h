/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KCOMPAT_CLI_CHECK_LOAD_H
#define KCOMPAT_CLI_CHECK_LOAD_H

#include "object/check/check.h"

/* check --load: loads each program on the running kernel, and fills the proofs. */
struct error *check_load_programs(struct check *check, bool attach);

#endif
