/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/calls.h"
#include "kfunc/hooks.h"
#include "kfunc/places.h"
#include "kernel/kernel.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

#define ATTACH_TYPE_MAX 128
#define CANDIDATE_MAX 64
#define FUNCTION_INSN_MAX 60000
/* From the read of the program's type to the message, there are only a few dozen instructions. */
#define NEAR_STEP_MAX 1500

struct sleep_table {
	enum tristate can[KFUNC_PROG_TYPE_MAX][ATTACH_TYPE_MAX];
};

/* A place where code reads prog->type: the check may start there. */
struct candidate {
	uint64_t address;
	uint8_t base; /* the register that holds the program */
	const struct kernel_symbol *function;
	bool valid, behind_another;
	uint64_t seen; /* mask of candidates that walks from here passed */
	bool reached[KFUNC_PROG_TYPE_MAX][ATTACH_TYPE_MAX];
};

struct search {
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
	uint32_t prog_type_cnt, attach_type_cnt;
	const struct candidate *from;
	struct kfunc_place place;
	size_t step_cnt;
	bool reached, lost;
	bool unsure; /* a candidate was lost */
	uint64_t seen;
};

/* The verifier's message for a program that may not sleep, by its start and another part. */
static const struct {
	const char *begin, *part;
} messages[] = {
	{"Only fentry", " programs can be sleepable"},    /* 5.10 to 6.15 */
	{"Program of this type cannot be sleepable", ""}, /* 6.16 */
};

/* Functions that contain the check after the compiler's inlining. */
static const char *const checkers[] = {"bpf_check", "check_attach_btf_id", "can_be_sleepable"};

static bool matches_message(const char *text, size_t room, size_t which)
{
	size_t len = strnlen(text, room);
	const char *part = messages[which].part;

	return len < room && (!*part || memmem(text, len, part, strlen(part)));
}

static uint64_t find_in_segment(const struct image_segment *segment, size_t which)
{
	const char *begin = messages[which].begin;
	const char *data = (const char *)segment->data, *end = data + segment->size_bytes;

	for (const char *at = data; at < end; at++) {
		at = memmem(at, (size_t)(end - at), begin, strlen(begin));
		if (!at)
			return 0;
		if ((at == data || !at[-1]) && matches_message(at, (size_t)(end - at), which))
			return segment->address + (uint64_t)(at - data);
	}
	return 0;
}

static uint64_t find_message(const struct image *image)
{
	for (size_t which = 0; which < ARRAY_SIZE(messages); which++) {
		for (size_t i = 0; i < image->segment_cnt; i++) {
			const struct image_segment *segment = &image->segments[i];
			bool rodata = !segment->name[0] || !strncmp(segment->name, ".rodata", 7);
			uint64_t found = rodata ? find_in_segment(segment, which) : 0;
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

static void take_candidate(struct search *search, const struct code_op *op, uint64_t address,
	const struct kernel_symbol *function)
{
	if (op->kind != CODE_LOAD || op->memory.size_bytes != 4 || op->memory.opaque ||
		op->memory.base >= CODE_TEMP || op->memory.index != CODE_NO_REGISTER ||
		op->memory.base == search->code->reader->abi->stack || op->memory.offset < 0 ||
		!place_is(search->layout, PLACE_PROG_TYPE, (uint64_t)op->memory.offset) ||
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
		for (size_t j = 0; j < ARRAY_SIZE(checkers); j++) {
			if (symbol_base_equals(symbol->name, checkers[j]) &&
				code_map_function(map, symbol->address) == symbol)
				read_part(search, symbol, code_map_whole(map, symbol));
		}
	}
}

static bool sleep_visit_inside(void *context, uint64_t address)
{
	const struct search *search = context;

	return code_map_inside(&search->code->map, search->from->function, address);
}

/* The check calls no function: the code behind a call does not belong to it. */
static enum code_next sleep_visit_call(
	void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail)
{
	(void)context;
	(void)state;
	(void)site;
	(void)target;
	(void)tail;
	return CODE_END_PATH;
}

static bool sleep_visit_load(
	void *context, uint32_t object, uint64_t offset, size_t size, struct code_value *ret)
{
	const struct search *search = context;

	/* Before 6.9, the flag is behind a pointer that may be loaded earlier. */
	if (object == CODE_OBJECT_ANY && !search->layout->fields[PLACE_PROG_SLEEPABLE].known)
		return size == 1 && place_is(search->layout, PLACE_AUX_SLEEPABLE, offset) &&
			place_load(search->layout, &search->place, TRISTATE_YES, PLACE_OBJECT_AUX,
				offset, size, ret);
	return place_load(search->layout, &search->place, TRISTATE_YES, object, offset, size, ret);
}

static enum code_next sleep_visit_step(
	void *context, const struct code_state *state, const struct code_insn *insn)
{
	struct search *search = context;

	(void)state;
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
		if (search->candidates[i].address == insn->address &&
			&search->candidates[i] != search->from)
			search->seen |= 1ull << i;
	}
	return CODE_GO_ON;
}

static struct error *sleep_follow(struct search *search)
{
	const struct code_visitor visitor = {
		.context = search,
		.inside = sleep_visit_inside,
		.call = sleep_visit_call,
		.load = sleep_visit_load,
		.step = sleep_visit_step,
	};
	struct code_state state;
	enum code_end end;

	search->step_cnt = 0;
	search->reached = search->lost = false;
	code_state_init(search->code->reader, 0, &state);
	state.regs[search->from->base] = code_object(PLACE_OBJECT_PROG, 0);
	struct error *error =
		code_walk(search->code->reader, search->from->address, &state, &visitor, &end);
	search->lost |= end == CODE_END_LIMIT;
	return error;
}

/*
 * Tries each kind of program. A candidate is the start of the check if their outcomes differ. One
 * that was lost might be it, so the others decide nothing.
 */
static struct error *try_candidate(struct search *search, struct candidate *candidate)
{
	bool some = false, others = false;

	if (!code_reach_leads(search->reach, candidate->address))
		return NULL;
	search->from = candidate;
	search->seen = 0;
	for (uint32_t type = 0; type < search->prog_type_cnt; type++) {
		for (uint32_t attach = 0; attach < search->attach_type_cnt; attach++) {
			search->place =
				(struct kfunc_place) {.prog_type = type, .attach_type = attach};
			struct error *error = sleep_follow(search);
			if (error)
				return error;
			search->unsure |= search->lost;
			if (search->unsure)
				return NULL;
			candidate->reached[type][attach] = search->reached;
			some |= search->reached;
			others |= !search->reached;
		}
	}
	candidate->valid = some && others;
	candidate->seen = search->seen;
	return NULL;
}

/* A candidate behind another one sees only the programs that the first lets through. */
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

static void sleep_conclude(const struct search *search, struct sleep_table *table)
{
	for (uint32_t type = 0; type < search->prog_type_cnt; type++) {
		for (uint32_t attach = 0; attach < search->attach_type_cnt; attach++) {
			bool yes = false, no = false;
			for (size_t i = 0; i < search->candidate_cnt; i++) {
				const struct candidate *candidate = &search->candidates[i];
				if (!candidate->valid || candidate->behind_another)
					continue;
				yes |= !candidate->reached[type][attach];
				no |= candidate->reached[type][attach];
			}
			table->can[type][attach] = yes == no ? TRISTATE_UNKNOWN
				: yes                        ? TRISTATE_YES
							     : TRISTATE_NO;
		}
	}
}

static uint32_t count_attach_types(const struct kbtf *btf)
{
	const struct btf_type *type =
		kbtf_type(btf, kbtf_find(btf, "bpf_attach_type", BTF_KIND_ENUM));
	uint32_t cnt = type ? kbtf_vlen(type) : 0;

	return cnt < ATTACH_TYPE_MAX ? cnt : ATTACH_TYPE_MAX;
}

static struct error *fill_table(struct search *search, struct sleep_table *table)
{
	search->message = find_message(search->code->source.image);
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
		sleep_conclude(search, table);
	code_reach_destroy(search->reach);
	return error;
}

struct error *sleep_table_create(
	const struct kfunc_code *code, const struct place_layout *layout, struct sleep_table **ret)
{
	struct sleep_table *table = calloc(1, sizeof(*table));
	struct search search = {
		.code = code,
		.layout = layout,
		.candidates = calloc(CANDIDATE_MAX, sizeof(*search.candidates)),
		.prog_type_cnt = kfunc_prog_type_cnt(code->source.btf),
		.attach_type_cnt = count_attach_types(code->source.btf),
	};
	struct error *error =
		table && search.candidates ? fill_table(&search, table) : error_no_memory();

	free(search.candidates);
	if (error)
		free(table);
	else
		*ret = table;
	return error;
}

void sleep_table_destroy(struct sleep_table *table)
{
	free(table);
}

enum tristate sleep_table_look_up(
	const struct sleep_table *table, uint32_t prog_type, uint32_t attach_type)
{
	if (prog_type >= KFUNC_PROG_TYPE_MAX || attach_type >= ATTACH_TYPE_MAX)
		return TRISTATE_UNKNOWN;
	return table->can[prog_type][attach_type];
}
