/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KCOMPAT_CLI_REQUIRE_OBJECT_H
#define KCOMPAT_CLI_REQUIRE_OBJECT_H

#include "cli/cli.h"
#include "util/error.h"

/* require --from-object: prints the requirements of BPF objects. */
struct error *require_from_objects(const struct cli_args *args);

#endif
