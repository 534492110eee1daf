/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of the BTF of loaded modules. */
#ifndef KCOMPAT_PROBE_MODULE_FDS_H
#define KCOMPAT_PROBE_MODULE_FDS_H

#include "kernel/kernel.h"
#include "probe/bpf.h"

/*
 * BTF descriptors of the modules that have candidates, for fd_array. Index 0 is vmlinux (no
 * descriptor). Module i of the kernel is at i + 1; -1: no descriptor.
 */
struct module_fds {
	int *fds; /* owned; kernel->module_cnt + 1 */
	size_t cnt;
};
struct error *module_fds_open(struct bpf_sys *sys, const struct kernel *kernel, struct module_fds *fds);
void module_fds_close(struct module_fds *fds); /* NULL-safe */

#endif
