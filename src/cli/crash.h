/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that reads the bytes of others and has no parent that reports how it ends. */
#ifndef KCOMPAT_CLI_CRASH_H
#define KCOMPAT_CLI_CRASH_H

#include "util/error.h"

/* From here on, a crash prints `text` on standard error and exits with `status`. The text stays. */
struct error *crash_catch(const char *text, int status);

#endif
