/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of features, one in each file. To add a feature, write a row. If no generic test
 * fits, write a function too. Say ok only if the kernel accepted something. Say unsupported only
 * after a control that differs only in the feature.
 */
#ifndef KCOMPAT_PROBE_FEATURE_TABLE_H
#define KCOMPAT_PROBE_FEATURE_TABLE_H

#include "probe/blob.h"
#include "probe/probe.h"
#include "probe/kit.h"

struct feature {
	struct feature_info info;
	void (*test)(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict);
	/* Parameters of the generic tests; each table describes its own. */
	uint32_t type, flag, number;
	const char *text;
	const struct bpf_insn *insns;
	uint32_t insn_cnt;
	void (*build)(struct blob *blob);
	bool of_files; /* the test only reads kit->kernel, so it answers for a root directory too */
};

struct feature_table {
	const struct feature *list;
	size_t cnt;
};

/*
 * Without CAP_PERFMON, the verifier also follows the speculative path where a loop continues. That path
 * does not end, so the verifier gives up after a million instructions and many seconds. True: this
 * process lacks the capability, and *verdict is filled.
 */
bool feature_loop_blocked(struct kit *kit, struct kit_verdict *verdict);

extern const struct feature_table feature_insns;    /* instructions and verifier */
extern const struct feature_table feature_programs; /* program types, kfuncs, attachment */
extern const struct feature_table feature_btf;      /* BTF kinds, type tags, special fields */
extern const struct feature_table feature_maps;     /* map flags and operations */
extern const struct feature_table feature_commands; /* bpf(2) commands and the environment */

#endif
