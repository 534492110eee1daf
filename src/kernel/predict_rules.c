/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/predict_rules.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *id, *meaning, *source;
} predict_rules[PREDICT_RULE_CNT] = {
#define PREDICT_RULE_ROW(name, id, meaning, source) [PREDICT_##name] = {id, meaning, source},
	PREDICT_RULES(PREDICT_RULE_ROW)
#undef PREDICT_RULE_ROW
};

const char *predict_rule_id(enum predict_rule rule)
{
	return predict_rules[rule].id;
}

const char *predict_rule_meaning(enum predict_rule rule)
{
	return predict_rules[rule].meaning;
}

const char *predict_rule_source(enum predict_rule rule)
{
	return predict_rules[rule].source;
}

enum predict_rule predict_rule_parse(const char *id)
{
	for (int i = PREDICT_NONE + 1; i < PREDICT_RULE_CNT; i++) {
		if (predict_rule_is(id, (enum predict_rule)i))
			return (enum predict_rule)i;
	}
	return PREDICT_NONE;
}

bool predict_rule_is(const char *id, enum predict_rule rule)
{
	return id && rule != PREDICT_NONE && !strcmp(id, predict_rules[rule].id);
}

bool predict_rule_is_about_call(const char *id)
{
	switch (predict_rule_parse(id)) {
#define CALL_RULE_CASE(name, id, meaning, source) case PREDICT_##name:
		PREDICT_CALL_RULES(CALL_RULE_CASE)
#undef CALL_RULE_CASE
		return true;
	default:
		return false;
	}
}
