/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads bare programs, with a single call or none. Each thread needs its own loader. */
#ifndef KCOMPAT_PROBE_LOAD_H
#define KCOMPAT_PROBE_LOAD_H

#include "inventory/contexts.h"
#include "probe/bpf.h"
#include "util/error.h"

struct loader {
	struct bpf_sys sys;
	const int *fd_array;  /* BTF descriptors for kfuncs of modules; NULL: none */
	uint32_t log_level;
	char *log;            /* the verifier log of the last load, NUL-terminated; "": none */
	size_t log_size;
	/* The functions of the program, in its BTF. cnt 0: one, the place's func_type_id. */
	const struct bpf_func_info *funcs;
	uint32_t func_cnt;
};

/* The verifier prints errors at every level. These two levels leave out the instructions. */
#define LOG_LEVEL_FIXED 8u /* BPF_LOG_FIXED */
#define LOG_LEVEL_STATS 4u /* BPF_LOG_STATS, since 5.2 */
#define LOG_LEVEL_ALL 2u

/* Finds out with one load which log level this kernel accepts. */
struct error *loader_init(struct loader *loader, const struct bpf_sys *sys);
void loader_deinit(struct loader *loader); /* NULL-safe */

/*
 * Returns 0 if the kernel accepted the program (which is closed at once), else the errno. Repeats the
 * load a few times after EAGAIN, and once with a larger log after ENOSPC, before returning them.
 */
int loader_try(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt);
/* Like loader_try(), but returns the descriptor (caller closes), or -errno if refused. */
int loader_open(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt);

/* "return ret", and "call; return ret": `call` names a helper or a kernel function. */
int loader_try_trivial(struct loader *loader, const struct load_place *place);
int loader_try_call(
	struct loader *loader, const struct load_place *place, struct bpf_insn call);
/* "call(ret); return ret", for a call that takes one number. */
int loader_try_call_with_number(
	struct loader *loader, const struct load_place *place, struct bpf_insn call);

#endif
