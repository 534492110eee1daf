/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads bare programs: nothing but one call, or nothing at all. One loader a thread. */
#ifndef KCOMPAT_PROBE_LOAD_H
#define KCOMPAT_PROBE_LOAD_H

#include "inventory/contexts.h"
#include "probe/bpf.h"
#include "util/error.h"

struct loader {
	struct bpf_sys sys;
	const int *fd_array;  /* BTF descriptors for kfuncs of modules; NULL: none */
	uint32_t log_level;
	char *log;            /* the last load's verifier log, NUL-terminated, "" when there is none */
	size_t log_size;
};

/* The verifier prints its errors at any level; the first two leave out the instructions. */
#define LOG_LEVEL_FIXED 8u /* BPF_LOG_FIXED */
#define LOG_LEVEL_STATS 4u /* BPF_LOG_STATS, since 5.2 */
#define LOG_LEVEL_ALL 2u

/* One load tells which log level this kernel takes. */
struct error *loader_init(struct loader *loader, const struct bpf_sys *sys);
void loader_deinit(struct loader *loader); /* NULL-safe */

/*
 * Returns 0 when the kernel accepted the program (which is closed at once), else the errno.
 * EAGAIN is tried again a few times, ENOSPC once with a larger log; then they are the result.
 */
int loader_try(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt);
/* As loader_try(), but hands out the descriptor; -errno when refused. Caller closes. */
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
