/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the verifier that no argument of a call changes (linux kernel/bpf/verifier.c). A probe
 * reads them in the log of a real call (probe/verdict.h). A scan looks for them in the image: words
 * that the image lacks cannot be said by that kernel.
 */
#ifndef KCOMPAT_KERNEL_CALL_RULES_H
#define KCOMPAT_KERNEL_CALL_RULES_H

#include <stdbool.h>

enum call_rule {
	CALL_RULE_TRAP,              /* check_kfunc_call(), 6.17 */
	CALL_RULE_PACKET_WRITE,      /* check_special_kfunc(), 6.4 */
	CALL_RULE_CSS_TASK_ITER,     /* process_kf_arg_ptr_to_iter(), 6.7 */
	CALL_RULE_NO_KERNEL_CONTEXT, /* get_kern_ctx_btf_id(), 6.2 */
	CALL_RULE_SLEEPABLE_MAP,     /* check_map_prog_compatibility(), 5.10 */
	CALL_RULE_UNRELEASABLE,      /* check_reference_leak(), 5.19 has the first call */
	CALL_RULE_CNT,
};

#define CALL_TEXT_TRAP "unexpected __bpf_trap() due to uninitialized variable?"
#define CALL_TEXT_PACKET_WRITE "the prog does not allow writes to packet data"
#define CALL_TEXT_CSS_TASK_ITER                                                                    \
	"css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs"
#define CALL_TEXT_NO_KERNEL_CONTEXT(number) "kern ctx type id " number " is not a struct"
#define CALL_TEXT_SLEEPABLE_MAP(types) "Sleepable programs can only use " types

#define CALL_TEXT_CNT 3

struct call_rule_info {
	/* A glob of the calls that are refused with these words whatever their arguments are. */
	const char *calls;
	/* The formats of the words in the verifier, each the whole line; the others are NULL. */
	const char *texts[CALL_TEXT_CNT];
};

extern const struct call_rule_info call_rules[CALL_RULE_CNT];

/* Are these words, once said, the answer for the call of that name? */
bool call_rule_is_about(enum call_rule rule, const char *call);

#endif
