/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot as JSON (docs/schema/snapshot.json). */
#ifndef KCOMPAT_SNAPSHOT_WRITE_H
#define KCOMPAT_SNAPSHOT_WRITE_H

#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"

struct render_json_options {
	/* JSON Lines: no indentation, and what cells rest on once ("reasons") instead of by cell ("evidence"). */
	bool one_line;
	bool addresses;    /* of functions' symbols */
};

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out);

#endif
