/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a history knows of a subject: text for a terminal, Markdown as function reports are published,
 * JSON (docs/schema/show.json). All append to `out`. Names and reasons come from files: control
 * characters are escaped in text, and what Markdown and HTML would take for markup there.
 */
#ifndef KCOMPAT_RENDER_SHOW_H
#define KCOMPAT_RENDER_SHOW_H

#include "history/diff_subject.h"
#include "history/subjects.h"
#include "util/buf.h"

#define SHOW_SCHEMA "kcompat/show/1"

struct show_options {
	size_t width; /* columns of text */
	bool deep;    /* callers are compared, too */
};

struct error *render_show_text(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out);
struct error *render_show_markdown(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out);
/* One object on one line: its begin, each subject, its end. */
struct error *render_json_show_begin(const struct history *history, struct buf *out);
struct error *render_json_show_subject(const struct history *history, const struct subject *subject,
	const struct show_options *options, bool first, struct buf *out);
void render_json_show_end(struct buf *out);

#endif
