/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that get_func_proto() calls, and that get an answer instead of a run. */
#ifndef KCOMPAT_KFUNC_HELPER_CALLS_H
#define KCOMPAT_KFUNC_HELPER_CALLS_H

#include <stdint.h>

enum helper_call_kind {
	HELPER_CALL_NOTHING,  /* no effect, returns 0 */
	HELPER_CALL_CAPABLE,  /* true if the process has the capability */
	HELPER_CALL_SECURITY, /* 0 if the process has the capability */
	HELPER_CALL_LOCKDOWN, /* 0, unless locked down */
	HELPER_CALL_BTF,      /* the kernel's struct btf */
	HELPER_CALL_TYPE,     /* btf_type_by_id(btf, id) */
	HELPER_CALL_STRING,   /* btf_name_by_offset(btf, offset) */
	HELPER_CALL_ITER,     /* bpf_iter_get_func_proto(): the function of the iterator */
};

struct helper_call {
	const char *name;
	enum helper_call_kind kind;
	uint8_t argument; /* the capability in the call */
};

/* NULL: it is run. */
const struct helper_call *helper_call_find(const char *function);

#endif
