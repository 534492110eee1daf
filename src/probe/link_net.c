/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/link_net.h"
#include "probe/insn.h"
#include "probe/links.h"
#include "util/array.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NF_IPV4 2
#define NF_LOCAL_OUT 3

struct info_attr {
	uint32_t fd, info_len;
	uint64_t info;
};

/* Does the kernel's enum have the type? BTF with map types but without link types has no link type.
 */
static enum tristate link_net_in_enum(const struct kernel *kernel, const struct link_recipe *recipe)
{
	if (kernel->btf && !kbtf_find(kernel->btf, "bpf_link_type", BTF_KIND_ENUM))
		return kbtf_find(kernel->btf, "bpf_map_type", BTF_KIND_ENUM) ? TRISTATE_NO
									     : TRISTATE_UNKNOWN;
	return kit_enum_word(kernel, "bpf_link_type", "BPF_LINK_TYPE_", recipe->name);
}

void link_refused(struct kit *kit, const struct link_recipe *recipe, int command, const char *step,
	int ret, struct kit_verdict *verdict)
{
	const struct kernel *kernel = kit->kernel;
	char text[KIT_ERRNO_BYTES];
	const char *name = kit_errno_name(-ret, text);
	enum tristate listed = link_net_in_enum(kernel, recipe);
	int control;

	/* E2BIG: the request is longer than this kernel's. */
	if (!(listed == TRISTATE_NO && ret == -E2BIG) && kit_settle(kit, verdict, ret, step))
		return;
	control = kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER);
	if (listed == TRISTATE_NO && kit_answered(control))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s: %s, and this kernel's enum bpf_link_type has no such type", step,
			name);
	else if (kit_control_failed(verdict, ret, control, "a trivial program"))
		return;
	else if (kit_config(kernel, recipe->option) == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s, and %s is not set", step, name,
			recipe->option);
	else if (ret != -EINVAL && kit_proves(kit, verdict, ret, command))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s", step, name);
	else if (ret != -EINVAL)
		return;
	else if (kernel_has_function(kernel, recipe->function, "array_map_alloc") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s: %s, and the kernel has no function %s", step, name, recipe->function);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -ret,
			"%s: %s: the type is missing or an argument was refused; BTF, the configuration and "
			"the symbols do not show which",
			step, name);
}

void link_load_refused(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict)
{
	link_refused(kit, recipe, BPF_PROG_LOAD, "program load", ret, verdict);
}

void link_not_tried(struct kit *kit, const struct link_recipe *recipe, const char *what,
	struct kit_verdict *verdict)
{
	if (link_net_in_enum(kit->kernel, recipe) == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"this kernel's enum bpf_link_type has no such type");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "%s %s to try it with",
			kit->kernel->btf ? "BTF has no" : "without BTF there is no", what);
}

/* The link exists. Only a kernel whose enum lacks the type made something else. */
static void type_not_reported(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	kit_say(verdict,
		link_net_in_enum(kit->kernel, recipe) == TRISTATE_NO ? SUPPORT_UNSUPPORTED
								     : SUPPORT_UNKNOWN,
		-ret, "attached, but the link does not report its type: %s",
		kit_errno_name(-ret, text));
}

static void judge_of(struct kit *kit, const struct link_recipe *recipe, int command, int ret,
	struct kit_verdict *verdict)
{
	/* As long as struct bpf_link_info in any kernel so far: a kernel writes its whole struct. */
	union {
		uint32_t type;
		unsigned char bytes[128];
	} info = {.bytes = {0}};
	struct info_attr attr = {
		.fd = (uint32_t)ret, .info_len = sizeof(info), .info = (uintptr_t)&info};

	if (ret < 0) {
		link_refused(kit, recipe, command, "link creation", ret, verdict);
		return;
	}
	int asked = kit_call(kit, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	kit_close_fd(ret);
	if (asked < 0)
		type_not_reported(kit, recipe, asked, verdict);
	else if (info.type != recipe->type)
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "attached, but by a link of type %u",
			info.type);
	else
		kit_ok(verdict, "%s", "");
}

void link_judge(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict)
{
	judge_of(kit, recipe, BPF_LINK_CREATE, ret, verdict);
}

void link_judge_opened(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict)
{
	judge_of(kit, recipe, BPF_RAW_TRACEPOINT_OPEN, ret, verdict);
}

void link_expect(struct kit *kit, const struct link_recipe *recipe, int ret, int telling,
	struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	if (ret >= 0)
		link_judge(kit, recipe, ret, verdict);
	else if (ret != -telling)
		link_refused(kit, recipe, BPF_LINK_CREATE, "link creation", ret, verdict);
	else if (kit_proves(kit, verdict, ret, BPF_LINK_CREATE))
		kit_ok(verdict, "reached: its own code refused a wrong argument with %s",
			kit_errno_name(telling, text));
}

static int link_net_load(struct kit *kit, uint32_t type, uint32_t attach_type, int32_t result)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, result), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(type, insns, ARRAY_SIZE(insns));

	attr.expected_attach_type = attach_type;
	return kit_load(kit, &attr);
}

void link_test_netns(struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int prog = link_net_load(kit, BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, 0);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.target_fd = (uint32_t)net,
		.attach_type = BPF_FLOW_DISSECTOR};

	if (prog < 0)
		link_load_refused(kit, recipe, prog, verdict);
	else if (net < 0)
		kit_say(verdict, SUPPORT_UNKNOWN, ENOENT, "no /proc/self/ns/net to attach to");
	else
		link_judge(kit, recipe, kit_link(kit, &attr, 0), verdict);
}

/* `result` lets every packet pass. There are no packets, because lo is down. */
static void test_device(struct kit *kit, const struct link_recipe *recipe, uint32_t type,
	uint32_t attach_type, int32_t result, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog = link_net_load(kit, type, attach_type, result);
	struct kit_link_attr attr = {
		.prog_fd = (uint32_t)prog, .target_fd = LO_IFINDEX, .attach_type = attach_type};

	if (prog < 0)
		link_load_refused(kit, recipe, prog, verdict);
	else
		link_judge(kit, recipe, kit_link(kit, &attr, 0), verdict);
}

void link_test_xdp(struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	test_device(kit, recipe, BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS, verdict);
}

void link_test_tcx(struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	test_device(kit, recipe, BPF_PROG_TYPE_SCHED_CLS, ATTACH_TCX_INGRESS, 0, verdict);
}

void link_test_netfilter(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog = link_net_load(kit, PROG_TYPE_NETFILTER, ATTACH_NETFILTER, 1);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.attach_type = ATTACH_NETFILTER,
		.more32 = {NF_IPV4, NF_LOCAL_OUT, 100}};

	if (prog < 0)
		link_load_refused(kit, recipe, prog, verdict);
	else
		link_judge(kit, recipe, kit_link(kit, &attr, 16), verdict);
}

/* lo is not a netkit device, so netkit's own code returns ENXIO (drivers/net/netkit.c). */
void link_test_netkit(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog = link_net_load(kit, BPF_PROG_TYPE_SCHED_CLS, ATTACH_NETKIT_PRIMARY, 0);
	struct kit_link_attr attr = {.prog_fd = (uint32_t)prog,
		.target_fd = LO_IFINDEX,
		.attach_type = ATTACH_NETKIT_PRIMARY};

	if (prog < 0)
		link_load_refused(kit, recipe, prog, verdict);
	else
		link_expect(kit, recipe, kit_link(kit, &attr, 0), ENXIO, verdict);
}

struct message {
	size_t index;
	struct kit_verdict verdict;
};

/* Runs in the child. A message is shorter than PIPE_BUF, so it arrives complete or not at all. */
static void run_child(
	struct kit *kit, const struct link_recipe *recipes, const bool *wanted, size_t cnt, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int failed = unshare(CLONE_NEWNET) ? errno : 0;
	bool lacks = failed == EPERM && !kernel_has_capability(kit->kernel, "CAP_SYS_ADMIN");
	for (size_t i = 0; i < cnt; i++) {
		struct message message = {.index = i};
		if (!wanted[i] || !recipes[i].private_net)
			continue;
		if (failed)
			kit_say(&message.verdict,
				failed == EPERM ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN, failed,
				"no network namespace to try it in: %s%s", strerror(failed),
				lacks ? "; this process lacks CAP_SYS_ADMIN" : "");
		else
			recipes[i].test(kit, &recipes[i], &message.verdict);
		if (write(out, &message, sizeof(message)) != (ssize_t)sizeof(message))
			break;
	}
	_exit(0);
}

static int64_t link_net_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads until the child closes its end, dies, or uses up the time. */
static void receive(int in, struct kit_verdict *verdicts, size_t cnt)
{
	int64_t end = link_net_now_ms() + PROBE_LINKS_TIMEOUT_MS, left;
	struct pollfd ready = {.fd = in, .events = POLLIN};
	struct message message;

	while ((left = end - link_net_now_ms()) > 0) {
		int got = poll(&ready, 1, (int)left);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || read(in, &message, sizeof(message)) != (ssize_t)sizeof(message))
			return;
		if (message.index < cnt)
			verdicts[message.index] = message.verdict;
	}
}

static void run_private(struct kit *kit, const struct link_recipe *recipes, const bool *wanted,
	struct kit_verdict *verdicts, size_t cnt)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return;
	pid_t child = fork();
	if (!child)
		run_child(kit, recipes, wanted, cnt, ends[1]);
	close(ends[1]);
	if (child > 0) {
		receive(ends[0], verdicts, cnt);
		kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
}

void link_test_private(struct kit *kit, const struct link_recipe *recipes, const bool *wanted,
	struct kit_verdict *verdicts, size_t cnt)
{
	bool any = false;

	for (size_t i = 0; i < cnt; i++) {
		if (!wanted[i] || !recipes[i].private_net)
			continue;
		any = true;
		kit_say(&verdicts[i], SUPPORT_UNKNOWN, 0,
			"the process that tried it ended or took too long");
	}
	if (any)
		run_private(kit, recipes, wanted, verdicts, cnt);
}
