/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/snapshot.h"
#include "util/sort.h"

#include <string.h>

static const struct evidence nothing = {0};

bool evidence_is_empty(const struct evidence *evidence)
{
	return !evidence || (!evidence->errnum && !evidence->line && !evidence->rule);
}

int evidence_compare(const struct evidence *a, const struct evidence *b)
{
	a = a ? a : &nothing;
	b = b ? b : &nothing;
	if (a == b)
		return 0;
	if (a->errnum != b->errnum)
		return a->errnum < b->errnum ? -1 : 1;
	int order = order_texts(a->line, b->line);
	return order ? order : order_texts(a->rule, b->rule);
}

bool evidence_same(const struct evidence *a, const struct evidence *b)
{
	return !evidence_compare(a, b);
}
