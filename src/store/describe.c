/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form.h"

#include <string.h>

#include "util/escape.h"
#include "util/sha256.h"

static size_t longest_name(const struct store *store)
{
	size_t longest = strlen("NAME");

	for (size_t i = 0; i < store_kernel_cnt(store); i++) {
		size_t len = strlen(store_kernel(store, i)->name);
		longest = len > longest ? len : longest;
	}
	return longest;
}

/* The word above the number of lines of a section. */
static const char *const titles[STORE_SECTION_CNT] = {
	[STORE_FUNCTIONS] = "FUNCTIONS",
	[STORE_TYPES] = " TYPES",
	[STORE_SYMBOLS] = "SYMBOLS",
	[STORE_ATTACH] = "ATTACH",
	[STORE_CALLERS] = "CALLERS",
	[STORE_DECLARED] = "DECLARED",
	[STORE_INSTANCES] = "DEFINED",
	[STORE_INLINERS] = "INLINED",
	[STORE_PROTOTYPES] = "PROTOTYPES",
	[STORE_DATA] = "DATA",
};

/* Types come first. */
static const enum store_section order[STORE_SECTION_CNT] = {STORE_TYPES, STORE_FUNCTIONS, STORE_SYMBOLS,
	STORE_DATA, STORE_ATTACH, STORE_INSTANCES, STORE_CALLERS, STORE_DECLARED, STORE_INLINERS, STORE_PROTOTYPES};

static bool has_column(const struct store *store, enum store_section section)
{
	return store_section_index(store, section)->cnt;
}

static struct error *describe_kernel(const struct store *store, size_t index, size_t width, struct buf *out)
{
	const struct store_kernel *kernel = store_kernel(store, index);
	_cleanup_buf_ struct buf all = {0};
	struct store_lines lines = {0};
	char digest[DIGEST_TEXT_BYTES];
	struct error *error = store_kernel_lines(store, index, &lines);

	if (error)
		return error;
	for (size_t i = 0; i < STORE_SECTION_CNT; i++)
		buf_add(&all, buf_text(&lines.text[i]), lines.text[i].len);
	digest_bytes(buf_text(&all), all.len, digest);
	escape_text(out, kernel->name);
	buf_pad(out, ' ', width - strlen(kernel->name));
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (has_column(store, order[i]))
			buf_printf(out, "  %*zu", (int)strlen(titles[order[i]]),
				buf_count_lines(&lines.text[order[i]]));
	}
	buf_printf(out, "  %.16s  %.16s\n", digest,
		*kernel->btf_sha256 ? kernel->btf_sha256
			: kernel->no_btf ? "none"
					 : "unknown");
	store_lines_deinit(&lines);
	return all.failed || out->failed ? error_no_memory() : NULL;
}

struct error *store_describe(const struct store *store, struct buf *out)
{
	size_t width = longest_name(store);
	struct error *error = NULL;

	buf_printf(out, "%-*s", (int)width, "NAME");
	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (has_column(store, order[i]))
			buf_printf(out, "  %s", titles[order[i]]);
	}
	buf_printf(out, "  RECORDS           BTF\n");
	for (size_t i = 0; i < store_kernel_cnt(store) && !error; i++)
		error = describe_kernel(store, i, width, out);
	return error;
}
