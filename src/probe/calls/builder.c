/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void intern_path(struct builder *builder)
{
	const char *path = pool_intern(&builder->pool, builder->path, strlen(builder->path));

	builder->path_interned = path ? path : "";
}

void builder_init(struct builder *builder, struct planner *planner, struct recipe *recipe,
	const struct call_target *target)
{
	memset(builder, 0, sizeof(*builder));
	builder->planner = planner;
	builder->recipe = recipe;
	builder->target = target;
	intern_path(builder);
}

void builder_deinit(struct builder *builder)
{
	pool_destroy(&builder->pool);
}

void builder_fail(struct builder *builder, const char *format, ...)
{
	va_list args;

	if (builder->failed)
		return;
	va_start(args, format);
	builder->missing = pool_vprintf(&builder->pool, format, args);
	va_end(args);
	builder->failed = true;
	builder->failed_at = builder->path_interned;
}

void builder_add(struct builder *builder, struct bpf_insn insn)
{
	if (builder->failed)
		return;
	if (builder->insn_cnt == BUILDER_INSNS_MAX) {
		builder_fail(builder, "a shorter program");
		return;
	}
	builder->owners[builder->insn_cnt] = builder->path_interned;
	builder->insns[builder->insn_cnt++] = insn;
}

struct value builder_room(struct builder *builder, size_t size_bytes, bool filled)
{
	int32_t room = (int32_t)((size_bytes + 7) & ~(size_t)7);

	if (!room || size_bytes > BUILDER_STACK_MAX || builder->stack_bytes + room > BUILDER_STACK_MAX) {
		builder_fail(builder, "room on the stack");
		return (struct value) {VALUE_NONE, 0, 0};
	}
	builder->stack_bytes += room;
	builder->rooms[builder->room_cnt].offset = -builder->stack_bytes;
	builder->rooms[builder->room_cnt].size_bytes = room;
	builder->rooms[builder->room_cnt++].filled = filled;
	for (int32_t i = 0; filled && i < room; i += 8)
		ADD(builder, INSN_STORE(BPF_DW, BPF_REG_10, (int16_t)(i - builder->stack_bytes), 0));
	return (struct value) {VALUE_STACK, -builder->stack_bytes, 0};
}

struct value builder_keep(struct builder *builder, uint8_t reg)
{
	struct value room = builder_room(builder, 8, false);

	ADD(builder, INSN_STORE_REG(BPF_DW, BPF_REG_10, reg, (int16_t)room.number));
	return (struct value) {VALUE_SLOT, room.number, 0};
}

void builder_set(struct builder *builder, uint8_t reg, struct value value)
{
	switch (value.kind) {
	case VALUE_NONE:
	case VALUE_NUMBER:
		ADD(builder, INSN_MOV(reg, value.number));
		break;
	case VALUE_STACK:
		ADD(builder, INSN_MOV_REG(reg, BPF_REG_10), INSN_ALU(BPF_ADD, reg, value.number));
		break;
	case VALUE_SLOT:
		ADD(builder, INSN_LOAD(BPF_DW, reg, BPF_REG_10, (int16_t)value.number));
		if (value.add)
			ADD(builder, INSN_ALU(BPF_ADD, reg, value.add));
		break;
	case VALUE_MAP:
		ADD(builder, INSN_MAP(reg, value.number));
		break;
	case VALUE_MAP_VALUE:
		ADD(builder, INSN_MAP_VALUE(reg, value.number, value.add));
		break;
	case VALUE_CALLBACK:
		builder->callbacks[value.number] = true;
		builder_types(builder);
		ADD(builder,
			INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_FUNC, 0, value.number),
			INSN(0, 0, 0, 0, 0));
		break;
	case VALUE_CONTEXT:
		ADD(builder, INSN_MOV_REG(reg, BPF_REG_6));
		break;
	case VALUE_KSYM:
		ADD(builder, INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_BTF_ID, 0, value.number),
			INSN(0, 0, 0, 0, 0));
		break;
	}
}

const struct objects *builder_types(struct builder *builder)
{
	objects_types(&builder->planner->objects);
	builder->typed = true;
	return &builder->planner->objects;
}

void builder_call(struct builder *builder, const struct callee *callee)
{
	if (!callee)
		builder_fail(builder, "a function that this kernel lacks");
	else
		builder_add(builder, callee->insn);
}

void builder_bail(struct builder *builder, struct bpf_insn jump)
{
	if (builder->failed)
		return;
	if (builder->bail_cnt == BUILDER_BAILS_MAX) {
		builder_fail(builder, "a program with fewer checks");
		return;
	}
	builder->bails[builder->bail_cnt].insn = (uint16_t)builder->insn_cnt;
	builder->bails[builder->bail_cnt++].cleanup_cnt = (uint8_t)builder->cleanup_cnt;
	builder_add(builder, jump);
}

void builder_bail_if_null(struct builder *builder, uint8_t reg)
{
	builder_bail(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, reg, 0, 0));
}

bool map_value(struct builder *builder, const char *map, int32_t offset, struct value *value)
{
	int fd = objects_map(&builder->planner->objects, map);

	*value = (struct value) {VALUE_MAP_VALUE, fd, offset};
	return fd >= 0;
}

struct value map_value_or_fail(struct builder *builder, const char *map)
{
	struct value value;

	if (!map_value(builder, map, 0, &value))
		builder_fail(builder, "a map %s", map);
	return value;
}

struct value builder_map(struct builder *builder, const char *what, const char *map)
{
	int fd = objects_map(&builder->planner->objects, map);

	if (fd < 0)
		builder_fail(builder, "%s %s", what, map);
	return (struct value) {VALUE_MAP, fd, 0};
}

void builder_look_up(struct builder *builder, const char *what, const char *map)
{
	struct value key = builder_room(builder, KEY_BYTES, true);

	builder_set(builder, BPF_REG_1, builder_map(builder, what, map));
	builder_set(builder, BPF_REG_2, key);
	builder_call(builder, planner_callee(builder->planner, "bpf_map_lookup_elem"));
}

struct value builder_keep_pointer(struct builder *builder, uint8_t reg)
{
	builder_bail_if_null(builder, reg);
	return builder_keep(builder, reg);
}

struct value builder_keep_pointer_in(struct builder *builder, const char *map)
{
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, map));
	ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_1, 0));
	return builder_keep_pointer(builder, BPF_REG_1);
}

struct value make_map(struct builder *builder, const struct alternative *alternative)
{
	return builder_map(builder, "a map", alternative->text);
}

struct value make_memory(struct builder *builder, const struct alternative *alternative)
{
	return builder_room(builder, (size_t)alternative->number, true);
}

size_t builder_jump(struct builder *builder, struct bpf_insn jump)
{
	builder_add(builder, jump);
	return builder->insn_cnt - 1;
}

void builder_land(struct builder *builder, size_t jump)
{
	if (!builder->failed)
		builder->insns[jump].off = (int16_t)(builder->insn_cnt - jump - 1);
}

void builder_clean_later(struct builder *builder, struct cleanup cleanup)
{
	if (builder->cleanup_cnt == BUILDER_CLEANUPS_MAX)
		builder_fail(builder, "a program with fewer references");
	else
		builder->cleanups[builder->cleanup_cnt++] = cleanup;
}

static void run_cleanup(struct builder *builder, size_t index)
{
	struct cleanup cleanup = builder->cleanups[index];

	cleanup.run(builder, &cleanup);
}

/* The jumps that have to run the first `cnt` clean-ups land here. */
static void land_bails(struct builder *builder, size_t cnt)
{
	for (size_t i = 0; i < builder->bail_cnt && !builder->failed; i++) {
		if (builder->bails[i].cleanup_cnt == cnt)
			builder_land(builder, builder->bails[i].insn);
	}
}

static size_t most_cleanups(const struct builder *builder)
{
	size_t most = 0;

	for (size_t i = 0; i < builder->bail_cnt; i++) {
		if (builder->bails[i].cleanup_cnt > most)
			most = builder->bails[i].cleanup_cnt;
	}
	return most;
}

/* The failure paths, one clean-up after the other, behind the normal end. */
static void add_bail_paths(struct builder *builder)
{
	size_t most = most_cleanups(builder);

	if (!most)
		return;
	size_t end = builder_jump(builder, (struct bpf_insn)INSN_JA(0));
	for (size_t cnt = most; cnt > 0; cnt--) {
		land_bails(builder, cnt);
		run_cleanup(builder, cnt - 1);
	}
	builder_land(builder, end);
}

static void add_callbacks(struct builder *builder)
{
	const uint32_t *types = builder->planner->objects.func_ids;
	size_t offsets[CALLBACK_CNT] = {0};

	builder->funcs[0] = (struct bpf_func_info) {.insn_off = 0, .type_id = types[0]};
	builder->func_cnt = 1;
	for (size_t i = 0; i < CALLBACK_CNT && !builder->failed; i++) {
		if (!builder->callbacks[i])
			continue;
		offsets[i] = builder->insn_cnt;
		builder->funcs[builder->func_cnt++] = (struct bpf_func_info) {
			.insn_off = (uint32_t)builder->insn_cnt, .type_id = types[1 + i]};
		ADD(builder, INSN_MOV(BPF_REG_0, 0), INSN_EXIT);
	}
	for (size_t i = 0; i < builder->insn_cnt; i++) {
		struct bpf_insn *insn = &builder->insns[i];
		if (insn->code == (BPF_LD | BPF_DW | BPF_IMM) && insn->src_reg == BPF_PSEUDO_FUNC)
			insn->imm = (int32_t)(offsets[insn->imm] - i - 1);
	}
}

void builder_finish(struct builder *builder, uint32_t consumed)
{
	builder_enter(builder, "exit");
	for (size_t i = builder->cleanup_cnt; i-- > 0;) {
		if (!(consumed & 1u << i))
			run_cleanup(builder, i);
	}
	add_bail_paths(builder);
	land_bails(builder, 0);
	ADD(builder, INSN_MOV(BPF_REG_0, builder->planner->context->place.ret), INSN_EXIT);
	add_callbacks(builder);
	builder_leave(builder);
}

void builder_enter(struct builder *builder, const char *step)
{
	size_t len = strlen(builder->path);

	if (len + strlen(step) + 2 > sizeof(builder->path)) {
		builder_fail(builder, "a way with fewer steps");
		step = "";
	}
	snprintf(builder->path + len, sizeof(builder->path) - len, "%s%s", len ? "/" : "", step);
	intern_path(builder);
}

void builder_leave(struct builder *builder)
{
	char *slash = strrchr(builder->path, '/');

	*(slash ? slash : builder->path) = '\0';
	intern_path(builder);
}

static struct alternative *add(
	struct alternatives *alternatives, struct alternative added, const char *format, va_list args)
{
	if (alternatives->cnt == ALTERNATIVES_MAX)
		return &alternatives->list[ALTERNATIVES_MAX - 1];
	vsnprintf(added.name, sizeof(added.name), format, args);
	alternatives->list[alternatives->cnt] = added;
	return &alternatives->list[alternatives->cnt++];
}

struct alternative *alternatives_add(struct alternatives *alternatives,
	struct value (*make)(struct builder *, const struct alternative *), const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct alternative *added =
		add(alternatives, (struct alternative) {.make = make}, format, args);
	va_end(args);
	return added;
}

void alternatives_add_value(
	struct alternatives *alternatives, struct value value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(alternatives, (struct alternative) {.value = value}, format, args);
	va_end(args);
}

void alternatives_add_number(struct alternatives *alternatives, int32_t number)
{
	alternatives_add_value(alternatives, (struct value) {VALUE_NUMBER, number, 0}, "%d", number);
}

struct value alternative_make(struct builder *builder, const struct alternative *alternative)
{
	return alternative->make ? alternative->make(builder, alternative) : alternative->value;
}

static bool find_alternative(const struct alternatives *alternatives, const char *name, size_t *at)
{
	for (size_t i = 0; i < alternatives->cnt; i++) {
		if (!strcmp(alternatives->list[i].name, name)) {
			*at = i;
			return true;
		}
	}
	return false;
}

static void find_more(struct builder *builder, struct alternatives *alternatives)
{
	void (*more)(struct builder *, struct alternatives *) = alternatives->more;

	alternatives->more = NULL;
	if (more && builder->no_surveys)
		builder->left_out = true;
	else if (more)
		more(builder, alternatives);
}

/* The one that the recipe names; else the first. */
static size_t select_alternative(struct builder *builder, struct alternatives *alternatives)
{
	const char *wanted = recipe_get(builder->recipe, builder->path);
	size_t at = 0;

	if (wanted && find_alternative(alternatives, wanted, &at))
		return at;
	if (wanted && !strcmp(wanted, RECIPE_MORE)) {
		size_t before = alternatives->cnt;
		find_more(builder, alternatives);
		if (before == alternatives->cnt)
			builder_fail(builder, "%s", alternatives->wanted);
		return before;
	}
	if (wanted && builder->replaying && alternatives->by_name &&
		alternatives->by_name(builder, alternatives, wanted))
		return alternatives->cnt - 1;
	if (wanted || !alternatives->cnt)
		find_more(builder, alternatives);
	return wanted && find_alternative(alternatives, wanted, &at) ? at : 0;
}

bool builder_has_enough(
	const struct builder *builder, const char *step, const struct alternatives *alternatives)
{
	char path[RECIPE_PATH_MAX * 2];

	if (!builder->replaying || !alternatives->cnt)
		return false;
	snprintf(path, sizeof(path), "%s%s%s", builder->path, *builder->path ? "/" : "", step);
	return !recipe_get(builder->recipe, path);
}

static void record(struct builder *builder, const struct alternatives *alternatives, size_t taken)
{
	if (builder->choice_cnt == RECIPE_CHOICES_MAX) {
		builder_fail(builder, "a way with fewer choices");
		return;
	}
	struct choice *choice = &builder->choices[builder->choice_cnt++];
	*choice = (struct choice) {.path = builder->path_interned,
		.names = pool_calloc(&builder->pool, alternatives->cnt, sizeof(*choice->names)),
		.taken = taken,
		.is_named = alternatives->list[taken].callee || alternatives->list[taken].is_named,
		.more = alternatives->more};
	for (size_t i = 0; choice->names && i < alternatives->cnt; i++) {
		choice->names[choice->cnt] = pool_strdup(&builder->pool, alternatives->list[i].name);
		if (choice->names[choice->cnt])
			choice->cnt++;
	}
}

struct value builder_choose(
	struct builder *builder, const char *step, struct alternatives *alternatives)
{
	struct value value = {VALUE_NONE, 0, 0};

	if (builder->failed)
		return value;
	builder_enter(builder, step);
	size_t taken = select_alternative(builder, alternatives);
	if (!alternatives->cnt && !builder->failed)
		builder_fail(builder, "%s", alternatives->wanted ? alternatives->wanted : step);
	else if (!builder->failed)
		record(builder, alternatives, taken);
	if (!builder->failed)
		value = alternative_make(builder, &alternatives->list[taken]);
	builder_leave(builder);
	return value;
}
