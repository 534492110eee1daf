/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/tone.h"

#include <string.h>

#include "util/colour.h"

static void put_toned(
	struct buf *out, const char *word, int width, enum tristate answer, const bool colour)
{
	static const char *const colours[] = {[TRISTATE_UNKNOWN] = COLOUR_DOUBT,
		[TRISTATE_YES] = COLOUR_GOOD,
		[TRISTATE_NO] = COLOUR_BAD};
	size_t len = strlen(word);

	if (colour)
		buf_puts(out, colours[answer]);
	buf_puts(out, word);
	if (colour)
		buf_puts(out, COLOUR_END);
	buf_pad(out, ' ', len < (size_t)width ? (size_t)width - len : 0);
}

void put_support_word(struct buf *out, enum support_state state, int width, bool colour)
{
	enum tristate answer = state == SUPPORT_OK ? TRISTATE_YES
		: state == SUPPORT_UNSUPPORTED     ? TRISTATE_NO
						   : TRISTATE_UNKNOWN;

	put_toned(out, support_state_word(state), width, answer, colour);
}

void put_cell_word(struct buf *out, enum cell_state state, int width, bool colour)
{
	enum tristate answer = cell_state_usable(state) ? TRISTATE_YES
		: cell_state_definite(state)            ? TRISTATE_NO
							: TRISTATE_UNKNOWN;

	put_toned(out, cell_state_word(state), width, answer, colour);
}

void put_answer_word(struct buf *out, enum tristate answer, int width, bool colour)
{
	static const char *const words[] = {
		[TRISTATE_UNKNOWN] = "unknown", [TRISTATE_YES] = "yes", [TRISTATE_NO] = "no"};

	put_toned(out, words[answer], width, answer, colour);
}
