/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small BTF built in code and handed to BPF_BTF_LOAD (Documentation/bpf/btf.rst): what a test of a
 * BTF kind, a type tag or a special field of a map value needs.
 */
#ifndef KCOMPAT_PROBE_BLOB_H
#define KCOMPAT_PROBE_BLOB_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/btf.h>

#include "probe/kit.h"

/* A zeroed struct blob is empty BTF. Overflow is sticky: blob_load() says -E2BIG then. */
struct blob {
	uint32_t words[128];
	char strings[320];
	uint32_t word_cnt, string_len, type_cnt;
	uint32_t layout[2], layout_cnt; /* struct btf_layout of kinds 0 and on (7.1); none when 0 */
	bool overflow;
};

/* Offset of a new string; "" and NULL are 0. */
uint32_t blob_string(struct blob *blob, const char *text);
void blob_word(struct blob *blob, uint32_t word);
/* Begins a type and returns its id; its tail follows by blob_word(). */
uint32_t blob_type(struct blob *blob, const char *name, unsigned int kind, uint32_t vlen,
	bool kind_flag, uint32_t size_or_type);
uint32_t blob_int(struct blob *blob, const char *name, uint32_t size_bytes, bool is_signed);
/* One member of a struct whose header came before. */
void blob_member(struct blob *blob, const char *name, uint32_t type_id, uint32_t offset_bytes);
/* `int` main(void) as a FUNC_PROTO and FUNC: returns the FUNC's id. linkage: BTF_FUNC_STATIC, ...
 */
uint32_t blob_func(struct blob *blob, const char *name, uint32_t return_id, uint32_t linkage);

/* A descriptor or -errno; on failure kit->log holds what the kernel says about it. */
int blob_load(struct kit *kit, const struct blob *blob);

/* Does BTF with one INT go in? 0 or -errno; asked once. */
int blob_control(struct kit *kit);
/* kit_judge_load() for the load of BTF, with blob_control() as the control. */
void blob_judge(struct kit *kit, int ret, struct kit_verdict *verdict);

#endif
