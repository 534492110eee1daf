/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where programs that work on sockets get one. */
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <string.h>

static struct value load_socket(struct builder *builder, const struct alternative *alternative)
{
	ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_6, (int16_t)alternative->number));
	return builder_keep_pointer(builder, BPF_REG_1);
}

static struct value look_up_socket(struct builder *builder, const struct alternative *alternative)
{
	call_plan(builder, alternative->callee, NULL);
	return keep_acquired(builder, "sock");
}

static struct value look_up_map(struct builder *builder, const struct alternative *alternative)
{
	builder_look_up(builder, "a map", alternative->text);
	if (!strcmp(alternative->text, "sockmap"))
		return keep_acquired(builder, "sock");
	return builder_keep_pointer(builder, BPF_REG_0);
}

static void add_direct(struct builder *builder, struct alternatives *alternatives)
{
	static const char *const lookups[] = {"bpf_sk_lookup_tcp", "bpf_skc_lookup_tcp"};
	struct planner *planner = builder->planner;
	enum prog_type type = planner->context->row->prog_type;
	const char *context = context_struct(type);
	const struct kbtf *btf = planner->kernel->btf;
	uint32_t member, bits, id = context && btf ? kbtf_find(btf, context, BTF_KIND_STRUCT) : 0;

	if (type == PROG_TYPE_CGROUP_SOCK)
		alternatives_add_value(alternatives, (struct value) {VALUE_CONTEXT, 0, 0}, "ctx");
	if (id && kbtf_find_member(btf, id, "sk", &member, &bits))
		alternatives_add(alternatives, load_socket, "ctx->sk")->number = (int32_t)(bits / 8);
	for (size_t i = 0; i < ARRAY_SIZE(lookups); i++) {
		const struct callee *lookup = planner_usable(planner, lookups[i]);
		if (lookup && builder->depth < 3 && strcmp(builder->stack[0]->name, lookups[i]) != 0)
			alternatives_add(alternatives, look_up_socket, "%s", lookups[i])->callee = lookup;
	}
	if (!planner_usable(planner, "bpf_map_lookup_elem"))
		return;
	if (planner_usable(planner, "bpf_sk_release"))
		alternatives_add(alternatives, look_up_map, "sockmap")->text = "sockmap";
	alternatives_add(alternatives, look_up_map, "xskmap")->text = "xskmap";
}

/* A socket of another kind, which the helper turns into this kind. */
static struct value convert_socket(struct builder *builder, const struct alternative *alternative)
{
	struct alternatives from = {.wanted = "a socket"};

	add_direct(builder, &from);
	struct value socket = builder_choose(builder, "from", &from);
	builder_set(builder, BPF_REG_1, socket);
	builder_call(builder, alternative->callee);
	return builder_keep_pointer(builder, BPF_REG_0);
}

static struct value socket_of_file(struct builder *builder, const struct alternative *alternative)
{
	const struct kbtf *btf = builder->planner->kernel->btf;
	uint32_t member, bits = 0, id = kbtf_find(btf, "socket", BTF_KIND_STRUCT);
	struct alternatives files = {.cnt = 0};

	if (!id || !kbtf_find_member(btf, id, "sk", &member, &bits))
		builder_fail(builder, "a socket of a file");
	builder_enter(builder, "file");
	sources_add_later(builder, &files, "file");
	struct value file = builder_choose(builder, "source", &files);
	builder_leave(builder);
	builder_set(builder, BPF_REG_1, file);
	builder_call(builder, alternative->callee);
	builder_bail_if_null(builder, BPF_REG_0);
	ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_0, (int16_t)(bits / 8)));
	return builder_keep_pointer(builder, BPF_REG_1);
}

void sockets_add(struct builder *builder, struct alternatives *alternatives, const char *type)
{
	static const struct {
		const char *type, *helper;
	} converters[] = {
		{"tcp_sock", "bpf_skc_to_tcp_sock"},
		{"bpf_tcp_sock", "bpf_tcp_sock"},
		{"bpf_sock", "bpf_sk_fullsock"},
		{"sock", "bpf_skc_to_tcp_sock"},
		{"sock", "bpf_sk_fullsock"},
		{"sock_common", "bpf_skc_to_tcp_sock"},
	};
	struct planner *planner = builder->planner;
	const struct callee *from_file = planner_usable(planner, "bpf_sock_from_file");

	add_direct(builder, alternatives);
	for (size_t i = 0; i < ARRAY_SIZE(converters); i++) {
		const struct callee *helper = !strcmp(converters[i].type, type)
			? planner_usable(planner, converters[i].helper)
			: NULL;
		if (helper && strcmp(builder->stack[0]->name, helper->name) != 0)
			alternatives_add(alternatives, convert_socket, "%s", helper->name)->callee = helper;
	}
	if ((!strcmp(type, "sock") || !strcmp(type, "sock_common")) && from_file &&
		builder->depth < 3 && strcmp(builder->stack[0]->name, from_file->name) != 0)
		alternatives_add(alternatives, socket_of_file, "bpf_sock_from_file")->callee = from_file;
}
