/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types and functions in what diff prints; private to the folder. */
#ifndef KCOMPAT_RENDER_DIFF_TYPES_H
#define KCOMPAT_RENDER_DIFF_TYPES_H

#include <jansson.h>

#include "render/render.h"

/* Escaped and wrapped; what goes on stands two columns deeper. */
void render_diff_line(struct buf *out, const char *text, size_t indent, size_t width);
void render_diff_types_summary(
	const struct diff_types *types, const struct differences *differences, size_t width, struct buf *out);
void render_diff_types_text(const struct diff_types *types, size_t width, struct buf *out);
/* The value of "types". NULL without memory. */
json_t *render_diff_types_json(const struct diff_types *types);

#endif
