/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libunicorn, opened when code of an image first runs. It has 20 MB: linking it would make every
 * start of the program a third slower.
 */
#ifndef KCOMPAT_CODE_EMULATE_UNICORN_H
#define KCOMPAT_CODE_EMULATE_UNICORN_H

#include <stdbool.h>

#include <unicorn/unicorn.h>

#define EMULATE_FUNCTIONS(X)                                                                       \
	X(uc_open)                                                                                 \
	X(uc_close)                                                                                \
	X(uc_ctl)                                                                                  \
	X(uc_reg_read)                                                                             \
	X(uc_reg_write)                                                                            \
	X(uc_mem_map)                                                                              \
	X(uc_mem_map_ptr)                                                                          \
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

/* NULL: emulate_missing() has the reason. Thread-safe. */
const struct emulate_library *emulate_library(void);

/* A machine maps much address space and uses little of it: it is taken out of the run's budget. */
void emulate_reserve(bool taken);

/* Callbacks for this machine get virtual addresses. Called before anything else is done with it. */
void emulate_use_virtual_addresses(const struct emulate_library *library, uc_engine *engine);

/* Does a machine report every read of memory, at its address? */
bool emulate_library_reports_reads(const struct emulate_library *library);

#endif
