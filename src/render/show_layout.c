/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/parts.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "util/array.h"
#include "util/escape.h"

#define UNKNOWN                                                                                    \
	"unknown: none of the snapshots says which of its fields programs can read and write"

static const struct snapshot_layout *layout_in(const struct snapshot *snapshot, const char *context)
{
	for (size_t i = 0; i < snapshot->layout_cnt; i++) {
		const struct snapshot_layout *layout = &snapshot->layouts[i];
		for (size_t k = 0; k < layout->context_cnt; k++) {
			if (!strcmp(snapshot->contexts[layout->contexts[k]].name, context))
				return layout;
		}
	}
	return NULL;
}

/* A layout and the row of the kernel that has it. */
struct placed {
	const struct history *history;
	const struct snapshot_layout *layout;
	size_t row;
};

static const char *type_in(const struct snapshot *snapshot, const char *structure,
	const struct snapshot_layout_field *field)
{
	for (size_t i = 0; i < snapshot->layout_cnt; i++) {
		const struct snapshot_layout *layout = &snapshot->layouts[i];
		for (size_t k = 0; k < layout->field_cnt && !strcmp(layout->type, structure); k++) {
			const struct snapshot_layout_field *other = &layout->fields[k];
			if (other->type && other->offset_bytes == field->offset_bytes &&
				other->size_bytes == field->size_bytes && !strcmp(other->name, field->name))
				return other->type;
		}
	}
	return NULL;
}

/*
 * The type of a field. If that kernel does not give it: that of the newest kernel of the architecture whose
 * struct has the same field at the same place. *from is the row that gives it. NULL: none.
 */
static const char *field_type(
	const struct placed *placed, const struct snapshot_layout_field *field, size_t *from)
{
	const struct history *history = placed->history;
	const char *arch = history->rows[placed->row].arch, *type = field->type;

	*from = placed->row;
	for (size_t i = history->row_cnt; i-- > 0 && !type;) {
		*from = i;
		for (size_t k = 0; k < history->rows[i].entry_cnt && !type; k++) {
			if (!strcmp(history->rows[i].arch, arch))
				type = type_in(history->rows[i].entries[k]->snapshot, placed->layout->type, field);
		}
	}
	return type;
}

/* A lower rank tells more readers more: the types of the fields, on the architecture that most use. */
static unsigned int layout_rank(const struct placed *placed)
{
	static const char *const usual[] = {"amd64", "arm64"};
	const char *arch = placed->history->rows[placed->row].arch;
	unsigned int rank = 0;
	bool typed = false;
	size_t from;

	for (size_t i = 0; i < placed->layout->field_cnt && !typed; i++)
		typed = field_type(placed, &placed->layout->fields[i], &from);
	while (rank < ARRAY_SIZE(usual) && strcmp(usual[rank], arch))
		rank++;
	return typed ? rank : rank + (unsigned int)ARRAY_SIZE(usual) + 1;
}

/*
 * The layout of the kernel that was probed for it and has the best rank, the newest of several, and *row of
 * that kernel; NULL: none.
 */
static const struct snapshot_layout *find_layout(
	const struct history *history, const char *context, size_t *row)
{
	const struct snapshot_layout *best = NULL;
	unsigned int best_rank = UINT_MAX;

	for (size_t i = history->row_cnt; i-- > 0;) {
		for (size_t k = 0; k < history->rows[i].entry_cnt; k++) {
			const struct placed placed = {
				history, layout_in(history->rows[i].entries[k]->snapshot, context), i};
			unsigned int rank = placed.layout ? layout_rank(&placed) : UINT_MAX;
			if (rank >= best_rank)
				continue;
			best = placed.layout;
			best_rank = rank;
			*row = i;
		}
	}
	return best;
}

/* "1 2 4", "no", and "8 unknown" for a size that the kernel did not answer. */
static void put_sizes(struct buf *out, unsigned int sizes, unsigned int unknown)
{
	size_t said = 0;

	for (unsigned int size = 1; size <= LAYOUT_SIZE_MAX; size *= 2) {
		if ((sizes | unknown) & size)
			buf_printf(out, "%s%u%s", said++ ? " " : "", size,
				unknown & size ? " unknown" : "");
	}
	if (!said)
		buf_puts(out, "no");
}

void render_show_layout_text(
	const struct history *history, const char *context, size_t width, struct buf *out)
{
	size_t row;
	const struct snapshot_layout *layout = find_layout(history, context, &row);
	_cleanup_buf_ struct buf head = {0};

	if (!layout) {
		put_labelled(out, "layout", UNKNOWN, width);
		return;
	}
	buf_printf(&head, "struct %s in %s: offset, size, bytes that can be read and written",
		layout->type, history->rows[row].label);
	put_labelled(out, "layout", buf_text(&head), width);
	for (size_t i = 0; i < layout->field_cnt; i++) {
		const struct snapshot_layout_field *field = &layout->fields[i];
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, "%s %" PRIu32 " %" PRIu32 ", read ", field->name,
			field->offset_bytes, field->size_bytes);
		put_sizes(&text, field->read, field->unknown_read);
		buf_puts(&text, ", write ");
		put_sizes(&text, field->write, field->unknown_write);
		put_labelled(out, "", buf_text(&text), width);
	}
}

static void put_fields(struct buf *out, const struct placed *placed)
{
	const struct snapshot_layout *layout = placed->layout;
	size_t from;

	buf_puts(out, "\n\n| Field | Type | Offset | Size | Reads, in bytes | Writes, in bytes |\n"
		      "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < layout->field_cnt; i++) {
		const struct snapshot_layout_field *field = &layout->fields[i];
		buf_puts(out, "| ");
		escape_code_name(out, field->name);
		buf_puts(out, " | ");
		const char *type = field_type(placed, field, &from);
		if (type)
			escape_code_name(out, type);
		else
			buf_puts(out, "unknown");
		buf_printf(out, " | %" PRIu32 " | %" PRIu32 " | ", field->offset_bytes,
			field->size_bytes);
		put_sizes(out, field->read, field->unknown_read);
		buf_puts(out, " | ");
		put_sizes(out, field->write, field->unknown_write);
		buf_puts(out, " |\n");
	}
}

/* The kernels that gave types which the kernel of the layout does not give. */
static void put_type_kernels(struct buf *out, const struct placed *placed)
{
	size_t last = placed->row, from;

	for (size_t i = 0; i < placed->layout->field_cnt; i++) {
		if (!field_type(placed, &placed->layout->fields[i], &from) || from == placed->row ||
			from == last)
			continue;
		buf_puts(out, last == placed->row ? "; types of " : ", ");
		escape_markdown(out, placed->history->rows[from].label);
		last = from;
	}
}

static void put_table(struct buf *out, const struct history *history, size_t row,
	const struct snapshot_layout *layout)
{
	const struct snapshot *snapshot = NULL;

	for (size_t k = 0; k < history->rows[row].entry_cnt; k++) {
		const struct snapshot *one = history->rows[row].entries[k]->snapshot;
		if (layout >= one->layouts && layout < one->layouts + one->layout_cnt)
			snapshot = one;
	}
	buf_puts(out, "\nIn ");
	escape_markdown(out, history->rows[row].label);
	buf_puts(out, ", ");
	escape_code_name(out, layout->type);
	buf_puts(out, " of");
	for (size_t i = 0; snapshot && i < layout->context_cnt; i++) {
		buf_putc(out, ' ');
		escape_code_name(out, snapshot->contexts[layout->contexts[i]].name);
	}
	const struct placed placed = {history, layout, row};
	put_type_kernels(out, &placed);
	put_fields(out, &placed);
}

void render_show_layout_markdown(const struct history *history, const char *const *contexts,
	size_t context_cnt, struct buf *out)
{
	size_t said = 0, row, other;

	buf_puts(out, "\n## Context\n");
	for (size_t i = 0; i < context_cnt; i++) {
		const struct snapshot_layout *layout = find_layout(history, contexts[i], &row);
		bool again = !layout;
		for (size_t k = 0; k < i && !again; k++)
			again = find_layout(history, contexts[k], &other) == layout;
		if (!again) {
			said++;
			put_table(out, history, row, layout);
		}
	}
	if (!said)
		buf_puts(out, "\nIts layout is " UNKNOWN ".\n");
}
