/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common part of the tests of map types, link types and features: creating a map, loading BTF or a
 * program, and reading an errno. All tests have one rule. "ok" needs something that the kernel
 * accepted. "unsupported" needs a refusal *and* a second fact. That is a control that differs only in
 * the feature, a known message, or a source that proves the absence. Everything else is
 * blocked or unknown, with its reason.
 */
#ifndef KCOMPAT_PROBE_KIT_H
#define KCOMPAT_PROBE_KIT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "kernel/context.h"
#include "kernel/kernel.h"
#include "probe/probe.h"
#include "probe/bpf.h"
#include "snapshot/snapshot.h"
#include "util/descriptor.h"
#include "util/error.h"

#define LO_IFINDEX 1 /* LOOPBACK_IFINDEX, include/net/flow.h: of every network namespace */
#define KIT_LOG_BYTES (64u * 1024)
#define KIT_FD_BAD 0x7ffffff0u /* a descriptor that is never open */
#define KIT_ERRNO_BYTES 24 /* for kit_errno_name() */

/* The part of union bpf_attr that BPF_MAP_CREATE uses, as of 7.2. */
struct kit_map_attr {
	uint32_t type, key_size, value_size, max_entries, flags, inner_map_fd, numa_node;
	char name[16];
	uint32_t ifindex, btf_fd, key_type_id, value_type_id, vmlinux_value_type_id;
	uint64_t extra;
	int32_t value_btf_obj_fd, token_fd;
	uint64_t excl_prog_hash;
	uint32_t excl_prog_hash_size, pad;
};

/* BPF_LINK_CREATE; `more` is the part of the link type. As of 7.2. */
struct kit_link_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	union {
		uint32_t more32[12];
		uint64_t more64[6];
	};
};

struct kit_verdict {
	enum support_state state;
	int errnum;
	char reason[320]; /* "": none */
};

/* What an errno means without a verifier or BTF log. */
enum kit_answer {
	KIT_YES,     /* no error */
	KIT_NO,      /* a refusal; a control must show what was refused */
	KIT_BLOCKED, /* a policy or a missing privilege */
	KIT_UNSURE,  /* resources, or an errno that answers another question */
};

struct kit {
	struct bpf_sys sys;
	const struct probe_request *request;
	const struct kernel *kernel;
	struct rlimit memlock;
	bool memlock_raised;
	unsigned int needs; /* privileges of the program or map that was tried last (probe/privilege.h) */
	char *log; /* KIT_LOG_BYTES; log of the last failed load, "" if the kernel wrote none */
};

/* Raises RLIMIT_MEMLOCK: before 5.11, a low limit makes loads fail with EPERM. kit_close() restores it. */
struct error *kit_open(
	struct kit *kit, const struct probe_request *request, const struct kernel *kernel);
void kit_close(struct kit *kit);
bool kit_wants(const struct kit *kit, const char *name); /* request->features */
struct error *kit_interrupted(const struct kit *kit);    /* NULL: not interrupted */

/* `ret` is a descriptor, 0 or -errno. */
enum kit_answer kit_answer(int ret);
/* Did the kernel accept it, or refuse it because of a missing privilege? Then a name that BTF lacks is
 * really absent. */
bool kit_answered(int ret);
/* "EINVAL"; a static text, or `text`. */
const char *kit_errno_name(int errnum, char text[KIT_ERRNO_BYTES]);
void kit_say(struct kit_verdict *verdict, enum support_state state, int errnum, const char *format,
	...) __attribute__((format(printf, 4, 5)));
void kit_ok(struct kit_verdict *verdict, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Sets blocked or unknown if the errno alone decides. False: the errno is a plain refusal (KIT_NO) or
 * no error, and the caller must judge it. `what` names the step.
 */
bool kit_settle(struct kit *kit, struct kit_verdict *verdict, int ret, const char *what);

/*
 * For a refusal (KIT_NO) whose control failed with `control` (-errno). Blocked: a policy refused the
 * control. Otherwise unknown. `what` names the control. False: the control passed.
 */
bool kit_control_failed(struct kit_verdict *verdict, int ret, int control, const char *what);

/*
 * Repeat the call? A refusal counts only if it comes three times in a row, because one or two may be
 * interference (a filter, a moment without memory).
 *
 *	struct kit_asked asked = {0};
 *	do
 *		ret = ...;
 *	while (kit_ask_again(&asked, ret));
 */
struct kit_asked {
	int before;
	unsigned int cnt, same_cnt; /* calls, and the last of them with the same result */
};
bool kit_ask_again(struct kit_asked *asked, int ret);

/* bpf_call(), repeated in this way. */
int kit_call(struct kit *kit, int command, void *attr, size_t size_bytes);

/* All return a descriptor (caller closes) or -errno, and repeat in this way. */
int kit_map(struct kit *kit, const struct kit_map_attr *attr);
int kit_array(struct kit *kit); /* a plain array map: key 4, value 16, one entry */
int kit_load(struct kit *kit, const struct bpf_load_attr *attr);
int kit_link(struct kit *kit, const struct kit_link_attr *attr, size_t more_bytes);
void kit_close_fd(int fd); /* negative: nothing */
int kit_only_errno(int ret); /* closes a descriptor and returns 0; returns -errno unchanged */

/*
 * The controls: 0 or -errno. Run them after the refusal that they explain: a policy or trouble that
 * began earlier then also hits the control. Nothing is remembered. kit_prog_control() leaves kit->log
 * as it is.
 */
int kit_map_control(struct kit *kit);                 /* a plain array map */
int kit_prog_control(struct kit *kit, uint32_t type); /* a trivial program of `type` */
/*
 * For a command whose request has a descriptor: a wrong descriptor gives EBADF, and a request with
 * nonsense after its fields another errno. Then no policy answers in place of the command. EINVAL: the
 * kernel lacks the command, or a policy says so.
 */
int kit_command_control(struct kit *kit, int command);
/*
 * A refusal, or an errno that proves something, came from `command`. False: the control of the command
 * fails, so the errno proves nothing, and *verdict says so.
 */
bool kit_proves(struct kit *kit, struct kit_verdict *verdict, int ret, int command);
/*
 * For a plain refusal (KIT_NO) of `command`: unsupported if the control of the command passes, or if
 * BTF lacks the command's `enumerator`; else what kit_proves() says. `what` names the step.
 */
void kit_judge_command(struct kit *kit, struct kit_verdict *verdict, int ret, int command,
	const char *enumerator, const char *what);

/*
 * Judges the load of a program that uses the feature. `ret` is the result of kit_load() (closed here).
 * Unsupported needs two facts: the control of the same type loads, and the log has a known message
 * about a missing feature. A refusal with another message is unknown.
 */
void kit_judge_load(struct kit *kit, uint32_t type, int ret, struct kit_verdict *verdict);
/* Does kit->log say that the kernel does not know an instruction, a helper, a field? */
bool kit_log_says_unknown(const struct kit *kit);
/* Copies the verifier's deciding line from kit->log into `line`; "": none. */
void kit_log_line(const struct kit *kit, char *line, size_t size);

/* Is the JIT that this kernel has switched off (net.core.bpf_jit_enable)? */
bool kit_jit_is_off(const struct kernel *kernel);
/*
 * Is it switched off, and does a message of the verifier
 * (`len` bytes) refuse the program because it would be interpreted? This is a setting, not an answer
 * about the kernel. False: the kernel has no JIT to switch on.
 */
bool kit_jit_refuses(const struct kernel *kernel, const char *line, size_t len);
/* Does it say that the program is impossible because of this kernel's JIT, or without a JIT? */
bool kit_jit_lacks(const struct kernel *kernel, int errnum, const char *line, size_t len);
/* Was the kernel built without a JIT (CONFIG_BPF_JIT)? False also if unknown. */
bool kit_has_no_jit(const struct kernel *kernel);
/*
 * `ret` is the result of a load or link that needs a trampoline. Does it mean that this kernel has
 * none? Without CONFIG_BPF_JIT, bpf_trampoline_get() is a stub, and its caller returns ENOMEM (linux
 * include/linux/bpf.h, kernel/bpf/verifier.c).
 */
bool kit_has_no_trampoline(const struct kernel *kernel, int ret);
#define KIT_NO_TRAMPOLINE "ENOMEM: this kernel has no BPF trampolines (CONFIG_BPF_JIT)"
/* Is the option set? Unknown: no configuration could be read, or `option` is NULL. */
enum tristate kit_config(const struct kernel *kernel, const char *option);
/* The value of an enumerator of a named enum. TRISTATE_NO: BTF has the enum, without it. */
enum tristate kit_enum(
	const struct kernel *kernel, const char *name, const char *enumerator, int64_t *value);
/* The same for "PREFIX" followed by `word` in capitals. */
enum tristate kit_enum_word(
	const struct kernel *kernel, const char *name, const char *prefix, const char *word);
/* Id of the first of `names` (NULL at the end) that BTF has as that kind; 0: none. */
uint32_t kit_find_type(const struct kernel *kernel, const char *const *names, unsigned int kind);

/* Load a program of type `type` with the licence GPL. The caller may change the attr before the load. */
int kit_load_insns(struct kit *kit, uint32_t type, const struct bpf_insn *insns, size_t cnt);
struct bpf_load_attr kit_load_attr(uint32_t type, const struct bpf_insn *insns, size_t cnt);

#endif
