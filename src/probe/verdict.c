/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/verdict.h"
#include "kernel/context.h"
#include "kernel/kernel.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

#define KFUNC CALL_KFUNC
#define HELPER CALL_HELPER
#define BOTH (CALL_KFUNC | CALL_HELPER)

/* The order matters only if two patterns match. Frequent messages come first. */
/* clang-format off */
const struct verdict_rule verdict_rules[] = {
	/* check_kfunc_call(), since 5.13. */
	{"kfunc-not-allowed", KFUNC, EACCES, "calling kernel function * is not allowed", CELL_REFUSED},
	/* check_helper_call(): "unknown func" until 6.10. */
	{"helper-not-allowed", HELPER, EINVAL, "program of this type cannot use helper *", CELL_REFUSED},
	{"helper-not-allowed", HELPER, EINVAL, "unknown func *", CELL_REFUSED},
	/* struct bpf_func_proto::allowed refused it. All of these functions check the attach target. */
	{RULE_TARGET, HELPER, EINVAL, "helper call is not allowed in probe", CELL_REFUSED},
	/* check_struct_ops_btf_id(): no program of a member that receives a reference. */
	{"helper-member", HELPER, EINVAL, "program with __ref argument cannot tail call", CELL_REFUSED},
	/* check_get_func_ip(). */
	{"helper-program-type", HELPER, ENOTSUPP, "func * not supported for program type *", CELL_REFUSED},
	/* The same function for bpf_get_func_arg() and similar helpers, by the attach type. */
	{"helper-attach-type", HELPER, ENOTSUPP, "func * supported only for *", CELL_REFUSED},
	/* The id is larger than this kernel's last. */
	{"helper-invalid", HELPER, EINVAL, "invalid func *", CELL_ABSENT},

	/* The allow check passed. The bare call does not meet a condition. */
	{RULE_SLEEPABLE, KFUNC, EACCES, "program must be sleepable to call sleepable kfunc *", CELL_CONDITIONAL},
	/* btf_check_func_arg_match(), before 6.2: after the arguments. */
	{RULE_SLEEPABLE, KFUNC | REAL_CALL, EINVAL, "kernel function * is sleepable but the program is not", CELL_CONDITIONAL},
	{RULE_SLEEPABLE, HELPER, EINVAL, "helper call might sleep in a non-sleepable prog", CELL_CONDITIONAL},
	/* The same since 7.1. A bare call cannot cause "in rcu_read_lock region" and similar messages. */
	{RULE_SLEEPABLE, HELPER, EINVAL, "sleepable helper * in non-sleepable prog", CELL_CONDITIONAL},
	/* check_css_task_iter_allowlist(). */
	{RULE_CSS_TASK_ITER, KFUNC, 0, CALL_TEXT_CSS_TASK_ITER, CELL_CONDITIONAL},
	{"cap-sys-boot", KFUNC, EACCES, "destructive kfunc calls require CAP_SYS_BOOT capabilit*", CELL_CONDITIONAL},
	{RULE_PERFMON, KFUNC, EPERM, "* is allowed only to CAP_PERFMON and CAP_SYS_ADMIN", CELL_CONDITIONAL},
	{"gpl", KFUNC, EINVAL, "cannot call kernel function from non-GPL compatible program", CELL_CONDITIONAL},
	{"gpl", HELPER, EINVAL, "cannot call GPL-restricted function from non-GPL compatible program", CELL_CONDITIONAL},
	{"rcu-section", KFUNC, 0, "expected an RCU CS when using *", CELL_CONDITIONAL},
	{"rcu-section", KFUNC, 0, "kernel func * requires RCU critical section protection", CELL_CONDITIONAL},

	/* add_kfunc_call() runs before the allow check: the question was not reached. */
	{RULE_DEVICE_BOUND, KFUNC, EINVAL, "metadata kfuncs require device-bound program", CELL_UNKNOWN},
	{RULE_NO_ADDRESS, KFUNC, EINVAL, "cannot find address for kernel function *", CELL_UNKNOWN},
	{RULE_NO_ADDRESS, KFUNC, EINVAL, "address of kernel function * is out of range", CELL_UNKNOWN},
	/* get_kfunc_arg_type(), since 7.3. */
	{RULE_ARENA, KFUNC, EINVAL, "R* arena pointer requires a program with an associated arena", CELL_UNKNOWN},
	/* The same place, since 7.3. Up to 7.2 it is an argument check, after the allow check. */
	{RULE_POINTEE, KFUNC, EINVAL, "R* pointer type * must point to *", CELL_UNKNOWN},
	{RULE_CAPABILITY, KFUNC, EPERM, "loading/calling other bpf or kernel functions are allowed for *", CELL_BLOCKED},
	{RULE_CAPABILITY, KFUNC, EPERM, "CAP_BPF and CAP_PERFMON are required to use arena", CELL_BLOCKED},
	/* bpf_check_attach_target(), for freplace: the replaced program limits what this one may do. */
	{"replaced-program", BOTH, EINVAL, "Extension program *, while original does not", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "failed to find BTF for kernel function", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "invalid module BTF fd specified", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "BTF fd for kfunc is not a module BTF", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "kfunc offset > 0 without fd_array is invalid", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "kfunc fd_idx *", CELL_UNKNOWN},
	{"bad-module", KFUNC, 0, "too many different module BTFs", CELL_UNKNOWN},
	{"internal-error", BOTH, 0, "verifier internal error*", CELL_UNKNOWN},
	{"internal-error", BOTH, 0, "verifier bug*", CELL_UNKNOWN},
	{"internal-error", HELPER, 0, "kernel subsystem misconfigured *", CELL_UNKNOWN},

	/* No program can pass these checks, before or after the allow check. */
	{RULE_NO_JIT, KFUNC, ENOTSUPP, "JIT does not support calling kernel function", CELL_IMPOSSIBLE},
	{RULE_NO_JIT, KFUNC, ENOTSUPP, "JIT is required for calling kernel function", CELL_IMPOSSIBLE},
	{RULE_NO_KFUNCS, KFUNC, EINVAL, "BPF_CALL uses reserved fields", CELL_IMPOSSIBLE}, /* before 5.13 */
	{"no-btf", KFUNC, ENOTSUPP, "calling kernel function is not supported without CONFIG_DEBUG_INFO_BTF", CELL_IMPOSSIBLE},
	{RULE_NO_JIT_FOR_IT, KFUNC, ENOTSUPP, "JIT does not support calling kfunc *", CELL_IMPOSSIBLE},
	{RULE_NO_JIT_FOR_ARGS, KFUNC, ENOTSUPP, "JIT does not support kfunc *", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "kernel function * does not have a valid func_proto", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "The function * return type * is unsupported*", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "The function * arg* type * is unsupported*", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "The function * with variable args is unsupported*", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "The function * has * arguments. Too many*", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, 0, "kernel btf_id * is not a function", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "kernel function * returns pointer type * is not supported", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "acquire kernel function does not return PTR_TO_BTF_ID", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "The function * has malformed void argument*", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "Function * has * args", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "Unrecognized arg#* type *", CELL_IMPOSSIBLE},
	{RULE_BAD_PROTOTYPE, KFUNC, EINVAL, "Unrecognized R* type *", CELL_IMPOSSIBLE},

	/*
	 * Argument checks: check_kfunc_args(), check_func_arg(), btf_check_kfunc_arg_match(). All of
	 * them come after the allow check, and the call is the program's first instruction. Not every
	 * "arg#" is a refusal: btf_is_prog_ctx_type() only notes that a "struct doesn't have a name".
	 * Since 7.3 it does so before the allow check.
	 */
	{"argument", KFUNC, 0, "arg#* expected *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* is *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* must *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* pointer type *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* reference type(*", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* doesn't point to *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* memory, len pair leads to *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#* no referenced kptr at *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "arg#0 BTF type must be a double pointer", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* !read_ok*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* type=* expected=*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* is not a scalar", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* expected pointer to *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* is neither owning or non-owning ref", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* expected for bpf_*", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* is not a pointer to *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* reference type(*", CELL_PERMITTED},
	{"argument", KFUNC, 0, "R* memory, len pair leads to *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* must be a known constant", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* must be referenced*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* must be a rcu pointer", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* must have zero offset when passed to *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* is not a const*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* has no valid *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* min value *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* unbounded memory access*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* invalid *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* doesn't point to *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* doesn't have constant offset*", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* is * expected*", CELL_PERMITTED},
	{"argument", BOTH, 0, "variable * access var_off=* disallowed", CELL_PERMITTED},
	{"argument", BOTH, 0, "dereference of modified * ptr *", CELL_PERMITTED},
	{"argument", BOTH, 0, "negative offset * ptr *", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid indirect *", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid access to *", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid * access off=* size=*", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid read from stack *", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid write to stack *", CELL_PERMITTED},
	{"argument", BOTH, 0, "invalid variable-offset *", CELL_PERMITTED},
	{"argument", BOTH, 0, "R* leaks addr into helper function", CELL_PERMITTED},
	{"argument", BOTH, 0, "pointer in R* isn't map pointer", CELL_PERMITTED},
	{"argument", BOTH, 0, "func '*' offset * is not multiple of *", CELL_PERMITTED},
	{"argument", BOTH, 0, "func '*' doesn't have *", CELL_PERMITTED},
	{"argument", BOTH, 0, CALL_TEXT_NO_KERNEL_CONTEXT("*"), CELL_PERMITTED},
	{"argument", KFUNC, 0, "kernel function * args#* expected *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "Possibly NULL pointer passed to trusted *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "release kernel function * expects *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "release kfunc * expects *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "kernel function * args#* pointer type * is not supported", CELL_PERMITTED},
	{"argument", KFUNC, 0, "kernel function * R* pointer type * is not supported", CELL_PERMITTED},
	{"argument", KFUNC, 0, "kernel function * R* expected pointer to *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "reg type unsupported for arg#* function *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "expected valid iter pointer as *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "expected uninitialized * as *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "expected an initialized * as *", CELL_PERMITTED},
	{"argument", KFUNC, 0, "Expected * argument to *", CELL_PERMITTED},
	{"argument", HELPER, 0, "cannot pass map_type * into func *", CELL_PERMITTED},
	/* bpf_check_attach_target(), btf_distill_func_proto(): this function, in any kernel state. */
	{"attach-prototype", CALL_ATTACH, EINVAL, "The function * is unsupported*", CELL_REFUSED},
	{"attach-prototype", CALL_ATTACH, EINVAL, "The function * has * arguments. Too many*", CELL_REFUSED},
	{"attach-address", CALL_ATTACH, ENOENT, "The address of function * cannot be found", CELL_REFUSED},
	/* check_ctx_access(): is_valid_access() of the program type refused it. */
	{"context-access", ACCESS_CONTEXT, EACCES, "invalid bpf_context access off=*", CELL_REFUSED},
	/* check_ptr_alignment(), if the machine has no unaligned access. */
	{"context-alignment", ACCESS_CONTEXT, EACCES, "misaligned context access off *", CELL_REFUSED},
	{"attach-denied", CALL_ATTACH, EINVAL, "Attaching * is rejected*", CELL_REFUSED},
	{RULE_NOT_SLEEPABLE, CALL_ATTACH, EINVAL, "* is not sleepable", CELL_REFUSED},
	/* Without CAP_MAC_ADMIN, security_ functions give EPERM with the same message. */
	{"target-not-modifiable", CALL_ATTACH, EINVAL, "*() is not modifiable", CELL_REFUSED},
	/* bpf_lsm_verify_prog() */
	{"target-disabled", CALL_ATTACH, EINVAL, "attach_btf_id * points to disabled hook *", CELL_REFUSED},
	{"target-no-hook", CALL_ATTACH, EINVAL, "attach_btf_id * points to wrong type name *", CELL_REFUSED},

	/* There is no such context: check_attach_btf_id(), bpf_check(); the second since 7.1. */
	{"never-sleepable", LOAD_TRIVIAL, 0, "*can be sleepable*", CELL_UNSUPPORTED},
	{"never-sleepable", LOAD_TRIVIAL, 0, "*type cannot be sleepable*", CELL_UNSUPPORTED},
	/* check_struct_ops_btf_id(), and ->check_member(). */
	{"no-struct-ops", LOAD_TRIVIAL, 0, "*is not a supported struct*", CELL_UNSUPPORTED},
	{"member-refused", LOAD_TRIVIAL, 0, "*attach to unsupported member*", CELL_UNSUPPORTED},
	{"member-refused", LOAD_TRIVIAL, 0, "*attach to invalid member*", CELL_UNSUPPORTED},
	{RULE_PRIVATE_STACK, LOAD_TRIVIAL, 0, "*Private stack not supported by jit*", CELL_UNSUPPORTED}, /* since 6.13 */
	{RULE_MEMBER_ARENA, LOAD_TRIVIAL, 0, "*JIT does not support arena arguments*", CELL_UNSUPPORTED},
	{"no-jit-fsession", LOAD_TRIVIAL, 0, "*JIT does not support fsession*", CELL_UNSUPPORTED}, /* since 7.0 */
	{"not-on-this-arch", LOAD_TRIVIAL, 0, "*not supported on this architecture*", CELL_UNSUPPORTED},
	/* About this target or a setting: no answer about the context. */
	{RULE_NOT_SLEEPABLE, LOAD_TRIVIAL, 0, "*is not sleepable*", CELL_UNKNOWN},
	{RULE_MEMBER_NEEDS_ARENA, LOAD_TRIVIAL, 0, "*requires a program with an associated arena*", CELL_UNKNOWN},
	{RULE_REPLACING_JIT, LOAD_TRIVIAL, EINVAL, "Extension programs should be JITed*", CELL_UNKNOWN},

	/* check_map_prog_compatibility(), and process_timer_func(): of a map's field, not of a call. */
	{RULE_MAP_FIELD, LOAD_MAP, EINVAL, "tracing progs cannot use bpf_* yet", CELL_IMPOSSIBLE},
	{RULE_MAP_FIELD, LOAD_MAP, EINVAL, "socket filter progs cannot use bpf_* yet", CELL_IMPOSSIBLE},
	{RULE_MAP_FIELD, LOAD_MAP, EINVAL, "sleepable progs cannot use bpf_* yet", CELL_IMPOSSIBLE},
	/* EOPNOTSUPP; EACCES where check_func_arg() does not return it (6.1). */
	{RULE_TIMER_RT, LOAD_MAP, 0, MAP_FIELD_TIMER_RT, CELL_IMPOSSIBLE},

	/* check_kfunc_call(), may_access_direct_pkt_data(), check_css_task_iter_allowlist(). */
	{RULE_TRAP, REAL_CALL, 0, CALL_TEXT_TRAP, CELL_IMPOSSIBLE},
	{RULE_PACKET_WRITE, REAL_CALL, 0, CALL_TEXT_PACKET_WRITE, CELL_IMPOSSIBLE},
	{RULE_CSS_TASK_ITER, REAL_CALL, 0, CALL_TEXT_CSS_TASK_ITER, CELL_CONDITIONAL},
	{RULE_NO_KERNEL_CONTEXT, REAL_CALL, 0, "kern ctx type id * is not a struct", CELL_IMPOSSIBLE},
	/* check_map_prog_compatibility(); "array and hash maps" in 5.10. */
	{RULE_SLEEPABLE_MAP, REAL_CALL, 0, CALL_TEXT_SLEEPABLE_MAP("*"), CELL_IMPOSSIBLE},
	{RULE_MAP_TYPE, REAL_CALL, 0, "cannot pass map_type * into func *", CELL_PERMITTED},
	{RULE_MAP_TYPE, REAL_CALL, 0, "expected prog array map for tail call*", CELL_PERMITTED},

	/* The call itself was accepted, but not the bare program around it. */
	{RULE_UNBALANCED, BOTH, 0, "unmatched *", CELL_PERMITTED},
	{RULE_UNBALANCED, BOTH, 0, "BPF_EXIT instruction* cannot be used inside *", CELL_PERMITTED},
	{RULE_UNBALANCED, BOTH, 0, "BPF_EXIT * would lead to reference leak", CELL_PERMITTED},
	{RULE_UNBALANCED, BOTH | REAL_CALL, 0, "Unreleased reference *", CELL_PERMITTED},
	{RULE_UNBALANCED, BOTH, 0, "bpf_rcu_read_unlock is missing", CELL_PERMITTED},
	{RULE_UNBALANCED, KFUNC, 0, "* bpf_preempt_enable* missing", CELL_PERMITTED},
	{RULE_UNBALANCED, KFUNC, 0, "unexpected __bpf_trap() *", CELL_PERMITTED},
	{RULE_UNBALANCED, BOTH, 0, "At program exit *", CELL_PERMITTED},
};
/* clang-format on */
const size_t verdict_rule_cnt = ARRAY_SIZE(verdict_rules);

/* '*' matches any run of characters. The text is not NUL-terminated. */
static bool verdict_matches(const char *pattern, const char *text, size_t len)
{
	const char *star = NULL, *end = text + len, *retry = NULL;

	while (text < end) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* A line of print_verification_stats() or after it, or the note about a global function? */
static bool is_statistics(const char *line)
{
	static const char *const starts[] = {
		"verification time ", "stack depth ", "processed ", "max_states_per_insn ",
		"mark_read ", "insns processed ", "Validating ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	}
	return false;
}

const char *verdict_line(const char *log, size_t *len)
{
	while (*log) {
		*len = strcspn(log, "\n");
		if (*len && !is_statistics(log))
			return log;
		log += *len + (log[*len] == '\n');
	}
	return NULL;
}

const struct verdict_rule *verdict_rule_find(
	enum call_kind kind, int errnum, const char *line, size_t len)
{
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		const struct verdict_rule *rule = &verdict_rules[i];
		if (rule->kinds & kind && (!rule->errnum || rule->errnum == errnum) &&
			(rule->pattern[0] == '*' || rule->pattern[0] == *line) &&
			verdict_matches(rule->pattern, line, len))
			return rule;
	}
	return NULL;
}

bool verdict_is_about_sleep(const char *rule)
{
	return rule && (!strcmp(rule, RULE_SLEEPABLE) || !strcmp(rule, RULE_CSS_TASK_ITER));
}

const char *verdict_resource_reason(int errnum)
{
	switch (errnum) {
	case EPERM:
		return "EPERM before the verifier";
	case ENOSPC:
		return "the verifier's log did not fit (ENOSPC)";
	case E2BIG:
		return "the kernel refused the size of the request (E2BIG)";
	case EAGAIN:
		return "the kernel was interrupted (EAGAIN)";
	case EINTR:
		return "the call was interrupted (EINTR)";
	case ENOMEM:
		return "the kernel had no memory (ENOMEM)";
	case EMFILE:
	case ENFILE:
		return "no file descriptor was free";
	case EBUSY:
		return "the kernel was busy (EBUSY)";
	case ENOSYS:
		return "there is no bpf(2) here (ENOSYS)";
	case EFAULT:
		return "the kernel could not read the request (EFAULT)";
	default:
		return NULL;
	}
}

/*
 * Errors of the machine, not of the program. They are not an answer, whatever the log contains. With
 * E2BIG, the verifier's messages are about its limits. EFAULT also comes from the verifier (bpf_throw's
 * trap), so with a message it is an answer.
 */
static bool is_trouble(int errnum)
{
	return errnum == ENOSPC || errnum == E2BIG || errnum == EAGAIN || errnum == EINTR || errnum == ENOMEM ||
		errnum == EMFILE || errnum == ENFILE;
}

/*
 * The known message need not be the first line: a kernel may explain in two lines. The first known
 * line decides. A refusal decides in any line, because notes may come before it.
 */
static struct verdict verdict_read_lines(enum call_kind kind, int errnum, const char *log)
{
	struct verdict verdict = {CELL_UNKNOWN, RULE_UNRECOGNISED, NULL, 0};
	size_t len = 0;

	for (const char *line = verdict_line(log, &len); line; line = verdict_line(line + len, &len)) {
		len = strcspn(line, "\n");
		const struct verdict_rule *rule = verdict_rule_find(kind, errnum, line, len);
		if (!verdict.line)
			verdict = (struct verdict) {CELL_UNKNOWN, RULE_UNRECOGNISED, line, len};
		if (rule && (rule->state == CELL_REFUSED || !strcmp(verdict.rule, RULE_UNRECOGNISED)))
			verdict = (struct verdict) {rule->state, rule->name, line, len};
		if (verdict.state == CELL_REFUSED)
			break;
	}
	return verdict;
}

struct verdict verdict_read(enum call_kind kind, int errnum, const char *log)
{
	size_t len;

	if (!errnum)
		return (struct verdict) {CELL_LOADABLE, "load", NULL, 0};
	bool said = verdict_line(log, &len);
	if (!said && errnum == EPERM)
		return (struct verdict) {CELL_BLOCKED, "policy", NULL, 0};
	if (is_trouble(errnum) || (!said && verdict_resource_reason(errnum)))
		return (struct verdict) {CELL_UNKNOWN, "resource", NULL, 0};
	if (!said)
		return (struct verdict) {CELL_UNKNOWN, "no-message", NULL, 0};
	return verdict_read_lines(kind, errnum, log);
}
