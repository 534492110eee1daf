/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lab's arguments can be, for completion. */
#ifndef KCOMPAT_LAB_WORDS_H
#define KCOMPAT_LAB_WORDS_H

#include "cli/complete.h"

/* For struct cli_program. */
extern const struct completion_row lab_completions[];

#endif
