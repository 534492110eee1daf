/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that the forms of render/show.h and render/diff.h share. */
#ifndef KCOMPAT_RENDER_SHOW_PARTS_H
#define KCOMPAT_RENDER_SHOW_PARTS_H

#include "render/show.h"

/* Text of a file on a terminal: a control character becomes \xNN. */
void put_safe(struct buf *out, const char *text);
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

#endif
