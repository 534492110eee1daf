/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libunicorn, opened when code of an image first runs. It has 20 MB: linking it would make every
 * start of the program a third slower.
 */
#ifndef KCOMPAT_CODE_EMULATE_UNICORN_H
#define KCOMPAT_CODE_EMULATE_UNICORN_H

#include <unicorn/unicorn.h>

/*
 * UC_CTL_TLB_TYPE and UC_TLB_VIRTUAL of Unicorn 2.1. Headers of 2.0 lack the names, but a program
 * that was built with them may find a later library.
 */
#define EMULATE_CTL_TLB_TYPE 12
#define EMULATE_TLB_VIRTUAL 1

#define EMULATE_FUNCTIONS(X)                                                                       \
	X(uc_open)                                                                                 \
	X(uc_close)                                                                                \
	X(uc_ctl)                                                                                  \
	X(uc_reg_read)                                                                             \
	X(uc_reg_write)                                                                            \
	X(uc_mem_map)                                                                              \
	X(uc_mem_read)                                                                             \
	X(uc_mem_write)                                                                            \
	X(uc_hook_add)                                                                             \
	X(uc_emu_start)                                                                            \
	X(uc_emu_stop)                                                                             \
	X(uc_context_alloc)                                                                        \
	X(uc_context_free)                                                                         \
	X(uc_context_save)                                                                         \
	X(uc_context_restore)

struct emulate_library {
#define EMULATE_FUNCTION_POINTER(name) __typeof__(name) *name;
	EMULATE_FUNCTIONS(EMULATE_FUNCTION_POINTER)
#undef EMULATE_FUNCTION_POINTER
};

/* NULL: it is not installed, or lacks a function. Thread-safe. */
const struct emulate_library *emulate_library(void);

#endif
