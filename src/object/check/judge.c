/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/judge.h"
#include "kernel/context.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

const char *check_state_word(enum check_state state)
{
	static const char *const words[] = {
#define CHECK_STATE_WORD(name, word, meaning) [CHECK_##name] = word,
		CHECK_STATES(CHECK_STATE_WORD)};

	return words[state];
}

const char *check_kind_word(enum check_kind kind)
{
	static const char *const words[] = {
#define CHECK_KIND_WORD(name, word) [CHECK_NEEDS_##name] = word,
		CHECK_KINDS(CHECK_KIND_WORD)};

	return words[kind];
}

static void judge_object(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	if (object->refusal)
		judge_add(judge,
			(struct check_need) {.kind = CHECK_NEEDS_OBJECT,
				.state = judge->check->other_loader ? CHECK_UNKNOWN : CHECK_UNMET,
				.name = "libbpf",
				.reason = object->refusal,
				.of_object = true});
	if (judge->program->too_many_members)
		judge_add(judge,
			(struct check_need) {.kind = CHECK_NEEDS_OBJECT,
				.state = CHECK_UNMET,
				.name = "functions",
				.reason = "a kernel takes at most 256 functions of a program"});
}

/* Without a value, a weak one is 0, and a strong one stops the whole object. */
static void judge_externs(struct judge *judge)
{
	static const enum check_state states[] = {
		[EXTERN_UNKNOWN] = CHECK_UNKNOWN,
		[EXTERN_ABSENT] = CHECK_UNMET,
		[EXTERN_PRESENT] = CHECK_MET,
	};
	const struct object *object = judge->checked->object;

	for (uint32_t i = 0; i < object->extern_cnt; i++) {
		const struct object_extern *wanted = &object->externs[i];
		const struct world_extern *found = &judge->world->externs[i];
		struct check_need need = {
			.kind = CHECK_NEEDS_EXTERN,
			.name = wanted->name,
			.state = states[found->state],
			.reason = found->reason ? found->reason : "the kernel has it",
			.of_object = true,
		};
		if (wanted->weak) {
			need.guarded = need.state != CHECK_MET;
			need.state = CHECK_MET;
		}
		judge_add(judge, need);
	}
}

static void judge_struct_ops(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (size_t i = 0; i < object->ops_cnt; i++) {
		struct check_need need = {.kind = CHECK_NEEDS_STRUCT_OPS,
			.name = object->ops[i].type,
			.of_object = true};
		struct error *error =
			check_struct_ops(&judge->check->pool, judge->world, &object->ops[i], &need);
		judge->no_memory |= error != NULL;
		error_free(error);
		judge_add(judge, need);
	}
}

static void judge_maps(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (uint32_t i = 0; i < object->map_cnt; i++) {
		struct check_need need = {
			.kind = CHECK_NEEDS_MAP, .name = object->maps[i].name, .of_object = true};
		judge_take_answer(judge, judge->checked->map_nodes[i], &need);
		if (need.state == CHECK_UNKNOWN)
			check_map_from_types(&judge->kernel->scope, object->maps[i].type, &need);
		if (need.state == CHECK_MET || !object->maps[i].type)
			check_map_of_loader(judge->check, &judge->kernel->scope, judge->checked, &object->maps[i], &need);
		judge_add(judge, need);
	}
}

bool check_lacks_target(const char *section)
{
	struct section parsed;

	if (!section_parse(section, &parsed) || parsed.target)
		return false;
	return parsed.row->target != TARGET_NONE && parsed.row->target != TARGET_ITER &&
		parsed.row->target != TARGET_STRUCT_OPS;
}

static const char *statement_of(struct judge *judge, const char *statement)
{
	const char *text = pool_printf(&judge->check->pool,
		"the loader sets it: 'program %s %s' in a profile", judge->program->name, statement);

	judge->no_memory |= !text;
	return text;
}

static void judge_section(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {
		.kind = CHECK_NEEDS_SECTION, .name = program->section, .state = CHECK_MET};
	struct section parsed;

	need.reason = "libbpf knows the section";
	if (!program->context) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "libbpf knows no program type for this section name";
		need.guard = statement_of(judge, "section = SECTION");
	} else if (section_parse(program->section, &parsed) &&
		parsed.row->target == TARGET_PROGRAM) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "the program replaces a function of another program";
		need.guard = "the loader names the other program";
	} else if (check_lacks_target(program->section)) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "the section names no target";
		need.guard = statement_of(judge, "target = FUNCTION");
	}
	judge_add(judge, need);
}

/* Is its target a function that the kernel was built without? */
static bool targets_unbuilt(const struct judge *judge)
{
	struct section section;

	return !judge->kernel->scope.kernel && section_parse(judge->program->section, &section) &&
		section.kind == SECTION_FUNCTION && section.target &&
		check_option_of_name(judge->kernel, section.target);
}

static void judge_context(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {.kind = CHECK_NEEDS_CONTEXT, .name = program->context};

	if (!program->context)
		return;
	judge_take_answer(judge, program->asks_context, &need);
	if (need.state == CHECK_UNKNOWN && program->asks_base) {
		struct check_need base = need;
		judge_take_answer(judge, program->asks_base, &base);
		if (base.state == CHECK_MET)
			check_target_from_files(judge->kernel, program->section, &need);
	}
	if (need.state == CHECK_UNKNOWN && targets_unbuilt(judge)) {
		need.state = CHECK_UNMET;
		need.predicted = true;
		need.reason = CHECK_NOT_BUILT;
	}
	judge->no_program = need.state == CHECK_UNMET || need.state == CHECK_BLOCKED;
	judge_add(judge, need);
}

static void judge_attach(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {.kind = CHECK_NEEDS_ATTACH, .name = program->section};

	if (!program->asks_attach)
		return;
	judge_take_answer(judge, program->asks_attach, &need);
	if (need.state == CHECK_UNKNOWN && program->asks_likewise) {
		struct check_need likewise = need;
		judge_take_answer(judge, program->asks_likewise, &likewise);
		if (likewise.state == CHECK_MET || likewise.state == CHECK_UNMET)
			need = likewise;
	}
	if (need.state == CHECK_UNKNOWN)
		check_attach_from_files(judge->kernel, program->section, &need);
	judge_add(judge, need);
}

static int compare_needs(const void *a, const void *b)
{
	const struct check_need *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->name, y->name);
}

static const struct check_need *first_in_state(
	const struct check_cell *cell, enum check_state state, bool attach)
{
	for (size_t i = 0; i < cell->need_cnt; i++) {
		const struct check_need *need = &cell->needs[i];
		if (need->state == state && (need->kind == CHECK_NEEDS_ATTACH) == attach)
			return need;
	}
	return NULL;
}

/* The worst one decides, and the first of the worst ones explains. Attaching comes after loading.
 */
static void conclude(struct check_cell *cell)
{
	if (cell->need_cnt)
		qsort(cell->needs, cell->need_cnt, sizeof(*cell->needs), compare_needs);
	for (size_t i = 0; i < cell->need_cnt; i++) {
		const struct check_need *need = &cell->needs[i];
		enum check_state *into =
			need->kind == CHECK_NEEDS_ATTACH ? &cell->attach : &cell->load;
		if (need->state > *into)
			*into = need->state;
	}
	if (cell->load != CHECK_MET)
		cell->first = first_in_state(cell, cell->load, false);
	else if (cell->attach != CHECK_MET)
		cell->first = first_in_state(cell, cell->attach, true);
}

static struct error *judge_program(struct judge *judge)
{
	const struct flow_case any = {.assumption = FLOW_UNKNOWN};
	struct error *error =
		flow_run(judge->world, judge->program->function, &any, &judge->flows.any);

	if (error)
		return error;
	judge_object(judge);
	judge_externs(judge);
	judge_struct_ops(judge);
	judge_maps(judge);
	judge_section(judge);
	judge_context(judge);
	judge_license(judge);
	judge_code(judge);
	judge_arguments(judge);
	judge_attach(judge);
	conclude(judge->cell);
	return judge->no_memory || judge->flows.no_memory ? error_no_memory() : NULL;
}

/* Without types, the list of kfuncs tells which of them a kernel has. */
static void refine_extern(
	struct world *world, const struct check_call *call, const struct check_kernel *kernel)
{
	struct world_extern *found = &world->externs[call->id];

	if (!call->is_kfunc || !call->node || found->state != EXTERN_UNKNOWN)
		return;
	const struct require_verdict *verdict = require_verdict_of(kernel->answer, call->node);
	/* A kernel without calls of kfuncs has none, and neither have its modules. */
	bool absent = verdict->value == TRISTATE_NO && verdict->state &&
		(!strcmp(verdict->state, cell_state_word(CELL_ABSENT)) ||
			!strcmp(verdict->state, support_state_word(SUPPORT_UNSUPPORTED)));
	if (absent)
		*found = (struct world_extern) {.state = EXTERN_ABSENT,
			.reason = "not among the kfuncs of the kernel and its modules"};
	else if (verdict->value != TRISTATE_UNKNOWN)
		found->state = EXTERN_PRESENT;
}

static void refine_externs(
	struct world *world, const struct check_object *checked, const struct check_kernel *kernel)
{
	for (size_t i = 0; i < checked->program_cnt; i++) {
		for (size_t j = 0; j < checked->programs[i].call_cnt; j++)
			refine_extern(world, &checked->programs[i].calls[j], kernel);
	}
}

/* Programs that share much code follow it again and again: some seconds for each kernel are enough. */
#define FLOW_OBJECT_MAX 8000000u

static struct error *judge_on_kernel(
	struct check *check, const struct check_object *checked, size_t kernel)
{
	_cleanup_pool_ struct pool pool = {0};
	size_t flow_left = FLOW_OBJECT_MAX;
	struct world world;
	struct error *error = world_create(checked->object, &check->kernels[kernel], &pool, &world);

	world.settings = checked->settings;
	world.setting_cnt = checked->setting_cnt;
	world.as_built = check->has_profile;
	world.flow_left = &flow_left;
	if (!error)
		refine_externs(&world, checked, &check->kernels[kernel]);
	for (size_t i = 0; i < checked->program_cnt && !error; i++) {
		struct check_program *program = &checked->programs[i];
		struct judge judge = {
			.check = check,
			.checked = checked,
			.program = program,
			.kernel = &check->kernels[kernel],
			.world = &world,
			.flows = {.world = &world, .entry = program->function},
			.cell = &program->cells[kernel],
		};
		error = judge_program(&judge);
		check_flows_deinit(&judge.flows);
		texts_deinit(&judge.needs);
		buf_deinit(&judge.need);
	}
	return error;
}

struct error *check_reserve(struct check *check, size_t kernel_cnt)
{
	check->kernels = pool_calloc(&check->pool, kernel_cnt, sizeof(*check->kernels));
	if (!check->kernels)
		return error_no_memory();
	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		for (size_t j = 0; j < checked->program_cnt; j++) {
			struct check_program *program = &checked->programs[j];
			program->cells = pool_calloc(&check->pool, kernel_cnt, sizeof(*program->cells));
			if (!program->cells)
				return error_no_memory();
		}
	}
	return NULL;
}

struct error *check_judge(struct check *check, const struct check_kernel *kernel)
{
	size_t at = check->kernel_cnt++;
	struct check_kernel *here = &check->kernels[at];
	struct error *error = NULL;

	const struct kernel *files = check_files_of(&kernel->scope);
	struct check_symbols symbols = {
		.list = files ? files->symbols : NULL, .is_sorted = !kernel->scope.files};

	*here = *kernel;
	here->has_types = kernel->target;
	here->symbols = &symbols;
	here->check = check;
	for (size_t i = 0; i < check->object_cnt && !error; i++)
		error = judge_on_kernel(check, &check->objects[i], at);
	symbol_index_destroy(symbols.index);
	here->target = NULL;
	here->symbols = NULL;
	here->scope.types = NULL;
	return error;
}

enum check_state check_settle_cell(
	const struct check_cell *cell, const struct check_policy *policy)
{
	enum check_state state = cell->load;

	if (!policy->ignore_attach && cell->attach > state)
		state = cell->attach;
	return state == CHECK_CONDITIONAL && policy->allow_conditional ? CHECK_MET : state;
}

enum check_state check_settle(const struct check *check, const struct check_policy *policy)
{
	enum check_state worst = CHECK_MET;

	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t j = 0; j < check->objects[i].program_cnt; j++) {
			const struct check_program *program = &check->objects[i].programs[j];
			for (size_t k = 0; k < check->kernel_cnt && !program->optional; k++) {
				enum check_state state = check_settle_cell(&program->cells[k], policy);
				worst = state > worst ? state : worst;
			}
		}
	}
	return worst;
}
