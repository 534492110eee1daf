/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of kcompat-lab; each in its own lab/cmd_NAME.c. */
#ifndef KCOMPAT_LAB_COMMANDS_H
#define KCOMPAT_LAB_COMMANDS_H

#include "cli/cli.h"

extern const struct command lab_cmd_check, lab_cmd_list, lab_cmd_run;

#endif
