/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers requirements from what is known about a kernel. Pure: whatever has to be loaded or
 * probed first is what require_needs() lists.
 *
 * An answer is yes or no only on evidence. Ran, loadable and permitted are yes; conditional,
 * refused, absent and impossible are no; blocked, unknown and what was never asked are unknown.
 * That a name is nowhere is a no only where the source that would list it was read whole.
 * any(), all() and not() follow Kleene's three-valued logic.
 */
#ifndef KCOMPAT_REQUIRE_REQUIRE_H
#define KCOMPAT_REQUIRE_REQUIRE_H

#include "kernel/kernel.h"
#include "require/parse.h"
#include "snapshot/snapshot.h"

struct require_scope {
	/* Never NULL. Of a running kernel it holds at least what require_needs() asked for. */
	const struct snapshot *snapshot;
	/* The running kernel's files; NULL when the snapshot came from a file. */
	const struct kernel *kernel;
};

struct require_verdict {
	enum tristate value;
	const char *reason; /* one line; never NULL */
	/* Evidence, NULL and 0 where there is none. */
	const char *state; /* "permitted", "ok", "present", ... */
	const char *line;  /* the verifier's deciding line */
	int errnum;
	bool predicted; /* derived from an image, never from a load */
};

/* A zeroed struct is an empty one. Borrows strings of the scope and of the list. */
struct require_answer {
	struct pool pool;
	struct require_verdict *verdicts; /* [list->node_cnt] by node->id */
	/* Of the whole list: all of them together, optional ones left out. */
	enum tristate value;
	size_t yes_cnt, no_cnt, unknown_cnt; /* optional ones left out */
};

/* The only error is lack of memory. */
struct error *require_evaluate(const struct require_list *list, const struct require_scope *scope,
	struct require_answer *ret);
void require_answer_deinit(struct require_answer *answer); /* NULL-safe */

const struct require_verdict *require_verdict_of(
	const struct require_answer *answer, const struct require_node *node);
/* "yes", "no", "unknown" */
const char *require_value_word(enum tristate value);

#endif
