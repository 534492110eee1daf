/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_page_type_tag() */
#include <string.h>

#include "docs/docs.h"
#include "docs/page_parts.h"
#include "probe/probe.h"
#include "render/parts.h"
#include "util/escape.h"

static const char *tag_meaning(const char *feature)
{
	for (size_t i = 0; probe_feature_info(i); i++) {
		if (!strcmp(probe_feature_info(i)->name, feature))
			return probe_feature_info(i)->meaning;
	}
	return NULL;
}

static void tag_definition(struct buf *out, const char *tag, const char *meaning)
{
	buf_printf(out, "\n## Definition\n\n`#!c #define __%s __attribute__((btf_type_tag(\"%s\")))`\n", tag, tag);
	if (!meaning)
		return;
	buf_puts(out, "\nMeaning: ");
	escape_markdown(out, meaning);
	buf_puts(out, ".\n");
}

struct error *render_page_type_tag(const struct history *history, const char *feature, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	const struct subject subject = {SUBJECT_FEATURE, feature};
	const char *tag = feature + strlen(TYPE_TAG_FEATURE);
	const char *macro = pool_printf(&pool, "__%s", tag);
	struct finding *findings;
	struct error *error = macro ? find_all(history, &subject, &pool, &findings) : error_no_memory();

	if (error)
		return error;
	put_page_head(out, "Type tag", macro, "what it tells the verifier, the kernels that know it, and an example");
	put_marker(out, "FEATURE_TAG", macro);
	buf_putc(out, '\n');
	put_since(out, history, findings);
	error = put_support_table(out, history, &subject, &pool);
	if (escape_is_plain_name(tag))
		tag_definition(out, tag, tag_meaning(feature));
	put_macro_example(out, macro);
	return error || !out->failed ? error : error_no_memory();
}
