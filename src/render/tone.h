/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colour of an answer, which its word says, too. */
#ifndef KCOMPAT_RENDER_TONE_H
#define KCOMPAT_RENDER_TONE_H

#include "snapshot/snapshot.h"
#include "util/buf.h"

/* The word padded to `width`, in the colour of its answer if `colour` is set. */
void put_support_word(struct buf *out, enum support_state state, int width, bool colour);
void put_cell_word(struct buf *out, enum cell_state state, int width, bool colour);
/* "yes", "no", "unknown" */
void put_answer_word(struct buf *out, enum tristate answer, int width, bool colour);

#endif
