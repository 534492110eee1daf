/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One function on one kernel. What is not known says so. */
#ifndef KCOMPAT_RENDER_SHOW_FUNCTION_H
#define KCOMPAT_RENDER_SHOW_FUNCTION_H

#include "snapshot/function_view.h"
#include "util/buf.h"

/* Behind a line with the kernel's label. */
void render_function_text(const struct function_view *view, size_t width, struct buf *out);
/* "Collision, Selective Inline" behind `before`; nothing where nothing is odd. */
void render_function_marks(const struct function_view *view, struct buf *out, const char *before);
/* "Collision, Selective Inline" with its mark: what someone who hooks it must know at once. */
void render_function_status(const struct function_view *view, struct buf *out);
/* The body of the details, in the published report's order. */
void render_function_markdown(const struct function_view *view, struct buf *out);

#endif
