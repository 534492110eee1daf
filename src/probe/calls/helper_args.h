/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of helpers' arguments, from struct bpf_func_proto of the kernel (include/linux/bpf.h).
 *
 *	ctx                 ARG_PTR_TO_CTX
 *	map                 ARG_CONST_MAP_PTR
 *	key, value          ARG_PTR_TO_MAP_KEY, ARG_PTR_TO_MAP_VALUE
 *	mem size            ARG_PTR_TO_MEM with the ARG_CONST_SIZE behind it
 *	fixed:N             ARG_PTR_TO_MEM | MEM_FIXED_SIZE
 *	any                 ARG_ANYTHING
 *	alloc-size          ARG_CONST_ALLOC_SIZE_OR_ZERO
 *	btf:TYPE            ARG_PTR_TO_BTF_ID
 *	sock                ARG_PTR_TO_SOCK_COMMON, ARG_PTR_TO_BTF_ID_SOCK_COMMON, ARG_PTR_TO_SOCKET
 *	percpu, func, stack ARG_PTR_TO_PERCPU_BTF_ID, ARG_PTR_TO_FUNC, ARG_PTR_TO_STACK
 *	str, lock, timer    ARG_PTR_TO_CONST_STR, ARG_PTR_TO_SPIN_LOCK, ARG_PTR_TO_TIMER
 *	kptr                ARG_KPTR_XCHG_DEST
 *	dynptr, new-dynptr, ring-dynptr   ARG_PTR_TO_DYNPTR, to be filled, of a ring buffer
 *	ring-mem            ARG_PTR_TO_RINGBUF_MEM
 *
 * "?" behind a kind: NULL is taken as well. "|": program types differ in the kind.
 */
#ifndef KCOMPAT_PROBE_CALLS_HELPER_ARGS_H
#define KCOMPAT_PROBE_CALLS_HELPER_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* The kinds, with a space between them; "": no argument. NULL: the helper is not in the table. */
const char *helper_arguments(const char *helper);
/* The kinds of the argument with that index, in the text of helper_arguments(); NULL: there is none. */
const char *helper_argument(const char *arguments, unsigned int index);
/*
 * Names of maps (objects_map()) that the helper takes, with a space between them, by
 * check_map_func_compatibility() of the verifier. NULL: any may do.
 */
const char *helper_maps(const char *helper);
/* Does it take a map, or what only a call with a map gives? False for other functions. */
bool helper_needs_map(const char *helper);

#endif
