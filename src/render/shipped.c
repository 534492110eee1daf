/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of the kernels that are shipped. */
#include <jansson.h>
#include <string.h>

#include "render/render.h"
#include "util/escape.h"
#include "util/json_write.h"

enum { NAME, RELEASE, ARCH, COLUMN_CNT };

static const char *column(const struct shipped_kernel *kernel, int at)
{
	const char *release = shipped_first(kernel)->snapshot->kernel.release;

	return at == NAME       ? kernel->name
		: at == RELEASE ? (release ? release : "unknown")
				: kernel->parts.arch;
}

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
		buf_puts(out, " (");
		escape_text(out, release ? release : "another build");
		buf_putc(out, ')');
	}
}

void render_shipped_text(const struct shipped *shipped, struct buf *out)
{
	static const char *const titles[COLUMN_CNT] = {"NAME", "RELEASE", "ARCH"};
	size_t widths[COLUMN_CNT];

	for (int c = 0; c < COLUMN_CNT; c++) {
		widths[c] = strlen(titles[c]);
		for (size_t i = 0; i < shipped->cnt; i++) {
			size_t len = strlen(column(&shipped->list[i], c));
			widths[c] = len > widths[c] ? len : widths[c];
		}
		buf_printf(out, "%-*s  ", (int)widths[c], titles[c]);
	}
	buf_puts(out, "DATA\n");
	for (size_t i = 0; i < shipped->cnt; i++) {
		for (int c = 0; c < COLUMN_CNT; c++) {
			const char *text = column(&shipped->list[i], c);
			escape_text(out, text);
			buf_pad(out, ' ', widths[c] + 2 - strlen(text));
		}
		put_data(&shipped->list[i], out);
		buf_putc(out, '\n');
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
