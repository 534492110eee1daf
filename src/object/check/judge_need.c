/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The needs of a cell, and the answers to their questions. */
#include "object/check/judge.h"

#include <string.h>

/* NULL: it is new, and the next one. */
static struct check_need *find_need(struct judge *judge, enum check_kind kind, const char *name)
{
	buf_clear(&judge->need);
	buf_printf(&judge->need, "%d %s", kind, name);
	size_t number = texts_number(&judge->needs, buf_text(&judge->need), judge->need.len);
	if (judge->need.failed || judge->needs.failed)
		judge->no_memory = true;
	return !judge->no_memory && number < judge->cell->need_cnt ? &judge->cell->needs[number] : NULL;
}

void judge_add(struct judge *judge, struct check_need need)
{
	struct check_cell *cell = judge->cell;
	struct check_need *known = need.name ? find_need(judge, need.kind, need.name) : NULL;

	if (judge->no_memory || !need.name || !need.reason) {
		judge->no_memory = true;
		return;
	}
	if (known) {
		if (need.state > known->state || (known->guarded && !need.guarded))
			*known = need;
		return;
	}
	struct check_need *needs = pool_grow(
		&judge->check->pool, cell->needs, cell->need_cnt, &cell->need_cap, sizeof(*needs));
	if (!needs) {
		judge->no_memory = true;
		return;
	}
	needs[cell->need_cnt++] = need;
	cell->needs = needs;
}

static enum check_state state_of(const struct require_verdict *verdict)
{
	if (verdict->value == TRISTATE_YES)
		return CHECK_MET;
	if (verdict->value == TRISTATE_NO)
		return verdict->state && !strcmp(verdict->state, cell_state_word(CELL_CONDITIONAL))
			? CHECK_CONDITIONAL
			: CHECK_UNMET;
	return verdict->state && !strcmp(verdict->state, support_state_word(SUPPORT_BLOCKED))
		? CHECK_BLOCKED
		: CHECK_UNKNOWN;
}

void judge_take_answer(
	const struct judge *judge, const struct require_node *node, struct check_need *need)
{
	need->state = CHECK_UNKNOWN;
	need->reason = "kcompat has no question for it";
	if (!node)
		return;
	const struct require_verdict *verdict = require_verdict_of(judge->kernel->answer, node);
	need->state = state_of(verdict);
	need->reason = verdict->reason;
	need->predicted = verdict->predicted;
	if (need->state == CHECK_CONDITIONAL)
		need->guard = "the kernel's own condition decides";
}
