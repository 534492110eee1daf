/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program can read and write in its context, proved by loads. The kernel pairs each program
 * type with a struct: the members *_prog of struct bpf_ctx_convert
 * (kernel/bpf/btf.c, from include/linux/bpf_types.h), which is in its BTF. Types whose context is not
 * a struct (a pointer, an array of numbers) have no layout.
 */
#ifndef KCOMPAT_PROBE_LAYOUT_H
#define KCOMPAT_PROBE_LAYOUT_H

#include "probe/control.h"

/*
 * Fills the layouts of `snapshot`, whose contexts are `contexts`, if a program loads there. Errors:
 * no memory, interrupted.
 */
struct error *layouts_find(struct controls *controls, const struct probe_contexts *contexts,
	struct snapshot *snapshot);

#endif
