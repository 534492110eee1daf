/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every context that a BPF program can be loaded in, up to linux 7.3. Rows have libbpf's section
 * names (tools/lib/bpf/libbpf.c, section_defs). A row whose target is an iterator or a struct_ops
 * type expands to one context for each such target in the kernel's BTF.
 */
#ifndef KCOMPAT_KERNEL_CONTEXT_H
#define KCOMPAT_KERNEL_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/uapi.h"
#include "util/pool.h"

/* The kind of target that a program must name to load. */
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
	int32_t ret;                  /* a return value that the verifier accepts */
	const char *sleepable_form;   /* the row that can sleep; NULL: none known */
};

extern const struct context_row context_rows[];
extern const size_t context_row_cnt;

/*
 * Some program types are older than their attach types: xdp is older than BPF_XDP, sk_reuseport
 * than BPF_SK_REUSEPORT_SELECT. A kernel without the attach type has one row for all programs of
 * the type, and they send no attach type. Is this that row?
 */
bool context_row_is_undivided(const struct context_row *row);

const char *prog_type_word(uint32_t prog_type);     /* NULL for a number without a name */
const char *prog_type_enumerator(uint32_t prog_type); /* "BPF_PROG_TYPE_XDP"; NULL likewise */
/* Is `text` the enumerator of the type with this word? Also for a type of a later kernel. */
bool prog_type_has_enumerator(const char *word, const char *text);
const char *attach_type_word(uint32_t attach_type);
const char *attach_type_enumerator(enum attach_type attach_type); /* "BPF_XDP_DEVMAP" */
/*
 * The attach type of this word if no program names it when it is loaded, but only the link that attaches
 * it. The link type has the same word (link_create() of linux kernel/bpf/syscall.c). ATTACH_NONE: another.
 */
enum attach_type attach_type_of_link(const char *word);

/* What a program of a section attaches to, and how the target in the section's name is spelled. */
enum section_kind {
	SECTION_NONE,           /* its programs attach without a name */
	SECTION_KPROBE,         /* FUNCTION[+OFFSET] */
	SECTION_KRETPROBE,      /* FUNCTION */
	SECTION_KPROBE_MULTI,   /* a glob of functions */
	SECTION_SYSCALL,        /* a system call, by kprobe */
	SECTION_UPROBE,         /* FILE:FUNCTION[+OFFSET] */
	SECTION_UPROBE_MULTI,   /* FILE:GLOB */
	SECTION_USDT,           /* FILE:PROVIDER:NAME */
	SECTION_TRACEPOINT,     /* CATEGORY/NAME */
	SECTION_RAW_TRACEPOINT, /* NAME; also of tp_btf */
	SECTION_FUNCTION,       /* [MODULE:]FUNCTION, by trampoline */
	SECTION_FUNCTION_MULTI, /* a glob of functions, by trampoline */
	SECTION_LSM,            /* HOOK without bpf_lsm_ */
	SECTION_ITER,           /* an iterator: part of the context's own name */
	SECTION_STRUCT_OPS,     /* TYPE[/MEMBER]: the same */
	SECTION_PROGRAM,        /* a function of a loaded program */
};

/* A section name of libbpf, such as "kretprobe/do_exit". */
struct section {
	const struct context_row *row;
	enum section_kind kind;
	bool returns; /* the program runs when the function returns: kretprobe and its kind */
	/* The target that the name selects. Points into the name; NULL: none, or a part of the context. */
	const char *target;
};

/* False: no section of this name, or a target that is empty or that the section cannot have. */
bool section_parse(const char *name, struct section *ret);

/*
 * The context of a section name: "kprobe" for "kretprobe". A target stays, with the section as it is
 * written: "kretprobe/do_exit", "iter/task". Writes at most size_bytes. False: an unknown section name.
 */
bool context_canonical(const char *section, char *name, size_t size_bytes);

/*
 * The context of the table, or of `more`, whose name is nearest to one that was not found. Of
 * "fentri/vfs_read", that is "fentry/vfs_read". May be in `pool`. NULL: none is near, or no memory.
 */
const char *context_near(
	const char *name, const char *const *more, size_t more_cnt, struct pool *pool);

#endif
