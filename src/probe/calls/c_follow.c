/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statements that the instructions become. */
#include "probe/calls/c_translation.h"
#include "probe/calls/helper_args.h"
#include "probe/calls/survey.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <string.h>

/* Calls. */

/* The structs that helpers return a pointer to (struct bpf_func_proto of each). */
static const char *helper_result(const char *name)
{
	static const struct {
		const char *helper, *type;
	} results[] = {
		{"bpf_get_current_task_btf", "task_struct"}, {"bpf_sock_from_file", "socket"},
		{"bpf_sk_lookup_tcp", "bpf_sock"}, {"bpf_sk_lookup_udp", "bpf_sock"},
		{"bpf_skc_lookup_tcp", "bpf_sock"}, {"bpf_sk_fullsock", "bpf_sock"},
		{"bpf_get_listener_sock", "bpf_sock"}, {"bpf_tcp_sock", "bpf_tcp_sock"},
		{"bpf_skc_to_tcp_sock", "tcp_sock"}, {"bpf_skc_to_tcp6_sock", "tcp6_sock"},
		{"bpf_skc_to_tcp_timewait_sock", "tcp_timewait_sock"},
		{"bpf_skc_to_tcp_request_sock", "tcp_request_sock"},
		{"bpf_skc_to_udp6_sock", "udp6_sock"}, {"bpf_skc_to_unix_sock", "unix_sock"},
		{"bpf_skc_to_mptcp_sock", "mptcp_sock"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		if (!strcmp(results[i].helper, name))
			return results[i].type;
	}
	return NULL;
}

static void add_kfunc_result(struct translation *c, const struct callee *callee)
{
	const struct objects *objects = &c->builder->planner->objects;
	uint32_t cnt, ret = 0, id;
	unsigned int kind;
	struct own_struct own;

	if (!type_params(callee->btf, callee->func_id, &cnt, &ret)) {
		c_fail(c);
	} else if (!strcmp(callee->name, "bpf_cast_to_kern_ctx") && walk_kernel_context(c->builder->planner)) {
		c_add_struct_pointer(c, c->btf, walk_kernel_context(c->builder->planner));
	} else if (strstr(callee->name, "obj_new") && c->regs[BPF_REG_1].kind == TERM_NUMBER &&
		own_struct_by_id(objects, (uint32_t)c->regs[BPF_REG_1].number, &c->pool, &own)) {
		c_add_own_pointer(c, &own);
	} else if (type_struct_pointee(callee->btf, ret, &id)) {
		c_add_struct_pointer(c, callee->btf, id);
	} else if (type_pointee(callee->btf, ret, &id, &kind)) {
		c_add_variable(c, "pointer", "void *");
	} else {
		c_add_variable(c, "result", "long");
	}
}

static void add_helper_result(struct translation *c, const struct callee *callee)
{
	const char *type = helper_result(callee->name);
	uint32_t id = type ? kbtf_find(c->btf, type, BTF_KIND_STRUCT) : 0;
	static const char *const pointers[] = {"bpf_map_lookup_elem", "bpf_ringbuf_reserve", "bpf_kptr_xchg",
		"bpf_sk_storage_get", "bpf_task_storage_get", "bpf_inode_storage_get", "bpf_get_local_storage",
		"bpf_cgrp_storage_get", "bpf_per_cpu_ptr", "bpf_this_cpu_ptr", "bpf_dynptr_data",
		"bpf_map_lookup_percpu_elem"};

	if (id)
		c_add_struct_pointer(c, c->btf, id);
	else if (text_is_one_of(callee->name, pointers, ARRAY_SIZE(pointers)))
		c_add_variable(c, "pointer", "void *");
	else
		c_add_variable(c, "result", "long");
}

static void need_callee(struct translation *c, const struct callee *callee)
{
	for (size_t i = 0; i < c->callee_cnt; i++) {
		if (c->callees[i] == callee)
			return;
	}
	if (c->callee_cnt == CALLEES_MAX) {
		c_fail(c);
		return;
	}
	const struct btf_type *func = kbtf_type(callee->btf, callee->func_id);
	c->callees[c->callee_cnt++] = callee;
	if (func)
		c_types_add(&c->types, callee->btf, func->type);
}

/* Helpers take what they need; a call passes as many arguments as its prototype has. */
static uint32_t argument_cnt(const struct callee *callee)
{
	uint32_t cnt = 0;

	if (callee->btf) {
		type_params(callee->btf, callee->func_id, &cnt, NULL);
		return cnt;
	}
	/* The prototype in C has an argument that struct bpf_func_proto does not have. */
	if (!strcmp(callee->name, "bpf_get_branch_snapshot"))
		return 3;
	while (helper_argument(callee->arguments, cnt))
		cnt++;
	return cnt;
}

/* What no program sets is a 0 that no one reads. */
static struct term argument_of(const struct translation *c, const struct callee *callee, uint32_t index)
{
	struct term term = c->regs[BPF_REG_1 + index];

	return !callee->btf && index == 2 && term.kind == TERM_NONE ? (struct term) {TERM_NUMBER, 0, 0} : term;
}

static void put_call(struct translation *c, size_t at)
{
	const struct callee *callee = planner_callee_of(c->builder->planner, &c->builder->insns[at]);

	if (!callee || (!callee->btf && !callee->arguments)) {
		c_fail(c);
		return;
	}
	if (callee->btf)
		need_callee(c, callee);
	if (callee->btf)
		add_kfunc_result(c, callee);
	else
		add_helper_result(c, callee);
	c_begin_line(c);
	if (c->variables[c->variable_cnt - 1].is_used)
		buf_printf(&c->body, "%s = ", c->variables[c->variable_cnt - 1].name);
	buf_printf(&c->body, "%s(", callee->name);
	for (uint32_t i = 0; i < argument_cnt(callee) && !c->failed; i++) {
		buf_puts(&c->body, i ? ", " : "");
		c_put_argument(c, callee, i, argument_of(c, callee, i));
	}
	buf_puts(&c->body, at == c->builder->call_at ? "); /* the call */\n" : ");\n");
	c->regs[BPF_REG_0] = c_last_variable(c);
}

/* Loads. */

static void add_pointer_of_type(struct translation *c, const struct kbtf *btf, uint32_t type_id)
{
	uint32_t id;

	if (type_struct_pointee(btf, type_id, &id))
		c_add_struct_pointer(c, btf, id);
	else
		c_add_variable(c, "pointer", "void *");
}

static void load_context_word(struct translation *c, uint32_t offset)
{
	const struct call_target *target = c->builder->target;
	uint32_t cnt = 0, word = offset / 8;
	const struct btf_param *params =
		target->proto_id ? type_params(c->btf, target->proto_id, &cnt, NULL) : NULL;

	if (!params || word + target->first_param >= cnt) {
		c_fail(c);
		return;
	}
	add_pointer_of_type(c, c->btf, params[word + target->first_param].type);
	const struct variable *variable = &c->variables[c->variable_cnt - 1];
	c_begin_line(c);
	buf_printf(&c->body, "%s = (void *)ctx[%u];\n", variable->name, word);
}

static void load_member(
	struct translation *c, const char *name, const struct kbtf *btf, uint32_t struct_id, uint32_t offset)
{
	char path[C_PATH_MAX];
	uint32_t type_id;

	if (!c_types_member(&c->types, btf, struct_id, offset, NULL, path, &type_id)) {
		c_fail(c);
		return;
	}
	add_pointer_of_type(c, btf, type_id);
	c_begin_line(c);
	buf_printf(&c->body, "%s = %s->%s;\n", c->variables[c->variable_cnt - 1].name, name, path);
}

static void load_own(struct translation *c, const struct own_struct *own, const char *name)
{
	const struct own_member *member = own_struct_member(own, 0);

	if (!member || !member->tag) {
		c_fail(c);
		return;
	}
	c_need_own(c, own);
	uint32_t id = own->needs ? 0 : kbtf_find(c->btf, member->type, BTF_KIND_STRUCT);
	if (own->needs)
		c_add_own_pointer(c, own->needs);
	else if (id)
		c_add_struct_pointer(c, c->btf, id);
	else
		c_add_variable(c, "pointer", "void *");
	c_begin_line(c);
	buf_printf(&c->body, "%s = %s->%s;\n", c->variables[c->variable_cnt - 1].name, name, member->name);
}

const char *c_context_type(const struct translation *c)
{
	return c->builder->target->proto_id ? CONTEXT_ARRAY
					    : context_struct(c->builder->planner->context->row->prog_type);
}

static void put_load(struct translation *c, const struct bpf_insn *insn)
{
	struct term from = c->regs[insn->src_reg];
	const char *name, *type = c_context_type(c);
	uint32_t offset = (uint32_t)(insn->off + from.add);

	if (from.kind == TERM_STACK) {
		c->regs[insn->dst_reg] = c->slots[-(insn->off + from.number) / 8];
		return;
	}
	const struct own_struct *own = c_own(c, from, &name);
	if (own)
		load_own(c, own, name);
	else if (from.kind == TERM_CONTEXT && c->builder->target->proto_id)
		load_context_word(c, offset);
	else if (from.kind == TERM_CONTEXT && type)
		load_member(c, "ctx", c->btf, kbtf_find(c->btf, type, BTF_KIND_STRUCT), offset);
	else if (from.kind == TERM_VARIABLE && c->variables[from.number].struct_id)
		load_member(c, c_variable(c, from)->name, c->variables[from.number].btf,
			c->variables[from.number].struct_id, offset);
	else
		c_fail(c);
	if (c->variable_cnt)
		c->regs[insn->dst_reg] = c_last_variable(c);
}

/* Numbers of 64 bits: what is known by its name. */

static struct term map_term(struct translation *c, int fd, enum term_kind kind, int32_t add)
{
	const struct objects *objects = &c->builder->planner->objects;
	const char *name = NULL;

	for (size_t i = 0; i < objects->map_cnt; i++) {
		if (objects->maps[i].fd == fd)
			name = objects->maps[i].name;
	}
	for (size_t i = 0; name && i < c->map_cnt; i++) {
		if (!strcmp(c->maps[i].name, name))
			return (struct term) {kind, (int32_t)i, add};
	}
	if (!name || c->map_cnt == MAPS_MAX) {
		c_fail(c);
		return (struct term) {TERM_NONE, 0, 0};
	}
	struct c_map *map = &c->maps[c->map_cnt];
	*map = (struct c_map) {.name = name};
	map->has_value = own_struct_of_map(objects, name, &c->pool, &map->value);
	return (struct term) {kind, (int32_t)c->map_cnt++, add};
}

static struct term callback_term(struct translation *c, size_t target)
{
	const struct builder *builder = c->builder;
	uint32_t func = 1;

	for (int32_t i = 0; i < CALLBACK_CNT; i++) {
		if (!builder->callbacks[i])
			continue;
		if (func < builder->func_cnt && builder->funcs[func].insn_off == target)
			return (struct term) {TERM_CALLBACK, i, 0};
		func++;
	}
	c_fail(c);
	return (struct term) {TERM_NONE, 0, 0};
}

static struct term ksym_term(struct translation *c, int32_t id)
{
	for (size_t i = 0; i < c->ksym_cnt; i++) {
		if (c->ksyms[i] == (uint32_t)id)
			return (struct term) {TERM_KSYM, id, 0};
	}
	const struct btf_type *type = kbtf_type(c->btf, (uint32_t)id);
	if (c->ksym_cnt == KSYMS_MAX || !type) {
		c_fail(c);
		return (struct term) {TERM_NONE, 0, 0};
	}
	c_types_add(&c->types, c->btf, type->type);
	c->ksyms[c->ksym_cnt++] = (uint32_t)id;
	return (struct term) {TERM_KSYM, id, 0};
}

static struct term wide_term(struct translation *c, size_t at)
{
	const struct bpf_insn *insn = &c->builder->insns[at];

	switch (insn->src_reg) {
	case BPF_PSEUDO_MAP_FD:
		return map_term(c, insn->imm, TERM_MAP, 0);
	case BPF_PSEUDO_MAP_VALUE:
		return map_term(c, insn->imm, TERM_MAP_VALUE, insn[1].imm);
	case BPF_PSEUDO_FUNC:
		return callback_term(c, (size_t)((int64_t)at + insn->imm + 1));
	case BPF_PSEUDO_BTF_ID:
		return ksym_term(c, insn->imm);
	default:
		c_fail(c);
		return (struct term) {TERM_NONE, 0, 0};
	}
}

/* Jumps. */

static size_t jump_target(const struct builder *builder, size_t at)
{
	return (size_t)((int64_t)at + 1 + builder->insns[at].off);
}

static bool is_jump(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) != BPF_CALL &&
		BPF_OP(insn->code) != BPF_EXIT;
}

/* R0 = number; exit */
static bool is_return(const struct builder *builder, size_t at)
{
	return at + 1 < builder->insn_cnt && builder->insns[at + 1].code == (BPF_JMP | BPF_EXIT);
}

static bool ends_flow(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) || insn->code == (BPF_JMP | BPF_EXIT);
}

/* What lies behind the jump is a block: nothing but this jump passes it, and no other enters it. */
static bool opens_block(const struct translation *c, size_t at)
{
	const struct builder *builder = c->builder;
	size_t end = jump_target(builder, at);

	if (c->block_cnt == BLOCKS_MAX || ends_flow(&builder->insns[at]) || is_return(builder, end) ||
		ends_flow(&builder->insns[end - 1]))
		return false;
	for (size_t i = 0; i < builder->insn_cnt; i++) {
		if (!is_jump(&builder->insns[i]) || i == at)
			continue;
		size_t to = jump_target(builder, i);
		bool from_inside = i > at && i < end, to_inside = to > at && to < end;
		if (from_inside != to_inside && !(from_inside && is_return(builder, to)) &&
			(to != end || from_inside))
			return false;
	}
	return true;
}

static size_t label_of(struct translation *c, size_t target)
{
	size_t at = 0;

	while (at < c->label_cnt && c->labels[at] != target)
		at++;
	if (at == LABELS_MAX) {
		c_fail(c);
		return 0;
	}
	c->labels[at] = target;
	c->label_cnt += at == c->label_cnt;
	return at + 1;
}

static void put_goto(struct translation *c, size_t target)
{
	if (is_return(c->builder, target))
		buf_printf(&c->body, "return %d;\n", c->builder->insns[target].imm);
	else
		buf_printf(&c->body, "goto out_%zu;\n", label_of(c, target));
}

static void put_jump(struct translation *c, size_t at)
{
	const struct bpf_insn *insn = &c->builder->insns[at];
	struct term term = c->regs[insn->dst_reg];
	size_t target = jump_target(c->builder, at);
	bool if_zero = BPF_OP(insn->code) == BPF_JEQ;

	c_begin_line(c);
	if (insn->code == (BPF_JMP | BPF_JA)) {
		put_goto(c, target);
		return;
	}
	if (term.kind != TERM_VARIABLE || insn->imm) {
		c_fail(c);
		return;
	}
	const char *name = c_variable(c, term)->name;
	if (opens_block(c, at)) {
		buf_printf(&c->body, "if (%s%s) {\n", if_zero ? "" : "!", name);
		c->blocks[c->block_cnt++] = target;
		return;
	}
	buf_printf(&c->body, "if (%s%s)\n\t", if_zero ? "!" : "", name);
	c_begin_line(c);
	put_goto(c, target);
}

static void put_place(struct translation *c, size_t at)
{
	while (c->block_cnt && c->blocks[c->block_cnt - 1] == at) {
		c->block_cnt--;
		c_begin_line(c);
		buf_puts(&c->body, "}\n");
	}
	for (size_t i = 0; i < c->label_cnt; i++) {
		if (c->labels[i] == at)
			buf_printf(&c->body, "out_%zu:\n", i + 1);
	}
}

static void follow(struct translation *c, size_t at)
{
	const struct bpf_insn *insn = &c->builder->insns[at];
	struct term *dst = &c->regs[insn->dst_reg];

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU64:
		if (BPF_OP(insn->code) == BPF_MOV)
			*dst = BPF_SRC(insn->code) == BPF_X ? c->regs[insn->src_reg]
							    : (struct term) {TERM_NUMBER, insn->imm, 0};
		else if (dst->kind == TERM_STACK)
			dst->number += insn->imm;
		else
			dst->add += insn->imm;
		break;
	case BPF_LDX:
		put_load(c, insn);
		break;
	case BPF_STX:
		c->slots[-insn->off / 8] = c->regs[insn->src_reg];
		break;
	case BPF_ST: /* zeros: the object is declared with them */
		break;
	case BPF_LD:
		*dst = wide_term(c, at);
		break;
	default:
		if (BPF_OP(insn->code) == BPF_CALL)
			put_call(c, at);
		else if (BPF_OP(insn->code) != BPF_EXIT)
			put_jump(c, at);
	}
}

/* Subprograms stand behind the program's last exit. */
static size_t program_end(const struct builder *builder)
{
	return builder->func_cnt > 1 ? builder->funcs[1].insn_off : builder->insn_cnt;
}

void c_follow(struct translation *c)
{
	const struct builder *builder = c->builder;

	buf_clear(&c->body);
	memset(c->slots, 0, sizeof(c->slots));
	memset(c->regs, 0, sizeof(c->regs));
	c->variable_cnt = c->block_cnt = c->label_cnt = 0;
	c->regs[BPF_REG_1].kind = TERM_CONTEXT;
	c->regs[BPF_REG_10].kind = TERM_STACK;
	for (size_t i = 0; i < program_end(builder) && !c->failed; i++) {
		put_place(c, i);
		if (is_return(builder, i)) {
			c_begin_line(c);
			buf_printf(&c->body, "return %d;\n", builder->insns[i].imm);
		} else {
			follow(c, i);
		}
		i += builder->insns[i].code == (BPF_LD | BPF_DW | BPF_IMM);
	}
}
