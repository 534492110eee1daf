/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* "DEVICE DIRECTORY TYPE OPTIONS ..." a line. */
static bool mount_line_is(const char *line, const char *type, const char *directory)
{
	size_t type_len = strlen(type);

	line += strcspn(line, " \n");
	if (*line++ != ' ')
		return false;
	size_t directory_len = strcspn(line, " \n");
	if (line[directory_len] != ' ' ||
		(directory && (strlen(directory) != directory_len ||
				      strncmp(line, directory, directory_len))))
		return false;
	line += directory_len + 1;
	return !strncmp(line, type, type_len) && line[type_len] == ' ';
}

bool mounts_have(const char *mounts, const char *type, const char *directory)
{
	while (*mounts) {
		if (mount_line_is(mounts, type, directory))
			return true;
		mounts += strcspn(mounts, "\n");
		mounts += *mounts == '\n';
	}
	return false;
}

typedef bool limit_rule(const struct kernel *kernel, const struct environment_facts *facts);

/* CAP_SYS_ADMIN includes the capabilities that linux 5.8 split from it. */
static bool lacks(
	const struct kernel *kernel, const struct environment_facts *facts, const char *capability)
{
	return facts->capabilities_known && !kernel_has_capability(kernel, capability) &&
		!kernel_has_capability(kernel, "CAP_SYS_ADMIN");
}

static bool lacks_bpf(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lacks(kernel, facts, "CAP_BPF");
}

/* Then a process without the capability can still load socket filters and cgroup_skb. */
static bool unprivileged_is_allowed(const struct kernel *kernel)
{
	const char *disabled = kernel->environment.unprivileged_bpf_disabled;

	return disabled && !strcmp(disabled, "0");
}

static bool cannot_load(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lacks_bpf(kernel, facts) && !unprivileged_is_allowed(kernel);
}

static bool can_load_little(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lacks_bpf(kernel, facts) && unprivileged_is_allowed(kernel);
}

static bool lacks_perfmon(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lacks(kernel, facts, "CAP_PERFMON");
}

static bool lacks_net_admin(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lacks(kernel, facts, "CAP_NET_ADMIN");
}

/* A link of a network type is tried in a network namespace of its own. */
static bool lacks_namespaces(const struct kernel *kernel, const struct environment_facts *facts)
{
	return facts->capabilities_known && !kernel_has_capability(kernel, "CAP_SYS_ADMIN") &&
		!lacks_bpf(kernel, facts) && !lacks_net_admin(kernel, facts);
}

static bool in_user_namespace(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)kernel;
	return facts->initial_user_namespace == TRISTATE_NO;
}

static bool has_seccomp(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)kernel;
	return facts->seccomp_filter;
}

static bool option_is_unset(const struct kernel *kernel, const char *name)
{
	return kernel->environment.config_source && !kernel_config_value(kernel, name);
}

static bool lsm_list_missing(const struct kernel *kernel)
{
	return !kernel->environment.lsm;
}

static bool securityfs_absent(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return lsm_list_missing(kernel) && option_is_unset(kernel, "CONFIG_SECURITYFS");
}

static bool securityfs_unmounted(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lsm_list_missing(kernel) && !option_is_unset(kernel, "CONFIG_SECURITYFS") &&
		facts->mounts && !mounts_have(facts->mounts, "securityfs", "/sys/kernel/security");
}

static bool lockdown_is_known(const struct kernel *kernel)
{
	return kernel->environment.lockdown;
}

static bool both_unmounted(const struct kernel *kernel, const struct environment_facts *facts)
{
	return securityfs_unmounted(kernel, facts) && !lockdown_is_known(kernel);
}

static bool list_unmounted(const struct kernel *kernel, const struct environment_facts *facts)
{
	return securityfs_unmounted(kernel, facts) && lockdown_is_known(kernel);
}

/* Any other reason for a missing list. */
static bool lsm_unreadable(const struct kernel *kernel, const struct environment_facts *facts)
{
	return lsm_list_missing(kernel) && !securityfs_absent(kernel, facts) &&
		!securityfs_unmounted(kernel, facts);
}

static bool lockdown_unknown(const struct kernel *kernel, const struct environment_facts *facts)
{
	return !lockdown_is_known(kernel) && !securityfs_unmounted(kernel, facts);
}

static bool lockdown_is(const struct kernel *kernel, const char *mode)
{
	const char *lockdown = kernel->environment.lockdown;

	return lockdown && !strcmp(lockdown, mode);
}

static bool lockdown_integrity(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return lockdown_is(kernel, "integrity");
}

static bool lockdown_confidentiality(
	const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return lockdown_is(kernel, "confidentiality");
}

static bool lsm_without_bpf(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return kernel_has_lsm(kernel, "bpf") == TRISTATE_NO;
}

/* kallsyms_show_value() of linux kernel/ksyms_common.c. */
static bool addresses_hidden(const struct kernel *kernel, const struct environment_facts *facts)
{
	const char *restriction = kernel->environment.kptr_restrict;

	if (!restriction || !strcmp(restriction, "0"))
		return false;
	return strcmp(restriction, "1") ||
		(facts->capabilities_known && !kernel_has_capability(kernel, "CAP_SYSLOG"));
}

static long paranoia(const struct environment_facts *facts)
{
	return facts->perf_event_paranoid ? strtol(facts->perf_event_paranoid, NULL, 10) : 0;
}

/* The same function: kptr_restrict 0 gives addresses to everybody only if profiling is allowed too. */
static bool addresses_hidden_by_perf(
	const struct kernel *kernel, const struct environment_facts *facts)
{
	const char *restriction = kernel->environment.kptr_restrict;

	return restriction && !strcmp(restriction, "0") && facts->capabilities_known &&
		!kernel_has_capability(kernel, "CAP_SYSLOG") && paranoia(facts) > 1;
}

/* Level 3 and above exist only in patched kernels (perf_paranoid_any()). So a live event counts more. */
static bool perf_restricted(const struct kernel *kernel, const struct environment_facts *facts)
{
	return paranoia(facts) > 2 && kernel->environment.perf_events != TRISTATE_YES &&
		facts->capabilities_known &&
		(!kernel_has_capability(kernel, "CAP_SYS_ADMIN") ||
			facts->initial_user_namespace == TRISTATE_NO);
}

static bool perf_refused(const struct kernel *kernel, const struct environment_facts *facts)
{
	return kernel->environment.perf_events == TRISTATE_NO && !perf_restricted(kernel, facts);
}

static bool proc_missing(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)kernel;
	return !facts->status_read && !facts->mounts;
}

static bool ftrace_absent(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return option_is_unset(kernel, "CONFIG_DYNAMIC_FTRACE");
}

static bool tracefs_is_mounted(const struct environment_facts *facts)
{
	return mounts_have(facts->mounts, "tracefs", "/sys/kernel/tracing") ||
		mounts_have(facts->mounts, "tracefs", "/sys/kernel/debug/tracing");
}

static bool tracefs_unmounted(const struct kernel *kernel, const struct environment_facts *facts)
{
	return !facts->tracefs_exists && !option_is_unset(kernel, "CONFIG_FTRACE") &&
		facts->mounts && !tracefs_is_mounted(facts);
}

/* Lockdown has a limit of its own. */
static bool tracefs_unreadable(const struct kernel *kernel, const struct environment_facts *facts)
{
	return !lockdown_is(kernel, "confidentiality") && !facts->tracefs_exists && facts->mounts && tracefs_is_mounted(facts);
}

static bool debugfs_unmounted(const struct kernel *kernel, const struct environment_facts *facts)
{
	if (option_is_unset(kernel, "CONFIG_DEBUG_FS") || option_is_unset(kernel, "CONFIG_KPROBES"))
		return false;
	return facts->mounts && !mounts_have(facts->mounts, "debugfs", "/sys/kernel/debug");
}

static bool btf_not_built(const struct kernel *kernel, const struct environment_facts *facts)
{
	return !facts->btf_exists && option_is_unset(kernel, "CONFIG_DEBUG_INFO_BTF");
}

static bool btf_missing(const struct kernel *kernel, const struct environment_facts *facts)
{
	return !facts->btf_exists && !btf_not_built(kernel, facts);
}

static bool limits_jit_off(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return kernel->environment.jit && !strcmp(kernel->environment.jit, "0");
}

static bool jit_not_built(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return kernel->environment.jit && !strcmp(kernel->environment.jit, "none");
}

/* Only root in the initial network namespace can read it (net/core/sysctl_net_core.c). */
static bool jit_unknown(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return !kernel->environment.jit && !option_is_unset(kernel, "CONFIG_BPF_SYSCALL");
}

static bool kprobes_absent(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return option_is_unset(kernel, "CONFIG_KPROBES");
}

static bool bpf_absent(const struct kernel *kernel, const struct environment_facts *facts)
{
	(void)facts;
	return option_is_unset(kernel, "CONFIG_BPF_SYSCALL");
}

/* Lockdown reasons: enum lockdown_reason of linux include/linux/security.h. */
static const struct {
	limit_rule *holds;
	const char *what, *remedy;
} rules[] = {
	{bpf_absent, "this kernel was built without bpf(2) (CONFIG_BPF_SYSCALL)",
		"use a kernel with CONFIG_BPF_SYSCALL=y"},
	{cannot_load, "no CAP_BPF and no CAP_SYS_ADMIN: programs cannot be loaded",
		"run as root, or setcap cap_bpf,cap_perfmon,cap_net_admin+ep on the program"},
	{can_load_little,
		"no CAP_BPF and no CAP_SYS_ADMIN: only socket_filter and cgroup_skb programs can "
		"be loaded, without kfuncs",
		"run as root, or setcap cap_bpf,cap_perfmon,cap_net_admin+ep on the program"},
	{lacks_perfmon, "no CAP_PERFMON and no CAP_SYS_ADMIN: tracing programs cannot be loaded",
		"run as root, or give the process CAP_PERFMON"},
	{lacks_net_admin,
		"no CAP_NET_ADMIN and no CAP_SYS_ADMIN: networking programs cannot be loaded",
		"run as root, or give the process CAP_NET_ADMIN"},
	{lacks_namespaces,
		"no CAP_SYS_ADMIN: the link types netns, xdp, netfilter, tcx and netkit are tried in a new network "
		"namespace, which cannot be made",
		"run as root, or give the process CAP_SYS_ADMIN"},
	{in_user_namespace,
		"in a user namespace: its capabilities count only for what a BPF token delegates",
		"run in the initial user namespace, or with a BPF token (--token)"},
	{has_seccomp, "a seccomp filter is active: it may refuse bpf(2) in the kernel's stead",
		"run without the filter (Docker: --security-opt seccomp=unconfined)"},
	{proc_missing,
		"/proc is not mounted: symbols, settings, mounts and namespaces are unknown",
		"mount -t proc proc /proc"},
	{securityfs_absent, "this kernel has no securityfs: the LSM list is unknown",
		"use a kernel with CONFIG_SECURITYFS=y"},
	{both_unmounted, "securityfs is not mounted: lockdown mode and LSM list are unknown",
		"mount -t securityfs securityfs /sys/kernel/security"},
	{list_unmounted, "securityfs is not mounted: the LSM list is unknown",
		"mount -t securityfs securityfs /sys/kernel/security"},
	{lsm_unreadable, "/sys/kernel/security/lsm is not readable: the LSM list is unknown",
		"run as root outside of a container"},
	{lockdown_unknown,
		"/sys/kernel/security/lockdown is not readable: the lockdown mode is unknown",
		"run as root outside of a container"},
	{lockdown_integrity, "lockdown is in integrity mode: bpf_probe_write_user is hidden",
		"boot without lockdown= and Secure Boot to see it"},
	{lockdown_confidentiality,
		"lockdown is in confidentiality mode: bpf_probe_write_user and the helpers that "
		"read kernel memory are hidden, kprobes, perf and tracefs are refused",
		"boot with lockdown=integrity or less"},
	{lsm_without_bpf, "the BPF LSM is not active: LSM programs load and never run",
		"add bpf to the lsm= list of the kernel command line"},
	{perf_restricted,
		"kernel.perf_event_paranoid is above 2: kernels of Debian, Ubuntu and Android then refuse "
		"perf_event_open(2) without CAP_SYS_ADMIN, so kprobe, uprobe, tracepoint and perf_event "
		"programs load and cannot be attached through it",
		"sysctl kernel.perf_event_paranoid=2, or give the process CAP_SYS_ADMIN"},
	{perf_refused,
		"perf_event_open(2) is refused: kprobe, uprobe, tracepoint and perf_event programs load and "
		"cannot be attached through it",
		"run outside of the container or the policy (seccomp, LSM) that refuses it"},
	{addresses_hidden_by_perf,
		"kernel addresses are hidden (kernel.perf_event_paranoid above 1): names are still complete",
		"run with CAP_SYSLOG, or sysctl kernel.perf_event_paranoid=1"},
	{addresses_hidden, "kernel addresses are hidden (kptr_restrict): names are still complete",
		"sysctl kernel.kptr_restrict=1 and run with CAP_SYSLOG"},
	{tracefs_unmounted, "tracefs is not mounted: which functions are traceable is unknown",
		"mount -t tracefs tracefs /sys/kernel/tracing"},
	{tracefs_unreadable, "tracefs is not readable: which functions are traceable is unknown",
		"run as root"},
	{ftrace_absent,
		"this kernel was built without dynamic ftrace (CONFIG_DYNAMIC_FTRACE): fentry and "
		"kprobe.multi programs cannot attach",
		"use a kernel with CONFIG_FUNCTION_TRACER=y and CONFIG_DYNAMIC_FTRACE=y"},
	{debugfs_unmounted, "debugfs is not mounted: the kprobe blacklist is unknown",
		"mount -t debugfs debugfs /sys/kernel/debug"},
	{kprobes_absent, "this kernel was built without kprobes (CONFIG_KPROBES)",
		"use a kernel with CONFIG_KPROBES=y to attach kprobe programs"},
	{btf_not_built,
		"this kernel was built without BTF (CONFIG_DEBUG_INFO_BTF): no kfuncs, no tracing "
		"programs by type",
		"use a kernel with CONFIG_DEBUG_INFO_BTF=y"},
	{btf_missing, "/sys/kernel/btf/vmlinux is missing: kfuncs and types are unknown",
		"mount sysfs, or use a kernel with CONFIG_DEBUG_INFO_BTF=y"},
	{limits_jit_off, "the BPF JIT is off: kfunc calls, freplace programs, arenas, callbacks, and tail calls in "
			"programs with functions are refused",
		"sysctl net.core.bpf_jit_enable=1"},
	{jit_not_built,
		"this kernel was built without a BPF JIT (CONFIG_BPF_JIT): kfunc calls and trampolines "
		"are impossible",
		"use a kernel with CONFIG_BPF_JIT=y"},
	{jit_unknown,
		"net.core.bpf_jit_enable is not readable: whether the BPF JIT is on is unknown",
		"run as root in the initial network namespace"},
};

void add_odd_lines_limit(struct kernel *kernel, const char *path, size_t odd_lines)
{
	char *what = odd_lines ? pool_printf(&kernel->pool,
					 "%s: %zu malformed lines: a function "
					 "that is not listed may be in one",
					 path, odd_lines)
			       : NULL;

	if (what)
		kernel_add_limit(kernel, what, NULL);
}

void add_environment_limits(struct kernel *kernel, const struct environment_facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].holds(kernel, facts))
			kernel_add_limit(kernel, rules[i].what, rules[i].remedy);
	}
}
