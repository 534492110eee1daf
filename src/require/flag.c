/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/require.h"

#include <string.h>

#include "util/buf.h"

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (upper(c) >= 'A' && upper(c) <= 'Z');
}

const char *require_flag_make(struct pool *pool, const char *expression)
{
	_cleanup_buf_ struct buf flag = {0};
	bool gap = false;

	buf_puts(&flag, REQUIRE_FLAG_PREFIX);
	for (const char *c = expression; *c; c++) {
		if (!is_alphanumeric(*c)) {
			gap = true;
			continue;
		}
		/* The prefix has its '_' already. */
		if (gap && flag.len && flag.data[flag.len - 1] != '_')
			buf_putc(&flag, '_');
		gap = false;
		buf_putc(&flag, upper(*c));
	}
	return flag.failed ? NULL : pool_strdup(pool, buf_text(&flag));
}

const char *require_flag_spell(struct pool *pool, const char *name)
{
	size_t len = strlen(REQUIRE_FLAG_PREFIX);
	bool there = !strncasecmp(name, REQUIRE_FLAG_PREFIX, len) && name[len];
	char *flag = pool_printf(pool, "%s%s", there ? "" : REQUIRE_FLAG_PREFIX, name);

	for (char *c = flag; c && *c; c++)
		*c = upper(*c);
	return flag;
}

/* Does `a` set a flag that states something about `b`? */
static bool clash(const struct requirement *a, const struct requirement *b)
{
	size_t len = strlen(b->flag);

	if (strncmp(a->flag, b->flag, len))
		return false;
	/* Two equal requirements set one flag to one answer. */
	if (!a->flag[len])
		return strcmp(a->root->text, b->root->text);
	return !strcmp(a->flag + len, REQUIRE_FLAG_UNKNOWN);
}

struct error *require_flag_check(const struct require_list *list)
{
	for (size_t i = 0; i < list->cnt; i++) {
		for (size_t j = 0; j < list->cnt; j++) {
			const struct requirement *a = &list->list[i], *b = &list->list[j];
			if (i != j && clash(a, b))
				return error_create(ERROR_USAGE,
					"give one of them another name: NAME = ...",
					"%s and %s would both set %s", b->root->text, a->root->text,
					a->flag);
		}
	}
	return NULL;
}
