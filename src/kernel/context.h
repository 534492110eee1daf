/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every context a BPF program can be loaded in, through linux 7.3: the one table of kcompat. A
 * row is named as libbpf names sections (tools/lib/bpf/libbpf.c, section_defs). Rows whose target
 * is an iterator or a struct_ops type stand for as many contexts as the kernel's BTF has targets.
 */
#ifndef KCOMPAT_KERNEL_CONTEXT_H
#define KCOMPAT_KERNEL_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/uapi.h"

/* What a program must name to be loaded at all. */
enum target_kind {
	TARGET_NONE,
	TARGET_FUNC,           /* a function that can be traced */
	TARGET_FUNC_SLEEPABLE, /* one that a sleepable program may trace */
	TARGET_FUNC_MODIFY,    /* one whose return value may be changed */
	TARGET_RAW_TP,         /* a tracepoint: typedef btf_trace_NAME */
	TARGET_LSM,            /* bpf_lsm_NAME */
	TARGET_LSM_SLEEPABLE,
	TARGET_LSM_CGROUP,
	TARGET_ITER,           /* expands: every bpf_iter_NAME(struct bpf_iter_meta *, ...) */
	TARGET_STRUCT_OPS,     /* expands: every struct NAME with a struct bpf_struct_ops_NAME */
	TARGET_PROGRAM,        /* another program, with BTF */
};

struct context_row {
	const char *name;             /* "fentry.s"; the stem "iter" of a row that expands */
	enum prog_type prog_type;
	enum attach_type attach_type; /* expected_attach_type, or ATTACH_NONE (sent as 0) */
	enum target_kind target;
	uint32_t prog_flags;          /* BPF_F_SLEEPABLE, BPF_F_XDP_HAS_FRAGS */
	int32_t ret;                  /* what a program there may return */
	const char *sleepable_form;   /* the row that can sleep; NULL: none known */
};

extern const struct context_row context_rows[];
extern const size_t context_row_cnt;

/*
 * A program type is older than the attach types that divided it: xdp than BPF_XDP, sk_reuseport than
 * BPF_SK_REUSEPORT_SELECT. Is this the row that on a kernel without its attach type stands for all
 * programs of the type, which then send none?
 */
bool context_row_is_undivided(const struct context_row *row);

const char *prog_type_word(uint32_t prog_type);     /* NULL for a number without a name */
const char *attach_type_word(uint32_t attach_type);
const char *attach_type_enumerator(enum attach_type attach_type); /* "BPF_XDP_DEVMAP" */

/*
 * The context a section name means: "kretprobe/do_exit" is "kprobe", "fentry/vfs_read" is
 * "fentry", "iter/task" stays. Writes at most size bytes. False: not a section name we know.
 */
bool context_canonical(const char *section, char *name, size_t size_bytes);

#endif
