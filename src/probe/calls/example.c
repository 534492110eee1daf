/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/example.h"
#include "probe/calls/c_text.h"
#include "probe/calls/known.h"
#include "probe/calls/program.h"
#include "probe/calls/search.h"
#include "util/array.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

struct printer {
	const struct builder *builder;
	struct buf *out;
};

static const char *size_word(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return "u8";
	case BPF_H:
		return "u16";
	case BPF_W:
		return "u32";
	default:
		return "u64";
	}
}

static void print_call(const struct printer *printer, const struct bpf_insn *insn)
{
	const struct callee *callee = planner_callee_of(printer->builder->planner, insn);

	if (callee)
		buf_printf(printer->out, "call %s", callee->name);
	else
		buf_printf(printer->out, "call %s#%d", insn->src_reg ? "kernel function " : "helper ",
			insn->imm);
}

static void print_wide(const struct printer *printer, const struct bpf_insn *insn)
{
	static const char *const meanings[] = {
		[BPF_PSEUDO_MAP_FD] = "map",
		[BPF_PSEUDO_MAP_VALUE] = "map value",
		[BPF_PSEUDO_BTF_ID] = "variable",
		[BPF_PSEUDO_FUNC] = "function",
	};
	const struct objects *objects = &printer->builder->planner->objects;
	const char *meaning = insn->src_reg < ARRAY_SIZE(meanings) ? meanings[insn->src_reg] : NULL;
	const char *map = NULL;

	for (size_t i = 0; i < objects->map_cnt; i++) {
		if (objects->maps[i].fd == insn->imm)
			map = objects->maps[i].name;
	}
	buf_printf(printer->out, "r%u = %s", insn->dst_reg, meaning ? meaning : "number");
	if (map && insn->src_reg <= BPF_PSEUDO_MAP_VALUE)
		buf_printf(printer->out, " %s", map);
	else
		buf_printf(printer->out, " %d", insn->imm);
	if (insn->src_reg == BPF_PSEUDO_MAP_VALUE && insn[1].imm)
		buf_printf(printer->out, " + %d", insn[1].imm);
}

static void print_jump(const struct printer *printer, const struct bpf_insn *insn, size_t at)
{
	size_t to = (size_t)((long)at + 1 + insn->off);

	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		buf_puts(printer->out, "exit");
		break;
	case BPF_CALL:
		print_call(printer, insn);
		break;
	case BPF_JA:
		buf_printf(printer->out, "goto %zu", to);
		break;
	default:
		buf_printf(printer->out, "if r%u %s %d goto %zu", insn->dst_reg,
			BPF_OP(insn->code) == BPF_JEQ ? "==" : "!=", insn->imm, to);
	}
}

static void print_insn(const struct printer *printer, const struct bpf_insn *insn, size_t at)
{
	struct buf *out = printer->out;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU64:
		if (BPF_SRC(insn->code) == BPF_X)
			buf_printf(out, "r%u = r%u", insn->dst_reg, insn->src_reg);
		else
			buf_printf(out, "r%u %s %d", insn->dst_reg,
				BPF_OP(insn->code) == BPF_ADD ? "+=" : "=", insn->imm);
		break;
	case BPF_LDX:
		buf_printf(out, "r%u = *(%s *)(r%u %+d)", insn->dst_reg, size_word(insn->code),
			insn->src_reg, insn->off);
		break;
	case BPF_ST:
		buf_printf(out, "*(%s *)(r%u %+d) = %d", size_word(insn->code), insn->dst_reg,
			insn->off, insn->imm);
		break;
	case BPF_STX:
		buf_printf(out, "*(%s *)(r%u %+d) = r%u", size_word(insn->code), insn->dst_reg,
			insn->off, insn->src_reg);
		break;
	case BPF_LD:
		print_wide(printer, insn);
		break;
	default:
		print_jump(printer, insn, at);
	}
}

static void print_program(const struct builder *builder, struct buf *out)
{
	const struct printer printer = {builder, out};
	const char *owner = NULL;

	for (size_t i = 0; i < builder->insn_cnt; i++) {
		const struct bpf_insn *insn = &builder->insns[i];
		if (*builder->owners[i] && (!owner || strcmp(owner, builder->owners[i]) != 0))
			buf_printf(out, " * ; %s\n", builder->owners[i]);
		owner = builder->owners[i];
		buf_printf(out, " * %4zu: ", i);
		print_insn(&printer, insn, i);
		buf_puts(out, i == builder->call_at ? "    ; the call\n" : "\n");
		i += insn->code == (BPF_LD | BPF_DW | BPF_IMM);
	}
}

static void print_device(const struct probe_context *context, struct buf *out)
{
	char name[IF_NAMESIZE];

	/* A replacement has no device of its own. */
	if (context->bound.ifindex && if_indextoname(context->bound.ifindex, name))
		buf_printf(out, "\n * loaded with BPF_F_XDP_DEV_BOUND_ONLY for the network device %s", name);
}

static void print_found(struct planner *planner, const struct callee *callee,
	struct search_result *result, struct buf *out)
{
	struct builder *builder = malloc(sizeof(*builder));

	if (!builder) {
		planner->no_memory = true;
		return;
	}
	builder_init(builder, planner, &result->recipe, NULL);
	builder->replaying = true;
	program_build(builder, callee);
	buf_printf(out, "/*\n * %s in %s: %zu instructions, accepted by Linux %s.\n * recipe ", callee->name,
		planner->context->name, builder->insn_cnt, planner->kernel->identity.release);
	recipe_print(&result->recipe, out);
	if (builder->bound)
		print_device(planner->context, out);
	if (builder->target && builder->target->btf_id)
		buf_printf(out, "\n * target %s", builder->target->name);
	buf_puts(out, "\n */\n");
	if (!c_text_print(builder, out))
		buf_puts(out, "/* This program has no form in C here. */\n");
	buf_puts(out, "\n/*\n");
	print_program(builder, out);
	buf_puts(out, " */\n");
	builder_deinit(builder);
	free(builder);
}

static bool find(struct planner *planner, const struct callee *callee, struct search_result *result)
{
	struct known known = {.cnt = 0};

	if (!known_load(&known, callee->name, &planner->pool)) {
		planner->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < known.cnt; i++) {
		if (search_replay(planner, callee, known.list[i].recipe, false, result))
			return true;
	}
	search_call(planner, callee, false, result);
	return result->end == SEARCH_FOUND;
}

static void print_failure(const struct planner *planner, const struct callee *callee,
	const struct search_result *result, struct buf *out)
{
	const char *line = result->line ? result->line : result->last;

	buf_printf(out, "%s in %s: no program was found in %u load%s\n", callee->name,
		planner->context->name, result->load_cnt, result->load_cnt == 1 ? "" : "s");
	if (result->words.line)
		buf_printf(out, "the verifier: %s\n", result->words.line);
	else if (line)
		buf_printf(out, "the verifier, about the last one: %s\n", line);
	if (line && strstr(line, SEARCH_NEEDS_DEVICE) && !planner->context->bound_loads)
		buf_puts(out, "no network device here takes a bound program: add one, for example a pair of veth\n");
	if (result->missing)
		buf_printf(out, "no way was found to come by %s\n", result->missing);
}

struct error *calls_example(
	struct kit *kit, const struct calls_job *job, struct buf *out, bool *found)
{
	struct planner planner;
	struct search_result result = {.load_cnt = 0};
	struct error *error = planner_create(&planner, kit, job, &program_ways);

	*found = false;
	if (!error) {
		const struct callee *callee = planner_asked(&planner, job->calls[0].name,
			job->calls[0].kind, job->calls[0].insn.off);
		planner_enter(&planner, 0);
		*found = find(&planner, callee, &result);
		if (*found)
			print_found(&planner, callee, &result, out);
		else
			print_failure(&planner, callee, &result, out);
		error = planner.no_memory ? error_no_memory() : NULL;
	}
	planner_destroy(&planner);
	return error;
}
