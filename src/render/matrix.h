/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix of kfuncs and helpers by context, one letter per cell. */
#ifndef KCOMPAT_RENDER_MATRIX_H
#define KCOMPAT_RENDER_MATRIX_H

#include "snapshot/snapshot.h"
#include "util/buf.h"

/* Contexts that answer alike share a column; a matrix wider than `width` is cut into several. */
void render_matrix(const struct snapshot *snapshot, size_t width, struct buf *out);
/*
 * The same for few contexts: for each group that answers alike, the names by state. Names that no program
 * may call are counted. False: there are too many groups, and nothing was appended.
 */
bool render_groups(const struct snapshot *snapshot, size_t width, bool colour, struct buf *out);

#endif
