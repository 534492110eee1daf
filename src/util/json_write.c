/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_write.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

char *json_as_utf8(const char *text)
{
	_cleanup_buf_ struct buf copy = {0};
	uint32_t code;

	for (size_t step, len = strlen(text); (step = escape_next(text, len, &code)); text += step, len -= step) {
		if (code == ESCAPE_INVALID)
			buf_puts(&copy, "\xef\xbf\xbd");
		else
			buf_add(&copy, text, step);
	}
	return copy.failed ? NULL : strdup(buf_text(&copy));
}

json_t *json_text_or_null(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	char *copy = value ? NULL : json_as_utf8(text);
	if (copy)
		value = json_string(copy);
	free(copy);
	return value;
}

static int add_chunk(const char *chunk, size_t size, void *out)
{
	buf_add(out, chunk, size);
	return ((struct buf *)out)->failed ? -1 : 0;
}

bool json_write(json_t *root, size_t flags, struct buf *out)
{
	_cleanup_buf_ struct buf dump = {0};
	bool ok = root && !json_dump_callback(root, add_chunk, &dump, flags);

	json_decref(root);
	if (ok)
		escape_json_dump(out, buf_text(&dump), dump.len);
	return ok && !out->failed;
}
