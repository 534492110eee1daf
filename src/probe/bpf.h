/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpf(2) without retries and without probing, so that an errno is the kernel's answer. Tests replace
 * the kernel here.
 */
#ifndef KCOMPAT_PROBE_BPF_H
#define KCOMPAT_PROBE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/bpf.h>

/* The part of union bpf_attr that BPF_PROG_LOAD uses (include/uapi/linux/bpf.h), as of 7.2. */
struct bpf_load_attr {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id, attach_obj_fd, core_relo_cnt;
	uint64_t fd_array, core_relos;
	uint32_t core_relo_rec_size, log_true_size;
	int32_t prog_token_fd;
	uint32_t fd_array_cnt;
};

/* A way to call the kernel. Use it through bpf_call(), with one object for each thread. */
struct bpf_sys {
	/* Returns what bpf(2) returns: a descriptor or 0, or -errno. NULL: the real call. */
	int (*call)(void *context, int command, void *attr, size_t size_bytes);
	void *context;
	int token_fd;          /* goes into every request that takes a BPF token; 0: none */
	bool timed;            /* count the nanoseconds inside the calls */
	uint64_t call_cnt, inside_ns;
};

/*
 * The result of bpf(2), or -errno. Loads of programs and BTF and new maps carry sys->token_fd. Does not write after the `size_bytes` of `attr`, although some
 * kernels try to.
 */
int bpf_call(struct bpf_sys *sys, int command, void *attr, size_t size_bytes);

/*
 * Loads a program. Returns a descriptor (caller closes) or -errno. Sends only the used part of `attr`,
 * because an older kernel refuses a longer one with E2BIG unless its tail is zero.
 */
int bpf_load(struct bpf_sys *sys, const struct bpf_load_attr *attr);

#endif
