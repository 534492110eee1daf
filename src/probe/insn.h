/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF instructions as initialisers (Documentation/bpf/standardization/instruction-set.rst). */
#ifndef KCOMPAT_PROBE_INSN_H
#define KCOMPAT_PROBE_INSN_H

#include <linux/bpf.h>

#define INSN(op, dst, src, offset, value)                                                          \
	{                                                                                          \
		.code = (op), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (value)  \
	}

#define INSN_EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define INSN_MOV(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define INSN_MOV_REG(dst, src) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define INSN_ALU(op, dst, value) INSN(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, value)
#define INSN_JMP(op, dst, value, offset) INSN(BPF_JMP | (op) | BPF_K, dst, 0, offset, value)
#define INSN_JA(offset) INSN(BPF_JMP | BPF_JA, 0, 0, offset, 0)
#define INSN_LOAD(size, dst, src, offset) INSN(BPF_LDX | BPF_MEM | (size), dst, src, offset, 0)
#define INSN_STORE(size, dst, offset, value) INSN(BPF_ST | BPF_MEM | (size), dst, 0, offset, value)
#define INSN_STORE_REG(size, dst, src, offset) INSN(BPF_STX | BPF_MEM | (size), dst, src, offset, 0)
#define INSN_HELPER(id) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, id)
#define INSN_KFUNC(btf_id) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, btf_id)
#define INSN_CALL(offset) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, offset)
/* Two instructions each: a 64 bit immediate that refers to a map, or to a place in its value. */
#define INSN_MAP(dst, fd)                                                                          \
	INSN(BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define INSN_MAP_VALUE(dst, fd, offset)                                                            \
	INSN(BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_VALUE, 0, fd), INSN(0, 0, 0, 0, offset)

#endif
