/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of a snapshot's cells, which its JSON keeps apart from them. */
#ifndef KCOMPAT_SNAPSHOT_READ_EVIDENCE_H
#define KCOMPAT_SNAPSHOT_READ_EVIDENCE_H

#include "util/json.h"
#include "snapshot/snapshot.h"

/* One evidence in the reader's pool; NULL, or what must not be used, after an error. */
struct evidence *load_evidence(
	struct json_reader *reader, struct json_place place, const char *key, const json_t *object);

/*
 * Hands root's "evidence" and "reasons" to the cells of `snapshot`, whose kfuncs are sorted. The first
 * has a key for each cell: kfunc/NAME@CONTEXT, helper/NAME@CONTEXT. The second has each evidence once,
 * with the cells it speaks for: "cells":[{"kfuncs":[NAME...],"contexts":[NAME...],"state":STATE},...],
 * or "helpers" for "kfuncs"; that of a cell is the first that speaks for it (snapshot/evidence.h).
 * ["*"] means all, a missing state any, and NAME[MODULE] one of several kfuncs of that name. What the
 * snapshot does not have is left out. `contexts` maps the name of a context to its index.
 */
void load_evidences(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

#endif
