/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program in one guest, from its kernel to what it said. */
#ifndef KCOMPAT_LAB_RUN_H
#define KCOMPAT_LAB_RUN_H

#include "lab/console.h"
#include "lab/guest.h"
#include "lab/image.h"
#include "lab/qemu.h"

/* Boots that die before the program starts: with emulation some do, whatever the kernel. */
#define LAB_BOOT_TRIES 3
/* What a guest needs beside its program's time. */
#define LAB_BOOT_TIMEOUT_S 90

/* Exit statuses of `kcompat-lab run` beside the program's own (0 to 123, 128 and the signal). */
enum {
	LAB_STATUS_TIMEOUT = 124,
	LAB_STATUS_FAILURE = 125, /* the lab's */
	LAB_STATUS_PANIC = 126,
};

struct lab_setup {
	const struct lab_qemu *qemu;
	const char *append;
	unsigned memory_mib, boot_timeout_s;
};

struct lab_outcome {
	int status;     /* as the exit status of `run` */
	struct buf why; /* one line when `status` is the lab's own word; "" when the program's */
	struct lab_report report;
	struct buf console; /* of the last boot; its mark is `mark` */
	char mark[LAB_MARK_BYTES];
	unsigned boots;   /* how many were tried */
	double seconds;   /* of the last one */
	struct buf notes; /* lines: modules that are not there, boots that died */
};

/*
 * Errors are those of before the boot (lab_guest_create()) and an interrupt; what happens from then
 * on is an outcome. The caller calls lab_outcome_deinit().
 */
struct error *lab_run(const struct lab_image *image, const struct lab_task *task,
	const struct lab_setup *setup, struct lab_outcome *ret);
void lab_outcome_deinit(struct lab_outcome *outcome); /* NULL-safe */

#endif
