/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of an image that lacks their symbols (KALLSYMS_ALL=n keeps only those of functions). They
 * are recognised by the pointers to them and by the pointers in them.
 */
#ifndef KCOMPAT_KFUNC_SEARCH_H
#define KCOMPAT_KFUNC_SEARCH_H

#include "kfunc/sets.h"

#define SEARCH_PLACE_MAX 64

struct search_places {
	uint64_t list[SEARCH_PLACE_MAX];
	size_t target[SEARCH_PLACE_MAX]; /* the target that matched */
	size_t cnt; /* places beyond the limit are left out */
};

/*
 * Can an object of the BTF struct lie at `address`? Each of its function pointers must be null or
 * the start of a function, and at least `least_cnt` must not be null.
 */
bool search_is_object(
	const struct kfunc_code *code, uint32_t type_id, uint64_t address, size_t least_cnt);

/* For an image that has only symbols of functions. Other images have a symbol of the object. */
/* The only struct bpf_struct_ops of that name; 0: none or several were found. */
uint64_t search_struct_ops(const struct kfunc_code *code, const char *name);
/* bpf_verifier_ops[] (linux kernel/bpf/verifier.c), by program type; 0: not found. */
uint64_t search_verifier_ops(const struct kfunc_code *code);

#endif
