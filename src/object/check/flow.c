/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/flow.h"
#include "object/check/value.h"
#include "kernel/context.h"

#include <stdlib.h>
#include <string.h>

#define REGISTERS 11
#define SLOTS 64 /* of 8 bytes: MAX_BPF_STACK */
#define ARGUMENTS 5
/* A state is 2 KB. The largest programs of the corpus have some thousand. */
#define STATE_MAX 20000u
#define STEP_MAX 4000000u

struct state {
	struct value registers[REGISTERS];
	struct value slots[SLOTS]; /* slot i holds the bytes from -8 * (i + 1) */
};

/* A state stands where control flow can come together: at a jump's target, and at the start of a
 * function. */
struct stand {
	struct state state;
	uint32_t section, insn;
	uint32_t function; /* number of the object's function */
	bool queued;
};

struct call_site {
	uint32_t stand, callee;
};

struct flow {
	const struct world *world;
	const struct flow_case *how;
	struct flow_result *result;
	uint32_t **
		stand_at; /* [section][insn]: stand + 1; UINT32_MAX: a target without a state yet */
	struct stand **stands;
	uint32_t stand_cnt;
	uint32_t *queue;
	uint32_t queue_cnt;
	struct value *returned; /* [function_cnt] */
	struct call_site *sites;
	size_t site_cnt, site_cap;
	struct pool pool;
	uint64_t steps;
	bool no_memory, gave_up;
};

#define TARGET UINT32_MAX

static const struct object_section *section_of(const struct flow *flow, uint32_t section)
{
	return &flow->world->object->sections[section];
}

static bool is_jump(const struct object_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

/* Where a jump goes; -1: outside. A long jump has its distance in the immediate. */
static int64_t jump_target(const struct object_insn *insn, uint32_t at, uint32_t cnt)
{
	bool is_long = insn->code == (BPF_JMP32 | BPF_JA);
	int64_t to = (int64_t)at + 1 + (is_long ? insn->imm : insn->off);

	return to >= 0 && to < cnt ? to : -1;
}

static bool mark_targets(struct flow *flow, uint32_t section)
{
	const struct object_insn *insns = flow->world->insns[section];
	uint32_t cnt = section_of(flow, section)->insn_cnt;

	flow->stand_at[section] = pool_calloc(&flow->pool, cnt, sizeof(**flow->stand_at));
	flow->result->reached[section] = pool_calloc(&flow->result->pool, cnt, 1);
	if (!flow->stand_at[section] || !flow->result->reached[section])
		return false;
	for (uint32_t i = 0; i < cnt; i++) {
		int64_t to = is_jump(&insns[i]) ? jump_target(&insns[i], i, cnt) : -1;
		if (to >= 0)
			flow->stand_at[section][to] = TARGET;
	}
	return true;
}

static bool flow_begin(struct flow *flow)
{
	const struct object *object = flow->world->object;

	flow->result->reached = pool_calloc(
		&flow->result->pool, object->section_cnt, sizeof(*flow->result->reached));
	flow->stand_at = pool_calloc(&flow->pool, object->section_cnt, sizeof(*flow->stand_at));
	flow->stands = pool_calloc(&flow->pool, STATE_MAX, sizeof(*flow->stands));
	flow->queue = pool_calloc(&flow->pool, STATE_MAX, sizeof(*flow->queue));
	flow->returned = pool_calloc(&flow->pool, object->function_cnt, sizeof(*flow->returned));
	if (!flow->result->reached || !flow->stand_at || !flow->stands || !flow->queue ||
		!flow->returned)
		return false;
	for (uint32_t i = 0; i < object->section_cnt; i++) {
		if (object->sections[i].insns && !mark_targets(flow, i))
			return false;
	}
	for (uint32_t i = 0; i < object->function_cnt; i++)
		flow->stand_at[object->functions[i].section][object->functions[i].first] = TARGET;
	return true;
}

static void enqueue(struct flow *flow, uint32_t stand)
{
	if (flow->stands[stand]->queued)
		return;
	flow->stands[stand]->queued = true;
	flow->queue[flow->queue_cnt++] = stand;
}

static bool join_states(struct state *into, const struct state *from)
{
	bool changed = false;

	for (int i = 0; i < REGISTERS; i++)
		changed |= value_join(&into->registers[i], from->registers[i]);
	for (int i = 0; i < SLOTS; i++)
		changed |= value_join(&into->slots[i], from->slots[i]);
	return changed;
}

static void add_stand(struct flow *flow, uint32_t section, uint32_t insn, uint32_t function,
	const struct state *state)
{
	struct stand *stand;

	if (flow->stand_cnt == STATE_MAX) {
		flow->gave_up = true;
		return;
	}
	stand = pool_alloc(&flow->pool, sizeof(*stand));
	if (!stand) {
		flow->no_memory = true;
		return;
	}
	*stand = (struct stand) {
		.state = *state, .section = section, .insn = insn, .function = function};
	flow->stands[flow->stand_cnt] = stand;
	flow->stand_at[section][insn] = flow->stand_cnt + 1;
	enqueue(flow, flow->stand_cnt++);
}

/* Control flow reaches a place with this state. The place is a target. */
static void arrive(struct flow *flow, uint32_t section, uint32_t insn, uint32_t function,
	const struct state *state)
{
	uint32_t stand = flow->stand_at[section][insn];

	if (!stand || stand == TARGET)
		add_stand(flow, section, insn, function, state);
	else if (join_states(&flow->stands[stand - 1]->state, state))
		enqueue(flow, stand - 1);
}

static struct state fresh_state(void)
{
	struct state state;

	for (int i = 0; i < REGISTERS; i++)
		state.registers[i] = (struct value) {.kind = VALUE_ANY};
	for (int i = 0; i < SLOTS; i++)
		state.slots[i] = (struct value) {.kind = VALUE_ANY};
	state.registers[10] = (struct value) {.kind = VALUE_STACK};
	return state;
}

/* A stack belongs to one function: its addresses are only addresses in another one. */
static void enter(
	struct flow *flow, const struct object_function *function, const struct state *from)
{
	uint32_t number = (uint32_t)(function - flow->world->object->functions);
	struct state state = fresh_state();

	for (int i = 1; from && i <= ARGUMENTS; i++) {
		struct value argument = from->registers[i];
		if (argument.kind == VALUE_STACK)
			argument = (struct value) {.kind = VALUE_NONZERO};
		if (argument.kind == VALUE_ANY_STACK)
			argument = (struct value) {.kind = VALUE_ANY};
		state.registers[i] = argument;
	}
	arrive(flow, function->section, function->first, number, &state);
}

static void enter_program(struct flow *flow, const struct object_function *function)
{
	struct state state = fresh_state();

	state.registers[1] = (struct value) {.kind = VALUE_CONTEXT};
	arrive(flow, function->section, function->first,
		(uint32_t)(function - flow->world->object->functions), &state);
}

static const struct object_function *function_starting_at(
	const struct flow *flow, uint32_t section, int64_t insn)
{
	const struct object_function *function = insn < 0 || insn > UINT32_MAX
		? NULL
		: object_function_at(flow->world->object, section, (uint32_t)insn);

	return function && function->first == insn ? function : NULL;
}

/* Bytes in the object's order. */
static struct value value_of_bytes(
	const struct flow *flow, const unsigned char *data, uint32_t bytes, bool extend)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < bytes; i++)
		value |= (uint64_t)data[flow->world->object->big_endian ? bytes - 1 - i : i]
			<< (8 * i);
	if (extend && bytes < 8)
		return value_const((int64_t)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes));
	return value_const((int64_t)value);
}

/* The bytes that the profile states; NULL: it does not. */
static const unsigned char *stated_bytes(
	const struct world *world, uint32_t section, uint64_t at, uint32_t bytes)
{
	for (size_t i = world->setting_cnt; i-- > 0;) {
		const struct loader_setting *setting = &world->settings[i];
		if (setting->word == LOADER_RODATA && setting->section == section &&
			at >= setting->start && at - setting->start < setting->size_bytes &&
			setting->size_bytes - (at - setting->start) >= bytes)
			return setting->bytes + (at - setting->start);
	}
	return NULL;
}

static bool is_read_only(const struct object_section *section)
{
	return section->data && !strncmp(section->name, ".rodata", strlen(".rodata"));
}

static struct value load_data(
	struct flow *flow, struct value from, int64_t off, uint32_t bytes, bool extend)
{
	const struct value any = {.kind = VALUE_ANY};
	const struct object_section *section = section_of(flow, from.section);
	int64_t at = (int64_t)((uint64_t)from.number + (uint64_t)off);
	struct flow_variable variable = {.section = from.section};

	if (!is_read_only(section) || at < 0 || (uint64_t)at > section->size_bytes ||
		section->size_bytes - (uint64_t)at < bytes)
		return any;
	const unsigned char *stated = stated_bytes(flow->world, from.section, (uint64_t)at, bytes);
	if (!stated && flow->world->as_built)
		stated = section->data + at;
	if (stated)
		return value_of_bytes(flow, stated, bytes, extend);
	const struct object_variable *named =
		object_variable_at(flow->world->object, from.section, (uint64_t)at);
	variable.name = named ? named->name : NULL;
	variable.start = named ? named->start : (uint32_t)at;
	variable.size_bytes = named ? named->size_bytes : bytes;
	flow_note_variable(flow->result, &variable);
	if (flow->how->assumption == FLOW_AS_BUILT)
		return value_of_bytes(flow, section->data + at, bytes, extend);
	bool chosen = flow->how->assumption == FLOW_VALUE &&
		flow->how->variable.section == variable.section &&
		flow->how->variable.start == variable.start && variable.size_bytes == bytes;
	return chosen ? value_const(flow->how->value) : any;
}

/* The result of a test that has no answer on this kernel. */
static struct value open_value(struct flow *flow)
{
	flow->result->unknown_tests = true;
	return flow->how->assumption == FLOW_TESTS ? value_const(flow->how->value)
						   : (struct value) {.kind = VALUE_ANY};
}

/* An option without a value is a test without an answer: of a version, also a very new one. */
static struct value load_option(struct flow *flow, struct value from, int64_t off)
{
	const struct world_extern *option = &flow->world->externs[from.section];
	const char *name = flow->world->object->externs[from.section].name;

	if (off)
		return (struct value) {.kind = VALUE_ANY};
	if (option->has_value)
		return value_const(option->value);
	struct value value = open_value(flow);
	if (value.kind == VALUE_CONST && value.number && !strcmp(name, "LINUX_KERNEL_VERSION"))
		value.number = INT32_MAX;
	return value;
}

static int slot_of(int64_t at, uint32_t bytes)
{
	return bytes == 8 && at <= -8 && at >= -8 * SLOTS && at % 8 == 0 ? (int)(-at / 8 - 1) : -1;
}

static void forget_slots(struct state *state, int64_t from, int64_t to)
{
	for (int i = 0; i < SLOTS; i++) {
		int64_t at = -8 * (i + 1);
		if (at < to && from < at + 8)
			state->slots[i] = value_forgotten(state->slots[i]);
	}
}

static void forget_stack(struct state *state)
{
	forget_slots(state, -8 * SLOTS, 0);
}

static uint32_t memory_bytes(const struct object_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

static void do_load(struct flow *flow, struct state *state, uint32_t section, uint32_t at)
{
	const struct object_insn *insn = &flow->world->insns[section][at];
	struct value from = state->registers[insn->src], loaded = {.kind = VALUE_ANY};
	uint32_t bytes = memory_bytes(insn);

	if (from.kind == VALUE_STACK) {
		int slot = slot_of(from.number + insn->off, bytes);
		if (slot >= 0)
			loaded = state->slots[slot];
	} else if (from.kind == VALUE_ANY_STACK && bytes == 8)
		loaded.kind = VALUE_ANY_STACK;
	else if (from.kind == VALUE_DATA)
		loaded = load_data(
			flow, from, insn->off, bytes, BPF_MODE(insn->code) == UAPI_BPF_MEMSX);
	else if (from.kind == VALUE_CONTEXT)
		flow->no_memory |= !flow_note_access(flow->result,
			&(struct flow_access) {section, at, from.number + insn->off, bytes});
	else if (from.kind == VALUE_OPTION)
		loaded = load_option(flow, from, insn->off);
	state->registers[insn->dst] = loaded;
}

static void do_store(struct state *state, const struct object_insn *insn)
{
	struct value to = state->registers[insn->dst];
	bool atomic = BPF_MODE(insn->code) == BPF_ATOMIC;
	uint32_t bytes = memory_bytes(insn);

	if (to.kind == VALUE_ANY_STACK)
		forget_stack(state);
	if (to.kind == VALUE_STACK) {
		int64_t at = to.number + insn->off;
		int slot = slot_of(at, bytes);
		if (slot >= 0 && !atomic)
			state->slots[slot] = BPF_CLASS(insn->code) == BPF_ST
				? value_const(insn->imm)
				: state->registers[insn->src];
		else
			forget_slots(state, at, at + bytes);
	}
	if (BPF_CLASS(insn->code) == BPF_STX && atomic) {
		state->registers[insn->src] = (struct value) {.kind = VALUE_ANY};
		state->registers[0] = (struct value) {.kind = VALUE_ANY};
		state->registers[insn->dst] = insn->imm == UAPI_BPF_LOAD_ACQ
			? (struct value) {.kind = VALUE_ANY}
			: state->registers[insn->dst];
	}
}

static struct value linked_value(struct flow *flow, const struct object_link *link)
{
	const struct world_extern *external;
	const struct object_function *function;

	switch (link->kind) {
	case OBJECT_LINK_EXTERN:
		external = &flow->world->externs[link->index];
		if (flow->world->object->externs[link->index].kind == OBJECT_EXTERN_KCONFIG)
			return (struct value) {.kind = VALUE_OPTION, .section = link->index};
		if (external->state == EXTERN_UNKNOWN)
			return open_value(flow);
		return external->state == EXTERN_ABSENT ? value_const(0)
							: (struct value) {.kind = VALUE_NONZERO};
	case OBJECT_LINK_CODE:
		/* A callback: the kernel calls it with arguments of its own. */
		function = function_starting_at(flow, link->index, link->offset);
		if (function)
			enter(flow, function, NULL);
		return (struct value) {.kind = VALUE_NONZERO};
	case OBJECT_LINK_DATA:
		return (struct value) {
			.kind = VALUE_DATA, .section = link->index, .number = link->offset};
	default:
		return (struct value) {.kind = VALUE_NONZERO};
	}
}

/* The immediate of a relocation without an answer. */
static bool is_open(struct flow *flow, uint32_t section, uint32_t at, struct value *ret)
{
	const struct world_core *core = world_core_at(flow->world, section, at);

	if (!core || core->mark != MARK_UNKNOWN)
		return false;
	*ret = core_kind_is_test(core->core->kind) ? open_value(flow)
						   : (struct value) {.kind = VALUE_ANY};
	return true;
}

static void do_load_wide(struct flow *flow, struct state *state, uint32_t section, uint32_t at)
{
	const struct object_insn *insn = &flow->world->insns[section][at];
	const struct object_link *link = &section_of(flow, section)->links[at];
	struct value value;

	if (link->kind != OBJECT_LINK_NONE)
		value = linked_value(flow, link);
	else if (!is_open(flow, section, at, &value))
		value = insn->src ? (struct value) {.kind = VALUE_NONZERO}
				  : value_const((int64_t)((uint32_t)insn->imm |
					    (uint64_t)(uint32_t)insn[1].imm << 32));
	state->registers[insn->dst] = value;
}

static void do_alu(struct flow *flow, struct state *state, uint32_t section, uint32_t at)
{
	const struct object_insn *insn = &flow->world->insns[section][at];
	struct value operand;

	if (BPF_SRC(insn->code) == BPF_X)
		operand = state->registers[insn->src];
	else if (!is_open(flow, section, at, &operand))
		operand = value_const(insn->imm);
	state->registers[insn->dst] = value_compute(insn, state->registers[insn->dst], operand);
}

static void note_site(struct flow *flow, uint32_t stand, uint32_t callee)
{
	for (size_t i = flow->site_cnt; i-- > 0;) {
		if (flow->sites[i].stand == stand && flow->sites[i].callee == callee)
			return;
	}
	struct call_site *sites = pool_grow(
		&flow->pool, flow->sites, flow->site_cnt, &flow->site_cap, sizeof(*sites));
	if (!sites) {
		flow->no_memory = true;
		return;
	}
	sites[flow->site_cnt++] = (struct call_site) {stand, callee};
	flow->sites = sites;
}

/* The kernel and other functions may write what they get the address of. */
static void forget_passed(struct state *state)
{
	bool passed = false;

	for (int i = 1; i <= ARGUMENTS; i++) {
		passed |= value_is_stack(state->registers[i]);
		state->registers[i] = (struct value) {.kind = VALUE_ANY};
	}
	if (passed)
		forget_stack(state);
}

/* False: it has not returned yet. A global function is verified by itself, so its result is not
 * followed. */
static bool call_function(struct flow *flow, struct state *state, uint32_t stand,
	const struct object_function *function)
{
	uint32_t number = (uint32_t)(function - flow->world->object->functions);

	enter(flow, function, function->global ? NULL : state);
	forget_passed(state);
	if (function->global) {
		state->registers[0] = (struct value) {.kind = VALUE_ANY};
		return true;
	}
	note_site(flow, stand, number);
	state->registers[0] = flow->returned[number];
	return flow->returned[number].kind != VALUE_NONE;
}

static bool do_call(
	struct flow *flow, struct state *state, uint32_t stand, uint32_t section, uint32_t at)
{
	const struct object_insn *insn = &flow->world->insns[section][at];
	const struct object_link *link = &section_of(flow, section)->links[at];
	const struct object_function *function = NULL;

	/* A call that cannot be made ends the program. */
	if (link->kind == OBJECT_LINK_EXTERN &&
		flow->world->externs[link->index].state == EXTERN_ABSENT)
		return false;
	if (link->kind == OBJECT_LINK_CODE)
		function = function_starting_at(flow, link->index, link->offset);
	else if (link->kind == OBJECT_LINK_NONE && insn->src == BPF_PSEUDO_CALL)
		function = function_starting_at(flow, section, (int64_t)at + 1 + insn->imm);
	if (function)
		return call_function(flow, state, stand, function);
	forget_passed(state);
	state->registers[0] = (struct value) {.kind = VALUE_ANY};
	return true;
}

static void do_exit(struct flow *flow, const struct state *state, uint32_t function)
{
	struct value value = state->registers[0];

	if (value_is_stack(value))
		value = (struct value) {.kind = VALUE_ANY};
	if (!value_join(&flow->returned[function], value))
		return;
	for (size_t i = 0; i < flow->site_cnt; i++) {
		if (flow->sites[i].callee == function)
			enqueue(flow, flow->sites[i].stand);
	}
}

/* What a test for equality tells about the register. */
static void learn(struct state *state, const struct object_insn *insn, struct value b, bool equal)
{
	if (BPF_CLASS(insn->code) != BPF_JMP || b.kind != VALUE_CONST)
		return;
	if (equal)
		state->registers[insn->dst] = b;
	else if (!b.number && state->registers[insn->dst].kind == VALUE_ANY)
		state->registers[insn->dst].kind = VALUE_NONZERO;
}

/* False: control flow does not go on behind the jump. */
static bool do_jump(struct flow *flow, struct state *state, const struct stand *stand, uint32_t at)
{
	const struct object_insn *insn = &flow->world->insns[stand->section][at];
	int64_t to = jump_target(insn, at, section_of(flow, stand->section)->insn_cnt);
	struct state taken = *state;
	uint8_t op = BPF_OP(insn->code);
	int branch;

	if (op == BPF_JA)
		branch = 1;
	else if (op == UAPI_BPF_JCOND)
		branch = -1;
	else {
		struct value a = state->registers[insn->dst];
		struct value b = BPF_SRC(insn->code) == BPF_X ? state->registers[insn->src]
							      : value_const(insn->imm);
		branch = value_branch(insn, a, b);
		if (op == BPF_JEQ || op == BPF_JNE) {
			learn(&taken, insn, b, op == BPF_JEQ);
			learn(state, insn, b, op == BPF_JNE);
		}
	}
	if (branch && to >= 0)
		arrive(flow, stand->section, (uint32_t)to, stand->function, &taken);
	return branch != 1;
}

/* One instruction; false: nothing follows it. */
static bool do_insn(struct flow *flow, struct state *state, uint32_t stand_number, uint32_t at)
{
	const struct stand *stand = flow->stands[stand_number];
	const struct object_insn *insn = &flow->world->insns[stand->section][at];
	const struct world_core *core = world_core_at(flow->world, stand->section, at);

	flow->result->reached[stand->section][at] = 1;
	/* The verifier stops here. */
	if (insn->dst >= REGISTERS || insn->src >= REGISTERS || (core && core->mark == MARK_POISON))
		return false;
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			do_load_wide(flow, state, stand->section, at);
		else
			forget_passed(state),
				state->registers[0] = (struct value) {.kind = VALUE_ANY};
		return true;
	case BPF_LDX:
		do_load(flow, state, stand->section, at);
		return true;
	case BPF_ST:
	case BPF_STX:
		do_store(state, insn);
		return true;
	case BPF_ALU:
	case BPF_ALU64:
		do_alu(flow, state, stand->section, at);
		return true;
	default:
		if (BPF_OP(insn->code) == BPF_CALL)
			return do_call(flow, state, stand_number, stand->section, at);
		if (BPF_OP(insn->code) != BPF_EXIT)
			return do_jump(flow, state, stand, at);
		do_exit(flow, state, stand->function);
		return false;
	}
}

/* From a place to the end of the straight code behind it. */
static void follow(struct flow *flow, uint32_t number)
{
	const struct stand *stand = flow->stands[number];
	struct state state = stand->state;
	uint32_t at = stand->insn, cnt = section_of(flow, stand->section)->insn_cnt;

	while (at < cnt && !flow->no_memory && !flow->gave_up) {
		if (flow->steps++ > STEP_MAX) {
			flow->gave_up = true;
			return;
		}
		bool wide =
			flow->world->insns[stand->section][at].code == (BPF_LD | BPF_IMM | BPF_DW);
		if (wide && at + 1 >= cnt)
			return;
		if (!do_insn(flow, &state, number, at))
			return;
		at += wide ? 2 : 1;
		if (at < cnt && flow->stand_at[stand->section][at]) {
			arrive(flow, stand->section, at, stand->function, &state);
			return;
		}
	}
}

struct error *flow_run(const struct world *world, const struct object_function *entry,
	const struct flow_case *how, struct flow_result *ret)
{
	struct flow flow = {.world = world, .how = how, .result = ret};

	*ret = (struct flow_result) {.gave_up = world->flow_left && !*world->flow_left};
	if (ret->gave_up)
		return NULL;
	flow.no_memory = !flow_begin(&flow);
	if (!flow.no_memory)
		enter_program(&flow, entry);
	while (flow.queue_cnt && !flow.no_memory && !flow.gave_up) {
		uint32_t number = flow.queue[--flow.queue_cnt];
		flow.stands[number]->queued = false;
		follow(&flow, number);
	}
	ret->gave_up = flow.gave_up;
	if (world->flow_left) {
		size_t spent = flow.stand_cnt + flow.steps;
		*world->flow_left -= spent < *world->flow_left ? spent : *world->flow_left;
	}
	pool_destroy(&flow.pool);
	if (!flow.no_memory)
		return NULL;
	flow_result_deinit(ret);
	return error_no_memory();
}

void flow_result_deinit(struct flow_result *result)
{
	if (!result)
		return;
	pool_destroy(&result->pool);
	*result = (struct flow_result) {0};
}

bool flow_reaches(const struct flow_result *result, uint32_t section, uint32_t insn)
{
	return result->gave_up || (result->reached[section] && result->reached[section][insn]);
}
