/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something is predicted, as ids: for programs, what the sentence beside it is for people. An
 * id stays what it is; its sentence may be worded anew. One that a verdict rule (probe/verdict.h)
 * has too is about the same condition. Snapshots of before these rules have the rule "predicted"
 * for each of them.
 */
#ifndef KCOMPAT_KERNEL_PREDICT_RULES_H
#define KCOMPAT_KERNEL_PREDICT_RULES_H

#include <stdbool.h>

/* X(enumerator, id, what it means, the code of linux that it comes from) */
#define PREDICT_RULES(X)                                                                           \
	PREDICT_KFUNC_RULES(X)                                                                     \
	PREDICT_HELPER_RULES(X)                                                                    \
	PREDICT_FIELD_RULES(X)                                                                     \
	PREDICT_CALL_RULES(X)                                                                      \
	PREDICT_CONTEXT_RULES(X)                                                                   \
	PREDICT_ATTACH_RULES(X)

/* Of a kfunc in a context. */
#define PREDICT_KFUNC_RULES(X)                                                                     \
	X(REGISTERED, "registered", "a set of the program type's hook or of COMMON holds it",      \
		"btf_kfunc_id_set_contains(), kernel/bpf/btf.c")                                   \
	X(NOT_REGISTERED, "not-registered",                                                        \
		"no set of the program type's hook or of COMMON holds it",                         \
		"btf_kfunc_id_set_contains(), kernel/bpf/btf.c")                                   \
	X(NO_HOOK, "no-kfunc-hook",                                                                \
		"the program type has no hook of its own, and no set of COMMON holds it",          \
		"bpf_prog_type_to_kfunc_hook(), kernel/bpf/btf.c")                                 \
	X(FILTER_REFUSES, "filter-refuses", "a filter of the hook refuses it in this program",     \
		"struct btf_kfunc_id_set::filter, include/linux/btf.h")                            \
	X(FILTER_SOME, "filter-some",                                                              \
		"a filter allows it in some functions of the struct_ops type only",                \
		"struct btf_kfunc_id_set::filter, include/linux/btf.h")                            \
	X(FILTER_UNKNOWN, "filter-unknown", "the filter's answer could not be computed",           \
		"struct btf_kfunc_id_set::filter, include/linux/btf.h")                            \
	X(SLEEPABLE, "sleepable", "KF_SLEEPABLE: only a program that may sleep can call it",       \
		"check_kfunc_call(), kernel/bpf/verifier.c")                                       \
	X(CAP_SYS_BOOT, "cap-sys-boot",                                                            \
		"KF_DESTRUCTIVE: only a process with CAP_SYS_BOOT can load the call",              \
		"check_kfunc_call(), kernel/bpf/verifier.c")                                       \
	X(DEVICE_BOUND, "device-bound", "only a program that is bound to a device can call it",    \
		"bpf_dev_bound_kfunc_check(), kernel/bpf/offload.c")                               \
	X(DEVICE_UNKNOWN, "device-unknown",                                                        \
		"whether it needs a program bound to a device is unknown",                         \
		"bpf_dev_bound_kfunc_id(), net/core/xdp.c")                                        \
	X(SETS_UNKNOWN, "sets-unknown", "the registered sets could not be read",                   \
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c")                                   \
	X(CALLS_UNRESOLVED, "calls-unresolved",                                                    \
		"some calls that register sets could not be resolved",                             \
		"register_btf_kfunc_id_set(), kernel/bpf/btf.c")                                   \
	X(HOOK_UNKNOWN, "hook-unknown", "the hook of the program type could not be read",          \
		"bpf_prog_type_to_kfunc_hook(), kernel/bpf/btf.c")                                 \
	X(NO_BTF, "no-btf", "the kernel has no BTF, which names what to call and to attach to",    \
		"add_kfunc_call(), kernel/bpf/verifier.c")                                         \
	X(BTF_UNREAD, "btf-unread", "the kernel's BTF was not read", "")                           \
	X(NO_KFUNC_CALLS, "no-kfunc-calls", "the kernel does not have calls of kfuncs",            \
		"struct bpf_prog_aux::kfunc_tab, include/linux/bpf.h")                             \
	X(NO_JIT, "no-jit", "the JIT does not support calls of kfuncs",                            \
		"bpf_jit_supports_kfunc_call(), kernel/bpf/core.c")                                \
	X(NO_STACK_ARGS, "no-jit-stack-args",                                                      \
		"the JIT cannot pass its arguments beyond the registers",                          \
		"bpf_jit_supports_stack_args(), kernel/bpf/core.c")                                \
	X(NO_ARENA_ARGS, "no-jit-arena-args", "the JIT cannot pass its pointers into an arena",    \
		"bpf_jit_supports_arena_args(), kernel/bpf/core.c")                                \
	X(NO_EXCEPTIONS, "no-jit-exceptions", "the JIT does not support exceptions (bpf_throw)",   \
		"bpf_jit_supports_exceptions(), kernel/bpf/core.c")                                \
	X(NO_ARENA, "no-jit-arena", "the JIT does not support arenas, which it needs",             \
		"bpf_jit_supports_arena(), kernel/bpf/core.c")                                     \
	X(JIT_UNKNOWN, "jit-unknown", "what the JIT supports could not be read",                   \
		"bpf_jit_supports_*(), kernel/bpf/core.c")                                         \
	X(BAD_PROTOTYPE, "bad-prototype",                                                          \
		"no program can call or attach to a function of this prototype",                   \
		"btf_distill_func_proto(), kernel/bpf/btf.c")                                      \
	X(NO_IMPLEMENTATION, "no-implementation",                                                  \
		"KF_IMPLICIT_ARGS, and BTF lacks its _impl() function",                            \
		"find_kfunc_impl_proto(), kernel/bpf/verifier.c")

/* Of a helper in a context. */
#define PREDICT_HELPER_RULES(X)                                                                    \
	X(HELPER_GIVEN, "helper-given", "get_func_proto() returns a prototype",                    \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_NOT_GIVEN, "helper-not-given", "get_func_proto() returns no prototype",           \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_NO_FUNCTION, "helper-no-function", "the program type has no get_func_proto()",    \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_TARGET, "helper-target",                                                          \
		"allowed() of the prototype refuses what the program attaches to",                 \
		"struct bpf_func_proto::allowed")                                                  \
	X(HELPER_FUNC_IP, "helper-func-ip", "bpf_get_func_ip() is refused for the attach type",    \
		"check_get_func_ip(), kernel/bpf/verifier.c")                                      \
	X(HELPER_SOME, "helper-some",                                                              \
		"get_func_proto() returns it for some functions of the struct_ops type only",      \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_MEMBER, "helper-member",                                                          \
		"a function that is handed a reference cannot tail call",                          \
		"check_helper_call(), kernel/bpf/verifier.c")                                      \
	X(MIGHT_SLEEP, "might-sleep", "only a program that may sleep can call it",                 \
		"struct bpf_func_proto::might_sleep")                                              \
	X(HELPER_UNKNOWN, "helper-unknown", "the code of get_func_proto() gave no answer",         \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_NOT_RUN, "helper-not-run", "the code of get_func_proto() was not run",            \
		"struct bpf_verifier_ops::get_func_proto")                                         \
	X(HELPER_NO_MEMBER, "helper-no-member",                                                    \
		"no function of the struct_ops type can be implemented",                           \
		"struct bpf_struct_ops::cfi_stubs")

/* Of a kfunc or helper that needs a field of a map's value: see kernel/map_fields.h. */
#define PREDICT_FIELD_RULES(X)                                                                     \
	X(MAP_FIELD, "map-field", "no program of the type may refer to a map with the field",     \
		"check_map_prog_compatibility(), kernel/bpf/verifier.c")                           \
	X(MAP_FIELD_UNKNOWN, "map-field-unknown",                                                  \
		"whether a program of the type may refer to a map with the field is unknown",      \
		"check_map_prog_compatibility(), kernel/bpf/verifier.c")                           \
	X(TIMER_RT, "timer-preempt-rt", "no program may call with a timer on this kernel",         \
		"process_timer_func(), kernel/bpf/verifier.c; CONFIG_PREEMPT_RT")

/* Of a kfunc or helper that no argument makes possible: see kernel/call_rules.h. */
#define PREDICT_CALL_RULES(X)                                                                      \
	X(TRAP, "trap", "the verifier refuses every call of it",                                   \
		"check_kfunc_call(), kernel/bpf/verifier.c")                                       \
	X(PACKET_WRITE, "packet-write", "programs of the type may not write to packets",           \
		"may_access_direct_pkt_data(), kernel/bpf/verifier.c")                             \
	X(CSS_TASK_ITER, "css-task-iter",                                                          \
		"only LSM programs, iterators and programs that may sleep can call it",            \
		"check_css_task_iter_allowlist(), kernel/bpf/verifier.c")                          \
	X(NO_KERNEL_CONTEXT, "no-kernel-context",                                                  \
		"the kernel has no struct for the context of the program type",                    \
		"get_kern_ctx_btf_id(), kernel/bpf/btf.c")                                         \
	X(SLEEPABLE_MAP, "sleepable-map",                                                          \
		"programs that may sleep may not refer to the map that it takes",                  \
		"check_map_prog_compatibility(), kernel/bpf/verifier.c")                           \
	X(UNRELEASABLE, "unreleasable",                                                            \
		"no function that the program may call takes the reference that it gives",         \
		"check_reference_leak(), kernel/bpf/verifier.c")

/* Of a context, and of every call in it. */
#define PREDICT_CONTEXT_RULES(X)                                                                   \
	X(NO_PROGRAM_TYPE, "no-program-type", "enum bpf_prog_type lacks the program type",         \
		"include/uapi/linux/bpf.h")                                                        \
	X(NOT_COMPILED_IN, "not-compiled-in", "the configuration leaves the program type out",     \
		"bpf_prog_types[], kernel/bpf/syscall.c")                                          \
	X(TYPE_UNKNOWN, "type-unknown", "whether the program type is compiled in is unknown",      \
		"bpf_prog_types[], kernel/bpf/syscall.c")                                          \
	X(NO_ATTACH_TYPE, "no-attach-type", "enum bpf_attach_type lacks the attach type",          \
		"include/uapi/linux/bpf.h")                                                        \
	X(NO_FRAGS, "no-xdp-frags", "programs cannot declare that they handle fragments",          \
		"struct bpf_prog_aux::xdp_has_frags, include/linux/bpf.h")                         \
	X(NO_TRAMPOLINE, "no-trampoline", "the kernel has no BPF trampolines",                     \
		"bpf_check_attach_target(), kernel/bpf/verifier.c; CONFIG_BPF_JIT")                \
	X(NEVER_SLEEPS, "never-sleepable", "the verifier lets no such program sleep",              \
		"can_be_sleepable(), kernel/bpf/verifier.c")                                       \
	X(SLEEP_UNKNOWN, "sleep-unknown", "whether such programs may sleep could not be read",     \
		"can_be_sleepable(), kernel/bpf/verifier.c")                                       \
	X(NO_TARGET, "no-target", "BTF lists no target for such a program",                      \
		"check_attach_btf_id(), kernel/bpf/verifier.c")                                    \
	X(NO_SLEEPABLE_TARGET, "no-sleepable-target",                                              \
		"the kernel has no function that is sleepable",                                    \
		"check_attach_sleepable(), kernel/bpf/verifier.c")                                 \
	X(NO_STUB, "no-stub", "no program may implement the function: cfi_stubs lacks it",         \
		"struct bpf_struct_ops::cfi_stubs")                                                \
	X(MEMBER_REFUSED, "member-refused", "check_member() refuses a program for the function",   \
		"struct bpf_struct_ops::check_member")                                             \
	X(MEMBER_UNKNOWN, "member-unknown", "the answer of check_member() could not be computed",  \
		"struct bpf_struct_ops::check_member")                                             \
	X(OPS_UNKNOWN, "struct-ops-unknown",                                                       \
		"no call that registers the struct_ops type was found",                            \
		"__register_bpf_struct_ops(), kernel/bpf/btf.c")

/* Of a function that a program could attach to: see kernel/function_facts.h. */
#define PREDICT_ATTACH_RULES(X)                                                                    \
	X(RENAMED, "renamed", "its symbols have only names that the compiler changed", "")         \
	X(NOT_DEFINED, "not-defined", "the kernel only declares it", "")                           \
	X(INLINED, "inlined", "it is inlined at every call", "")                                   \
	X(COMPILED_AWAY, "compiled-away", "nothing calls it, and it has no code", "")              \
	X(NO_SYMBOL, "no-symbol", "it has no symbol", "")                                          \
	X(SYMBOLS_UNREAD, "symbols-unread", "the symbols were not read", "")                       \
	X(NOT_PATCHABLE, "not-patchable", "ftrace cannot patch it",                                \
		"register_fentry(), kernel/bpf/trampoline.c")                                      \
	X(PLACE_UNKNOWN, "patchable-unknown", "whether ftrace can patch it is unknown",            \
		"kernel/trace/ftrace.c")                                                           \
	X(NOT_IN_BTF, "not-in-btf", "BTF has no function of that name",                            \
		"bpf_check_attach_target(), kernel/bpf/verifier.c")                                \
	X(FENTRY_REFUSED, "fentry-refused", "the verifier refuses its prototype or its name",      \
		"bpf_check_attach_target() and btf_id_deny, kernel/bpf/verifier.c")                \
	X(FENTRY_UNKNOWN, "fentry-unknown", "not every kernel attaches to such a function",        \
		"arch_prepare_bpf_trampoline(), arch/*/net/bpf_jit_comp*.c")                       \
	X(SEVERAL, "several-symbols", "several symbols have its name",                             \
		"count_symbols(), kernel/trace/trace_kprobe.c")                                    \
	X(DATA_OF_NAME, "data-of-that-name", "data has its name too",                              \
		"count_symbols(), kernel/trace/trace_kprobe.c; CONFIG_KALLSYMS_ALL")               \
	X(KPROBE_BLACKLIST, "kprobe-blacklist", "it is on the kprobe blacklist",                   \
		"within_kprobe_blacklist(), kernel/kprobes.c")                                     \
	X(BLACKLIST_UNREAD, "blacklist-unread", "the kprobe blacklist was not found",              \
		"within_kprobe_blacklist(), kernel/kprobes.c")                                     \
	X(FREED, "freed", "the kernel frees its code after boot", "free_initmem(), init/main.c")   \
	X(FIRST_OF_SEVERAL, "first-of-several", "the first in memory of several is attached to",   \
		"kallsyms_lookup_name(), kernel/kallsyms.c")                                       \
	X(INLINED_CALLS, "inlined-calls",                                                          \
		"a program does not see the calls of it that are inlined", "")

enum predict_rule {
	PREDICT_NONE,
#define PREDICT_RULE_ENUM(name, id, meaning, source) PREDICT_##name,
	PREDICT_RULES(PREDICT_RULE_ENUM)
#undef PREDICT_RULE_ENUM
		PREDICT_RULE_CNT
};

/* NULL of PREDICT_NONE. */
const char *predict_rule_id(enum predict_rule rule);
const char *predict_rule_meaning(enum predict_rule rule);
/* "" where no one place of the kernel says it. */
const char *predict_rule_source(enum predict_rule rule);
/* PREDICT_NONE for NULL and for an id that is none. */
enum predict_rule predict_rule_parse(const char *id);
/* False for NULL. */
bool predict_rule_is(const char *id, enum predict_rule rule);
/* Is it the id of one of PREDICT_CALL_RULES? False for NULL. */
bool predict_rule_is_about_call(const char *id);

#endif
