/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cost of an observation. */
#ifndef KCOMPAT_CLI_STATS_H
#define KCOMPAT_CLI_STATS_H


#include "probe/probe.h"
#include "util/buf.h"

/* "cells 33120 loads 33450 ...": one "KEY VALUE UNIT" per line, for people and for make bench. */
void render_stats(const struct probe_stats *stats, struct buf *out);

#endif
