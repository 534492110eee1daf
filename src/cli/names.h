/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that kcompat's arguments can be, for completion: of the shipped kernels and of the
 * running one. */
#ifndef KCOMPAT_CLI_NAMES_H
#define KCOMPAT_CLI_NAMES_H

#include "cli/complete.h"

/* For struct cli_program. A source that cannot be read offers nothing. */
extern const struct completion_row names_completions[];

#endif
