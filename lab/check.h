/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks one kernel: `kcompat scan` reads its image, and `kcompat probe` observes it in a guest. */
#ifndef KCOMPAT_LAB_CHECK_H
#define KCOMPAT_LAB_CHECK_H

#include "lab/compare/compare.h"
#include "lab/run.h"
#include "lab/session.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

struct lab_check {
	const char
		*name; /* name in the table and of files; also the kernel's name if it has none */
	struct snapshot *predicted, *probed;
	struct compare_result *result; /* NULL: `failure` is the reason */
	char *failure;                 /* one line; NULL: there is a result */
	bool unasked;                  /* the failure is the lab's: the kernel was never asked */
	char *notes;                   /* of the guest, lines; NULL: none */
	unsigned boots;
	double seconds; /* of the last boot */
};

/*
 * A problem with this kernel (packages, boot, damaged output) is a `failure`. An error is lack of
 * memory, an interrupt, or a task that no kernel can do (ERROR_USAGE). `scanner` is the kcompat of
 * the host. The program of `task` is replaced. The probed snapshot names the same inputs as the
 * predicted one.
 */
struct error *lab_check_kernel(struct lab_session *session, const struct lab_kernel *kernel,
	const char *const *with, size_t with_cnt, const struct lab_task *task, const struct lab_setup *setup, const char *scanner,
	struct lab_check *ret);
void lab_check_deinit(struct lab_check *check); /* NULL-safe */

#endif
