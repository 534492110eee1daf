/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the evidence of a snapshot's cells. The JSON stores it apart from them. */
#ifndef KCOMPAT_SNAPSHOT_READ_EVIDENCE_H
#define KCOMPAT_SNAPSHOT_READ_EVIDENCE_H

#include "util/json.h"
#include "snapshot/snapshot.h"

/* One evidence, in the reader's pool. After an error, do not use the result. */
struct evidence *load_evidence(
	struct json_reader *reader, struct json_place place, const char *key, const json_t *object);

/*
 * Gives root's "evidence" and "reasons" to the cells of `snapshot`, whose kfuncs are sorted. "evidence"
 * has a key for each cell: kfunc/NAME@CONTEXT, helper/NAME@CONTEXT. "reasons" has each evidence once,
 * with its cells: "cells":[{"kfuncs":[NAME...],"contexts":[NAME...],"state":STATE},...],
 * or "helpers" for "kfuncs". A cell takes the first evidence that lists it (snapshot/evidence.h).
 * ["*"] means all, a missing state any, and NAME[MODULE] one of several kfuncs of that name. Names that
 * the snapshot lacks are ignored. `contexts` maps the name of a context to its index.
 */
void load_evidences(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

#endif
