/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layouts of contexts' structs as tables. */
#ifndef KCOMPAT_RENDER_LAYOUT_H
#define KCOMPAT_RENDER_LAYOUT_H

#include "render/render.h"

/* Prints nothing if the layouts were not requested. */
void render_layouts(const struct snapshot *snapshot, const struct render_text_options *options,
	struct buf *out);

#endif
