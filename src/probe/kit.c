/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/kit.h"
#include "probe/blob.h"
#include "probe/insn.h"
#include "probe/privilege.h"
#include "util/array.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough for three equal refusals after two others. */
#define TRY_CNT 8
#define REFUSAL_CNT 3

/* X(errno, answer, its meaning in a test whether the kernel has something) */
#define KIT_ERRNOS(X)                                                                              \
	X(EPERM, BLOCKED, "a policy (an LSM, seccomp) refuses this")                                 \
	X(EACCES, BLOCKED, "a policy (an LSM, seccomp) refuses this")                                \
	X(EINVAL, NO, "refused")                                                                   \
	X(EOPNOTSUPP, NO, "not supported")                                                         \
	X(ENOTSUPP, NO, "not supported")                                                           \
	X(ENOSYS, UNSURE, "no bpf(2) here, or a system call filter hides it")                      \
	X(ENOMEM, UNSURE, "the kernel had no memory for it")                                       \
	X(ENOBUFS, UNSURE, "the kernel had no memory for it")                                      \
	X(ENOSPC, UNSURE, "a limit was reached")                                                   \
	X(E2BIG, UNSURE,                                                                           \
		"a limit was reached, or this kernel does not know a field of the request")        \
	X(EDQUOT, UNSURE, "a limit was reached")                                                   \
	X(EMFILE, UNSURE, "no descriptor left")                                                    \
	X(ENFILE, UNSURE, "no descriptor left")                                                    \
	X(EAGAIN, UNSURE, "interrupted or out of resources for the moment")                        \
	X(EINTR, UNSURE, "interrupted")                                                            \
	X(EBUSY, UNSURE, "in use by somebody else")                                                \
	X(ENOENT, UNSURE, "not found")                                                             \
	X(ETIMEDOUT, UNSURE, "it took too long")

static const struct {
	int errnum;
	enum kit_answer answer;
	const char *meaning;
} errnos[] = {
#define KIT_ERRNO_ROW(errnum, answer, meaning) {errnum, KIT_##answer, meaning},
	KIT_ERRNOS(KIT_ERRNO_ROW)};

/*
 * Messages of verifiers from 4.18 to 7.2 about things that they do not know (kernel/bpf/verifier.c,
 * cfg.c, and the JITs through fixup). Other messages are no proof.
 */
static const char *const unknown_phrases[] = {
	"unknown opcode",
	"unknown insn class",
	"invalid BPF_", /* "invalid BPF_ALU opcode" and its like */
	"reserved field",
	"invalid atomic opcode",
	"back-edge from insn",  /* no loops before 5.3 */
	"invalid func unknown", /* a helper number that this kernel lacks */
	"unrecognized bpf_ld_imm64",
	"does not support", /* "JIT does not support calling kernel function" */
	"doesn't support",
	"not supported by the JIT",
	"is not supported",
	"tail_calls are not allowed in", /* programs with calls: not on every JIT */
	/* BTF (kernel/bpf/btf.c) */
	"Invalid kind",
	"Invalid btf_info",
	"Invalid func linkage",
	"vlen != 0",
	"Invalid name",
	"Unsupported btf_header",
};

static bool raise_memlock(struct kit *kit)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	if (getrlimit(RLIMIT_MEMLOCK, &kit->memlock))
		return false;
	if (kit->memlock.rlim_cur == RLIM_INFINITY)
		return false;
	if (!setrlimit(RLIMIT_MEMLOCK, &unlimited))
		return true;
	struct rlimit hard = {kit->memlock.rlim_max, kit->memlock.rlim_max};
	return !setrlimit(RLIMIT_MEMLOCK, &hard);
}

struct error *kit_open(
	struct kit *kit, const struct probe_request *request, const struct kernel *kernel)
{
	*kit = (struct kit) {.sys = request->sys,
		.request = request,
		.kernel = kernel};
	kit->log = calloc(1, KIT_LOG_BYTES);
	if (!kit->log)
		return error_no_memory();
	kit->memlock_raised = raise_memlock(kit);
	return NULL;
}

void kit_close(struct kit *kit)
{
	if (kit->memlock_raised)
		setrlimit(RLIMIT_MEMLOCK, &kit->memlock);
	free(kit->log);
	kit->log = NULL;
}

bool kit_wants(const struct kit *kit, const char *name)
{
	const struct probe_request *request = kit->request;

	for (size_t i = 0; i < request->feature_cnt; i++) {
		if (!fnmatch(request->features[i], name, 0))
			return true;
	}
	return !request->feature_cnt;
}

struct error *kit_interrupted(const struct kit *kit)
{
	if (kit->request->stop && atomic_load(kit->request->stop))
		return error_create(ERROR_INTERRUPTED, NULL, "interrupted");
	return NULL;
}

enum kit_answer kit_answer(int ret)
{
	if (ret >= 0)
		return KIT_YES;
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].errnum == -ret)
			return errnos[i].answer;
	}
	return KIT_UNSURE;
}

bool kit_answered(int ret)
{
	return kit_answer(ret) == KIT_YES || kit_answer(ret) == KIT_BLOCKED;
}

static const char *errno_meaning(int errnum)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].errnum == errnum)
			return errnos[i].meaning;
	}
	return "this errno is not a known answer";
}

const char *kit_errno_name(int errnum, char text[KIT_ERRNO_BYTES])
{
	const char *name = strerrorname_np(errnum);

	if (name)
		return name;
	if (errnum == ENOTSUPP)
		return "ENOTSUPP";
	snprintf(text, KIT_ERRNO_BYTES, "errno %d", errnum);
	return text;
}

static void say(struct kit_verdict *verdict, enum support_state state, int errnum,
	const char *format, va_list args)
{
	verdict->state = state;
	verdict->errnum = errnum;
	vsnprintf(verdict->reason, sizeof(verdict->reason), format, args);
}

void kit_say(
	struct kit_verdict *verdict, enum support_state state, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(verdict, state, errnum, format, args);
	va_end(args);
}

void kit_ok(struct kit_verdict *verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(verdict, SUPPORT_OK, 0, format, args);
	va_end(args);
}

bool kit_settle(struct kit *kit, struct kit_verdict *verdict, int ret, const char *what)
{
	enum kit_answer answer = kit_answer(ret);
	char text[KIT_ERRNO_BYTES];

	if (answer == KIT_YES || answer == KIT_NO)
		return false;
	const char *missing =
		answer == KIT_BLOCKED ? privilege_missing(kit->kernel, kit->needs, -ret) : NULL;
	kit_say(verdict, answer == KIT_BLOCKED ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN, -ret,
		"%s: %s: %s", what, kit_errno_name(-ret, text),
		missing ? missing : errno_meaning(-ret));
	return true;
}

bool kit_control_failed(struct kit_verdict *verdict, int ret, int control, const char *what)
{
	enum support_state state =
		kit_answer(control) == KIT_BLOCKED ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN;
	char text[KIT_ERRNO_BYTES], control_text[KIT_ERRNO_BYTES];

	if (control >= 0)
		return false;
	kit_say(verdict, state, -ret, "%s, but %s fails too, with %s", kit_errno_name(-ret, text),
		what, kit_errno_name(-control, control_text));
	return true;
}

bool kit_ask_again(struct kit_asked *asked, int ret)
{
	asked->same_cnt = ret == asked->before ? asked->same_cnt + 1 : 1;
	asked->before = ret;
	return ret < 0 && asked->same_cnt < REFUSAL_CNT && ++asked->cnt < TRY_CNT;
}

int kit_call(struct kit *kit, int command, void *attr, size_t size)
{
	struct kit_asked asked = {0};
	int ret;

	do
		ret = bpf_call(&kit->sys, command, attr, size);
	while (kit_ask_again(&asked, ret));
	return ret;
}

static int load_surely(struct kit *kit, const struct bpf_load_attr *attr)
{
	struct kit_asked asked = {0};
	int ret;

	do
		ret = bpf_load(&kit->sys, attr);
	while (kit_ask_again(&asked, ret));
	return ret;
}

int kit_map(struct kit *kit, const struct kit_map_attr *attr)
{
	size_t size = sizeof(*attr);

	/* An older kernel refuses unknown fields at the end with E2BIG unless they are zero. */
	kit->needs = privilege_of_map(attr->type);
	if (!attr->excl_prog_hash_size)
		size = offsetof(struct kit_map_attr, value_btf_obj_fd);
	if (size < sizeof(*attr) && !attr->extra)
		size = offsetof(struct kit_map_attr, extra);
	return kit_call(kit, BPF_MAP_CREATE, (void *)attr, size);
}

int kit_array(struct kit *kit)
{
	struct kit_map_attr attr = {
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 16, .max_entries = 1};

	return kit_map(kit, &attr);
}

int kit_load(struct kit *kit, const struct bpf_load_attr *attr)
{
	struct bpf_load_attr logged = *attr;

	kit->log[0] = '\0';
	kit->needs = privilege_of_program(attr->prog_type);
	int ret = load_surely(kit, attr);
	/* E2BIG has no log, or comes after a million instructions. */
	if (ret >= 0 || ret == -E2BIG)
		return ret;
	/* The log is requested only after a failure: it costs more than the load itself. */
	logged.log_buf = (uintptr_t)kit->log;
	logged.log_size = KIT_LOG_BYTES;
	logged.log_level = 1;
	/* An empty log counts only if the load failed in the same way. */
	for (int i = 0; i < REFUSAL_CNT; i++) {
		int again = bpf_load(&kit->sys, &logged);
		kit->log[KIT_LOG_BYTES - 1] = '\0';
		if (again >= 0)
			return again;
		if (again == ret || kit->log[0])
			break;
	}
	return ret;
}

int kit_link(struct kit *kit, const struct kit_link_attr *attr, size_t more_bytes)
{
	return kit_call(kit, BPF_LINK_CREATE, (void *)attr,
		offsetof(struct kit_link_attr, more32) + more_bytes);
}

void kit_close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

struct bpf_load_attr kit_load_attr(uint32_t type, const struct bpf_insn *insns, size_t cnt)
{
	return (struct bpf_load_attr) {.prog_type = type,
		.insns = (uintptr_t)insns,
		.insn_cnt = (uint32_t)cnt,
		.license = (uintptr_t) "GPL"};
}

int kit_load_insns(struct kit *kit, uint32_t type, const struct bpf_insn *insns, size_t cnt)
{
	struct bpf_load_attr attr = kit_load_attr(type, insns, cnt);

	return kit_load(kit, &attr);
}

int kit_only_errno(int ret)
{
	kit_close_fd(ret);
	return ret < 0 ? ret : 0;
}

int kit_map_control(struct kit *kit)
{
	return kit_only_errno(kit_array(kit));
}

int kit_prog_control(struct kit *kit, uint32_t type)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(type, insns, ARRAY_SIZE(insns));

	if (type == BPF_PROG_TYPE_SYSCALL)
		attr.prog_flags = BPF_F_SLEEPABLE;
	return kit_only_errno(load_surely(kit, &attr));
}

bool kit_log_says_unknown(const struct kit *kit)
{
	for (size_t i = 0; i < ARRAY_SIZE(unknown_phrases); i++) {
		if (strstr(kit->log, unknown_phrases[i]))
			return true;
	}
	return false;
}

static bool is_footer(const char *line)
{
	return !strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17) ||
		!strncmp(line, "stack depth", 11) || !strncmp(line, "max_states", 10);
}

void kit_log_line(const struct kit *kit, char *line, size_t size)
{
	const char *at = kit->log;

	line[0] = '\0';
	while (*at) {
		size_t len = strcspn(at, "\n");
		size_t keep = len < size - 1 ? len : size - 1;
		if (len && !is_footer(at)) {
			memcpy(line, at, keep);
			line[keep] = '\0';
		}
		at += len + (at[len] == '\n');
	}
}

bool kit_jit_is_off(const struct kernel *kernel)
{
	const char *jit = kernel->environment.jit;

	/* Only root may read the setting. */
	return jit ? !strcmp(jit, "0") : kit_config(kernel, "CONFIG_BPF_JIT") == TRISTATE_YES;
}

bool kit_has_no_jit(const struct kernel *kernel)
{
	const char *jit = kernel->environment.jit;

	return jit ? !strcmp(jit, "none")
		   : kernel_has_function(kernel, "bpf_jit_binary_alloc", "bpf_prog_alloc") == TRISTATE_NO;
}

bool kit_has_no_trampoline(const struct kernel *kernel, int ret)
{
	return ret == -ENOMEM &&
		kernel_has_function(kernel, "bpf_trampoline_get", "vfs_read") == TRISTATE_NO;
}

static bool has_word(const char *line, size_t len, const char *const *words, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (memmem(line, len, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

/* Messages about things that an interpreted program may not have. */
static bool wants_jit(const char *line, size_t len)
{
	static const char *const words[] = {
		"JIT is required", /* of kfunc calls (add_kfunc_call()) and arenas */
		"non-JITed programs", /* tail calls in functions, callbacks */
		"should be JITed", /* freplace */
	};

	return has_word(line, len, words, ARRAY_SIZE(words));
}

bool kit_jit_refuses(const struct kernel *kernel, const char *line, size_t len)
{
	return wants_jit(line, len) && kit_jit_is_off(kernel);
}

bool kit_jit_lacks(const struct kernel *kernel, int errnum, const char *line, size_t len)
{
	/* For kfunc calls, single kfuncs, and arenas (check_map_prog_compatibility()). */
	static const char *const words[] = {"JIT does not support", "JIT doesn't support"};

	if (errnum == EOPNOTSUPP || errnum == ENOTSUPP)
		return has_word(line, len, words, ARRAY_SIZE(words)) ||
			(wants_jit(line, len) && kit_has_no_jit(kernel));
	return errnum == EINVAL && wants_jit(line, len) && kit_has_no_jit(kernel);
}

void kit_judge_load(struct kit *kit, uint32_t type, int ret, struct kit_verdict *verdict)
{
	char line[200], name[KIT_ERRNO_BYTES];

	kit_close_fd(ret);
	if (ret >= 0) {
		kit_ok(verdict, "%s", "");
		return;
	}
	kit_log_line(kit, line, sizeof(line));
	/* EACCES with a log comes from the verifier, not from a policy. */
	bool refused = ret == -EACCES && line[0];
	if (!refused && kit_settle(kit, verdict, ret, "program load"))
		return;
	const char *errname = kit_errno_name(-ret, name);
	if (kit_jit_refuses(kit->kernel, line, strlen(line))) {
		kit_say(verdict, SUPPORT_BLOCKED, -ret, "%s: %s", errname, line);
		return;
	}
	if (kit_control_failed(verdict, ret, kit_prog_control(kit, type),
		    "a trivial program of the same type"))
		return;
	if (kit_log_says_unknown(kit) || kit_jit_lacks(kit->kernel, -ret, line, strlen(line)) ||
		ret == -EOPNOTSUPP || ret == -ENOTSUPP)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s", errname,
			line[0] ? line : "no verifier line");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s with an unrecognised message: %s",
			errname, line[0] ? line : "(no verifier line)");
}
