/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of a snapshot's cells, which its JSON keeps apart from them. */
#ifndef KCOMPAT_LOAD_EVIDENCE_H
#define KCOMPAT_LOAD_EVIDENCE_H

#include "load_json.h"
#include "snapshot.h"

/* One evidence in the reader's pool; NULL, or what must not be used, after an error. */
struct evidence *load_evidence(
	struct json_reader *reader, struct json_place place, const char *key, const json_t *object);

/*
 * Hands root's "evidence" to the cells of `snapshot`, whose kfuncs are sorted. Its keys are
 *   kfunc/NAME@CONTEXT, helper/NAME@CONTEXT
 *   kfunc/NAME[MODULE]@CONTEXT   where several modules have a kfunc of that name
 *   kfunc/NAME@*:STATE           for the cells of that row in that state
 *   kfunc/ *@CONTEXT:STATE       (without the blank) for the cells of that column in that state
 * and mean what snapshot_evidence.h says. Without :STATE every state is meant.
 * Keys of another shape, and of what the snapshot does not have, are left out. `contexts` maps the
 * name of a context to its index.
 */
void load_evidences(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

#endif
