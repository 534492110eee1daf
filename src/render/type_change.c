/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/type_change.h"

#include <inttypes.h>
#include <string.h>

#include "util/sort.h"

/* Of one kind of change, so many are listed; --deep lists all. */
#define LISTED_MAX 40u

void put_part_place(struct buf *out, enum type_kind kind, const struct type_part *part)
{
	if (!part->type)
		buf_printf(out, "value %" PRId64, part->at);
	else if (kind == TYPE_TRACEPOINT || kind == TYPE_LSM_HOOK)
		buf_printf(out, "argument %" PRId64, part->at + 1);
	else if (part->at % 8 || part->bits)
		buf_printf(out, "at %" PRId64 ", bit %" PRId64, part->at / 8, part->at % 8);
	else
		buf_printf(out, "at %" PRId64, part->at / 8);
	if (part->bits)
		buf_printf(out, ", %" PRIu32 " bit%s", part->bits, part->bits == 1 ? "" : "s");
}

static void put_count(struct buf *out, size_t cnt, const char *what)
{
	if (cnt)
		buf_printf(out, "%s%zu %s", out->len ? ", " : "", cnt, what);
}

/* "pid_t -> int, at 24 -> at 32"; of types without a place, nothing. */
static void put_pair(struct buf *out, enum type_kind kind, const struct type_part *a, const struct type_part *b)
{
	if (order_texts(a->type, b->type))
		buf_printf(out, "%s -> %s", a->type, b->type);
	if (a->at == b->at && a->bits == b->bits)
		return;
	buf_puts(out, out->len ? ", " : "");
	put_part_place(out, kind, a);
	buf_puts(out, " -> ");
	put_part_place(out, kind, b);
}

void put_part_change(enum type_kind kind, const struct type_form *a, const struct type_form *b,
	const struct type_change *change, struct buf *out)
{
	if (a->part_cnt == 1 && b->part_cnt == 1 && !change->added_cnt && !change->removed_cnt)
		put_pair(out, kind, &a->parts[0], &b->parts[0]);
	else
		put_change_summary(a, b, change, out);
}

void put_change_summary(
	const struct type_form *a, const struct type_form *b, const struct type_change *change, struct buf *out)
{
	put_count(out, change->added_cnt, "added");
	put_count(out, change->removed_cnt, "removed");
	put_count(out, change->renamed_cnt, "probably renamed");
	put_count(out, change->retyped_cnt, "of another type");
	put_count(out, change->moved_cnt, a->part_cnt && !a->parts[0].type ? "with another value" : "moved");
	if (change->resized)
		buf_printf(out, "%s%" PRIu32 " -> %" PRIu32 " bytes", out->len ? ", " : "", a->size_bytes,
			b->size_bytes);
	if (change->declared)
		buf_printf(out, "%s%s", out->len ? ", " : "", b->declaration ? b->declaration : "another form");
	if (!out->len)
		buf_puts(out, "only in types without a name that it has inside");
}

static void say_rest(const struct change_lines *lines, size_t cnt, size_t most)
{
	_cleanup_buf_ struct buf text = {0};

	if (cnt <= most)
		return;
	buf_printf(&text, "and %zu more (--deep)", cnt - most);
	lines->say(lines->listener, "", &text);
}

static void list_pairs(const struct change_lines *lines, const char *label, const struct type_part **list, size_t cnt)
{
	size_t most = lines->deep ? cnt : LISTED_MAX;

	for (size_t i = 0; i < cnt && i < most; i++) {
		const struct type_part *a = list[2 * i], *b = list[2 * i + 1];
		_cleanup_buf_ struct buf text = {0};
		buf_puts(&text, a->name);
		if (strcmp(a->name, b->name))
			buf_printf(&text, " -> %s", b->name);
		_cleanup_buf_ struct buf pair = {0};
		put_pair(&pair, lines->kind, a, b);
		if (pair.len)
			buf_printf(&text, "%s%s", order_texts(a->type, b->type) ? ": " : ", ", buf_text(&pair));
		text.failed |= pair.failed;
		lines->say(lines->listener, i ? "" : label, &text);
	}
	say_rest(lines, cnt, most);
}

static void list_parts(const struct change_lines *lines, const char *label, const struct type_part **list, size_t cnt)
{
	size_t most = lines->deep ? cnt : LISTED_MAX;

	for (size_t i = 0; i < cnt && i < most; i++) {
		_cleanup_buf_ struct buf text = {0};
		buf_puts(&text, list[i]->text);
		buf_puts(&text, ", ");
		put_part_place(&text, lines->kind, list[i]);
		lines->say(lines->listener, i ? "" : label, &text);
	}
	say_rest(lines, cnt, most);
}

/* An insertion moves all that follows, so only the first one is named. */
static void list_moved(const struct change_lines *lines, const struct type_change *change)
{
	_cleanup_buf_ struct buf text = {0};
	bool values = change->moved_cnt && !change->moved[0]->type;

	if (!change->moved_cnt)
		return;
	if (lines->deep || change->moved_cnt == 1 || values) {
		list_pairs(lines, values ? "value" : "moved", change->moved, change->moved_cnt);
		return;
	}
	buf_printf(&text, "%zu, the first is %s: ", change->moved_cnt, change->moved[0]->name);
	put_part_place(&text, lines->kind, change->moved[0]);
	buf_puts(&text, " -> ");
	put_part_place(&text, lines->kind, change->moved[1]);
	lines->say(lines->listener, "moved", &text);
}

void put_change_details(const struct change_lines *lines, const struct type_change *change)
{
	list_parts(lines, "added", change->added, change->added_cnt);
	list_parts(lines, "removed", change->removed, change->removed_cnt);
	list_pairs(lines, "renamed?", change->renamed, change->renamed_cnt);
	list_pairs(lines, "type", change->retyped, change->retyped_cnt);
	list_moved(lines, change);
}
