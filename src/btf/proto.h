/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which prototypes the kernel can make a call of a BPF program from, or a trampoline for. */
#ifndef KCOMPAT_BTF_PROTO_H
#define KCOMPAT_BTF_PROTO_H

#include "btf/btf.h"

/*
 * What btf_distill_func_proto() (linux kernel/bpf/btf.c) refuses in the FUNC `func_id`; it is asked
 * before all else for a kfunc and for a function to attach to. Static; NULL: nothing.
 */
const char *kbtf_func_problem(const struct kbtf *btf, uint32_t func_id);
/*
 * What some kernels cannot make a trampoline for and others can: arguments beyond the registers of
 * `machine` (EM_*; get_nr_used_regs() of arch/x86/net/bpf_jit_comp.c and its like), and unions.
 * Static; NULL: nothing. Of a FUNC without problem.
 */
const char *kbtf_func_doubt(const struct kbtf *btf, uint32_t func_id, uint16_t machine);

#endif
