/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/helpers.h"
#include "probe/insn.h"
#include "probe/load.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <string.h>

/* bpf_get_probe_write_proto() (kernel/trace/bpf_trace.c). */
#define NOISY_HELPER "bpf_probe_write_user"

const struct evidence *helper_withheld(
	const struct probe_request *request, const struct snapshot_helper *helper)
{
	static const struct evidence evidence = {
		.line = "not asked: the kernel would warn in its log; name the helper, or use --full",
		.rule = "withheld",
	};

	if (request->full || strcmp(helper->name, NOISY_HELPER))
		return NULL;
	for (size_t i = 0; i < request->name_cnt; i++) {
		if (!strcmp(request->names[i], NOISY_HELPER))
			return NULL;
	}
	return &evidence;
}

/* include/linux/security.h, enum lockdown_reason. Callers: bpf_base_func_proto(), bpf_trace.c. */
static const struct {
	const char *helper, *modes[3]; /* lockdown modes that hide it */
} locked_down[] = {
	{"bpf_probe_write_user", {"integrity", "confidentiality"}},
	{"bpf_probe_read", {"confidentiality"}},
	{"bpf_probe_read_str", {"confidentiality"}},
	{"bpf_probe_read_kernel", {"confidentiality"}},
	{"bpf_probe_read_kernel_str", {"confidentiality"}},
};

static const char *hidden_by_lockdown(const struct kernel *kernel, const char *helper)
{
	const char *mode = kernel->environment.lockdown;

	for (size_t i = 0; i < ARRAY_SIZE(locked_down); i++) {
		if (strcmp(locked_down[i].helper, helper))
			continue;
		/* The mode cannot be read. It matters only if every program is refused the helper. */
		if (!mode)
			return "refused to kprobe programs too: lockdown may hide it, and its mode cannot be read";
		for (const char *const *hiding = locked_down[i].modes; *hiding; hiding++) {
			if (!strcmp(*hiding, mode))
				return "lockdown hides this helper from every program";
		}
	}
	return NULL;
}

/* bpf_base_func_proto() gives more helpers to processes with a capability. The refusal has the same message. */
static const char *hidden_by_capability(const struct kernel *kernel, const char *helper)
{
	/* bpf_get_probe_write_proto(): the only helper with a stricter check, which no token meets. */
	if (kernel->environment.in_user_namespace && !strcmp(helper, NOISY_HELPER))
		return "refused in a user namespace; with CAP_SYS_ADMIN outside of it the answer may differ";
	if (kernel_has_capability(kernel, "CAP_SYS_ADMIN"))
		return NULL;
	if (!kernel_has_capability(kernel, "CAP_BPF"))
		return "refused to a process without CAP_BPF; with CAP_BPF the answer may differ";
	if (!kernel_has_capability(kernel, "CAP_PERFMON"))
		return "refused to a process without CAP_PERFMON; with CAP_PERFMON the answer may differ";
	if (!strcmp(helper, NOISY_HELPER))
		return "refused to a process without CAP_SYS_ADMIN; with CAP_SYS_ADMIN the answer may differ";
	return NULL;
}

/* A kprobe program may use all helpers that lockdown hides, so one load is enough. */
static bool kprobe_may_use(struct loader *loader, const struct snapshot_helper *helper)
{
	struct load_place place = {.prog_type = PROG_TYPE_KPROBE};
	int errnum = loader_try_call(loader, &place, (struct bpf_insn)INSN_HELPER((int32_t)helper->id));

	return cell_state_usable(verdict_read(CALL_HELPER, errnum, loader->log).state);
}

static bool has_refusal(const struct snapshot *snapshot, const struct snapshot_helper *helper)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (helper->cells[i].state == CELL_REFUSED)
			return true;
	}
	return false;
}

static bool block_refusals(
	struct snapshot *snapshot, struct snapshot_helper *helper, const char *reason, const char *rule)
{
	struct evidence *evidence = pool_alloc(&snapshot->pool, sizeof(*evidence));

	if (!evidence)
		return false;
	*evidence = (struct evidence) {.line = reason, .rule = rule};
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (helper->cells[i].state == CELL_REFUSED)
			helper->cells[i] = (struct cell) {CELL_BLOCKED, false, evidence};
	}
	return true;
}

struct error *helpers_conclude(
	const struct kernel *kernel, const struct bpf_sys *sys, struct snapshot *snapshot)
{
	struct loader loader;
	struct error *error = loader_init(&loader, sys);

	for (size_t i = 0; i < snapshot->helper_cnt && !error; i++) {
		struct snapshot_helper *helper = &snapshot->helpers[i];
		const char *lockdown = hidden_by_lockdown(kernel, helper->name);
		const char *capability = hidden_by_capability(kernel, helper->name);
		bool ok = true;
		if (!has_refusal(snapshot, helper))
			continue;
		if (lockdown && !kprobe_may_use(&loader, helper))
			ok = block_refusals(snapshot, helper, lockdown, "lockdown");
		else if (capability)
			ok = block_refusals(snapshot, helper, capability, "capability");
		if (!ok)
			error = error_no_memory();
	}
	loader_deinit(&loader);
	return error;
}
