/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of an image whose symbols are not in it (KALLSYMS_ALL=n leaves those of functions): told
 * by what points to them, and by what they point to.
 */
#ifndef KCOMPAT_KFUNC_SEARCH_H
#define KCOMPAT_KFUNC_SEARCH_H

#include "kfunc/sets.h"

#define SEARCH_PLACE_MAX 64

struct search_places {
	uint64_t list[SEARCH_PLACE_MAX];
	size_t target[SEARCH_PLACE_MAX]; /* which of several was looked for */
	size_t cnt; /* those beyond the limit are left out */
};

/*
 * May an object of the BTF struct lie at `address`? All its members that are pointers to functions
 * are null or the begin of one, and at least `least_cnt` are not null.
 */
bool search_is_object(
	const struct kfunc_code *code, uint32_t type_id, uint64_t address, size_t least_cnt);

/* Of an image that has symbols of functions alone; of others their symbols speak. */
/* The only struct bpf_struct_ops of that name; 0: none was found, or several. */
uint64_t search_struct_ops(const struct kfunc_code *code, const char *name);
/* bpf_verifier_ops[] (linux kernel/bpf/verifier.c), by program type; 0: not found. */
uint64_t search_verifier_ops(const struct kfunc_code *code);

#endif
