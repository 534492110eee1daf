/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"
#include "code/code.h"
#include "code/value.h"
#include "util/array.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct pending {
	uint64_t address;
	unsigned int op; /* index of the operation to continue with */
	struct code_state state;
};

struct walk {
	struct code_reader *reader;
	const struct code_visitor *visitor;
	struct pending *pending;
	size_t pending_cnt, pending_cap;
	size_t seen_cnt, step_cnt;
	enum code_end end;
	bool no_memory;
	bool over;              /* the whole walk */
	bool path_over, jumped; /* this path; this instruction */
	uint64_t address;       /* the next instruction of this path */
	unsigned int op;        /* index of the current operation */
	struct code_state state;
};

/* Clears padding too, because seen_before() hashes all bytes of the flags. */
static void forget_flags(struct code_flags *flags)
{
	memset(flags, 0, sizeof(*flags));
	flags->alu = ALU_UNKNOWN;
	flags->reg = CODE_NO_REGISTER;
}

void code_state_init(
	const struct code_reader *reader, uint64_t address, struct code_state *state)
{
	memset(state, 0, sizeof(*state));
	for (size_t i = 0; i < CODE_FLAGS_MAX; i++)
		forget_flags(&state->flags[i]);
	state->regs[reader->abi->stack] = (struct code_value) {.kind = VALUE_STACK};
	if (reader->abi->global != CODE_NO_REGISTER)
		state->regs[reader->abi->global] = reader->global;
	if (reader->abi->entry != CODE_NO_REGISTER && address)
		state->regs[reader->abi->entry] = code_number(address);
}

static void end_walk(struct walk *walk, enum code_end end)
{
	walk->over = walk->path_over = true;
	walk->end = end;
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const char *bytes = data;
	uint64_t word;

	for (size_t at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash;
}

static uint64_t state_hash(
	uint64_t address, const struct code_state *state, const struct code_machine *machine)
{
	size_t used =
		offsetof(struct code_state, slots) + state->slot_cnt * sizeof(state->slots[0]);
	uint64_t hash = hash_bytes(address * 0x9e3779b97f4a7c15u, state, used);

	hash = hash_bytes(hash, state->flags, machine->flags_cnt * sizeof(state->flags[0]));
	return hash ? hash : 1;
}

/* Stores a place and its values. True if this walk was there before. */
static bool seen_before(struct walk *walk, uint64_t address, const struct code_state *state)
{
	struct code_reader *reader = walk->reader;
	uint64_t hash = state_hash(address ^ reader->walk_no << 48, state, reader->machine);
	size_t at = hash & (CODE_SEEN_CAP - 1);

	while (reader->seen[at] && reader->seen[at] != hash)
		at = (at + 1) & (CODE_SEEN_CAP - 1);
	if (reader->seen[at])
		return true;
	reader->seen[at] = hash;
	reader->seen_cnt++;
	if (++walk->seen_cnt > CODE_SEEN_MAX)
		end_walk(walk, CODE_END_LIMIT);
	return false;
}

/* Most walks add few places. Emptying the table for each walk would cost more than the walk. */
static void begin_seen(struct code_reader *reader)
{
	reader->walk_no++;
	if (reader->seen_cnt + CODE_SEEN_MAX < CODE_SEEN_CAP / 2 && reader->walk_no % 65536)
		return;
	memset(reader->seen, 0, CODE_SEEN_CAP * sizeof(*reader->seen));
	reader->seen_cnt = 0;
}

static void add_pending(
	struct walk *walk, uint64_t address, unsigned int op, const struct code_state *state)
{
	if (walk->pending_cnt == CODE_PENDING_MAX) {
		end_walk(walk, CODE_END_LIMIT);
		return;
	}
	if (walk->pending_cnt == walk->pending_cap) {
		size_t cap = walk->pending_cap ? walk->pending_cap * 2 : 16;
		struct pending *grown = realloc(walk->pending, cap * sizeof(*grown));
		if (!grown) {
			walk->no_memory = true;
			end_walk(walk, CODE_END_LIMIT);
			return;
		}
		walk->pending = grown;
		walk->pending_cap = cap;
	}
	walk->pending[walk->pending_cnt].address = address;
	walk->pending[walk->pending_cnt].op = op;
	walk->pending[walk->pending_cnt++].state = *state;
}

static void set_register(
	struct code_state *state, unsigned int reg, unsigned int width, struct code_value value)
{
	if (reg >= CODE_REGISTER_CNT)
		return;
	if (width < 4) {
		/* The rest of the register is unchanged. */
		const struct code_value *old = &state->regs[reg];
		if (old->kind != VALUE_NUMBER || value.kind != VALUE_NUMBER)
			value = (struct code_value) {0};
		else
			value.number = (old->number & ~value_mask(width)) |
				(value.number & value_mask(width));
	}
	state->regs[reg] = value;
	for (size_t i = 0; i < CODE_FLAGS_MAX; i++) {
		if (state->flags[i].reg == reg)
			state->flags[i].reg = CODE_NO_REGISTER;
	}
}

static void forget_slots(struct code_state *state, int64_t from, int64_t to)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->slot_cnt; i++) {
		const struct code_slot *slot = &state->slots[i];
		if (slot->offset >= to || slot->offset + (int64_t)slot->size_bytes <= from)
			state->slots[kept++] = *slot;
	}
	memset(&state->slots[kept], 0, (CODE_SLOT_MAX - kept) * sizeof(state->slots[0]));
	state->slot_cnt = kept;
}

static void write_slot(
	struct code_state *state, int64_t offset, unsigned int size, struct code_value value)
{
	forget_slots(state, offset, offset + size);
	if (value.kind == VALUE_UNKNOWN || state->slot_cnt == CODE_SLOT_MAX)
		return;
	state->slots[state->slot_cnt++] =
		(struct code_slot) {.offset = offset, .size_bytes = size, .value = value};
}

static const struct code_slot *find_slot(
	const struct code_state *state, int64_t offset, size_t size)
{
	for (size_t i = 0; i < state->slot_cnt; i++) {
		const struct code_slot *slot = &state->slots[i];
		if (offset >= slot->offset && size <= slot->size_bytes &&
			offset - slot->offset <= (int64_t)(slot->size_bytes - size))
			return slot;
	}
	return NULL;
}

static struct code_value read_slot(const struct code_state *state, int64_t offset, size_t size)
{
	const struct code_slot *slot = find_slot(state, offset, size);

	if (!slot)
		return (struct code_value) {0};
	struct code_value value = slot->value;
	if (value.kind == VALUE_NUMBER)
		value.number = value.number >> (offset - slot->offset) * 8 &
			value_mask((unsigned int)size);
	else if (size != slot->size_bytes)
		value = (struct code_value) {0};
	return value;
}

bool code_stack_read(const struct code_state *state, int64_t offset, size_t size, uint64_t *ret)
{
	struct code_value value = read_slot(state, offset, size);

	if (value.kind == VALUE_NUMBER)
		*ret = value.number;
	return value.kind == VALUE_NUMBER;
}

static struct code_value index_value(
	const struct code_state *state, const struct code_memory *memory)
{
	const struct code_operand operand = {
		.reg = memory->index,
		.extend_bytes = memory->index_extend_bytes,
		.sign = memory->index_sign,
		.shift = memory->index_shift,
	};

	if (memory->index == CODE_NO_REGISTER)
		return code_number(0);
	return value_operand(state, &operand, 8);
}

static struct code_value walk_address_of(struct walk *walk, const struct code_memory *memory)
{
	const struct code_state *state = &walk->state;
	struct code_value base =
		memory->base == CODE_NO_REGISTER ? code_number(0) : state->regs[memory->base];
	struct code_value index = index_value(state, memory);

	if (memory->opaque)
		return (struct code_value) {0};
	if (base.kind == VALUE_UNKNOWN && index.kind == VALUE_NUMBER &&
		memory->index != CODE_NO_REGISTER && walk->visitor->indexed)
		walk->visitor->indexed(walk->visitor->context, index.number >> memory->index_shift,
			memory->index_shift);
	base = value_alu(ALU_ADD, base, index, 8);
	return value_alu(ALU_ADD, base, code_number((uint64_t)memory->offset), 8);
}

/* Data that the kernel writes has no constant value, except in these sections: */
static const char *const constant_sections[] = {".rodata", ".init", ".data..ro", ".got", ".toc"};

static bool is_constant(const struct image_segment *segment)
{
	size_t cnt = ARRAY_SIZE(constant_sections);

	if (!segment->writable || !segment->name[0])
		return true;
	for (size_t i = 0; i < cnt; i++) {
		if (!strncmp(segment->name, constant_sections[i], strlen(constant_sections[i])))
			return true;
	}
	return false;
}

static bool walk_visit_load(struct walk *walk, uint32_t object, uint64_t offset, unsigned int size,
	struct code_value *ret)
{
	const struct code_visitor *visitor = walk->visitor;

	return visitor->load && visitor->load(visitor->context, object, offset, size, ret);
}

static struct code_value walk_load(struct walk *walk, const struct code_memory *memory)
{
	struct code_value address = walk_address_of(walk, memory), value = {0};
	uint64_t number;

	if (address.kind == VALUE_STACK)
		return read_slot(&walk->state, (int64_t)address.number, memory->size_bytes);
	if (address.kind == VALUE_OBJECT) {
		walk_visit_load(walk, address.object, address.number, memory->size_bytes, &value);
		return value;
	}
	if (address.kind == VALUE_NUMBER) {
		const struct image_segment *segment =
			image_segment_at(walk->reader->image, address.number);
		if (segment && is_constant(segment) &&
			image_read(
				walk->reader->image, address.number, memory->size_bytes, &number))
			return code_number(number);
		return value;
	}
	if (memory->base != CODE_NO_REGISTER && memory->index == CODE_NO_REGISTER &&
		!memory->opaque)
		walk_visit_load(walk, CODE_OBJECT_ANY, (uint64_t)memory->offset, memory->size_bytes,
			&value);
	return value;
}

static void do_load(struct walk *walk, const struct code_op *op)
{
	struct code_value value = walk_load(walk, &op->memory);

	if (value.kind == VALUE_NUMBER)
		value.number = value_extend(value.number, op->memory.size_bytes, op->sign) &
			value_mask(op->width_bytes);
	else if (op->memory.size_bytes < 8)
		value = (struct code_value) {0};
	set_register(&walk->state, op->dst, op->width_bytes, value);
}

static void do_store(struct walk *walk, const struct code_op *op)
{
	struct code_value address = walk_address_of(walk, &op->memory);
	struct code_value value = value_operand(&walk->state, &op->a, op->memory.size_bytes);

	if (address.kind == VALUE_STACK)
		write_slot(&walk->state, (int64_t)address.number, op->memory.size_bytes, value);
}

static void do_alu(struct walk *walk, const struct code_op *op)
{
	struct code_state *state = &walk->state;
	struct code_value a = value_operand(state, &op->a, op->width_bytes);
	struct code_value b = value_operand(state, &op->b, op->width_bytes);
	const struct code_visitor *visitor = walk->visitor;

	/* Code may compute an address before the access to it. */
	if (op->alu == ALU_ADD && op->b.shift && b.kind == VALUE_NUMBER &&
		a.kind == VALUE_UNKNOWN && visitor->indexed)
		visitor->indexed(visitor->context, b.number >> op->b.shift, op->b.shift);
	set_register(state, op->dst, op->width_bytes,
		value_alu((enum code_alu)op->alu, a, b, op->width_bytes));
}

static struct code_flags walk_compare(const struct code_state *state, const struct code_op *op)
{
	struct code_flags flags;

	forget_flags(&flags);
	flags.alu = op->alu;
	flags.unsigned_order = op->unsigned_order;
	flags.width_bytes = op->width_bytes;
	flags.a = value_operand(state, &op->a, op->width_bytes);
	flags.b = value_operand(state, &op->b, op->width_bytes);
	if (flags.a.kind == VALUE_UNKNOWN && op->width_bytes >= 4 && op->a.reg < CODE_TEMP &&
		!op->a.extend_bytes && !op->a.shift)
		flags.reg = op->a.reg;
	return flags;
}

static void do_compare(struct walk *walk, const struct code_op *op)
{
	struct code_flags *flags = &walk->state.flags[op->flags];
	enum tristate met = value_condition((enum code_condition)op->cond, flags);

	if (met == TRISTATE_YES) {
		*flags = walk_compare(&walk->state, op);
		return;
	}
	forget_flags(flags);
	if (met == TRISTATE_NO) {
		flags->literal = true;
		flags->a = code_number(op->else_flags);
	}
}

/* Queues a path with the other choice, from the next operation on. */
static void fork_select(struct walk *walk, const struct code_op *op, struct code_value other)
{
	struct code_state state = walk->state;

	set_register(&state, op->dst, op->width_bytes, other);
	add_pending(walk, walk->address, walk->op + 1, &state);
}

static void do_select(struct walk *walk, const struct code_op *op)
{
	struct code_state *state = &walk->state;
	struct code_value a = value_operand(state, &op->a, op->width_bytes);
	struct code_value b = value_operand(state, &op->b, op->width_bytes);
	enum tristate met =
		value_condition((enum code_condition)op->cond, &state->flags[op->flags]);
	bool same = !memcmp(&a, &b, sizeof(a));

	if (met == TRISTATE_UNKNOWN && !same) {
		if (walk->visitor->fork_selects && a.kind != VALUE_UNKNOWN &&
			b.kind != VALUE_UNKNOWN)
			fork_select(walk, op, b);
		else
			a = (struct code_value) {0};
	}
	set_register(state, op->dst, op->width_bytes, met == TRISTATE_NO ? b : a);
}

/* If an unknown register equals a number on this path, it has that value. */
static void refine(struct code_state *state, const struct code_flags *flags, bool equal)
{
	struct code_value value = flags->b;

	if (!equal || flags->reg == CODE_NO_REGISTER || flags->reg >= CODE_REGISTER_CNT)
		return;
	if (flags->alu == ALU_AND && !memcmp(&flags->a, &flags->b, sizeof(value)) &&
		flags->b.kind == VALUE_UNKNOWN)
		value = code_number(0); /* "test r, r" */
	else if (flags->alu != ALU_SUB)
		return;
	/* A 32-bit comparison does not cover the upper half. Code that follows reads only 32 bits
	 * too. */
	if (value.kind == VALUE_NUMBER)
		state->regs[flags->reg] = value;
}

static bool is_inside(const struct walk *walk, uint64_t address)
{
	const struct code_visitor *visitor = walk->visitor;

	return !visitor->inside || visitor->inside(visitor->context, address);
}

/* A call may write through a stack pointer that it gets, so those slots become unknown. */
static void forget_passed(struct code_state *state, const struct code_abi *abi)
{
	for (size_t i = 0; i < sizeof(abi->args); i++) {
		const struct code_value *arg = &state->regs[abi->args[i]];
		if (arg->kind == VALUE_STACK)
			forget_slots(state, (int64_t)arg->number, INT64_MAX);
	}
}

static void after_call(struct walk *walk, bool result_set)
{
	const struct code_abi *abi = walk->reader->abi;
	struct code_state *state = &walk->state;
	struct code_value result = state->regs[abi->result];

	if (!result_set)
		forget_passed(state, abi);
	for (unsigned int i = 0; i < CODE_REGISTER_CNT; i++) {
		if (abi->clobbered >> i & 1)
			set_register(state, i, 8, (struct code_value) {0});
	}
	if (result_set)
		state->regs[abi->result] = result;
	for (size_t i = 0; i < CODE_FLAGS_MAX; i++)
		forget_flags(&state->flags[i]);
}

static void do_return(struct walk *walk)
{
	const struct code_visitor *visitor = walk->visitor;

	walk->path_over = true;
	if (visitor->returned)
		visitor->returned(visitor->context, &walk->state);
}

static void do_call(struct walk *walk, uint64_t target, bool tail)
{
	const struct code_visitor *visitor = walk->visitor;
	const struct code_machine *machine = walk->reader->machine;
	enum code_next next = CODE_GO_ON;

	if (machine->entry)
		target = machine->entry(walk->reader->image, target);
	if (visitor->call)
		next = visitor->call(visitor->context, &walk->state, walk->address, target, tail);
	switch (next) {
	case CODE_END_WALK:
		end_walk(walk, CODE_END_VISITOR);
		return;
	case CODE_END_PATH:
		walk->path_over = true;
		return;
	case CODE_IGNORE:
		break;
	case CODE_IS_RETURN:
		tail = true;
		break;
	case CODE_GO_ON:
	case CODE_GO_ON_SET:
		after_call(walk, next == CODE_GO_ON_SET);
		break;
	}
	if (tail)
		do_return(walk);
}

/* Jumps to `target`, which may be another function. */
static void go_to(struct walk *walk, uint64_t target)
{
	if (is_inside(walk, target)) {
		walk->address = target;
		walk->jumped = true;
		if (seen_before(walk, target, &walk->state))
			walk->path_over = true;
	} else {
		do_call(walk, target, true);
	}
}

/* Queues the other side of a branch, unless it leaves the function. */
static void fork_to(struct walk *walk, uint64_t target, const struct code_flags *flags, bool equal)
{
	struct code_state kept = walk->state;
	bool path_over = walk->path_over;

	refine(&walk->state, flags, equal);
	if (!is_inside(walk, target)) {
		do_call(walk, target, true);
		if (!walk->over)
			walk->path_over = path_over;
	} else if (!seen_before(walk, target, &walk->state)) {
		add_pending(walk, target, 0, &walk->state);
	}
	walk->state = kept;
}

static void do_branch(struct walk *walk, const struct code_op *op, struct code_flags flags)
{
	enum tristate met = value_condition((enum code_condition)op->cond, &flags);
	bool jump_equal = op->cond == COND_EQ, stay_equal = op->cond == COND_NE;

	if (met == TRISTATE_YES) {
		go_to(walk, op->target);
		return;
	}
	if (met == TRISTATE_NO)
		return;
	fork_to(walk, op->target, &flags, jump_equal);
	if (!walk->over)
		refine(&walk->state, &flags, stay_equal);
}

static void do_jump_value(struct walk *walk, const struct code_op *op)
{
	struct code_value target = value_operand(&walk->state, &op->a, 8);

	if (target.kind == VALUE_NUMBER)
		go_to(walk, target.number);
	else
		do_call(walk, 0, true);
}

static void do_call_op(struct walk *walk, const struct code_op *op)
{
	struct code_value target = value_operand(&walk->state, &op->a, 8);

	do_call(walk, !op->target && target.kind == VALUE_NUMBER ? target.number : op->target,
		false);
}

static void do_forget(struct walk *walk, const struct code_op *op)
{
	if (op->dst == CODE_NO_REGISTER)
		forget_flags(&walk->state.flags[op->flags]);
	else
		set_register(&walk->state, op->dst, 8, (struct code_value) {0});
}

static void do_op(struct walk *walk, const struct code_op *op)
{
	switch ((enum code_op_kind)op->kind) {
	case CODE_ALU:
		do_alu(walk, op);
		break;
	case CODE_LOAD:
		do_load(walk, op);
		break;
	case CODE_STORE:
		do_store(walk, op);
		break;
	case CODE_COMPARE:
		do_compare(walk, op);
		break;
	case CODE_SELECT:
		do_select(walk, op);
		break;
	case CODE_BRANCH:
		do_branch(walk, op, walk->state.flags[op->flags]);
		break;
	case CODE_BRANCH_ON:
		do_branch(walk, op, walk_compare(&walk->state, op));
		break;
	case CODE_JUMP_VALUE:
		do_jump_value(walk, op);
		break;
	case CODE_CALL:
		do_call_op(walk, op);
		break;
	case CODE_RETURN:
		do_return(walk);
		break;
	case CODE_TRAP:
		walk->path_over = true;
		break;
	case CODE_FORGET:
		do_forget(walk, op);
		break;
	case CODE_FORGET_STACK:
		forget_slots(&walk->state, INT64_MIN, INT64_MAX);
		break;
	}
}

static void walk_visit_step(struct walk *walk, const struct code_insn *insn)
{
	const struct code_visitor *visitor = walk->visitor;

	if (!visitor->step || walk->op)
		return;
	enum code_next what = visitor->step(visitor->context, &walk->state, insn);
	if (what == CODE_END_WALK)
		end_walk(walk, CODE_END_VISITOR);
	if (what == CODE_END_PATH)
		walk->path_over = true;
}

static void do_insn(struct walk *walk, const struct code_insn *insn)
{
	walk_visit_step(walk, insn);
	walk->jumped = false;
	for (; walk->op < insn->op_cnt && !walk->path_over && !walk->jumped; walk->op++)
		do_op(walk, &insn->ops[walk->op]);
	walk->op = 0;
	if (!walk->jumped)
		walk->address = insn->address + insn->size_bytes;
}

static void follow_path(struct walk *walk)
{
	walk->path_over = false;
	while (!walk->path_over) {
		const struct code_insn *insn = code_read(walk->reader, walk->address);
		if (!insn) {
			walk->end = CODE_END_LOST;
			return;
		}
		if (++walk->step_cnt > CODE_STEP_MAX || !walk->reader->steps_left) {
			end_walk(walk, CODE_END_LIMIT);
			return;
		}
		walk->reader->steps_left--;
		do_insn(walk, insn);
	}
}

struct error *code_walk(struct code_reader *reader, uint64_t address,
	const struct code_state *state, const struct code_visitor *visitor, enum code_end *ret)
{
	struct walk walk = {.reader = reader, .visitor = visitor, .address = address};

	begin_seen(reader);
	walk.state = *state;
	follow_path(&walk);
	while (!walk.over && walk.pending_cnt) {
		const struct pending *last = &walk.pending[--walk.pending_cnt];
		walk.address = last->address;
		walk.op = last->op;
		walk.state = last->state;
		follow_path(&walk);
	}
	free(walk.pending);
	*ret = walk.end;
	return walk.no_memory ? error_no_memory() : NULL;
}
