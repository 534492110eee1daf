/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page of any bytes: bytes outside of sections stay, and what was made once is not made otherwise again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/docs_fixture.h"
#include "docs/docs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct error *fill(enum since_policy policy, const char *data, size_t size,
	struct docs_report *report, struct buf *out)
{
	static struct docs_fixture fixture;
	static struct docs_options options[SINCE_POLICY_CNT];

	if (!fixture.history)
		fixture_init(&fixture);
	if (!options[policy].since && since_create(fixture.history, policy, &options[policy].since))
		abort();
	return docs_fill(&options[policy], "page.md", data, size, report, out);
}

/* All that is not between our markers is there, in order. */
static void check_outside(const char *data, size_t size, const struct buf *out)
{
	_cleanup_marker_page_ struct marker_page page = {0};
	size_t at = 0, out_at = 0;

	if (markers_parse("page.md", data, size, &page))
		abort();
	for (size_t i = 0; i <= page.section_cnt; i++) {
		size_t end = i < page.section_cnt ? page.sections[i].begin : size, len = end - at;
		if (end < at || end > size)
			abort();
		const char *found = !len ? out->data + out_at
			: out_at < out->len ? memmem(out->data + out_at, out->len - out_at, data + at, len)
					    : NULL;
		if (len && !found)
			abort();
		out_at = len ? (size_t)(found - out->data) + len : out_at;
		at = i < page.section_cnt ? page.sections[i].end : size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int policy = 0; policy < SINCE_POLICY_CNT; policy++) {
		_cleanup_docs_report_ struct docs_report first = {0}, second = {0};
		_cleanup_buf_ struct buf once = {0}, twice = {0}, text = {0};
		struct error *error = fill((enum since_policy)policy, (const char *)data, size, &first, &once);
		if (error) {
			if (!strstr(error->what, "page.md"))
				abort();
			error_free(error);
			continue;
		}
		check_outside((const char *)data, size, &once);
		if (fill((enum since_policy)policy, buf_text(&once), once.len, &second, &twice) ||
			second.difference_cnt || once.len != twice.len ||
			(once.len && memcmp(once.data, twice.data, once.len)))
			abort();
		render_docs_text(&first, &text);
		if (render_udiff("page.md", (const char *)data, size, buf_text(&once), once.len, &text) ||
			text.failed)
			abort();
	}
	return 0;
}
