/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a type, line by line, for whoever draws it; private to the folder. */
#ifndef KCOMPAT_RENDER_TYPE_LINES_H
#define KCOMPAT_RENDER_TYPE_LINES_H

#include "render/render.h"

enum type_line {
	TYPE_LINE_VERDICT, /* the verdict: since when, what changed, what differs elsewhere */
	TYPE_LINE_STEP,    /* begins what changed from one version to the next: "5.10 -> 6.1 (amd64 cloud)" */
	TYPE_LINE_DETAIL,  /* one member that changed */
	TYPE_LINE_LAYOUT,  /* begins the parts: "members in amd64-7.3-cloud" */
	TYPE_LINE_PART,    /* the label is its place */
};

struct series;

/* Takes each line. An empty label continues the one before. */
struct type_lines {
	void (*say)(void *listener, enum type_line line, const char *label, const struct buf *text);
	void *listener;
	/* What type_series_choose() chose for another subject of this kind; NULL: nothing yet. */
	const struct series *series;
};
/* The kernels that the verdict on subjects of this kind is about. In `pool`; NULL: no memory. */
const struct series *type_series_choose(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct pool *pool);
struct error *render_type_lines(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, const struct type_lines *lines);

#endif
