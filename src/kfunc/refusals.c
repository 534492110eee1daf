/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/calls.h"
#include "kfunc/hooks.h"
#include "kfunc/places.h"
#include "kernel/context.h"
#include "kernel/kernel.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

#define REFUSAL_VALUE_MAX 128
#define CANDIDATE_MAX 64
#define FUNCTION_INSN_MAX 60000
/* From the read of the program's type to the message, there are only a few dozen instructions. */
#define NEAR_STEP_MAX 1500

struct refusal_table {
	enum tristate passes[REFUSAL_VALUE_MAX][REFUSAL_VALUE_MAX];
};

/* A place where code reads the field that decides: the check may start there. */
struct candidate {
	uint64_t address;
	uint8_t base; /* the register that holds the object with the field */
	const struct kernel_symbol *function;
	bool valid, behind_another;
	uint64_t seen; /* mask of candidates that walks from here passed */
	bool reached[REFUSAL_VALUE_MAX][REFUSAL_VALUE_MAX];
};

struct search {
	const struct refusal *refusal;
	const struct kfunc_code *code;
	const struct place_layout *layout;
	uint64_t message;                  /* address of the text */
	uint64_t reference;                /* instruction that loads it */
	bool added;                        /* that instruction is an addition */
	const struct kernel_symbol *refuser; /* the function with that instruction */
	struct code_reach *reach;            /* where jumps lead to it */
	uint64_t pages[CODE_REGISTER_CNT]; /* known parts of addresses while a function is read */
	struct candidate *candidates;
	size_t candidate_cnt;
	uint32_t cnt, other_cnt; /* of the values to try */
	const struct candidate *from;
	uint32_t value, other; /* the ones of this walk */
	size_t step_cnt;
	bool reached, lost;
	bool in_array; /* the walk arrives at its candidate again, with the next element */
	bool unsure; /* a candidate was lost */
	uint64_t seen;
};

#define MESSAGE_MAX 2
#define CHECKER_MAX 6
#define PASSING_MAX 3
/* enum bpf_map_type, include/uapi/linux/bpf.h */
#define MAP_TYPE_HASH 1
#define MAP_TYPE_ARRAY 2
#define MAP_TYPE_LRU_HASH 9
/* enum btf_field_type, include/linux/bpf.h: the bits of the mask */
#define FIELD_BIT_SPIN_LOCK 0
#define FIELD_BIT_KPTR_UNREF 2
#define FIELD_BIT_CNT 32

/* A message of the verifier, and the field whose value decides whether it is said. */
struct refusal {
	/* By its start and another part. */
	struct message {
		const char *begin, *part;
	} messages[MESSAGE_MAX];
	/* Functions that contain the check after the compiler's inlining. */
	const char *checkers[CHECKER_MAX];
	enum place_field field;
	uint32_t object; /* that has the field */
	/* Values that every kernel with the message lets pass. Code that refuses one is another check. */
	struct {
		uint32_t value, other;
	} passing[PASSING_MAX];
	size_t passing_cnt;
	/* A value that every kernel with the message refuses, if `has_refused`. Code that lets it pass is another check. */
	bool has_refused;
	uint32_t refused;
};

const struct refusal refusal_of_sleep = {
	.messages = {
		{"Only fentry", " programs can be sleepable"},    /* 5.10 to 6.15 */
		{"Program of this type cannot be sleepable", ""}, /* 6.16 */
	},
	.checkers = {"bpf_check", "check_attach_btf_id", "can_be_sleepable"},
	.field = PLACE_PROG_TYPE,
	.object = PLACE_OBJECT_PROG,
	.passing = {{PROG_TYPE_TRACING, ATTACH_TRACE_FENTRY}},
	.passing_cnt = 1,
};

const struct refusal refusal_of_map = {
	.messages = {{CALL_TEXT_SLEEPABLE_MAP("array"), ""}},
	.checkers = {"bpf_check", "check_map_prog_compatibility", "resolve_pseudo_ldimm64",
		"__add_used_map", "add_used_map", "add_used_map_from_fd"},
	.field = PLACE_MAP_TYPE,
	.object = PLACE_OBJECT_MAP,
	.passing = {{MAP_TYPE_HASH, 0}, {MAP_TYPE_ARRAY, 0}, {MAP_TYPE_LRU_HASH, 0}},
	.passing_cnt = 3,
};

const struct refusal refusal_of_lock = {
	.messages = {{MAP_FIELD_TRACING_LOCK, ""}},
	.checkers = {"bpf_check", "check_map_prog_compatibility", "resolve_pseudo_ldimm64",
		"__add_used_map", "add_used_map", "add_used_map_from_fd"},
	.field = PLACE_RECORD_MASK,
	.object = PLACE_OBJECT_RECORD,
	.passing = {{FIELD_BIT_KPTR_UNREF, 0}},
	.passing_cnt = 1,
	.has_refused = true,
	.refused = FIELD_BIT_SPIN_LOCK,
};

static bool matches_message(const char *text, size_t room, const struct message *message)
{
	size_t len = strnlen(text, room);
	const char *part = message->part;

	return len < room && (!*part || memmem(text, len, part, strlen(part)));
}

static uint64_t find_in_segment(const struct image_segment *segment, const struct message *message)
{
	const char *begin = message->begin;
	const char *data = (const char *)segment->data, *end = data + segment->size_bytes;

	for (const char *at = data; at < end; at++) {
		at = memmem(at, (size_t)(end - at), begin, strlen(begin));
		if (!at)
			return 0;
		if ((at == data || !at[-1]) && matches_message(at, (size_t)(end - at), message))
			return segment->address + (uint64_t)(at - data);
	}
	return 0;
}

static uint64_t find_message(const struct image *image, const struct refusal *refusal)
{
	for (size_t which = 0; which < MESSAGE_MAX && refusal->messages[which].begin; which++) {
		for (size_t i = 0; i < image->segment_cnt; i++) {
			const struct image_segment *segment = &image->segments[i];
			bool rodata = !segment->name[0] || !strncmp(segment->name, ".rodata", 7);
			uint64_t found = rodata ? find_in_segment(segment, &refusal->messages[which]) : 0;
			if (found)
				return found;
		}
	}
	return 0;
}

/* The value of an operand, from the code before it; 0: unknown. */
static uint64_t page_of(const struct search *search, const struct code_operand *operand)
{
	if (operand->reg == CODE_NO_REGISTER)
		return operand->number;
	return operand->reg < CODE_REGISTER_CNT && !operand->extend_bytes && !operand->shift
		? search->pages[operand->reg]
		: 0;
}

/* An address, computed in steps or taken from a table of addresses; 0: none. */
static uint64_t made_address(const struct search *search, const struct code_op *op)
{
	uint64_t a = page_of(search, &op->a), made = 0;

	if (op->kind == CODE_LOAD && op->memory.size_bytes == 8 &&
		op->memory.base < CODE_REGISTER_CNT && search->pages[op->memory.base])
		image_read(search->code->source.image,
			search->pages[op->memory.base] + (uint64_t)op->memory.offset, 8, &made);
	if (op->kind != CODE_ALU)
		return made;
	if (op->alu == ALU_COPY)
		return a;
	/* x86's lea adds to a temporary register that holds only its base. */
	bool whole = a || (op->a.reg >= CODE_TEMP && op->a.reg < CODE_REGISTER_CNT);
	return op->alu == ALU_ADD && whole ? a + page_of(search, &op->b) : 0;
}

/* Does the operation make the message's address? */
static bool makes_message(struct search *search, const struct code_op *op)
{
	if ((op->kind != CODE_ALU && op->kind != CODE_LOAD) || op->dst >= CODE_REGISTER_CNT)
		return false;
	uint64_t made = made_address(search, op);
	/* Restores saved registers: they hold the same value everywhere. */
	if (made || op->dst != search->code->reader->abi->global)
		search->pages[op->dst] = made;
	return made == search->message;
}

/* The value that a walk from the function's start would have; 0: unknown. */
static void begin_pages(struct search *search, uint64_t address)
{
	const struct code_reader *reader = search->code->reader;

	memset(search->pages, 0, sizeof(search->pages));
	if (reader->abi->entry != CODE_NO_REGISTER)
		search->pages[reader->abi->entry] = address;
	if (reader->abi->global != CODE_NO_REGISTER)
		search->pages[reader->abi->global] = reader->global.number;
}

/* Does the load read the field that decides? Of a mask, code may read the one byte that it tests. */
static bool reads_field(const struct search *search, uint64_t offset, size_t size)
{
	if (size == 4 && place_is(search->layout, search->refusal->field, offset))
		return true;
	for (uint64_t byte = 0; search->refusal->object == PLACE_OBJECT_RECORD && byte < 4; byte++) {
		if (size <= 2 && byte + size <= 4 && offset >= byte &&
			place_is(search->layout, search->refusal->field, offset - byte))
			return true;
	}
	return false;
}

static void take_candidate(struct search *search, const struct code_op *op, uint64_t address,
	const struct kernel_symbol *function)
{
	if (op->kind != CODE_LOAD || op->memory.opaque ||
		op->memory.base >= CODE_TEMP || op->memory.index != CODE_NO_REGISTER ||
		op->memory.base == search->code->reader->abi->stack || op->memory.offset < 0 ||
		!reads_field(search, (uint64_t)op->memory.offset, op->memory.size_bytes) ||
		search->candidate_cnt == CANDIDATE_MAX)
		return;
	search->candidates[search->candidate_cnt++] = (struct candidate) {
		.address = address, .base = op->memory.base, .function = function};
}

/*
 * Remembers the last place that makes the message's address. On arm64, the address of a page is made
 * for all that lies in the page. If the message is its start, an addition of 0 follows, and that is
 * the place.
 */
static void take_reference(struct search *search, const struct code_op *op, uint64_t address,
	const struct kernel_symbol *function)
{
	bool adds = op->kind == CODE_ALU && op->alu == ALU_ADD;

	if (!makes_message(search, op) || (search->added && !adds))
		return;
	search->reference = address;
	search->refuser = function;
	search->added = adds;
}

/* Reads the bytes front to back, and skips a jump table between the instructions. */
static void read_part(struct search *search, const struct kernel_symbol *part,
	const struct kernel_symbol *function)
{
	uint64_t at = part->address, end = code_map_end(&search->code->map, part);

	begin_pages(search, at);
	for (size_t i = 0; i < FUNCTION_INSN_MAX && at < end; i++) {
		const struct code_insn *insn = code_read(search->code->reader, at);
		if (!insn) {
			at += search->code->reader->machine->insn_align;
			continue;
		}
		for (unsigned int j = 0; j < insn->op_cnt; j++) {
			take_reference(search, &insn->ops[j], at, function);
			take_candidate(search, &insn->ops[j], at, function);
		}
		at += insn->size_bytes;
	}
}

static void read_checkers(struct search *search)
{
	const struct code_map *map = &search->code->map;

	for (size_t i = 0; i < map->function_cnt; i++) {
		const struct kernel_symbol *symbol = &map->symbols->list[map->functions[i]];
		for (size_t j = 0; j < CHECKER_MAX && search->refusal->checkers[j]; j++) {
			if (symbol_base_equals(symbol->name, search->refusal->checkers[j]) &&
				code_map_function(map, symbol->address) == symbol)
				read_part(search, symbol, code_map_whole(map, symbol));
		}
	}
}

static bool refusal_visit_inside(void *context, uint64_t address)
{
	const struct search *search = context;

	return code_map_inside(&search->code->map, search->from->function, address);
}

/* The check calls no function: the code behind a call does not belong to it. */
static enum code_next refusal_visit_call(
	void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail)
{
	(void)context;
	(void)state;
	(void)site;
	(void)target;
	(void)tail;
	return CODE_END_PATH;
}

/* The mask has the one bit. */
static bool load_mask(const struct search *search, uint64_t offset, size_t size, struct code_value *ret)
{
	uint64_t begin = search->layout->fields[PLACE_RECORD_MASK].offset_bits / 8;

	if (!reads_field(search, offset, size))
		return false;
	uint64_t part = (1ull << search->value) >> 8 * (offset - begin);
	*ret = code_number(size == 4 ? part : part & ((1u << 8 * size) - 1));
	return true;
}

static bool refusal_visit_load(
	void *context, uint32_t object, uint64_t offset, size_t size, struct code_value *ret)
{
	const struct search *search = context;
	const struct kfunc_place place = {.prog_type = search->value, .attach_type = search->other};

	if (object == PLACE_OBJECT_RECORD)
		return load_mask(search, offset, size, ret);
	if (object == PLACE_OBJECT_MAP) {
		*ret = code_number(search->value);
		return size == 4 && place_is(search->layout, PLACE_MAP_TYPE, offset);
	}
	/* Before 6.9, the flag is behind a pointer that may be loaded earlier. */
	if (object == CODE_OBJECT_ANY && !search->layout->fields[PLACE_PROG_SLEEPABLE].known)
		return size == 1 && place_is(search->layout, PLACE_AUX_SLEEPABLE, offset) &&
			place_load(search->layout, &place, TRISTATE_YES, PLACE_OBJECT_AUX, offset,
				size, ret);
	return place_load(search->layout, &place, TRISTATE_YES, object, offset, size, ret);
}

/*
 * A loop over instructions reads insn->imm, whose offset is the one of prog->type. No program and no map lies in
 * an array, so a candidate whose object is followed by more of them is another read.
 */
static enum code_next arrive(struct search *search, const struct code_state *state, size_t which)
{
	const struct candidate *candidate = &search->candidates[which];
	const struct code_value *base = &state->regs[candidate->base];

	if (base->kind == VALUE_OBJECT && base->object == search->refusal->object && base->number) {
		search->in_array = true;
		return CODE_END_WALK;
	}
	if (candidate != search->from)
		search->seen |= 1ull << which;
	return CODE_GO_ON;
}

static enum code_next refusal_visit_step(
	void *context, const struct code_state *state, const struct code_insn *insn)
{
	struct search *search = context;

	if (++search->step_cnt > NEAR_STEP_MAX) {
		search->lost = true;
		return CODE_END_WALK;
	}
	if (insn->address == search->reference) {
		search->reached = true;
		return CODE_END_PATH;
	}
	if (!code_reach_leads(search->reach, insn->address))
		return CODE_END_PATH;
	for (size_t i = 0; i < search->candidate_cnt; i++) {
		if (search->candidates[i].address == insn->address)
			return arrive(search, state, i);
	}
	return CODE_GO_ON;
}

static struct error *refusal_follow(struct search *search)
{
	const struct code_visitor visitor = {
		.context = search,
		.inside = refusal_visit_inside,
		.call = refusal_visit_call,
		.load = refusal_visit_load,
		.step = refusal_visit_step,
	};
	struct code_state state;
	enum code_end end;

	search->step_cnt = 0;
	search->reached = search->lost = search->in_array = false;
	code_state_init(search->code->reader, 0, &state);
	state.regs[search->from->base] = code_object(search->refusal->object, 0);
	struct error *error =
		code_walk(search->code->reader, search->from->address, &state, &visitor, &end);
	search->lost |= end == CODE_END_LIMIT;
	return error;
}

/*
 * Tries each value. A candidate is the start of the check if their outcomes differ. One
 * that was lost might be it, so the others decide nothing.
 */
static struct error *try_candidate(struct search *search, struct candidate *candidate)
{
	bool some = false, others = false;

	if (!code_reach_leads(search->reach, candidate->address))
		return NULL;
	search->from = candidate;
	search->seen = 0;
	for (uint32_t value = 0; value < search->cnt; value++) {
		for (uint32_t other = 0; other < search->other_cnt; other++) {
			search->value = value;
			search->other = other;
			struct error *error = refusal_follow(search);
			if (error)
				return error;
			search->unsure |= search->lost;
			if (search->unsure || search->in_array)
				return NULL;
			candidate->reached[value][other] = search->reached;
			some |= search->reached;
			others |= !search->reached;
		}
	}
	candidate->valid = some && others;
	for (size_t i = 0; i < search->refusal->passing_cnt; i++)
		candidate->valid &= !candidate->reached[search->refusal->passing[i].value]
						       [search->refusal->passing[i].other];
	if (search->refusal->has_refused)
		candidate->valid &= candidate->reached[search->refusal->refused][0];
	candidate->seen = search->seen;
	return NULL;
}

/* A candidate behind another one sees only the values that the first lets through. */
static void drop_later(struct search *search)
{
	for (size_t i = 0; i < search->candidate_cnt; i++) {
		for (size_t j = 0; j < search->candidate_cnt; j++) {
			const struct candidate *first = &search->candidates[j];
			struct candidate *later = &search->candidates[i];
			if (first->valid && first->seen >> i & 1 && !(later->seen >> j & 1))
				later->behind_another = true;
		}
	}
}

static void refusal_conclude(const struct search *search, struct refusal_table *table)
{
	for (uint32_t value = 0; value < search->cnt; value++) {
		for (uint32_t other = 0; other < search->other_cnt; other++) {
			bool yes = false, no = false;
			for (size_t i = 0; i < search->candidate_cnt; i++) {
				const struct candidate *candidate = &search->candidates[i];
				if (!candidate->valid || candidate->behind_another)
					continue;
				yes |= !candidate->reached[value][other];
				no |= candidate->reached[value][other];
			}
			table->passes[value][other] = yes == no ? TRISTATE_UNKNOWN
				: yes                        ? TRISTATE_YES
							     : TRISTATE_NO;
		}
	}
}

static uint32_t count_enumerators(const struct kbtf *btf, const char *name)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_find(btf, name, BTF_KIND_ENUM));
	uint32_t cnt = type ? kbtf_vlen(type) : 0;

	return cnt < REFUSAL_VALUE_MAX ? cnt : REFUSAL_VALUE_MAX;
}

static void count_values(struct search *search)
{
	const struct kbtf *btf = search->code->source.btf;
	bool of_map = search->refusal->object == PLACE_OBJECT_MAP;

	if (search->refusal->object == PLACE_OBJECT_RECORD) {
		search->cnt = FIELD_BIT_CNT;
		search->other_cnt = 1;
		return;
	}
	search->cnt = of_map ? count_enumerators(btf, "bpf_map_type") : kfunc_prog_type_cnt(btf);
	search->other_cnt = of_map ? 1 : count_enumerators(btf, "bpf_attach_type");
}

static struct error *fill_table(struct search *search, struct refusal_table *table)
{
	search->message = find_message(search->code->source.image, search->refusal);
	if (!search->message)
		return NULL;
	read_checkers(search);
	if (!search->reference)
		return NULL;
	struct error *error = code_reach_create(search->code->reader, &search->code->map,
		search->refuser, search->reference, &search->reach);
	for (size_t i = 0; i < search->candidate_cnt && !error && !search->unsure; i++)
		error = try_candidate(search, &search->candidates[i]);
	drop_later(search);
	if (!error && !search->unsure)
		refusal_conclude(search, table);
	code_reach_destroy(search->reach);
	return error;
}

struct error *refusal_table_create(const struct refusal *refusal, const struct kfunc_code *code,
	const struct place_layout *layout, struct refusal_table **ret)
{
	struct refusal_table *table = calloc(1, sizeof(*table));
	struct search search = {
		.refusal = refusal,
		.code = code,
		.layout = layout,
		.candidates = calloc(CANDIDATE_MAX, sizeof(*search.candidates)),
	};
	struct error *error =
		table && search.candidates ? NULL : error_no_memory();

	count_values(&search);
	if (!error)
		error = fill_table(&search, table);

	free(search.candidates);
	if (error)
		free(table);
	else
		*ret = table;
	return error;
}

void refusal_table_destroy(struct refusal_table *table)
{
	free(table);
}

enum tristate refusal_table_look_up(
	const struct refusal_table *table, uint32_t value, uint32_t other)
{
	if (value >= REFUSAL_VALUE_MAX || other >= REFUSAL_VALUE_MAX)
		return TRISTATE_UNKNOWN;
	return table->passes[value][other];
}
