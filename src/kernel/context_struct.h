/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the context of a program type is for the kernel: struct bpf_ctx_convert in BTF
 * (include/linux/bpf_types.h, kernel/bpf/btf.c). bpf_cast_to_kern_ctx() gives that struct.
 */
#ifndef KCOMPAT_KERNEL_CONTEXT_STRUCT_H
#define KCOMPAT_KERNEL_CONTEXT_STRUCT_H

#include "kernel/kernel.h"

/*
 * Yes: *id is the struct, in `btf`. No: it is something else, such as a number or void. Unknown: BTF does
 * not have the program type. `btf` may be NULL.
 */
enum tristate context_kernel_struct(const struct kbtf *btf, uint32_t prog_type, uint32_t *id);

#endif
