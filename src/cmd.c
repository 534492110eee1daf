/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

const struct command *const commands[] = {&cmd_probe, &cmd_require, &cmd_scan, NULL};
