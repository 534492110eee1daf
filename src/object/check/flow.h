/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which instructions of a program can the verifier reach? Constants are followed through registers,
 * stack slots, .rodata, .kconfig and externs that the kernel lacks, through calls and callbacks,
 * until nothing changes. The verifier knows more (ranges, lengths), so it reaches no instruction
 * that is not found here. Steps and states are limited: beyond that, there is no answer.
 */
#ifndef KCOMPAT_CHECK_FLOW_H
#define KCOMPAT_CHECK_FLOW_H

#include "object/check/world.h"

/* What a loader can have written into a variable of .rodata. */
struct flow_variable {
	uint32_t section, start, size_bytes;
	const char *name; /* NULL: BTF does not name it */
};
#define FLOW_VARIABLE_MAX 48

enum flow_assumption {
	FLOW_UNKNOWN,  /* any value in every variable */
	FLOW_AS_BUILT, /* what the file has */
	FLOW_VALUE,    /* `value` in the one variable, any value in the others */
	FLOW_TESTS,    /* `value` as the result of each CO-RE test that has no answer; any value in
			  variables */
};

struct flow_case {
	enum flow_assumption assumption;
	struct flow_variable variable;
	int64_t value;
};

/* A load from the context of the program, at a known place. */
struct flow_access {
	uint32_t section, insn;
	int64_t offset;
	uint32_t bytes;
};
#define FLOW_ACCESS_MAX 256

struct flow_result {
	struct pool pool;
	uint8_t **reached; /* [section_cnt][insn_cnt]; NULL for sections without code */
	bool gave_up;      /* some limit was hit: everything may be reached */
	/* The variables that were read at a known place. */
	struct flow_variable variables[FLOW_VARIABLE_MAX];
	size_t variable_cnt;
	bool more_variables;
	struct flow_access *accesses; /* each once; the first ones, if there are more */
	size_t access_cnt, access_cap;
	bool unknown_tests; /* some branch may depend on a test without an answer */
};

/* *ret is overwritten. The error is lack of memory. */
struct error *flow_run(const struct world *world, const struct object_function *entry,
	const struct flow_case *how, struct flow_result *ret);
void flow_result_deinit(struct flow_result *result); /* NULL-safe */
/* For flow_run(); the second one is false without memory. */
void flow_note_variable(struct flow_result *result, const struct flow_variable *variable);
bool flow_note_access(struct flow_result *result, const struct flow_access *access);
bool flow_reaches(const struct flow_result *result, uint32_t section, uint32_t insn);

#endif
