/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is different in a type, for show and diff; private to the folder. */
#ifndef KCOMPAT_RENDER_TYPE_CHANGE_H
#define KCOMPAT_RENDER_TYPE_CHANGE_H

#include "snapshot/history/types.h"
#include "util/buf.h"

/* "at 24", "value 3", "argument 2" */
void put_part_place(struct buf *out, enum type_kind kind, const struct type_part *part);
/* "2 added, 1 removed, 30 moved, 128 -> 136 bytes" */
void put_change_summary(
	const struct type_form *a, const struct type_form *b, const struct type_change *change, struct buf *out);
/* The same of a type with one part, such as a member: "at 24 -> at 32" */
void put_part_change(enum type_kind kind, const struct type_form *a, const struct type_form *b,
	const struct type_change *change, struct buf *out);

/* Takes each line. An empty label continues the one before. */
struct change_lines {
	void (*say)(void *listener, const char *label, const struct buf *text);
	void *listener;
	enum type_kind kind;
	bool deep; /* list everything */
};
void put_change_details(const struct change_lines *lines, const struct type_change *change);

#endif
