/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that the forms of render/show.h and render/diff.h share. */
#ifndef KCOMPAT_RENDER_PARTS_H
#define KCOMPAT_RENDER_PARTS_H

#include "history/history.h"
#include "render/render.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"

/* "LABEL   words", wrapped and safe. */
void put_labelled(struct buf *out, const char *label, const char *text, size_t width);
/* What stands beside flags that no registration was read for. */
#define FLAGS_BY_LOADS "more may be set: a probe sees only those that refuse a bare call"
/* One clause; NULL for a flag that is not known. */
const char *kfunc_flag_meaning(const char *name);

/*
 * Kernels in few words, "6.12 6.16 (amd64 cloud), 7.2 (arm64 generic)": those of `rows` whose flag is
 * set, [history->row_cnt].
 */
void put_kernels(struct buf *out, const struct history *history, const bool *rows);
/* "probed" or "predicted": what the first of a row's sources rests on. */
const char *row_evidence(const struct history_row *row);

/* "flag added: KF_RCU", "call refused -> permitted: xdp tc". Not safe yet. */
void put_change(struct buf *out, const struct change *change);

/* All findings of a subject, [history->row_cnt] in `pool`. */
struct error *find_all(const struct history *history, const struct subject *subject,
	struct pool *pool, struct finding **ret);
/* The running kernel if that has it, else the newest that has, of the REGULAR ones first; SIZE_MAX:
 * none. */
size_t newest_present(const struct history *history, const struct finding *findings);
/* Of the REGULAR rows: the first that has it and the last before it that was known not to; or none. */
struct sighting {
	size_t first, before; /* SIZE_MAX: none */
};
struct sighting first_sighting(const struct history *history, const struct finding *findings);

/* One function on one kernel. What is not known says so. */

/* Behind a line with the kernel's label. */
void render_function_text(const struct function_view *view, size_t width, struct buf *out);
/* "Collision, Selective Inline" behind `before`; nothing where nothing is odd. */
void render_function_marks(const struct function_view *view, struct buf *out, const char *before);
/* "Collision, Selective Inline" with its mark: what someone who hooks it must know at once. */
void render_function_status(const struct function_view *view, struct buf *out);
/* The body of the details, in the published report's order. */
void render_function_markdown(const struct function_view *view, struct buf *out);

/* Which fields of its context a program can read and write, where some snapshot has proved it. */

/* For a terminal: lines below a context's head. */
void render_show_layout_text(
	const struct history *history, const char *context, size_t width, struct buf *out);
/* A section of a page: a table for each layout that these contexts have. */
void render_show_layout_markdown(const struct history *history, const char *const *contexts,
	size_t context_cnt, struct buf *out);

#endif
