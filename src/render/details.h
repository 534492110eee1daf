/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A few names, each with everything known about it. */
#ifndef KCOMPAT_RENDER_DETAILS_H
#define KCOMPAT_RENDER_DETAILS_H

#include "render/render.h"

/* kfuncs and helpers: contexts by state, with the verifier's words. */
void render_details(const struct snapshot *snapshot, const struct render_text_options *options,
	struct buf *out);
/* Kernel functions, also below the matrix. */
void render_functions(const struct snapshot *snapshot, const struct render_text_options *options,
	struct buf *out);

#endif
