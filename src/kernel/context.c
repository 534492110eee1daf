/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/context.h"
#include "util/suggest.h"
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

static const struct {
	const char *word, *enumerator;
} prog_types[PROG_TYPE_CNT] = {
#define PROG_TYPE_ROW(name, number, word) [number] = {word, "BPF_PROG_TYPE_" #name},
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
	return prog_type < PROG_TYPE_CNT ? prog_types[prog_type].word : NULL;
}

const char *prog_type_enumerator(uint32_t prog_type)
{
	return prog_type < PROG_TYPE_CNT ? prog_types[prog_type].enumerator : NULL;
}

bool prog_type_has_enumerator(const char *word, const char *text)
{
	static const char prefix[] = "BPF_PROG_TYPE_";

	return !strncmp(text, prefix, strlen(prefix)) && !strcasecmp(text + strlen(prefix), word);
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

enum attach_type attach_type_of_link(const char *word)
{
	static const enum attach_type types[] = {ATTACH_PERF_EVENT, ATTACH_STRUCT_OPS};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strcmp(word, attach_types[types[i]].word))
			return types[i];
	}
	return ATTACH_NONE;
}

/* Section names with a row of another name: the kernel sees no difference at load time. */
static const struct alias {
	const char *section, *row;
	enum section_kind kind; /* SECTION_NONE: the row's own */
} aliases[] = {
	{"kretprobe", "kprobe", SECTION_KRETPROBE}, {"ksyscall", "kprobe", SECTION_SYSCALL},
	{"kretsyscall", "kprobe", SECTION_SYSCALL}, {"kretprobe.multi", "kprobe.multi", SECTION_NONE},
	{"uretprobe", "uprobe", SECTION_NONE}, {"usdt", "uprobe", SECTION_USDT},
	{"uretprobe.s", "uprobe.s", SECTION_NONE}, {"usdt.s", "uprobe.s", SECTION_USDT},
	{"uretprobe.multi", "uprobe.multi", SECTION_NONE},
	{"uretprobe.multi.s", "uprobe.multi.s", SECTION_NONE}, {"classifier", "tc", SECTION_NONE},
	{"tc/ingress", "tcx/ingress", SECTION_NONE}, {"tc/egress", "tcx/egress", SECTION_NONE},
	{"tp", "tracepoint", SECTION_NONE}, {"tp.s", "tracepoint.s", SECTION_NONE},
	{"raw_tp", "raw_tracepoint", SECTION_NONE}, {"raw_tp.s", "raw_tracepoint.s", SECTION_NONE},
	{"raw_tp.w", "raw_tracepoint.w", SECTION_NONE}, {"cgroup/skb", "cgroup_skb/ingress", SECTION_NONE},
	{"cgroup/sock", "cgroup/sock_create", SECTION_NONE}, {"ext", "freplace", SECTION_NONE},
};

static const struct context_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strncmp(context_rows[i].name, name, len) && !context_rows[i].name[len])
			return &context_rows[i];
	}
	return NULL;
}

static enum section_kind kind_of_target(enum target_kind target)
{
	static const enum section_kind kinds[] = {
		[TARGET_NONE] = SECTION_NONE,
		[TARGET_FUNC] = SECTION_FUNCTION,
		[TARGET_FUNC_SLEEPABLE] = SECTION_FUNCTION,
		[TARGET_FUNC_MODIFY] = SECTION_FUNCTION,
		[TARGET_RAW_TP] = SECTION_RAW_TRACEPOINT,
		[TARGET_LSM] = SECTION_LSM,
		[TARGET_LSM_SLEEPABLE] = SECTION_LSM,
		[TARGET_LSM_CGROUP] = SECTION_LSM,
		[TARGET_ITER] = SECTION_ITER,
		[TARGET_STRUCT_OPS] = SECTION_STRUCT_OPS,
		[TARGET_PROGRAM] = SECTION_PROGRAM,
	};

	return kinds[target];
}

static enum section_kind kind_of_kprobe(const struct context_row *row)
{
	if (row->attach_type == ATTACH_TRACE_KPROBE_MULTI ||
		row->attach_type == ATTACH_TRACE_KPROBE_SESSION)
		return SECTION_KPROBE_MULTI;
	if (row->attach_type != ATTACH_NONE)
		return SECTION_UPROBE_MULTI;
	return row->name[0] == 'u' ? SECTION_UPROBE : SECTION_KPROBE;
}

static enum section_kind kind_of_row(const struct context_row *row)
{
	switch (row->prog_type) {
	case PROG_TYPE_KPROBE:
		return kind_of_kprobe(row);
	case PROG_TYPE_TRACEPOINT:
		return SECTION_TRACEPOINT;
	case PROG_TYPE_RAW_TRACEPOINT:
	case PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return SECTION_RAW_TRACEPOINT;
	case PROG_TYPE_TRACING:
		return row->target == TARGET_NONE ? SECTION_FUNCTION_MULTI : kind_of_target(row->target);
	default:
		return kind_of_target(row->target);
	}
}

/* A section name without a target. */
static bool section_find(const char *name, size_t len, struct section *ret)
{
	*ret = (struct section) {.row = find_row(name, len)};
	if (ret->row)
		ret->kind = kind_of_row(ret->row);
	for (size_t i = 0; i < ARRAY_SIZE(aliases) && !ret->row; i++) {
		if (strncmp(aliases[i].section, name, len) || aliases[i].section[len])
			continue;
		ret->row = find_row(aliases[i].row, strlen(aliases[i].row));
		ret->kind = aliases[i].kind ? aliases[i].kind : kind_of_row(ret->row);
		ret->returns = len > 4 && !strncmp(name + 1, "ret", 3);
	}
	return ret->row;
}

bool section_parse(const char *name, struct section *ret)
{
	const char *slash = strchr(name, '/');

	if (section_find(name, strlen(name), ret))
		return true;
	if (!slash || !slash[1] || !section_find(name, (size_t)(slash - name), ret))
		return false;
	if (ret->kind == SECTION_NONE)
		return false;
	if (ret->kind != SECTION_ITER && ret->kind != SECTION_STRUCT_OPS)
		ret->target = slash + 1;
	return true;
}

bool context_canonical(const char *section, char *name, size_t size)
{
	struct section parsed;

	/* "?xdp": libbpf does not load such a program by default. */
	if (*section == '?')
		section++;
	if (!section_parse(section, &parsed))
		return false;
	const char *slash = strchr(section, '/');
	bool expands = slash && (parsed.kind == SECTION_ITER || parsed.kind == SECTION_STRUCT_OPS);
	if (parsed.target)
		return (size_t)snprintf(name, size, "%s", section) < size;
	return (size_t)snprintf(name, size, "%s%s", parsed.row->name, expands ? slash : "") < size;
}

static const char *nearest(const char *name, const char *const *more, size_t more_cnt)
{
	struct suggestion near = {0};

	for (size_t i = 0; i < context_row_cnt; i++)
		suggest_consider(&near, name, context_rows[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		suggest_consider(&near, name, aliases[i].section);
	for (size_t i = 0; i < more_cnt; i++)
		suggest_consider(&near, name, more[i]);
	return near.best;
}

/* The section in front of a target. */
static const char *with_near_section(const char *name, struct pool *pool)
{
	const char *slash = strchr(name, '/');
	const char *section = slash ? pool_strndup(pool, name, (size_t)(slash - name)) : NULL;
	const char *near = section ? nearest(section, NULL, 0) : NULL;
	const char *whole = near ? pool_printf(pool, "%s%s", near, slash) : NULL;
	char canonical[256];

	return whole && context_canonical(whole, canonical, sizeof(canonical)) ? whole : NULL;
}

const char *context_near(
	const char *name, const char *const *more, size_t more_cnt, struct pool *pool)
{
	const char *near = nearest(name, more, more_cnt);

	return near ? near : with_near_section(name, pool);
}
