/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF that continues another's, as that of a module its kernel's: type ids and string offsets go on
 * where the base ends (Documentation/bpf/btf.rst), and nothing in it names that base. Over another
 * base it reads as well, and every name and type is another one.
 */
#ifndef KCOMPAT_BTF_SPLIT_H
#define KCOMPAT_BTF_SPLIT_H

#include "btf/btf.h"

/*
 * ERROR_INPUT when `split`, which was created over `base`, was made over another: every name must
 * begin where a string does, every reference lead to a type. Strings that nobody refers to are no
 * fault: some modules of Debian's s390x kernels end with one.
 */
struct error *kbtf_split_check(const struct kbtf *split, const struct kbtf *base);

/*
 * How many bytes of strings the base of this BTF has, if its last own string is referred to, as it is
 * after libbpf's btf__dedup() as a rule; 0 when it names none of its own strings.
 * ERROR_INPUT: damaged. `data` is aligned to 4 bytes.
 */
struct error *kbtf_split_base_strings(
	const void *data, size_t size_bytes, uint32_t *base_strings_bytes);

#endif
