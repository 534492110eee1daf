/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a layout as JSON: of a snapshot (docs/schema/snapshot.json) and of a history. */
#ifndef KCOMPAT_SNAPSHOT_WRITE_LAYOUT_H
#define KCOMPAT_SNAPSHOT_WRITE_LAYOUT_H

#include <jansson.h>

#include "snapshot/snapshot.h"

/* An array of objects, the caller's; NULL: no memory. */
json_t *render_json_layout_fields(const struct snapshot_layout *layout);

#endif
