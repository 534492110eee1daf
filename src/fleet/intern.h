/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a store has once: the number of it, which is added when it is new. Errors: fleet/db.h. */
#ifndef KCOMPAT_FLEET_INTERN_H
#define KCOMPAT_FLEET_INTERN_H

#include <jansson.h>
#include <stdint.h>

#include "fleet/db.h"
#include "snapshot/snapshot.h"

int64_t intern_text(struct fleet *fleet, const char *text);
/* The value as text. Equal values have equal texts. */
int64_t intern_json(struct fleet *fleet, const json_t *value);
int64_t intern_name(struct fleet *fleet, const char *kind, const char *name);
int64_t intern_evidence(struct fleet *fleet, const struct evidence *evidence);
/* A row that has nothing but a digest. */
int64_t intern_digest(struct fleet *fleet, const char *digest, enum fleet_statement find,
	enum fleet_statement add, bool *is_new);

#endif
