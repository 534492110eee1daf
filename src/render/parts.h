/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that the forms of render/render.h and render/render.h share. */
#ifndef KCOMPAT_RENDER_PARTS_H
#define KCOMPAT_RENDER_PARTS_H

#include "snapshot/history/history.h"
#include "render/render.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"

/* "LABEL   words", wrapped and safe. */
void put_labelled(struct buf *out, const char *label, const char *text, size_t width);
/* The remark for flags that do not come from a registration. */
#define FLAGS_BY_LOADS "more may be set: a probe sees only those that refuse a bare call"
/* One clause; NULL for a flag that is not known. */
const char *kfunc_flag_meaning(const char *name);

/*
 * A short list of kernels, "6.12 6.16 (amd64 cloud), 7.2 (arm64 generic)": the rows that are set in
 * `rows`, [history->row_cnt].
 */
void put_kernels(struct buf *out, const struct history *history, const bool *rows);
/* "probed" or "predicted": the kind of evidence of the row's first source. */
const char *row_evidence(const struct history_row *row);

/*
 * Names, separated by blanks, as they are. A large family is put as its size,
 * "struct_ops/sched_ext_ops/... (53)": it would hide the rest. After `max` of these, "and 12 more".
 */
void put_families(struct buf *out, const char *contexts, size_t max);

/* "flag added: KF_RCU", "call refused -> permitted: xdp tc". Not safe yet. */
void put_change(struct buf *out, const struct change *change);

/* All findings on a subject, [history->row_cnt] in `pool`. */
struct error *find_all(const struct history *history, const struct subject *subject,
	struct pool *pool, struct finding **ret);
/* The running kernel if it has the subject, else the newest REGULAR kernel that has it, else the
 * newest of the others; SIZE_MAX: none. */
size_t newest_present(const struct history *history, const struct finding *findings);
/* The first REGULAR row that has it, and the last one before it that lacks it; or none. */
struct sighting {
	size_t first, before; /* SIZE_MAX: none */
};
struct sighting first_sighting(const struct history *history, const struct finding *findings);

/* One function on one kernel. Unknown facts are printed as unknown. */

/* Behind a line with the kernel's label. */
void render_function_text(const struct function_view *view, size_t width, struct buf *out);
/* `before` and "Collision, Selective Inline"; nothing if the function has no such trait. */
void render_function_marks(const struct function_view *view, struct buf *out, const char *before);
/* "Collision, Selective Inline" with its mark: a warning for a reader who wants to hook it. */
void render_function_status(const struct function_view *view, struct buf *out);
/* The body of the details, in the published report's order. */
void render_function_markdown(const struct function_view *view, struct buf *out);

/* The fields of its context that a program can read and write, if some snapshot proves them. */

/* For a terminal: the lines below the heading of a context. */
void render_show_layout_text(
	const struct history *history, const char *context, size_t width, struct buf *out);
/* A section of a page: a table for each layout that these contexts have. */
void render_show_layout_markdown(const struct history *history, const char *const *contexts,
	size_t context_cnt, struct buf *out);

#endif
