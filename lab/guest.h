/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest is to do, and the initramfs that makes it do that. */
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
	bool modules_required;   /* a module that is not there is an error; else it is noted */
	const char *const *adds; /* "FILE[:PATH]" */
	size_t add_cnt;
	const char *const *sysctls; /* "net.core.bpf_jit_enable=0" */
	size_t sysctl_cnt;
	const char *const *drops; /* "CAP_BPF" */
	size_t drop_cnt;
	bool jit; /* net.core.bpf_jit_enable=1 where the kernel has it, unless `sysctls` say else */
	bool user_namespace, unprivileged;
	unsigned timeout_s;
	const char *guest_dir; /* GUEST_DIR/static-ARCH/{init,kcompat}; NULL: where they are built
				  or installed */
};

struct lab_guest {
	struct pool pool;
	char mark[LAB_MARK_BYTES]; /* random: nothing else says it */
	struct buf initramfs;
	const char *const
		*missing_modules; /* asked for, and not in the packages: perhaps built in */
	size_t missing_module_cnt;
};

/*
 * ERROR_USAGE for a task that no guest can do: a program that is not there, not static, of another
 * architecture, a capability nobody knows. ERROR_NOT_FOUND: /init or kcompat of that architecture
 * is not built.
 */
struct error *lab_guest_create(
	const struct lab_image *image, const struct lab_task *task, struct lab_guest *ret);
void lab_guest_deinit(struct lab_guest *guest); /* NULL-safe */

#endif
