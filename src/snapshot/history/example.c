/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/example.h"
#include "util/embed.h"

#include <stdio.h>
#include <string.h>

#define MARK "== "
#define MARK_LEN (sizeof(MARK) - 1)

/* The first line at `at` or behind it that begins an example; NULL: there is none. */
static const char *next_mark(const char *at)
{
	if (at == embed_examples && !strncmp(at, MARK, MARK_LEN))
		return at;
	const char *found = strstr(at, "\n" MARK);
	return found ? found + 1 : NULL;
}

static bool read_mark(const char *mark, const char *function, struct call_example *ret)
{
	size_t len = strlen(function);

	return !strncmp(mark + MARK_LEN, function, len) && mark[MARK_LEN + len] == ' ' &&
		sscanf(mark + MARK_LEN + len, " %127s %127s", ret->context, ret->kernel) == 2;
}

bool example_find(const char *function, struct call_example *ret)
{
	for (const char *mark = next_mark(embed_examples); mark; mark = next_mark(mark + 1)) {
		if (!read_mark(mark, function, ret))
			continue;
		const char *end = next_mark(mark + 1);
		ret->source = strchr(mark, '\n') + 1;
		ret->len_bytes = end ? (size_t)(end - ret->source) : strlen(ret->source);
		return true;
	}
	return false;
}
