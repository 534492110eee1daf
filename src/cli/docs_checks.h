/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of BPF objects in a site: what `kcompat check --json` wrote. */
#ifndef KCOMPAT_CLI_DOCS_CHECKS_H
#define KCOMPAT_CLI_DOCS_CHECKS_H

#include "cli/docs.h"
#include "render/render.h"

/*
 * Gives a file for each document of --check to `take`; without --kernel also for those that are shipped. Appends to
 * `core`, before what render_site() appends: nothing, if there are none.
 */
struct error *docs_checks(const struct docs_run *run, site_take *take, void *context, struct buf *core);

#endif
