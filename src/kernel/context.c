/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/context.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define SLEEPABLE BPF_F_SLEEPABLE
#define FRAGS BPF_F_XDP_HAS_FRAGS

/* clang-format off */
#define ROW(name, type, attach, target, flags, ret, sleepable_form)                                \
	{name, PROG_TYPE_##type, ATTACH_##attach, TARGET_##target, flags, ret, sleepable_form}
#define PLAIN(name, type, attach) ROW(name, type, attach, NONE, 0, 0, NULL)
/* Some cgroup hooks accept only the verdict 1, and all accept it. */
#define CGROUP(name, type, attach) ROW("cgroup/" name, type, attach, NONE, 0, 1, NULL)

const struct context_row context_rows[] = {
	PLAIN("socket", SOCKET_FILTER, NONE),
	PLAIN("sk_reuseport", SK_REUSEPORT, SK_REUSEPORT_SELECT),
	PLAIN("sk_reuseport/migrate", SK_REUSEPORT, SK_REUSEPORT_SELECT_OR_MIGRATE),
	ROW("kprobe", KPROBE, NONE, NONE, 0, 0, "uprobe.s"),
	ROW("kprobe.multi", KPROBE, TRACE_KPROBE_MULTI, NONE, 0, 0, "uprobe.multi.s"),
	ROW("kprobe.session", KPROBE, TRACE_KPROBE_SESSION, NONE, 0, 0, "uprobe.session.s"),
	ROW("uprobe", KPROBE, NONE, NONE, 0, 0, "uprobe.s"),
	ROW("uprobe.s", KPROBE, NONE, NONE, SLEEPABLE, 0, NULL),
	ROW("uprobe.multi", KPROBE, TRACE_UPROBE_MULTI, NONE, 0, 0, "uprobe.multi.s"),
	ROW("uprobe.multi.s", KPROBE, TRACE_UPROBE_MULTI, NONE, SLEEPABLE, 0, NULL),
	ROW("uprobe.session", KPROBE, TRACE_UPROBE_SESSION, NONE, 0, 0, "uprobe.session.s"),
	ROW("uprobe.session.s", KPROBE, TRACE_UPROBE_SESSION, NONE, SLEEPABLE, 0, NULL),
	PLAIN("tc", SCHED_CLS, NONE),
	PLAIN("tcx/ingress", SCHED_CLS, TCX_INGRESS),
	PLAIN("tcx/egress", SCHED_CLS, TCX_EGRESS),
	PLAIN("netkit/primary", SCHED_CLS, NETKIT_PRIMARY),
	PLAIN("netkit/peer", SCHED_CLS, NETKIT_PEER),
	PLAIN("action", SCHED_ACT, NONE),
	ROW("tracepoint", TRACEPOINT, NONE, NONE, 0, 0, "tracepoint.s"),
	ROW("tracepoint.s", TRACEPOINT, NONE, NONE, SLEEPABLE, 0, NULL),
	ROW("raw_tracepoint", RAW_TRACEPOINT, NONE, NONE, 0, 0, "raw_tracepoint.s"),
	ROW("raw_tracepoint.s", RAW_TRACEPOINT, NONE, NONE, SLEEPABLE, 0, NULL),
	PLAIN("raw_tracepoint.w", RAW_TRACEPOINT_WRITABLE, NONE),
	ROW("tp_btf", TRACING, TRACE_RAW_TP, RAW_TP, 0, 0, "tp_btf.s"),
	ROW("tp_btf.s", TRACING, TRACE_RAW_TP, RAW_TP, SLEEPABLE, 0, NULL),
	ROW("fentry", TRACING, TRACE_FENTRY, FUNC, 0, 0, "fentry.s"),
	ROW("fentry.s", TRACING, TRACE_FENTRY, FUNC_SLEEPABLE, SLEEPABLE, 0, NULL),
	ROW("fexit", TRACING, TRACE_FEXIT, FUNC, 0, 0, "fexit.s"),
	ROW("fexit.s", TRACING, TRACE_FEXIT, FUNC_SLEEPABLE, SLEEPABLE, 0, NULL),
	ROW("fmod_ret", TRACING, MODIFY_RETURN, FUNC_MODIFY, 0, 0, "fmod_ret.s"),
	ROW("fmod_ret.s", TRACING, MODIFY_RETURN, FUNC_MODIFY, SLEEPABLE, 0, NULL),
	ROW("fsession", TRACING, TRACE_FSESSION, FUNC, 0, 0, "fsession.s"),
	ROW("fsession.s", TRACING, TRACE_FSESSION, FUNC_SLEEPABLE, SLEEPABLE, 0, NULL),
	ROW("fentry.multi", TRACING, TRACE_FENTRY_MULTI, NONE, 0, 0, "fentry.multi.s"),
	ROW("fentry.multi.s", TRACING, TRACE_FENTRY_MULTI, NONE, SLEEPABLE, 0, NULL),
	ROW("fexit.multi", TRACING, TRACE_FEXIT_MULTI, NONE, 0, 0, "fexit.multi.s"),
	ROW("fexit.multi.s", TRACING, TRACE_FEXIT_MULTI, NONE, SLEEPABLE, 0, NULL),
	ROW("fsession.multi", TRACING, TRACE_FSESSION_MULTI, NONE, 0, 0, "fsession.multi.s"),
	ROW("fsession.multi.s", TRACING, TRACE_FSESSION_MULTI, NONE, SLEEPABLE, 0, NULL),
	ROW("iter", TRACING, TRACE_ITER, ITER, 0, 0, "iter.s"),
	ROW("iter.s", TRACING, TRACE_ITER, ITER, SLEEPABLE, 0, NULL),
	ROW("lsm", LSM, LSM_MAC, LSM, 0, 0, "lsm.s"),
	ROW("lsm.s", LSM, LSM_MAC, LSM_SLEEPABLE, SLEEPABLE, 0, NULL),
	ROW("lsm_cgroup", LSM, LSM_CGROUP, LSM_CGROUP, 0, 1, NULL),
	ROW("struct_ops", STRUCT_OPS, NONE, STRUCT_OPS, 0, 0, "struct_ops.s"),
	ROW("struct_ops.s", STRUCT_OPS, NONE, STRUCT_OPS, SLEEPABLE, 0, NULL),
	ROW("freplace", EXT, NONE, PROGRAM, 0, 0, NULL),
	ROW("syscall", SYSCALL, NONE, NONE, SLEEPABLE, 0, NULL),
	PLAIN("xdp", XDP, XDP),
	ROW("xdp.frags", XDP, XDP, NONE, FRAGS, 0, NULL),
	PLAIN("xdp/devmap", XDP, XDP_DEVMAP),
	ROW("xdp.frags/devmap", XDP, XDP_DEVMAP, NONE, FRAGS, 0, NULL),
	PLAIN("xdp/cpumap", XDP, XDP_CPUMAP),
	ROW("xdp.frags/cpumap", XDP, XDP_CPUMAP, NONE, FRAGS, 0, NULL),
	PLAIN("perf_event", PERF_EVENT, NONE),
	PLAIN("lwt_in", LWT_IN, NONE),
	PLAIN("lwt_out", LWT_OUT, NONE),
	PLAIN("lwt_xmit", LWT_XMIT, NONE),
	PLAIN("lwt_seg6local", LWT_SEG6LOCAL, NONE),
	ROW("sockops", SOCK_OPS, CGROUP_SOCK_OPS, NONE, 0, 1, NULL),
	PLAIN("sk_skb", SK_SKB, NONE),
	PLAIN("sk_skb/stream_parser", SK_SKB, SK_SKB_STREAM_PARSER),
	PLAIN("sk_skb/stream_verdict", SK_SKB, SK_SKB_STREAM_VERDICT),
	PLAIN("sk_skb/verdict", SK_SKB, SK_SKB_VERDICT),
	PLAIN("sk_msg", SK_MSG, SK_MSG_VERDICT),
	PLAIN("sk_lookup", SK_LOOKUP, SK_LOOKUP),
	PLAIN("lirc_mode2", LIRC_MODE2, LIRC_MODE2),
	PLAIN("flow_dissector", FLOW_DISSECTOR, FLOW_DISSECTOR),
	PLAIN("netfilter", NETFILTER, NETFILTER),
	ROW("cgroup_skb/ingress", CGROUP_SKB, CGROUP_INET_INGRESS, NONE, 0, 1, NULL),
	ROW("cgroup_skb/egress", CGROUP_SKB, CGROUP_INET_EGRESS, NONE, 0, 1, NULL),
	CGROUP("sock_create", CGROUP_SOCK, CGROUP_INET_SOCK_CREATE),
	CGROUP("sock_release", CGROUP_SOCK, CGROUP_INET_SOCK_RELEASE),
	CGROUP("post_bind4", CGROUP_SOCK, CGROUP_INET4_POST_BIND),
	CGROUP("post_bind6", CGROUP_SOCK, CGROUP_INET6_POST_BIND),
	CGROUP("bind4", CGROUP_SOCK_ADDR, CGROUP_INET4_BIND),
	CGROUP("bind6", CGROUP_SOCK_ADDR, CGROUP_INET6_BIND),
	CGROUP("connect4", CGROUP_SOCK_ADDR, CGROUP_INET4_CONNECT),
	CGROUP("connect6", CGROUP_SOCK_ADDR, CGROUP_INET6_CONNECT),
	CGROUP("connect_unix", CGROUP_SOCK_ADDR, CGROUP_UNIX_CONNECT),
	CGROUP("sendmsg4", CGROUP_SOCK_ADDR, CGROUP_UDP4_SENDMSG),
	CGROUP("sendmsg6", CGROUP_SOCK_ADDR, CGROUP_UDP6_SENDMSG),
	CGROUP("sendmsg_unix", CGROUP_SOCK_ADDR, CGROUP_UNIX_SENDMSG),
	CGROUP("recvmsg4", CGROUP_SOCK_ADDR, CGROUP_UDP4_RECVMSG),
	CGROUP("recvmsg6", CGROUP_SOCK_ADDR, CGROUP_UDP6_RECVMSG),
	CGROUP("recvmsg_unix", CGROUP_SOCK_ADDR, CGROUP_UNIX_RECVMSG),
	CGROUP("getpeername4", CGROUP_SOCK_ADDR, CGROUP_INET4_GETPEERNAME),
	CGROUP("getpeername6", CGROUP_SOCK_ADDR, CGROUP_INET6_GETPEERNAME),
	CGROUP("getpeername_unix", CGROUP_SOCK_ADDR, CGROUP_UNIX_GETPEERNAME),
	CGROUP("getsockname4", CGROUP_SOCK_ADDR, CGROUP_INET4_GETSOCKNAME),
	CGROUP("getsockname6", CGROUP_SOCK_ADDR, CGROUP_INET6_GETSOCKNAME),
	CGROUP("getsockname_unix", CGROUP_SOCK_ADDR, CGROUP_UNIX_GETSOCKNAME),
	CGROUP("sysctl", CGROUP_SYSCTL, CGROUP_SYSCTL),
	CGROUP("getsockopt", CGROUP_SOCKOPT, CGROUP_GETSOCKOPT),
	CGROUP("setsockopt", CGROUP_SOCKOPT, CGROUP_SETSOCKOPT),
	CGROUP("dev", CGROUP_DEVICE, CGROUP_DEVICE),
};
/* clang-format on */

const size_t context_row_cnt = ARRAY_SIZE(context_rows);

bool context_row_is_undivided(const struct context_row *row)
{
	for (const struct context_row *other = context_rows; other < row; other++) {
		if (other->prog_type == row->prog_type)
			return false;
	}
	return row->target == TARGET_NONE;
}

static const char *const prog_types[PROG_TYPE_CNT] = {
#define PROG_TYPE_ROW(name, number, word) [number] = word,
	PROG_TYPES(PROG_TYPE_ROW)
};

static const struct {
	const char *word, *enumerator;
} attach_types[ATTACH_TYPE_CNT] = {
#define ATTACH_TYPE_ROW(name, number, word) [number] = {word, "BPF_" #name},
	ATTACH_TYPES(ATTACH_TYPE_ROW)
};

const char *prog_type_word(uint32_t prog_type)
{
	return prog_type < PROG_TYPE_CNT ? prog_types[prog_type] : NULL;
}

const char *attach_type_word(uint32_t attach_type)
{
	return attach_type < ATTACH_TYPE_CNT ? attach_types[attach_type].word : NULL;
}

const char *attach_type_enumerator(enum attach_type attach_type)
{
	if (attach_type < 0 || attach_type >= ATTACH_TYPE_CNT)
		return NULL;
	return attach_types[attach_type].enumerator;
}

/* Section names with a row of another name: the kernel sees no difference at load time. */
static const struct {
	const char *section, *row;
} aliases[] = {
	{"kretprobe", "kprobe"}, {"ksyscall", "kprobe"}, {"kretsyscall", "kprobe"},
	{"kretprobe.multi", "kprobe.multi"}, {"uretprobe", "uprobe"}, {"usdt", "uprobe"},
	{"uretprobe.s", "uprobe.s"}, {"usdt.s", "uprobe.s"}, {"uretprobe.multi", "uprobe.multi"},
	{"uretprobe.multi.s", "uprobe.multi.s"}, {"classifier", "tc"}, {"tc/ingress", "tcx/ingress"},
	{"tc/egress", "tcx/egress"}, {"tp", "tracepoint"}, {"tp.s", "tracepoint.s"},
	{"raw_tp", "raw_tracepoint"}, {"raw_tp.s", "raw_tracepoint.s"},
	{"raw_tp.w", "raw_tracepoint.w"}, {"cgroup/skb", "cgroup_skb/ingress"},
	{"cgroup/sock", "cgroup/sock_create"}, {"ext", "freplace"},
};

static const struct context_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strncmp(context_rows[i].name, name, len) && !context_rows[i].name[len])
			return &context_rows[i];
	}
	return NULL;
}

static const char *resolve_alias(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (!strncmp(aliases[i].section, name, len) && !aliases[i].section[len])
			return aliases[i].row;
	}
	const struct context_row *row = find_row(name, len);
	return row ? row->name : NULL;
}

static bool context_expands(const char *row_name)
{
	const struct context_row *row = find_row(row_name, strlen(row_name));

	return row && (row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS);
}

/* Does the row accept a suffix "/TARGET", as in "fentry/vfs_read"? */
static bool takes_target(const char *row_name)
{
	const struct context_row *row = find_row(row_name, strlen(row_name));

	return row &&
		(row->target != TARGET_NONE || row->prog_type == PROG_TYPE_KPROBE ||
			row->prog_type == PROG_TYPE_TRACEPOINT ||
			row->prog_type == PROG_TYPE_RAW_TRACEPOINT ||
			row->prog_type == PROG_TYPE_RAW_TRACEPOINT_WRITABLE ||
			row->attach_type == ATTACH_TRACE_FENTRY_MULTI ||
			row->attach_type == ATTACH_TRACE_FEXIT_MULTI ||
			row->attach_type == ATTACH_TRACE_FSESSION_MULTI);
}

bool context_canonical(const char *section, char *name, size_t size)
{
	const char *slash = strchr(section, '/');
	const char *row = resolve_alias(section, strlen(section));

	/* "?xdp": libbpf does not load such a program by default. */
	if (*section == '?')
		return context_canonical(section + 1, name, size);
	if (!row && slash) {
		row = resolve_alias(section, (size_t)(slash - section));
		if (row && context_expands(row))
			return (size_t)snprintf(name, size, "%s%s", row, slash) < size;
		if (row && !takes_target(row))
			row = NULL;
	}
	return row && (size_t)snprintf(name, size, "%s", row) < size;
}
