/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot for a person: a summary and a compact matrix, or the details of a few names. */
#ifndef KCOMPAT_RENDER_TEXT_H
#define KCOMPAT_RENDER_TEXT_H

#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"

struct render_text_options {
	size_t width;    /* columns */
	bool details;    /* every name with its contexts and their evidence instead of the matrix */
	bool functions;  /* all that is known of each kernel function, also below the matrix */
	bool addresses;
};

struct error *render_text(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out);

#endif
