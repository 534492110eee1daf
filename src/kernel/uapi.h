/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of the kernel's interface (include/uapi/linux/bpf.h through linux 7.3) that the header of
 * linux 6.1 lacks, and the tables of program types and attach types. No other file has a copy. The
 * kernel defines many of them in enums, which #ifdef does not see: our names have the prefix UAPI_.
 */
#ifndef KCOMPAT_KERNEL_UAPI_H
#define KCOMPAT_KERNEL_UAPI_H

#include <linux/bpf.h>

/* include/linux/errno.h: not meant for user space, but the kernel returns it there. */
#define ENOTSUPP 524

/* enum bpf_cmd */
#define UAPI_BPF_TOKEN_CREATE 36
#define UAPI_BPF_PROG_STREAM_READ_BY_FD 37
#define UAPI_BPF_PROG_ASSOC_STRUCT_OPS 38

/* enum bpf_map_type */
#define UAPI_BPF_MAP_TYPE_CGRP_STORAGE 32
#define UAPI_BPF_MAP_TYPE_ARENA 33
#define UAPI_BPF_MAP_TYPE_INSN_ARRAY 34
#define UAPI_BPF_MAP_TYPE_RHASH 35

/* Flags of BPF_PROG_LOAD. */
#define UAPI_BPF_F_XDP_DEV_BOUND_ONLY (1u << 6)
/* Flags of BPF_MAP_CREATE. */
#define UAPI_BPF_F_LINK (1u << 13)
#define UAPI_BPF_F_SEGV_ON_FAULT (1u << 17)
#define UAPI_BPF_F_NO_USER_CONV (1u << 18)
#define UAPI_BPF_F_RB_OVERWRITE (1u << 19)
/* Flag of BPF_PROG_LOAD, BPF_MAP_CREATE and BPF_BTF_LOAD (linux 6.9). */
#define UAPI_BPF_F_TOKEN_FD (1u << 16)
/* Flags of BPF_OBJ_PIN and BPF_OBJ_GET. */
#define UAPI_BPF_F_PATH_FD (1u << 14)

/* Instructions: modes of BPF_LDX, codes of BPF_JMP and of BPF_ATOMIC. */
#define UAPI_BPF_MEMSX 0x80
#define UAPI_BPF_JCOND 0xe0
#define UAPI_BPF_LOAD_ACQ 0x100
#define UAPI_BPF_STORE_REL 0x110

/* enum bpf_prog_type (include/uapi/linux/bpf.h): X(enumerator, number, libbpf's name) */
#define PROG_TYPES(X)                                                                              \
	X(SOCKET_FILTER, 1, "socket_filter")                                                       \
	X(KPROBE, 2, "kprobe")                                                                     \
	X(SCHED_CLS, 3, "sched_cls")                                                               \
	X(SCHED_ACT, 4, "sched_act")                                                               \
	X(TRACEPOINT, 5, "tracepoint")                                                             \
	X(XDP, 6, "xdp")                                                                           \
	X(PERF_EVENT, 7, "perf_event")                                                             \
	X(CGROUP_SKB, 8, "cgroup_skb")                                                             \
	X(CGROUP_SOCK, 9, "cgroup_sock")                                                           \
	X(LWT_IN, 10, "lwt_in")                                                                    \
	X(LWT_OUT, 11, "lwt_out")                                                                  \
	X(LWT_XMIT, 12, "lwt_xmit")                                                                \
	X(SOCK_OPS, 13, "sock_ops")                                                                \
	X(SK_SKB, 14, "sk_skb")                                                                    \
	X(CGROUP_DEVICE, 15, "cgroup_device")                                                      \
	X(SK_MSG, 16, "sk_msg")                                                                    \
	X(RAW_TRACEPOINT, 17, "raw_tracepoint")                                                    \
	X(CGROUP_SOCK_ADDR, 18, "cgroup_sock_addr")                                                \
	X(LWT_SEG6LOCAL, 19, "lwt_seg6local")                                                      \
	X(LIRC_MODE2, 20, "lirc_mode2")                                                            \
	X(SK_REUSEPORT, 21, "sk_reuseport")                                                        \
	X(FLOW_DISSECTOR, 22, "flow_dissector")                                                    \
	X(CGROUP_SYSCTL, 23, "cgroup_sysctl")                                                      \
	X(RAW_TRACEPOINT_WRITABLE, 24, "raw_tracepoint_writable")                                  \
	X(CGROUP_SOCKOPT, 25, "cgroup_sockopt")                                                    \
	X(TRACING, 26, "tracing")                                                                  \
	X(STRUCT_OPS, 27, "struct_ops")                                                            \
	X(EXT, 28, "ext")                                                                          \
	X(LSM, 29, "lsm")                                                                          \
	X(SK_LOOKUP, 30, "sk_lookup")                                                              \
	X(SYSCALL, 31, "syscall")                                                                  \
	X(NETFILTER, 32, "netfilter")

enum prog_type {
#define PROG_TYPE_ENUM(name, number, word) PROG_TYPE_##name = number,
	PROG_TYPES(PROG_TYPE_ENUM)
#undef PROG_TYPE_ENUM
	PROG_TYPE_CNT /* one more than the highest we know */
};

/* enum bpf_attach_type: X(enumerator, number, libbpf's name) */
#define ATTACH_TYPES(X)                                                                            \
	X(CGROUP_INET_INGRESS, 0, "cgroup_inet_ingress")                                           \
	X(CGROUP_INET_EGRESS, 1, "cgroup_inet_egress")                                             \
	X(CGROUP_INET_SOCK_CREATE, 2, "cgroup_inet_sock_create")                                   \
	X(CGROUP_SOCK_OPS, 3, "cgroup_sock_ops")                                                   \
	X(SK_SKB_STREAM_PARSER, 4, "sk_skb_stream_parser")                                         \
	X(SK_SKB_STREAM_VERDICT, 5, "sk_skb_stream_verdict")                                       \
	X(CGROUP_DEVICE, 6, "cgroup_device")                                                       \
	X(SK_MSG_VERDICT, 7, "sk_msg_verdict")                                                     \
	X(CGROUP_INET4_BIND, 8, "cgroup_inet4_bind")                                               \
	X(CGROUP_INET6_BIND, 9, "cgroup_inet6_bind")                                               \
	X(CGROUP_INET4_CONNECT, 10, "cgroup_inet4_connect")                                        \
	X(CGROUP_INET6_CONNECT, 11, "cgroup_inet6_connect")                                        \
	X(CGROUP_INET4_POST_BIND, 12, "cgroup_inet4_post_bind")                                    \
	X(CGROUP_INET6_POST_BIND, 13, "cgroup_inet6_post_bind")                                    \
	X(CGROUP_UDP4_SENDMSG, 14, "cgroup_udp4_sendmsg")                                          \
	X(CGROUP_UDP6_SENDMSG, 15, "cgroup_udp6_sendmsg")                                          \
	X(LIRC_MODE2, 16, "lirc_mode2")                                                            \
	X(FLOW_DISSECTOR, 17, "flow_dissector")                                                    \
	X(CGROUP_SYSCTL, 18, "cgroup_sysctl")                                                      \
	X(CGROUP_UDP4_RECVMSG, 19, "cgroup_udp4_recvmsg")                                          \
	X(CGROUP_UDP6_RECVMSG, 20, "cgroup_udp6_recvmsg")                                          \
	X(CGROUP_GETSOCKOPT, 21, "cgroup_getsockopt")                                              \
	X(CGROUP_SETSOCKOPT, 22, "cgroup_setsockopt")                                              \
	X(TRACE_RAW_TP, 23, "trace_raw_tp")                                                        \
	X(TRACE_FENTRY, 24, "trace_fentry")                                                        \
	X(TRACE_FEXIT, 25, "trace_fexit")                                                          \
	X(MODIFY_RETURN, 26, "modify_return")                                                      \
	X(LSM_MAC, 27, "lsm_mac")                                                                  \
	X(TRACE_ITER, 28, "trace_iter")                                                            \
	X(CGROUP_INET4_GETPEERNAME, 29, "cgroup_inet4_getpeername")                                \
	X(CGROUP_INET6_GETPEERNAME, 30, "cgroup_inet6_getpeername")                                \
	X(CGROUP_INET4_GETSOCKNAME, 31, "cgroup_inet4_getsockname")                                \
	X(CGROUP_INET6_GETSOCKNAME, 32, "cgroup_inet6_getsockname")                                \
	X(XDP_DEVMAP, 33, "xdp_devmap")                                                            \
	X(CGROUP_INET_SOCK_RELEASE, 34, "cgroup_inet_sock_release")                                \
	X(XDP_CPUMAP, 35, "xdp_cpumap")                                                            \
	X(SK_LOOKUP, 36, "sk_lookup")                                                              \
	X(XDP, 37, "xdp")                                                                          \
	X(SK_SKB_VERDICT, 38, "sk_skb_verdict")                                                    \
	X(SK_REUSEPORT_SELECT, 39, "sk_reuseport_select")                                          \
	X(SK_REUSEPORT_SELECT_OR_MIGRATE, 40, "sk_reuseport_select_or_migrate")                    \
	X(PERF_EVENT, 41, "perf_event")                                                            \
	X(TRACE_KPROBE_MULTI, 42, "trace_kprobe_multi")                                            \
	X(LSM_CGROUP, 43, "lsm_cgroup")                                                            \
	X(STRUCT_OPS, 44, "struct_ops")                                                            \
	X(NETFILTER, 45, "netfilter")                                                              \
	X(TCX_INGRESS, 46, "tcx_ingress")                                                          \
	X(TCX_EGRESS, 47, "tcx_egress")                                                            \
	X(TRACE_UPROBE_MULTI, 48, "trace_uprobe_multi")                                            \
	X(CGROUP_UNIX_CONNECT, 49, "cgroup_unix_connect")                                          \
	X(CGROUP_UNIX_SENDMSG, 50, "cgroup_unix_sendmsg")                                          \
	X(CGROUP_UNIX_RECVMSG, 51, "cgroup_unix_recvmsg")                                          \
	X(CGROUP_UNIX_GETPEERNAME, 52, "cgroup_unix_getpeername")                                  \
	X(CGROUP_UNIX_GETSOCKNAME, 53, "cgroup_unix_getsockname")                                  \
	X(NETKIT_PRIMARY, 54, "netkit_primary")                                                    \
	X(NETKIT_PEER, 55, "netkit_peer")                                                          \
	X(TRACE_KPROBE_SESSION, 56, "trace_kprobe_session")                                        \
	X(TRACE_UPROBE_SESSION, 57, "trace_uprobe_session")                                        \
	X(TRACE_FSESSION, 58, "trace_fsession")                                                    \
	X(TRACE_FENTRY_MULTI, 59, "trace_fentry_multi")                                            \
	X(TRACE_FEXIT_MULTI, 60, "trace_fexit_multi")                                              \
	X(TRACE_FSESSION_MULTI, 61, "trace_fsession_multi")

enum attach_type {
#define ATTACH_TYPE_ENUM(name, number, word) ATTACH_##name = number,
	ATTACH_TYPES(ATTACH_TYPE_ENUM)
#undef ATTACH_TYPE_ENUM
	ATTACH_TYPE_CNT,
	ATTACH_NONE = -1, /* the program type expects none */
};

#endif
