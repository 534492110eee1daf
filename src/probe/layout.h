/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program can read and write of its context, proved by loads. The struct is the one that the
 * kernel itself pairs with the program type: the members *_prog of struct bpf_ctx_convert
 * (kernel/bpf/btf.c, from include/linux/bpf_types.h), which its BTF has. Types whose context is no
 * struct (a pointer, an array of numbers) have no layout.
 */
#ifndef KCOMPAT_PROBE_LAYOUT_H
#define KCOMPAT_PROBE_LAYOUT_H

#include "probe/control.h"

/*
 * Fills the layouts of `snapshot`, whose contexts are `contexts`, where a program loads at all. Errors:
 * no memory, interrupted.
 */
struct error *layouts_find(struct controls *controls, const struct probe_contexts *contexts,
	struct snapshot *snapshot);

#endif
