/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layouts of a snapshot's contexts from its JSON. */
#ifndef KCOMPAT_SNAPSHOT_READ_LAYOUT_H
#define KCOMPAT_SNAPSHOT_READ_LAYOUT_H

#include "util/json.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/*
 * Reads root's "layouts", which may be missing. `contexts` maps the name of a context to its index;
 * one that is not there is an error.
 */
void load_layouts(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts);

/* The member "fields" of a layout. */
void load_layout_fields(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_layout *layout);
/* Puts layouts in the order of their first contexts; ERROR_INPUT where a context is in two. */
struct error *layouts_settle(struct snapshot *snapshot);

#endif
