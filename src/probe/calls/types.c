/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/types.h"

#include "util/array.h"

#include <string.h>

#define DEPTH_MAX 4
#define FIELDS_MAX 250 /* one load asks about all of them */

const struct btf_param *type_params(
	const struct kbtf *btf, uint32_t proto_id, uint32_t *cnt, uint32_t *return_id)
{
	const struct btf_type *type = kbtf_type(btf, proto_id);

	if (type && kbtf_kind(type) == BTF_KIND_FUNC)
		type = kbtf_type(btf, type->type);
	if (!type || kbtf_kind(type) != BTF_KIND_FUNC_PROTO)
		return NULL;
	*cnt = kbtf_vlen(type);
	if (return_id)
		*return_id = type->type;
	return kbtf_tail(type);
}

bool type_pointee(const struct kbtf *btf, uint32_t type_id, uint32_t *id, unsigned int *kind)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, type_id));

	if (!type || kbtf_kind(type) != BTF_KIND_PTR)
		return false;
	*id = kbtf_skip_modifiers(btf, type->type);
	type = kbtf_type(btf, *id);
	*kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;
	return true;
}

const char *type_struct_pointee(const struct kbtf *btf, uint32_t type_id, uint32_t *id)
{
	unsigned int kind;

	if (!type_pointee(btf, type_id, id, &kind) || kind != BTF_KIND_STRUCT)
		return NULL;
	const char *name = kbtf_name(btf, kbtf_type(btf, *id));
	return *name ? name : NULL;
}

uint32_t type_size(const struct kbtf *btf, uint32_t type_id)
{
	uint64_t cnt = 1;

	for (unsigned int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, type_id));
		if (!type)
			return 0;
		switch (kbtf_kind(type)) {
		case BTF_KIND_PTR:
			return cnt * 8 > UINT32_MAX ? 0 : (uint32_t)cnt * 8;
		case BTF_KIND_ARRAY: {
			const struct btf_array *array = kbtf_tail(type);
			cnt *= array->nelems;
			type_id = array->type;
			break;
		}
		case BTF_KIND_INT:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return cnt * type->size > UINT32_MAX ? 0 : (uint32_t)(cnt * type->size);
		default:
			return 0;
		}
		if (cnt > UINT32_MAX)
			return 0;
	}
	return 0;
}

static bool is_scalar(const struct kbtf *btf, uint32_t type_id, unsigned int depth);

static bool has_scalars_alone(const struct kbtf *btf, const struct btf_type *type, unsigned int depth)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		if (!is_scalar(btf, members[i].type, depth))
			return false;
	}
	return true;
}

static bool is_scalar(const struct kbtf *btf, uint32_t type_id, unsigned int depth)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, type_id));
	unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;

	if (kind == BTF_KIND_ARRAY && depth < KBTF_DEPTH_MAX)
		return is_scalar(btf, ((const struct btf_array *)kbtf_tail(type))->type, depth + 1);
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		return depth < DEPTH_MAX && has_scalars_alone(btf, type, depth + 1);
	return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

bool type_is_scalar_struct(const struct kbtf *btf, uint32_t struct_id)
{
	const struct btf_type *type = kbtf_type(btf, struct_id);

	return type && kbtf_kind(type) == BTF_KIND_STRUCT && is_scalar(btf, struct_id, 0);
}

uint32_t type_member_offset(const struct btf_type *type, const struct btf_member *member)
{
	return kbtf_kind_flag(type) ? BTF_MEMBER_BIT_OFFSET(member->offset) / 8 : member->offset / 8;
}

static bool find_inside(const struct kbtf *btf, const struct btf_type *type, const char *name,
	unsigned int depth, uint32_t *offset)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		const struct btf_type *inner = kbtf_type(btf, kbtf_skip_modifiers(btf, members[i].type));
		unsigned int kind = inner ? kbtf_kind(inner) : BTF_KIND_UNKN;
		uint32_t below = 0;
		if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
			continue;
		if (!strcmp(kbtf_name(btf, inner), name) ||
			(depth < DEPTH_MAX && find_inside(btf, inner, name, depth + 1, &below))) {
			*offset = type_member_offset(type, &members[i]) + below;
			return true;
		}
	}
	return false;
}

bool type_holds(const struct kbtf *btf, uint32_t struct_id, const char *name, uint32_t *offset)
{
	const struct btf_type *type = kbtf_type(btf, struct_id);

	*offset = 0;
	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT)
		return false;
	return !strcmp(kbtf_name(btf, type), name) || find_inside(btf, type, name, 1, offset);
}

bool text_ends(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

bool text_is_one_of(const char *text, const char *const *list, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i], text))
			return true;
	}
	return false;
}

bool is_releaser_name(const char *name)
{
	static const char *const words[] = {"release", "_put", "drop", "destroy", "discard", "free"};
	static const char *const ends[] = {"", "_impl", "_dtor"};
	size_t len = strlen(name);

	if (strstr(name, "_put_"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end_len = strlen(ends[i]);
		if (!text_ends(name, ends[i]))
			continue;
		for (size_t w = 0; w < ARRAY_SIZE(words); w++) {
			size_t word_len = strlen(words[w]);
			if (len >= word_len + end_len &&
				!memcmp(name + len - end_len - word_len, words[w], word_len))
				return true;
		}
	}
	return false;
}

struct fields {
	const struct kbtf *btf;
	struct type_field *list;
	size_t cnt;
};

/* No call takes what these structs lead to. */
static bool is_plumbing(const char *name)
{
	static const char *const names[] = {"list_head", "rb_node", "hlist_node", "callback_head",
		"llist_node", "wake_q_node", "hlist_bl_node", "rb_root", "module", "lockdep_map",
		"hlist_head", "timer_list", "work_struct"};

	return text_is_one_of(name, names, ARRAY_SIZE(names));
}

static void add_fields(
	struct fields *fields, const struct btf_type *type, uint32_t base, unsigned int depth)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type) && fields->cnt < FIELDS_MAX; i++) {
		const struct btf_type *inner =
			kbtf_type(fields->btf, kbtf_skip_modifiers(fields->btf, members[i].type));
		unsigned int kind = inner ? kbtf_kind(inner) : BTF_KIND_UNKN;
		uint32_t at = base + type_member_offset(type, &members[i]), id;
		const char *pointee = type_struct_pointee(fields->btf, members[i].type, &id);
		if (pointee && at <= INT16_MAX && !is_plumbing(pointee))
			fields->list[fields->cnt++] = (struct type_field) {
				kbtf_string(fields->btf, members[i].name_off), at, id};
		else if ((kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) && depth < DEPTH_MAX)
			add_fields(fields, inner, at, depth + 1);
	}
}

struct type_field *type_pointer_fields(
	const struct kbtf *btf, uint32_t struct_id, struct pool *pool, size_t *cnt)
{
	const struct btf_type *type = kbtf_type(btf, struct_id);
	struct fields fields = {btf, pool_calloc(pool, FIELDS_MAX, sizeof(*fields.list)), 0};

	if (fields.list && type && kbtf_kind(type) == BTF_KIND_STRUCT)
		add_fields(&fields, type, 0, 1);
	*cnt = fields.cnt;
	return fields.list;
}

const char *kernel_type(const char *type)
{
	return !strcmp(type, "__sk_buff") ? "sk_buff" : !strcmp(type, "xdp_md") ? "xdp_buff" : type;
}

const char *context_struct(enum prog_type type)
{
	static const char *const names[] = {
		[PROG_TYPE_SCHED_CLS] = "__sk_buff",
		[PROG_TYPE_SCHED_ACT] = "__sk_buff",
		[PROG_TYPE_CGROUP_SKB] = "__sk_buff",
		[PROG_TYPE_SK_SKB] = "__sk_buff",
		[PROG_TYPE_LWT_XMIT] = "__sk_buff",
		[PROG_TYPE_LWT_IN] = "__sk_buff",
		[PROG_TYPE_LWT_OUT] = "__sk_buff",
		[PROG_TYPE_LWT_SEG6LOCAL] = "__sk_buff",
		[PROG_TYPE_SOCKET_FILTER] = "__sk_buff",
		[PROG_TYPE_FLOW_DISSECTOR] = "__sk_buff",
		[PROG_TYPE_XDP] = "xdp_md",
		[PROG_TYPE_CGROUP_SOCK_ADDR] = "bpf_sock_addr",
		[PROG_TYPE_CGROUP_SOCK] = "bpf_sock",
		[PROG_TYPE_CGROUP_SYSCTL] = "bpf_sysctl",
		[PROG_TYPE_CGROUP_DEVICE] = "bpf_cgroup_dev_ctx",
		[PROG_TYPE_CGROUP_SOCKOPT] = "bpf_sockopt",
		[PROG_TYPE_SOCK_OPS] = "bpf_sock_ops",
		[PROG_TYPE_SK_MSG] = "sk_msg_md",
		[PROG_TYPE_SK_LOOKUP] = "bpf_sk_lookup",
		[PROG_TYPE_SK_REUSEPORT] = "sk_reuseport_md",
		[PROG_TYPE_NETFILTER] = "bpf_nf_ctx",
		[PROG_TYPE_KPROBE] = "pt_regs",
		[PROG_TYPE_PERF_EVENT] = "bpf_perf_event_data",
	};

	return (size_t)type < ARRAY_SIZE(names) ? names[type] : NULL;
}

bool is_context_type(const char *type)
{
	static const char *const names[] = {"__sk_buff", "sk_buff", "xdp_md", "xdp_buff",
		"bpf_sock_addr", "bpf_sock_addr_kern", "bpf_sock_ops", "bpf_sock_ops_kern",
		"sk_msg_md", "sk_msg", "bpf_sk_lookup", "bpf_sk_lookup_kern", "sk_reuseport_md",
		"sk_reuseport_kern", "bpf_sysctl", "bpf_sysctl_kern", "bpf_sockopt",
		"bpf_perf_event_data", "pt_regs", "bpf_cgroup_dev_ctx", "bpf_nf_ctx",
		"bpf_raw_tracepoint_args"};

	return text_is_one_of(type, names, ARRAY_SIZE(names));
}

bool is_socket_type(const char *type)
{
	static const char *const names[] = {"bpf_sock", "sock", "sock_common", "tcp_sock", "tcp6_sock",
		"udp6_sock", "unix_sock", "bpf_tcp_sock", "tcp_timewait_sock", "tcp_request_sock",
		"mptcp_sock"};

	return text_is_one_of(type, names, ARRAY_SIZE(names));
}
