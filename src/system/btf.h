/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF of the running kernel and its modules from /sys/kernel/btf below a root directory. */
#ifndef KCOMPAT_SYSTEM_BTF_H
#define KCOMPAT_SYSTEM_BTF_H

#include "kernel/kernel.h"

/*
 * Fills kernel->btf, or kernel->btf_missing with the reason why there is none: damaged BTF is a
 * state of that kernel, not a failure. Errors: lack of memory.
 */
struct error *load_btf(struct kernel *kernel, const char *root);
/* Fills kernel->modules; needs kernel->btf. A module with damaged BTF is a limit. */
struct error *load_btf_modules(struct kernel *kernel, const char *root);
/* Fills identity.btf_sha256; needs kernel->btf. */
struct error *load_btf_digest(struct kernel *kernel);

#endif
