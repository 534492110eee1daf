/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of the kernels that are shipped. */
#include <jansson.h>
#include <string.h>

#include "render/render.h"
#include "util/columns.h"
#include "util/json_write.h"

enum { NAME, RELEASE, ARCH, DATA, COLUMN_CNT };

static bool is_same_build(const struct shipped_kernel *kernel)
{
	return history_is_same_build(
		&kernel->predicted->snapshot->kernel, &kernel->probed->snapshot->kernel);
}

static void put_data(const struct shipped_kernel *kernel, struct buf *out)
{
	buf_puts(out, kernel->predicted ? "predicted" : "");
	if (!kernel->probed)
		return;
	buf_puts(out, kernel->predicted ? ", probed" : "probed");
	if (kernel->predicted && !is_same_build(kernel)) {
		const char *release = kernel->probed->snapshot->kernel.release;
		buf_printf(out, " (%s)", release ? release : "another build");
	}
}

static void put_cell(const struct shipped_kernel *kernel, int column, struct buf *out)
{
	const char *release = shipped_first(kernel)->snapshot->kernel.release;

	if (column == DATA)
		put_data(kernel, out);
	else
		buf_puts(out, column == NAME ? kernel->name
				: column == ARCH ? kernel->parts.arch
				: release	 ? release
						 : "unknown");
}

void render_shipped_text(const struct shipped *shipped, size_t width, struct buf *out)
{
	static const char *const titles[COLUMN_CNT] = {"NAME", "RELEASE", "ARCH", "DATA"};
	struct column columns[COLUMN_CNT];

	for (int c = 0; c < COLUMN_CNT; c++) {
		columns[c] = (struct column) {.width = strlen(titles[c])};
		for (size_t i = 0; i < shipped->cnt; i++) {
			_cleanup_buf_ struct buf text = {0};
			put_cell(&shipped->list[i], c, &text);
			columns[c].width = text.len > columns[c].width ? text.len : columns[c].width;
		}
	}
	columns_put(out, columns, titles, COLUMN_CNT, width);
	for (size_t i = 0; i < shipped->cnt; i++) {
		struct buf texts[COLUMN_CNT] = {{0}};
		const char *row[COLUMN_CNT];
		for (int c = 0; c < COLUMN_CNT; c++) {
			put_cell(&shipped->list[i], c, &texts[c]);
			row[c] = buf_text(&texts[c]);
			out->failed |= texts[c].failed;
		}
		columns_put(out, columns, row, COLUMN_CNT, width);
		for (int c = 0; c < COLUMN_CNT; c++)
			buf_deinit(&texts[c]);
	}
}

static json_t *source(const char *kind, const struct kernel_entry *entry)
{
	return json_pack("{s:s,s:o,s:o}", "kind", kind, "release",
		json_text_or_null(entry->snapshot->kernel.release), "path",
		json_text_or_null(entry->path));
}

static json_t *shipped_object(const struct shipped_kernel *kernel)
{
	json_t *sources = json_array();

	if (kernel->predicted)
		json_array_append_new(sources, source("predicted", kernel->predicted));
	if (kernel->probed)
		json_array_append_new(sources, source("probed", kernel->probed));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "name", json_text_or_null(kernel->name),
		"release", json_text_or_null(shipped_first(kernel)->snapshot->kernel.release),
		"version", json_text_or_null(kernel->parts.version), "arch",
		json_text_or_null(kernel->parts.arch), "flavor",
		json_text_or_null(kernel->parts.flavor), "data", sources);
}

struct error *render_json_shipped(const struct shipped *shipped, bool one_line, struct buf *out)
{
	json_t *array = json_array();
	json_t *root = json_pack("{s:s,s:o}", "schema", KERNELS_SCHEMA, "kernels", array);

	for (size_t i = 0; root && i < shipped->cnt; i++)
		json_array_append_new(array, shipped_object(&shipped->list[i]));
	if (!json_write(root, one_line ? JSON_COMPACT : JSON_INDENT(2), out))
		return error_no_memory();
	buf_putc(out, '\n');
	return NULL;
}
