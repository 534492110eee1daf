/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's log as the planner of real calls reads it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/calls/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_refusal(const char *log)
{
	struct log_refusal refusal = log_refusal(log);
	unsigned int argument;

	check(refusal.insn >= -1);
	if (!refusal.line)
		return;
	check(refusal.line >= log && refusal.line + refusal.len <= log + strlen(log));
	check(!memchr(refusal.line, '\n', refusal.len));
	if (log_argument(refusal.line, refusal.len, &argument))
		check(argument < 5);
}

static void check_pointers(const char *log, unsigned int reg)
{
	const char *at = log, *end = log + strlen(log);
	struct log_pointer pointer;

	while (log_next_pointer(&at, reg, &pointer)) {
		check(at > log && at <= end);
		check(pointer.insn >= 0);
		check(pointer.type > log && pointer.type + pointer.type_len < end);
		check(pointer.type_len && pointer.type[pointer.type_len] == '(');
		check(!(pointer.trusted && pointer.untrusted));
	}
	check(at == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *log = malloc(size + 1);

	memcpy(log, data, size);
	log[size] = '\0';
	check_refusal(log);
	for (unsigned int reg = 0; reg < 10; reg++)
		check_pointers(log, reg);
	free(log);
	return 0;
}
