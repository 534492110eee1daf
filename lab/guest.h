/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The task of a guest, and the initramfs that carries it out. */
#ifndef KCOMPAT_LAB_GUEST_H
#define KCOMPAT_LAB_GUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/image.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

#define LAB_MARK_BYTES 40

struct lab_task {
	const char *const *argv; /* the program of the host, or "kcompat"; then its arguments */
	size_t argc;
	const char *const *modules;
	size_t module_cnt;
	bool modules_required;   /* a missing module is an error; else it is only noted */
	const char *const *adds; /* "FILE[:PATH]" */
	size_t add_cnt;
	const char *const *sysctls; /* "net.core.bpf_jit_enable=0" */
	size_t sysctl_cnt;
	const char *const *drops; /* "CAP_BPF" */
	size_t drop_cnt;
	bool jit; /* net.core.bpf_jit_enable=1 if the kernel has it and `sysctls` do not set it */
	bool user_namespace, unprivileged;
	unsigned timeout_s;
	const char *guest_dir; /* GUEST_DIR/static-ARCH/{init,kcompat}; NULL: where they are built
				  or installed */
};

struct lab_guest {
	struct pool pool;
	char mark[LAB_MARK_BYTES]; /* random, so that no other text contains it */
	struct buf initramfs;
	const char *const
		*missing_modules; /* requested, but not in the packages: perhaps built in */
	size_t missing_module_cnt;
};

/*
 * ERROR_USAGE for a task that no guest can do: a program that is missing, not static or for another
 * architecture, or an unknown capability. ERROR_NOT_FOUND: /init or kcompat of that architecture is
 * not built.
 */
struct error *lab_guest_create(
	const struct lab_image *image, const struct lab_task *task, struct lab_guest *ret);
void lab_guest_deinit(struct lab_guest *guest); /* NULL-safe */

#endif
