/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the JSON documents of a snapshot share. */
#ifndef KCOMPAT_SNAPSHOT_WRITE_H
#define KCOMPAT_SNAPSHOT_WRITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "snapshot/file.h"
#include "snapshot/snapshot.h"

struct renderer {
	const struct snapshot *snapshot;
	const struct render_json_options *options;
	json_t *words[CELL_STATE_CNT]; /* shared by all cells */
	bool failed;                   /* no memory */
};

/* These take `value`. */
void write_set(struct renderer *renderer, json_t *object, const char *key, json_t *value);
void write_append(struct renderer *renderer, json_t *array, json_t *value);
/* NULL is written as null. */
void write_text(struct renderer *renderer, json_t *object, const char *key, const char *text);
json_t *write_texts(struct renderer *renderer, const char *const *list, size_t cnt);

json_t *write_kernel(struct renderer *renderer);
json_t *write_limits(struct renderer *renderer);

#endif
