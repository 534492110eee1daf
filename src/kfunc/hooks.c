/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/hooks.h"
#include "kfunc/search.h"
#include "util/array.h"

#include <elf.h>
#include <string.h>

#define HOOK_PREFIX "BTF_KFUNC_HOOK_"
#define HOOK_MAX 256

/* The size of a slot in a table of pointers: the index must be scaled by it. */
#define POINTER_SHIFT 3

static const struct btf_type *find_enum(const struct kbtf *btf, const char *name)
{
	uint32_t id = kbtf_find(btf, name, BTF_KIND_ENUM);

	return id ? kbtf_type(btf, id) : NULL;
}

static bool note_hook(struct kernel_kfuncs *kfuncs, const char *name, int64_t value)
{
	const char *word = name + strlen(HOOK_PREFIX);

	if (strncmp(name, HOOK_PREFIX, strlen(HOOK_PREFIX)) || value < 0 || value >= HOOK_MAX)
		return false;
	if (!strcmp(word, "MAX"))
		return false;
	kfuncs->hooks[value] = word;
	if (!strcmp(word, "COMMON"))
		kfuncs->common_hook = (uint32_t)value;
	if (!strcmp(word, "FMODRET"))
		kfuncs->fmodret_hook = (uint32_t)value;
	return true;
}

struct error *kfunc_hooks_name(
	const struct kbtf *btf, struct pool *pool, struct kernel_kfuncs *kfuncs)
{
	const struct btf_type *type = find_enum(btf, "btf_kfunc_hook");

	if (!type)
		return NULL;
	kfuncs->hooks = pool_calloc(pool, HOOK_MAX, sizeof(*kfuncs->hooks));
	if (!kfuncs->hooks)
		return error_no_memory();
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t name_off;
		int64_t value = kbtf_enumerator(type, i, &name_off);
		const char *name = pool_strdup(pool, kbtf_string(btf, name_off));
		if (!name)
			return error_no_memory();
		if (note_hook(kfuncs, name, value) && (size_t)value >= kfuncs->hook_cnt)
			kfuncs->hook_cnt = (size_t)value + 1;
	}
	return NULL;
}

uint32_t kfunc_prog_type_cnt(const struct kbtf *btf)
{
	const struct btf_type *type = find_enum(btf, "bpf_prog_type");
	int64_t last = -1;

	for (uint32_t i = 0; type && i < kbtf_vlen(type); i++) {
		uint32_t name_off;
		int64_t value = kbtf_enumerator(type, i, &name_off);
		/* "__MAX_BPF_PROG_TYPE" is not a type. */
		if (!strncmp(kbtf_string(btf, name_off), "BPF_PROG_TYPE_", 14) && value > last)
			last = value;
	}
	return last < KFUNC_PROG_TYPE_MAX ? (uint32_t)(last + 1) : KFUNC_PROG_TYPE_MAX;
}

struct question {
	const struct code_map *map;
	const struct kernel_symbol *function;
	uint64_t register_hook; /* __register_btf_kfunc_id_set; 0: none */
	uint8_t arg;
	bool called;         /* `value` is the argument of the call */
	bool seen, conflict; /* one `value` was observed; several were */
	uint64_t value;
};

static void hooks_observe(struct question *question, uint64_t value)
{
	question->conflict |= question->seen && question->value != value;
	question->seen = true;
	question->value = value;
}

static bool hooks_visit_inside(void *context, uint64_t address)
{
	const struct question *question = context;

	return code_map_inside(question->map, question->function, address);
}

static enum code_next hooks_visit_call(
	void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail)
{
	struct question *question = context;

	(void)site;
	if (!question->register_hook || target != question->register_hook)
		return code_call_by_name(question->map, target, tail);
	const struct code_value *hook = &state->regs[question->arg];
	/* The earlier candidate is not the hook: the table lies inside it. */
	if (!question->called)
		question->seen = question->conflict = false;
	question->called = true;
	if (hook->kind == VALUE_NUMBER)
		hooks_observe(question, (uint32_t)hook->number);
	else
		question->conflict = true;
	return CODE_END_PATH;
}

/* If everything is inlined (before 6.3): tab->sets[hook]. */
static void visit_indexed(void *context, uint64_t index, unsigned int shift)
{
	struct question *question = context;

	if (!question->called && shift == POINTER_SHIFT)
		hooks_observe(question, index);
}

static struct error *ask_hook(
	struct code_reader *reader, struct question *question, uint32_t prog_type)
{
	const struct code_visitor visitor = {
		.context = question,
		.inside = hooks_visit_inside,
		.call = hooks_visit_call,
		.indexed = visit_indexed,
	};
	struct code_state state;
	enum code_end end;

	code_state_init(reader, question->function->address, &state);
	state.regs[reader->abi->args[0]] = code_number(prog_type);
	question->seen = question->conflict = question->called = false;
	struct error *error =
		code_walk(reader, question->function->address, &state, &visitor, &end);
	if (!error && end == CODE_END_LIMIT)
		question->conflict = true;
	return error;
}

static uint32_t judge_hook(const struct kernel_kfuncs *kfuncs, const struct question *question)
{
	if (question->conflict)
		return KFUNC_HOOK_UNKNOWN;
	/* BTF_KFUNC_HOOK_MAX, or an error before any hook is read. */
	if (!question->seen || question->value >= kfuncs->hook_cnt)
		return KFUNC_HOOK_NONE;
	return (uint32_t)question->value;
}

/* Without a single hook, the code was not understood. Then a type without a hook is unknown, too.
 */
static void doubt_none(struct kernel_kfuncs *kfuncs)
{
	for (size_t i = 0; i < KFUNC_PROG_TYPE_MAX; i++) {
		if (kfuncs->hook_of[i] < kfuncs->hook_cnt)
			return;
	}
	for (size_t i = 0; i < KFUNC_PROG_TYPE_MAX; i++)
		kfuncs->hook_of[i] = KFUNC_HOOK_UNKNOWN;
}

struct error *kfunc_hooks_read(const struct code_map *map, struct code_reader *reader,
	const uint64_t *targets, const struct kbtf *btf, struct kernel_kfuncs *kfuncs)
{
	struct question question = {
		.map = map,
		.register_hook = targets[KFUNC_CALL_HOOK],
		.arg = reader->abi->args[0],
	};
	uint32_t cnt = kfunc_prog_type_cnt(btf);

	if (!targets[KFUNC_CALL_TYPE] || !kfuncs->hook_cnt)
		return NULL;
	question.function = code_map_function(map, targets[KFUNC_CALL_TYPE]);
	for (uint32_t i = 0; question.function && i < cnt; i++) {
		struct error *error = ask_hook(reader, &question, i);
		if (error)
			return error;
		kfuncs->hook_of[i] = judge_hook(kfuncs, &question);
	}
	doubt_none(kfuncs);
	return NULL;
}

static void hooks_visit_returned(void *context, const struct code_state *state)
{
	struct question *question = context;
	const struct code_value *result = &state->regs[question->arg];

	if (result->kind == VALUE_NUMBER)
		hooks_observe(question, (uint8_t)result->number);
	else
		question->conflict = true;
}

/* "return true" and "return false" for architectures whose code is not decoded. */
static const struct {
	uint16_t machine;
	uint8_t size, bytes[4];
	enum tristate answer;
} returns[] = {
	{EM_PPC64, 4, {0x01, 0x00, 0x60, 0x38}, TRISTATE_YES}, /* li r3,1 */
	{EM_PPC64, 4, {0x00, 0x00, 0x60, 0x38}, TRISTATE_NO},
	{EM_S390, 4, {0xa7, 0x29, 0x00, 0x01}, TRISTATE_YES}, /* lghi %r2,1 */
	{EM_S390, 4, {0xa7, 0x29, 0x00, 0x00}, TRISTATE_NO},
	{EM_RISCV, 2, {0x05, 0x45, 0, 0}, TRISTATE_YES}, /* li a0,1 */
	{EM_RISCV, 2, {0x01, 0x45, 0, 0}, TRISTATE_NO},
	{EM_ARM, 4, {0x01, 0x00, 0xa0, 0xe3}, TRISTATE_YES}, /* mov r0,#1 */
	{EM_ARM, 4, {0x00, 0x00, 0xa0, 0xe3}, TRISTATE_NO},
};
#define RETURN_SEARCH_BYTES 32

struct returned {
	bool answers[TRISTATE_YES + 1];
};

static struct returned find_returns(const struct image *image, uint64_t address, uint64_t size)
{
	struct returned found = {{false}};

	for (uint64_t at = 0; at < size; at += 2) {
		for (size_t i = 0; i < ARRAY_SIZE(returns); i++) {
			const unsigned char *code = image_at(image, address + at, returns[i].size);
			if (returns[i].machine == image->machine && code &&
				!memcmp(code, returns[i].bytes, returns[i].size))
				found.answers[returns[i].answer] = true;
		}
	}
	return found;
}

/* A function of this size must contain exactly one of the two. */
static enum tristate read_return(const struct image *image, uint64_t address)
{
	const struct returned found = find_returns(image, address, RETURN_SEARCH_BYTES);

	if (found.answers[TRISTATE_YES] == found.answers[TRISTATE_NO])
		return TRISTATE_UNKNOWN;
	return found.answers[TRISTATE_YES] ? TRISTATE_YES : TRISTATE_NO;
}

static uint64_t bytes_to_next(const struct code_map *map, const struct kernel_symbol *symbol)
{
	for (size_t i = 0; i < map->function_cnt; i++) {
		const struct kernel_symbol *other = &map->symbols->list[map->functions[i]];
		if (other->address > symbol->address)
			return other->address - symbol->address;
	}
	return UINT64_MAX;
}

/* Both results. The boot patches the place that decides (riscv64 alternatives). */
static bool is_decided_at_boot(const struct code_map *map, const struct kernel_symbol *symbol)
{
	uint64_t size = bytes_to_next(map, symbol);
	const struct returned found = find_returns(map->image, symbol->address,
		size < 2 * RETURN_SEARCH_BYTES ? size : 2 * RETURN_SEARCH_BYTES);

	return found.answers[TRISTATE_YES] && found.answers[TRISTATE_NO];
}

static struct error *run_return(const struct code_map *map, struct code_reader *reader,
	const struct kernel_symbol *function, enum tristate *ret)
{
	struct question question = {.map = map, .function = function, .arg = reader->abi->result};
	const struct code_visitor visitor = {
		.context = &question,
		.inside = hooks_visit_inside,
		.call = hooks_visit_call,
		.returned = hooks_visit_returned,
	};
	struct code_state state;
	enum code_end end;

	code_state_init(reader, function->address, &state);
	struct error *error = code_walk(reader, function->address, &state, &visitor, &end);
	if (!error && end == CODE_END_ALL && question.seen && !question.conflict &&
		!is_decided_at_boot(map, function))
		*ret = question.value ? TRISTATE_YES : TRISTATE_NO;
	return error;
}

static struct error *answer_of(const struct code_map *map, struct code_reader *reader,
	const char *name, enum tristate *ret)
{
	const struct kernel_symbol *symbol = code_map_find(map, name);

	if (!symbol)
		return NULL;
	if (reader)
		return run_return(map, reader, symbol, ret);
	/* A larger function decides at run time. */
	if (bytes_to_next(map, symbol) <= 2 * RETURN_SEARCH_BYTES)
		*ret = read_return(map->image, symbol->address);
	return NULL;
}

struct error *kfunc_jit_read(
	const struct code_map *map, struct code_reader *reader, struct kernel_kfuncs *kfuncs)
{
	const struct {
		const char *function;
		enum tristate *answer;
		bool asked_of_few; /* a kernel without this function has no such check */
	} questions[] = {
		{"bpf_jit_supports_kfunc_call", &kfuncs->jit, false},
		{"bpf_jit_supports_exceptions", &kfuncs->jit_exceptions, false},
		{"bpf_jit_supports_arena", &kfuncs->jit_arena, false},
		{"bpf_jit_supports_stack_args", &kfuncs->jit_stack_args, true},
		{"bpf_jit_supports_arena_args", &kfuncs->jit_arena_args, true},
	};
	bool listed = code_map_find(map, questions[0].function);
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(questions) && !error; i++) {
		if (listed && questions[i].asked_of_few && !code_map_find(map, questions[i].function))
			*questions[i].answer = TRISTATE_YES;
		else
			error = answer_of(map, reader, questions[i].function, questions[i].answer);
	}
	return error;
}

/* The bytes up to the next symbol. A table ends with the last type that is compiled in. */
static uint64_t room_of(const struct code_map *map, const struct kernel_symbol *symbol)
{
	uint64_t room = UINT64_MAX;

	for (size_t i = 0; i < map->symbols->cnt; i++) {
		uint64_t distance = map->symbols->list[i].address - symbol->address;
		if (distance && distance < room && !map->symbols->list[i].module)
			room = distance;
	}
	return room;
}

/* The whole table is empty: its pointers are in relocations that were not read. */
static bool read_types(const struct code_map *map, uint32_t cnt, uint64_t *pointers)
{
	const struct kernel_symbol *symbol = code_map_find(map, "bpf_prog_types");
	unsigned int size = map->image->address_bytes;
	uint64_t room = symbol ? room_of(map, symbol) : 0, any = 0;

	for (uint32_t i = 0; i < cnt && (i + 1) * (uint64_t)size <= room; i++) {
		if (!image_read(
			    map->image, symbol->address + (uint64_t)i * size, size, &pointers[i]))
			return false;
		any |= pointers[i];
	}
	return any;
}

/*
 * The verifier's table, made from the same list. The data behind its end is usually not an object.
 * So an entry without a function, behind the last entry with one, proves nothing.
 */
static void read_verifier_ops(
	const struct kfunc_code *code, uint32_t cnt, enum tristate *prog_type_built)
{
	const struct image *image = code->source.image;
	uint32_t type_id = kbtf_find(code->source.btf, "bpf_verifier_ops", BTF_KIND_STRUCT);
	uint64_t table = search_verifier_ops(code), object;
	bool inside = false;

	for (uint32_t i = cnt; table && i-- > 0;) {
		uint64_t place = table + (uint64_t)i * image->address_bytes;
		bool there = image_read(image, place, image->address_bytes, &object) && object &&
			search_is_object(code, type_id, object, 0);
		inside |= there && search_is_object(code, type_id, object, 1);
		prog_type_built[i] = !there ? TRISTATE_NO : inside ? TRISTATE_YES : TRISTATE_UNKNOWN;
	}
}

void kfunc_types_read(const struct kfunc_code *code, struct kernel_kfuncs *kfuncs)
{
	uint32_t cnt = kfunc_prog_type_cnt(code->source.btf);
	uint64_t pointers[KFUNC_PROG_TYPE_MAX] = {0};

	if (!read_types(&code->map, cnt, pointers)) {
		read_verifier_ops(code, cnt, kfuncs->prog_type_built);
		return;
	}
	for (uint32_t i = 0; i < cnt; i++)
		kfuncs->prog_type_built[i] = pointers[i] ? TRISTATE_YES : TRISTATE_NO;
}
