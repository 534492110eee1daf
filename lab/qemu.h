/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding qemu, and its command line for a kernel. */
#ifndef KCOMPAT_LAB_QEMU_H
#define KCOMPAT_LAB_QEMU_H

#include "lab/arch.h"
#include "util/error.h"
#include "util/pool.h"

/* Before 8, amd64 guests from 6.12 on sometimes oops in early boot (seen with 7.2 of Debian 12).
 */
#define LAB_QEMU_MAJOR_WANTED 8

struct lab_qemu {
	struct pool pool;
	const struct lab_arch *arch;
	const char *program;
	const char *library_path; /* "LD_LIBRARY_PATH=..."; NULL: the system's */
	const char *data_dirs[3]; /* of firmware; NULL: the default ones */
	unsigned major;
	const char *version; /* "10.0.2" */
};

/*
 * `dir` is a directory with the programs, or a root directory with unpacked packages; NULL: search
 * PATH. ERROR_NOT_FOUND: no qemu for the architecture. Runs it once for its version.
 */
struct error *lab_qemu_find(const struct lab_arch *arch, const char *dir, struct lab_qemu *ret);
void lab_qemu_deinit(struct lab_qemu *qemu); /* NULL-safe */

struct lab_machine {
	const char *kernel, *initramfs; /* paths */
	const char *append;             /* appended to the kernel's command line; may be "" */
	unsigned memory_mib;
};
/* Arguments, NULL at the end, in the pool; the guest's console is qemu's standard output. */
const char *const *lab_qemu_argv(
	const struct lab_qemu *qemu, const struct lab_machine *machine, struct pool *pool);

#endif
