/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot as JSON (docs/snapshot.schema.json). */
#ifndef KCOMPAT_RENDER_JSON_H
#define KCOMPAT_RENDER_JSON_H

#include "snapshot.h"
#include "util_buf.h"
#include "util_error.h"

struct render_json_options {
	/* JSON Lines: no indentation, and what cells rest on once ("reasons") instead of by cell ("evidence"). */
	bool one_line;
	bool addresses;    /* of functions' symbols */
};

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out);

#endif
