/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program reads on its way: variables of .rodata, and its context. */
#include "object/check/flow.h"

void flow_note_variable(struct flow_result *result, const struct flow_variable *variable)
{
	for (size_t i = 0; i < result->variable_cnt; i++) {
		if (result->variables[i].section == variable->section &&
			result->variables[i].start == variable->start)
			return;
	}
	if (result->variable_cnt == FLOW_VARIABLE_MAX)
		result->more_variables = true;
	else
		result->variables[result->variable_cnt++] = *variable;
}

bool flow_note_access(struct flow_result *result, const struct flow_access *access)
{
	for (size_t i = 0; i < result->access_cnt; i++) {
		const struct flow_access *known = &result->accesses[i];
		if (known->section == access->section && known->insn == access->insn &&
			known->offset == access->offset)
			return true;
	}
	if (result->access_cnt == FLOW_ACCESS_MAX)
		return true;
	struct flow_access *accesses = pool_grow(&result->pool, result->accesses,
		result->access_cnt, &result->access_cap, sizeof(*accesses));
	if (!accesses)
		return false;
	accesses[result->access_cnt++] = *access;
	result->accesses = accesses;
	return true;
}
