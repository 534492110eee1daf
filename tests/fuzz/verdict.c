/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/verdict.h"
#include "util/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static const struct verdict_rule *rule_named(const char *name, enum cell_state state)
{
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		if (!strcmp(verdict_rules[i].name, name) && verdict_rules[i].state == state)
			return &verdict_rules[i];
	}
	return NULL;
}

/* A '*' stands for anything: what stands between must be in the line, in that order. */
static bool contains_pieces(const struct verdict *verdict, const char *pattern)
{
	const char *at = verdict->line, *end = verdict->line + verdict->line_len;

	while (*pattern) {
		size_t len = strcspn(pattern, "*");
		const char *found = len ? memmem(at, (size_t)(end - at), pattern, len) : at;
		if (!found)
			return false;
		at = found + len;
		pattern += len + (pattern[len] == '*');
	}
	return true;
}

/* Some pattern of the rule explains the line: a verdict without its words would be made up. */
static bool explained(const struct verdict *verdict, enum call_kind kind)
{
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		const struct verdict_rule *rule = &verdict_rules[i];
		if (rule->kinds & kind && rule->state == verdict->state &&
			!strcmp(rule->name, verdict->rule) &&
			contains_pieces(verdict, rule->pattern))
			return true;
	}
	return false;
}

static void check_verdict(enum call_kind kind, int errnum, const char *log)
{
	struct verdict verdict = verdict_read(kind, errnum, log);

	check(verdict.rule != NULL && verdict.state != CELL_NONE && verdict.state < CELL_STATE_CNT);
	check((verdict.state == CELL_LOADABLE) == !errnum);
	if (verdict.line)
		check(verdict.line >= log && verdict.line + verdict.line_len <= log + strlen(log) &&
			!memchr(verdict.line, '\n', verdict.line_len));
	if (rule_named(verdict.rule, verdict.state))
		check(verdict.line && explained(&verdict, kind));
	else
		check(verdict.state == CELL_UNKNOWN || verdict.state == CELL_BLOCKED || !errnum);
}

/* A byte of errno, then the log. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum call_kind kinds[] = {
		CALL_KFUNC, CALL_HELPER, CALL_ATTACH, ACCESS_CONTEXT, LOAD_TRIVIAL};
	static const int errnums[] = {
		0, EPERM, EACCES, EINVAL, ENOENT, ENOSPC, ENOMEM, E2BIG, EFAULT, 524};

	if (!size)
		return 0;
	char *log = malloc(size);
	memcpy(log, data + 1, size - 1);
	log[size - 1] = '\0';
	int errnum = errnums[data[0] % ARRAY_SIZE(errnums)];
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		check_verdict(kinds[i], errnum, log);
	free(log);
	return 0;
}
