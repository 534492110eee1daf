/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/verdicts.h"
#include "kfunc/calls.h"
#include "kfunc/places.h"
#include "util/array.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define SEARCH_CNT_MAX 65536
#define ACCESS_WRITE 2 /* BPF_WRITE of enum bpf_access_type, include/linux/bpf.h */

struct kfunc_verdicts {
	struct kfunc_code *code;
	struct place_layout layout;
	struct refusal_table *sleep, *map, *lock; /* NULL: not asked yet */
	const struct kernel_symbol *bound; /* bpf_dev_bound_kfunc_id() */
	bool bound_searched;
};

struct filter_run {
	const struct kfunc_verdicts *verdicts;
	const struct kernel_symbol *function;
	const struct kfunc_place *place; /* NULL: any */
	bool as_bool;                    /* what it returns */
	bool passes, refuses, unknown;
};

struct error *kfunc_verdicts_create(struct kfunc_code *code, struct kfunc_verdicts **ret)
{
	struct kfunc_verdicts *verdicts = calloc(1, sizeof(*verdicts));

	if (!verdicts)
		return error_no_memory();
	verdicts->code = code;
	place_layout_read(code->source.btf, &verdicts->layout);
	*ret = verdicts;
	return NULL;
}

void kfunc_verdicts_destroy(struct kfunc_verdicts *verdicts)
{
	if (!verdicts)
		return;
	refusal_table_destroy(verdicts->sleep);
	refusal_table_destroy(verdicts->map);
	refusal_table_destroy(verdicts->lock);
	free(verdicts);
}

/* Searches `cnt` elements of `size` bytes that start with an id; 0: not found. */
static bool search_id(const struct image *image, uint64_t base, uint64_t cnt, uint64_t size,
	uint64_t id, uint64_t *ret)
{
	if (cnt > SEARCH_CNT_MAX || size > 64)
		return false;
	for (uint64_t i = 0; i < cnt; i++) {
		uint64_t found;
		if (!image_read(image, base + i * size, 4, &found))
			return false;
		if (found == (id & UINT32_MAX)) {
			*ret = base + i * size;
			return true;
		}
	}
	*ret = 0;
	return true;
}

/* bsearch(key, base, num, size, btf_id_cmp_func); a set's ids are sorted. */
static bool run_bsearch(const struct filter_run *run, struct code_state *state)
{
	const struct kfunc_code *code = run->verdicts->code;
	const struct code_abi *abi = code->reader->abi;
	uint64_t id, found;

	for (int i = 1; i < 5; i++) {
		if (state->regs[abi->args[i]].kind != VALUE_NUMBER)
			return false;
	}
	if (state->regs[abi->args[0]].kind != VALUE_STACK ||
		!code_map_is(&code->map, state->regs[abi->args[4]].number, "btf_id_cmp_func") ||
		!code_stack_read(state, (int64_t)state->regs[abi->args[0]].number, 4, &id) ||
		!search_id(code->source.image, state->regs[abi->args[1]].number,
			state->regs[abi->args[2]].number, state->regs[abi->args[3]].number, id,
			&found))
		return false;
	state->regs[abi->result] = code_number(found);
	return true;
}

/* btf_id_set_contains(set, id) and btf_id_set8_contains(set, id), if they are functions. */
static bool run_contains(
	const struct filter_run *run, struct code_state *state, uint64_t header, uint64_t size)
{
	const struct kfunc_code *code = run->verdicts->code;
	const struct code_abi *abi = code->reader->abi;
	const struct code_value *set = &state->regs[abi->args[0]], *id = &state->regs[abi->args[1]];
	uint64_t cnt, found;

	if (set->kind != VALUE_NUMBER || id->kind != VALUE_NUMBER ||
		!image_read(code->source.image, set->number, 4, &cnt) ||
		!search_id(code->source.image, set->number + header, cnt, size, id->number, &found))
		return false;
	state->regs[abi->result] = code_number(size == 8 ? found : found != 0);
	return true;
}

static enum code_next verdicts_visit_call(
	void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail)
{
	struct filter_run *run = context;
	const struct code_map *map = &run->verdicts->code->map;
	bool known = false;

	(void)site;
	if (code_map_is(map, target, "bsearch"))
		known = run_bsearch(run, state);
	else if (code_map_is(map, target, "btf_id_set8_contains"))
		known = run_contains(run, state, 8, 8);
	else if (code_map_is(map, target, "btf_id_set_contains"))
		known = run_contains(run, state, 4, 4);
	return known ? CODE_GO_ON_SET : code_call_by_name(map, target, tail);
}

static bool verdicts_visit_inside(void *context, uint64_t address)
{
	const struct filter_run *run = context;

	return code_map_inside(&run->verdicts->code->map, run->function, address);
}

static bool verdicts_visit_load(
	void *context, uint32_t object, uint64_t offset, size_t size, struct code_value *ret)
{
	const struct filter_run *run = context;

	return place_load(&run->verdicts->layout, run->place, false, object, offset, size, ret);
}

/* An int: 0 lets the call pass. Or a bool: only its low byte is set. */
static void verdicts_visit_returned(void *context, const struct code_state *state)
{
	struct filter_run *run = context;
	const struct code_value *result = &state->regs[run->verdicts->code->reader->abi->result];

	if (result->kind != VALUE_NUMBER)
		run->unknown = true;
	else if (result->number & (run->as_bool ? 0xff : UINT32_MAX))
		run->refuses = true;
	else
		run->passes = true;
}

/* *refuses: is the result not 0? */
static struct error *verdicts_follow(struct filter_run *run, const struct code_value *args,
	size_t arg_cnt, enum tristate *refuses)
{
	struct code_reader *reader = run->verdicts->code->reader;
	const struct code_visitor visitor = {
		.context = run,
		.inside = verdicts_visit_inside,
		.call = verdicts_visit_call,
		.load = run->place ? verdicts_visit_load : NULL,
		.returned = verdicts_visit_returned,
	};
	struct code_state state;
	enum code_end end;

	code_state_init(reader, run->function->address, &state);
	for (size_t i = 0; i < arg_cnt; i++)
		state.regs[reader->abi->args[i]] = args[i];
	struct error *error = code_walk(reader, run->function->address, &state, &visitor, &end);
	if (!error && end == CODE_END_ALL && !run->unknown && run->passes != run->refuses)
		*refuses = run->refuses ? TRISTATE_YES : TRISTATE_NO;
	return error;
}

struct error *kfunc_filter_refuses(struct kfunc_verdicts *verdicts, uint64_t filter_address,
	uint32_t kfunc_id, const struct kfunc_place *place, enum tristate *ret)
{
	struct filter_run run = {.verdicts = verdicts, .place = place};
	const struct code_value args[] = {
		code_object(PLACE_OBJECT_PROG, 0), code_number(kfunc_id)};

	*ret = TRISTATE_UNKNOWN;
	run.function = code_map_function(&verdicts->code->map, filter_address);
	if (!verdicts->code->reader || !run.function || run.function->address != filter_address)
		return NULL;
	return verdicts_follow(&run, args, ARRAY_SIZE(args), ret);
}

struct error *kfunc_is_device_bound(
	struct kfunc_verdicts *verdicts, uint32_t kfunc_id, enum tristate *ret)
{
	struct filter_run run = {.verdicts = verdicts, .as_bool = true};
	const struct code_value id = code_number(kfunc_id);

	if (!verdicts->bound_searched)
		verdicts->bound = code_map_find(&verdicts->code->map, "bpf_dev_bound_kfunc_id");
	verdicts->bound_searched = true;
	*ret = verdicts->bound ? TRISTATE_UNKNOWN : TRISTATE_NO;
	run.function = verdicts->bound;
	if (!verdicts->code->reader || !verdicts->bound)
		return NULL;
	return verdicts_follow(&run, &id, 1, ret);
}

/* may_access_direct_pkt_data(env, meta, BPF_WRITE) */
struct error *kfunc_writes_packets(
	struct kfunc_verdicts *verdicts, uint32_t prog_type, enum tristate *ret)
{
	const struct kfunc_place place = {.prog_type = prog_type};
	struct filter_run run = {.verdicts = verdicts, .place = &place, .as_bool = true};
	const struct code_value args[] = {code_object(PLACE_OBJECT_ENV, 0), code_number(0),
		code_number(ACCESS_WRITE)};

	*ret = TRISTATE_UNKNOWN;
	run.function = code_map_find(&verdicts->code->map, "may_access_direct_pkt_data");
	if (!verdicts->code->reader || !run.function)
		return NULL;
	return verdicts_follow(&run, args, ARRAY_SIZE(args), ret);
}

enum { OBJECT_TYPE = PLACE_OBJECT_CNT, OBJECT_MEMBER };

struct member_run {
	struct filter_run run; /* `context` of its visitors: the first member */
	const struct btf_type *type;
	const struct btf_member *member;
	enum tristate sleepable;
};

/* The BTF of the image: the bytes of the kernel's memory, with numbers in the host's byte order. */
static bool visit_member_load(
	void *context, uint32_t object, uint64_t offset, size_t size, struct code_value *ret)
{
	const struct member_run *member_run = context;
	const void *record = object == OBJECT_TYPE ? (const void *)member_run->type
		: object == OBJECT_MEMBER          ? (const void *)member_run->member
						   : NULL;
	uint32_t word;

	if (!record)
		return place_load(&member_run->run.verdicts->layout, member_run->run.place,
			member_run->sleepable, object, offset, size, ret);
	if (size != 4 || offset % 4 || offset >= sizeof(struct btf_member))
		return false;
	memcpy(&word, (const char *)record + offset, sizeof(word));
	*ret = code_number(word);
	return true;
}

static struct error *follow_member(struct member_run *member_run, enum code_end *end)
{
	struct code_reader *reader = member_run->run.verdicts->code->reader;
	const struct code_visitor visitor = {
		.context = member_run,
		.inside = verdicts_visit_inside,
		.call = verdicts_visit_call,
		.load = visit_member_load,
		.returned = verdicts_visit_returned,
	};
	struct code_state state;

	code_state_init(reader, member_run->run.function->address, &state);
	state.regs[reader->abi->args[0]] = code_object(OBJECT_TYPE, 0);
	state.regs[reader->abi->args[1]] = code_object(OBJECT_MEMBER, 0);
	state.regs[reader->abi->args[2]] = code_object(PLACE_OBJECT_PROG, 0);
	return code_walk(reader, member_run->run.function->address, &state, &visitor, end);
}

struct error *kfunc_ops_accepts(struct kfunc_verdicts *verdicts, const struct kfunc_struct_ops *ops,
	uint32_t type_id, uint32_t index, bool sleepable, enum tristate *ret)
{
	const struct kfunc_place place = {.prog_type = BPF_PROG_TYPE_STRUCT_OPS, .ops = ops};
	const struct btf_type *type = kbtf_type(verdicts->code->source.btf, type_id);
	struct member_run run = {
		.run = {.verdicts = verdicts, .place = &place},
		.type = type,
		.sleepable = sleepable ? TRISTATE_YES : TRISTATE_NO,
	};
	enum code_end end;

	*ret = ops->check_known && !ops->check_member ? TRISTATE_YES : TRISTATE_UNKNOWN;
	if (!verdicts->code->reader || !ops->check_member || ops->module || !type ||
		index >= kbtf_vlen(type))
		return NULL;
	run.member = (const struct btf_member *)kbtf_tail(type) + index;
	run.run.function = code_map_function(&verdicts->code->map, ops->check_member);
	if (!run.run.function || run.run.function->address != ops->check_member)
		return NULL;
	struct error *error = follow_member(&run, &end);
	const struct filter_run *seen = &run.run;
	if (!error && end == CODE_END_ALL && !seen->unknown && seen->passes != seen->refuses)
		*ret = seen->passes ? TRISTATE_YES : TRISTATE_NO;
	return error;
}

static struct error *ask_table(struct kfunc_verdicts *verdicts, const struct refusal *refusal,
	struct refusal_table **table, uint32_t value, uint32_t other, enum tristate *ret)
{
	struct error *error = NULL;

	*ret = TRISTATE_UNKNOWN;
	if (!verdicts->code->reader)
		return NULL;
	if (!*table)
		error = refusal_table_create(refusal, verdicts->code, &verdicts->layout, table);
	if (!error)
		*ret = refusal_table_look_up(*table, value, other);
	return error;
}

struct error *kfunc_can_sleep(struct kfunc_verdicts *verdicts, uint32_t prog_type,
	uint32_t attach_type, enum tristate *ret)
{
	return ask_table(verdicts, &refusal_of_sleep, &verdicts->sleep, prog_type, attach_type, ret);
}

struct error *kfunc_traces_with_field(
	struct kfunc_verdicts *verdicts, const char *field_type, enum tristate *ret)
{
	const struct kbtf *btf = verdicts->code->source.btf;
	int64_t mask = 0;
	uint32_t bit = 0;

	*ret = TRISTATE_UNKNOWN;
	if (!kbtf_enum_value(btf, kbtf_find(btf, "btf_field_type", BTF_KIND_ENUM), field_type, &mask))
		return NULL;
	while (bit < 32 && mask != 1ll << bit)
		bit++;
	return ask_table(verdicts, &refusal_of_lock, &verdicts->lock, bit, 0, ret);
}

struct error *kfunc_sleeps_with_map(
	struct kfunc_verdicts *verdicts, uint32_t map_type, enum tristate *ret)
{
	return ask_table(verdicts, &refusal_of_map, &verdicts->map, map_type, 0, ret);
}
