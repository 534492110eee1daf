/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/helper_args.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *helper, *arguments, *maps;
};

/* Sorted by name. */
/* clang-format off */
static const struct row rows[] = {
	{"bpf_bind", "ctx mem size", NULL},
	{"bpf_bprm_opts_set", "btf:linux_binprm any", NULL},
	{"bpf_btf_find_by_name_kind", "mem size any any", NULL},
	{"bpf_cgrp_storage_delete", "map btf:cgroup?", "cgrp_storage"},
	{"bpf_cgrp_storage_get", "map btf:cgroup? value? any", "cgrp_storage"},
	{"bpf_check_mtu", "ctx any fixed:4 any any", NULL},
	{"bpf_clone_redirect", "ctx any any", NULL},
	{"bpf_copy_from_user", "mem size any", NULL},
	{"bpf_copy_from_user_task", "mem size any btf:task_struct any", NULL},
	{"bpf_csum_diff", "mem? size mem? size any", NULL},
	{"bpf_csum_level", "ctx any", NULL},
	{"bpf_csum_update", "ctx any", NULL},
	{"bpf_current_task_under_cgroup", "map any", "cgroup_array"},
	{"bpf_d_path", "btf:path mem size", NULL},
	{"bpf_dynptr_data", "dynptr any alloc-size", NULL},
	{"bpf_dynptr_from_mem", "mem size any new-dynptr", NULL},
	{"bpf_dynptr_read", "mem size dynptr any any", NULL},
	{"bpf_dynptr_write", "dynptr any mem size any", NULL},
	{"bpf_fib_lookup", "ctx mem size any", NULL},
	{"bpf_find_vma", "btf:task_struct any func stack? any", NULL},
	{"bpf_for_each_map_elem", "map func stack? any", "hash"},
	{"bpf_get_attach_cookie", "ctx", NULL},
	{"bpf_get_branch_snapshot", "mem size", NULL},
	{"bpf_get_cgroup_classid", "ctx", NULL},
	{"bpf_get_current_ancestor_cgroup_id", "any", NULL},
	{"bpf_get_current_cgroup_id", "", NULL},
	{"bpf_get_current_comm", "mem size", NULL},
	{"bpf_get_current_pid_tgid", "", NULL},
	{"bpf_get_current_task", "", NULL},
	{"bpf_get_current_task_btf", "", NULL},
	{"bpf_get_current_uid_gid", "", NULL},
	{"bpf_get_func_arg", "ctx any fixed:8", NULL},
	{"bpf_get_func_arg_cnt", "ctx", NULL},
	{"bpf_get_func_ip", "ctx", NULL},
	{"bpf_get_func_ret", "ctx fixed:8", NULL},
	{"bpf_get_hash_recalc", "ctx", NULL},
	{"bpf_get_listener_sock", "sock", NULL},
	{"bpf_get_local_storage", "map any", "cgroup_storage"},
	{"bpf_get_netns_cookie", "ctx?", NULL},
	{"bpf_get_ns_current_pid_tgid", "any any mem size", NULL},
	{"bpf_get_numa_node_id", "", NULL},
	{"bpf_get_prandom_u32", "", NULL},
	{"bpf_get_retval", "", NULL},
	{"bpf_get_route_realm", "ctx", NULL},
	{"bpf_get_smp_processor_id", "", NULL},
	{"bpf_get_socket_cookie", "ctx|sock?", NULL},
	{"bpf_get_socket_uid", "ctx", NULL},
	{"bpf_get_stack", "ctx mem size any", NULL},
	{"bpf_get_stackid", "ctx map any", "stack_trace"},
	{"bpf_get_task_stack", "btf:task_struct mem size any", NULL},
	{"bpf_getsockopt", "ctx|sock any any mem size", NULL},
	{"bpf_ima_file_hash", "btf:file mem size", NULL},
	{"bpf_ima_inode_hash", "btf:inode mem size", NULL},
	{"bpf_inode_storage_delete", "map btf:inode?", "inode_storage"},
	{"bpf_inode_storage_get", "map btf:inode? value? any", "inode_storage"},
	{"bpf_jiffies64", "", NULL},
	{"bpf_kallsyms_lookup_name", "mem size any fixed:8", NULL},
	{"bpf_kptr_xchg", "kptr null", NULL},
	{"bpf_ktime_get_boot_ns", "", NULL},
	{"bpf_ktime_get_coarse_ns", "", NULL},
	{"bpf_ktime_get_ns", "", NULL},
	{"bpf_ktime_get_tai_ns", "", NULL},
	{"bpf_l3_csum_replace", "ctx any any any any", NULL},
	{"bpf_l4_csum_replace", "ctx any any any any", NULL},
	{"bpf_load_hdr_opt", "ctx mem size any", NULL},
	{"bpf_loop", "any func stack? any", NULL},
	{"bpf_lwt_push_encap", "ctx any mem size", NULL},
	{"bpf_lwt_seg6_action", "ctx any mem size", NULL},
	{"bpf_lwt_seg6_adjust_srh", "ctx any any", NULL},
	{"bpf_lwt_seg6_store_bytes", "ctx any mem size", NULL},
	{"bpf_map_delete_elem", "map key", NULL},
	{"bpf_map_lookup_elem", "map key", "hash sockmap"},
	{"bpf_map_lookup_percpu_elem", "map key any", "percpu_array"},
	{"bpf_map_peek_elem", "map value", "queue"},
	{"bpf_map_pop_elem", "map value", "queue"},
	{"bpf_map_push_elem", "map value any", "queue"},
	{"bpf_map_update_elem", "map key value any", NULL},
	{"bpf_msg_apply_bytes", "ctx any", NULL},
	{"bpf_msg_cork_bytes", "ctx any", NULL},
	{"bpf_msg_pop_data", "ctx any any any", NULL},
	{"bpf_msg_pull_data", "ctx any any any", NULL},
	{"bpf_msg_push_data", "ctx any any any", NULL},
	{"bpf_msg_redirect_hash", "ctx map key any", "sockhash"},
	{"bpf_msg_redirect_map", "ctx map any any", "sockmap"},
	{"bpf_override_return", "ctx any", NULL},
	{"bpf_per_cpu_ptr", "percpu any", NULL},
	{"bpf_perf_event_output", "ctx map any mem size", "perf_event_array"},
	{"bpf_perf_event_read", "map any", "perf_event_array"},
	{"bpf_perf_event_read_value", "map any mem size", "perf_event_array"},
	{"bpf_perf_prog_read_value", "ctx mem size", NULL},
	{"bpf_probe_read", "mem size any", NULL},
	{"bpf_probe_read_kernel", "mem size any", NULL},
	{"bpf_probe_read_kernel_str", "mem size any", NULL},
	{"bpf_probe_read_str", "mem size any", NULL},
	{"bpf_probe_read_user", "mem size any", NULL},
	{"bpf_probe_read_user_str", "mem size any", NULL},
	{"bpf_probe_write_user", "any mem size", NULL},
	{"bpf_rc_keydown", "ctx any any any", NULL},
	{"bpf_rc_pointer_rel", "ctx any any", NULL},
	{"bpf_rc_repeat", "ctx", NULL},
	{"bpf_read_branch_records", "ctx mem? size any", NULL},
	{"bpf_redirect", "any any", NULL},
	{"bpf_redirect_map", "map any any", "devmap cpumap xskmap"},
	{"bpf_redirect_neigh", "any mem? size any", NULL},
	{"bpf_redirect_peer", "any any", NULL},
	{"bpf_reserve_hdr_opt", "ctx any any", NULL},
	{"bpf_ringbuf_discard", "ring-mem any", NULL},
	{"bpf_ringbuf_discard_dynptr", "ring-dynptr any", NULL},
	{"bpf_ringbuf_output", "map mem size any", "ringbuf"},
	{"bpf_ringbuf_query", "map any", "ringbuf"},
	{"bpf_ringbuf_reserve", "map alloc-size any", "ringbuf"},
	{"bpf_ringbuf_reserve_dynptr", "map any any new-dynptr", "ringbuf"},
	{"bpf_ringbuf_submit", "ring-mem any", NULL},
	{"bpf_ringbuf_submit_dynptr", "ring-dynptr any", NULL},
	{"bpf_send_signal", "any", NULL},
	{"bpf_send_signal_thread", "any", NULL},
	{"bpf_seq_printf", "btf:seq_file mem size mem? size", NULL},
	{"bpf_seq_printf_btf", "btf:seq_file mem size any", NULL},
	{"bpf_seq_write", "btf:seq_file mem size", NULL},
	{"bpf_set_hash", "ctx any", NULL},
	{"bpf_set_hash_invalid", "ctx", NULL},
	{"bpf_set_retval", "any", NULL},
	{"bpf_setsockopt", "ctx|sock any any mem size", NULL},
	{"bpf_sk_ancestor_cgroup_id", "sock any", NULL},
	{"bpf_sk_assign", "ctx sock? any", NULL},
	{"bpf_sk_cgroup_id", "sock", NULL},
	{"bpf_sk_fullsock", "sock", NULL},
	{"bpf_sk_lookup_tcp", "ctx mem size any any", NULL},
	{"bpf_sk_lookup_udp", "ctx mem size any any", NULL},
	{"bpf_sk_redirect_hash", "ctx map key any", "sockhash"},
	{"bpf_sk_redirect_map", "ctx map any any", "sockmap"},
	{"bpf_sk_release", "sock", NULL},
	{"bpf_sk_select_reuseport", "ctx map key any", "reuseport_sockarray"},
	{"bpf_sk_storage_delete", "map btf:sock_common?|sock", "sk_storage"},
	{"bpf_sk_storage_get", "map ctx|btf:sock_common?|sock value? any", "sk_storage"},
	{"bpf_skb_adjust_room", "ctx any any any", NULL},
	{"bpf_skb_ancestor_cgroup_id", "ctx any", NULL},
	{"bpf_skb_cgroup_classid", "ctx", NULL},
	{"bpf_skb_cgroup_id", "ctx", NULL},
	{"bpf_skb_change_head", "ctx any any", NULL},
	{"bpf_skb_change_proto", "ctx any any", NULL},
	{"bpf_skb_change_tail", "ctx any any", NULL},
	{"bpf_skb_change_type", "ctx any", NULL},
	{"bpf_skb_ecn_set_ce", "ctx", NULL},
	{"bpf_skb_get_tunnel_key", "ctx mem size any", NULL},
	{"bpf_skb_get_tunnel_opt", "ctx mem size", NULL},
	{"bpf_skb_get_xfrm_state", "ctx any mem size any", NULL},
	{"bpf_skb_load_bytes", "ctx any mem size", NULL},
	{"bpf_skb_load_bytes_relative", "ctx any mem size any", NULL},
	{"bpf_skb_output", "btf:sk_buff map any mem size", "perf_event_array"},
	{"bpf_skb_pull_data", "ctx any", NULL},
	{"bpf_skb_set_tstamp", "ctx any any", NULL},
	{"bpf_skb_set_tunnel_key", "ctx mem size any", NULL},
	{"bpf_skb_set_tunnel_opt", "ctx mem size", NULL},
	{"bpf_skb_store_bytes", "ctx any mem size any", NULL},
	{"bpf_skb_under_cgroup", "ctx map any", "cgroup_array"},
	{"bpf_skb_vlan_pop", "ctx", NULL},
	{"bpf_skb_vlan_push", "ctx any any", NULL},
	{"bpf_skc_lookup_tcp", "ctx mem size any any", NULL},
	{"bpf_skc_to_mptcp_sock", "sock", NULL},
	{"bpf_skc_to_tcp6_sock", "sock", NULL},
	{"bpf_skc_to_tcp_request_sock", "sock", NULL},
	{"bpf_skc_to_tcp_sock", "sock", NULL},
	{"bpf_skc_to_tcp_timewait_sock", "sock", NULL},
	{"bpf_skc_to_udp6_sock", "sock", NULL},
	{"bpf_skc_to_unix_sock", "sock", NULL},
	{"bpf_snprintf", "mem? size str mem? size", NULL},
	{"bpf_snprintf_btf", "mem size mem size any", NULL},
	{"bpf_sock_from_file", "btf:file", NULL},
	{"bpf_sock_hash_update", "ctx map key any", "sockhash"},
	{"bpf_sock_map_update", "ctx map key any", "sockmap"},
	{"bpf_sock_ops_cb_flags_set", "ctx any", NULL},
	{"bpf_spin_lock", "lock", NULL},
	{"bpf_spin_unlock", "lock", NULL},
	{"bpf_store_hdr_opt", "ctx mem size any", NULL},
	{"bpf_strncmp", "mem size str", NULL},
	{"bpf_strtol", "mem size any fixed:8", NULL},
	{"bpf_strtoul", "mem size any fixed:8", NULL},
	{"bpf_sys_bpf", "any mem size", NULL},
	{"bpf_sys_close", "any", NULL},
	{"bpf_sysctl_get_current_value", "ctx mem size", NULL},
	{"bpf_sysctl_get_name", "ctx mem size any", NULL},
	{"bpf_sysctl_get_new_value", "ctx mem size", NULL},
	{"bpf_sysctl_set_new_value", "ctx mem size", NULL},
	{"bpf_tail_call", "ctx map any", "prog_array"},
	{"bpf_task_pt_regs", "btf:task_struct", NULL},
	{"bpf_task_storage_delete", "map btf:task_struct?", "task_storage"},
	{"bpf_task_storage_get", "map btf:task_struct? value? any", "task_storage"},
	{"bpf_tcp_check_syncookie", "sock mem size mem size", NULL},
	{"bpf_tcp_gen_syncookie", "sock mem size mem size", NULL},
	{"bpf_tcp_raw_check_syncookie_ipv4", "fixed:20 fixed:20", NULL},
	{"bpf_tcp_raw_check_syncookie_ipv6", "fixed:40 fixed:20", NULL},
	{"bpf_tcp_raw_gen_syncookie_ipv4", "fixed:20 mem size", NULL},
	{"bpf_tcp_raw_gen_syncookie_ipv6", "fixed:40 mem size", NULL},
	{"bpf_tcp_send_ack", "btf:tcp_sock any", NULL},
	{"bpf_tcp_sock", "sock", NULL},
	{"bpf_this_cpu_ptr", "percpu", NULL},
	{"bpf_timer_cancel", "timer", NULL},
	{"bpf_timer_init", "timer map any", "value:bpf_timer"},
	{"bpf_timer_set_callback", "timer func", NULL},
	{"bpf_timer_start", "timer any any", NULL},
	{"bpf_trace_printk", "mem size", NULL},
	{"bpf_trace_vprintk", "mem size mem? size", NULL},
	{"bpf_user_ringbuf_drain", "map func stack? any", "user_ringbuf"},
	{"bpf_xdp_adjust_head", "ctx any", NULL},
	{"bpf_xdp_adjust_meta", "ctx any", NULL},
	{"bpf_xdp_adjust_tail", "ctx any", NULL},
	{"bpf_xdp_get_buff_len", "ctx|btf:xdp_buff", NULL},
	{"bpf_xdp_load_bytes", "ctx any mem size", NULL},
	{"bpf_xdp_output", "btf:xdp_buff map any mem size", "perf_event_array"},
	{"bpf_xdp_store_bytes", "ctx any mem size", NULL},
};
/* clang-format on */

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	return strcmp(one->helper, other->helper);
}

static const struct row *find_row(const char *helper)
{
	const struct row key = {.helper = helper};

	return bsearch(&key, rows, ARRAY_SIZE(rows), sizeof(*rows), compare_rows);
}

const char *helper_arguments(const char *helper)
{
	const struct row *row = find_row(helper);

	return row ? row->arguments : NULL;
}

const char *helper_argument(const char *arguments, unsigned int index)
{
	const char *at = arguments ? arguments : "";

	for (; index && *at; index--) {
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	return *at ? at : NULL;
}

bool helper_needs_map(const char *helper)
{
	const struct row *row = find_row(helper);

	return row && (strstr(row->arguments, "map") || strstr(row->arguments, "ring-"));
}

const char *helper_maps(const char *helper)
{
	const struct row *row = find_row(helper);

	return row ? row->maps : NULL;
}
