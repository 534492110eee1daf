/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot for a person: a summary and a compact matrix, or the details of a few names. */
#ifndef KCOMPAT_RENDER_RENDER_H
#define KCOMPAT_RENDER_RENDER_H

#include "history/diff.h"
#include "history/history.h"
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

/*
 * What a history knows of a subject: text for a terminal, Markdown as function reports are published,
 * JSON (docs/schema/show.json). All append to `out`. Names and reasons come from files: control
 * characters are escaped in text, and what Markdown and HTML would take for markup there.
 */

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

/* What changed between two kernels, for a person and as docs/schema/diff.json. Both append to `out`. */

#define DIFF_SCHEMA "kcompat/diff/1"

void render_diff_text(const struct history *history, const struct differences *differences,
	size_t width, struct buf *out);
/* In render/json.c. */
struct error *render_json_diff(const struct history *history, const struct difference *differences,
	size_t difference_cnt, struct buf *out);

/*
 * All that a history knows as data of a site (site/app.js), two scripts that each call one function:
 *
 *   kcompat.core({"states":[[word,letter,meaning],...], "supports":[[word,meaning],...],
 *     "kinds":{word:noun,...}, "flags":{name:meaning,...},
 *     "kernels":[{"label","version","arch","flavor","group","release","build","sources":[...]},...],
 *     "contexts":[[name,program type,attach type or null,sleepable],...],
 *     "subjects":[[kind,name,facts,rows],...],
 *     "facts":[{"state",...},...], "rows":["RUNS",...], "outcomes":"LETTERS"})
 *   kcompat.evidence([[errno,line,rule,predicted],...])
 *
 * The first is what tables are drawn from; the second, one element for each letter of "outcomes", is
 * read when someone asks why. RUNS are numbers in base 36 with blanks between them, "3*a" for
 * "a a a", "_" for none: a subject's facts and rows over the kernels, and a row's outcomes over the
 * contexts, none where the kernel has no such context. Facts, rows and outcomes stand once each. In the
 * line of an outcome U+0001 stands for the name of what is called.
 */

/* Of equal histories equal bytes. Both buffers are appended to. */
struct error *render_site(const struct history *history, struct buf *core, struct buf *evidence);

#endif
