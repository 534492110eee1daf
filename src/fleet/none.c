/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For a static program, which opens no library. */
#include "fleet/sqlite.h"

const char *sqlite_missing(void)
{
	return "the static program has no stores of snapshots (libsqlite3)";
}

const struct sqlite *sqlite_library(void)
{
	return NULL;
}
