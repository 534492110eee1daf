/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one program in one guest, from its kernel to its output. */
#ifndef KCOMPAT_LAB_RUN_H
#define KCOMPAT_LAB_RUN_H

#include "lab/console.h"
#include "lab/guest.h"
#include "lab/image.h"
#include "lab/qemu.h"

/* The limit of boots that die before the program starts. Under emulation, some boots die. */
#define LAB_BOOT_TRIES 3
/* The time of a guest without its program. */
#define LAB_BOOT_TIMEOUT_S 90

/* Exit statuses of `kcompat-lab run` besides the program's own (0 to 123, 128 and the signal). */
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
	int status;     /* the exit status of `run` */
	struct buf why; /* one line if `status` comes from the lab or a signal; "" if it is the program's */
	struct lab_report report;
	struct buf console; /* of the last boot; its mark is `mark` */
	char mark[LAB_MARK_BYTES];
	unsigned boots;   /* the number of boots */
	double seconds;   /* of the last boot */
	struct buf notes; /* lines: missing modules, boots that died */
};

/*
 * An error comes only from before the boot (lab_guest_create()), or from an interrupt. Everything
 * later is an outcome. The caller calls lab_outcome_deinit().
 */
struct error *lab_run(const struct lab_image *image, const struct lab_task *task,
	const struct lab_setup *setup, struct lab_outcome *ret);
void lab_outcome_deinit(struct lab_outcome *outcome); /* NULL-safe */

#endif
