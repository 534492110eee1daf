/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of `kcompat db`; each with a row in the table of cli/db.c. */
#ifndef KCOMPAT_CLI_DB_H
#define KCOMPAT_CLI_DB_H

#include "cli/cli.h"

/* Like `run` of a command. */
struct error *db_add(const struct cli_args *args, int *status);
struct error *db_groups(const struct cli_args *args, int *status);

#endif
