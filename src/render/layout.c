/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/layout.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <stdio.h>

#define SIZES_BYTES 32

/* "1 2 4", with a '?' behind those that are unknown. */
static const char *layout_sizes(char text[SIZES_BYTES], unsigned int proved, unsigned int unknown)
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int size = 1; size <= LAYOUT_SIZE_MAX; size *= 2) {
		if ((proved | unknown) & size)
			len += (size_t)snprintf(text + len, SIZES_BYTES - len, "%s%u%s", len ? " " : "",
				size, unknown & size ? "?" : "");
	}
	return len ? text : "-";
}

static void render_field(const struct snapshot_layout_field *field, struct buf *out)
{
	char read[SIZES_BYTES], write[SIZES_BYTES];

	escape_printf(out, "  %6u %4u  %-8s %-8s %s", field->offset_bytes, field->size_bytes,
		layout_sizes(read, field->read, field->unknown_read),
		layout_sizes(write, field->write, field->unknown_write), field->name);
	if (field->why && field->why->line)
		escape_printf(out, " (unknown: %s)", field->why->line);
	buf_putc(out, '\n');
}

static void render_layout(const struct snapshot *snapshot, const struct snapshot_layout *layout,
	const struct render_text_options *options, struct buf *out)
{
	_cleanup_buf_ struct buf names = {0};

	buf_printf(&names, "struct %s:", layout->type);
	for (size_t i = 0; i < layout->context_cnt; i++)
		buf_printf(&names, " %s", snapshot->contexts[layout->contexts[i]].name);
	buf_putc(out, '\n');
	wrap_escaped(out, buf_text(&names), 0, 2, options->width);
	buf_printf(out, "\n  offset size  read     write    field\n");
	for (size_t i = 0; i < layout->field_cnt; i++)
		render_field(&layout->fields[i], out);
}

void render_layouts(const struct snapshot *snapshot, const struct render_text_options *options,
	struct buf *out)
{
	if (snapshot->layout_cnt)
		buf_puts(out, "\nBytes at a time that programs can read and write of their context:\n");
	for (size_t i = 0; i < snapshot->layout_cnt; i++)
		render_layout(snapshot, &snapshot->layouts[i], options, out);
}
