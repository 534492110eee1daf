/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds small BTF in code and loads it with BPF_BTF_LOAD (Documentation/bpf/btf.rst). Tests of BTF
 * kinds, type tags and special fields of map values use it.
 */
#ifndef KCOMPAT_PROBE_BLOB_H
#define KCOMPAT_PROBE_BLOB_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/btf.h>

#include "probe/kit.h"

/* A zeroed struct blob is empty BTF. Overflow is sticky: blob_load() then returns -E2BIG. */
struct blob {
	uint32_t words[768];
	char strings[1024];
	uint32_t word_cnt, string_len, type_cnt;
	uint32_t layout[2], layout_cnt; /* struct btf_layout of the kinds from 0 on (7.1); 0: none */
	bool overflow;
};

/* Offset of a new string; "" and NULL are 0. */
uint32_t blob_string(struct blob *blob, const char *text);
void blob_word(struct blob *blob, uint32_t word);
/* Starts a type and returns its id. blob_word() adds its tail. */
uint32_t blob_type(struct blob *blob, const char *name, unsigned int kind, uint32_t vlen,
	bool kind_flag, uint32_t size_or_type);
uint32_t blob_int(struct blob *blob, const char *name, uint32_t size_bytes, bool is_signed);
/* Adds a member to the struct whose header was added last. */
void blob_member(struct blob *blob, const char *name, uint32_t type_id, uint32_t offset_bytes);
/* Adds `int` main(void) as FUNC_PROTO and FUNC. Returns the FUNC's id. linkage: BTF_FUNC_STATIC, ...
 */
uint32_t blob_func(struct blob *blob, const char *name, uint32_t return_id, uint32_t linkage);

/* A descriptor or -errno. After a failure, kit->log holds the kernel's message. */
int blob_load(struct kit *kit, const struct blob *blob);

/* Can BTF with one INT be loaded? 0 or -errno; tried once. */
int blob_control(struct kit *kit);
/* kit_judge_load() for the load of BTF, with blob_control() as the control. */
void blob_judge(struct kit *kit, int ret, struct kit_verdict *verdict);

#endif
