/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel model of a running system or of a captured root directory. */
#ifndef KCOMPAT_SYSTEM_LOAD_H
#define KCOMPAT_SYSTEM_LOAD_H

#include "kernel/kernel.h"
#include "util/error.h"

/* Facts that cost time; identity and environment are always loaded. */
enum load_fact {
	LOAD_CONFIG = 1 << 0,
	LOAD_BTF = 1 << 1,
	LOAD_MODULES = 1 << 2,  /* needs LOAD_BTF */
	LOAD_DIGEST = 1 << 3,   /* needs LOAD_BTF */
	LOAD_SYMBOLS = 1 << 4,
	LOAD_NAMES = 1 << 5,    /* traceable functions, kprobe blacklist */
	LOAD_ALL = (1 << 6) - 1,
};

/*
 * Fills a zeroed `kernel`; the caller calls kernel_deinit() in any case. Whatever cannot be read
 * is a state of the model. Errors: lack of memory.
 */
struct error *load_kernel(struct kernel *kernel, const char *root, unsigned int facts);

#endif
