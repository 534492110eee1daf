/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of probe_features: the tables, one a file. To add a feature write a row and, when none
 * of the generic tests fits, a function; say ok only after something was accepted, and
 * unsupported only after a control that differs in nothing but the feature.
 */
#ifndef KCOMPAT_PROBE_FEATURE_TABLE_H
#define KCOMPAT_PROBE_FEATURE_TABLE_H

#include "probe/blob.h"
#include "probe/probe.h"
#include "probe/kit.h"

struct feature {
	struct feature_info info;
	void (*test)(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict);
	/* What the generic tests of each table take; see there. */
	uint32_t type, flag, number;
	const char *text;
	const struct bpf_insn *insns;
	uint32_t insn_cnt;
	void (*build)(struct blob *blob);
};

struct feature_table {
	const struct feature *list;
	size_t cnt;
};

/*
 * Without CAP_PERFMON the verifier follows the path on which the processor guesses that a loop goes
 * on, and that one has no end: it would give up after a million instructions and many seconds. True
 * with the verdict given when this process lacks the capability.
 */
bool feature_loop_blocked(struct kit *kit, struct kit_verdict *verdict);

extern const struct feature_table feature_insns;    /* instructions and verifier */
extern const struct feature_table feature_programs; /* program types, kfuncs, attachment */
extern const struct feature_table feature_btf;      /* BTF kinds, type tags, special fields */
extern const struct feature_table feature_maps;     /* map flags and operations */
extern const struct feature_table feature_commands; /* bpf(2) commands and the environment */

#endif
