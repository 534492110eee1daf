/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/calls.h"
#include "util/array.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

/* The limit of calls with their arguments. A kernel has about a hundred. */
#define CALL_MAX 8192

static const struct {
	const char *name;
	unsigned int arg_cnt; /* arguments that must be known */
	bool counted;
} kinds[KFUNC_CALL_KIND_CNT] = {
	[KFUNC_CALL_TYPE] = {"register_btf_kfunc_id_set", 2, true},
	[KFUNC_CALL_HOOK] = {"__register_btf_kfunc_id_set", 2, true},
	[KFUNC_CALL_FMODRET] = {"register_btf_fmodret_id_set", 1, true},
	[KFUNC_CALL_DTORS] = {"register_btf_id_dtor_kfuncs", 2, true},
	[KFUNC_CALL_OPS] = {"__register_bpf_struct_ops", 1, false},
};

struct search {
	const struct code_map *map;
	struct code_reader *reader;
	struct kfunc_calls *calls;
	const struct kernel_symbol *function; /* the function that is walked */
	bool no_memory, too_many;
};

/* Their names in the kernel's sources and their special returns, in the compilers' and objtool's.
 */
static const struct {
	const char *name;
	enum code_next next;
} special_calls[] = {
	{"__fentry__", CODE_IGNORE},
	{"mcount", CODE_IGNORE},
	{"_mcount", CODE_IGNORE},
	{"ftrace_caller", CODE_IGNORE},
	{"__x86_return_thunk", CODE_IS_RETURN},
	{"srso_return_thunk", CODE_IS_RETURN},
	{"srso_alias_return_thunk", CODE_IS_RETURN},
	{"retbleed_return_thunk", CODE_IS_RETURN},
	{"its_return_thunk", CODE_IS_RETURN},
	{"__stack_chk_fail", CODE_END_PATH},
	{"__fortify_panic", CODE_END_PATH},
	{"fortify_panic", CODE_END_PATH},
	{"panic", CODE_END_PATH},
	{"vpanic", CODE_END_PATH},
	{"do_exit", CODE_END_PATH},
	{"make_task_dead", CODE_END_PATH},
	{"__module_put_and_kthread_exit", CODE_END_PATH},
	{"rewind_stack_and_make_dead", CODE_END_PATH},
};

enum code_next code_call_by_name(const struct code_map *map, uint64_t target, bool tail)
{
	for (size_t i = 0; i < ARRAY_SIZE(special_calls); i++) {
		if (code_map_is(map, target, special_calls[i].name))
			return special_calls[i].next == CODE_IS_RETURN && !tail
				? CODE_GO_ON
				: special_calls[i].next;
	}
	return CODE_GO_ON;
}

static struct kfunc_call *add_call(struct search *search, const struct kfunc_call *call)
{
	struct kfunc_calls *calls = search->calls;

	for (size_t i = 0; i < calls->cnt; i++) {
		if (!memcmp(&calls->list[i], call, sizeof(*call)))
			return &calls->list[i];
	}
	if (calls->cnt == CALL_MAX) {
		search->too_many = true;
		return NULL;
	}
	if (calls->cnt == calls->cap) {
		size_t cap = calls->cap ? calls->cap * 2 : 64;
		struct kfunc_call *grown = realloc(calls->list, cap * sizeof(*grown));
		if (!grown) {
			search->no_memory = true;
			return NULL;
		}
		calls->list = grown;
		calls->cap = cap;
	}
	calls->list[calls->cnt] = *call;
	return &calls->list[calls->cnt++];
}

static bool calls_read_pair(const struct search *search, const struct code_state *state,
	struct code_value records, size_t index, struct kfunc_call_pair *pair)
{
	const struct image *image = search->map->image;
	uint64_t at = records.number + index * 8, type_id, func_id;
	bool there = records.kind == VALUE_STACK
		? code_stack_read(state, (int64_t)at, 4, &type_id) &&
			code_stack_read(state, (int64_t)at + 4, 4, &func_id)
		: image_read(image, at, 4, &type_id) && image_read(image, at + 4, 4, &func_id);

	if (there)
		*pair = (struct kfunc_call_pair) {(uint32_t)type_id, (uint32_t)func_id};
	return there;
}

static void read_dtors(
	const struct search *search, const struct code_state *state, struct kfunc_call *call)
{
	struct code_value records = state->regs[search->reader->abi->args[0]];
	struct code_value cnt = state->regs[search->reader->abi->args[1]];

	call->why = "the destructors are unknown";
	if (records.kind != VALUE_STACK && records.kind != VALUE_NUMBER)
		return;
	if (cnt.kind != VALUE_NUMBER || (uint32_t)cnt.number > KFUNC_CALL_PAIR_MAX)
		return;
	for (uint32_t i = 0; i < (uint32_t)cnt.number; i++) {
		if (!calls_read_pair(search, state, records, i, &call->pairs[i]))
			return;
	}
	call->args[1] = (uint32_t)cnt.number;
	call->why = NULL;
	call->resolved = true;
}

static void read_args(
	const struct search *search, const struct code_state *state, struct kfunc_call *call)
{
	for (unsigned int i = 0; i < kinds[call->kind].arg_cnt; i++) {
		const struct code_value *value = &state->regs[search->reader->abi->args[i]];
		if (value->kind != VALUE_NUMBER) {
			call->why = i || kinds[call->kind].arg_cnt == 1 ? "the set is unknown"
				: call->kind == KFUNC_CALL_TYPE ? "the program type is unknown"
								: "the hook is unknown";
			call->args[0] = 0;
			return;
		}
		call->args[i] = value->number;
	}
	call->resolved = true;
}

/* These functions have at most three arguments. Other registers are not arguments. */
static void forget_rest(const struct search *search, struct code_state *state)
{
	const struct code_abi *abi = search->reader->abi;

	for (size_t i = 3; i < sizeof(abi->args); i++)
		state->regs[abi->args[i]] = (struct code_value) {0};
}

static enum code_next calls_visit_call(
	void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail)
{
	struct search *search = context;

	for (int kind = 0; kind < KFUNC_CALL_KIND_CNT; kind++) {
		struct kfunc_call call;
		if (!search->calls->targets[kind] || search->calls->targets[kind] != target)
			continue;
		/* add_call() also compares the padding. */
		memset(&call, 0, sizeof(call));
		call.kind = (enum kfunc_call_kind)kind;
		call.site = site;
		call.function = search->function;
		if (kind == KFUNC_CALL_DTORS)
			read_dtors(search, state, &call);
		else
			read_args(search, state, &call);
		forget_rest(search, state);
		return add_call(search, &call) ? CODE_GO_ON : CODE_END_WALK;
	}
	return code_call_by_name(search->map, target, tail);
}

static bool calls_visit_inside(void *context, uint64_t address)
{
	const struct search *search = context;

	return code_map_inside(search->map, search->function, address);
}

static void calls_add_unresolved(struct search *search, const struct code_site *site,
	enum kfunc_call_kind kind, const char *why)
{
	struct kfunc_call call;

	memset(&call, 0, sizeof(call));
	call.kind = kind;
	call.site = site->address;
	call.function = search->function;
	call.why = why;
	add_call(search, &call);
}

static bool calls_is_known(const struct kfunc_calls *calls, uint64_t site)
{
	for (size_t i = 0; i < calls->cnt; i++) {
		if (calls->list[i].site == site)
			return true;
	}
	return false;
}

/*
 * Do the instructions reach the place, one after another from the function's start? True also if
 * this is unknown.
 */
static bool is_instruction(const struct search *search, uint64_t site)
{
	const struct kernel_symbol *symbol = code_map_function(search->map, site);
	uint64_t at = symbol ? symbol->address : site;

	for (; search->reader->steps_left && at < site; search->reader->steps_left--) {
		const struct code_insn *insn = code_read(search->reader, at);
		if (!insn)
			return true;
		at += insn->size_bytes;
	}
	return at == site || (at < site && !search->reader->steps_left);
}

static struct error *walk_function(
	struct search *search, uint64_t address, bool fork_selects, enum code_end *end)
{
	const struct code_visitor visitor = {
		.context = search,
		.fork_selects = fork_selects,
		.inside = calls_visit_inside,
		.call = calls_visit_call,
	};
	struct code_state state;

	code_state_init(search->reader, address, &state);
	return code_walk(search->reader, address, &state, &visitor, end);
}

static bool is_registering(const struct kfunc_calls *calls, uint64_t address)
{
	for (int i = 0; i < KFUNC_CALL_KIND_CNT; i++) {
		if (calls->targets[i] && calls->targets[i] == address)
			return true;
	}
	return false;
}

static bool all_resolved(const struct kfunc_calls *calls, size_t from)
{
	for (size_t i = from; i < calls->cnt; i++) {
		if (!calls->list[i].resolved)
			return false;
	}
	return true;
}

/* Calls that the walk did not reach, and those that it may reach on other ways. */
static void judge_sites(struct search *search, const struct code_site *sites, size_t cnt,
	const int *kind_of, enum code_end end)
{
	for (size_t i = 0; i < cnt; i++) {
		enum kfunc_call_kind kind = (enum kfunc_call_kind)kind_of[sites[i].target];
		bool known = calls_is_known(search->calls, sites[i].address);
		if (known && end == CODE_END_LIMIT)
			calls_add_unresolved(
				search, &sites[i], kind, "the function is too large to follow");
		else if (!known && is_instruction(search, sites[i].address))
			calls_add_unresolved(search, &sites[i], kind, "no path to the call was found");
	}
}

/* All sites of one function: `cnt` from `sites` on. */
static struct error *calls_read_function(
	struct search *search, const struct code_site *sites, size_t cnt, const int *kind_of)
{
	size_t before = search->calls->cnt;
	enum code_end end;

	if (!search->function || is_registering(search->calls, search->function->address))
		return NULL;
	struct error *error = walk_function(search, search->function->address, false, &end);
	if (!error && !all_resolved(search->calls, before)) {
		search->calls->cnt = before;
		error = walk_function(search, search->function->address, true, &end);
	}
	if (!error)
		judge_sites(search, sites, cnt, kind_of, end);
	if (!error && search->no_memory)
		error = error_no_memory();
	if (!error && search->too_many)
		error = error_create(
			ERROR_INPUT, NULL, "more than %d calls that register kfuncs", CALL_MAX);
	return error;
}

static size_t find_targets(
	const struct code_map *map, struct kfunc_calls *calls, uint64_t *targets, int *kind_of)
{
	size_t cnt = 0;

	for (int i = 0; i < KFUNC_CALL_KIND_CNT; i++) {
		const struct kernel_symbol *symbol = code_map_find(map, kinds[i].name);
		if (!symbol)
			continue;
		calls->targets[i] = symbol->address;
		kind_of[cnt] = i;
		targets[cnt++] = symbol->address;
	}
	return cnt;
}

static int compare_call(const void *a, const void *b)
{
	const struct kfunc_call *x = a, *y = b;

	return order_numbers(x->site, y->site);
}

static void calls_finish(struct kfunc_calls *calls)
{
	if (calls->cnt)
		qsort(calls->list, calls->cnt, sizeof(*calls->list), compare_call);
	for (size_t i = 0; i < calls->cnt; i++) {
		if (kinds[calls->list[i].kind].counted &&
			(!i || calls->list[i - 1].site != calls->list[i].site))
			calls->site_cnt++;
	}
}

static const struct kernel_symbol *function_of(const struct search *search, uint64_t address)
{
	const struct kernel_symbol *symbol = code_map_function(search->map, address);

	return symbol ? code_map_whole(search->map, symbol) : NULL;
}

static struct error *read_sites(
	struct search *search, const struct code_site *sites, size_t cnt, const int *kind_of)
{
	struct error *error = NULL;

	for (size_t i = 0, next; i < cnt && !error; i = next) {
		search->function = function_of(search, sites[i].address);
		for (next = i + 1; next < cnt; next++) {
			if (function_of(search, sites[next].address) != search->function)
				break;
		}
		error = calls_read_function(search, sites + i, next - i, kind_of);
	}
	return error;
}

struct error *kfunc_calls_find(
	const struct code_map *map, struct code_reader *reader, struct kfunc_calls *ret)
{
	uint64_t targets[KFUNC_CALL_KIND_CNT];
	int kind_of[KFUNC_CALL_KIND_CNT];
	struct search search = {.map = map, .reader = reader, .calls = ret};
	struct code_site *sites = NULL;
	size_t cnt = 0;

	*ret = (struct kfunc_calls) {0};
	size_t target_cnt = find_targets(map, ret, targets, kind_of);
	struct error *error = code_sites_find(map->image, targets, target_cnt, &sites, &cnt);
	if (!error)
		error = read_sites(&search, sites, cnt, kind_of);
	free(sites);
	if (error)
		kfunc_calls_deinit(ret);
	else
		calls_finish(ret);
	return error;
}

void kfunc_calls_deinit(struct kfunc_calls *calls)
{
	if (!calls)
		return;
	free(calls->list);
	calls->list = NULL;
	calls->cnt = calls->cap = 0;
}
