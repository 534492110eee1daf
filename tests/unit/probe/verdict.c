/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe_verdict: literal messages of kernels, and their verdicts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/verdict.h"
#include "util/array.h"
#include "util/buf.h"

#define ENOTSUPP_KERNEL 524

#define STATISTICS                                                                                 \
	"processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "    \
	"mark_read 0\n"

struct message {
	const char *kernel; /* where it was seen; "source": in that kernel's source */
	enum call_kind kind;
	int errnum;
	const char *line;
	enum cell_state state;
	const char *rule;
};

/* clang-format off */
static const struct message messages[] = {
	{"6.18", CALL_KFUNC, EACCES, "calling kernel function vfs_read is not allowed", CELL_REFUSED, "kfunc-not-allowed"},
	{"6.12", CALL_HELPER, EINVAL, "program of this type cannot use helper bpf_map_lookup_elem#1", CELL_REFUSED, "helper-not-allowed"},
	{"5.10", CALL_HELPER, EINVAL, "unknown func bpf_probe_read#4", CELL_REFUSED, "helper-not-allowed"},
	{"6.1", CALL_HELPER, EINVAL, "helper call is not allowed in probe", CELL_REFUSED, RULE_TARGET},
	{"6.18", CALL_HELPER, ENOTSUPP_KERNEL, "func bpf_get_func_ip#173 not supported for program type 5", CELL_REFUSED, "helper-program-type"},
	{"6.1", CALL_HELPER, ENOTSUPP_KERNEL, "func bpf_get_func_ip#173 supported only for fentry/fexit/fmod_ret programs", CELL_REFUSED, "helper-attach-type"},
	{"7.2", CALL_HELPER, ENOTSUPP_KERNEL, "func bpf_get_func_ip#173 supported only for fentry/fexit/fsession/fmod_ret programs", CELL_REFUSED, "helper-attach-type"},
	{"source", CALL_HELPER, EINVAL, "program with __ref argument cannot tail call", CELL_REFUSED, "helper-member"},
	{"6.18", CALL_HELPER, EINVAL, "invalid func unknown#268435455", CELL_ABSENT, "helper-invalid"},

	{"6.18", CALL_KFUNC, EACCES, "program must be sleepable to call sleepable kfunc bpf_arena_alloc_pages", CELL_CONDITIONAL, RULE_SLEEPABLE},
	{"source", CALL_KFUNC, EINVAL, "kernel function bpf_lookup_user_key is sleepable but the program is not", CELL_CONDITIONAL, RULE_SLEEPABLE},
	{"6.12", CALL_HELPER, EINVAL, "helper call might sleep in a non-sleepable prog", CELL_CONDITIONAL, RULE_SLEEPABLE},
	{"7.2", CALL_HELPER, EINVAL, "sleepable helper bpf_copy_from_user#148 in non-sleepable prog", CELL_CONDITIONAL, RULE_SLEEPABLE},
	{"6.18", CALL_KFUNC, EINVAL, "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs", CELL_CONDITIONAL, RULE_CSS_TASK_ITER},
	{"source", CALL_KFUNC, EACCES, "destructive kfunc calls require CAP_SYS_BOOT capability", CELL_CONDITIONAL, "cap-sys-boot"},
	{"source", CALL_KFUNC, EPERM, "bpf_loop is allowed only to CAP_PERFMON and CAP_SYS_ADMIN", CELL_CONDITIONAL, "cap-perfmon"},
	{"source", CALL_KFUNC, EINVAL, "cannot call kernel function from non-GPL compatible program", CELL_CONDITIONAL, "gpl"},
	{"source", CALL_HELPER, EINVAL, "cannot call GPL-restricted function from non-GPL compatible program", CELL_CONDITIONAL, "gpl"},
	{"source", CALL_KFUNC, EACCES, "kernel func bpf_iter_task_new requires RCU critical section protection", CELL_CONDITIONAL, "rcu-section"},
	{"source", CALL_KFUNC, EINVAL, "expected an RCU CS when using bpf_iter_task_next", CELL_CONDITIONAL, "rcu-section"},

	{"6.18", REAL_CALL, EFAULT, "unexpected __bpf_trap() due to uninitialized variable?", CELL_IMPOSSIBLE, RULE_TRAP},
	{"6.18", REAL_CALL, EINVAL, "the prog does not allow writes to packet data", CELL_IMPOSSIBLE, RULE_PACKET_WRITE},
	{"6.18", REAL_CALL, EINVAL, "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs", CELL_CONDITIONAL, RULE_CSS_TASK_ITER},
	{"6.18", REAL_CALL, EINVAL, "kern ctx type id 38 is not a struct", CELL_IMPOSSIBLE, RULE_NO_KERNEL_CONTEXT},
	{"6.18", REAL_CALL, EINVAL, "Sleepable programs can only use array, hash, ringbuf and local storage maps", CELL_IMPOSSIBLE, RULE_SLEEPABLE_MAP},
	{"5.10", REAL_CALL, EINVAL, "Sleepable programs can only use array and hash maps", CELL_IMPOSSIBLE, RULE_SLEEPABLE_MAP},
	{"6.1", REAL_CALL, EINVAL, "kernel function bpf_lookup_user_key is sleepable but the program is not", CELL_CONDITIONAL, RULE_SLEEPABLE},
	{"6.18", REAL_CALL, EINVAL, "cannot pass map_type 2 into func bpf_perf_event_read#22", CELL_PERMITTED, RULE_MAP_TYPE},
	{"6.18", REAL_CALL, EINVAL, "Unreleased reference id=2 alloc_insn=4", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.18", CALL_KFUNC, EINVAL, "metadata kfuncs require device-bound program", CELL_UNKNOWN, RULE_DEVICE_BOUND},
	{"source", CALL_KFUNC, EINVAL, "cannot find address for kernel function bpf_x", CELL_UNKNOWN, RULE_NO_ADDRESS},
	{"7.3", CALL_KFUNC, EINVAL, "R1 arena pointer requires a program with an associated arena", CELL_UNKNOWN, RULE_ARENA},
	{"7.2", CALL_KFUNC, EINVAL, "R1 pointer type STRUCT task_struct must point to scalar, or struct with scalar", CELL_UNKNOWN, RULE_POINTEE},
	{"source", CALL_KFUNC, EPERM, "loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN", CELL_BLOCKED, "capability"},
	{"7.2", CALL_HELPER, EINVAL, "Extension program changes packet data, while original does not", CELL_UNKNOWN, "replaced-program"},
	{"7.2", CALL_KFUNC, EINVAL, "Extension program may sleep, while original does not", CELL_UNKNOWN, "replaced-program"},
	{"source", CALL_KFUNC, EBADF, "invalid module BTF fd specified", CELL_UNKNOWN, "bad-module"},
	{"source", CALL_KFUNC, EPROTO, "kfunc offset > 0 without fd_array is invalid", CELL_UNKNOWN, "bad-module"},
	{"source", CALL_HELPER, EFAULT, "verifier internal error: func has two arguments refcounted", CELL_UNKNOWN, "internal-error"},
	{"source", CALL_KFUNC, EFAULT, "verifier bug: unexpected state", CELL_UNKNOWN, "internal-error"},

	{"source", CALL_KFUNC, ENOTSUPP_KERNEL, "JIT does not support calling kernel function", CELL_IMPOSSIBLE, "no-jit"},
	{"source", CALL_KFUNC, ENOTSUPP_KERNEL, "JIT is required for calling kernel function", CELL_IMPOSSIBLE, "no-jit"},
	{"5.10", CALL_KFUNC, EINVAL, "BPF_CALL uses reserved fields", CELL_IMPOSSIBLE, RULE_NO_KFUNCS},
	{"source", CALL_KFUNC, ENOTSUPP_KERNEL, "calling kernel function is not supported without CONFIG_DEBUG_INFO_BTF", CELL_IMPOSSIBLE, "no-btf"},
	{"source", CALL_KFUNC, ENOTSUPP_KERNEL, "JIT does not support calling kfunc bpf_throw", CELL_IMPOSSIBLE, RULE_NO_JIT_FOR_IT},
	{"source", CALL_KFUNC, ENOTSUPP_KERNEL, "JIT does not support kfunc bpf_x() with 7 args", CELL_IMPOSSIBLE, RULE_NO_JIT_FOR_ARGS},
	{"source", CALL_KFUNC, EINVAL, "kernel function btf_id 1234 does not have a valid func_proto", CELL_IMPOSSIBLE, RULE_BAD_PROTOTYPE},
	{"source", CALL_KFUNC, EINVAL, "The function foo return type STRUCT is unsupported.", CELL_IMPOSSIBLE, RULE_BAD_PROTOTYPE},
	{"source", CALL_KFUNC, EINVAL, "The function foo has 13 arguments. Too many.", CELL_IMPOSSIBLE, RULE_BAD_PROTOTYPE},
	{"source", CALL_KFUNC, EINVAL, "kernel btf_id 4 is not a function", CELL_IMPOSSIBLE, RULE_BAD_PROTOTYPE},

	{"6.18", CALL_HELPER, EACCES, "R2 !read_ok", CELL_PERMITTED, "argument"},
	{"5.10", CALL_HELPER, EACCES, "R1 type=ctx expected=fp, pkt, pkt_meta, map_value, mem, rdonly_buf, rdwr_buf", CELL_PERMITTED, "argument"},
	{"6.18", CALL_HELPER, EACCES, "R1 type=ctx expected=map_value, ptr_", CELL_PERMITTED, "argument"},
	{"7.2", CALL_HELPER, EINVAL, "R1 is not a scalar", CELL_PERMITTED, "argument"},
	{"6.1", CALL_KFUNC, EINVAL, "R1 is not a scalar", CELL_PERMITTED, "argument"},
	{"6.1", CALL_KFUNC, EINVAL, "arg#0 pointer type STRUCT bpf_dynptr_kern not to stack", CELL_PERMITTED, "argument"},
	{"6.1", CALL_KFUNC, EACCES, "invalid bpf_context access off=167 size=1", CELL_PERMITTED, "argument"},
	{"6.12", CALL_KFUNC, EINVAL, "release kernel function bpf_cpumask_release expects refcounted PTR_TO_BTF_ID", CELL_PERMITTED, "argument"},
	{"7.2", CALL_KFUNC, EINVAL, "release kfunc bpf_cgroup_release expects referenced PTR_TO_BTF_ID passed to R1", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 doesn't point to a map value", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 doesn't point to an irq flag on stack", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 expected pointer to an iterator on stack", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 expected pointer to stack or const struct bpf_dynptr", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 is neither owning or non-owning ref", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "arg#0 pointer type UNKNOWN  must point to scalar, or struct with scalar", CELL_PERMITTED, "argument"},
	{"7.2", CALL_KFUNC, EINVAL, "R1 expected pointer to map value or allocated object", CELL_PERMITTED, "argument"},
	{"7.2", CALL_KFUNC, EINVAL, "R1 is neither owning or non-owning ref", CELL_PERMITTED, "argument"},
	{"7.2", CALL_KFUNC, EINVAL, "R1 doesn't point to an irq flag on stack", CELL_PERMITTED, "argument"},
	{"7.3", CALL_KFUNC, EINVAL, "R1 is ctx expected STRUCT bpf_map or map_ptr", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "R1 must be referenced or trusted", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "pointer in R1 isn't map pointer", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EACCES, "func 'bpf_iter_task' offset 39 is not multiple of 8", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EACCES, "variable ? access var_off=(0x0; 0xffffffffffffffff) disallowed", CELL_PERMITTED, "argument"},
	{"6.18", CALL_KFUNC, EINVAL, "kern ctx type id 38 is not a struct", CELL_PERMITTED, "argument"},

	{"6.12", CALL_KFUNC, EINVAL, "bpf_rcu_read_unlock is missing", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.12", CALL_KFUNC, EINVAL, "1 bpf_preempt_enable is missing", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.18", CALL_KFUNC, EINVAL, "BPF_EXIT instruction in main prog cannot be used inside bpf_rcu_read_lock-ed region", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.18", CALL_KFUNC, EINVAL, "unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.18", CALL_KFUNC, EINVAL, "Unreleased reference id=1 alloc_insn=0", CELL_PERMITTED, RULE_UNBALANCED},
	{"6.18", CALL_KFUNC, EFAULT, "unexpected __bpf_trap() due to uninitialized variable?", CELL_PERMITTED, RULE_UNBALANCED},

	{"6.18", ACCESS_CONTEXT, EACCES, "invalid bpf_context access off=0 size=8", CELL_REFUSED, "context-access"},
	{"source", ACCESS_CONTEXT, EACCES, "misaligned context access off 4+0+0 size 8", CELL_REFUSED, "context-alignment"},
	{"source", CALL_ATTACH, EINVAL, "The function foo return type STRUCT is unsupported.", CELL_REFUSED, "attach-prototype"},
	{"source", CALL_ATTACH, EINVAL, "The function foo has 13 arguments. Too many.", CELL_REFUSED, "attach-prototype"},
	{"source", CALL_ATTACH, ENOENT, "The address of function foo cannot be found", CELL_REFUSED, "attach-address"},
	{"6.12", CALL_ATTACH, EINVAL, "bpf_lsm_inode_permission is not sleepable", CELL_REFUSED, RULE_NOT_SLEEPABLE},
	{"6.12", CALL_ATTACH, EINVAL, "vfs_read() is not modifiable", CELL_REFUSED, "target-not-modifiable"},
	{"7.2", CALL_ATTACH, EINVAL, "attach_btf_id 93271 points to disabled hook bpf_lsm_getprocattr", CELL_REFUSED, "target-disabled"},
	{"6.12", CALL_ATTACH, EINVAL, "attach_btf_id 1 points to wrong type name bpf_lsm_x", CELL_REFUSED, "target-no-hook"},
	{"source", CALL_ATTACH, EINVAL, "Attaching tracing programs to function 'rcu_read_unlock_strict' is rejected.", CELL_REFUSED, "attach-denied"},

	{"source", LOAD_TRIVIAL, EINVAL, "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable", CELL_UNSUPPORTED, "never-sleepable"},
	{"source", LOAD_TRIVIAL, EINVAL, "Program of this type cannot be sleepable", CELL_UNSUPPORTED, "never-sleepable"},
	{"source", LOAD_TRIVIAL, ENOTSUPP_KERNEL, "attach_btf_id 7 is not a supported struct", CELL_UNSUPPORTED, "no-struct-ops"},
	{"source", LOAD_TRIVIAL, EINVAL, "attach to unsupported member one of struct T", CELL_UNSUPPORTED, "member-refused"},
	{"source", LOAD_TRIVIAL, EINVAL, "attach to invalid member idx 9 of struct T", CELL_UNSUPPORTED, "member-refused"},
	{"source", LOAD_TRIVIAL, ENOTSUPP_KERNEL, "Private stack not supported by jit", CELL_UNSUPPORTED, RULE_PRIVATE_STACK},
	{"source", LOAD_TRIVIAL, ENOTSUPP_KERNEL, "JIT does not support arena arguments", CELL_UNSUPPORTED, RULE_MEMBER_ARENA},
	{"source", LOAD_TRIVIAL, EOPNOTSUPP, "JIT does not support fsession", CELL_UNSUPPORTED, "no-jit-fsession"},
	{"source", LOAD_TRIVIAL, EINVAL, "it is not supported on this architecture", CELL_UNSUPPORTED, "not-on-this-arch"},
	{"source", LOAD_TRIVIAL, EINVAL, "vfs_read is not sleepable", CELL_UNKNOWN, RULE_NOT_SLEEPABLE},
	{"source", LOAD_TRIVIAL, EINVAL, "struct_ops requires a program with an associated arena", CELL_UNKNOWN, RULE_MEMBER_NEEDS_ARENA},
	{"source", LOAD_TRIVIAL, EINVAL, "Extension programs should be JITed", CELL_UNKNOWN, RULE_REPLACING_JIT},

	{"6.18", LOAD_MAP, EINVAL, "tracing progs cannot use bpf_timer yet", CELL_IMPOSSIBLE, RULE_MAP_FIELD},
	{"6.18", LOAD_MAP, EINVAL, "tracing progs cannot use bpf_wq yet", CELL_IMPOSSIBLE, RULE_MAP_FIELD},
	{"6.18", LOAD_MAP, EINVAL, "tracing progs cannot use bpf_spin_lock yet", CELL_IMPOSSIBLE, RULE_MAP_FIELD},
	{"6.18", LOAD_MAP, EINVAL, "socket filter progs cannot use bpf_spin_lock yet", CELL_IMPOSSIBLE, RULE_MAP_FIELD},
	{"source", LOAD_MAP, EINVAL, "sleepable progs cannot use bpf_spin_lock yet", CELL_IMPOSSIBLE, RULE_MAP_FIELD},
	{"6.1", LOAD_MAP, EACCES, "bpf_timer cannot be used for PREEMPT_RT.", CELL_IMPOSSIBLE, RULE_TIMER_RT},
	{"source", LOAD_MAP, EOPNOTSUPP, "bpf_timer cannot be used for PREEMPT_RT.", CELL_IMPOSSIBLE, RULE_TIMER_RT},
};
/* clang-format on */

static void check_message(const struct message *message, const char *before, const char *after)
{
	_cleanup_buf_ struct buf log = {0};

	buf_printf(&log, "%s%s%s", before, message->line, after);
	struct verdict verdict = verdict_read(message->kind, message->errnum, buf_text(&log));
	if (verdict.state != message->state || strcmp(verdict.rule, message->rule))
		fail_msg("%s: \"%s\": %s by %s, expected %s by %s", message->kernel, message->line,
			cell_state_word(verdict.state), verdict.rule,
			cell_state_word(message->state), message->rule);
	assert_int_equal(verdict.line_len, strlen(message->line));
	assert_memory_equal(verdict.line, message->line, verdict.line_len);
}

static void test_messages_of_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		check_message(&messages[i], "", "");
		check_message(&messages[i], "", "\n" STATISTICS);
		check_message(&messages[i], "\n",
			"\nverification time 12 usec\nstack depth 0\n" STATISTICS);
		check_message(
			&messages[i], "Validating kcompat_target() func#0...\n", "\n" STATISTICS);
	}
}

static void test_every_rule_has_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		bool found = false;
		for (size_t k = 0; k < ARRAY_SIZE(messages) && !found; k++)
			found = !strcmp(messages[k].rule, verdict_rules[i].name) &&
				messages[k].state == verdict_rules[i].state;
		if (!found)
			fail_msg("no message for rule %s (%s)", verdict_rules[i].name,
				verdict_rules[i].pattern);
	}
}

/* A pattern is not hidden behind an earlier one that says something else. */
static void test_no_rule_hides_another(void **state)
{
	static const enum call_kind kinds[] = {
		CALL_KFUNC, CALL_HELPER, CALL_ATTACH, ACCESS_CONTEXT, LOAD_TRIVIAL, LOAD_MAP};

	(void)state;
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		const struct verdict_rule *rule = &verdict_rules[i];
		_cleanup_buf_ struct buf log = {0};
		for (const char *c = rule->pattern; *c; c++)
			buf_puts(&log, *c == '*' ? "bpf_x1" : (char[]) {*c, '\0'});
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			if (!(rule->kinds & kinds[k]))
				continue;
			struct verdict verdict = verdict_read(
				kinds[k], rule->errnum ? rule->errnum : EINVAL, buf_text(&log));
			if (verdict.state != rule->state)
				fail_msg("\"%s\" is %s by %s", rule->pattern,
					cell_state_word(verdict.state), verdict.rule);
		}
	}
}

static void test_rules_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_rule_cnt; i++) {
		const struct verdict_rule *rule = &verdict_rules[i];
		assert_true(rule->kinds &&
			!(rule->kinds & ~(unsigned int)(CALL_KFUNC | CALL_HELPER | CALL_ATTACH |
				ACCESS_CONTEXT | LOAD_TRIVIAL | LOAD_MAP | REAL_CALL)));
		assert_true(rule->state > CELL_NONE && rule->state < CELL_STATE_CNT);
		/* The message of an accepted load, or of a real run, never matters. */
		assert_true(rule->state != CELL_LOADABLE && rule->state != CELL_RAN);
		/* A "no" must not depend on the message alone. The errno must match, too. */
		if (rule->state == CELL_REFUSED || rule->state == CELL_ABSENT)
			assert_true(rule->errnum != 0);
		size_t letters = 0;
		for (const char *c = rule->pattern; *c; c++)
			letters += *c != '*' && *c != ' ';
		if (letters < 6)
			fail_msg("\"%s\" says too little", rule->pattern);
	}
}

/* The words of a rule under another errno than its own, or of another kind of call, are no answer.
 */
static void test_words_under_a_wrong_errno(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		const struct message *message = &messages[i];
		if (message->state != CELL_REFUSED && message->state != CELL_ABSENT)
			continue;
		struct verdict verdict = verdict_read(message->kind, EIO, message->line);
		assert_int_equal(verdict.state, CELL_UNKNOWN);
		assert_string_equal(verdict.rule, RULE_UNRECOGNISED);
	}
	assert_int_equal(verdict_read(CALL_HELPER, EACCES, messages[0].line).state, CELL_UNKNOWN);
	assert_int_equal(verdict_read(CALL_KFUNC, EINVAL, messages[1].line).state, CELL_UNKNOWN);
	assert_int_equal(verdict_read(CALL_ATTACH, EACCES, messages[0].line).state, CELL_UNKNOWN);
}

static void test_trouble_is_no_answer(void **state)
{
	static const int troubles[] = {ENOSPC, E2BIG, EAGAIN, EINTR, ENOMEM, EMFILE, ENFILE};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(troubles); i++) {
		assert_non_null(verdict_resource_reason(troubles[i]));
		for (size_t k = 0; k < ARRAY_SIZE(messages); k++) {
			struct verdict verdict =
				verdict_read(messages[k].kind, troubles[i], messages[k].line);
			assert_int_equal(verdict.state, CELL_UNKNOWN);
			assert_string_equal(verdict.rule, "resource");
			assert_null(verdict.line);
		}
	}
}

static void test_no_message(void **state)
{
	static const struct {
		int errnum;
		enum cell_state state;
		const char *rule;
	} cases[] = {
		{0, CELL_LOADABLE, "load"},
		{EPERM, CELL_BLOCKED, "policy"},
		{EINVAL, CELL_UNKNOWN, "no-message"},
		{EACCES, CELL_UNKNOWN, "no-message"},
		{ENOTSUPP_KERNEL, CELL_UNKNOWN, "no-message"},
		{ENOENT, CELL_UNKNOWN, "no-message"},
		{ENOMEM, CELL_UNKNOWN, "resource"},
		{ENOSPC, CELL_UNKNOWN, "resource"},
		{EBUSY, CELL_UNKNOWN, "resource"},
		{ENOSYS, CELL_UNKNOWN, "resource"},
		{EFAULT, CELL_UNKNOWN, "resource"},
		{99999, CELL_UNKNOWN, "no-message"},
	};
	static const char *const logs[] = {"", "\n", "\n\n\n", STATISTICS,
		"verification time 7 usec\nstack depth 0\n" STATISTICS, "\nprocessed 0 insns"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(logs); k++) {
			struct verdict verdict = verdict_read(CALL_KFUNC, cases[i].errnum, logs[k]);
			assert_int_equal(verdict.state, cases[i].state);
			assert_string_equal(verdict.rule, cases[i].rule);
			assert_null(verdict.line);
		}
	}
}

static void test_a_load_is_a_load_whatever_was_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		assert_int_equal(
			verdict_read(messages[i].kind, 0, messages[i].line).state, CELL_LOADABLE);
}

static void test_words_never_seen_before(void **state)
{
	static const char *const lines[] = {
		"this program has no business calling that",
		"calling kernel function",
		"R",
		"arg",
		"*",
		"CALLING KERNEL FUNCTION vfs_read IS NOT ALLOWED",
		" calling kernel function x is not allowed",
		"xcalling kernel function x is not allowed",
		"calling kernel function x is not allowed yet",
		"helper call is not allowed in probes",
		"arg#0 struct doesn't have a name",
	};
	static const int errnums[] = {EINVAL, EACCES, EPERM, ENOTSUPP_KERNEL, EFAULT, ENOENT};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(errnums); k++) {
			_cleanup_buf_ struct buf log = {0};
			buf_printf(&log, "\n%s\n" STATISTICS, lines[i]);
			for (enum call_kind kind = CALL_KFUNC; kind <= CALL_HELPER; kind++) {
				struct verdict verdict =
					verdict_read(kind, errnums[k], buf_text(&log));
				assert_int_equal(verdict.state, CELL_UNKNOWN);
				assert_string_equal(verdict.rule, RULE_UNRECOGNISED);
				assert_int_equal(verdict.line_len, strlen(lines[i]));
				assert_memory_equal(verdict.line, lines[i], verdict.line_len);
			}
		}
	}
}

/* The known line decides, wherever it stands; what is quoted is that line. */
static void test_several_lines(void **state)
{
	static const char known[] = "calling kernel function x is not allowed";
	_cleanup_buf_ struct buf log = {0};

	(void)state;
	buf_printf(&log, "something about the program\n\n%s\nsomething else\n" STATISTICS, known);
	struct verdict verdict = verdict_read(CALL_KFUNC, EACCES, buf_text(&log));
	assert_int_equal(verdict.state, CELL_REFUSED);
	assert_memory_equal(verdict.line, known, verdict.line_len);
	assert_int_equal(verdict.line_len, strlen(known));
	/* Of two known lines the first. */
	verdict = verdict_read(CALL_KFUNC, EINVAL, "verifier bug: no\nR1 is not a scalar\n");
	assert_int_equal(verdict.state, CELL_UNKNOWN);
	assert_string_equal(verdict.rule, "internal-error");
}

static void test_first_line(void **state)
{
	static const struct {
		const char *log, *line;
	} cases[] = {
		{"", NULL},
		{"\n\n", NULL},
		{STATISTICS, NULL},
		{"a", "a"},
		{"\na\nb\n", "a"},
		{STATISTICS "after", "after"},
		{"processed", "processed"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = 0;
		const char *line = verdict_line(cases[i].log, &len);
		assert_int_equal(line != NULL, cases[i].line != NULL);
		if (line) {
			assert_int_equal(len, strlen(cases[i].line));
			assert_memory_equal(line, cases[i].line, len);
		}
	}
}

/* Deterministic: a failure can be repeated. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fill_random(
	char *text, size_t size, uint32_t *seed, const char *const *words, size_t cnt)
{
	size_t len = 0;

	while (len + 24 < size) {
		if (words)
			len += (size_t)snprintf(
				text + len, size - len, "%.20s ", words[next_random(seed) % cnt]);
		else
			text[len++] = (char)(1 + next_random(seed) % 255);
	}
	text[len] = '\0';
}

/* No answer comes from noise: not from bytes, and not from words that messages are made of. */
static void test_noise_never_answers(void **state)
{
	static const char *const words[] = {"kernel", "function", "allowed", "not", "is", "calling",
		"helper", "program", "type", "cannot", "use", "this", "R1", "R2", "expected", "arg",
		"pointer", "to", "invalid", "unknown", "func", "of", "must", "be", "\n",
		"sleepable", "in", "scalar,"};
	static const int errnums[] = {EINVAL, EACCES, ENOTSUPP_KERNEL, EFAULT, ENOENT};
	uint32_t seed = 20240117;
	char log[400];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		bool of_words = i % 2;
		fill_random(log, sizeof(log), &seed, of_words ? words : NULL, ARRAY_SIZE(words));
		/* Words in their usual order are no noise: a wrong errno makes sure that they are
		 * none. */
		int errnum = of_words ? EIO : errnums[next_random(&seed) % ARRAY_SIZE(errnums)];
		for (enum call_kind kind = CALL_KFUNC; kind <= CALL_HELPER; kind++) {
			enum cell_state found = verdict_read(kind, errnum, log).state;
			if (found == CELL_REFUSED || found == CELL_LOADABLE ||
				found == CELL_ABSENT || (!of_words && found != CELL_UNKNOWN))
				fail_msg("%s: %s", cell_state_word(found), log);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_of_kernels),
		cmocka_unit_test(test_every_rule_has_a_message),
		cmocka_unit_test(test_no_rule_hides_another),
		cmocka_unit_test(test_rules_are_sound),
		cmocka_unit_test(test_words_under_a_wrong_errno),
		cmocka_unit_test(test_trouble_is_no_answer),
		cmocka_unit_test(test_no_message),
		cmocka_unit_test(test_a_load_is_a_load_whatever_was_said),
		cmocka_unit_test(test_words_never_seen_before),
		cmocka_unit_test(test_several_lines),
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_noise_never_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
