/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/require.h"

#include <string.h>

static const struct {
	const char *word;
	int status[3]; /* by enum tristate */
	int error;
} styles[REQUIRE_STYLE_CNT] = {
#define REQUIRE_STYLE_ROW(name, word, yes, no, unknown, error)                                     \
	[REQUIRE_STYLE_##name] = {word,                                                            \
		{[TRISTATE_YES] = yes, [TRISTATE_NO] = no, [TRISTATE_UNKNOWN] = unknown}, error},
	REQUIRE_STYLES(REQUIRE_STYLE_ROW)
};

enum require_style require_style_parse(const char *word)
{
	enum require_style style = 0;

	while (style < REQUIRE_STYLE_CNT && strcmp(styles[style].word, word))
		style++;
	return style;
}

enum tristate require_settle(enum tristate value, enum require_unknown on_unknown)
{
	if (value != TRISTATE_UNKNOWN || on_unknown == REQUIRE_UNKNOWN_KEEP)
		return value;
	return on_unknown == REQUIRE_UNKNOWN_PASS ? TRISTATE_YES : TRISTATE_NO;
}

int require_exit_status(enum require_style style, enum tristate value)
{
	return styles[style].status[value];
}

int require_exit_error(enum require_style style)
{
	return styles[style].error;
}
