/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/verdicts.h"
#include "kernel/context.h"
#include "code/emulate/emulate.h"
#include "kfunc/helper/calls.h"
#include "kfunc/helper/memory.h"
#include "kfunc/helper/ops.h"
#include "kfunc/helper/program.h"

#include <stdlib.h>
#include <string.h>

#define SITE_MAX 64
#define BUCKET_CNT 4096 /* a power of two */
#define CAP_SYS_ADMIN_BIT (1ull << 21)
#define ITER_PREFIX "bpf_iter_"

struct call_site {
	uint64_t address;
	const struct helper_call *call;
};

/* An answer, and the fields that it depends on. */
struct helper_run {
	uint64_t function;
	uint32_t func_id, next; /* index + 1 of the next in its bucket */
	struct helper_values values;
	struct helper_verdict verdict;
};

/* Of struct bpf_func_proto; a kernel may lack some. */
enum proto_member {
	PROTO_FUNC,
	PROTO_GPL_ONLY,
	PROTO_MIGHT_SLEEP,
	PROTO_ALLOWED,
	PROTO_MEMBER_CNT
};
static const char *const proto_members[] = {"func", "gpl_only", "might_sleep", "allowed"};

struct helper_verdicts {
	const struct kfunc_code *code;
	struct pool pool;
	struct emulator *emulator; /* NULL: no code runs, and `missing` is the reason */
	struct emulate_visitor visitor;
	const char *missing;
	struct helper_layout layout;
	struct helper_memory memory;
	struct helper_ops ops;
	int64_t proto[PROTO_MEMBER_CNT]; /* bytes; -1: no such member */
	uint64_t has_trampoline;         /* bpf_prog_has_trampoline(); 0: not found */
	enum tristate needs_func;        /* is a prototype without a function refused? */
	struct call_site sites[SITE_MAX];
	size_t site_cnt;
	struct helper_run *runs;
	size_t run_cnt, run_cap;
	uint32_t buckets[BUCKET_CNT];
	/* Of the current run. */
	const struct helper_place *place;
	uint64_t capabilities, asked; /* masks: present; checked by the code */
	bool locked_down, lockdown_asked;
	uint32_t fields;
	const char *why;
};

static void verdicts_note(struct helper_verdicts *verdicts, const char *why)
{
	if (!verdicts->why)
		verdicts->why = why ? why : "not enough memory for the reason";
}

/* Above the highest number: no kernel has such a capability. */
static bool has_capability(struct helper_verdicts *verdicts, uint64_t number)
{
	uint64_t bit = number < HELPER_CAPABILITY_CNT ? 1ull << number : 0;

	verdicts->asked |= bit;
	return verdicts->capabilities & bit;
}

static enum emulate_next answer_type(
	struct helper_verdicts *verdicts, uint64_t btf, uint64_t id, uint64_t *value)
{
	*value =
		btf == HELPER_BTF_ADDRESS ? helper_memory_type(&verdicts->memory, (uint32_t)id) : 0;
	if (*value)
		return EMULATE_RETURN;
	verdicts_note(verdicts, "the code asks for a type that is not in the kernel's BTF");
	return EMULATE_STOP;
}

static enum emulate_next answer_string(
	struct helper_verdicts *verdicts, uint64_t btf, uint64_t offset, uint64_t *value)
{
	*value = btf == HELPER_BTF_ADDRESS
		? helper_memory_string(&verdicts->memory, (uint32_t)offset)
		: 0;
	if (*value)
		return EMULATE_RETURN;
	verdicts_note(verdicts, "the code asks for a name that is not in the kernel's BTF");
	return EMULATE_STOP;
}

/* The boot makes the list of iterators. The image has the elements. */
static enum emulate_next answer_iter(struct helper_verdicts *verdicts, uint64_t *value)
{
	const char *name = verdicts->place->attach_name;
	const struct helper_iter *iter = NULL;

	verdicts->fields |= 1u << HELPER_FIELD_ATTACH_NAME;
	if (name && !strncmp(name, ITER_PREFIX, strlen(ITER_PREFIX)))
		iter = helper_ops_iter(&verdicts->ops, name + strlen(ITER_PREFIX));
	if (!iter || iter->several) {
		verdicts_note(verdicts,
			"the struct bpf_iter_reg of this iterator was not found in the image");
		return EMULATE_STOP;
	}
	*value = iter->function;
	return iter->function ? EMULATE_JUMP : EMULATE_RETURN;
}

static enum emulate_next answer_call(struct helper_verdicts *verdicts,
	const struct emulator *emulator, const struct helper_call *call, uint64_t *value)
{
	uint64_t argument = emulator_argument(emulator, call->argument);

	switch (call->kind) {
	case HELPER_CALL_NOTHING:
		return EMULATE_RETURN;
	case HELPER_CALL_CAPABLE:
		*value = has_capability(verdicts, argument & UINT32_MAX);
		return EMULATE_RETURN;
	case HELPER_CALL_SECURITY:
		*value = has_capability(verdicts, argument & UINT32_MAX) ? 0 : (uint64_t)-1;
		return EMULATE_RETURN;
	case HELPER_CALL_LOCKDOWN:
		verdicts->lockdown_asked = true;
		*value = verdicts->locked_down ? (uint64_t)-1 : 0;
		return EMULATE_RETURN;
	case HELPER_CALL_BTF:
		*value = HELPER_BTF_ADDRESS;
		return EMULATE_RETURN;
	case HELPER_CALL_TYPE:
		return answer_type(verdicts, emulator_argument(emulator, 0), argument, value);
	case HELPER_CALL_STRING:
		return answer_string(verdicts, emulator_argument(emulator, 0), argument, value);
	case HELPER_CALL_ITER:
		return answer_iter(verdicts, value);
	}
	return EMULATE_STOP;
}

static enum emulate_next visit_enter(
	void *context, struct emulator *emulator, uint64_t address, uint64_t *value)
{
	struct helper_verdicts *verdicts = context;

	for (size_t i = 0; i < verdicts->site_cnt; i++) {
		if (verdicts->sites[i].address == address)
			return answer_call(verdicts, emulator, verdicts->sites[i].call, value);
	}
	return EMULATE_GO_ON;
}

static bool read_object(struct helper_verdicts *verdicts, uint64_t address, size_t size)
{
	uint32_t fields = helper_fields_at(&verdicts->layout, address, size);
	bool aux = address >= HELPER_AUX_ADDRESS;

	verdicts->fields |= fields;
	if (fields)
		return true;
	verdicts_note(verdicts,
		pool_printf(&verdicts->pool,
			"the code reads offset %llu of struct %s, which kcompat does not know",
			(unsigned long long)(address -
				(aux ? HELPER_AUX_ADDRESS : HELPER_PROG_ADDRESS)),
			aux ? "bpf_prog_aux" : "bpf_prog"));
	return false;
}

static bool verdicts_visit_read(void *context, uint64_t address, size_t size)
{
	struct helper_verdicts *verdicts = context;

	if (address - EMULATE_OBJECTS < EMULATE_OBJECTS_BYTES)
		return read_object(verdicts, address, size);
	if (helper_memory_is_constant(&verdicts->memory, address))
		return true;
	const char *name = helper_memory_name(&verdicts->memory, address);
	verdicts_note(verdicts,
		pool_printf(&verdicts->pool,
			"the code reads %s, which a running kernel may have changed",
			name ? name : "data without a symbol"));
	return false;
}

static bool visit_supply(void *context, uint64_t address, unsigned char *bytes, size_t room)
{
	const struct helper_verdicts *verdicts = context;

	return helper_memory_supply(&verdicts->memory, address, bytes, room);
}

static const char *end_text(struct helper_verdicts *verdicts, const struct emulate_result *result)
{
	static const char *const words[] = {
		[EMULATE_STOPPED] = "the emulator stops in",
		[EMULATE_FAULT] = "the code accesses memory outside of the image, in",
		[EMULATE_TRAP] = "the code ends in a trap in",
		[EMULATE_LIMIT] = "the code runs too long in",
	};
	const char *name = helper_memory_name(&verdicts->memory, result->address);

	return pool_printf(&verdicts->pool, "%s %s", words[result->end],
		name ? name : "code without a symbol");
}

/* False: the code did not return, and `why` is set. */
static bool verdicts_run(struct helper_verdicts *verdicts, uint64_t function, const uint64_t *args,
	size_t arg_cnt, uint64_t *value)
{
	struct emulate_result result;

	emulator_run(verdicts->emulator, function, args, arg_cnt, &result);
	*value = result.value;
	if (result.end == EMULATE_RETURNED && !verdicts->why)
		return true;
	if (!verdicts->why)
		verdicts_note(verdicts, end_text(verdicts, &result));
	return false;
}

static bool read_proto(const struct helper_verdicts *verdicts, uint64_t proto,
	enum proto_member member, size_t size, uint64_t *ret)
{
	*ret = 0;
	return verdicts->proto[member] < 0 ||
		image_read(verdicts->code->source.image, proto + (uint64_t)verdicts->proto[member],
			size, ret);
}

/* Before get_helper_proto() (6.13), a prototype without a function passes, and fails much later. */
static enum tristate ask_needs_func(struct helper_verdicts *verdicts, uint64_t function)
{
	const uint64_t args[] = {BPF_FUNC_tail_call, HELPER_PROG_ADDRESS};
	uint64_t proto, func;

	if (!verdicts_run(verdicts, function, args, 2, &proto) || !proto ||
		!read_proto(verdicts, proto, PROTO_FUNC, 8, &func))
		return TRISTATE_UNKNOWN;
	/* bpf_tail_call has no function. A kernel that gives it one has this check. */
	return func ? TRISTATE_YES : TRISTATE_NO;
}

static void judge_func(struct helper_verdicts *verdicts, uint64_t function, uint32_t func_id,
	uint64_t func, struct helper_verdict *ret)
{
	if (func || func_id == BPF_FUNC_tail_call)
		return;
	if (verdicts->needs_func == TRISTATE_UNKNOWN)
		verdicts->needs_func = ask_needs_func(verdicts, function);
	if (verdicts->needs_func == TRISTATE_YES) {
		ret->answer = HELPER_REFUSED;
		return;
	}
	ret->answer = HELPER_UNKNOWN;
	verdicts_note(verdicts,
		"the prototype has no function, and this verifier's treatment of that is unknown");
}

static void judge_allowed(
	struct helper_verdicts *verdicts, uint64_t allowed, struct helper_verdict *ret)
{
	const uint64_t args[] = {HELPER_PROG_ADDRESS};
	uint64_t value;

	if (ret->answer != HELPER_GIVEN || !allowed)
		return;
	if (!verdicts_run(verdicts, allowed, args, 1, &value))
		ret->answer = HELPER_UNKNOWN;
	else if (!(value & 0xff))
		ret->answer = HELPER_NOT_ALLOWED;
}

/* check_get_func_ip(): a tracing program must have a trampoline. Of the others, kprobes may. */
static void judge_func_ip(struct helper_verdicts *verdicts, struct helper_verdict *ret)
{
	const uint64_t args[] = {HELPER_PROG_ADDRESS};
	uint32_t type = verdicts->place->base.prog_type;
	uint64_t value = type == PROG_TYPE_KPROBE;

	verdicts->fields |= 1u << HELPER_FIELD_TYPE;
	if (ret->answer != HELPER_GIVEN)
		return;
	if (type == PROG_TYPE_TRACING && !verdicts->has_trampoline) {
		verdicts_note(verdicts, "bpf_prog_has_trampoline() was not found in the image");
		ret->answer = HELPER_UNKNOWN;
	} else if (type == PROG_TYPE_TRACING &&
		!verdicts_run(verdicts, verdicts->has_trampoline, args, 1, &value)) {
		ret->answer = HELPER_UNKNOWN;
	} else if (!(value & 0xff)) {
		ret->answer = HELPER_ATTACH_TYPE;
	}
}

/* One query, with the current capabilities and lockdown. */
static void ask_once(struct helper_verdicts *verdicts, uint64_t function, uint32_t func_id,
	struct helper_verdict *ret)
{
	const uint64_t args[] = {func_id, HELPER_PROG_ADDRESS};
	uint64_t proto, func, allowed, gpl, sleep;

	*ret = (struct helper_verdict) {.answer = HELPER_UNKNOWN};
	verdicts->why = NULL;
	if (!verdicts_run(verdicts, function, args, 2, &proto))
		return;
	ret->answer = proto ? HELPER_GIVEN : HELPER_REFUSED;
	if (!proto)
		return;
	if (!read_proto(verdicts, proto, PROTO_FUNC, 8, &func) ||
		!read_proto(verdicts, proto, PROTO_ALLOWED, 8, &allowed) ||
		!read_proto(verdicts, proto, PROTO_GPL_ONLY, 1, &gpl) ||
		!read_proto(verdicts, proto, PROTO_MIGHT_SLEEP, 1, &sleep)) {
		ret->answer = HELPER_UNKNOWN;
		verdicts_note(verdicts, "the prototype that get_func_proto() returns is not in the image");
		return;
	}
	ret->gpl_only = gpl;
	ret->might_sleep = sleep;
	judge_func(verdicts, function, func_id, func, ret);
	judge_allowed(verdicts, allowed, ret);
	if (func_id == BPF_FUNC_get_func_ip)
		judge_func_ip(verdicts, ret);
}

/* Repeats the query with fewer rights: removes each capability that the code checked, in turn. */
static void ask_denied(struct helper_verdicts *verdicts, uint64_t function, uint32_t func_id,
	struct helper_verdict *ret)
{
	uint64_t asked = verdicts->asked;
	bool lockdown = verdicts->lockdown_asked;
	struct helper_verdict less;

	for (unsigned int i = 0; i < HELPER_CAPABILITY_CNT && ret->answer == HELPER_GIVEN; i++) {
		if (!(asked >> i & 1))
			continue;
		verdicts->capabilities = ~(1ull << i | CAP_SYS_ADMIN_BIT);
		ask_once(verdicts, function, func_id, &less);
		if (less.answer != HELPER_GIVEN)
			ret->capabilities |= 1ull << i;
	}
	verdicts->capabilities = UINT64_MAX;
	if (lockdown && ret->answer == HELPER_GIVEN) {
		verdicts->locked_down = true;
		ask_once(verdicts, function, func_id, &less);
		verdicts->locked_down = false;
		ret->lockdown = less.answer != HELPER_GIVEN;
	}
}

static void verdicts_ask(struct helper_verdicts *verdicts, uint64_t function, uint32_t func_id,
	struct helper_verdict *ret)
{
	verdicts->fields = 0;
	verdicts->asked = 0;
	verdicts->lockdown_asked = false;
	ask_once(verdicts, function, func_id, ret);
	ret->why = verdicts->why;
	ask_denied(verdicts, function, func_id, ret);
	ret->fields = verdicts->fields;
	ret->function = code_map_name(&verdicts->code->map, function);
}

static uint32_t *bucket_of(struct helper_verdicts *verdicts, uint64_t function, uint32_t func_id)
{
	uint64_t hash = (function >> 4) * 31 + func_id;

	return &verdicts->buckets[(hash ^ hash >> 12) & (BUCKET_CNT - 1)];
}

static const struct helper_run *find_run(struct helper_verdicts *verdicts, uint64_t function,
	uint32_t func_id, const struct helper_values *values)
{
	for (uint32_t i = *bucket_of(verdicts, function, func_id); i;
		i = verdicts->runs[i - 1].next) {
		const struct helper_run *one = &verdicts->runs[i - 1];
		if (one->function == function && one->func_id == func_id &&
			helper_values_equal(&one->values, values, one->verdict.fields))
			return one;
	}
	return NULL;
}

static struct error *keep_run(struct helper_verdicts *verdicts, const struct helper_run *one)
{
	struct helper_run *runs = pool_grow(&verdicts->pool, verdicts->runs, verdicts->run_cnt,
		&verdicts->run_cap, sizeof(*runs));
	uint32_t *bucket = bucket_of(verdicts, one->function, one->func_id);

	if (!runs)
		return error_no_memory();
	verdicts->runs = runs;
	runs[verdicts->run_cnt] = *one;
	runs[verdicts->run_cnt].next = *bucket;
	*bucket = (uint32_t)++verdicts->run_cnt;
	return NULL;
}

struct error *helper_verdict_ask(struct helper_verdicts *verdicts, uint32_t func_id,
	const struct helper_place *place, struct helper_verdict *ret)
{
	struct helper_run one = {.func_id = func_id};
	const char *why = verdicts->missing;

	*ret = (struct helper_verdict) {.answer = HELPER_NOT_RUN};
	one.function = why ? 0 : helper_ops_function(&verdicts->ops, &place->base, &why);
	ret->why = why;
	if (!one.function) {
		ret->answer = why ? HELPER_NOT_RUN : HELPER_NO_FUNCTION;
		return NULL;
	}
	helper_values_take(place, &one.values);
	const struct helper_run *known = find_run(verdicts, one.function, func_id, &one.values);
	if (known) {
		*ret = known->verdict;
		return NULL;
	}
	verdicts->place = place;
	if (!helper_program_write(&verdicts->layout, place, &one.values, verdicts->emulator)) {
		ret->why = "a program of this kernel's layout does not fit into the emulator";
		return NULL;
	}
	verdicts_ask(verdicts, one.function, func_id, &one.verdict);
	*ret = one.verdict;
	return keep_run(verdicts, &one);
}

static void find_sites(struct helper_verdicts *verdicts)
{
	const struct code_map *map = &verdicts->code->map;

	for (size_t i = 0; i < map->function_cnt; i++) {
		const struct kernel_symbol *symbol = &map->symbols->list[map->functions[i]];
		const struct helper_call *call = helper_call_find(symbol->name);
		if (call && verdicts->site_cnt < SITE_MAX)
			verdicts->sites[verdicts->site_cnt++] =
				(struct call_site) {symbol->address, call};
		if (!strcmp(symbol->name, "bpf_prog_has_trampoline"))
			verdicts->has_trampoline = symbol->address;
	}
}

static bool find_proto(struct helper_verdicts *verdicts)
{
	const struct kbtf *btf = verdicts->code->source.btf;
	uint32_t id = kbtf_find(btf, "bpf_func_proto", BTF_KIND_STRUCT), bits;

	for (size_t i = 0; i < PROTO_MEMBER_CNT; i++)
		verdicts->proto[i] = id && kbtf_find_member(btf, id, proto_members[i], NULL, &bits)
			? (int64_t)(bits / 8)
			: -1;
	return verdicts->proto[PROTO_FUNC] >= 0;
}

static struct error *verdicts_prepare(struct helper_verdicts *verdicts)
{
	const struct kfunc_image *source = &verdicts->code->source;

	verdicts->visitor = (struct emulate_visitor) {
		.context = verdicts,
		.enter = visit_enter,
		.read = verdicts_visit_read,
		.supply = visit_supply,
	};
	verdicts->capabilities = UINT64_MAX;
	verdicts->missing = emulate_missing();
	if (verdicts->missing)
		return NULL;
	struct error *error =
		emulator_create(source->image, &verdicts->visitor, &verdicts->emulator);
	if (error || !verdicts->emulator) {
		verdicts->missing = "the emulator does not support this architecture";
		return error;
	}
	if (!helper_layout_read(source->btf, &verdicts->layout) || !find_proto(verdicts)) {
		verdicts->missing =
			"BTF lacks members of struct bpf_prog, bpf_prog_aux or bpf_func_proto";
		return NULL;
	}
	find_sites(verdicts);
	helper_memory_read(&verdicts->code->map, source->btf, &verdicts->memory);
	helper_ops_read(verdicts->code, &verdicts->ops);
	return NULL;
}

struct error *helper_verdicts_create(const struct kfunc_code *code, struct helper_verdicts **ret)
{
	struct helper_verdicts *verdicts = calloc(1, sizeof(*verdicts));

	if (!verdicts)
		return error_no_memory();
	verdicts->code = code;
	struct error *error = verdicts_prepare(verdicts);
	if (error)
		helper_verdicts_destroy(verdicts);
	else
		*ret = verdicts;
	return error;
}

void helper_verdicts_destroy(struct helper_verdicts *verdicts)
{
	if (!verdicts)
		return;
	emulator_destroy(verdicts->emulator);
	pool_destroy(&verdicts->pool);
	free(verdicts);
}
