/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/links.h"
#include "probe/insn.h"
#include "probe/link_net.h"
#include "probe/maps.h"
#include "util/array.h"
#include "util/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No process has this address mapped: a kernel that reads it returns EFAULT. */
#define BAD_POINTER 8

struct raw_tracepoint_attr {
	uint64_t name;
	uint32_t prog_fd, pad;
};

static int load_attached(
	struct kit *kit, uint32_t type, uint32_t attach_type, uint32_t btf_id, int32_t result)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, result), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(type, insns, ARRAY_SIZE(insns));

	attr.expected_attach_type = attach_type;
	attr.attach_btf_id = btf_id;
	return kit_load(kit, &attr);
}

static int open_tracepoint(struct kit *kit, int prog, const char *name)
{
	struct raw_tracepoint_attr attr = {.name = (uintptr_t)name, .prog_fd = (uint32_t)prog};

	return kit_call(kit, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

static void test_raw_tracepoint(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	/* Rare tracepoints, so that the program hardly ever runs while it is attached. */
	static const char *const names[] = {
		"oom_score_adj_update", "task_rename", "module_put", "sched_process_exit"};
	_cleanup_fd_ int prog = load_attached(kit, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, 0);
	int link = -ENOENT;

	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names) && link == -ENOENT; i++)
		link = open_tracepoint(kit, prog, names[i]);
	link_judge_opened(kit, recipe, link, verdict);
}

const char probe_link_load[] = "program load";

/*
 * In older kernels, a program whose attachment failed stays marked as attached, and a second attempt gives
 * EBUSY (hlist_del() in bpf_trampoline_link_prog()). So each attempt has a program of its own.
 */
static int attach_entry(struct kit *kit, uint32_t id, const char **step)
{
	struct raw_tracepoint_attr attr = {0};

	*step = probe_link_load;
	_cleanup_fd_ int prog = load_attached(kit, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, id, 0);
	if (prog < 0)
		return prog;
	*step = "attach";
	attr.prog_fd = (uint32_t)prog;
	return bpf_call(&kit->sys, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

int probe_link_fentry(struct kit *kit, const char **step)
{
	struct kit_asked asked = {0};
	int link;

	/* Only test runs of tracing programs call the first one. Rare system calls call the others.
	 */
	static const char *const names[] = {"bpf_fentry_test1", "do_syslog", "ksys_sync", NULL};
	uint32_t id = kit_find_type(kit->kernel, names, BTF_KIND_FUNC);

	*step = NULL;
	if (!id)
		return -ENOENT;
	do
		link = attach_entry(kit, id, step);
	while (*step != probe_link_load && kit_ask_again(&asked, link));
	return link;
}

static void test_tracing(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	const char *step;
	int link = probe_link_fentry(kit, &step);

	if (link >= 0)
		link_judge_opened(kit, recipe, link, verdict);
	else if (kit_has_no_trampoline(kit->kernel, link))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -link, KIT_NO_TRAMPOLINE);
	else if (step)
		link_refused(kit, recipe,
			step == probe_link_load ? BPF_PROG_LOAD : BPF_RAW_TRACEPOINT_OPEN, step,
			link, verdict);
	else
		link_not_tried(kit, recipe, "harmless function", verdict);
}

static void test_tracing_multi(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	int64_t attach_type;
	struct kit_link_attr attr = {0};

	if (kit_enum(kit->kernel, "bpf_attach_type", "BPF_TRACE_FENTRY_MULTI", &attach_type) !=
		TRISTATE_YES) {
		link_not_tried(kit, recipe, "attach type", verdict);
		return;
	}
	_cleanup_fd_ int prog =
		load_attached(kit, BPF_PROG_TYPE_TRACING, (uint32_t)attach_type, 0, 0);
	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	attr.prog_fd = (uint32_t)prog;
	attr.attach_type = (uint32_t)attach_type;
	attr.more64[0] = BAD_POINTER; /* ids */
	attr.more32[4] = 1;           /* cnt */
	link_expect(kit, recipe, kit_link(kit, &attr, 20), EFAULT, verdict);
}

int probe_link_cgroup_root(void)
{
	_cleanup_file_bytes_ struct file_bytes mounts = {0};
	_cleanup_error_ struct error *error = file_read("", "/proc/self/mounts", &mounts);
	char *line, *rest = error ? NULL : (char *)mounts.data;
	char path[4096], type[64];

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%*s %4095s %63s", path, type) != 2 || strcmp(type, "cgroup2"))
			continue;
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

/* Attaches a program that allows every sysctl. If an exclusive program of another owner is attached,
 * the kernel returns EPERM, and the test only shows that the type exists. */
static void test_cgroup(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int root = probe_link_cgroup_root();
	_cleanup_fd_ int prog =
		load_attached(kit, BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, 0, 1);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.target_fd = (uint32_t)root,
		.attach_type = BPF_CGROUP_SYSCTL};
	int link = -1;

	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	if (root >= 0)
		link = kit_link(kit, &attr, 0);
	if (link >= 0) {
		link_judge(kit, recipe, link, verdict);
		return;
	}
	attr.target_fd = KIT_FD_BAD;
	link_expect(kit, recipe, kit_link(kit, &attr, 0), EBADF, verdict);
}

static void test_iter(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	static const char *const names[] = {
		"bpf_iter_task", "bpf_iter_bpf_map", "bpf_iter_bpf_prog", NULL};
	uint32_t id = kit_find_type(kit->kernel, names, BTF_KIND_FUNC);
	struct kit_link_attr attr = {.attach_type = BPF_TRACE_ITER};

	if (!id) {
		link_not_tried(kit, recipe, "iterator", verdict);
		return;
	}
	_cleanup_fd_ int prog = load_attached(kit, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, id, 0);
	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	attr.prog_fd = (uint32_t)prog;
	link_judge(kit, recipe, kit_link(kit, &attr, 0), verdict);
}

/* A disabled clock event of this thread. It never overflows. */
static int links_open_event(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000000,
		.disabled = 1,
		.exclude_kernel = 1};
	long fd = syscall(__NR_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static void test_perf_event(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int event = links_open_event();
	_cleanup_fd_ int prog = load_attached(kit, BPF_PROG_TYPE_PERF_EVENT, 0, 0, 0);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.target_fd = (uint32_t)event,
		.attach_type = BPF_PERF_EVENT};

	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	if (event >= 0) {
		link_judge(kit, recipe, kit_link(kit, &attr, 0), verdict);
		return;
	}
	attr.target_fd = KIT_FD_BAD;
	link_expect(kit, recipe, kit_link(kit, &attr, 0), EBADF, verdict);
}

static void test_kprobe_multi(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog =
		load_attached(kit, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0, 0);
	struct kit_link_attr attr = {
		.prog_fd = (uint32_t)prog, .attach_type = BPF_TRACE_KPROBE_MULTI};

	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	attr.more32[1] = 1;           /* cnt */
	attr.more64[1] = BAD_POINTER; /* syms */
	link_expect(kit, recipe, kit_link(kit, &attr, 16), EFAULT, verdict);
}

static void test_uprobe_multi(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog =
		load_attached(kit, BPF_PROG_TYPE_KPROBE, ATTACH_TRACE_UPROBE_MULTI, 0, 0);
	struct kit_link_attr attr = {
		.prog_fd = (uint32_t)prog, .attach_type = ATTACH_TRACE_UPROBE_MULTI};

	if (prog < 0) {
		link_load_refused(kit, recipe, prog, verdict);
		return;
	}
	attr.more64[0] = attr.more64[1] = BAD_POINTER; /* path, offsets */
	attr.more32[8] = 1;                            /* cnt */
	link_expect(kit, recipe, kit_link(kit, &attr, 36), EFAULT, verdict);
}

/*
 * A real registration would change the kernel for all processes. A map with BPF_F_LINK can be
 * registered only through a link (kernel commit 68b04864ca42), so its creation is the proof.
 */
static void test_struct_ops(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	int map = probe_map_create(kit, BPF_MAP_TYPE_STRUCT_OPS, UAPI_BPF_F_LINK);
	char text[KIT_ERRNO_BYTES];

	if (map >= 0) {
		kit_close_fd(map);
		kit_ok(verdict, "a struct_ops map that only a link can register was created");
		return;
	}
	int plain = probe_map_create(kit, BPF_MAP_TYPE_STRUCT_OPS, 0);
	kit_close_fd(plain);
	if (map == -EINVAL && plain >= 0)
		kit_say(verdict, SUPPORT_UNSUPPORTED, EINVAL,
			"%s: a struct_ops map can be created, one for a link cannot",
			kit_errno_name(-map, text));
	else if (map == -ENOENT && kit_has_no_jit(kit->kernel))
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"no struct_ops type, as this kernel has no BPF JIT (CONFIG_BPF_JIT)");
	else if (map == -ENOENT)
		link_not_tried(kit, recipe, "struct_ops type", verdict);
	else if (plain < 0 && !kit_settle(kit, verdict, plain, "struct_ops map creation"))
		link_not_tried(kit, recipe, "struct_ops type that the kernel accepts", verdict);
	else if (plain >= 0)
		link_refused(kit, recipe, BPF_MAP_CREATE, "struct_ops map creation", map, verdict);
}

static void test_sockmap(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = probe_map_create(kit, BPF_MAP_TYPE_SOCKMAP, 0);
	_cleanup_fd_ int prog = load_attached(kit, BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, 0, 1);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.target_fd = (uint32_t)map,
		.attach_type = BPF_SK_MSG_VERDICT};

	if (map < 0)
		link_refused(kit, recipe, BPF_MAP_CREATE, "sockmap creation", map, verdict);
	else if (prog < 0)
		link_load_refused(kit, recipe, prog, verdict);
	else
		link_judge(kit, recipe, kit_link(kit, &attr, 0), verdict);
}

/* Only other files call these functions, so BTF and kallsyms have them if they are built. */
static const struct link_recipe recipes[] = {
	{1, "raw_tracepoint", test_raw_tracepoint, false, "CONFIG_BPF_EVENTS", NULL},
	{2, "tracing", test_tracing, false, "CONFIG_BPF_JIT", NULL},
	{3, "cgroup", test_cgroup, false, "CONFIG_CGROUP_BPF", "cgroup_bpf_link_attach"},
	{4, "iter", test_iter, false, NULL, "bpf_iter_link_attach"},
	{5, "netns", link_test_netns, true, "CONFIG_NET", "netns_bpf_link_create"},
	{6, "xdp", link_test_xdp, true, "CONFIG_NET", "bpf_xdp_link_attach"},
	{7, "perf_event", test_perf_event, false, "CONFIG_PERF_EVENTS", NULL},
	{8, "kprobe_multi", test_kprobe_multi, false, "CONFIG_FPROBE",
		"bpf_kprobe_multi_link_attach"},
	{9, "struct_ops", test_struct_ops, false, "CONFIG_BPF_JIT", "bpf_struct_ops_link_create"},
	{10, "netfilter", link_test_netfilter, true, "CONFIG_NETFILTER_BPF_LINK",
		"bpf_nf_link_attach"},
	{11, "tcx", link_test_tcx, true, "CONFIG_NET_XGRESS", "tcx_link_attach"},
	{12, "uprobe_multi", test_uprobe_multi, false, "CONFIG_UPROBES",
		"bpf_uprobe_multi_link_attach"},
	{13, "netkit", link_test_netkit, true, "CONFIG_NETKIT", "netkit_link_attach"},
	{14, "sockmap", test_sockmap, false, "CONFIG_NET_SOCK_MSG", "sock_map_link_create"},
	{15, "tracing_multi", test_tracing_multi, false, "CONFIG_BPF_JIT",
		"bpf_tracing_multi_attach"},
};

const char *probe_link_type_name(size_t index)
{
	return index < ARRAY_SIZE(recipes) ? recipes[index].name : NULL;
}

static bool links_is_known(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(recipes); i++) {
		if (recipes[i].type == type)
			return true;
	}
	return false;
}

static struct error *links_record(
	struct snapshot *snapshot, const char *name, const struct kit_verdict *verdict)
{
	if (!snapshot_add_feature(snapshot, &snapshot->link_types, name, verdict->state,
		    verdict->errnum, verdict->reason[0] ? verdict->reason : NULL))
		return error_no_memory();
	return NULL;
}

/* Adds types of the kernel's enum that our table lacks. */
static struct error *links_add_newer(struct kit *kit, struct snapshot *snapshot)
{
	static const char prefix[] = "BPF_LINK_TYPE_";
	const struct kbtf *btf = kit->kernel->btf;
	const struct btf_type *type =
		btf ? kbtf_type(btf, kbtf_find(btf, "bpf_link_type", BTF_KIND_ENUM)) : NULL;
	struct kit_verdict verdict = {.reason = "no recipe for this link type"};
	struct error *error = NULL;
	char name[64];

	for (uint32_t i = 0; type && !error && i < kbtf_vlen(type); i++) {
		const struct btf_enum *value = (const struct btf_enum *)kbtf_tail(type) + i;
		const char *text = kbtf_string(btf, value->name_off);
		if (strncmp(text, prefix, sizeof(prefix) - 1) || !value->val ||
			links_is_known((uint32_t)value->val))
			continue;
		snprintf(name, sizeof(name), "%s", text + sizeof(prefix) - 1);
		for (char *c = name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (kit_wants(kit, name))
			error = links_record(snapshot, name, &verdict);
	}
	return error;
}

static struct error *test_all(struct kit *kit, struct snapshot *snapshot)
{
	struct kit_verdict verdicts[ARRAY_SIZE(recipes)] = {0};
	bool wanted[ARRAY_SIZE(recipes)];
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(recipes); i++)
		wanted[i] = kit_wants(kit, recipes[i].name);
	link_test_private(kit, recipes, wanted, verdicts, ARRAY_SIZE(recipes));
	for (size_t i = 0; !error && i < ARRAY_SIZE(recipes); i++) {
		if (!wanted[i])
			continue;
		if (!recipes[i].private_net)
			recipes[i].test(kit, &recipes[i], &verdicts[i]);
		error = links_record(snapshot, recipes[i].name, &verdicts[i]);
		if (!error)
			error = kit_interrupted(kit);
	}
	return error;
}

struct error *probe_link_types(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	struct kit kit;
	struct error *error = kit_open(&kit, request, kernel);

	if (!error)
		error = test_all(&kit, snapshot);
	if (!error)
		error = links_add_newer(&kit, snapshot);
	kit_close(&kit);
	return error;
}
