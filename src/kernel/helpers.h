/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer of a kernel's code about one helper in one program: get_func_proto() of the program's
 * type (struct bpf_verifier_ops, linux include/linux/bpf_verifier.h), and `allowed` of the struct
 * bpf_func_proto that it returns.
 */
#ifndef KCOMPAT_KERNEL_HELPERS_H
#define KCOMPAT_KERNEL_HELPERS_H

#include "kernel/kernel.h"

/*
 * X(enumerator, struct, member, bits, words): the members of a program that a kernel's code may
 * read. A kernel lacks some of them. If it reads a member that is not listed, the answer is
 * unknown.
 */
#define HELPER_FIELDS(X)                                                                           \
	X(TYPE, "bpf_prog", "type", 32, "program type")                                            \
	X(ATTACH_TYPE, "bpf_prog", "expected_attach_type", 32, "expected_attach_type")             \
	X(AUX, "bpf_prog", "aux", 64, "")                                                          \
	X(SLEEPABLE, "bpf_prog", "sleepable", 1, "sleepable") /* since 6.9 */                      \
	X(JIT, "bpf_prog", "jit_requested", 1, "")                                                 \
	X(GPL, "bpf_prog", "gpl_compatible", 1, "")                                                \
	X(AUX_SLEEPABLE, "bpf_prog_aux", "sleepable", 8, "sleepable") /* before */                 \
	X(ATTACH_ID, "bpf_prog_aux", "attach_btf_id", 32, "attach_btf_id")                         \
	X(ATTACH_NAME, "bpf_prog_aux", "attach_func_name", 64, "attach_func_name")                 \
	X(OPS, "bpf_prog_aux", "st_ops", 64, "st_ops")                                             \
	X(MEMBER, "bpf_prog_aux", "attach_st_ops_member_off", 32, "attach_st_ops_member_off")      \
	X(TARGET_TYPE, "bpf_prog_aux", "saved_dst_prog_type", 32, "")                              \
	X(TARGET_ATTACH_TYPE, "bpf_prog_aux", "saved_dst_attach_type", 32, "")                     \
	X(TARGET, "bpf_prog_aux", "dst_prog", 64, "dst_prog")                                      \
	X(STACK, "bpf_prog_aux", "jits_use_priv_stack", 8, "")                                     \
	X(BTF, "bpf_prog_aux", "attach_btf", 64, "")                                               \
	X(BACK, "bpf_prog_aux", "prog", 64, "")                                                    \
	X(TOKEN, "bpf_prog_aux", "token", 64, "")

enum helper_field {
#define HELPER_FIELD_ENUM(name, type, member, bits, words) HELPER_FIELD_##name,
	HELPER_FIELDS(HELPER_FIELD_ENUM)
#undef HELPER_FIELD_ENUM
		HELPER_FIELD_CNT
};

/* The word of a field in the snapshot, if an answer depends on it; "" if every program has it.
 */
const char *helper_field_words(enum helper_field field);

/* The parts of a program that get_func_proto() reads. */
struct helper_place {
	struct kfunc_place base; /* attach_type: as sent; for struct_ops the member's index */
	const char *attach_name; /* the function or type that it attaches to; NULL: none */
	bool sleepable;
};

enum helper_answer {
	HELPER_UNKNOWN, /* the code gave no answer: `why` says so */
	HELPER_NOT_RUN, /* the code was not run: `why` says so */
	HELPER_GIVEN,
	HELPER_REFUSED,     /* no prototype */
	HELPER_NO_FUNCTION, /* no get_func_proto(): programs of the type may use no helper */
	HELPER_NOT_ALLOWED, /* a prototype whose `allowed` refuses the program */
	HELPER_ATTACH_TYPE, /* bpf_get_func_ip alone, see check_get_func_ip() in
			       kernel/bpf/verifier.c */
};

/* Linux capabilities by number (include/uapi/linux/capability.h) that helpers depend on. */
#define HELPER_CAPABILITIES(X)                                                                     \
	X(12, "CAP_NET_ADMIN")                                                                     \
	X(21, "CAP_SYS_ADMIN")                                                                     \
	X(38, "CAP_PERFMON")                                                                       \
	X(39, "CAP_BPF")
#define HELPER_CAPABILITY_CNT 64

struct helper_verdict {
	enum helper_answer answer; /* for a process with every capability, without lockdown */
	bool gpl_only, might_sleep;
	bool lockdown;         /* allowed only if security_locked_down() does not refuse */
	uint64_t capabilities; /* mask: refused without this one, as without CAP_SYS_ADMIN */
	uint32_t fields;       /* mask of the enum helper_field that were read */
	const char *function;  /* the get_func_proto() that was run; NULL: none was found */
	const char *why; /* of HELPER_UNKNOWN and HELPER_NOT_RUN; lives as long as what was asked */
};

/* Name of a capability; NULL if it is not in the list. */
const char *helper_capability_name(unsigned int number);

#endif
