/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What contexts attach to: alternatives that are searched in this kernel's BTF. */
#include "inventory/contexts.h"
#include "inventory/inventory.h"

#include <string.h>

struct finder {
	const struct kernel *kernel;
	struct pool *pool;
	struct target *targets;
	size_t cnt, max;
};

/* The best first. The first one that loads is used. A missing name costs one look-up. */
static const char *const traceable[] = {
	"bpf_fentry_test1", "vfs_read", "do_exit", "kernel_clone", "wake_up_new_task", "do_filp_open",
	NULL,
};
/*
 * check_attach_sleepable: functions open to error injection (syscalls), the fmod_ret id set, and
 * bpf_fentry_test1 among the test run's functions.
 */
static const char *const sleepable[] = {
	"bpf_fentry_test1", "bpf_modify_return_test", "__x64_sys_getpgid", "__arm64_sys_getpgid",
	"__riscv_sys_getpgid", "__s390x_sys_getpgid", "sys_getpgid", "should_failslab",
	"__filemap_add_folio", "__add_to_page_cache_locked", "should_fail_alloc_page", NULL,
};
/*
 * check_attach_modify_return: error injection, a name that begins with security_, or the fmod_ret
 * id set. In that set, bpf_fentry_test1 also allows sleepable programs.
 */
static const char *const modifiable[] = {
	"bpf_modify_return_test", "bpf_fentry_test1", "security_file_open", "security_bprm_check",
	"security_task_alloc", "__x64_sys_getpgid", "__arm64_sys_getpgid", NULL,
};
/* Faultable tracepoints first: sleepable programs can use no others. */
static const char *const tracepoints[] = {
	"btf_trace_sys_enter", "btf_trace_sched_switch", "btf_trace_sched_process_exec",
	"btf_trace_kfree_skb", NULL,
};
static const char *const lsm[] = {
	"bpf_lsm_file_open", "bpf_lsm_bprm_check_security", "bpf_lsm_socket_connect", NULL,
};
/* Linux 5.10 allows sleepable programs only on the last of these. */
static const char *const lsm_sleepable[] = {
	"bpf_lsm_file_open", "bpf_lsm_bprm_check_security", "bpf_lsm_bprm_committed_creds", NULL,
};
static const char *const lsm_cgroup[] = {
	"bpf_lsm_socket_bind", "bpf_lsm_socket_post_create", "bpf_lsm_inet_csk_clone", NULL,
};

static const struct {
	const char *const *names;
	unsigned int btf_kind;
} alternatives[] = {
	[TARGET_FUNC] = {traceable, BTF_KIND_FUNC},
	[TARGET_FUNC_SLEEPABLE] = {sleepable, BTF_KIND_FUNC},
	[TARGET_FUNC_MODIFY] = {modifiable, BTF_KIND_FUNC},
	[TARGET_RAW_TP] = {tracepoints, BTF_KIND_TYPEDEF},
	[TARGET_LSM] = {lsm, BTF_KIND_FUNC},
	[TARGET_LSM_SLEEPABLE] = {lsm_sleepable, BTF_KIND_FUNC},
	[TARGET_LSM_CGROUP] = {lsm_cgroup, BTF_KIND_FUNC},
};

static void add_target(struct finder *finder, struct target target)
{
	if (target.name && finder->cnt < finder->max)
		finder->targets[finder->cnt++] = target;
}

static void find_alternatives(struct finder *finder, enum target_kind kind)
{
	const struct kbtf *btf = finder->kernel->btf;

	for (const char *const *name = alternatives[kind].names; *name; name++) {
		uint32_t id = kbtf_find(btf, *name, alternatives[kind].btf_kind);
		if (id)
			add_target(finder, (struct target) {.name = *name, .btf_id = id});
	}
}

/* The kernel has none of the known names: take others of the same family. */
static void find_by_prefix(struct finder *finder, const char *prefix, unsigned int kind)
{
	const struct kbtf *btf = finder->kernel->btf;

	for (uint32_t id = 1; id < kbtf_type_cnt(btf) && finder->cnt < 4; id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		const char *name = kbtf_name(btf, type);
		if (kbtf_kind(type) == kind && !strncmp(name, prefix, strlen(prefix)))
			add_target(finder, (struct target) {.name = name, .btf_id = id});
	}
}

static void find_members(struct finder *finder, const struct probe_context *context)
{
	const struct kbtf *btf = finder->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, context->type_id);
	const struct btf_member *members = type ? kbtf_tail(type) : NULL;

	for (uint32_t i = 0; type && i < kbtf_vlen(type); i++) {
		const struct btf_type *pointer =
			kbtf_type(btf, kbtf_skip_modifiers(btf, members[i].type));
		if ((context->member >= 0 && (uint32_t)context->member != i) || !pointer ||
			kbtf_kind(pointer) != BTF_KIND_PTR)
			continue;
		add_target(finder,
			(struct target) {
				.name = pool_printf(finder->pool, "%s.%s", kbtf_name(btf, type),
					kbtf_string(btf, members[i].name_off)),
				.btf_id = context->type_id,
				.attach_type = i,
				.has_attach_type = true,
			});
	}
}

/* The one target that the context's name selects. */
static void find_selected(struct finder *finder, const struct section *section)
{
	struct hook_type type;
	_cleanup_error_ struct error *error = hook_type_of(finder->pool, section, &type);

	if (error || !type.name)
		return;
	struct hook_place place = hook_type_find(finder->kernel, &type);
	if (place.id)
		add_target(finder,
			(struct target) {
				.name = pool_strdup(finder->pool, type.name),
				.btf_id = place.id,
				.module = place.module,
			});
}

size_t targets_find(const struct kernel *kernel, const struct probe_context *context,
	struct pool *pool, struct target *targets, size_t max)
{
	struct finder finder = {kernel, pool, targets, 0, max};
	enum target_kind kind = context->row->target;

	if (!kernel->btf)
		return 0;
	if (context->section.target && kind != TARGET_NONE) {
		find_selected(&finder, &context->section);
		return finder.cnt;
	}
	switch (kind) {
	case TARGET_NONE:
	case TARGET_PROGRAM:
		break;
	case TARGET_ITER:
		if (context->type_id)
			add_target(&finder,
				(struct target) {
					.name = kbtf_name(kernel->btf, kbtf_type(kernel->btf, context->type_id)),
					.btf_id = context->type_id,
				});
		break;
	case TARGET_STRUCT_OPS:
		find_members(&finder, context);
		break;
	default:
		find_alternatives(&finder, kind);
		if (!finder.cnt && kind == TARGET_RAW_TP)
			find_by_prefix(&finder, HOOK_TYPE_TRACEPOINT, BTF_KIND_TYPEDEF);
		else if (!finder.cnt && (kind == TARGET_LSM || kind == TARGET_LSM_SLEEPABLE))
			find_by_prefix(&finder, HOOK_TYPE_LSM, BTF_KIND_FUNC);
	}
	return finder.cnt;
}
