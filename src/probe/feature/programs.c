/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of loading and attaching: kfuncs, sleepable programs, trampolines, flags of the load. */
#include "probe/feature/table.h"
#include "probe/insn.h"
#include "probe/links.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>


static const struct bpf_insn pass[] = {INSN_MOV(BPF_REG_0, XDP_PASS), INSN_EXIT};
static const struct bpf_insn zero[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};

/* A kfunc's BTF id. False: BTF has no such kfunc, or there is no BTF, and *verdict says so.
 */
static bool find_kfunc(struct kit *kit, const char *name, int32_t *id, struct kit_verdict *verdict)
{
	const char *const names[] = {name, NULL};

	*id = (int32_t)kit_find_type(kit->kernel, names, BTF_KIND_FUNC);
	if (*id)
		return true;
	if (kit->kernel->btf)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "vmlinux BTF has no function %s", name);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "no BTF to find %s in", name);
	return false;
}

static int load_rcu_kfuncs(struct kit *kit)
{
	static const char *const lock[] = {"bpf_rcu_read_lock", NULL},
				 *const unlock[] = {"bpf_rcu_read_unlock", NULL};
	int32_t lock_id = (int32_t)kit_find_type(kit->kernel, lock, BTF_KIND_FUNC);
	int32_t unlock_id = (int32_t)kit_find_type(kit->kernel, unlock, BTF_KIND_FUNC);
	const struct bpf_insn insns[] = {
		INSN_KFUNC(lock_id), INSN_KFUNC(unlock_id), INSN_MOV(BPF_REG_0, 0), INSN_EXIT};

	if (!lock_id || !unlock_id)
		return -ENOENT;
	return kit_load_insns(kit, BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns));
}

/* Index of a member in its struct. struct_ops programs pass it as attach type. -1: no such
 * member. */
static int64_t member_index(const struct kbtf *btf, uint32_t id, const char *name)
{
	const struct btf_type *type = kbtf_type(btf, id);

	for (uint32_t i = 0; type && i < kbtf_vlen(type); i++) {
		const struct btf_member *member = (const struct btf_member *)kbtf_tail(type) + i;
		if (!strcmp(kbtf_string(btf, member->name_off), name))
			return i;
	}
	return -1;
}

/* The first kfuncs, of 5.13, were the ones for congestion control. */
static int load_tcp_kfunc(struct kit *kit)
{
	static const char *const kfunc[] = {"tcp_reno_undo_cwnd", NULL},
				 *const ops[] = {"tcp_congestion_ops", NULL};
	int32_t id = (int32_t)kit_find_type(kit->kernel, kfunc, BTF_KIND_FUNC);
	uint32_t target = kit_find_type(kit->kernel, ops, BTF_KIND_STRUCT);
	int64_t index = target ? member_index(kit->kernel->btf, target, "undo_cwnd") : -1;
	const struct bpf_insn insns[] = {
		INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_1, 0), INSN_KFUNC(id), INSN_EXIT};
	struct bpf_load_attr attr =
		kit_load_attr(BPF_PROG_TYPE_STRUCT_OPS, insns, ARRAY_SIZE(insns));

	if (!id || index < 0)
		return -ENOENT;
	attr.attach_btf_id = target;
	attr.expected_attach_type = (uint32_t)index;
	return kit_load(kit, &attr);
}

static void test_kfunc_calls(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int ret = load_rcu_kfuncs(kit);

	(void)feature;
	/* ENOTSUPP is an answer for all kfuncs: no JIT, or no BTF. */
	if (ret < 0 && ret != -EPERM && ret != -ENOTSUPP)
		ret = load_tcp_kfunc(kit);
	if (ret == -ENOENT)
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "%s",
			kit->kernel->btf ? "BTF has none of the kfuncs that are tried"
					 : "no BTF to find a kfunc in");
	else
		kit_judge_load(kit, BPF_PROG_TYPE_SCHED_CLS, ret, verdict);
}

static void test_exceptions(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int32_t id;

	(void)feature;
	if (!find_kfunc(kit, "bpf_throw", &id, verdict))
		return;
	const struct bpf_insn insns[] = {
		INSN_MOV(BPF_REG_1, 0), INSN_KFUNC(id), INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	kit_judge_load(kit, BPF_PROG_TYPE_SCHED_CLS,
		kit_load_insns(kit, BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns)), verdict);
}

static void test_open_coded_iterators(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int32_t create, next, destroy;

	(void)feature;
	if (!find_kfunc(kit, "bpf_iter_num_new", &create, verdict) ||
		!find_kfunc(kit, "bpf_iter_num_next", &next, verdict) ||
		!find_kfunc(kit, "bpf_iter_num_destroy", &destroy, verdict))
		return;
	if (feature_loop_blocked(kit, verdict))
		return;
	const struct bpf_insn insns[] = {
		INSN_MOV_REG(BPF_REG_1, BPF_REG_10),
		INSN_ALU(BPF_ADD, BPF_REG_1, -8),
		INSN_MOV(BPF_REG_2, 0),
		INSN_MOV(BPF_REG_3, 3),
		INSN_KFUNC(create),
		INSN_MOV_REG(BPF_REG_1, BPF_REG_10),
		INSN_ALU(BPF_ADD, BPF_REG_1, -8),
		INSN_KFUNC(next),
		INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 1),
		INSN_JA(-5),
		INSN_MOV_REG(BPF_REG_1, BPF_REG_10),
		INSN_ALU(BPF_ADD, BPF_REG_1, -8),
		INSN_KFUNC(destroy),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};
	kit_judge_load(kit, BPF_PROG_TYPE_SCHED_CLS,
		kit_load_insns(kit, BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns)), verdict);
}

/* Forms of sleepable programs, the newest first. If one loads, the kernel has sleepable
 * programs. */
static const struct sleepable_form {
	const char *name;
	uint32_t type, attach_type;
	const char *const *targets; /* NULL: no target needed */
} sleepable_forms[] = {
	{"syscall", BPF_PROG_TYPE_SYSCALL, 0, NULL},
	{"uprobe.s", BPF_PROG_TYPE_KPROBE, 0, NULL},
	{"iter.s/task", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
		(const char *const[]) {"bpf_iter_task", NULL}},
	{"lsm.s", BPF_PROG_TYPE_LSM, BPF_LSM_MAC,
		(const char *const[]) {"bpf_lsm_file_open", NULL}},
	{"fentry.s", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
		(const char *const[]) {"__x64_sys_getpgid", "__arm64_sys_getpgid",
			"__s390x_sys_getpgid", "__se_sys_getpgid", NULL}},
};

static int load_sleepable(struct kit *kit, const struct sleepable_form *form)
{
	struct bpf_load_attr attr = kit_load_attr(form->type, zero, ARRAY_SIZE(zero));

	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.expected_attach_type = form->attach_type;
	attr.attach_btf_id =
		form->targets ? kit_find_type(kit->kernel, form->targets, BTF_KIND_FUNC) : 0;
	return form->targets && !attr.attach_btf_id ? -ENOENT : kit_load(kit, &attr);
}

/* None of the forms loaded. A socket filter cannot sleep. Does the verifier say so, or does it refuse
 * the flag? */
static void judge_sleepable_flag(struct kit *kit, int blocked, struct kit_verdict *verdict)
{
	struct bpf_load_attr attr =
		kit_load_attr(BPF_PROG_TYPE_SOCKET_FILTER, zero, ARRAY_SIZE(zero));

	attr.prog_flags = BPF_F_SLEEPABLE;
	int ret = kit_load(kit, &attr);
	kit_close_fd(ret);
	if (ret == -EINVAL && !kit->log[0] && !kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER))
		kit_say(verdict, SUPPORT_UNSUPPORTED, EINVAL,
			"EINVAL with the flag BPF_F_SLEEPABLE alone, and no program type takes it");
	else if (blocked &&
		kit_settle(kit, verdict, blocked, "load of every sleepable form that exists here"))
		return;
	else if (!kit_settle(kit, verdict, ret, "program load"))
		kit_say(verdict, SUPPORT_UNKNOWN, ret < 0 ? -ret : 0,
			"the flag is known, but none of the forms that are tried could be loaded");
}

static void test_sleepable(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int blocked = 0;

	(void)feature;
	for (size_t i = 0; i < ARRAY_SIZE(sleepable_forms); i++) {
		int ret = load_sleepable(kit, &sleepable_forms[i]);
		if (ret >= 0) {
			kit_close_fd(ret);
			kit_ok(verdict, "as %s", sleepable_forms[i].name);
			return;
		}
		if (kit_answer(ret) == KIT_BLOCKED)
			blocked = ret;
	}
	judge_sleepable_flag(kit, blocked, verdict);
}

/* A load is not enough: on arm64 before 6.0, an fentry program loads but cannot be attached. */
static void test_trampoline(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	const char *step;
	char line[160], text[KIT_ERRNO_BYTES];
	int64_t value;
	int link = probe_link_fentry(kit, &step);

	(void)feature;
	kit_close_fd(link);
	if (link >= 0) {
		kit_ok(verdict, "an fentry program was attached");
		return;
	}
	kit_log_line(kit, line, sizeof(line));
	if (!step) {
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"no function that is known to be harmless was found (%s)",
			kit->kernel->btf ? "in BTF" : "no BTF");
		return;
	}
	if (kit_has_no_trampoline(kit->kernel, link)) {
		kit_say(verdict, SUPPORT_UNSUPPORTED, -link, KIT_NO_TRAMPOLINE);
		return;
	}
	if (!(link == -EACCES && line[0]) && kit_settle(kit, verdict, link, step))
		return;
	const char *name = kit_errno_name(-link, text);
	if (kit_control_failed(verdict, link, kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER),
		    "a trivial program"))
		return;
	int command = step == probe_link_load ? BPF_PROG_LOAD : BPF_RAW_TRACEPOINT_OPEN;
	if ((link == -EOPNOTSUPP || link == -ENOTSUPP) && kit_proves(kit, verdict, link, command))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -link,
			"%s: %s: not on this architecture or kernel", step, name);
	else if (link == -EOPNOTSUPP || link == -ENOTSUPP)
		return;
	else if (kit_enum(kit->kernel, "bpf_attach_type", "BPF_TRACE_FENTRY", &value) ==
		TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -link,
			"%s: %s, and BTF has no BPF_TRACE_FENTRY", step, name);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -link, "%s: %s: %s", step, name,
			line[0] ? line : "(no verifier line)");
}

/* Loads .type with .flag and without it, and compares. If .number is not 0, it is the device.
 */
static void test_load_flag(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct bpf_load_attr attr = kit_load_attr(feature->type, pass, ARRAY_SIZE(pass));

	attr.prog_flags = feature->flag;
	attr.prog_ifindex = feature->number;
	int ret = kit_load(kit, &attr);
	if (ret != -EINVAL || kit->log[0]) {
		kit_judge_load(kit, feature->type, ret, verdict);
		return;
	}
	if (!kit_control_failed(verdict, ret, kit_prog_control(kit, feature->type),
		    "a program without the flag"))
		kit_say(verdict, SUPPORT_UNSUPPORTED, EINVAL,
			"EINVAL with the flag, loaded without it");
}

/*
 * Binds to the loopback device, which may refuse (EOPNOTSUPP). In that case, the kernel knows the flag
 * if it accepts the flag without a device. A kernel that does not know the flag returns EINVAL.
 */
static void test_dev_bound(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct feature bound = *feature;
	struct kit_verdict device = {0};

	bound.number = LO_IFINDEX;
	test_load_flag(kit, &bound, &device);
	if (device.state != SUPPORT_OK)
		test_load_flag(kit, feature, verdict);
	if (device.state == SUPPORT_OK)
		kit_ok(verdict, "bound to the loopback device");
	else if (verdict->state == SUPPORT_OK && device.state == SUPPORT_UNSUPPORTED)
		kit_ok(verdict, "the flag is known; the loopback device cannot be bound to");
	else if (verdict->state == SUPPORT_OK)
		*verdict = device;
}

static void test_prog_name(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct bpf_load_attr attr = kit_load_attr(feature->type, pass, ARRAY_SIZE(pass));

	memcpy(attr.prog_name, "kcompat", sizeof("kcompat"));
	int ret = kit_load(kit, &attr);
	int control = ret < 0 ? kit_prog_control(kit, feature->type) : 0;
	if ((ret == -EINVAL || ret == -E2BIG) && control >= 0)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"refused with a name, loaded without one");
	else
		kit_judge_load(kit, feature->type, ret, verdict);
}

/* Since 6.4, the kernel reports the real length of the log. */
static void test_log_true_size(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	char log[256];
	struct bpf_load_attr attr = kit_load_attr(feature->type, pass, ARRAY_SIZE(pass));

	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 4; /* statistics only: never empty, always short */
	int ret = kit_call(
		kit, BPF_PROG_LOAD, &attr, offsetof(struct bpf_load_attr, prog_token_fd));
	kit->log[0] = '\0';
	if (ret < 0)
		kit_judge_load(kit, feature->type, ret, verdict);
	else if (attr.log_true_size)
		kit_ok(verdict, "%s", "");
	else
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"a load with a log left the field as it was");
	if (ret >= 0)
		kit_close_fd(ret);
}

/* BPF_PROG_LOAD with the fields that 6.18 added. */
struct signed_load_attr {
	struct bpf_load_attr load;
	uint64_t signature;
	uint32_t signature_size;
	int32_t keyring_id;
};

static void test_signatures(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	static const unsigned char nonsense[] = {0x30, 0x00};
	struct signed_load_attr attr = {
		.load = kit_load_attr(feature->type, pass, ARRAY_SIZE(pass))};
	char text[KIT_ERRNO_BYTES];

	/* The control: every kernel accepts zeros after the end of its own request. */
	int control = kit_call(kit, BPF_PROG_LOAD, &attr, sizeof(attr));
	kit_close_fd(control);
	kit->log[0] = '\0';
	attr.signature = (uintptr_t)nonsense;
	attr.signature_size = sizeof(nonsense);
	int ret = control < 0 ? control : kit_call(kit, BPF_PROG_LOAD, &attr, sizeof(attr));
	const char *name = kit_errno_name(-ret, text);
	/* Something else than the signature may have been refused: the same control again. */
	if (control >= 0 && ret < 0 && !kit_proves(kit, verdict, ret, BPF_PROG_LOAD))
		;
	else if (control >= 0 && ret == -E2BIG)
		kit_say(verdict, SUPPORT_UNSUPPORTED, E2BIG,
			"E2BIG with a signature, loaded with zeros in its place");
	else if (control >= 0 &&
		(ret == -EBADMSG || ret == -EKEYREJECTED || ret == -ENOKEY || ret == -ELIBBAD))
		kit_ok(verdict, "a wrong signature was read and refused with %s", name);
	else if (control >= 0 && ret == -EOPNOTSUPP)
		kit_say(verdict, SUPPORT_UNSUPPORTED, EOPNOTSUPP,
			"EOPNOTSUPP: built without verification of signatures");
	else if (ret >= 0)
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"a program with a wrong signature was accepted");
	else if (!kit_settle(kit, verdict, ret, "program load"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret,
			"%s for a wrong signature: not a known answer", name);
	kit_close_fd(control < 0 ? -1 : ret);
}

/* clang-format off */
static const struct feature list[] = {
	{{"kfunc_calls", "calls of kernel functions", "5.13"}, .test = test_kfunc_calls},
	{{"exceptions", "bpf_throw and exception callbacks", "6.7, by JIT"}, .test = test_exceptions},
	{{"open_coded_iterators", "iterators as kfuncs, bpf_for", "6.4"}, .test = test_open_coded_iterators},
	{{"sleepable", "programs that may sleep", "5.10"}, .test = test_sleepable},
	{{"trampoline", "attachment of fentry, fexit, fmod_ret and LSM programs", "5.5, by architecture"},
		.test = test_trampoline},
	{{"xdp_frags", "XDP on packets of several buffers", "5.18"}, .test = test_load_flag,
		.type = BPF_PROG_TYPE_XDP, .flag = BPF_F_XDP_HAS_FRAGS},
	{{"xdp_dev_bound", "XDP programs bound to a device, for metadata kfuncs", "6.3"}, .test = test_dev_bound,
		.type = BPF_PROG_TYPE_XDP, .flag = UAPI_BPF_F_XDP_DEV_BOUND_ONLY},
	{{"prog_name", "names of programs", "4.15"}, .test = test_prog_name, .type = BPF_PROG_TYPE_SOCKET_FILTER},
	{{"log_true_size", "the verifier reports the length of its log", "6.4"}, .test = test_log_true_size,
		.type = BPF_PROG_TYPE_SOCKET_FILTER},
	{{"signed_programs", "signatures checked at load", "6.18"}, .test = test_signatures,
		.type = BPF_PROG_TYPE_SOCKET_FILTER},
};
/* clang-format on */

const struct feature_table feature_programs = {list, ARRAY_SIZE(list)};
