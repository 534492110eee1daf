/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"

#include <stdlib.h>
#include <string.h>

#define PASS_MAX 64 /* a kernel needs a few */

struct code_reach {
	const struct code_map *map;
	const struct kernel_symbol *function;
	uint64_t goal;
	uint64_t *addresses; /* of the function's instructions, sorted */
	bool *leads;         /* by instruction */
	size_t cnt, cap;
};

static bool reach_add(struct code_reach *reach, uint64_t address)
{
	if (reach->cnt == reach->cap) {
		size_t cap = reach->cap ? reach->cap * 2 : 4096;
		uint64_t *grown = realloc(reach->addresses, cap * sizeof(*grown));
		if (!grown)
			return false;
		reach->addresses = grown;
		reach->cap = cap;
	}
	reach->addresses[reach->cnt++] = address;
	return true;
}

/* Reads the bytes front to back. What lies behind data among them may be missing. */
static bool reach_add_part(
	struct code_reach *reach, struct code_reader *reader, const struct kernel_symbol *part)
{
	uint64_t at = part->address, end = code_map_end(reach->map, part);

	while (reach->cnt < CODE_REACH_INSN_MAX && at < end) {
		const struct code_insn *insn = code_read(reader, at);
		if (insn && !reach_add(reach, at))
			return false;
		at += insn ? insn->size_bytes : reader->machine->insn_align;
	}
	return true;
}

static struct error *reach_add_parts(struct code_reach *reach, struct code_reader *reader)
{
	const struct code_map *map = reach->map;

	for (size_t i = 0; i < map->function_cnt; i++) {
		const struct kernel_symbol *part = &map->symbols->list[map->functions[i]];
		if (code_map_inside(map, reach->function, part->address) &&
			code_map_function(map, part->address) == part &&
			!reach_add_part(reach, reader, part))
			return error_no_memory();
	}
	reach->leads = calloc(reach->cnt + 1, sizeof(*reach->leads));
	return reach->leads ? NULL : error_no_memory();
}

bool code_reach_leads(const struct code_reach *reach, uint64_t address)
{
	size_t low = 0, high = reach->cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (reach->addresses[middle] == address)
			return reach->leads[middle];
		if (reach->addresses[middle] < address)
			low = middle + 1;
		else
			high = middle;
	}
	return code_map_inside(reach->map, reach->function, address);
}

static bool insn_leads(const struct code_reach *reach, const struct code_insn *insn)
{
	if (insn->address == reach->goal)
		return true;
	for (unsigned int i = 0; i < insn->op_cnt; i++) {
		const struct code_op *op = &insn->ops[i];
		switch (op->kind) {
		case CODE_BRANCH:
		case CODE_BRANCH_ON:
			if (code_reach_leads(reach, op->target))
				return true;
			if (op->kind == CODE_BRANCH && op->cond == COND_ALWAYS)
				return false;
			break;
		case CODE_JUMP_VALUE:
			return true;
		case CODE_CALL:
		case CODE_RETURN:
		case CODE_TRAP:
			return false;
		default:
			break;
		}
	}
	return code_reach_leads(reach, insn->address + insn->size_bytes);
}

/* One pass against the order of the code. Each pass more follows one more jump back. */
static bool reach_mark(struct code_reach *reach, struct code_reader *reader)
{
	bool changed = false;

	for (size_t i = reach->cnt; i-- > 0;) {
		const struct code_insn *insn =
			reach->leads[i] ? NULL : code_read(reader, reach->addresses[i]);
		if (insn && insn_leads(reach, insn))
			changed = reach->leads[i] = true;
	}
	return changed;
}

/* After too many passes, nothing is known: every instruction may lead there. */
static void reach_mark_all(struct code_reach *reach, struct code_reader *reader)
{
	for (unsigned int i = 0; i < PASS_MAX; i++) {
		if (!reach_mark(reach, reader))
			return;
	}
	memset(reach->leads, true, reach->cnt);
}

struct error *code_reach_create(struct code_reader *reader, const struct code_map *map,
	const struct kernel_symbol *function, uint64_t goal, struct code_reach **ret)
{
	struct code_reach *reach = calloc(1, sizeof(*reach));

	if (!reach)
		return error_no_memory();
	reach->map = map;
	reach->function = function;
	reach->goal = goal;
	struct error *error = reach_add_parts(reach, reader);
	if (error) {
		code_reach_destroy(reach);
		return error;
	}
	reach_mark_all(reach, reader);
	*ret = reach;
	return NULL;
}

void code_reach_destroy(struct code_reach *reach)
{
	if (!reach)
		return;
	free(reach->addresses);
	free(reach->leads);
	free(reach);
}
