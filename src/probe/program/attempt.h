/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program tried in one context: what the kernel said, and whether that is an answer. */
#ifndef KCOMPAT_PROBE_PROGRAM_ATTEMPT_H
#define KCOMPAT_PROBE_PROGRAM_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/context.h"
#include "probe/kit.h"
#include "snapshot/snapshot.h"

/* A context of kernel/context.h with the target it is tried on. */
struct attempt_context {
	const char *name; /* borrowed */
	const struct context_row *row;
	char target[64];    /* "" for none */
	uint32_t target_id; /* in the kernel's BTF; 0: not there */
	bool type_missing;  /* the kernel's BTF says that it has no such program type */
	int control; /* what loading a trivial program gave: 0 or -errno; ATTEMPT_NOT_ASKED */
};
#define ATTEMPT_NOT_ASKED 1

struct attempt {
	enum cell_state state; /* CELL_LOADABLE: fd is open */
	int errnum;
	int fd;           /* the caller closes it; -1 */
	char reason[400]; /* "" when there is nothing to say */
};

/*
 * `name` is a row of the table, or "iter/NAME" and "iter.s/NAME". fentry rows get a function that
 * the kernel keeps for tests and that runs only when a test run asks for it. False: no such row.
 */
bool attempt_context_init(
	struct attempt_context *context, const char *name, const struct kernel *kernel);

/*
 * Loads `program` (see program_object_find()). An error is lack of memory. A refusal counts as one
 * only in words that verdict_read() knows; a program has more ways to fail than a bare call, and
 * those are unknown, with the line.
 */
struct error *attempt_load(struct kit *kit, struct attempt_context *context,
	const struct bpf_load_attr *program, struct attempt *ret);

void attempt_say(struct attempt *attempt, enum cell_state state, int errnum, const char *format,
	...) __attribute__((format(printf, 4, 5)));

#endif
