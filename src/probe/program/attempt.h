/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries one program in one context: what the kernel said, and whether that is an answer. */
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
	char target[64];    /* "": none */
	uint32_t target_id; /* in the kernel's BTF; 0: not found */
	bool type_missing;  /* the kernel's BTF lacks the program type */
	int control; /* result of loading a trivial program: 0 or -errno; or ATTEMPT_NOT_ASKED */
};
#define ATTEMPT_NOT_ASKED 1

struct attempt {
	enum cell_state state; /* CELL_LOADABLE: fd is open */
	int errnum;
	int fd;           /* the caller closes it; -1 */
	char reason[400]; /* "": none */
};

/*
 * `name` is a row of the table, or "iter/NAME" or "iter.s/NAME". fentry rows get a test function of the
 * kernel that only test runs call. False: no such row.
 */
bool attempt_context_init(
	struct attempt_context *context, const char *name, const struct kernel *kernel);

/*
 * Loads `program` (see program_object_find()). Errors: no memory. A refusal counts only if
 * verdict_read() knows the message. A program can fail for more reasons than a bare call. Such a
 * failure is unknown, with the line.
 */
struct error *attempt_load(struct kit *kit, struct attempt_context *context,
	const struct bpf_load_attr *program, struct attempt *ret);

void attempt_say(struct attempt *attempt, enum cell_state state, int errnum, const char *format,
	...) __attribute__((format(printf, 4, 5)));

#endif
