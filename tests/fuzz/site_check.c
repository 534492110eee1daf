/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The documents of `kcompat check --json` that a site takes. What is made of one is a script without markup. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_script(const struct buf *script)
{
	if (!script->len || memchr(script->data, '<', script->len) || script->data[script->len - 1] != '\n' ||
		strncmp(script->data, "kcompat.check(0,{", strlen("kcompat.check(0,{")))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf script = {0}, summary = {0};
	struct error *error = render_site_check("title", 0, (const char *)data, size, &script, &summary);

	if (!error)
		check_script(&script);
	error_free(error);
	buf_deinit(&script);
	buf_deinit(&summary);
	return 0;
}
