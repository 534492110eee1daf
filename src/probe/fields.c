/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/fields.h"
#include "probe/field_map.h"
#include "probe/insn.h"
#include "probe/load.h"
#include "probe/verdict.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

#define KEY_OFFSET (-4) /* the key, 0, on the stack */

/* A program under construction. Jumps to its end are set when it is finished. */
struct program {
	struct bpf_insn insns[40];
	size_t cnt, jumps[4], jump_cnt;
};

static void add_insns(struct program *program, const struct bpf_insn *insns, size_t cnt)
{
	memcpy(program->insns + program->cnt, insns, cnt * sizeof(*insns));
	program->cnt += cnt;
}
#define ADD(program, ...)                                                                          \
	add_insns(program, (const struct bpf_insn[]) {__VA_ARGS__},                                \
		ARRAY_SIZE(((const struct bpf_insn[]) {__VA_ARGS__})))

static void add_jump_to_end(struct program *program, struct bpf_insn jump)
{
	program->jumps[program->jump_cnt++] = program->cnt;
	add_insns(program, &jump, 1);
}

static void program_finish(struct program *program, int32_t ret)
{
	for (size_t i = 0; i < program->jump_cnt; i++)
		program->insns[program->jumps[i]].off =
			(int16_t)(program->cnt - program->jumps[i] - 1);
	ADD(program, INSN_MOV(BPF_REG_0, ret), INSN_EXIT);
}

/* R0 = map_lookup_elem(R1, &key), or the end if there is no element. */
static void add_lookup(struct program *program)
{
	ADD(program, INSN_STORE(BPF_W, BPF_REG_10, KEY_OFFSET, 0),
		INSN_MOV_REG(BPF_REG_2, BPF_REG_10), INSN_ALU(BPF_ADD, BPF_REG_2, KEY_OFFSET),
		INSN_HELPER(BPF_FUNC_map_lookup_elem));
	add_jump_to_end(program, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));
}

static uint32_t function_id(const struct kit *kit, const char *name)
{
	return kit->kernel->btf ? kbtf_find(kit->kernel->btf, name, BTF_KIND_FUNC) : 0;
}

/* The call with the value in R7 and its map in R6. False: this kernel's BTF lacks the function. */
static bool add_call(struct program *program, const struct kit *kit, enum map_field field)
{
	uint32_t init = function_id(kit, "bpf_wq_init");
	uint32_t lock = function_id(kit, "bpf_res_spin_lock");
	uint32_t unlock = function_id(kit, "bpf_res_spin_unlock");

	ADD(program, INSN_MOV_REG(BPF_REG_7, BPF_REG_0), INSN_MOV_REG(BPF_REG_1, BPF_REG_0),
		INSN_MOV_REG(BPF_REG_2, BPF_REG_6));
	switch (field) {
	case MAP_FIELD_TIMER: /* CLOCK_MONOTONIC */
		ADD(program, INSN_MOV(BPF_REG_3, 1), INSN_HELPER(BPF_FUNC_timer_init));
		return true;
	case MAP_FIELD_WORKQUEUE:
		ADD(program, INSN_MOV(BPF_REG_3, 0), INSN_KFUNC((int32_t)init));
		return init;
	case MAP_FIELD_SPIN_LOCK:
		ADD(program, INSN_HELPER(BPF_FUNC_spin_lock),
			INSN_MOV_REG(BPF_REG_1, BPF_REG_7), INSN_HELPER(BPF_FUNC_spin_unlock));
		return true;
	case MAP_FIELD_RES_SPIN_LOCK:
		ADD(program, INSN_KFUNC((int32_t)lock));
		add_jump_to_end(program, (struct bpf_insn)INSN_JMP(BPF_JNE, BPF_REG_0, 0, 0));
		ADD(program, INSN_MOV_REG(BPF_REG_1, BPF_REG_7), INSN_KFUNC((int32_t)unlock));
		return lock && unlock;
	default:
		return false;
	}
}

/* A real call, with the field in the map, or in the map inside the map. */
static bool make_call(struct program *program, const struct kit *kit, enum map_field field,
	int map_fd, bool inside, int32_t ret)
{
	*program = (struct program) {0};
	ADD(program, INSN_MAP(BPF_REG_6, map_fd), INSN_MOV_REG(BPF_REG_1, BPF_REG_6));
	add_lookup(program);
	if (inside) {
		ADD(program, INSN_MOV_REG(BPF_REG_6, BPF_REG_0),
			INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
		add_lookup(program);
	}
	bool known = add_call(program, kit, field);
	program_finish(program, ret);
	return known;
}

bool field_timer_refused(struct kit *kit, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = field_map_create(kit, map_fields[MAP_FIELD_TIMER].type, 0);
	struct program program;

	if (map < 0 || !make_call(&program, kit, MAP_FIELD_TIMER, map, false, 0))
		return false;
	int ret = kit_load_insns(kit, BPF_PROG_TYPE_SOCKET_FILTER, program.insns, program.cnt);
	struct verdict said = {0};
	if (ret < 0)
		said = verdict_read(LOAD_MAP, -ret, kit->log);
	kit_close_fd(ret);
	if (!said.line || strcmp(said.rule, RULE_TIMER_RT) != 0)
		return false;
	kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%.*s", (int)said.line_len, said.line);
	return true;
}

/* One field, while its calls are asked about. Descriptors: negative if the map could not be created. */
struct asking {
	struct controls *controls;
	const struct probe_contexts *contexts;
	struct snapshot *snapshot;
	enum map_field field;
	int map, plain, outer, outer_plain;
};

/* May a map inside a map have the field? Unknown: no call of it could be tried. */
static enum tristate accepts_inside(const struct asking *asking, const struct probe_context *context)
{
	struct program program;

	/* bpf_map_meta_alloc(), before 6.2: ENOTSUPP for a lock. */
	if (asking->outer == -ENOTSUPP && asking->outer_plain >= 0)
		return TRISTATE_NO;
	if (asking->outer < 0 || !make_call(&program, asking->controls->kit, asking->field,
					 asking->outer, true, context->place.ret))
		return TRISTATE_UNKNOWN;
	return loader_try(&asking->controls->loader, &context->place, program.insns, program.cnt)
		? TRISTATE_UNKNOWN
		: TRISTATE_YES;
}

/* May a program of the context allocate an object, which may have the field? Unknown without BTF. */
static enum tristate may_allocate(const struct asking *asking, const struct probe_context *context)
{
	static const char *const names[] = {"bpf_obj_new_impl", "bpf_obj_new"};
	struct loader *loader = &asking->controls->loader;

	if (!map_fields[asking->field].in_objects)
		return TRISTATE_NO;
	if (!asking->controls->kit->kernel->btf)
		return TRISTATE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t id = function_id(asking->controls->kit, names[i]);
		int errnum = id ? loader_try_call(loader, &context->place,
					  (struct bpf_insn)INSN_KFUNC((int32_t)id))
				: EINVAL;
		struct verdict verdict = verdict_read(CALL_KFUNC, errnum, loader->log);
		if (id && cell_state_usable(verdict.state))
			return TRISTATE_YES;
		if (id && !cell_state_definite(verdict.state))
			return TRISTATE_UNKNOWN;
	}
	return TRISTATE_NO;
}

/* A refusal counts only if another program type may refer to this map: the map itself is no reason. */
static bool is_accepted_elsewhere(const struct asking *asking)
{
	static const enum prog_type types[] = {
		PROG_TYPE_SOCKET_FILTER, PROG_TYPE_CGROUP_SKB, PROG_TYPE_SCHED_CLS, PROG_TYPE_XDP};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct load_place place = {.prog_type = types[i], .map_fd = asking->map};
		if (!loader_try_trivial(&asking->controls->loader, &place))
			return true;
	}
	return false;
}

/* The verifier's refusal of a program that refers to the map; NULL: it does not refuse, or no answer. */
static const char *refusal(
	const struct asking *asking, const struct probe_context *context, int *errnum)
{
	struct loader *loader = &asking->controls->loader;
	struct load_place place = context->place;

	place.map_fd = asking->map;
	*errnum = loader_try_trivial(loader, &place);
	struct verdict verdict = verdict_read(LOAD_MAP, *errnum, loader->log);
	if (verdict.state != CELL_IMPOSSIBLE)
		return NULL;
	const char *line = pool_strndup(&asking->snapshot->pool, verdict.line, verdict.line_len);
	place.map_fd = asking->plain;
	return asking->plain >= 0 && !loader_try_trivial(loader, &place) &&
			is_accepted_elsewhere(asking)
		? line
		: NULL;
}

static bool is_asked(const struct asking *asking, const char *name, const struct cell *cell)
{
	return map_field_of_call(name) == asking->field && cell_state_usable(cell->state);
}

/* Has a call of the field a usable cell in the context? */
static bool context_is_asked(const struct asking *asking, size_t at)
{
	const struct snapshot *snapshot = asking->snapshot;

	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		if (is_asked(asking, snapshot->helpers[i].name, &snapshot->helpers[i].cells[at]))
			return true;
	}
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (is_asked(asking, snapshot->kfuncs[i].name, &snapshot->kfuncs[i].cells[at]))
			return true;
	}
	return false;
}

static struct error *lower_cells(const struct asking *asking, size_t at, enum cell_state state,
	int errnum, const char *rule, const char *line)
{
	struct snapshot *snapshot = asking->snapshot;
	struct evidence *evidence = pool_alloc(&snapshot->pool, sizeof(*evidence));

	if (!evidence || !line)
		return error_no_memory();
	*evidence = (struct evidence) {.errnum = errnum, .line = line, .rule = rule};
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		struct cell *cell = &snapshot->helpers[i].cells[at];
		if (is_asked(asking, snapshot->helpers[i].name, cell))
			*cell = (struct cell) {state, false, evidence};
	}
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		struct cell *cell = &snapshot->kfuncs[i].cells[at];
		if (is_asked(asking, snapshot->kfuncs[i].name, cell))
			*cell = (struct cell) {state, false, evidence};
	}
	return NULL;
}

static struct error *conclude_context(const struct asking *asking, size_t at)
{
	const struct probe_context *context = &asking->contexts->list[at];
	struct pool *pool = &asking->snapshot->pool;
	int errnum;
	/* A place with a map of its own is a struct_ops member's, which the check is not about. */
	const char *line = context->place.map_fd ? NULL : refusal(asking, context, &errnum);

	if (!line)
		return NULL;
	enum tristate allocates = may_allocate(asking, context);
	if (allocates == TRISTATE_YES)
		return NULL;
	if (allocates == TRISTATE_UNKNOWN)
		return lower_cells(asking, at, CELL_UNKNOWN, errnum, RULE_MAP_FIELD,
			pool_printf(pool, "%s; whether an object may have the %s is unknown", line,
				map_fields[asking->field].type));
	switch (accepts_inside(asking, context)) {
	case TRISTATE_NO:
		return lower_cells(asking, at, CELL_IMPOSSIBLE, errnum, RULE_MAP_FIELD, line);
	case TRISTATE_YES:
		return lower_cells(asking, at, CELL_CONDITIONAL, errnum, RULE_MAP_FIELD,
			pool_printf(pool, "%s; only a map inside a map may have the %s", line,
				map_fields[asking->field].type));
	default:
		return lower_cells(asking, at, CELL_UNKNOWN, errnum, RULE_MAP_FIELD,
			pool_printf(pool,
				"%s; whether a map inside a map may have the %s could not be tried",
				line, map_fields[asking->field].type));
	}
}

/* The verifier's refusal of every timer, by a real call; NULL: it accepts one, or no answer. */
static const char *timer_refusal(const struct asking *asking, int *errnum)
{
	struct kit_verdict verdict = {0};

	if (asking->field != MAP_FIELD_TIMER ||
		!field_timer_refused(asking->controls->kit, &verdict))
		return NULL;
	*errnum = verdict.errnum;
	return pool_strdup(&asking->snapshot->pool, verdict.reason);
}

static struct error *conclude_field(const struct asking *asking)
{
	int timer_errnum;
	const char *no_timers = timer_refusal(asking, &timer_errnum);
	struct error *error = NULL;

	for (size_t i = 0; i < asking->contexts->cnt && !error; i++) {
		if (!context_is_asked(asking, i))
			continue;
		error = no_timers ? lower_cells(asking, i, CELL_IMPOSSIBLE, timer_errnum,
					    RULE_TIMER_RT, no_timers)
				  : conclude_context(asking, i);
	}
	return error;
}

static bool field_is_asked(const struct asking *asking)
{
	for (size_t i = 0; i < asking->contexts->cnt; i++) {
		if (context_is_asked(asking, i))
			return true;
	}
	return false;
}

static int create_outer(struct kit *kit, int inner)
{
	const struct kit_map_attr attr = {.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
		.inner_map_fd = (uint32_t)inner};

	return inner < 0 ? inner : kit_map(kit, &attr);
}

struct error *fields_conclude(struct controls *controls, const struct probe_contexts *contexts,
	struct snapshot *snapshot)
{
	struct kit *kit = controls->kit;
	struct error *error = NULL;

	for (enum map_field field = 0; field < MAP_FIELD_CNT && !error; field++) {
		struct asking asking = {controls, contexts, snapshot, field, -1, -1, -1, -1};
		if (!field_is_asked(&asking))
			continue;
		asking.map = field_map_create(kit, map_fields[field].type, 0);
		asking.plain = kit_array(kit);
		asking.outer = create_outer(kit, asking.map);
		asking.outer_plain = create_outer(kit, asking.plain);
		if (asking.map >= 0)
			error = conclude_field(&asking);
		kit_close_fd(asking.map);
		kit_close_fd(asking.plain);
		kit_close_fd(asking.outer);
		kit_close_fd(asking.outer_plain);
	}
	return error;
}
